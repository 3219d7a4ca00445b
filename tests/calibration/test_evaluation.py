"""What an evaluation reads from the runs: the right time, experiment and cell, within the stated accuracy."""

import dataclasses
import math

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.calibration import Measurement, Target, load_problem
from zinc_sbml.calibration.problem import LARGEST_RESIDUAL
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.scenarios import Scenario, load_scenario

# (experiment, readout, time): out of order, with one experiment whose rows end at different times.
ROWS = [
    ("dtt_pulse", "pdi_oxidised_fraction", 900.0),
    ("zip7_inhibition", "Zn_er", 3600.0),
    ("dtt_pulse", "pdi_oxidised_fraction", 320.0),
    ("dtt_pulse", "glutathione_ratio", 320.0),
    ("zip7_inhibition", "Zn_er", 0.0),
]


def datum(number, experiment, readout, time):
    shipped = load_scenario(experiment)
    scenario = Scenario(id=experiment, periods=shipped.periods, duration=max(time, 310.0))
    measured = Measurement(
        id=f"row{number}", readout=readout, scenario=scenario, time=time, value=1.0, noise=1.0, logarithmic=True,
        unit="", status="READ", system="", source="",
    )  # fmt: skip
    return Target(id=measured.id, words=readout, measurement=measured)


def test_each_datum_is_read_from_its_experiment_at_its_time():
    shipped = load_problem(parameters=["ero1_kcat"])
    targets = tuple(datum(i, *row) for i, row in enumerate(ROWS))
    problem = dataclasses.replace(shipped, targets=targets, findings=())
    cell = {"ero1_kcat": 1.5 * problem.parameters[0].nominal}
    evaluation = problem.evaluate(cell)
    by_hand = [
        zs.simulate(experiment, parameters=cell, times=[time], readouts=[readout])[readout].iloc[0]
        for experiment, readout, time in ROWS
    ]
    assert len(set(by_hand)) == len(ROWS)
    assert evaluation.values == pytest.approx(by_hand, rel=1e-3)
    # Value 1 and noise 1 on the logarithm: the residual is the logarithm itself.
    assert evaluation.residuals == pytest.approx([math.log(value) for value in by_hand], abs=2e-3)
    assert evaluation.cost == pytest.approx(np.sum(np.log(by_hand) ** 2) / 2, rel=1e-3)


def test_the_coarse_runs_of_the_fit_change_little():
    """Against the numbers the family keeps, which have the tolerances and times of `compare`.

    Half-times read from fewer points move a residual by up to 0.1; a tenth of a standard deviation decides nothing.
    """
    problem = load_problem()
    family = zs.load_family()
    checked = 0
    for number in (0, len(family) // 2, len(family) - 1):
        evaluation = problem.evaluate(family.cell(number))
        assert evaluation.failure is None
        for target, residual in zip(problem.targets, evaluation.residuals.tolist(), strict=True):
            column = family.rest[target.measurement.readout] if target.measurement else family.values[target.id]
            assert residual == pytest.approx(target.residual(float(column[number])), abs=0.15), target.id
            checked += 1
    assert checked == 3 * len(problem.targets)


def test_a_residual_has_a_cap_on_both_sides():
    target = datum(0, *ROWS[0])
    assert target.residual(0.0) == -LARGEST_RESIDUAL
    assert target.residual(1e300) == LARGEST_RESIDUAL
    assert target.residual(math.e) == pytest.approx(1.0)
    assert target.met(math.exp(1.9))
    assert not target.met(math.exp(2.1))
    assert not target.met(math.exp(-2.1))


def test_a_failed_run_does_not_hide_the_next_cell():
    """A value that no rest is found for gives a failure; the solver is as before afterwards."""
    problem = load_problem()
    before = problem.evaluate({})
    failed = problem.evaluate({"gsh_efflux_k": 0.0, "gsh_gssg_export_k": 0.0})
    after = problem.evaluate({})
    assert failed.failure is not None
    assert failed.failure.parameters["gsh_efflux_k"] == 0.0
    assert failed.cost == pytest.approx(len(problem.targets) * LARGEST_RESIDUAL**2 / 2)
    assert np.array_equal(before.values, after.values)


def test_a_held_value_is_not_fitted_but_used():
    problem = load_problem(fixed={"ero1_kcat": 1.0, "zinc_traps_ero1": 0.0})
    free = load_problem()
    assert set(free.names) - set(problem.names) == {"ero1_kcat"}
    same = free.evaluate({"ero1_kcat": 1.0, "zinc_traps_ero1": 0.0})
    assert np.array_equal(problem.evaluate({}).values, same.values)
    assert not np.array_equal(free.evaluate({}).values, same.values)
    with pytest.raises(UnknownIdError, match="ero1_kcat"):
        load_problem(fixed={"ero1_kkat": 1.0})


def test_nothing_to_fit_is_refused():
    with pytest.raises(InvalidInputError, match="0 parameters to fit"):
        load_problem(parameters=["ero1_kcat"], fixed={"ero1_kcat": 1.0})


def test_coordinates_go_to_values_and_back():
    problem = load_problem()
    assert problem.inside(problem.nominal)
    values = problem.values_of(problem.nominal)
    assert list(values) == list(problem.names)
    for one in problem.parameters:
        assert values[one.id] == pytest.approx(one.nominal, rel=1e-12)
        assert one.to_scale(one.nominal * 10) - one.to_scale(one.nominal) == pytest.approx(1.0)
    for i in range(len(problem.names)):
        outside = problem.nominal.copy()
        outside[i] = problem.upper[i] + 1e-9
        assert not problem.inside(outside)


def test_the_neighbourhood_of_the_shipped_cell_stays_inside_the_priors():
    problem = load_problem()
    lower, upper = problem.around(3.0)
    for one, low, high in zip(problem.parameters, lower.tolist(), upper.tolist(), strict=True):
        assert one.from_scale(low) == pytest.approx(max(one.lower, one.nominal / 3))
        assert one.from_scale(high) == pytest.approx(min(one.upper, one.nominal * 3))
    wide_lower, wide_upper = problem.around(1e9)
    assert np.array_equal(wide_lower, problem.lower)
    assert np.array_equal(wide_upper, problem.upper)


def test_a_prior_that_is_not_logarithmic():
    """The potential of glutathione is negative; its prior is uniform."""
    [one] = load_problem(parameters=["gsh_glutathione_standard_potential"]).parameters
    assert not one.logarithmic
    assert one.to_scale(-240.0) == one.from_scale(-240.0) == -240.0
    lower, upper = load_problem(parameters=[one.id]).around(3.0)
    assert (lower[0], upper[0]) == (pytest.approx(-240 * 1.02), pytest.approx(-240 * 0.98))
