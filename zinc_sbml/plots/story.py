"""The storyboard: what follows from what, one panel below the other on one time axis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.plots.comparison import check_comparable, heading_of, names_of
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.runs import run_of
from zinc_sbml.plots.story_table import COUNTED, LABELS, STORY
from zinc_sbml.plots.style import (
    FIRST,
    LABEL,
    LINE,
    PALETTE,
    SECOND,
    SMALL,
    TEXT,
    TITLE,
    EndLabel,
    finish,
    label_ends,
    level,
    panel_grid,
    unit_text,
)
from zinc_sbml.plots.times import TimeAxis, change_times, time_axis_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from zinc_sbml.result import Result
    from zinc_sbml.scenarios import Scenario

__all__ = ["storyboard"]

PANEL_WIDTH, PANEL_HEIGHT = 5.6, 1.5  # inches


def storyboard(
    result: str | Scenario | Result,
    *,
    against: str | Scenario | Result | None = None,
    path: str | Path | None = None,
) -> Figure:
    """Draw the story of a run: zinc, Ero1α, PDI, maturation of clients, misfolded protein, stress response.

    Parameters
    ----------
    result : str, Scenario or Result
        The run, drawn in solid lines; a scenario (or its id) is run.
    against : str, Scenario or Result, optional
        A second one, drawn in dashed lines.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix. The same runs give the same bytes.

    Returns
    -------
    matplotlib.figure.Figure
        One axes for each panel of `STORY` of which `result` (or `against`) has a readout, from cause to effect.

    Raises
    ------
    InvalidInputError
        If no run has any readout of the story, their times have different units, or the picture cannot be written.
    """
    target = None if path is None else check_picture_target(path)
    runs = [run_of(one) for one in (result, against) if one is not None]
    check_comparable(*runs)
    told = [
        (title, [name for name in readouts if any(name in run.columns for run in runs)]) for title, readouts in STORY
    ]
    told = [(title, readouts) for title, readouts in told if readouts]
    if not told:
        expected = ", ".join(name for _, readouts in STORY for name in readouts)
        raise InvalidInputError(
            f"the result of {runs[0].scenario.id} has no readout of the story; expected at least one of {expected}"
        )
    figure, panels = panel_grid(len(told), across=1, size=(PANEL_WIDTH, PANEL_HEIGHT), extra=(0.0, 0.7), share_x=True)
    axis = time_axis_of(*runs)
    names = names_of(*runs)
    for number, (panel, (title, readouts)) in enumerate(zip(panels, told, strict=True)):
        _draw(panel, runs, names, readouts, axis, last=number == len(told) - 1)
        panel.set_title(title, fontsize=LABEL, loc="left", fontweight="bold", color=TEXT)
    figure.align_ylabels(panels)
    figure.suptitle(heading_of(*runs), fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure


def _draw(
    panel: Axes, runs: list[Result], names: list[str], readouts: list[str], axis: TimeAxis, *, last: bool
) -> None:
    labels: list[EndLabel] = []
    drawn: list[np.ndarray] = []
    alone = len(readouts) == 1
    for number, (run, name) in enumerate(zip(runs, names, strict=True)):
        shown = axis.shown(run.times)
        for place, readout in enumerate(readouts):
            if readout not in run.columns:
                continue
            # A readout alone has the colours of the runs; several have their own, and the runs differ by their lines.
            colour = (FIRST, SECOND)[number] if alone else PALETTE[place]
            values = run.values[:, run.columns.index(readout)]
            drawn.append(values)
            panel.plot(run.times[shown] / axis.factor, values[shown], ("-", "--")[number], color=colour, linewidth=LINE)
            # The second run is named where its readout is alone; elsewhere its dashes tell, or labels would crowd.
            text = name if alone else LABELS.get(readout, readout)
            if (alone and len(runs) > 1) or (not alone and run is _first_with(runs, readout)):
                end = axis.early_end(run)
                labels.append(EndLabel(value=float(values[-1]), text=text, colour=colour, time=end))
    axis.draw(panel, labelled=last)
    for run in runs:
        axis.mark_changes(panel, change_times(run))
    level(panel, np.concatenate(drawn))
    unit = _first_with(runs, readouts[0]).units[readouts[0]]
    panel.set_ylabel(COUNTED.get(readouts[0], unit_text(unit)), fontsize=SMALL)
    finish(panel)
    if not last:
        panel.tick_params(labelbottom=False)
    label_ends(panel, labels, height=PANEL_HEIGHT)


def _first_with(runs: list[Result], readout: str) -> Result:
    return next(run for run in runs if readout in run.columns)
