"""Pictures of ensembles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.checks import as_ids
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.style import (
    BAND_ALPHA,
    FIRST,
    INNER_BAND_ALPHA,
    LABEL,
    LINE,
    SMALL,
    TITLE,
    EndLabel,
    finish,
    label_ends,
    level,
    panel_grid,
    unit_text,
)
from zinc_sbml.plots.times import time_axis_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zinc_sbml.ensembles.result import Ensemble

__all__ = ["plot_ensemble"]

_ACROSS = 4
_WIDTH, _HEIGHT = 3.2, 2.4  # inches


def plot_ensemble(ensemble: Ensemble, readouts: Sequence[str] | None = None, path: str | Path | None = None) -> Figure:
    """Draw the median and the middle 50 and 90 percent of cells over time, one panel per readout.

    Parameters
    ----------
    ensemble : Ensemble
        The answers.
    readouts : sequence of str, optional
        Ids; all by default.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix.

    Returns
    -------
    matplotlib.figure.Figure
        With as many axes as readouts.

    Raises
    ------
    UnknownIdError
        If a readout was not read.
    InvalidInputError
        If the suffix is of no known format, or its directory does not exist.
    """
    target = None if path is None else check_picture_target(path)
    chosen = as_ids(readouts or ensemble.readouts)
    bands = {name: ensemble.bands(name) for name in chosen}
    figure, panels = panel_grid(len(chosen), across=_ACROSS, size=(_WIDTH, _HEIGHT), extra=(0.6, 0.5))
    changes = [float(start) for start, _ in ensemble.record["scenario"]["periods"] if start > 0]
    axis = time_axis_for([ensemble.times], changes=bool(changes))
    for number, (panel, name) in enumerate(zip(panels, chosen, strict=True)):
        shown = axis.shown(ensemble.times)
        time = ensemble.times[shown] / axis.factor
        band = bands[name]
        low, lower, middle, upper, high = (band[quantile].to_numpy()[shown] for quantile in band.columns)
        if len(time) == 1:
            panel.errorbar(time, middle, [middle - low, high - middle], fmt="o", color=FIRST, capsize=4)
            panel.set_xlabel(f"time ({axis.unit})", fontsize=LABEL)
        else:
            panel.fill_between(time, low, high, color=FIRST, alpha=BAND_ALPHA, linewidth=0)
            panel.fill_between(time, lower, upper, color=FIRST, alpha=INNER_BAND_ALPHA, linewidth=0)
            panel.plot(time, middle, color=FIRST, linewidth=LINE)
            axis.draw(panel, labelled=number >= len(chosen) - min(_ACROSS, len(chosen)))
            axis.mark_changes(panel, changes)
        level(panel, band.to_numpy())
        panel.set_ylabel(f"{name}\n({unit_text(ensemble.units[name])})", fontsize=SMALL)
        finish(panel)
        if number == 0 and len(time) > 1:
            ends = (("median", middle), ("middle 50 %", upper), ("middle 90 %", high))
            labels = [EndLabel(value=float(values[-1]), text=text, colour=FIRST) for text, values in ends]
            label_ends(panel, labels, height=_HEIGHT)
    failed = len(ensemble.failed)
    told = f", {failed} failed" if failed else ""
    figure.suptitle(f"{ensemble.record['scenario']['id']}: {len(ensemble)} cells{told}", fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure
