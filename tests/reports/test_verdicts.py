"""How far numbers are from their bounds, by hand."""

from __future__ import annotations

import math

import pytest

from zinc_sbml.findings import Criterion, Kind, Status
from zinc_sbml.reports.verdicts import CheckRow, FindingRow, margins


def row(status: Status = Status.DIVIDED, *checks: CheckRow) -> FindingRow:
    return FindingRow(
        id="one", statement="", source="", reason="", status=status, share=0.5, used="no", checks=tuple(checks)
    )


def check(value: float, low: float, median: float, high: float, **bounds: float) -> CheckRow:
    return CheckRow(
        words="words",
        criterion=Criterion(kind=Kind.VALUE, **bounds),
        value=value,
        holds=True,
        low=low,
        median=median,
        high=high,
    )


def factors(*checks: CheckRow) -> list[tuple[object, ...]]:
    return [
        tuple(one.get(name, "no key") for name in ("value", "low", "median", "high"))
        for one in margins([row(Status.DIVIDED, *checks)])
    ]


def test_right_of_one_is_met_whichever_way_the_bound_points() -> None:
    assert factors(check(4, 1, 3, 8, at_least=2)) == [(2, 0.5, 1.5, 4)]
    assert factors(check(4, 1, 2, 8, at_most=2)) == [(0.5, 0.25, 1, 2)]


def test_a_range_has_two_bounds() -> None:
    assert factors(check(2, 1, 2, 4, at_least=1, at_most=8)) == [(2, 1, 2, 4), (4, 2, 4, 8)]


def test_an_order_is_met_above_one() -> None:
    order = CheckRow(
        words="", criterion=Criterion(kind=Kind.DESCENDING, by_factor=1.5), value=3, holds=True, low=1, median=3, high=6
    )
    assert factors(order) == [(2, pytest.approx(2 / 3, rel=1e-4), 2, 4)]


def test_what_is_never_reached_is_beyond_all_numbers() -> None:
    assert factors(check(math.inf, 1, 3, math.inf, at_least=3)) == [(None, pytest.approx(1 / 3, rel=1e-4), 1, None)]
    assert factors(check(4, math.nan, math.nan, math.nan, at_least=2)) == [(2, "no key", "no key", "no key")]


def test_what_has_no_factor_is_left_out() -> None:
    assert factors(check(-0.3, -0.4, -0.3, -0.2, at_most=-0.1)) == []
    assert factors(check(1, 0, 1, 2, at_least=1)) == []


def test_only_what_is_missed_or_divided_is_drawn() -> None:
    one = check(4, 1, 3, 8, at_least=2)
    drawn = [status for status in Status if margins([row(status, one)])]
    assert set(drawn) == {Status.MISSED, Status.DIVIDED}
