"""Findings as the report tells them: misses first, each number beside its criterion."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zinc_sbml.findings import (
    Calibration,
    Comparison,
    Criterion,
    FamilyComparison,
    Kind,
    Statistic,
    Status,
    compare_plausible,
)
from zinc_sbml.findings import compare as judge

__all__ = ["ORDER", "CheckRow", "FindingRow", "finding_rows", "margins"]

ORDER = (Status.MISSED, Status.DIVIDED, Status.REPRODUCED, Status.OUT_OF_SCOPE)
"""Verdicts in the order in which they are told: what the model cannot do comes first."""

_USED = {
    Calibration.NONE: "no",
    Calibration.DATA: "as a datum",
    Calibration.PENALTY: "as a bound",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One criterion of a finding.

    Attributes
    ----------
    words : str
        The criterion in words.
    criterion : Criterion
        The criterion.
    value : float
        The number in the shipped cell.
    holds : bool
        Whether the shipped cell meets it.
    share, median, low, high : float
        Share of plausible cells that meet it, and median and middle 90 percent of the number over them; NaN if the
        cells were not judged.
    """

    words: str
    criterion: Criterion
    value: float
    holds: bool
    share: float = math.nan
    median: float = math.nan
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding, judged.

    Attributes
    ----------
    id, statement, source, reason : str
        As in the register.
    status : Status
        Over the family of plausible cells; of the shipped cell if those were not judged.
    share : float
        Of plausible cells that meet all criteria; NaN if not judged or out of scope.
    used : str
        Whether it was used to fit, in words.
    checks : tuple of CheckRow
        One for each criterion.
    """

    id: str
    statement: str
    source: str
    reason: str
    status: Status
    share: float
    used: str
    checks: tuple[CheckRow, ...]


def finding_rows(register: str | Path | None = None) -> tuple[FindingRow, ...]:
    """Judge the findings of a register, misses first.

    Parameters
    ----------
    register : path, optional
        The shipped one by default. The family of plausible cells holds the numbers of that one only: of another
        register the shipped cell alone is judged.

    Raises
    ------
    InvalidInputError, UnknownIdError
        If the register is wrong.
    """
    comparison = judge(register)
    rows = _rows(comparison, compare_plausible() if register is None else None)
    return tuple(sorted(rows, key=lambda row: ORDER.index(row.status)))


def _rows(comparison: Comparison, family: FamilyComparison | None) -> Iterator[FindingRow]:
    for number, verdict in enumerate(comparison.verdicts):
        finding = verdict.finding
        over = family.verdicts[number] if family else None
        checks = []
        for place, (check, criterion) in enumerate(zip(verdict.checks, finding.criteria, strict=True)):
            row = {"words": check.criterion, "criterion": criterion, "value": check.value, "holds": check.holds}
            if over:
                many = over.checks[place]
                row |= {"share": many.share, "median": many.median, "low": many.low, "high": many.high}
            checks.append(CheckRow(**row))
        yield FindingRow(
            id=finding.id,
            statement=finding.statement,
            source=finding.source,
            reason=finding.reason,
            status=over.status if over else verdict.status,
            share=over.share if over else math.nan,
            used=_USED[finding.calibration] if verdict.checks else "",
            checks=tuple(checks),
        )


def margins(rows: Sequence[FindingRow]) -> list[dict[str, object]]:
    """How far numbers are from their bounds, for the chart of what is missed or divided.

    Parameters
    ----------
    rows : sequence of FindingRow
        Those of other verdicts are left out.

    Returns
    -------
    list of dict
        For each bound ``finding``, ``status``, ``bound`` (in few words), ``words`` (the criterion) and ``value``,
        ``low``, ``median``, ``high``: the factor by which the number meets its bound (1 is just met, less is not met),
        None if it is beyond all numbers, as for a level that is never reached. A number that is not defined, as those
        over plausible cells if they were not judged, has no key. A range has two bounds. A number or bound that is not
        positive has no such factor, and its row is left out.
    """
    found = []
    for row in rows:
        if row.status not in (Status.MISSED, Status.DIVIDED):
            continue
        for check in row.checks:
            for sign, bound, words in _bounds(check.criterion):
                numbers = [check.low, check.median, check.high]
                if bound <= 0 or any(number <= 0 for number in [check.value, *numbers]):
                    continue
                # Below an upper bound a small number is a large factor: the ends change places.
                low, median, high = (_factor(number, bound, sign) for number in numbers[::sign])
                factors = {"value": _factor(check.value, bound, sign), "low": low, "median": median, "high": high}
                bound_words = f"{_subject(check.criterion)} {words}"
                found.append(
                    {"finding": row.id, "status": row.status.value, "bound": bound_words, "words": check.words}
                    | {name: _finite(factor) for name, factor in factors.items() if not math.isnan(factor)}
                )
    return found


def _bounds(criterion: Criterion) -> Iterator[tuple[int, float, str]]:
    """Each bound of a criterion: whether numbers must lie above (1) or below (-1), where it is, and in words."""
    if criterion.kind is Kind.DESCENDING:
        # The number is the least ratio of neighbours, which must be above 1 in any case.
        yield 1, max(1.0, criterion.by_factor), f"≥ {max(1.0, criterion.by_factor):.4g}"
        return
    if not math.isinf(criterion.at_least):
        yield 1, criterion.at_least, f"≥ {criterion.at_least:.4g}"
    if not math.isinf(criterion.at_most):
        yield -1, criterion.at_most, f"≤ {criterion.at_most:.4g}"


def _subject(criterion: Criterion) -> str:
    """What a criterion is about, in few words."""
    if criterion.of is not None:
        if criterion.kind is Kind.HALF_EFFECT_DOSE:
            return f"half-effect dose of {criterion.input}"
        if criterion.of.statistic in (Statistic.FINAL, Statistic.VALUE):
            return criterion.of.readout
        return f"{criterion.of.statistic.value.replace('_', ' ')} of {criterion.of.readout}"
    if len({measure.readout for measure in criterion.order}) > 1:
        return " > ".join(measure.readout for measure in criterion.order)
    return " > ".join(measure.scenario for measure in criterion.order)


def _factor(number: float, bound: float, sign: int) -> float:
    return number / bound if sign > 0 else bound / number


def _finite(number: float) -> float | None:
    return float(f"{number:.5g}") if math.isfinite(number) else None
