"""Sensitivities of the steady state from its equations, without finding any other steady state.

At rest ``N v(x, p) = 0`` holds for the species, and ``L x = T(p)`` for the conserved totals. Differentiated, this is a
linear system for ``dx/dp`` (implicit-function theorem). It is the second opinion on `local_sensitivities`, which finds
the rest of every changed cell, and much faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml.checks import check_changes, checked_readouts
from zinc_sbml.engine import DEFAULT_TOLERANCES, Engine, Tolerances, engine_for
from zinc_sbml.errors import SimulationError
from zinc_sbml.linear_algebra import Array, matrix_product, solve, times
from zinc_sbml.model import Model, load_model
from zinc_sbml.sensitivity.steps import POTENTIAL, check_movable, moved
from zinc_sbml.steady_state import Network

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["READOUT_STEP", "Response", "derivatives_of_fluxes", "implicit_sensitivities", "responses"]

# Relative steps. Fluxes and readouts are closed formulas, exact to rounding (1e-16): with these steps rounding makes an
# error of about 1e-11 in their derivatives, and bending less than 1e-8.
FLUX_STEP = 1e-5
READOUT_STEP = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Response:
    """How a steady state answers to parameters.

    Attributes
    ----------
    parameters, readouts : tuple of str
        Ids.
    values : numpy.ndarray
        Readouts at the steady state, shape (readouts,).
    slopes : numpy.ndarray
        d readout / d ln parameter, shape (parameters, readouts).
    """

    parameters: tuple[str, ...]
    readouts: tuple[str, ...]
    values: Array
    slopes: Array


def implicit_sensitivities(
    model: str | Path | Model = "er_zinc_redox",
    *,
    readouts: Iterable[str],
    parameters: Iterable[str],
    tolerances: Tolerances = DEFAULT_TOLERANCES,
) -> pd.DataFrame:
    """Scaled sensitivities of the resting state, from its equations.

    Parameters
    ----------
    model : str, path or Model, optional
        The cell by default.
    readouts, parameters : iterable of str
        Ids; a parameter must not be zero.
    tolerances : Tolerances, optional
        Of the search for the rest.

    Returns
    -------
    pandas.DataFrame
        Parameters by readouts, on the scales of `local_sensitivities`: on the logarithm, or absolute for potentials and
        for readouts that are zero. Folds divide by the rest of the changed cell.

    Raises
    ------
    UnknownIdError, InvalidInputError
        As `local_sensitivities`.
    SimulationError
        If there is no rest, or its equations do not determine it.
    """
    import pandas as pd

    loaded = model if isinstance(model, Model) else load_model(model)
    names, columns = tuple(parameters), checked_readouts(loaded, readouts)
    found = responses(loaded, names, columns, tolerances=tolerances)
    potential = np.array([loaded.quantities[name].unit == POTENTIAL for name in columns])
    absolute = potential | (found.values == 0)
    scaled = found.slopes / np.where(absolute, 1.0, found.values)
    return pd.DataFrame(scaled, index=pd.Index(names, name="parameter"), columns=list(columns))


def responses(
    model: Model,
    parameters: Iterable[str],
    readouts: Iterable[str],
    *,
    changes: Mapping[str, float] = MappingProxyType({}),
    own_references: bool = True,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
) -> Response:
    """Differentiate a steady state by the logarithms of parameters.

    Parameters
    ----------
    model : Model
        The model.
    parameters, readouts : iterable of str
        Ids.
    changes : mapping of str to float, optional
        Values that hold at the steady state instead of the model's: inputs, parameters.
    own_references : bool, optional
        Whether the references, by which folds divide, follow the rest of each changed cell; otherwise they stay, and a
        fold moves as what it is the fold of.
    tolerances : Tolerances, optional
        Of the search for the rest.

    Raises
    ------
    InvalidInputError
        If a parameter is zero, or cannot be set.
    SimulationError
        If there is no rest, or its equations do not determine it.
    """
    names, columns = tuple(parameters), tuple(readouts)
    check_changes(model, changes, "changes")
    values = {name: changes.get(name, model.quantity(name, "parameter").value) for name in names}
    check_changes(model, values, "parameters")
    for name, value in values.items():
        check_movable(model.quantities[name], value)
    engine = engine_for(model)
    with engine.lock:
        return _Differentiation(engine, model, dict(changes), tolerances, own_references).response(values, columns)


def derivatives_of_fluxes(network: Network, state: Array) -> Array:
    """Differentiate the fluxes by the amounts, shape (reactions, species).

    By central differences: these derivatives are the answer, not steps of a search that corrects itself.
    """
    result = np.empty(network.stoichiometry.shape[::-1])
    steps = FLUX_STEP * network.magnitude(state)
    for column, step in enumerate(steps.tolist()):
        # Central where there is room; a rate law need not be defined below zero.
        low = step if state[column] >= step else 0.0
        moved_up, moved_down = state.copy(), state.copy()
        moved_up[column] += step
        moved_down[column] -= low
        result[:, column] = (network.fluxes(moved_up) - network.fluxes(moved_down)) / (step + low)
    return result


class _Differentiation:
    """A steady state and the linear system that its derivatives solve; `engine.lock` must be held."""

    def __init__(
        self, engine: Engine, model: Model, changes: dict[str, float], tolerances: Tolerances, own_references: bool
    ) -> None:
        self._engine, self._model, self._changes, self._tolerances = engine, model, changes, tolerances
        self._references = dict(model.references) if own_references else {}
        self._rest = engine.rest(changes, scenario="rest", tolerances=tolerances).amounts
        self._network = network = engine.network()
        matrix = matrix_product(network.stoichiometry, derivatives_of_fluxes(network, self._rest))
        matrix[network.dependent] = network.laws
        # A species that nothing depends on (secreted, labelled protein) is whatever it was at the beginning.
        self._idle = np.flatnonzero(~matrix.any(axis=0))
        matrix[self._idle] = 0.0
        matrix[self._idle, self._idle] = 1.0
        self._scale = network.magnitude(self._rest)
        self._matrix = matrix * self._scale

    def response(self, values: Mapping[str, float], columns: tuple[str, ...]) -> Response:
        slopes = np.empty((len(values), len(columns)))
        for row, (name, value) in enumerate(values.items()):
            slope = self._slope(name, value)
            above, below = (
                self._read(name, self._changed(name, value, step), self._rest + step * slope, columns)
                for step in (READOUT_STEP, -READOUT_STEP)
            )
            slopes[row] = (above - below) / (2 * READOUT_STEP)
        self._engine.rest(self._changes, scenario="rest", tolerances=self._tolerances)
        self._set_references()
        return Response(parameters=tuple(values), readouts=columns, values=self._engine.values(columns), slopes=slopes)

    def _changed(self, name: str, value: float, step: float) -> float:
        return moved(self._model.quantities[name], value, step)

    def _slope(self, name: str, value: float) -> Array:
        """D amounts / d ln parameter of the rest, shape (species,)."""
        fluxes, starts = [], []
        for step in (FLUX_STEP, -FLUX_STEP):
            self._engine.fresh({**self._changes, name: self._changed(name, value, step)}, tolerances=self._tolerances)
            starts.append(self._engine.amounts())
            fluxes.append(self._network.fluxes(self._rest))
        push = (fluxes[0] - fluxes[1]) / (2 * FLUX_STEP)
        start = (starts[0] - starts[1]) / (2 * FLUX_STEP)
        right = -times(self._network.stoichiometry, push)
        right[self._network.dependent] = times(self._network.laws, start)
        right[self._idle] = start[self._idle]
        solution = solve(self._matrix, right)
        if solution is None:
            raise SimulationError(
                scenario="rest", time=float("nan"), reason="the equations of the rest do not determine it",
                parameters=self._changes,
            )  # fmt: skip
        return solution * self._scale

    def _read(self, name: str, value: float, amounts: Array, columns: tuple[str, ...]) -> Array:
        self._engine.fresh({**self._changes, name: value}, tolerances=self._tolerances)
        self._network.fluxes(amounts)
        self._set_references()
        return self._engine.values(columns)

    def _set_references(self) -> None:
        found = self._engine.values(list(self._references.values()))
        self._engine.change(dict(zip(self._references, found.tolist(), strict=True)))
