"""Pictures of dose responses and of surfaces of two inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.doses.response import DoseResponse, column_of
from zinc_sbml.doses.surface import DoseSurface
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.style import (
    BAND_ALPHA,
    FIRST,
    LABEL,
    LINE,
    MUTED,
    SECOND,
    SMALL,
    TITLE,
    axis_label,
    finish,
    level,
    new_figure,
    panel_grid,
    plain_name,
    unit_text,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    from zinc_sbml.doses.runs import Labels

__all__ = ["plot_response", "plot_surface"]

Array = NDArray[np.float64]

ACROSS = 3
PANEL_WIDTH, PANEL_HEIGHT = 4.0, 3.4  # inches
CELL_WIDTH, CELL_HEIGHT = 0.62, 0.42

# Dose zero has no place on a logarithmic axis: it is drawn so many decades left of the smallest dose, with a mark
# between them; the curve begins between that mark and the smallest dose.
_ZERO_LEFT, _CURVE_LEFT = 0.7, 0.25
_POINTS = 200

# Colours of the Loewe index end at this factor either way.
_INDEX_RANGE = 4.0
_LEAST_EXCESS_RANGE = 0.05


def plot_response(
    response: DoseResponse, readouts: Sequence[str] | None = None, path: str | Path | None = None
) -> Figure:
    """Draw a dose response; see `DoseResponse.plot`.

    Returns
    -------
    matplotlib.figure.Figure
        With one panel per readout.

    Raises
    ------
    UnknownIdError
        If a readout was not read.
    InvalidInputError
        If no dose is above zero, no readout is asked for, or the picture cannot be written there.
    """
    chosen = list(response.readouts) if readouts is None else [readouts] if isinstance(readouts, str) else [*readouts]
    for readout in chosen:
        column_of(response.readouts, readout)
    if not chosen:
        raise InvalidInputError("readouts: none given, expected at least one id")
    if not (response.doses > 0).any():
        raise InvalidInputError(f"doses: {response.doses.tolist()}, expected one above 0 to draw")
    target = None if path is None else check_picture_target(path)
    figure, panels = panel_grid(len(chosen), across=ACROSS, size=(PANEL_WIDTH, PANEL_HEIGHT), extra=(0.4, 0.8))
    for panel, readout in zip(panels, chosen, strict=True):
        _draw_response(panel, response, readout)
    shown: dict[str, Artist] = {}
    for panel in panels:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            shown.setdefault(label, handle)
    figure.legend(
        list(shown.values()),
        list(shown),
        loc="outside lower center",
        ncols=min(len(shown), 2 * min(ACROSS, len(chosen))),
        frameon=False,
        fontsize=LABEL,
    )
    figure.suptitle(response.labels.title, fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure


def _draw_response(panel: Axes, response: DoseResponse, readout: str) -> None:
    labels = response.labels
    order = np.argsort(response.doses)
    doses, values = response.doses[order], response[readout].to_numpy()[order]
    smallest = float(doses[doses > 0][0])
    zero = smallest / 10**_ZERO_LEFT
    places = np.where(doses > 0, doses, zero)
    above = doses > 0
    if response.cells:
        low, median, high = response.band(readout)[:, order]
        panel.fill_between(places[above], low[above], high[above], color=SECOND, alpha=BAND_ALPHA, linewidth=0,
                           label=f"{len(response.cells)} plausible cells, middle 90 %")  # fmt: skip
        panel.plot(places[above], median[above], color=SECOND, linewidth=1, linestyle="--", label="their median")
        if not above.all():
            spread = [median[~above] - low[~above], high[~above] - median[~above]]
            panel.errorbar(places[~above], median[~above], spread, color=SECOND, capsize=3, linewidth=1)
    fit = response.hill(readout)
    if fit.determined:
        fine = np.geomspace(smallest / 10**_CURVE_LEFT, doses[-1] * 10 ** (_CURVE_LEFT / 2), _POINTS)
        panel.plot(fine, fit.at(fine), color=FIRST, linewidth=LINE, label="Hill curve")
        unit = unit_text(labels.units[response.input])
        told = f"EC50 {fit.ec50:.3g} {unit}, slope {fit.slope:.2g}, R² {fit.r_squared:.3f}"
    else:
        told = f"no Hill curve: {fit.reason}"
    half = response.half_dose(readout)
    if half > 0:
        panel.axvline(half, color=MUTED, linewidth=0.8, linestyle=":", label="half dose")
    panel.plot(places, values, "o", color=FIRST, markersize=4.5, label="model", zorder=3)
    _dose_axis(panel, doses, zero, smallest)
    if not response.cells:
        level(panel, values)
    panel.set_title(f"{plain_name(labels.names[readout])}\n", fontsize=LABEL)
    panel.text(0.5, 1.02, told, transform=panel.transAxes, ha="center", va="bottom", fontsize=SMALL, color=MUTED)
    statistic = "" if labels.statistic == "final" else f"{labels.statistic} "
    panel.set_ylabel(statistic + _axis(labels, readout), fontsize=LABEL)
    panel.set_xlabel(f"{labels.names[response.input]} ({unit_text(labels.units[response.input])})", fontsize=LABEL)
    finish(panel)


def _axis(labels: Labels, readout: str) -> str:
    """Id and unit of a readout in one line."""
    return axis_label(readout, labels.names[readout], labels.units[readout]).replace("\n", " ")


def _dose_axis(panel: Axes, doses: Array, zero: float, smallest: float) -> None:
    """Logarithmic axis of doses; zero stands left of the others, after a gap in the axis."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    panel.set_xscale("log")
    right = doses[-1] * 10 ** (_CURVE_LEFT / 2)
    has_zero = bool((doses == 0).any())
    panel.set_xlim(zero / 10**0.15 if has_zero else smallest / 10**_CURVE_LEFT, right * 1.05)
    low, high = math.ceil(math.log10(smallest) - _CURVE_LEFT / 2), math.floor(math.log10(right))
    ticks = [10.0**power for power in range(low, high + 1)]
    if len(ticks) < 2:
        ticks = doses[doses > 0].tolist()
    if has_zero:
        ticks = [zero, *ticks]
        gap = zero * 10 ** (_ZERO_LEFT - _CURVE_LEFT) / 10**0.1
        panel.text(gap, 0, "//", transform=panel.get_xaxis_transform(), ha="center", va="center", fontsize=9,
                   clip_on=False, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: "0" if has_zero and x == zero else f"{x:g}"))
    minor = [m * 10.0**p for p in range(low - 1, high + 1) for m in range(2, 10) if m * 10.0**p >= smallest / 1.8]
    panel.xaxis.set_minor_locator(FixedLocator([tick for tick in minor if tick <= right]))
    panel.xaxis.set_minor_formatter(NullFormatter())


