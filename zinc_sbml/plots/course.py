"""Pictures of one run, one panel per readout."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.style import FIRST, LABEL, LINE, SMALL, TITLE, axis_label, finish, level, panel_grid, plain_name
from zinc_sbml.plots.times import TimeAxis, change_times, time_axis_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from zinc_sbml.result import Result

__all__ = ["plot_result"]

COLUMNS = 4
PANEL_WIDTH, PANEL_HEIGHT = 3.2, 2.4  # inches
# Letters of a title that fit over a panel.
TITLE_LETTERS = 44


def plot_result(result: Result, readouts: Sequence[str] | None = None, path: str | Path | None = None) -> Figure:
    """Draw a run, one panel per readout, with the times of changes marked.

    Parameters
    ----------
    result : Result
        The run.
    readouts : sequence of str, optional
        Ids of columns; the readouts of the model by default, or all columns where it has none.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix. The same run gives the same bytes.

    Returns
    -------
    matplotlib.figure.Figure
        With as many axes as readouts.

    Raises
    ------
    UnknownIdError
        If the run has no such column.
    InvalidInputError
        If the suffix of `path` is of no known format, or its directory does not exist.
    """
    chosen = _chosen(result, readouts)
    target = None if path is None else check_picture_target(path)
    figure, panels = panel_grid(len(chosen), across=COLUMNS, size=(PANEL_WIDTH, PANEL_HEIGHT))
    axis = time_axis_of(result)
    across = min(COLUMNS, len(chosen))
    for number, (panel, column) in enumerate(zip(panels, chosen, strict=True)):
        _draw(panel, result, column, axis, labelled=number >= len(chosen) - across)
    figure.suptitle(result.scenario.title or result.scenario.id, fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure


def _chosen(result: Result, readouts: Sequence[str] | None) -> list[str]:
    if readouts is None:
        return [*result.readouts] or [*result.columns]
    chosen = [readouts] if isinstance(readouts, str) else list(readouts)
    for column in chosen:
        if column not in result.columns:
            raise UnknownIdError("column", column, result.columns, f"the result of {result.scenario.id}")
    if not chosen:
        raise InvalidInputError("readouts: none given, expected at least one id")
    return chosen


def _draw(panel: Axes, result: Result, column: str, axis: TimeAxis, *, labelled: bool) -> None:
    values = result.values[:, result.columns.index(column)]
    shown = axis.shown(result.times)
    panel.plot(result.times[shown] / axis.factor, values[shown], linewidth=LINE, color=FIRST)
    axis.draw(panel, labelled=labelled)
    axis.mark_changes(panel, change_times(result))
    level(panel, values)
    name = result.names[column]
    panel.set_title(textwrap.fill(plain_name(name), TITLE_LETTERS), fontsize=LABEL)
    panel.set_ylabel(axis_label(column, name, result.units[column]), fontsize=SMALL)
    finish(panel)
