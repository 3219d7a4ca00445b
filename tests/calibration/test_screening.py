"""Morris' screen on functions whose effects are known: linear in the coordinates."""

import math

import numpy as np
import pytest

from zinc_sbml.calibration import Evaluation, Measurement, Target
from zinc_sbml.calibration.screening import screen
from zinc_sbml.calibration.tables import LEAST_IMPORTANCE, UNEXPLAINED, screening_table
from zinc_sbml.errors import SimulationError
from zinc_sbml.findings import Criterion, Kind
from zinc_sbml.scenarios import Scenario

NAMES = ("first", "second", "third", "idle")
LOWER = np.array([0.0, 1.0, -2.0, 0.0])
UPPER = np.array([1.0, 3.0, -1.0, 5.0])
# Slopes of three targets (rows) in the four parameters; times the widths 1, 2, 1, 5 they are the effects.
SLOPES = np.array([[3.0, 1.0, 0.5, 0.0], [0.0, 1.5, -3.0, 0.0], [1.0, -2.0, 1.0, 0.0]])
EFFECTS = np.array([[3.0, 2.0, 0.5, 0.0], [0.0, 3.0, 3.0, 0.0], [1.0, 4.0, 1.0, 0.0]])
WALL = 0.5


def datum(name):
    measured = Measurement(
        id=name, readout="y", scenario=Scenario(id="x", duration=1.0), time=0.0, value=0.0, noise=1.0,
        logarithmic=False, unit="", status="READ", system="", source="",
    )  # fmt: skip
    return Target(id=name, words="", measurement=measured)


def bound(name, kind):
    return Target(id=name, words="", criterion=Criterion(kind=kind, at_least=1.0), wall=WALL)


TARGETS = (datum("plain"), bound("distance", Kind.DIFFERENCE), bound("ratio", Kind.RATIO))


class Linear:
    """A problem whose numbers, in walls or standard deviations, are linear in the coordinates."""

    names = NAMES
    targets = TARGETS

    def __init__(self, fails=lambda x: False):
        self.fails = fails

    def around(self, factor):
        return LOWER, UPPER

    def evaluate_at(self, x):
        if self.fails(x):
            nothing = np.full(len(TARGETS), math.nan)
            failure = SimulationError(scenario="x", time=0.0, reason="no way")
            return Evaluation(values=nothing, residuals=nothing, failure=failure)
        plain, distance, ratio = SLOPES @ x
        values = np.array([plain, WALL * distance, math.exp(WALL * ratio)])
        return Evaluation(values=values, residuals=np.zeros(len(TARGETS)))


@pytest.mark.parametrize("seed", [1, 2])
def test_effects_of_a_linear_problem(seed):
    table = screen(Linear(), trajectories=3, seed=seed)
    importance = (EFFECTS / EFFECTS.max(axis=1, keepdims=True)).mean(axis=0)
    assert list(table.index) == ["second", "third", "first", "idle"] == [NAMES[i] for i in np.argsort(-importance)]
    for i, name in enumerate(NAMES):
        assert table.loc[name, "importance"] == pytest.approx(importance[i])
        assert table.loc[name, "effect"] == pytest.approx(EFFECTS[:, i].max())
    assert table.loc["first", "strongest"] == "plain"
    assert table.loc["second", "strongest"] == "ratio"
    assert table.loc["third", "strongest"] == "distance"
    # Two of the three that act at all do so on every target, the other on two of them.
    assert table["leads"].to_dict() == {"second": 3, "third": 3, "first": 2, "idle": 0}
    assert table.attrs == {"failed": 0, "trajectories": (3, 3)}


def test_a_trajectory_with_a_failure_is_left_out():
    """Where one corner fails, what remains gives the same slopes."""
    whole = screen(Linear(), trajectories=8)
    table = screen(Linear(lambda x: x[3] > 3 and x[0] > 0.6), trajectories=8)
    kept, asked = table.attrs["trajectories"]
    assert 0 < kept < asked == 8
    assert table.attrs["failed"] >= asked - kept
    assert table["importance"].to_dict() == pytest.approx(whole["importance"].to_dict())


def test_nothing_but_failures_is_told():
    with pytest.raises(RuntimeError, match="every trajectory"):
        screen(Linear(lambda x: True), trajectories=2)


def test_words_of_the_table():
    screened = screen(Linear(), trajectories=2).rename(index={"second": "ero1_kcat", "first": "ero1_inhibitor_ki"})
    words = screening_table(screened, fitted=["ero1_kcat"])["fitted"]
    assert words["ero1_kcat"] == "fitted"
    assert words["ero1_inhibitor_ki"].startswith("measured")
    assert words["idle"].startswith("little influence")
    assert screened.loc["third", "importance"] > LEAST_IMPORTANCE
    assert words["third"] == UNEXPLAINED
