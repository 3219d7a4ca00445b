"""Pictures of ensembles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.plots import check_picture_target, save_picture, time_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zinc_sbml.ensembles.result import Ensemble

__all__ = ["plot_ensemble"]

_ACROSS = 4
_WIDTH, _HEIGHT = 3.2, 2.4  # inches
_COLOR = "#1f5fa8"


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
    from matplotlib.figure import Figure

    target = None if path is None else check_picture_target(path)
    chosen = list(readouts or ensemble.readouts)
    bands = {name: ensemble.bands(name) for name in chosen}
    across = min(_ACROSS, len(chosen))
    down = math.ceil(len(chosen) / across)
    figure = Figure(figsize=(_WIDTH * across, _HEIGHT * down + 0.5), layout="constrained")
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    factor, unit = time_axis(float(ensemble.times[-1]))
    for number, (panel, name) in enumerate(zip(axes, chosen, strict=False)):
        band = bands[name]
        time = band.index.to_numpy() / factor
        low, lower, middle, upper, high = (band[quantile].to_numpy() for quantile in band.columns)
        if len(time) == 1:
            panel.errorbar(time, middle, [middle - low, high - middle], fmt="o", color=_COLOR, capsize=4)
        else:
            panel.fill_between(time, low, high, color=_COLOR, alpha=0.18, linewidth=0, label="90 % of cells")
            panel.fill_between(time, lower, upper, color=_COLOR, alpha=0.35, linewidth=0, label="50 % of cells")
            panel.plot(time, middle, color=_COLOR, linewidth=1.5, label="median")
        for start, _ in ensemble.record["scenario"]["periods"]:
            if start > 0:
                panel.axvline(start / factor, color="0.6", linewidth=0.8, linestyle="--")
        panel.set_ylabel(f"{name}\n({ensemble.units[name]})", fontsize=7)
        panel.tick_params(labelsize=7)
        if number >= len(chosen) - across:
            panel.set_xlabel(f"time ({unit})", fontsize=8)
    for panel in axes[len(chosen) :]:
        panel.remove()
    if len(ensemble.times) > 1:
        figure.legend(
            *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=7, frameon=False
        )
    failed = len(ensemble.failed)
    told = f", {failed} failed" if failed else ""
    figure.suptitle(f"{ensemble.record['scenario']['id']}: {len(ensemble)} cells{told}")
    if target is not None:
        save_picture(figure, target)
    return figure
