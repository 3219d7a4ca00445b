"""The exceptions of the package.

One root, so that a caller can catch everything of ours with one clause, and one class for each thing a user
can do about it: choose another id, correct the model source, look at the run, correct a value.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["InvalidInputError", "ModelBuildError", "SimulationError", "UnknownIdError", "ZincSbmlError"]

# Below this similarity (0..1, difflib) a suggestion is noise; 0.6 still finds "zip7_inhibition" for
# "zip7inhib".
_CLOSE_ENOUGH = 0.6
_MOST_SUGGESTIONS = 3


def _close_matches(value: str, known: Iterable[str]) -> tuple[str, ...]:
    """Known ids that look like `value`, best first; letter case is ignored."""
    by_lower_case = {item.lower(): item for item in known}
    wanted = value.lower()
    found = difflib.get_close_matches(wanted, list(by_lower_case), _MOST_SUGGESTIONS, _CLOSE_ENOUGH)
    # A part of a long id ("notch") is not similar by length, but it is what people type.
    if len(wanted) >= 3:
        found += [item for item in by_lower_case if wanted in item and item not in found]
    return tuple(by_lower_case[item] for item in found[:_MOST_SUGGESTIONS])


class ZincSbmlError(Exception):
    """Root of all exceptions that zinc_sbml raises on purpose."""


class UnknownIdError(ZincSbmlError, KeyError):
    """An id that nothing here has.

    Parameters
    ----------
    kind : str
        What was looked for, in words: ``"scenario"``, ``"parameter"``, ``"readout"``.
    value : str
        The id as it was given.
    known : iterable of str
        The ids there are.
    where : str, optional
        Where the id was found or looked for, e.g. a file with its row.

    Attributes
    ----------
    kind, value, where : str
        As given.
    close_matches : tuple of str
        Up to three known ids that resemble `value`, best first.
    """

    def __init__(self, kind: str, value: str, known: Iterable[str], where: str = "") -> None:
        known = [str(item) for item in known]
        self.kind = kind
        self.value = str(value)
        self.where = where
        self.close_matches = _close_matches(self.value, known)
        if self.close_matches:
            hint = "did you mean " + " or ".join(repr(item) for item in self.close_matches) + "?"
        elif not known:
            hint = f"there is no {kind} to choose from"
        elif len(known) <= 12:
            hint = "known: " + ", ".join(known)
        else:
            hint = f"nothing like it among the {len(known)} known"
        place = f" in {where}" if where else ""
        self.message = f"unknown {kind} {self.value!r}{place}; {hint}"
        super().__init__(self.message)

    def __str__(self) -> str:
        # KeyError would print the repr of the message.
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Workers send exceptions back pickled; the suggestions are all that is needed of the known ids.
        return _restored_unknown_id, (self.kind, self.value, self.where, self.close_matches, self.message)


def _restored_unknown_id(
    kind: str, value: str, where: str, close_matches: tuple[str, ...], message: str
) -> UnknownIdError:
    error = UnknownIdError(kind, value, close_matches, where)
    error.close_matches = close_matches
    error.message = message
    error.args = (message,)
    return error


class ModelBuildError(ZincSbmlError):
    """A model source that cannot be read, compiled or accepted.

    Parameters
    ----------
    message : str
        What is wrong and what was expected.
    file : path, optional
        The file at fault.
    line : int, optional
        The line in that file, counted from 1.
    """

    def __init__(self, message: str, *, file: str | Path | None = None, line: int | None = None) -> None:
        self.message = message
        self.file = None if file is None else Path(file)
        self.line = line
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(place + message)

    def __reduce__(self) -> tuple[object, ...]:
        return _restored_build_error, (self.message, self.file, self.line)


def _restored_build_error(message: str, file: Path | None, line: int | None) -> ModelBuildError:
    return ModelBuildError(message, file=file, line=line)


class SimulationError(ZincSbmlError):
    """A run that could not be finished; no part of it is returned.

    Parameters
    ----------
    scenario : str
        Id of the scenario that was run.
    time : float
        Time in seconds the solver had reached, on the clock of the scenario; NaN in a search for a steady
        state.
    reason : str
        What the solver or a check of the result said.
    parameters : mapping of str to float
        What was set differently from the model as it stands in its SBML.
    """

    def __init__(
        self, *, scenario: str, time: float, reason: str, parameters: Mapping[str, float] | None = None
    ) -> None:
        self.scenario = scenario
        self.time = float(time)
        self.reason = reason
        self.parameters = dict(parameters or {})
        # NaN is the time of a search for a rest, which has no place on the clock of the scenario.
        when = "in the search for its resting state" if self.time != self.time else f"at {self.time:g} s"
        changed = ", ".join(f"{name}={value:g}" for name, value in self.parameters.items()) or "none"
        super().__init__(f"scenario {scenario!r} failed {when}: {reason} (changed values: {changed})")

    def __reduce__(self) -> tuple[object, ...]:
        return _restored_simulation_error, (self.scenario, self.time, self.reason, self.parameters)


def _restored_simulation_error(
    scenario: str, time: float, reason: str, parameters: dict[str, float]
) -> SimulationError:
    return SimulationError(scenario=scenario, time=time, reason=reason, parameters=parameters)


class InvalidInputError(ZincSbmlError, ValueError):
    """A value, table or time grid that cannot be used; the message names it and what was expected."""
