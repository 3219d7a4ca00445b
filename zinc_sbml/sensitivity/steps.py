"""What a small change of a parameter is: a part of itself, or of a potential a part of RT/2F.

A potential has no natural zero, so a relative change of it means nothing. What it is there for is an equilibrium
constant, which changes by a factor of e when a potential of two electrons changes by RT/2F.
"""

from __future__ import annotations

import math

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.model import Quantity

__all__ = ["E_FOLD", "E_FOLD_OF_POTENTIAL", "POTENTIAL", "check_movable", "is_movable", "moved", "unit_of_change"]

POTENTIAL = "mV"
"""Unit of potentials, of readouts and of parameters."""

E_FOLD_OF_POTENTIAL = 8.314462618 * 310.15 / (2 * 96485.33212) * 1e3
"""Change of a potential that changes a two-electron equilibrium constant by a factor of e: RT/2F at 37 C, in mV."""

E_FOLD = "e-fold"


def moved(quantity: Quantity, value: float, step: float) -> float:
    """Change a value by a step: on the natural logarithm, or for a potential in units of `E_FOLD_OF_POTENTIAL`."""
    return value + step * E_FOLD_OF_POTENTIAL if quantity.unit == POTENTIAL else value * math.exp(step)


def unit_of_change(quantity: Quantity) -> str:
    """What sensitivities to a parameter are told per."""
    return f"{E_FOLD_OF_POTENTIAL:.1f} mV" if quantity.unit == POTENTIAL else E_FOLD


def is_movable(quantity: Quantity) -> bool:
    """Whether a parameter can be changed by a part of itself."""
    return math.isfinite(quantity.value) and (quantity.value != 0 or quantity.unit == POTENTIAL)


def check_movable(quantity: Quantity, value: float) -> None:
    """Refuse a parameter that is zero.

    Raises
    ------
    InvalidInputError
        Names it.
    """
    if not math.isfinite(value) or (value == 0 and quantity.unit != POTENTIAL):
        raise InvalidInputError(f"{quantity.id} is {value:g}; a relative change of it does nothing")
