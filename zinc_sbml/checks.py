"""What a caller may ask of a run: checked before any work, with errors that name the value and what was expected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real

import numpy as np

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import Model

__all__ = [
    "as_ids",
    "check_changes",
    "check_duration",
    "check_no_start_values",
    "checked_readouts",
    "checked_times",
    "given_values",
]

# Two output times closer than this part of the run are one (times of a period are computed in two ways).
SAME_TIME = 1e-12


def given_values(parameters: object) -> dict[str, float]:
    """Take what a caller gave as other values: a mapping, a row of a table (pandas.Series), or None for none.

    Raises
    ------
    InvalidInputError
        If it is something else.
    """
    if parameters is None:
        return {}
    # A Series is asked for what it is by name, since importing pandas costs more than a simulation.
    if isinstance(parameters, Mapping) or type(parameters).__name__ == "Series":
        return dict(parameters)  # type: ignore[call-overload]
    kind = type(parameters).__name__
    raise InvalidInputError(f"parameters: a {kind}, expected a mapping of id to value, such as {{'ero1_kcat': 2.5}}")


def check_no_start_values(model: Model, changes: Mapping[str, float]) -> None:
    """Refuse start concentrations in a cell that is brought to its rest, where they would be forgotten.

    Raises
    ------
    InvalidInputError
        If one of the ids is a species; it says what to do instead.
    """
    for name in changes:
        if model.quantities[name].role in ("species", "boundary species"):
            raise InvalidInputError(
                f"{name} is a concentration, and {model.id} starts at its rest whatever it was; change {name} in a "
                f"period of a scenario, or a parameter that the rest depends on (such as the total of a pool)"
            )


def check_changes(model: Model, changes: Mapping[str, float], where: str) -> None:
    """Refuse values that cannot be set.

    Parameters
    ----------
    model : Model
        The model to change.
    changes : mapping of str to float
        Values by id, each in its own unit.
    where : str
        Where they come from; named in errors.

    Raises
    ------
    UnknownIdError
        If the model has no such id.
    InvalidInputError
        If the model computes the value itself, or it is not finite or outside its domain.
    """
    for name, value in changes.items():
        quantity = model.quantities.get(name)
        if quantity is None:
            settable = [item.id for item in model.quantities.values() if _is_settable(item.role, item.computed)]
            raise UnknownIdError("input or parameter", str(name), settable, f"model {model.id}")
        if quantity.computed or quantity.role == "reaction":
            word = "a readout" if quantity.role == "readout" else "not an input or a parameter"
            raise InvalidInputError(f"{where}: {name} is {word}; the model computes it, so it cannot be set")
        if quantity.role == "reference":
            raise InvalidInputError(f"{where}: {name} is computed from the resting state, so it cannot be set")
        if quantity.role == "compartment":
            raise InvalidInputError(f"{where}: {name} is a compartment; sizes of compartments cannot be changed")
        if not _is_number(value):
            raise InvalidInputError(f"{where}: {name} = {value!r}, expected a finite number in {quantity.unit}")
        if quantity.role == "input" and (value < quantity.lower or value > quantity.upper):
            raise InvalidInputError(
                f"{where}: {name} = {value:g} {quantity.unit}, "
                f"expected {quantity.lower:g} to {quantity.upper:g} {quantity.unit}"
            )
        if value < 0 and (quantity.role in ("species", "boundary species") or quantity.lower >= 0):
            raise InvalidInputError(f"{where}: {name} = {value:g} {quantity.unit}, expected a value of at least 0")


def check_duration(duration: float) -> None:
    """Refuse what is no length of a run.

    Raises
    ------
    InvalidInputError
        If it is not a finite number of seconds above 0.
    """
    if not _is_number(duration) or not duration > 0:
        raise InvalidInputError(f"duration: {duration!r}, expected a number of seconds above 0")


def as_ids(names: str | Iterable[str]) -> tuple[str, ...]:
    """Ids as they were given; one alone need not stand in a list."""
    return (names,) if isinstance(names, str) else tuple(names)


def checked_readouts(model: Model, readouts: Iterable[str]) -> tuple[str, ...]:
    """Ids to record, each once, in the order given.

    Raises
    ------
    UnknownIdError
        If the model has no such id.
    InvalidInputError
        If there is none.
    """
    columns = tuple(dict.fromkeys(as_ids(readouts)))
    if not columns:
        raise InvalidInputError("readouts: none given, expected at least one id")
    for name in columns:
        model.quantity(name, "readout")
    return columns


def checked_times(times: Iterable[float], duration: float) -> np.ndarray:
    """Output times as an array of their own, shape (rows,), s.

    Parameters
    ----------
    times : iterable of float
        Output times in seconds.
    duration : float
        End of the run in seconds.

    Raises
    ------
    InvalidInputError
        If they are not increasing finite numbers from 0 up to the duration; it names the first one at fault.
    """
    try:
        grid = np.array(list(times), dtype=float)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"times: {error}") from None
    if grid.ndim != 1 or not grid.size:
        raise InvalidInputError(f"times: expected a row of numbers, got the shape {grid.shape}")
    for number, time in enumerate(grid):
        if not math.isfinite(time) or time < 0:
            raise InvalidInputError(f"times: {time:g} s at position {number}, expected finite times from 0 s on")
        if number and not time > grid[number - 1]:
            raise InvalidInputError(
                f"times: {time:g} s at position {number} follows {grid[number - 1]:g} s, expected increasing times"
            )
    # numpy.linspace and the like may overshoot the end by rounding.
    if duration < grid[-1] <= duration * (1 + SAME_TIME):
        grid[-1] = duration
    if grid[-1] > duration:
        raise InvalidInputError(f"times: {grid[-1]:g} s lies beyond the end of the run ({duration:g} s)")
    return grid


def _is_settable(role: str, computed: bool) -> bool:
    return not computed and role not in ("reaction", "reference", "compartment")


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number too large for the solver's numbers
        return False
