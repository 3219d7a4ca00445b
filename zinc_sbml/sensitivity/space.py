"""Which parameters vary in a sensitivity analysis, and over which ranges: those of their passports."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from zinc_sbml.calibration.problem import FittedParameter
from zinc_sbml.checks import as_ids
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import Model

__all__ = ["fitted_ids", "parameter_space", "values_at"]

# The passport of a fitted parameter says so with its first word.
_FITTED = "Fitted"


def fitted_ids(model: Model) -> tuple[str, ...]:
    """Ids of the fitted parameters, in the order of the model; all with a range in a model without passports."""
    ranged = [item for item in model.having("parameter") if item.lower < item.upper]
    return tuple(item.id for item in ranged if item.notes.startswith(_FITTED)) or tuple(item.id for item in ranged)


def parameter_space(
    model: Model, parameters: Iterable[str] | None = None, *, within: float | None = None
) -> tuple[FittedParameter, ...]:
    """Give parameters with their ranges.

    Parameters
    ----------
    model : Model
        The model.
    parameters : iterable of str, optional
        Ids; `fitted_ids` by default.
    within : float, optional
        Only up to this factor from the value in the model (a range that is not logarithmic: this times its value), and
        inside the passport's range.

    Returns
    -------
    tuple of FittedParameter
        Log-uniform where the range lies above zero, uniform otherwise; the same rule as for the priors of the PEtab
        problem.

    Raises
    ------
    UnknownIdError
        If the model has no such parameter.
    InvalidInputError
        If a parameter has no range, comes twice, is no parameter, or `within` is not above 1.
    """
    names = fitted_ids(model) if parameters is None else as_ids(parameters)
    if not names:
        raise InvalidInputError(f"model {model.id} has no parameter with a range to vary")
    if len(set(names)) != len(names):
        raise InvalidInputError(f"parameters: {', '.join(names)}, expected each id once")
    if within is not None and not within > 1:
        raise InvalidInputError(f"within: {within!r}, expected a factor above 1")
    return tuple(_parameter(model, name, within) for name in names)


def values_at(space: Iterable[FittedParameter], coordinates: Array) -> Array:
    """Values of the parameters at coordinates, shape (cells, parameters) both."""
    logarithmic = np.array([one.logarithmic for one in space])
    return np.where(logarithmic, 10.0 ** np.where(logarithmic, coordinates, 0.0), coordinates)


def _parameter(model: Model, name: str, within: float | None) -> FittedParameter:
    quantity = model.quantity(name, "parameter")
    if quantity.computed or quantity.role in ("readout", "reaction", "reference", "compartment", "derived"):
        raise InvalidInputError(f"{name} is a {quantity.role}, not a parameter: it has no range to vary")
    if not quantity.lower < quantity.upper:
        raise InvalidInputError(f"{name} has no range in its passport ({quantity.lower:g} to {quantity.upper:g})")
    lower, upper = quantity.lower, quantity.upper
    logarithmic = lower > 0
    if within is not None:
        ends = sorted((quantity.value / within, quantity.value * within))
        lower, upper = max(lower, ends[0]), min(upper, ends[1])
        if not lower < upper:
            raise InvalidInputError(f"{name} has no range within a factor of {within:g} of {quantity.value:g}")
    return FittedParameter(
        id=name, unit=quantity.unit, nominal=quantity.value, lower=lower, upper=upper, logarithmic=logarithmic
    )
