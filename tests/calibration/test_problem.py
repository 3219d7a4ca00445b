"""What is fitted to what: the objective by hand, the priors, the tables of point data."""

import csv
import math

import numpy as np
import pytest
from scipy.stats import norm

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.calibration import load_problem
from zinc_sbml.calibration.problem import LARGEST_RESIDUAL, penalty
from zinc_sbml.errors import InvalidInputError, SimulationError, UnknownIdError
from zinc_sbml.findings import Calibration, Criterion, Kind

CELL = "er_zinc_redox"


@pytest.fixture(scope="module")
def problem():
    return load_problem()


def test_objective_by_hand(problem):
    """Point data from the resting state with formulas typed here, penalties from the numbers of `compare`."""
    state = zs.simulate("baseline", times=[0.0], readouts=["GSH_er", "GSSG_er", "Zn_cytosol", "H2O2_er"]).initial
    potential = -240 - 8.314462618 * 310.15 / (2 * 96485.33212) * 1e3 * math.log(
        state["GSH_er"] ** 2 / (state["GSSG_er"] * 1e6)
    )
    by_hand = {
        "C01": (potential + 208) / 2,
        "Z09": math.log(state["Zn_cytosol"] / 4e-4) / 0.405,
        "Z11": math.log(state["Zn_cytosol"] / 8e-5) / 1.099,
        "D06": math.log(state["H2O2_er"] / 0.7) / 1.099,
    }
    evaluation = problem.evaluate({})
    residuals = {t.id: r for t, r in zip(problem.targets, evaluation.residuals.tolist(), strict=True)}
    for name, expected in by_hand.items():
        assert residuals[name] == pytest.approx(expected, abs=1e-3), name
    loss, seen = 0.0, 0
    for verdict in zs.compare().verdicts:
        if verdict.finding.calibration is Calibration.PENALTY:
            for criterion, check in zip(verdict.finding.criteria, verdict.checks, strict=True):
                for bound, sign in ((criterion.at_least, 1), (criterion.at_most, -1)):
                    lower_of_order = max(1.0, criterion.by_factor)
                    bound = lower_of_order if criterion.order and sign > 0 else bound
                    if 0 < bound < math.inf and check.value < math.inf:
                        loss -= norm.logcdf(sign * math.log(check.value / bound) / verdict.finding.wall)
                    elif -math.inf < bound <= 0:
                        loss -= norm.logcdf(sign * (check.value - bound) / verdict.finding.wall)
                seen += 1
    assert seen == sum(target.criterion is not None for target in problem.targets) > 25
    data = sum(residuals[t.id] ** 2 / 2 for t in problem.targets if t.measurement is not None)
    # The fit reads half-times from fewer points: a residual is off by up to 0.04.
    assert evaluation.cost == pytest.approx(data + loss, abs=0.05)


ONE_SIDED = Criterion(kind=Kind.VALUE, at_least=2.0)
BETWEEN = Criterion(kind=Kind.VALUE, at_least=1.0, at_most=100.0)
DIFFERENCE = Criterion(kind=Kind.DIFFERENCE, at_most=-0.1)


@pytest.mark.parametrize(
    ("criterion", "value", "loss"),
    [
        (ONE_SIDED, 2.0, math.log(2)),
        (ONE_SIDED, math.inf, 0.0),
        (ONE_SIDED, 2 * math.exp(0.05), -norm.logcdf(1)),
        (ONE_SIDED, 2 * math.exp(-0.5), -norm.logcdf(-10)),
        (ONE_SIDED, 0.0, math.inf),
        (BETWEEN, 10.0, 0.0),
        (BETWEEN, 100 * math.exp(0.1), -norm.logcdf(-2)),
        (DIFFERENCE, -0.1, math.log(2)),
        (DIFFERENCE, 0.0, -norm.logcdf(-2)),
    ],
)
def test_penalty_by_hand(criterion, value, loss):
    assert penalty(criterion, value, 0.05) ** 2 / 2 == pytest.approx(loss, rel=1e-6, abs=1e-9)


def test_a_number_that_is_not_defined_costs_most(problem):
    target = next(target for target in problem.targets if target.criterion is not None)
    assert target.residual(math.nan) == LARGEST_RESIDUAL
    assert not target.met(math.nan)


def test_priors_are_those_of_the_passports(problem):
    with catalog.passports_path().open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file, delimiter="\t") if CELL in row["models"].split()}
    assert 15 <= len(problem.parameters) <= 25
    assert set(problem.names) == {name for name, row in rows.items() if row["notes"].startswith("Fitted")}
    for one in problem.parameters:
        row = rows[one.id]
        assert (one.lower, one.upper) == (float(row["lower"]), float(row["upper"]))
        assert one.logarithmic
        assert one.lower <= one.nominal <= one.upper
        assert one.from_scale(one.to_scale(one.nominal)) == pytest.approx(one.nominal, rel=1e-12)
    # The decay rates of the stress response are data and stay as they were measured.
    assert not [name for name in problem.names if name.startswith("upr_")]


def test_wrong_priors_are_refused():
    with pytest.raises(InvalidInputError, match="excludes its shipped value"):
        load_problem(ranges={"ero1_kcat": (10.0, 20.0)})
    with pytest.raises(InvalidInputError, match="empty"):
        load_problem(ranges={"ero1_kcat": (5.0, 5.0)})
    with pytest.raises(UnknownIdError, match="ero1_kcat"):
        load_problem(parameters=["ero1_kkat"])


def test_a_failed_run_is_told_with_its_parameters(problem, monkeypatch):
    def fail(scenario, *, parameters, **_):
        raise SimulationError(scenario="resting_cell", time=3.0, reason="too stiff", parameters=parameters)

    monkeypatch.setattr("zinc_sbml.calibration.problem.simulate", fail)
    evaluation = problem.evaluate({"ero1_kcat": 2.0})
    assert evaluation.failure is not None
    assert evaluation.failure.reason == "too stiff"
    assert evaluation.failure.parameters["ero1_kcat"] == 2.0
    assert np.isnan(evaluation.values).all()
    assert (evaluation.residuals == LARGEST_RESIDUAL).all()
