"""Pictures of the calibration: where the starts ended, and what holding a parameter costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml.calibration.fitting import Fit
from zinc_sbml.calibration.problem import Problem
from zinc_sbml.plots.files import save_picture
from zinc_sbml.plots.style import FIRST, LABEL, SECOND, finish, new_figure, panel_grid, unit_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["profiles", "waterfall"]

# Half of the 95 percent quantile of chi-squared with one degree of freedom: a cost higher by more is excluded.
EXCLUDED = 1.92

COLUMNS = 5
COST_SHOWN = 20.0


def waterfall(fits: Sequence[Fit], path: Path) -> None:
    """Draw the cost before and after the fit for every start, best first."""
    figure = new_figure(5.5, 3.4)
    axes = figure.add_subplot()
    ranks = range(1, len(fits) + 1)
    axes.plot(ranks, [one.start_cost for one in fits], "o", color="0.6", label="start")
    axes.plot(ranks, [one.cost for one in fits], "o-", color=FIRST, label="end")
    axes.set(yscale="log", xlabel="starts, best first", ylabel="cost (half of the sum of squares)")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    save_picture(figure, path)


def profiles(table: pd.DataFrame, problem: Problem, path: Path) -> None:
    """Draw one panel per parameter: best cost against the held value, the shipped value marked."""
    names = list(dict.fromkeys(table["parameter"]))
    figure, panels = panel_grid(len(names), across=COLUMNS, size=(2.5, 2.3), extra=(0.0, 0.0))
    least = float(table["cost"].to_numpy().min())
    for axes, name in zip(panels, names, strict=True):
        one = table[table["parameter"] == name]
        quantity = problem.model.quantities[name]
        axes.plot(one["value"], one["cost"], "o-", color=FIRST, markersize=3)
        axes.axhline(least + EXCLUDED, color="0.6", linewidth=0.8, linestyle="--")
        axes.axvline(quantity.value, color=SECOND, linewidth=0.8)
        axes.set_title(name, fontsize=LABEL)
        axes.set_xlabel(unit_text(quantity.unit), fontsize=LABEL)
        axes.set_ylim(0, COST_SHOWN)
        finish(axes)
        if float(np.min(one["value"])) > 0:
            axes.set_xscale("log")
    figure.supylabel("best cost", fontsize=9)
    save_picture(figure, path)
