"""One scenario on one model: prepares the cell, runs the periods one after the other, returns a `Result`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from zinc_sbml.catalog import DEFAULT_MODEL
from zinc_sbml.checks import (
    check_changes,
    check_duration,
    check_no_start_values,
    checked_readouts,
    checked_times,
    given_values,
)
from zinc_sbml.engine import DEFAULT_TOLERANCES, Engine, Tolerances, engine_for
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.model import Model, load_model
from zinc_sbml.provenance import provenance
from zinc_sbml.result import Result
from zinc_sbml.scenarios import Period, Scenario, load_scenario
from zinc_sbml.steady_state import RestingState

__all__ = [
    "as_applied",
    "default_readouts",
    "default_times",
    "is_dose",
    "resting_state",
    "run_checked",
    "simulate",
]

# Output times of a period where none are asked for: spaced geometrically over four decades, because after a
# change the fast processes (seconds) come first and the slow ones (hours) last. 200 points are 5 % apart,
# which a straight line between them reads to 3e-4.
POINTS_PER_PERIOD = 200
FIRST_POINT = 1e-4


def simulate(
    scenario: str | Scenario,
    *,
    model: str | Path | Model | None = None,
    parameters: Mapping[str, float] | None = None,
    times: Iterable[float] | None = None,
    duration: float | None = None,
    readouts: Iterable[str] | None = None,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
) -> Result:
    """Run a scenario.

    Each period sets its values and is integrated with a new solver. The same arguments give the same bits,
    whatever was run before in the process.

    Where the run starts depends on the model. A model with reference parameters (the cell) ships its resting
    state: the run starts there, or, if the scenario has a period before time 0, at the rest under the values
    of that period. If `parameters` change more than inputs, or a switch between mechanisms, the changed cell is
    first brought to its own rest and the references are set from it *at baseline inputs*, so that its folds are
    1 at its own rest. A model without references (the test tube, a model of somebody else) starts from the
    initial state in its SBML. Start concentrations that the SBML computes by initial assignments follow changed
    parameters.

    Parameters
    ----------
    scenario : str or Scenario
        Id of a shipped scenario, or one of your own.
    model : str, path or Model, optional
        Model to run it on; the one that the scenario names by default.
    parameters : mapping of str to float, optional
        Other values than those of the model, each in its own unit: parameters, inputs and, in a model that does
        not start at its rest, start concentrations of species. An input that the scenario leaves alone has the
        given value throughout: from time 0 on, and in the preparation before time 0 if there is one (without one
        the cell is not brought to rest under it). An input that the scenario sets gets the given value instead of
        the scenario's, except where the scenario takes it back to its baseline: a wash-out stays a wash-out, at
        another dose. A switch between mechanisms belongs to the cell: it counts as a parameter.
    times : iterable of float, optional
        Output times in seconds, strictly increasing, from 0 up to the duration. By default 0 and
        `POINTS_PER_PERIOD` geometrically spaced points in each period, its end included.
    duration : float, optional
        End of the run in seconds, instead of the scenario's; later periods are left out.
    readouts : iterable of str, optional
        What to record: ids of readouts, species, parameters or reactions. By default all readouts of the
        model, then its species; in a model without readouts its species, then all computed parameters.
    tolerances : Tolerances, optional
        Tolerances of the solver.

    Returns
    -------
    Result
        Rows at the time of a change hold the values before it.

    Raises
    ------
    UnknownIdError
        If the scenario, the model, a parameter or a readout does not exist.
    InvalidInputError
        If a value is not finite, outside its domain, or set by the model itself; if the output times are not
        usable.
    SimulationError
        If the solver gives up or a resting state cannot be found.
    """
    if isinstance(scenario, str):
        scenario = load_scenario(scenario)
    if not isinstance(scenario, Scenario):
        raise InvalidInputError(f"scenario: {scenario!r}, expected the id of a scenario or a Scenario")
    given = given_values(parameters)
    model = _model_of(scenario.model if model is None else model)
    check_changes(model, given, "parameters")
    if model.references:
        check_no_start_values(model, given)
    scenario = as_applied(scenario, model, given, duration)
    for period in scenario.periods:
        check_changes(model, period.changes, f"scenario {scenario.id}")
    columns = default_readouts(model) if readouts is None else checked_readouts(model, readouts)
    grid = default_times(scenario) if times is None else checked_times(times, scenario.duration)
    own = {name: float(value) for name, value in given.items() if not is_dose(model, name)}
    values = run_checked(model, scenario, own, grid, columns, tolerances)
    return Result(
        scenario=scenario,
        times=grid,
        values=values,
        columns=columns,
        units={name: model.quantities[name].unit for name in columns},
        names={name: model.quantities[name].name for name in columns},
        readouts=tuple(name for name in columns if model.quantities[name].role == "readout"),
        time_unit=model.time_unit,
        provenance=provenance(model, scenario, given, tolerances),
    )


def run_checked(
    model: Model,
    scenario: Scenario,
    own: Mapping[str, float],
    grid: np.ndarray,
    columns: Sequence[str],
    tolerances: Tolerances,
    *,
    at_once: bool = False,
) -> np.ndarray:
    """Run what has been checked already: the inner part of `simulate`, for those who run many cells.

    Parameters
    ----------
    model : Model
        The model.
    scenario : Scenario
        As it is to be applied.
    own : mapping of str to float
        Parameters and switches of the cell, no doses.
    grid : numpy.ndarray
        Output times, shape (times,), s.
    columns : sequence of str
        What to record.
    tolerances : Tolerances
        Tolerances of the solver.
    at_once : bool, optional
        Look for the rest of a changed cell close to that of the model first; see `zinc_sbml.steady_state`.

    Returns
    -------
    numpy.ndarray
        Shape (times, columns).

    Raises
    ------
    SimulationError
        As `simulate`.
    """
    engine = engine_for(model)
    with engine.lock:
        _prepare(engine, model, scenario, own, tolerances, at_once)
        return _run(engine, model, scenario, grid, tuple(columns))


def resting_state(
    model: str | Path | Model | None = None,
    *,
    parameters: Mapping[str, float] | None = None,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
) -> tuple[RestingState, dict[str, float]]:
    """Find the resting state of a model.

    Parameters
    ----------
    model : str, path or Model, optional
        The cell by default.
    parameters : mapping of str to float, optional
        Other values than those of the model: parameters, start concentrations of species, inputs.
    tolerances : Tolerances, optional
        Tolerances of the solver.

    Returns
    -------
    state : RestingState
        Concentrations, residual and horizon.
    references : dict of str to float
        For each reference parameter the resting value that it stands for.

    Raises
    ------
    UnknownIdError, InvalidInputError
        As `simulate`.
    SimulationError
        If no resting state is found.
    """
    model = _model_of(DEFAULT_MODEL if model is None else model)
    changes = given_values(parameters)
    check_changes(model, changes, "parameters")
    engine = engine_for(model)
    with engine.lock:
        state = engine.rest(changes, scenario="rest", tolerances=tolerances)
        return state, _references(engine, model)


def default_readouts(model: Model) -> tuple[str, ...]:
    """List what `simulate` records where nothing is asked for: readouts, then species; see there."""
    first = model.having("readout")
    species = model.having("species")
    computed = () if first else tuple(item for item in model.having("derived") if item.computed)
    return tuple(item.id for item in (*first, *species, *computed))


def default_times(scenario: Scenario, points: int = POINTS_PER_PERIOD) -> np.ndarray:
    """Output times of a scenario where none are asked for: shape (rows,), s; see `simulate`."""
    edges = _edges(scenario)
    grid = [np.zeros(1)]
    for start, end in pairwise(edges):
        rows = start + (end - start) * np.geomspace(FIRST_POINT, 1.0, points)
        rows[-1] = end
        grid.append(rows)
    return np.concatenate(grid)


def _edges(scenario: Scenario) -> list[float]:
    """List the times at which an integration begins or ends."""
    starts = {0.0, *(period.start for period in scenario.periods if period.start >= 0)}
    return [*sorted(starts), scenario.duration]


def as_applied(scenario: Scenario, model: Model, given: Mapping[str, float], duration: float | None = None) -> Scenario:
    """Make the scenario that `simulate` runs: with another duration, and with given doses in its periods.

    Parameters
    ----------
    scenario : Scenario
        As it stands.
    model : Model
        The model it is to run on.
    given : mapping of str to float
        Checked values; those that are no doses are left aside.
    duration : float, optional
        End of the run in seconds, instead of the scenario's.

    Returns
    -------
    Scenario
        Where each dose goes stands at `simulate` for `parameters`.

    Raises
    ------
    InvalidInputError
        If the duration is not usable.
    """
    if duration is not None:
        check_duration(duration)
        scenario = Scenario(
            id=scenario.id,
            title=scenario.title,
            question=scenario.question,
            model=scenario.model,
            periods=tuple(period for period in scenario.periods if period.start < duration),
            duration=float(duration),
        )
    doses = {name: float(value) for name, value in given.items() if is_dose(model, name)}
    if not doses:
        return scenario
    by_start = {period.start: dict(period.changes) for period in scenario.periods}
    for name, dose in doses.items():
        baseline = model.quantities[name].value
        departures = [changes for changes in by_start.values() if changes.get(name, baseline) != baseline]
        for changes in departures:
            changes[name] = dose
        if not departures:
            for changes in by_start.values():
                changes.pop(name, None)
            by_start.setdefault(-math.inf if scenario.preparation else 0.0, {})[name] = dose
    return Scenario(
        id=scenario.id,
        title=scenario.title,
        question=scenario.question,
        model=scenario.model,
        periods=tuple(Period(start=start, changes=by_start[start]) for start in sorted(by_start)),
        duration=scenario.duration,
    )


def is_dose(model: Model, name: str) -> bool:
    """An input is done to the cell; a switch between mechanisms says what cell it is, as a parameter does."""
    quantity = model.quantities[name]
    return quantity.role == "input" and not quantity.is_switch


def _prepare(
    engine: Engine,
    model: Model,
    scenario: Scenario,
    own: Mapping[str, float],
    tolerances: Tolerances,
    at_once: bool,
) -> None:
    """Bring the engine to the state at time 0, before any change at time 0."""
    references: dict[str, float] = {}
    if own and model.references:
        engine.rest(own, scenario=scenario.id, tolerances=tolerances, at_once=at_once)
        references = _references(engine, model)
    else:
        engine.fresh(own, scenario=scenario.id, tolerances=tolerances)
    if scenario.preparation is not None:
        conditions = {**own, **scenario.preparation.changes}
        engine.rest(conditions, scenario=scenario.id, tolerances=tolerances, at_once=at_once)
    engine.change(references)


def _run(engine: Engine, model: Model, scenario: Scenario, grid: np.ndarray, columns: tuple[str, ...]) -> np.ndarray:
    """Integrate period by period and collect the rows of the grid."""
    changes = {period.start: period.changes for period in scenario.periods}
    edges = _edges(scenario)
    table = np.empty((len(grid), len(columns)))
    if grid[0] == 0:
        table[0] = engine.values(columns)
    for start, end in pairwise(edges):
        engine.change(changes.get(start, {}))
        rows = np.flatnonzero((grid > start) & (grid <= end))
        if not rows.size and end == edges[-1]:
            break
        # A model that reads the clock needs the time of the scenario; for all others a solver that starts at
        # zero can take steps as small as it likes.
        offset = 0.0 if model.reads_clock else start
        points = [start - offset, *(grid[rows] - offset).tolist()]
        if not rows.size or grid[rows[-1]] < end:
            points.append(end - offset)
        table[rows] = engine.integrate(points, columns, clock=offset)[1 : 1 + len(rows)]
    return table


def _references(engine: Engine, model: Model) -> dict[str, float]:
    """Values of the reference parameters that fit the present state."""
    values = engine.values(list(model.references.values()))
    return dict(zip(model.references, values.tolist(), strict=True))


def _model_of(model: str | Path | Model) -> Model:
    return model if isinstance(model, Model) else load_model(model)
