from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import Model
from zinc_sbml.quantities import base_unit, parse_duration, parse_value, pint_text, power, product, same_unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5uM", 0.5),
        ("0.13 µM", 0.13),
        ("0.13 μM", 0.13),
        ("30 nM", 0.03),
        ("1e-3 mM", 1.0),
        ("2 mol/m^3", 2000.0),
        ("7", 7.0),
        (" -1.5e2 ", -150.0),
        (".5", 0.5),
    ],
)
def test_concentrations_become_micromolar(small_cell: Model, text: str, expected: float) -> None:
    assert parse_value(text, small_cell, "drug") == expected


@pytest.mark.parametrize(("text", "seconds"), [("24h", 86400), ("30 min", 1800), ("1 d", 86400), ("90", 90), ("2s", 2)])
def test_times_become_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


def test_rates_and_fractions(small_cell: Model) -> None:
    assert parse_value("6 / min", small_cell, "kout") == 0.1
    assert parse_value("25%", small_cell, "pump") == 0.25
    assert parse_value("3 / nM / s", small_cell, "kon") == 3000.0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("5 foo", ("drug", "'foo'", "expected unit: uM")),
        ("3 s", ("drug", "3 s", "[time]", "uM")),
        ("many", ("drug", "'many'", "uM")),
        ("", ("drug", "uM")),
        ("1 2 uM", ("drug", "1 2 uM")),
        ("1 __import__('os')", ("drug",)),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_expected_unit(
    small_cell: Model, text: str, parts: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_value(text, small_cell, "drug")
    for part in parts:
        assert part in str(caught.value)


def test_unknown_targets_name_near_ids(small_cell: Model) -> None:
    with pytest.raises(UnknownIdError, match="'drug'"):
        parse_value("1", small_cell, "drugs")


def test_numbers_alone_do_not_import_pint() -> None:
    code = (
        "import sys; from zinc_sbml.quantities import parse_quantity;"
        "assert parse_quantity('3', '1e-06 * mole / litre', name='x', shown='uM') == 3;"
        "assert parse_quantity('3uM', '1e-06 * mole / litre', name='x', shown='uM') == 3;"
        "assert 'pint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.floats(min_value=1e-9, max_value=1e9))
def test_a_number_survives_its_own_text(value: float) -> None:
    assert parse_duration(repr(value)) == value


def test_arithmetic_on_units() -> None:
    micromolar = product(base_unit("mole", 1e-6), power(base_unit("litre"), -1))
    assert same_unit(micromolar, product(base_unit("mole", 1e-18), power(base_unit("litre", 1e-12), -1)))
    assert not same_unit(micromolar, base_unit("mole", 1e-6))
    assert same_unit(product(micromolar, power(micromolar, -1)), base_unit("dimensionless"))
    assert pint_text(micromolar) == "1e-06 * litre**-1 * mole"
