"""Storyboard and comparison: what is drawn where, from the numbers of the runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.plots import STORY, compare_results, storyboard
from zinc_sbml.plots.story_table import COUNTED, LABELS
from zinc_sbml.result import Result

READOUTS = [name for _, readouts in STORY for name in readouts]


@pytest.fixture(scope="module")
def inhibited() -> Result:
    return zs.simulate("zip7_inhibition", readouts=READOUTS)


@pytest.fixture(scope="module")
def washed() -> Result:
    return zs.simulate("zip7_inhibition_washout", readouts=READOUTS)


def texts(panel) -> list[str]:
    return [one.get_text().replace("\n", " ") for one in panel.texts]


def test_the_story_names_readouts_of_the_model_that_share_a_unit() -> None:
    known = zs.readouts()
    for title, readouts in STORY:
        units = set(known.loc[list(readouts), "unit"])
        assert len(units) == 1, title
        # A panel that lacks its first readout still says what its axis counts; several readouts need short names.
        assert len({COUNTED[name] for name in readouts}) == 1, title
        assert len(readouts) == 1 or set(readouts) <= set(LABELS), title
    assert len(set(READOUTS)) == len(READOUTS)


def test_storyboard_draws_each_readout_in_its_panel_on_one_time_axis(inhibited: Result) -> None:
    figure = storyboard(inhibited)
    assert [panel.get_title(loc="left") for panel in figure.axes] == [title for title, _ in STORY]
    for panel, (_, readouts) in zip(figure.axes, STORY, strict=True):
        for line, readout in zip(panel.get_lines(), readouts, strict=True):
            np.testing.assert_array_equal(line.get_ydata(), inhibited[readout].to_numpy()[1:])
            np.testing.assert_allclose(np.asarray(line.get_xdata()) * 3600, inhibited.times[1:])
        assert panel.get_xlim() == pytest.approx(figure.axes[0].get_xlim())
        assert panel.get_xscale() == "log"
        assert "(" in panel.get_ylabel()
    assert texts(figure.axes[3]) == ["Notch1", "EGFR", "bulk secretory"]
    assert figure.get_suptitle() == "ZIP7 inhibited"


def test_a_second_run_is_overlaid_in_dashes_and_named(inhibited: Result, washed: Result) -> None:
    figure = storyboard(washed, against=inhibited)
    zinc = figure.axes[0]
    solid, dashed, mark = zinc.get_lines()
    np.testing.assert_array_equal(solid.get_ydata(), washed["er_zinc_probe"])
    np.testing.assert_array_equal(dashed.get_ydata(), inhibited["er_zinc_probe"])
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")
    assert [*np.asarray(mark.get_xdata()) * 86_400] == [86_400, 86_400]
    assert zinc.get_xscale() == "linear"  # the wash-out is to be seen as well as the start
    assert set(texts(zinc)) == {"ZIP7 inhibited", "ZIP7 inhibitor, then wash-out"}
    assert figure.get_suptitle() == "ZIP7 inhibitor, then wash-out (solid) against ZIP7 inhibited (dashed)"


def test_what_a_run_lacks_has_no_panel() -> None:
    tube = zs.simulate("ero1_assay_zinc")
    assert [panel.get_title(loc="left") for panel in storyboard(tube).axes] == ["Ero1α", "PDI"]
    one = zs.simulate("zip7_inhibition", readouts=["xbp1s_fold", "Zn_er"], duration=60)
    (panel,) = storyboard(one).axes
    assert panel.get_ylabel() == "amount (rest = 1)"
    none = zs.simulate("zip7_inhibition", readouts=["Zn_er"], duration=60)
    with pytest.raises(InvalidInputError, match=r"zip7_inhibition has no readout of the story; .* er_zinc_probe"):
        storyboard(none)


def test_comparison_tells_settings_apart_and_writes_the_values_at_the_end(inhibited: Result) -> None:
    weaker = zs.simulate("zip7_inhibition", readouts=READOUTS, parameters={"zip7_inhibitor": 0.1})
    figure = compare_results(inhibited, weaker)
    assert len(figure.axes) == len(READOUTS)
    panel = figure.axes[READOUTS.index("misfolded_protein")]
    assert panel.get_ylabel() == "misfolded_protein\n(µM)"
    expected = {
        f"zip7_inhibitor = {dose}: {run.final['misfolded_protein']:.3g}"
        for dose, run in (("1", inhibited), ("0.1", weaker))
    }
    assert set(texts(panel)) == expected
    assert "zip7_inhibitor = 1 (solid) against zip7_inhibitor = 0.1 (dashed)" in figure.get_suptitle()


def test_labels_do_not_overlap(inhibited: Result) -> None:
    near = replace(
        inhibited, values=inhibited.values * 1.001, scenario=replace(inhibited.scenario, title="A little more")
    )
    figure = compare_results(inhibited, near)
    figure.draw_without_rendering()
    for panel in figure.axes:
        low, high = sorted((text.get_window_extent() for text in panel.texts), key=lambda box: box.y0)
        assert low.y1 <= high.y0 + 2, panel.get_ylabel()  # pixels


def test_what_cannot_be_compared_is_refused(inhibited: Result) -> None:
    with pytest.raises(UnknownIdError, match="'xbp1s_fold'"):
        compare_results(inhibited, inhibited, ["xbp1s_fol"])
    with pytest.raises(InvalidInputError, match="at least one"):
        compare_results(inhibited, inhibited, [])
    minutes = replace(inhibited, time_unit="min")
    with pytest.raises(InvalidInputError, match="expected one unit"):
        compare_results(inhibited, minutes)
    other_unit = replace(inhibited, units={**inhibited.units, "misfolded_protein": "nM"})
    with pytest.raises(InvalidInputError, match=r"misfolded_protein is in uM .* in nM"):
        storyboard(inhibited, against=other_unit)
    apart = zs.simulate("zip7_inhibition", readouts=["Zn_er"], duration=60)
    with pytest.raises(InvalidInputError, match="share no column"):
        compare_results(inhibited, apart)


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_same_runs_give_the_same_bytes(inhibited: Result, tmp_path: Path, suffix: str) -> None:
    one, other = tmp_path / f"one.{suffix}", tmp_path / f"other.{suffix}"
    for path in (one, other):
        storyboard(inhibited, path=path)
    assert one.read_bytes() == other.read_bytes() != b""
    with pytest.raises(InvalidInputError, match="written as"):
        storyboard(inhibited, path=tmp_path / "one.gif")
    assert len([*tmp_path.iterdir()]) == 2


def test_scenarios_are_run_to_be_drawn(tmp_path):
    run = zs.simulate("zip7_inhibition")
    storyboard(run, against=zs.simulate("baseline"), path=tmp_path / "one.svg")
    storyboard("zip7_inhibition", against=zs.load_scenario("baseline"), path=tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    compare_results(run, zs.simulate("baseline"), ["xbp1s_fold"], path=tmp_path / "one.svg")
    compare_results("zip7_inhibition", "baseline", ["xbp1s_fold"], path=tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    with pytest.raises(InvalidInputError, match="a float cannot be drawn"):
        storyboard(1.0)
