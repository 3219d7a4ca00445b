"""How all pictures look: colours, sizes of text, panels, units in words, labels at the ends of curves."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BAND_ALPHA",
    "DIVERGING",
    "FIRST",
    "FLAT",
    "INNER_BAND_ALPHA",
    "LABEL",
    "LINE",
    "MUTED",
    "PALETTE",
    "SECOND",
    "SMALL",
    "TEXT",
    "TITLE",
    "VERDICT_COLOURS",
    "EndLabel",
    "axis_label",
    "finish",
    "label_ends",
    "level",
    "new_figure",
    "panel_grid",
    "plain_name",
    "unit_text",
]

# Okabe and Ito's palette, told apart by colour-blind people too; without its yellow, which is too pale for lines.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of curves in one panel, in this order."""

FIRST, SECOND = PALETTE[:2]
"""What is shown, and what it is shown against."""

TEXT, MUTED = "#1a1a1a", "#666666"
"""Colour of text and marks, and of those that stand back; both readable on white."""

DIVERGING = "PuOr"
"""Colour map of numbers with a sign: purple and orange differ in all common forms of colour blindness."""

VERDICT_COLOURS = MappingProxyType(
    {"reproduced": "#0072B2", "divided": "#B37400", "missed": "#C44E00", "out of scope": MUTED}
)
"""Colours of verdicts, by their words; always shown with the words."""

TITLE, LABEL, SMALL = 10.0, 8.0, 7.0
"""Sizes of text in points: over the picture, of panels and axes, of ticks and notes."""

LINE = 1.6
"""Width of curves in points."""

BAND_ALPHA, INNER_BAND_ALPHA = 0.18, 0.35
"""Opacity of the bands of the middle 90 and 50 percent."""

# Values that differ by less than this part of themselves are drawn as a level line, not as noise blown up to
# the height of the panel.
FLAT = 1e-6

_UNITS = {"uM": "µM"}
_AT_REST = ", rest = 1"

# Height of a line of text in font sizes, with the air that keeps neighbours apart.
_LINE_HEIGHT = 1.2
# Part of the height of a panel that its axes take, titles and tick labels left out: an estimate, for labels only.
_AXES_PART = 0.72


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of a size in inches, laid out so that nothing overlaps."""
    from zinc_sbml.plots.picture import Picture

    return Picture(figsize=(width, height), layout="constrained")


def panel_grid(
    count: int,
    *,
    across: int,
    size: tuple[float, float],
    extra: tuple[float, float] = (0.0, 0.4),
    share_x: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Make a figure with so many panels, row by row.

    Parameters
    ----------
    count : int
        How many panels.
    across : int
        Most panels in a row.
    size : tuple of float
        Width and height of a panel in inches.
    extra : tuple of float, optional
        What the figure is wider and higher than its panels, in inches.
    share_x : bool, optional
        Whether all panels have one horizontal axis.
    """
    across = min(across, count)
    down = math.ceil(count / across)
    figure = new_figure(size[0] * across + extra[0], size[1] * down + extra[1])
    panels = figure.subplots(down, across, squeeze=False, sharex=share_x).ravel().tolist()
    for panel in panels[count:]:
        panel.remove()
    return figure, panels[:count]


def finish(panel: Axes) -> None:
    """Give a panel the sizes and lines of the style; after everything is drawn."""
    panel.tick_params(labelsize=SMALL)
    panel.spines[["top", "right"]].set_visible(False)


def level(panel: Axes, values: NDArray[np.float64]) -> None:
    """Widen the vertical axis where values are the same but for noise."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    if high - low <= FLAT * max(abs(low), abs(high)):
        middle = (low + high) / 2
        panel.set_ylim(middle - (abs(middle) or 1.0), middle + (abs(middle) or 1.0))


def unit_text(unit: str) -> str:
    """A unit as people write it: ``uM_per_s`` is ``µM/s``, ``per_uM_s`` is ``1/(µM s)``."""
    above, per, below = unit.partition("per_")
    if not per or not (above == "" or above.endswith("_")):
        return _UNITS.get(unit, unit)
    parts = [_UNITS.get(part, part) for part in below.split("_")]
    top = above.removesuffix("_")
    return f"{_UNITS.get(top, top) or '1'}/" + (parts[0] if len(parts) == 1 else f"({' '.join(parts)})")


def plain_name(name: str) -> str:
    """A name without the words that say that it is a fold of the resting value; its axis says that."""
    return name.removesuffix(_AT_REST)


def axis_label(readout: str, name: str, unit: str) -> str:
    """Id of a readout and, in a second line, its unit; a fold says what it is a fold of."""
    counted = "rest = 1" if name.endswith(_AT_REST) else unit_text(unit)
    return f"{readout}\n({counted})" if counted else readout


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLabel:
    """Text at the right end of a curve.

    Attributes
    ----------
    value : float
        Where the curve ends, on the vertical axis.
    text, colour : str
        What is written, and its colour.
    time : float, optional
        Where the curve ends, on the horizontal axis as drawn; at its right end by default.
    """

    value: float
    text: str
    colour: str
    time: float | None = None


def label_ends(panel: Axes, labels: Sequence[EndLabel], *, height: float, wrap: int = 18) -> None:
    """Write labels beside the ends of curves, moved apart where they would overlap; limits must be final.

    Parameters
    ----------
    panel : matplotlib.axes.Axes
        Where the curves are.
    labels : sequence of EndLabel
        By the value of the curve at its right end.
    height : float
        Of the panel in inches, its titles included.
    wrap : int, optional
        Longest line, in letters.
    """
    line = SMALL * _LINE_HEIGHT / 72 / (height * _AXES_PART)
    texts = ["\n".join(textwrap.wrap(one.text, wrap)) or one.text for one in labels]
    right = panel.get_xlim()[1]
    to_axes = panel.transData + panel.transAxes.inverted()
    ends = [to_axes.transform((right if one.time is None else one.time, one.value)) for one in labels]
    order = sorted(range(len(labels)), key=lambda i: float(ends[i][1]))
    places = _apart(
        [float(np.clip(ends[i][1], 0, 1)) for i in order], [line * (texts[i].count("\n") + 1) for i in order]
    )
    for i, place in zip(order, places, strict=True):
        panel.annotate(
            texts[i],
            (float(ends[i][0]), place),
            (4, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize=SMALL,
            color=labels[i].colour,
            annotation_clip=False,
            parse_math=False,
            linespacing=1.0,
        )


def _apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Middles of labels from the lowest up, as near to where they belong as fits without overlap."""
    groups: list[list[int]] = []
    middles: list[float] = []  # of the groups

    def whole(group: list[int]) -> float:
        return sum(heights[i] for i in group)

    def ideal(group: list[int]) -> float:
        """Middle of a stack whose labels are, on average, where they belong, inside the panel if they fit."""
        offset, total = 0.0, 0.0
        for i in group:
            total += wanted[i] - (offset + heights[i] / 2)
            offset += heights[i]
        return min(max(total / len(group), 0.0), max(1.0 - offset, 0.0)) + offset / 2

    for i in range(len(wanted)):
        groups.append([i])
        middles.append(ideal([i]))
        while len(groups) > 1 and middles[-1] - whole(groups[-1]) / 2 < middles[-2] + whole(groups[-2]) / 2:
            merged = groups[-2] + groups[-1]
            groups[-2:], middles[-2:] = [merged], [ideal(merged)]
    places: list[float] = []
    for group, middle in zip(groups, middles, strict=True):
        bottom = middle - whole(group) / 2
        for i in group:
            places.append(bottom + heights[i] / 2)
            bottom += heights[i]
    return places
