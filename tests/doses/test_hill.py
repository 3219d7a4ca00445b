"""Hill curves: what was put in comes out, and what the doses do not say is not said."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from zinc_sbml.doses import fit_hill, hill
from zinc_sbml.errors import InvalidInputError

RELATIVE = np.array([0, *np.geomspace(1 / 300, 300, 13)])
"""Doses in units of the EC50 that show both plateaus and the slope of every curve below."""

curves = st.tuples(
    st.floats(1e-4, 1e4),  # EC50
    st.floats(0.5, 4.0),  # slope
    st.floats(-50, 50),  # untreated
    st.floats(0.1, 100).flatmap(lambda size: st.sampled_from([size, -size])),  # effect
)


def values_of(doses, ec50, slope, untreated, effect):
    return untreated + effect * doses**slope / (ec50**slope + doses**slope)


@settings(max_examples=60, deadline=None)
@given(curve=curves)
def test_every_curve_is_recovered(curve):
    ec50, slope, untreated, effect = curve
    doses = ec50 * RELATIVE
    fit = fit_hill(doses, values_of(doses, *curve))
    assert fit.determined, fit.reason
    assert fit.ec50 == pytest.approx(ec50, rel=1e-5)
    assert fit.slope == pytest.approx(slope, rel=1e-5)
    assert fit.untreated == pytest.approx(untreated, abs=1e-5 * abs(effect))
    assert fit.saturated == pytest.approx(untreated + effect, abs=1e-5 * abs(effect))
    assert (fit.lower, fit.upper) == tuple(sorted((fit.untreated, fit.saturated)))
    assert fit.r_squared == pytest.approx(1, abs=1e-9)
    assert fit.largest_residual < 1e-5 * abs(effect)


@settings(max_examples=30, deadline=None)
@given(curve=curves, shuffled=st.permutations(range(len(RELATIVE))), noise=st.integers(0, 1000))
def test_order_and_units_do_not_matter(curve, shuffled, noise):
    """Points off the curve, so that the fit has something to weigh."""
    ec50, slope, _, effect = curve
    # Noise can take the doses of steeper curves off their slope.
    assume(slope <= 2)
    doses = ec50 * RELATIVE
    values = values_of(doses, *curve) + 0.02 * effect * np.random.default_rng(noise).uniform(-1, 1, len(doses))
    one = fit_hill(doses, values)
    other = fit_hill(1000 * doses[shuffled], 7 - 3 * values[shuffled])
    assert one.determined, one.reason
    assert other.ec50 == pytest.approx(1000 * one.ec50, rel=1e-4)
    assert other.slope == pytest.approx(one.slope, rel=1e-4)
    assert other.saturated == pytest.approx(7 - 3 * one.saturated, rel=1e-4, abs=1e-4 * abs(effect))
    assert other.r_squared == pytest.approx(one.r_squared, abs=1e-6)


def test_it_is_the_least_of_squares():
    """No neighbour is better: the curve of a noisy response, moved in each of its four numbers."""
    doses = 3 * RELATIVE
    values = values_of(doses, 3, 1.5, 1, -0.8) + 0.03 * np.sin(7 * np.arange(len(doses)))
    fit = fit_hill(doses, values)
    best = [fit.untreated, fit.saturated, fit.ec50, fit.slope]
    found = float(((fit.at(doses) - values) ** 2).sum())
    assert fit.r_squared == pytest.approx(1 - found / ((values - values.mean()) ** 2).sum(), rel=1e-12)
    assert fit.largest_residual == pytest.approx(np.abs(fit.at(doses) - values).max(), rel=1e-12)
    for i in range(4):
        for factor in (0.99, 1.01):
            begin, end, ec50, slope = [value * (factor if i == j else 1) for j, value in enumerate(best)]
            assert ((begin + (end - begin) * hill(doses, ec50, slope) - values) ** 2).sum() > found


def test_plateaus_can_be_held():
    """Doses that stop at the EC50 determine it only if the plateau is known."""
    doses = np.array([0, 0.05, 0.1, 0.2, 0.5, 1.0])
    values = values_of(doses, 1.0, 2.0, 1.0, -1.0)
    free = fit_hill(doses, values)
    assert not free.determined
    assert "plateau" in free.reason
    assert all(math.isnan(value) for value in (free.ec50, free.slope, free.saturated, free.r_squared))
    assert np.isnan(free.at(doses)).all()
    held = fit_hill(doses, values, saturated=0.0)
    assert (held.ec50, held.slope) == (pytest.approx(1.0, rel=1e-6), pytest.approx(2.0, rel=1e-6))
    assert held.saturated == 0.0
    both = fit_hill(doses, values, untreated=1.0, saturated=0.0)
    assert both.ec50 == pytest.approx(1.0, rel=1e-6)
    assert (both.untreated, both.saturated) == (1.0, 0.0)


@pytest.mark.parametrize("doses", [np.geomspace(3, 100, 7), np.array([0, 0.05, 0.1, 0.2, 0.4, 0.6])])
def test_held_plateaus_do_not_reach_beyond_the_doses(doses):
    """Both plateaus are known, but the EC50 of 1 is not among the doses."""
    fit = fit_hill(doses, values_of(doses, 1.0, 2.0, 1.0, -1.0), untreated=1.0, saturated=0.0)
    assert fit.reason == "half of the effect lies outside of the doses"


def test_a_plateau_at_small_doses_must_be_seen_too():
    doses = np.geomspace(1.0, 100.0, 9)
    values = values_of(doses, 1.0, 1.0, 1.0, -1.0)
    assert "small doses" in fit_hill(doses, values).reason
    assert fit_hill(doses, values, untreated=1.0).ec50 == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize(
    ("doses", "values", "reason"),
    [
        ([0, 1, 2, 3, 4], [2, 2, 2, 2, 2], "does not respond"),
        ([0, 1, 2, 3, 4], [2, 2, 2, 2, 2 + 1e-7], "does not respond"),
        ([0, 1, 2, 3], [1, 0.9, 0.2, 0.1], "4 doses do not determine 4 numbers"),
        ([0, 1, 2, 4, 8, 16], [1, 0.7, 0.3, 0.2, 0.5, 0.9], "turns round"),
        ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], "plateau"),
        ([0, 1, 10, 100, 1000, 10000], [1, 1, 1, 0, 0, 0], "between the plateaus"),
    ],
)
def test_what_is_not_determined_is_told(doses, values, reason):
    fit = fit_hill(doses, values)
    assert reason in fit.reason
    assert math.isnan(fit.ec50)


@pytest.mark.parametrize(
    ("doses", "values", "words"),
    [
        ([0, 1, 1, 2, 3], [1, 2, 3, 4, 5], "1 is given twice"),
        ([0, 1, -2, 2, 3], [1, 2, 3, 4, 5], "-2"),
        ([0, 1, math.nan, 2, 3], [1, 2, 3, 4, 5], "doses: nan"),
        ([0, 1, 2, 3, 4], [1, 2, math.inf, 4, 5], "values: inf"),
        ([0, 1, 2, 3], [1, 2, 3, 4, 5], "length"),
    ],
)
def test_points_that_are_none_are_refused(doses, values, words):
    with pytest.raises(InvalidInputError, match=words):
        fit_hill(doses, values)


def test_a_held_plateau_must_be_a_number():
    with pytest.raises(InvalidInputError, match="saturated: nan"):
        fit_hill([0, 1, 2, 3, 4], [5, 4, 3, 2, 1], saturated=math.nan)


def test_steep_curves_do_not_overflow():
    doses = np.array([0.0, 1e-300, 1e-5, 1.0, 1e300])
    with np.errstate(over="raise"):
        shares = hill(doses, 1.0, 30.0)
    assert shares.tolist() == [0.0, pytest.approx(0, abs=1e-300), pytest.approx(1e-150), 0.5, 1.0]
