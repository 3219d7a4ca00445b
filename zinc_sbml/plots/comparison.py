"""Two runs side by side: another scenario, or the same one with other settings."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.runs import run_of
from zinc_sbml.plots.story_table import STORY
from zinc_sbml.plots.style import (
    FIRST,
    LABEL,
    LINE,
    SECOND,
    SMALL,
    TITLE,
    EndLabel,
    axis_label,
    finish,
    label_ends,
    level,
    panel_grid,
    plain_name,
)
from zinc_sbml.plots.times import change_times, time_axis_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zinc_sbml.result import Result
    from zinc_sbml.scenarios import Scenario

__all__ = ["check_comparable", "compare_results", "heading_of", "names_of"]

ACROSS = 3
PANEL_WIDTH, PANEL_HEIGHT = 3.9, 2.5  # inches
TITLE_LETTERS = 46
# So many settings are told in the name of a run; more would not fit.
_MOST_SETTINGS = 2


def compare_results(
    one: str | Scenario | Result,
    other: str | Scenario | Result,
    readouts: Sequence[str] | None = None,
    *,
    path: str | Path | None = None,
) -> Figure:
    """Draw two runs, one panel per readout, each curve labelled at its end with its value there.

    Parameters
    ----------
    one, other : str, Scenario or Result
        Runs of two scenarios, or of one with two settings; a scenario (or its id) is run.
    readouts : sequence of str, optional
        Ids of columns of both; by default the readouts of the storyboard that both have, or else all readouts or
        columns that both have.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix. The same runs give the same bytes.

    Returns
    -------
    matplotlib.figure.Figure
        With one axes per readout.

    Raises
    ------
    UnknownIdError
        If a run has no such column.
    InvalidInputError
        If the runs share no column, their times or a readout have different units, no readout is asked for, or the
        picture cannot be written.
    """
    target = None if path is None else check_picture_target(path)
    one, other = run_of(one, readouts), run_of(other, readouts)
    check_comparable(one, other)
    chosen = _common(one, other) if readouts is None else _asked(one, other, readouts)
    figure, panels = panel_grid(len(chosen), across=ACROSS, size=(PANEL_WIDTH, PANEL_HEIGHT), extra=(0.0, 0.5))
    axis = time_axis_of(one, other)
    names = names_of(one, other)
    for number, (panel, readout) in enumerate(zip(panels, chosen, strict=True)):
        labels = []
        courses = []
        for run, name, colour, style in zip((one, other), names, (FIRST, SECOND), ("-", "--"), strict=True):
            values = run.values[:, run.columns.index(readout)]
            shown = axis.shown(run.times)
            panel.plot(run.times[shown] / axis.factor, values[shown], style, color=colour, linewidth=LINE)
            labels.append(
                EndLabel(
                    value=float(values[-1]), text=f"{name}: {values[-1]:.3g}", colour=colour, time=axis.early_end(run)
                )
            )
            courses.append(values)
        axis.draw(panel, labelled=number >= len(chosen) - min(ACROSS, len(chosen)))
        for run in (one, other):
            axis.mark_changes(panel, change_times(run))
        level(panel, np.concatenate(courses))
        panel.set_title(textwrap.fill(plain_name(one.names[readout]), TITLE_LETTERS), fontsize=LABEL)
        panel.set_ylabel(axis_label(readout, one.names[readout], one.units[readout]), fontsize=SMALL)
        finish(panel)
        label_ends(panel, labels, height=PANEL_HEIGHT)
    figure.suptitle(f"{heading_of(one, other)}; numbers: values at the end", fontsize=TITLE)
    if target is not None:
        save_picture(figure, target)
    return figure


def check_comparable(*runs: Result) -> None:
    """Refuse runs that have no common time axis or whose columns of one id have different units.

    Raises
    ------
    InvalidInputError
        Names the runs and the units.
    """
    first = runs[0]
    for run in runs[1:]:
        if run.time_unit != first.time_unit:
            raise InvalidInputError(
                f"{first.scenario.id} has its time in {first.time_unit}, {run.scenario.id} in {run.time_unit}: "
                f"expected one unit for both"
            )
        for name in run.columns:
            if name in first.columns and run.units[name] != first.units[name]:
                raise InvalidInputError(
                    f"{name} is in {first.units[name]} in the result of {first.scenario.id}, "
                    f"in {run.units[name]} in that of {run.scenario.id}: expected one unit for both"
                )


def names_of(*runs: Result) -> list[str]:
    """What to call runs in a picture: their titles, or the settings that differ where the titles are the same."""
    titles = [run.scenario.title or run.scenario.id for run in runs]
    if len(set(titles)) == len(titles):
        return titles
    settings = [_settings(run) for run in runs]
    shared = dict(set(settings[0].items()).intersection(*(one.items() for one in settings[1:])))
    names = []
    for title, own in zip(titles, settings, strict=True):
        differing = [f"{name} = {value:g}" for name, value in own.items() if name not in shared]
        more = ", …" if len(differing) > _MOST_SETTINGS else ""
        names.append(f"{', '.join(differing[:_MOST_SETTINGS])}{more}" if differing else title)
    # Runs that say nothing of what differs (another model, other times) are told apart by their order.
    return names if len(set(names)) == len(names) else [f"{name} ({i})" for i, name in enumerate(names, 1)]


def heading_of(*runs: Result) -> str:
    """Heading of a picture of one or two runs: what they are called, and by which lines they are drawn."""
    names = names_of(*runs)
    title = runs[0].scenario.title or runs[0].scenario.id
    if len(runs) == 1:
        return title
    shared = f"{title}: " if names[0] != title and runs[1].scenario.title == runs[0].scenario.title else ""
    return f"{shared}{names[0]} (solid) against {names[1]} (dashed)"


def _settings(run: Result) -> dict[str, float]:
    """Values that were set for a run: parameters of the cell, and changes by their last value."""
    found = {str(name): float(value) for name, value in run.provenance.get("parameters", {}).items()}
    for period in run.scenario.periods:
        found |= {name: float(value) for name, value in period.changes.items()}
    return found


def _common(one: Result, other: Result) -> list[str]:
    story = [name for _, readouts in STORY for name in readouts]
    for known in (story, one.readouts, one.columns):
        found = [name for name in known if name in one.columns and name in other.columns]
        if found:
            return found
    raise InvalidInputError(
        f"the results of {one.scenario.id} and {other.scenario.id} share no column, so there is nothing to compare"
    )


def _asked(one: Result, other: Result, readouts: Sequence[str]) -> list[str]:
    chosen = [readouts] if isinstance(readouts, str) else list(readouts)
    if not chosen:
        raise InvalidInputError("readouts: none given, expected at least one id")
    for readout in chosen:
        for run in (one, other):
            if readout not in run.columns:
                raise UnknownIdError("column", readout, run.columns, f"the result of {run.scenario.id}")
    return chosen
