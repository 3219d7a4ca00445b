"""Least squares on a problem whose answer is linear algebra: what is found, held, counted and never left."""

import math

import numpy as np
import pytest

from zinc_sbml.calibration import Evaluation
from zinc_sbml.calibration.fitting import EQUALLY_GOOD, Fit, best_fit, fit, refine
from zinc_sbml.calibration.problem import LARGEST_RESIDUAL
from zinc_sbml.errors import SimulationError

MATRIX = np.array([[2.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 0.0, -2.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
DATA = np.array([1.0, 0.5, -0.3, 0.9, 0.2])
BEST = np.linalg.lstsq(MATRIX, DATA, rcond=None)[0]


def cost(x):
    return float(np.sum((MATRIX @ x - DATA) ** 2) / 2)


class Linear:
    """Residuals are linear in three coordinates; remembers where it was asked."""

    names = ("a", "b", "c")

    def __init__(self, lower=(-2.0, -2.0, -2.0), upper=(2.0, 2.0, 2.0), fails=lambda x: False):
        self.lower, self.upper = np.array(lower), np.array(upper)
        self.nominal = np.array([-1.0, 1.0, 1.0])
        self.fails = fails
        self.visited = []

    def around(self, factor):
        return np.maximum(self.nominal - 0.5, self.lower), np.minimum(self.nominal + 0.2, self.upper)

    def evaluate_at(self, x):
        self.visited.append(np.array(x))
        if self.fails(x):
            failure = SimulationError(scenario="x", time=0.0, reason="no way")
            full = np.full(len(DATA), LARGEST_RESIDUAL)
            return Evaluation(values=np.full(len(DATA), math.nan), residuals=full, failure=failure)
        return Evaluation(values=MATRIX @ x, residuals=MATRIX @ x - DATA)


def test_the_best_is_that_of_linear_algebra():
    problem = Linear()
    found = refine(problem, problem.nominal, number=7)
    assert found.coordinates == pytest.approx(BEST, abs=1e-3)
    assert found.cost == pytest.approx(cost(BEST), rel=1e-4)
    assert found.start_cost == pytest.approx(cost(problem.nominal), rel=1e-4)
    assert found.jacobian == pytest.approx(MATRIX, abs=1e-6)
    assert (found.number, found.evaluations, found.failures) == (7, len(problem.visited), 0)


def test_a_held_coordinate_stays_and_the_others_follow():
    problem, held = Linear(), 0.9
    found = refine(problem, problem.nominal, held={1: held})
    others = np.linalg.lstsq(MATRIX[:, [0, 2]], DATA - held * MATRIX[:, 1], rcond=None)[0]
    assert found.coordinates[1] == held
    assert found.coordinates[[0, 2]] == pytest.approx(others, abs=1e-3)
    assert {x[1] for x in problem.visited} == {held}
    assert found.cost > cost(BEST) + 0.01


def test_the_priors_are_never_left():
    """The best lies outside; what is found is the best on the bound, as with that coordinate held there."""
    bound = BEST[0] - 0.3
    problem = Linear(upper=(bound, 2.0, 2.0))
    found = refine(problem, np.array([bound, 1.0, 1.0]))
    others = np.linalg.lstsq(MATRIX[:, 1:], DATA - bound * MATRIX[:, 0], rcond=None)[0]
    assert found.coordinates == pytest.approx([bound, *others], abs=5e-3)
    assert all((problem.lower <= x).all() and (x <= problem.upper).all() for x in problem.visited)


def test_failures_on_the_way_are_counted_and_do_not_stop_it():
    """At the start a neighbour fails, which tells no slope there; one step away from it the slope is seen."""
    problem = Linear(fails=lambda x: x[2] > 1.0 and x[0] < -0.5)
    found = refine(problem, np.array([-1.0, 1.0, 1.0 - 1e-3]))
    assert found.failures == sum(x[2] > 1.0 and x[0] < -0.5 for x in problem.visited) > 0
    assert found.coordinates == pytest.approx(BEST, abs=5e-3)


def test_fit_begins_at_the_shipped_cell_and_around_it():
    problem = Linear()
    fits = fit(problem, starts=5, seed=3)
    assert sorted(one.number for one in fits) == [0, 1, 2, 3, 4]
    assert [one.cost for one in fits] == sorted(one.cost for one in fits)
    [first] = [one for one in fits if one.number == 0]
    assert first.start_cost == pytest.approx(cost(problem.nominal), rel=1e-4)
    assert all(one.coordinates == pytest.approx(BEST, abs=1e-3) for one in fits)
    starts = {tuple(np.round(x, 9)) for x in problem.visited}
    again = Linear()
    assert [one.start_cost for one in fit(again, starts=5, seed=3)] == [one.start_cost for one in fits]
    assert {tuple(np.round(x, 9)) for x in again.visited} == starts
    other = fit(Linear(), starts=5, seed=4)
    assert {one.start_cost for one in other} & {one.start_cost for one in fits} == {first.start_cost}


def ended(number, cost, *coordinates):
    return Fit(
        number=number, coordinates=np.array(coordinates), cost=cost, start_cost=9.0, evaluations=1, failures=0,
        jacobian=np.zeros((1, 3)),
    )  # fmt: skip


def test_the_medoid_is_measured_in_widths_of_the_priors():
    """In plain numbers the second is in the middle; the first axis is 100 times wider, so that it hardly counts."""
    problem = Linear(lower=(-200.0, -2.0, -2.0), upper=(200.0, 2.0, 2.0))
    fits = [ended(0, 1.0, 0.0, 0.0, 0.0), ended(1, 1.05, 5.0, 1.5, 0.0), ended(2, 1.05, 10.0, 0.1, 0.0)]
    scaled = [one.coordinates / (problem.upper - problem.lower) for one in fits]
    sums = [sum(np.linalg.norm(x - y) for y in scaled) for x in scaled]
    plain = [sum(np.linalg.norm(x.coordinates - y.coordinates) for y in fits) for x in fits]
    assert best_fit(fits, problem).number == int(np.argmin(sums)) != int(np.argmin(plain))


def test_only_equally_good_fits_are_considered():
    fits = [ended(0, 1.0, -1.0, 0.0, 0.0), *(ended(i, 1.0 + EQUALLY_GOOD + 0.01, 0.01 * i, 0, 0) for i in (1, 2, 3))]
    assert best_fit(reversed(fits), Linear()).number == 0
