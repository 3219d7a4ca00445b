"""What a picture is drawn of: a run, or a scenario that is run for it."""

from __future__ import annotations

from collections.abc import Sequence

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.result import Result
from zinc_sbml.scenarios import Scenario

__all__ = ["run_of"]


def run_of(asked: str | Scenario | Result, readouts: Sequence[str] | None = None) -> Result:
    """Take a result as it is, and run a scenario.

    Parameters
    ----------
    asked : str, Scenario or Result
        Id of a scenario, a scenario, or a result.
    readouts : sequence of str, optional
        Of a run that is made here; those of `simulate` by default.
    """
    if isinstance(asked, Result):
        return asked
    if not isinstance(asked, str | Scenario):
        kind = type(asked).__name__
        raise InvalidInputError(f"a {kind} cannot be drawn: expected a result, or the id of a scenario or a Scenario")
    from zinc_sbml.simulation import simulate

    return simulate(asked, readouts=readouts)
