"""Pictures of sensitivities: a heat map of local ones, and bars of global ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.style import DIVERGING, LABEL, MUTED, SMALL, TITLE, finish, new_figure, panel_grid
from zinc_sbml.sensitivity.indices import GlobalSensitivities

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
__all__ = ["heat_map", "tornado"]

# The purple end of the diverging colours: one quantity, and a part of it.
DARK, LIGHT = "#542788", "#b2abd2"

# A row whose largest value is below this is left out: it would be white.
SHOWN = 0.02
MOST_ROWS = 45
MOST_COLUMNS = 26
MOST_BARS = 15

# Values beyond this quantile get the colour of the ends, or one of them would make all others pale.
SATURATED = 0.98


def heat_map(matrix: pd.DataFrame, path: str | Path | None = None, *, title: str = "", label: str = "") -> Figure:
    """Draw a matrix of scaled sensitivities, with the numbers written into the larger cells.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Parameters (or reactions, or processes) by readouts. At most `MOST_ROWS` rows and `MOST_COLUMNS` columns are
        drawn, those with the largest values, in the order of the matrix.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix.
    title, label : str, optional
        Over the picture, and beside the colours.

    Raises
    ------
    InvalidInputError
        If all values are zero or not known, or the picture cannot be written.
    """
    target = None if path is None else check_picture_target(path)
    sizes = np.nan_to_num(np.abs(matrix.to_numpy(dtype=float)))
    if not (sizes >= SHOWN).any():
        raise InvalidInputError(f"there is nothing to draw: no sensitivity reaches {SHOWN:g}")
    columns = _largest(sizes.max(axis=0), MOST_COLUMNS)
    shown = matrix.iloc[_largest(sizes[:, columns].max(axis=1), MOST_ROWS), columns]
    values = shown.to_numpy(dtype=float)
    limit = max(float(np.quantile(np.abs(values[np.isfinite(values)]), SATURATED)), SHOWN)
    rows, across = values.shape
    figure = new_figure(3.4 + 0.55 * across, 2.2 + 0.23 * rows)
    axes = figure.add_subplot()
    image = axes.imshow(values, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto")
    axes.set_xticks(range(across), [str(name) for name in shown.columns], rotation=50, ha="right", fontsize=LABEL)
    axes.set_yticks(range(rows), [str(name) for name in shown.index], fontsize=LABEL)
    for row, column in np.argwhere(np.abs(np.nan_to_num(values)) >= limit / 10).tolist():
        value = values[row, column]
        colour = "white" if abs(value) > 0.6 * limit else "black"
        axes.text(column, row, f"{value:.2g}", ha="center", va="center", fontsize=6, color=colour)
    bar = figure.colorbar(image, ax=axes, extend="both", shrink=min(1.0, 12 / rows), label=label)
    bar.ax.tick_params(labelsize=SMALL)
    axes.set_title(title, fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure


def _largest(sizes: NDArray[np.float64], most: int) -> list[int]:
    """Places of the largest values worth showing, in their order."""
    order = np.argsort(-sizes, kind="stable")[:most]
    return sorted(int(place) for place in order if sizes[place] >= SHOWN)


def tornado(
    found: GlobalSensitivities, path: str | Path | None = None, *, time: float | None = None, title: str = ""
) -> Figure:
    """Draw bars of the most important parameters, one panel per readout.

    Parameters
    ----------
    found : GlobalSensitivities
        Of Sobol' indices the total ones with their intervals, and the first-order ones before them; of Morris' the
        mean absolute effects.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix.
    time : float, optional
        In seconds; the last by default.
    title : str, optional
        Over the picture.

    Raises
    ------
    InvalidInputError
        If nothing was read at that time, or the picture cannot be written.
    """
    target = None if path is None else check_picture_target(path)
    tables = [found.of(name, time).head(MOST_BARS) for name in found.readouts]
    size = (4.3, 1.2 + 0.22 * max(map(len, tables)))
    figure, panels = panel_grid(len(tables), across=3, size=size, extra=(0.0, 0.0))
    for panel, name, table in zip(panels, found.readouts, tables, strict=True):
        places = np.arange(len(table))[::-1]
        if found.method == "sobol":
            errors = table["total_confidence"].to_numpy(dtype=float)
            panel.barh(places, table["total"], xerr=errors, color=LIGHT, ecolor=MUTED, label="total")
            panel.barh(places, table["first"], height=0.4, color=DARK, label="first order")
            panel.set_xlabel("share of the variance", fontsize=LABEL)
            panel.set_xlim(left=min(0.0, float(np.nanmin(table["first"], initial=0.0))))
        else:
            panel.barh(places, table["effect"], xerr=table["spread"].to_numpy(dtype=float), color=LIGHT, ecolor=MUTED)
            panel.set_xlabel("mean absolute effect, and spread of the effects", fontsize=LABEL)
        panel.set_yticks(places, [str(one) for one in table.index], fontsize=LABEL)
        panel.set_title(f"{name} ({table['scale'].iloc[0]})", fontsize=LABEL)
        finish(panel)
    if found.method == "sobol":
        panels[0].legend(frameon=False, fontsize=LABEL, loc="lower right")
    figure.suptitle(title, fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure
