from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import Model
from zinc_sbml.result import Result
from zinc_sbml.scenarios import Period, Scenario
from zinc_sbml.simulation import simulate


@pytest.fixture(scope="module")
def pulse(small_cell: Model) -> Result:
    course = Scenario(
        id="pulse",
        title="A pulse",
        duration=4 * 3600,
        periods=(Period(start=0, changes={"drug": 1}), Period(start=7200, changes={"drug": 0})),
    )
    return simulate(course, model=small_cell)


@pytest.fixture(scope="module")
def step(small_cell: Model) -> Result:
    return simulate(
        Scenario(id="step", duration=86400 * 3, periods=(Period(start=0, changes={"drug": 1}),)), model=small_cell
    )


def test_one_panel_per_readout_with_units_and_marked_changes(pulse: Result) -> None:
    figure = pulse.plot()
    panels = figure.axes
    assert [panel.get_title() for panel in panels] == ["free enzyme", "drug_effect", "Zn_fold"]
    assert panels[0].get_ylabel() == "free_fraction\n(fraction)"
    assert panels[0].get_xlabel() == "time (h)"
    assert panels[0].get_xscale() == "linear"
    curve, mark = panels[0].get_lines()
    np.testing.assert_allclose(curve.get_xdata(), pulse.times / 3600)
    np.testing.assert_array_equal(curve.get_ydata(), pulse["free_fraction"])
    assert [*mark.get_xdata()] == [2, 2]
    assert figure.get_suptitle() == "A pulse"


def test_a_run_changed_only_at_its_start_has_a_log_time_axis(step: Result) -> None:
    panel = step.plot(["Zn"]).axes[0]
    assert panel.get_xscale() == "log"
    assert panel.get_xlabel() == "time (log scale)"
    (curve,) = panel.get_lines()
    assert len(curve.get_xdata()) == len(step.times) - 1  # no zero on a log axis
    assert panel.get_ylabel() == "Zn\n(µM)"


def test_noise_is_drawn_as_a_level_line(small_cell: Model) -> None:
    result = simulate(Scenario(id="rest", duration=1e5), model=small_cell)
    low, high = result.plot(["Zn_fold"]).axes[0].get_ylim()
    assert (low, high) == pytest.approx((0, 2), abs=1e-5)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_run_gives_the_same_picture(pulse: Result, tmp_path: Path, suffix: str) -> None:
    one, other = tmp_path / f"one.{suffix}", tmp_path / f"other.{suffix}"
    pulse.plot(path=one)
    pulse.plot(path=other)
    assert one.read_bytes() == other.read_bytes() != b""
    assert sorted(item.name for item in tmp_path.iterdir()) == [f"one.{suffix}", f"other.{suffix}"]


def test_what_cannot_be_drawn_leaves_nothing(pulse: Result, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="png"):
        pulse.plot(path=tmp_path / "run.docx")
    with pytest.raises(InvalidInputError, match="no directory"):
        pulse.plot(path=tmp_path / "nowhere" / "run.png")
    with pytest.raises(UnknownIdError, match="'Zn_fold'"):
        pulse.plot(["Zn_folt"], path=tmp_path / "run.png")
    with pytest.raises(InvalidInputError, match="at least one"):
        pulse.plot([])
    assert not [*tmp_path.iterdir()]
