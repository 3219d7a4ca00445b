"""A scenario at many settings of its inputs, on one cell or on many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.catalog import DEFAULT_MODEL
from zinc_sbml.checks import check_changes, checked_readouts, given_values
from zinc_sbml.engine import Tolerances
from zinc_sbml.ensembles.cells import Question, answers, question
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings.family import Family, load_family
from zinc_sbml.findings.runs import own_value
from zinc_sbml.model import Model, load_model
from zinc_sbml.processes import Progress, on_processes
from zinc_sbml.quantities import duration_text
from zinc_sbml.scenarios import Scenario, load_scenario
from zinc_sbml.simulation import as_applied, default_times, is_dose, simulate

__all__ = ["CellValues", "Labels", "Statistic", "Treatment", "checked_doses", "treatment"]

Array = NDArray[np.float64]

Statistic = Literal["initial", "final", "max", "min", "mean"]
"""What to take from a readout over time."""

# Cells that a worker is given at a time: each is run at every setting, so a few are enough.
_CHUNK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What is done to the cell and read, but for the doses; made by `treatment`, which checks it.

    Attributes
    ----------
    scenario : Scenario
        What else is done, with its duration.
    model : Model
        The model.
    readouts : tuple of str
        What is read.
    statistic : str
        What to take from each readout over time.
    parameters : dict of str to float
        Other values of the cell, and of inputs that have one dose throughout.
    tolerances : Tolerances
        Tolerances of the solver.
    """

    scenario: Scenario
    model: Model
    readouts: tuple[str, ...]
    statistic: Statistic
    parameters: Mapping[str, float]
    tolerances: Tolerances

    def values(self, settings: Sequence[Mapping[str, float]]) -> Array:
        """Run the cell at each setting of the inputs; shape (settings, readouts).

        Raises
        ------
        SimulationError
            As `simulate`.
        """
        rows = np.empty((len(settings), len(self.readouts)))
        for number, setting in enumerate(settings):
            result = simulate(
                self.scenario,
                model=self.model,
                parameters={**self.parameters, **setting},
                readouts=self.readouts,
                tolerances=self.tolerances,
            )
            rows[number] = _taken(self.statistic, result.times, result.values)
        return rows

    def run(
        self,
        settings: Sequence[Mapping[str, float]],
        *,
        cells: int,
        family: Family | str | Path | None,
        processes: int,
        progress: Progress | None,
    ) -> tuple[Array, CellValues]:
        """Run the cell and some plausible cells at each setting of the inputs.

        Parameters
        ----------
        settings : sequence of mapping of str to float
            Doses by input.
        cells : int
            How many plausible cells, evenly spaced over the family; 0 for none.
        family : Family, str or path, optional
            The shipped family of plausible cells by default.
        processes : int
            Worker processes for them; the numbers are the same for any.
        progress : callable, optional
            See `zinc_sbml.processes.Progress`.

        Returns
        -------
        values : numpy.ndarray
            Of the cell itself, shape (settings, readouts).
        many : CellValues
            Of the plausible cells.

        Raises
        ------
        InvalidInputError
            If the family has fewer cells or is of another model, or a setting changes a parameter in which cells
            differ; before any run.
        SimulationError
            If the cell itself cannot be run.
        """
        if isinstance(cells, bool) or not isinstance(cells, int) or cells < 0:
            raise InvalidInputError(f"cells: {cells!r}, expected a whole number of at least 0")
        if not cells:
            nothing = np.empty((0, len(settings), len(self.readouts)))
            return self.values(settings), CellValues(ids=(), values=nothing, failures={})
        chosen = family if isinstance(family, Family) else load_family(family)
        if cells > len(chosen):
            raise InvalidInputError(f"cells: {cells}, expected at most {len(chosen)}, the cells of the family")
        for name in dict.fromkeys(name for setting in settings for name in setting):
            if not is_dose(self.model, name):
                raise InvalidInputError(f"cells: {name} is a parameter, in which cells differ; expected an input")
        picked = np.linspace(0, len(chosen) - 1, cells).round().astype(int)
        names, rows = self._cells(chosen, picked)
        asked = tuple(self._question(setting, names) for setting in settings)
        own = self.values(settings)
        ids = tuple(chosen.ids[i] for i in picked)
        return own, self._ask(asked, ids, rows, processes, progress)

    def labels(self, *inputs: str) -> Labels:
        """Words for what is done and read."""
        shown = {name: self.model.quantities[name] for name in (*inputs, *self.readouts)}
        others = ", ".join(f"{name} = {value:g}" for name, value in self.parameters.items())
        return Labels(
            names={name: quantity.name for name, quantity in shown.items()},
            units={name: quantity.unit for name, quantity in shown.items()},
            title=f"{self.scenario.title or self.scenario.id}, {duration_text(self.scenario.duration)}"
            + (f"; {others}" if others else ""),
            statistic=self.statistic,
        )

    def _cells(self, family: Family, picked: NDArray[np.int64]) -> tuple[tuple[str, ...], Array]:
        """Parameters of cells, those that were given to all of them included; the test tube keeps its own."""
        cell = load_model(DEFAULT_MODEL)
        columns = {
            name: values[picked]
            for name, values in family.parameters.items()
            if name in self.model.quantities and not own_value(self.model, cell, name)
        }
        if not columns:
            raise InvalidInputError(f"cells: model {self.model.id} has none of the parameters in which cells differ")
        for name, value in self.parameters.items():
            if not is_dose(self.model, name):
                columns[name] = np.full(len(picked), float(value))
        return tuple(columns), np.column_stack([*columns.values()])

    def _question(self, setting: Mapping[str, float], names: tuple[str, ...]) -> Question:
        # A dose is done to the cell, so each makes a scenario of its own.
        scenario = as_applied(self.scenario, self.model, {**self.parameters, **setting})
        return question(
            scenario,
            parameters=names,
            readouts=self.readouts,
            times=default_times(scenario),
            model=self.model,
            tolerances=self.tolerances,
        )

    def _ask(
        self,
        asked: tuple[Question, ...],
        ids: tuple[str, ...],
        rows: Array,
        processes: int,
        progress: Progress | None,
    ) -> CellValues:
        values = np.full((len(ids), len(asked), len(self.readouts)), np.nan)
        failures: dict[str, str] = {}
        chunks = [(asked, self.statistic, rows[start : start + _CHUNK]) for start in range(0, len(ids), _CHUNK)]
        with on_processes(processes) as run:
            answered: Iterable[list[Array | str]] = run(_ask_chunk, chunks)
            if progress is not None:
                answered = progress(answered, len(chunks))
            for number, answer in enumerate(answer for part in answered for answer in part):
                if isinstance(answer, str):
                    failures[ids[number]] = answer
                else:
                    values[number] = answer
        return CellValues(ids=ids, values=values, failures=failures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a table or picture needs to say what it shows.

    Attributes
    ----------
    names, units : dict of str to str
        By input and readout.
    title : str
        Scenario and duration, with what is the same at every dose.
    statistic : str
        What was taken from each readout over time.
    """

    names: Mapping[str, str]
    units: Mapping[str, str]
    title: str
    statistic: str

    def with_unit(self, name: str) -> str:
        """Give the id with its unit in brackets."""
        return f"{name} [{self.units[name]}]" if self.units[name] else name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellValues:
    """What cells gave at each setting.

    Attributes
    ----------
    ids : tuple of str
        Of the cells.
    values : numpy.ndarray
        Shape (cells, settings, readouts); NaN for a cell that failed at any setting.
    failures : dict of str to str
        Reason by cell.
    """

    ids: tuple[str, ...]
    values: Array
    failures: Mapping[str, str]


def treatment(
    readout: str | Sequence[str],
    *,
    scenario: str | Scenario,
    duration: float | None,
    statistic: Statistic,
    model: str | Path | Model | None,
    parameters: Mapping[str, float] | None,
    tolerances: Tolerances,
) -> Treatment:
    """Check and collect what is done and read; arguments as `zinc_sbml.doses.dose_response`."""
    if statistic not in get_args(Statistic):
        raise UnknownIdError("statistic", str(statistic), get_args(Statistic))
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    if not isinstance(scenario, Scenario):
        raise InvalidInputError(f"scenario: {scenario!r}, expected the id of a scenario or a Scenario")
    loaded = model if isinstance(model, Model) else load_model(scenario.model if model is None else model)
    given = given_values(parameters)
    check_changes(loaded, given, "parameters")
    return Treatment(
        scenario=as_applied(scenario, loaded, {}, duration),
        model=loaded,
        readouts=checked_readouts(loaded, [readout] if isinstance(readout, str) else readout),
        statistic=statistic,
        parameters=given,
        tolerances=tolerances,
    )


def checked_doses(one: Treatment, input: str, doses: Iterable[float]) -> list[float]:
    """Doses as a list.

    Raises
    ------
    UnknownIdError
        If the model has no such input.
    InvalidInputError
        If the input cannot be set, is a switch between mechanisms or has another dose already; if there are no doses,
        one is no finite number in the domain of the input, or one is given twice.
    """
    quantity = one.model.quantities.get(input)
    if quantity is not None and quantity.is_switch:
        raise InvalidInputError(f"{input} is a switch between mechanisms, which has no doses; expected another input")
    if input in one.parameters:
        raise InvalidInputError(f"parameters: {input} has its doses already, expected it in one place only")
    if isinstance(doses, str) or not isinstance(doses, Iterable) or not (found := list(doses)):
        raise InvalidInputError(f"doses: {doses!r}, expected at least one number")
    for number, dose in enumerate(found):
        check_changes(one.model, {input: dose}, "doses")
        unit = one.model.quantities[input].unit
        if dose < 0:
            raise InvalidInputError(f"doses: {input} = {dose:g} {unit}, expected at least 0 {unit}")
        if dose in found[:number]:
            raise InvalidInputError(f"doses: {input} = {dose:g} {unit} is given twice")
    return [float(dose) for dose in found]


def _ask_chunk(chunk: tuple[tuple[Question, ...], Statistic, Array]) -> list[Array | str]:
    """Run some cells at every setting; for each shape (settings, readouts), or the reason of a failure."""
    asked, statistic, rows = chunk
    return [_ask_cell(asked, statistic, row) for row in rows]


def _ask_cell(asked: tuple[Question, ...], statistic: Statistic, row: Array) -> Array | str:
    taken = []
    for one in asked:
        (answer,) = answers(one, [row.tolist()])
        if isinstance(answer, str):
            return answer
        taken.append(_taken(statistic, np.array(one.times), answer))
    return np.array(taken)


def _taken(statistic: Statistic, times: Array, values: Array) -> Array:
    """Take one number of each readout; shapes (times,), (times, readouts) and (readouts,)."""
    match statistic:
        case "initial":
            return values[0]
        case "final":
            return values[-1]
        case "max":
            return values.max(axis=0)
        case "min":
            return values.min(axis=0)
        case "mean":
            return np.trapezoid(values, times, axis=0) / (times[-1] - times[0])
