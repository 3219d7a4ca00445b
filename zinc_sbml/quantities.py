"""Units: those of an SBML file in plain numbers, and what people type ("0.5uM", "24h") turned into them.

The arithmetic on units of a model is a few lines and needs no library; `pint`, which knows how people write
units, is imported only when a unit was written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from zinc_sbml.errors import InvalidInputError

if TYPE_CHECKING:
    from zinc_sbml.model import Model

__all__ = [
    "Unit",
    "base_unit",
    "duration_text",
    "parse_assignments",
    "parse_duration",
    "parse_quantity",
    "parse_value",
    "pint_text",
    "power",
    "product",
    "same_unit",
    "short_text",
]

Unit = tuple[float, tuple[tuple[str, float], ...]]
"""A factor and powers of SBML base units, sorted: uM is ``(1e-6, (("litre", -1), ("mole", 1)))``."""

# Two units are the same when their factors agree to this; decimal prefixes are exact to about 1e-15.
_SAME_FACTOR = 1e-9

# SBML base units that pint knows by another word.
_PINT_WORDS = {"item": "count", "avogadro": "avogadro_number", "Celsius": "degC"}

_PREFIXES = {"1e-18": "a", "1e-15": "f", "1e-12": "p", "1e-09": "n", "1e-06": "u", "0.001": "m", "1": ""}

_NUMBER_AND_UNIT = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf|nan)\s*(.*?)\s*", re.IGNORECASE)


def base_unit(kind: str, factor: float = 1.0) -> Unit:
    """Make a multiple of one SBML base unit, e.g. ``base_unit("mole", 1e-18)``."""
    return factor, () if kind == "dimensionless" else ((kind, 1.0),)


def power(unit: Unit, exponent: float) -> Unit:
    """Raise a unit to a power."""
    return unit[0] ** exponent, tuple((kind, count * exponent) for kind, count in unit[1])


def product(one: Unit, other: Unit) -> Unit:
    """Product of two units."""
    counts: dict[str, float] = {}
    for kind, count in (*one[1], *other[1]):
        counts[kind] = counts.get(kind, 0.0) + count
    return one[0] * other[0], tuple(sorted((kind, count) for kind, count in counts.items() if count))


def same_unit(one: Unit | None, other: Unit | None) -> bool:
    """Whether two units are the same; an unknown unit is the same as none."""
    if one is None or other is None or one[1] != other[1]:
        return False
    return math.isclose(one[0], other[0], rel_tol=_SAME_FACTOR)


def pint_text(unit: Unit) -> str:
    """Write the unit as an expression that pint can read, e.g. ``"1e-06 * litre**-1 * mole"``."""
    factors = [] if unit[0] == 1 and unit[1] else [f"{unit[0]:.12g}"]
    for kind, count in unit[1]:
        word = _PINT_WORDS.get(kind, kind)
        factors.append(word if count == 1 else f"{word}**{count:g}")
    return " * ".join(factors)


def short_text(unit: Unit) -> str:
    """Write the unit as people do where that is easy (``"amol/s"``), otherwise as `pint_text`."""
    mole, second = ("mole", 1.0), ("second", -1.0)
    prefix = _PREFIXES.get(f"{unit[0]:.6g}")
    if prefix is not None and unit[1] in ((mole,), (mole, second)):
        return f"{prefix}mol/s" if second in unit[1] else f"{prefix}mol"
    return pint_text(unit)


def parse_quantity(text: str, expected: str, *, name: str, shown: str = "") -> float:
    """Turn a number with or without a unit into a number in the expected unit.

    Parameters
    ----------
    text : str
        ``"0.5uM"``, ``"30 min"``, ``"1e-3"``. A number alone is in the expected unit.
    expected : str
        Unit to convert to, as pint reads it; empty if the target has no unit, then only a number alone will
        do.
    name : str
        What the value is for; named in errors.
    shown : str, optional
        The expected unit as people know it; `expected` if not given.

    Returns
    -------
    float
        The value in the expected unit.

    Raises
    ------
    InvalidInputError
        If there is no number, the unit is unknown, or its dimension is another one.
    """
    shown = shown or expected or "no unit"
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None:
        raise InvalidInputError(f"{name}: {text!r} is not a number with or without a unit (expected unit: {shown})")
    value, unit = float(match.group(1)), match.group(2)
    if not unit or unit == shown:
        return value
    if not expected:
        raise InvalidInputError(f"{name}: {text!r} has a unit, but {name} has none; give a number alone")
    import pint

    registry = _registry()
    try:
        # "6 / min" is a number and the unit "1 / min".
        given = registry.Quantity(value, f"1 {unit}" if unit.startswith("/") else unit)
    except Exception as error:  # pint meets text that is no unit with errors of many kinds, asserts among them
        raise InvalidInputError(f"{name}: unknown unit {unit!r} in {text!r}; expected unit: {shown}") from error
    try:
        converted = float((given / registry.Quantity(expected)).to("dimensionless").magnitude)
    except (pint.DimensionalityError, pint.OffsetUnitCalculusError) as error:
        raise InvalidInputError(
            f"{name}: {text!r} has the dimension {given.dimensionality}, expected a value in {shown}"
        ) from error
    # 30 nM is 0.03 uM, not 0.030000000000000002 uM: the factor of a prefix is exact only to a few units in
    # the last place, and nobody types this many digits.
    return float(f"{converted:.14g}")


def parse_value(text: str, model: Model, target: str) -> float:
    """Turn what somebody typed for an input, parameter or species into a number in its own unit.

    Parameters
    ----------
    text : str
        A number with or without a unit.
    model : Model
        The model that has the target.
    target : str
        Id of the input, parameter or species.

    Returns
    -------
    float
        The value in the unit of the target.

    Raises
    ------
    UnknownIdError
        If the model has no such id.
    InvalidInputError
        If the value cannot be read or converted.
    """
    unit = model.quantity(target, "parameter").unit
    return parse_quantity(text, model.units.get(unit, unit), name=target, shown=unit)


def duration_text(seconds: float) -> str:
    """Write a time in the unit that suits it."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length and seconds % (length / 4) == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def parse_duration(text: str, time_unit: str = "s") -> float:
    """Turn ``"24h"`` or ``"90"`` into a number in the unit of time of a model (seconds for the shipped ones).

    Raises
    ------
    InvalidInputError
        If it is not a time.
    """
    return parse_quantity(text, time_unit, name="duration")


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


def parse_assignments(texts: Iterable[str], model: Model) -> dict[str, float]:
    """Read ``["zip7_inhibitor=0.5uM"]`` as ids and numbers in their own units.

    Raises
    ------
    InvalidInputError
        If a text is not an id, an equals sign and a value, or an id comes twice.
    """
    values: dict[str, float] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InvalidInputError(f"--set {text!r}: expected ID=VALUE, for example zip7_inhibitor=0.5uM")
        if name.strip() in values:
            raise InvalidInputError(f"--set gives {name.strip()} twice")
        values[name.strip()] = parse_value(value, model, name.strip())
    return values
