"""One question, put to many cells.

A cell is a set of parameter values. Each cell comes to its own rest first, then the scenario is run; what it answers
depends on its values alone, not on who was asked before or where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zinc_sbml.checks import check_changes, check_no_start_values, checked_readouts, checked_times
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.errors import InvalidInputError, SimulationError
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import Model, load_model
from zinc_sbml.processes import Progress, on_processes
from zinc_sbml.scenarios import Scenario, load_scenario
from zinc_sbml.simulation import run_checked

__all__ = ["Answers", "Question", "answers", "ask", "question"]

# Cells that a worker is given at a time: enough that sending them costs nothing, few enough for a smooth end.
_CHUNK = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every cell is asked; made by `question`, which checks it.

    Attributes
    ----------
    scenario : Scenario
        What is done to the cell.
    model : Model
        The model of the cell.
    parameters : tuple of str
        Ids of the parameters in which cells differ.
    readouts : tuple of str
        What is read.
    times : tuple of float
        When, in seconds.
    tolerances : Tolerances
        Tolerances of the solver.
    """

    scenario: Scenario
    model: Model
    parameters: tuple[str, ...]
    readouts: tuple[str, ...]
    times: tuple[float, ...]
    tolerances: Tolerances = DEFAULT_TOLERANCES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What the cells answered.

    Attributes
    ----------
    values : numpy.ndarray
        Shape (cells, times, readouts); NaN for a cell that failed.
    failures : dict of int to str
        Reason by number of the cell.
    """

    values: Array
    failures: Mapping[int, str]


def question(
    scenario: str | Scenario,
    *,
    parameters: Iterable[str],
    readouts: Iterable[str],
    times: Iterable[float] | None = None,
    model: str | Path | Model | None = None,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
) -> Question:
    """Check and collect what every cell is asked.

    Parameters
    ----------
    scenario : str or Scenario
        Id of a shipped scenario, or one of your own.
    parameters : iterable of str
        Ids of the parameters (or switches) in which cells differ; inputs that are doses belong into the scenario.
    readouts : iterable of str
        What to read.
    times : iterable of float, optional
        When, in seconds; the end of the scenario by default.
    model : str, path or Model, optional
        The scenario's by default.
    tolerances : Tolerances, optional
        Tolerances of the solver.

    Raises
    ------
    UnknownIdError
        If the scenario, the model, a parameter or a readout does not exist.
    InvalidInputError
        If a value cannot be set or a time is not usable.
    """
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    loaded = model if isinstance(model, Model) else load_model(model or scenario.model)
    names = tuple(parameters)
    if len(set(names)) != len(names):
        raise InvalidInputError(f"parameters: {', '.join(names)}, expected each id once")
    for name in names:
        quantity = loaded.quantity(name, "parameter")
        if quantity.role == "input" and not quantity.is_switch:
            raise InvalidInputError(f"{name} is an input; put it into the scenario, or see `dose_response`")
        check_changes(loaded, {name: quantity.value}, "parameters")
    if loaded.references:
        check_no_start_values(loaded, dict.fromkeys(names, 0.0))
    for period in scenario.periods:
        check_changes(loaded, period.changes, f"scenario {scenario.id}")
    grid = checked_times([scenario.duration] if times is None else times, scenario.duration)
    return Question(
        scenario=scenario,
        model=loaded,
        parameters=names,
        readouts=checked_readouts(loaded, readouts),
        times=tuple(grid.tolist()),
        tolerances=tolerances,
    )


def ask(asked: Question, cells: Array, *, processes: int = 1, progress: Progress | None = None) -> Answers:
    """Ask many cells.

    Parameters
    ----------
    asked : Question
        The question.
    cells : numpy.ndarray
        Values of its parameters, shape (cells, parameters), each in its own unit.
    processes : int, optional
        Worker processes; the numbers are the same for any.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    Answers
        In the order of the cells; a cell that fails is told, not raised.

    Raises
    ------
    InvalidInputError
        If the table has another shape, or a value that is not finite.
    """
    rows = np.asarray(cells, dtype=float)
    if rows.ndim != 2 or rows.shape[1] != len(asked.parameters):
        raise InvalidInputError(f"cells: shape {rows.shape}, expected (cells, {len(asked.parameters)})")
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        raise InvalidInputError(f"cells: {asked.parameters[column]} = {rows[row, column]} in row {row} is not finite")
    values = np.full((len(rows), len(asked.times), len(asked.readouts)), np.nan)
    failures: dict[int, str] = {}
    chunks = [(asked, rows[start : start + _CHUNK]) for start in range(0, len(rows), _CHUNK)]
    with on_processes(processes) as run:
        answered: Iterable[list[Array | str]] = run(_ask_chunk, chunks)
        if progress is not None:
            answered = progress(answered, len(chunks))
        number = 0
        for part in answered:
            for answer in part:
                if isinstance(answer, str):
                    failures[number] = answer
                else:
                    values[number] = answer
                number += 1
    return Answers(values=values, failures=failures)


def answers(asked: Question, cells: Sequence[Sequence[float]] | Array) -> Iterator[Array | str]:
    """Ask cells one by one, here; gives shape (times, readouts) or the reason of a failure for each."""
    grid = np.array(asked.times)
    for cell in cells:
        own = dict(zip(asked.parameters, map(float, cell), strict=True))
        try:
            yield run_checked(asked.model, asked.scenario, own, grid, asked.readouts, asked.tolerances, at_once=True)
        except SimulationError as error:
            yield error.reason


def _ask_chunk(chunk: tuple[Question, Array]) -> list[Array | str]:
    return list(answers(*chunk))
