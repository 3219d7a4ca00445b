"""Pictures of the calibration: where the starts ended, and what holding a parameter costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml.calibration.fitting import Fit
from zinc_sbml.calibration.problem import Problem
from zinc_sbml.plots import save_picture

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["profiles", "waterfall"]

# Half of the 95 percent quantile of chi-squared with one degree of freedom: a cost higher by more is excluded.
EXCLUDED = 1.92

COLUMNS = 5
COST_SHOWN = 20.0


def waterfall(fits: Sequence[Fit], path: Path) -> None:
    """Draw the cost before and after the fit for every start, best first."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5, 3.4), layout="constrained")
    axes = figure.add_subplot()
    ranks = range(1, len(fits) + 1)
    axes.plot(ranks, [one.start_cost for one in fits], "o", color="0.6", label="start")
    axes.plot(ranks, [one.cost for one in fits], "o-", color="#0072B2", label="end")
    axes.set(yscale="log", xlabel="starts, best first", ylabel="cost (half of the sum of squares)")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    save_picture(figure, path)


def profiles(table: pd.DataFrame, problem: Problem, path: Path) -> None:
    """Draw one panel per parameter: best cost against the held value, the shipped value marked."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(table["parameter"]))
    rows = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(2.5 * COLUMNS, 2.3 * rows), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    least = table["cost"].min()
    for axes, name in zip(panels, names, strict=False):
        one = table[table["parameter"] == name]
        quantity = problem.model.quantities[name]
        axes.plot(one["value"], one["cost"], "o-", color="#0072B2", markersize=3)
        axes.axhline(least + EXCLUDED, color="0.6", linewidth=0.8, linestyle="--")
        axes.axvline(quantity.value, color="#D55E00", linewidth=0.8)
        axes.set_title(name, fontsize=8)
        axes.set_xlabel(quantity.unit, fontsize=8)
        axes.set_ylim(0, COST_SHOWN)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
        if float(np.min(one["value"])) > 0:
            axes.set_xscale("log")
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    figure.supylabel("best cost", fontsize=9)
    save_picture(figure, path)
