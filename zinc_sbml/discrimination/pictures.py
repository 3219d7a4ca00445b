"""What the best experiments would show: predicted curves under both hypotheses."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.discrimination.designs import Reading
from zinc_sbml.discrimination.readings import courses
from zinc_sbml.discrimination.search import CELLS, Discrimination, as_read
from zinc_sbml.findings.family import load_family
from zinc_sbml.hypotheses import load_hypotheses
from zinc_sbml.plots.files import save_picture
from zinc_sbml.plots.style import FIRST, LABEL, LINE, MUTED, SECOND, finish, panel_grid
from zinc_sbml.processes import on_processes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["predicted_curves"]

Array = NDArray[np.float64]

COLOURS = (FIRST, SECOND)

PANEL_WIDTH, PANEL_HEIGHT = 3.4, 3.5  # inches
ACROSS = 3
POINTS = 60

# A curve is followed a little beyond its reading.
BEYOND = 1.25


def predicted_curves(found: Discrimination, path: Path, *, cells: int = CELLS, processes: int = 1) -> None:
    """Draw the assay of each of the best experiments over time, with the reading marked.

    Parameters
    ----------
    found : Discrimination
        What was ranked.
    path : path
        png, svg or pdf by suffix.
    cells : int, optional
        Cells of each family; the line is their median, the band their middle 90 percent.
    processes : int, optional
        Worker processes.
    """
    families = [load_family(hypothesis=name) for name in (found.one, found.other)]
    known = load_hypotheses()
    names = [known[name].name for name in (found.one, found.other)]
    figure, panels = panel_grid(len(found.best), across=ACROSS, size=(PANEL_WIDTH, PANEL_HEIGHT))
    with on_processes(processes) as run:
        for number, (axes, one) in enumerate(zip(panels, found.best, strict=True), 1):
            times = _times(found, one.reading)
            followed = [courses(family, found.designs, one.reading, times, cells=cells, run=run) for family in families]
            _draw(axes, number, found, one.reading, times, dict(zip(names, followed, strict=True)))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    save_picture(figure, path)


def _times(found: Discrimination, reading: Reading) -> list[float]:
    """From the last change on: what came before is the same course under another name."""
    last = found.designs.experiments[reading.experiment].last_change
    times = last + np.linspace(0, (reading.time - last) * BEYOND, POINTS)
    return times[times > 0].tolist()


def _draw(
    axes: Axes, number: int, found: Discrimination, reading: Reading, times: list[float], followed: Mapping[str, Array]
) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    experiment = found.designs.experiments[reading.experiment]
    after = reading.time - experiment.last_change
    unit, word = (60.0, "min") if after < 7200 else (3600.0, "h")
    shown = (np.array(times) - experiment.last_change) / unit
    for (name, course), colour in zip(followed.items(), COLOURS, strict=True):
        low, middle, high = as_read(reading, np.quantile(course, (0.05, 0.5, 0.95), axis=0))
        axes.plot(shown, middle, color=colour, label=name, linewidth=LINE)
        axes.fill_between(shown, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.axvline(after / unit, color=MUTED, linewidth=0.8, linestyle="--", label="reading")
    if not reading.assay.absolute:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    title = textwrap.fill(f"{number}. {experiment.words}", 44)
    axes.set_title(title, fontsize=LABEL, loc="left")
    against = "rest" if reading.against == "rest" else "control without the last step"
    sign = "minus" if reading.assay.absolute else "over"
    axes.set_ylabel(f"{reading.assay.readout}\n{sign} {against}", fontsize=LABEL)
    axes.set_xlabel(f"time after the last step ({word})", fontsize=LABEL)
    finish(axes)
