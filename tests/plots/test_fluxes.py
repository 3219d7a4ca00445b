"""The flux map: broader where more runs, coloured by what became of it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import zinc_sbml as zs
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.plots import flux_map
from zinc_sbml.plots.fluxes import BASELINE, DECADES, RAIL, STEPS, colour_of, width_of


def test_width_grows_by_one_step_for_each_power_of_ten() -> None:
    widths = [width_of(10.0**power, 0) for power in range(-DECADES, 1)]
    steps = {round(b - a, 9) for a, b in itertools.pairwise(widths)}
    assert len(steps) == 1
    assert steps.pop() > 0
    assert width_of(0.99 * 10.0**-DECADES, 0) == 0 == width_of(0.0, 0)
    assert width_of(-0.1, 0) == width_of(0.1, 0)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (1.0, 0.05, "to a tenth or less"),
        (1.0, 0.3, "to a half or less"),
        (1.0, 0.8, "less"),
        (1.0, 1.0, "within a factor of 1.1"),
        (-1.0, -1.5, "more"),
        (1.0, 2.0, "at least twice"),
        (1.0, 10.0, "ten times or more"),
        (0.0, 1e-9, "ten times or more"),
        (1.0, 0.0, "to a tenth or less"),
    ],
)
def test_colour_tells_the_ratio(before: float, after: float, words: str) -> None:
    assert colour_of(before, after) == next(colour for _, colour, text in STEPS if text == words)


def test_the_map_shows_both_runs_and_is_the_same_from_results(tmp_path: Path) -> None:
    from matplotlib.colors import to_hex

    model = zs.load_model("er_zinc_redox")
    reactions = [item.id for item in model.having("reaction")]
    results = [zs.simulate(name, readouts=reactions) for name in ("baseline", "zip7_inhibition")]
    figure = flux_map(*results, path=tmp_path / "one.svg")
    flux_map("baseline", "zip7_inhibition", path=tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    colours = {to_hex(patch.get_edgecolor()) for patch in figure.axes[0].patches if patch.get_linewidth() > 1.8}
    assert {BASELINE, RAIL} | {colour for _, colour, _ in STEPS} <= colours
    words = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert "Fluxes at the end: ZIP7 inhibited against Resting cell" in words
    assert "amol/s" in words


def test_a_narrow_drawing_holds_its_key() -> None:
    figure = flux_map("ero1_assay_no_zinc", "ero1_assay_zinc")
    figure.draw_without_rendering()
    width = figure.bbox.width
    for text in figure.axes[0].texts:
        assert text.get_window_extent().x1 <= width, text.get_text()


def test_what_cannot_be_mapped_is_refused(tmp_path: Path) -> None:
    short = zs.simulate("baseline", readouts=["zinc_uptake"], duration=60)
    with pytest.raises(InvalidInputError, match="lacks the fluxes of 119 reactions"):
        flux_map(short, "zip7_inhibition", path=tmp_path / "map.svg")
    with pytest.raises(InvalidInputError, match="er_zinc_redox and ero1_assay"):
        flux_map("baseline", "ero1_assay_zinc", path=tmp_path / "map.svg")
    with pytest.raises(zs.UnknownIdError, match="did you mean 'baseline'"):
        flux_map("baselin", "zip7_inhibition")
    assert not [*tmp_path.iterdir()]