def plot_surface(surface: DoseSurface, readout: str | None = None, path: str | Path | None = None) -> Figure:
    """Draw a surface; see `DoseSurface.plot`.

    Returns
    -------
    matplotlib.figure.Figure
        Three tables in colour: the readout, Bliss excess, Loewe index. Synergy is blue in both, antagonism red.

    Raises
    ------
    UnknownIdError, InvalidInputError
        As `DoseSurface.synergy`; also if the picture cannot be written there.
    """
    from matplotlib.colors import LogNorm, Normalize, TwoSlopeNorm

    target = None if path is None else check_picture_target(path)
    synergy = surface.synergy(readout)
    labels = surface.labels
    name = synergy.readout
    values = surface.table(name).to_numpy()
    rows, columns = values.shape
    figure = new_figure(3 * (CELL_WIDTH * columns + 1.7), CELL_HEIGHT * rows + 2.3)
    panels = figure.subplots(1, 3).tolist()
    positive = values.min() > 0 and values.max() / values.min() > 30
    plain: Normalize = LogNorm(values.min(), values.max()) if positive else Normalize(values.min(), values.max())
    reach = max(_LEAST_EXCESS_RANGE, float(np.abs(synergy.bliss_excess).max()))
    excess = TwoSlopeNorm(0.0, -reach, reach)
    index = LogNorm(1 / _INDEX_RANGE, _INDEX_RANGE)
    scores = synergy.scores
    told = "nowhere defined" if math.isnan(scores.loewe_index) else f"geometric mean {scores.loewe_index:.2g}"
    mean = f"mean {scores.bliss_excess:+.2g}"
    if surface.cells:
        row = synergy.summary.loc["bliss_excess"]
        mean += f"; above 0 in {row['synergy']:.0%} of {row['cells']:g} plausible cells"
    drawn = (
        (values, plain, "viridis", plain_name(labels.names[name]), _axis(labels, name), 0, ".3g"),
        (synergy.bliss_excess, excess, "RdBu", "Bliss excess (> 0, blue: synergy)", mean, 1, "+.2f"),
        (synergy.loewe_index, index, "RdBu_r", "Loewe index (< 1, blue: synergy)", told, 1, ".2f"),
    )
    for number, (panel, (table, norm, colours, title, under, start, digits)) in enumerate(
        zip(panels, drawn, strict=True)
    ):
        _draw_table(panel, table, norm, colours, start, digits)
        panel.set_title(f"{title}\n{under}", fontsize=LABEL)
        panel.set_xticks(range(columns), [f"{dose:g}" for dose in surface.doses[1]], fontsize=SMALL)
        panel.set_yticks(range(rows), [f"{dose:g}" for dose in surface.doses[0]], fontsize=SMALL)
        first, second = surface.inputs
        panel.set_xlabel(f"{labels.names[second]} ({unit_text(labels.units[second])})", fontsize=LABEL)
        if number == 0:
            panel.set_ylabel(f"{labels.names[first]} ({unit_text(labels.units[first])})", fontsize=LABEL)
    alone = " and ".join(
        f"{labels.names[one]} alone reaches {100 * effect:.3g} %"
        for one, effect in zip(surface.inputs, synergy.largest_alone, strict=True)
    )
    unit = "" if labels.units[name] == "fraction" else f" {unit_text(labels.units[name])}"
    full = f"Full effect: {synergy.full:.4g}{unit}; {alone} of it. Hatched: an input alone never has this effect."
    figure.supxlabel(full, fontsize=SMALL, color=MUTED)
    figure.suptitle(labels.title, fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure


def _draw_table(panel: Axes, table: Array, norm: Normalize, colours: str, start: int, digits: str) -> None:
    """Colour a table and write its numbers; `start` is the first row and column that says something."""
    import matplotlib

    shown = np.ma.masked_invalid(table)
    shown[:start, :] = np.ma.masked
    shown[:, :start] = np.ma.masked
    panel.imshow(shown, norm=norm, cmap=colours, origin="lower", aspect="auto")
    palette = matplotlib.colormaps[colours]
    for i, j in np.ndindex(*table.shape):
        if shown.mask is not np.ma.nomask and np.ma.getmaskarray(shown)[i, j]:
            hatch = None if i < start or j < start else "////"
            panel.add_patch(_square(i, j, hatch))
            continue
        red, green, blue, _ = palette(norm(table[i, j]))
        dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
        panel.text(
            j,
            i,
            f"{table[i, j]:{digits}}",
            ha="center",
            va="center",
            fontsize=SMALL,
            color="white" if dark else "black",
        )


def _square(row: int, column: int, hatch: str | None) -> Rectangle:
    from matplotlib.patches import Rectangle

    place = (column - 0.5, row - 0.5)
    return Rectangle(place, 1, 1, facecolor="white", edgecolor="0.8", hatch=hatch, linewidth=0)
