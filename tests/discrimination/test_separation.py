"""How far apart two hypotheses read: by hand, for normal distributions, and by counting pairs."""

import math

import numpy as np
import pytest

from zinc_sbml.discrimination.separation import CONFUSED, separation, told_apart


def test_separation_of_normal_readings_is_that_of_their_means():
    """Means 3 apart, spreads 1 and 2, noise 1: 3 over the root of (1 + 4) / 2 + 1."""
    random = np.random.default_rng(1)
    one = random.normal(5, 1, size=(40_000, 1))
    other = random.normal(2, 2, size=(40_000, 1))
    expected = 3 / math.sqrt(3.5)
    assert separation(one, other)[0] == pytest.approx(expected, rel=0.02)
    assert separation(other, one)[0] == pytest.approx(-expected, rel=0.02)


def test_separation_without_spread_is_in_units_of_noise():
    one, other = np.full((9, 2), 4.0), np.zeros((5, 2))
    assert separation(one, other).tolist() == [4.0, 4.0]


def test_a_few_wild_cells_do_not_move_it():
    one, other = np.zeros((100, 1)), np.ones((100, 1))
    one[:5] = 1e6
    assert separation(one, other)[0] == -1.0


def test_missing_cells_are_left_out():
    one = np.array([[1.0], [np.nan], [1.0]])
    assert separation(one, np.zeros((2, 1))).tolist() == [1.0]


def test_pairs_are_counted_one_by_one():
    random = np.random.default_rng(2)
    one, other = random.normal(0, 3, 30), random.normal(4, 3, 20)
    one[3] = np.nan
    expected = sum(abs(a - b) > CONFUSED for a in one for b in other) / 600
    assert told_apart(one, other) == pytest.approx(expected)
    assert 0.2 < expected < 0.8


def test_noise_alone_confuses_in_five_percent():
    """Two readings of the same value, each with noise 1, differ by more than the limit in 5 percent of the cases."""
    random = np.random.default_rng(3)
    first, second = random.normal(size=(2, 200_000))
    assert np.mean(np.abs(first - second) > CONFUSED) == pytest.approx(0.05, abs=0.003)
