"""Fluxes on the drawing of the network: what runs through each reaction, in two runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.plots.comparison import check_comparable, names_of
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.runs import run_of
from zinc_sbml.plots.style import unit_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zinc_sbml.drawing.geometry import Curve
    from zinc_sbml.drawing.layout import Label, Layout, ReactionGlyph
    from zinc_sbml.drawing.picture import Ribbon
    from zinc_sbml.model import Model
    from zinc_sbml.result import Result
    from zinc_sbml.scenarios import Scenario

__all__ = ["flux_map"]

# Fluxes of one cell span more than five powers of ten: zinc in picomoles beside glutathione in millimoles.
# A width in proportion would show the glutathione alone, so the width grows by the same step for each power of ten.
DECADES = 8
STEP = 1.8  # pixels for each power of ten
LEAST_WIDTH = 2.5
_RAIL = 0.7

BASELINE, RAIL = "#bdbdbd", "#333333"

# Colours of the perturbed run by what became of the flux; from purple to orange through grey, so that they are told
# apart by colour-blind people too. A log width hides small factors; the colour tells them.
STEPS = (
    (0.1, "#2d004b", "to a tenth or less"),
    (0.5, "#6a51a3", "to a half or less"),
    (1 / 1.1, "#a9a2d0", "less"),
    (1.1, "#737373", "within a factor of 1.1"),
    (2.0, "#fdb863", "more"),
    (10.0, "#e08214", "at least twice"),
    (math.inf, "#8c3d04", "ten times or more"),
)
"""Largest ratio of perturbed to baseline, the colour, and its words in the key."""

# The key, in pixels: its left end, height of rows, length of its ribbons, gap after words.
_KEY_LEFT, _ROW = 24.0, 28.0
_SAMPLE, _GAP = 36.0, 16.0


def flux_map(
    baseline: str | Scenario | Result, perturbed: str | Scenario | Result, *, path: str | Path | None = None
) -> Figure:
    """Draw the fluxes at the ends of two runs on the network diagram, one over the other.

    Parameters
    ----------
    baseline, perturbed : str, Scenario or Result
        Ids of scenarios or scenarios, which are run; or results that hold the fluxes of all reactions of their model
        (``zs.simulate(..., readouts=[...])`` with the ids of the reactions).
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix. The same runs give the same bytes.

    Returns
    -------
    matplotlib.figure.Figure
        The network. Each edge of a reaction has a grey ribbon for the baseline and on it a coloured one for the
        perturbed run; where that is broader, two dark rails on it mark the baseline. Widths grow by the same step for
        each power of ten of the size of the flux (amol/s), whatever its direction; what is more than `DECADES` powers
        below the largest flux of both runs has no ribbon. Colours tell the ratio of the two.

    Raises
    ------
    UnknownIdError
        If a scenario does not exist.
    InvalidInputError
        If a result lacks a reaction, the runs are of different models, the model has no drawing, no reaction runs, or
        the picture cannot be written.
    SimulationError
        If a run fails.
    """
    from zinc_sbml.drawing.picture import figure_of
    from zinc_sbml.drawing.table import read_layout

    target = None if path is None else check_picture_target(path)
    model = _model_of(baseline, perturbed)
    layout = read_layout(model.sbml)
    reactions = [item.id for item in model.having("reaction")]
    one, other = (run_of(each, reactions) for each in (baseline, perturbed))
    check_comparable(one, other)
    fluxes = [_fluxes(result, layout) for result in (one, other)]
    largest = max(abs(value) for found in fluxes for value in found.values())
    if not largest > 0:
        raise InvalidInputError(f"no reaction runs at the end of {one.scenario.id} and {other.scenario.id}")
    top = math.ceil(math.log10(largest))
    unit = unit_text(one.units[layout.reactions[0].reaction])
    names = names_of(one, other)
    words, samples, room = _key(layout, names, top, unit)
    drawn = replace(
        layout,
        title=_title(layout, names),
        height=layout.height + room,
        notes=(*layout.notes, *words),
    )
    figure = figure_of(drawn, [*_ribbons(layout, fluxes[0], fluxes[1], top), *samples])
    if target is not None:
        save_picture(figure, target)
    return figure


def _model_of(*given: str | Scenario | Result) -> Model:
    from zinc_sbml.model import load_model
    from zinc_sbml.result import Result
    from zinc_sbml.scenarios import load_scenario

    ids = []
    for each in given:
        if isinstance(each, Result):
            ids.append(str(each.provenance.get("model", each.scenario.model)))
        else:
            ids.append((load_scenario(each) if isinstance(each, str) else each).model)
    if ids[0] != ids[1]:
        raise InvalidInputError(f"the runs are of the models {ids[0]} and {ids[1]}, expected one model for both")
    return load_model(ids[0])


def _fluxes(result: Result, layout: Layout) -> dict[str, float]:
    """Fluxes at the end by reaction of the drawing."""
    final = dict(zip(result.columns, result.values[-1].tolist(), strict=True))
    missing = [glyph.reaction for glyph in layout.reactions if glyph.reaction not in final]
    if missing:
        raise InvalidInputError(
            f"the result of {result.scenario.id} lacks the fluxes of {len(missing)} reactions, the first "
            f"{missing[0]}; give the scenario, or record all reactions with readouts="
        )
    return {glyph.reaction: final[glyph.reaction] for glyph in layout.reactions}


def width_of(flux: float, top: int) -> float:
    """Width of a ribbon in pixels; 0 for what is too small to be drawn.

    Parameters
    ----------
    flux : float
        Of the reaction; its sign says nothing here.
    top : int
        Power of ten at or above the largest flux.
    """
    if flux == 0:
        return 0.0
    above = math.log10(abs(flux)) - (top - DECADES)
    return LEAST_WIDTH + STEP * above if above >= 0 else 0.0


def colour_of(baseline: float, perturbed: float) -> str:
    """Colour of the perturbed run: what became of the size of the flux."""
    ratio = abs(perturbed / baseline) if baseline else math.inf
    # A falling flux belongs to the step that it reaches, a rising one too.
    return next(
        colour for most, colour, _ in STEPS if ratio < most or (ratio == most and ratio < 1) or most == math.inf
    )


def _ribbons(
    layout: Layout, baseline: Mapping[str, float], perturbed: Mapping[str, float], top: int
) -> Iterator[Ribbon]:
    from zinc_sbml.drawing.picture import Ribbon

    pairs = []
    for glyph in layout.reactions:
        before, after = baseline[glyph.reaction], perturbed[glyph.reaction]
        was, now, colour = width_of(before, top), width_of(after, top), colour_of(before, after)
        pairs += [(width, shade, curve) for curve in _curves(glyph) for width, shade in _layers(was, now, colour)]
    # Broad ones first, or where reactions cross a small change would hide under a large flux.
    for width, colour, curve in sorted(pairs, key=lambda item: -item[0]):
        yield Ribbon(curve=curve, colour=colour, width=width)


def _layers(was: float, now: float, colour: str) -> list[tuple[float, str]]:
    """Widths and colours of the ribbons of one edge: a baseline that would be hidden is drawn as two rails."""
    if now <= was:
        layers = [(was, BASELINE), (now, colour)]
    else:
        layers = [(now, colour), (was, RAIL), (was - 2 * _RAIL, colour)] if was > 2 * _RAIL else [(now, colour)]
    return [(width, shade) for width, shade in layers if width > 0]


def _curves(glyph: ReactionGlyph) -> Iterator[Curve]:
    for edge in glyph.edges:
        if edge.role in ("substrate", "product"):
            yield edge.curve
    if glyph.empty is not None:
        yield glyph.empty.curve


# --- key, between the network and the legend of its shapes ---


def _key(layout: Layout, names: list[str], top: int, unit: str) -> tuple[list[Label], list[Ribbon], float]:
    """What widths and colours mean: words, ribbons, and the room they take."""
    from zinc_sbml.drawing.geometry import Curve, Segment
    from zinc_sbml.drawing.layout import Label
    from zinc_sbml.drawing.picture import LEGEND_HEIGHT, Ribbon, label_width

    labels: list[Label] = []
    ribbons: list[Ribbon] = []
    start = layout.height - LEGEND_HEIGHT + 20
    x, y = _KEY_LEFT, start

    def show(text: str, layers: Sequence[tuple[float, str]] = ()) -> None:
        nonlocal x, y
        sample = _SAMPLE + 6 if layers else 0.0
        width = sample + label_width(Label(lines=(text,), at=(x, y), kind="note"))
        if x > _KEY_LEFT and x + width > layout.width - _KEY_LEFT:
            x, y = _KEY_LEFT, y + _ROW
        line = Curve((Segment(start=(x, y), end=(x + _SAMPLE, y)),))
        ribbons.extend(Ribbon(curve=line, colour=colour, width=width) for width, colour in layers)
        labels.append(Label(lines=(text,), at=(x + sample, y), kind="note", anchor="start"))
        x += width + _GAP

    show(f"Flux ({unit}), width by its power of ten:")
    for power in range(top - DECADES, top + 1):
        show(_power(power), [(width_of(10.0**power, top), BASELINE)])
    x, y = _KEY_LEFT, y + _ROW
    middle = width_of(10.0 ** (top - DECADES // 2), top)
    show(names[0], [(middle, BASELINE)])
    show(f"{names[1]}:")
    for most, colour, text in STEPS:
        width = 0.6 * middle if most < 1 else 1.35 * middle if most >= 2 else middle
        show(text, _layers(middle, width, colour))
    return labels, ribbons, y - start + _ROW


def _title(layout: Layout, names: list[str]) -> Label:
    """Title of the picture, smaller where it would not fit."""
    from zinc_sbml.drawing.picture import label_width

    title = replace(layout.title, lines=(f"Fluxes at the end: {names[1]} against {names[0]}",))
    if label_width(title, "bold") <= layout.width - 2 * _KEY_LEFT:
        return title
    return replace(title, kind="compartment")


def _power(power: int) -> str:
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
