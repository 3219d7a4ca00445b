"""Judge findings: run each scenario once, take the measures, compare with the criteria and with the record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.checks import given_values
from zinc_sbml.findings.register import Criterion, Finding, Kind, Measure, Statistic, Status, load_findings
from zinc_sbml.findings.runs import Plan, Runs, holds, present
from zinc_sbml.shown import Shown, counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Check", "Comparison", "Verdict", "compare", "describe", "finite", "list_findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One criterion, judged.

    Attributes
    ----------
    criterion : str
        The criterion in words.
    value : float
        The number it is about; for an order the smallest ratio of neighbours.
    holds : bool
        Whether it is met. A number that is not defined (NaN) meets nothing.
    """

    criterion: str
    value: float
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A finding, judged.

    Attributes
    ----------
    finding : Finding
        The statement and its criteria.
    status : Status
        What the model does now.
    checks : tuple of Check
        One for each criterion; empty for what is out of scope.
    """

    finding: Finding
    status: Status
    checks: tuple[Check, ...]

    @property
    def as_recorded(self) -> bool:
        """Whether the model does what the register says it does.

        Where the register says that plausible cells are divided, one cell may do either.
        """
        return self.status is self.finding.status or self.finding.status is Status.DIVIDED

    @property
    def decisive(self) -> Check | None:
        """The first criterion that is not met, or else the first; None for what is out of scope."""
        return next((check for check in self.checks if not check.holds), self.checks[0] if self.checks else None)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison(Shown):
    """All verdicts, in the order of the register."""

    verdicts: tuple[Verdict, ...]

    def _line(self) -> str:
        return counted(one.status for one in self.verdicts)

    @property
    def frame(self) -> pd.DataFrame:
        """Table indexed by finding: statement, source, verdict, expected, value and criterion (the decisive ones)."""
        import pandas as pd

        return pd.DataFrame(self.records()).drop(columns="checks").set_index("id")

    @property
    def passed(self) -> tuple[Verdict, ...]:
        """Findings that the model reproduces."""
        return tuple(verdict for verdict in self.verdicts if verdict.status is Status.REPRODUCED)

    @property
    def missed(self) -> tuple[Verdict, ...]:
        """Findings that the model misses."""
        return tuple(verdict for verdict in self.verdicts if verdict.status is Status.MISSED)

    @property
    def changed(self) -> tuple[Verdict, ...]:
        """Findings whose verdict differs from the recorded status, in either direction."""
        return tuple(verdict for verdict in self.verdicts if not verdict.as_recorded)

    def records(self) -> list[dict[str, object]]:
        """One dictionary for each finding, for JSON; numbers that are not finite become None."""
        records: list[dict[str, object]] = []
        for verdict in self.verdicts:
            finding, decisive = verdict.finding, verdict.decisive
            checks = [
                {"criterion": check.criterion, "value": finite(check.value), "holds": check.holds}
                for check in verdict.checks
            ]
            records.append(
                {
                    "id": finding.id,
                    "statement": finding.statement,
                    "source": finding.source,
                    "verdict": verdict.status.value,
                    "expected": finding.status.value,
                    "value": finite(decisive.value) if decisive else None,
                    "criterion": decisive.criterion if decisive else finding.reason,
                    "checks": checks,
                }
            )
        return records


def compare(
    findings: str | Path | Iterable[Finding] | None = None, *, parameters: Mapping[str, float] | None = None
) -> Comparison:
    """Judge findings with the shipped scenarios.

    Parameters
    ----------
    findings : str, path or iterable of Finding, optional
        A register; the shipped one by default.
    parameters : mapping of str to float, optional
        Values that replace those of the cell; it comes to its own rest first and its folds divide by that rest. Another
        model (the test tube) takes over the parameters that it ships with the same value as the cell, and keeps its own
        where it differs by intent.

    Returns
    -------
    Comparison
        A verdict for each finding.

    Raises
    ------
    InvalidInputError, UnknownIdError
        If the register is wrong, or names a scenario, readout or input that does not exist.
    SimulationError
        If a scenario cannot be run.

    Notes
    -----
    Each scenario is run once, whatever the number of measures taken from it.
    """
    judged = load_findings(findings) if findings is None or isinstance(findings, str | Path) else tuple(findings)
    plan = Plan(judged)
    given = given_values(parameters)
    plan.check_parameters(given)
    runs = Runs(plan, given)
    return Comparison(verdicts=tuple(_verdict(finding, runs) for finding in judged))


def list_findings(findings: str | Path | None = None) -> pd.DataFrame:
    """Table of the findings in a register, indexed by ``id``.

    Parameters
    ----------
    findings : str or path, optional
        A register; the shipped one by default.

    Returns
    -------
    pandas.DataFrame
        Columns statement, source, place, evidence, calibration, status, criteria (in words).
    """
    import pandas as pd

    rows = [
        {
            "id": finding.id,
            "statement": finding.statement,
            "source": finding.source,
            "place": finding.place,
            "evidence": ", ".join(finding.evidence),
            "calibration": finding.calibration.value,
            "status": finding.status.value,
            "criteria": "; ".join(describe(criterion) for criterion in finding.criteria),
        }
        for finding in load_findings(findings)
    ]
    return pd.DataFrame(rows).set_index("id")


def _verdict(finding: Finding, runs: Runs) -> Verdict:
    values = [runs.value(criterion) for criterion in finding.criteria]
    checks = tuple(
        Check(criterion=describe(criterion), value=value, holds=holds(criterion, value))
        for criterion, value in zip(finding.criteria, values, strict=True)
    )
    if not checks:
        status = Status.OUT_OF_SCOPE
    else:
        status = Status.REPRODUCED if all(check.holds for check in checks) else Status.MISSED
    return Verdict(finding=finding, status=status, checks=checks)


def describe(criterion: Criterion) -> str:
    """A criterion in words, e.g. ``"Zn_er of zip7_inhibition / Zn_er of baseline >= 3"``."""
    if criterion.kind is Kind.DESCENDING:
        text = " > ".join(_words(measure) for measure in criterion.order)
        return text + (f", each by a factor of {criterion.by_factor:g}" if criterion.by_factor > 1 else "")
    text = _words(present(criterion.of))
    if criterion.kind is Kind.RATIO:
        text = f"{text} / {_words(present(criterion.to))}"
    elif criterion.kind is Kind.DIFFERENCE:
        text = f"{text} - {_words(present(criterion.to))}"
    elif criterion.kind is Kind.HALF_EFFECT_DOSE:
        text = f"{criterion.input} with half of the effect on {text}"
    low, high = criterion.at_least, criterion.at_most
    if math.isinf(high):
        return f"{text} >= {low:.4g}"
    if math.isinf(low):
        return f"{text} <= {high:.4g}"
    return f"{text} in {low:.4g}..{high:.4g}"


def _words(measure: Measure) -> str:
    course = f"{measure.readout} of {measure.scenario}"
    since = f" after {measure.since:g} s" if measure.since else ""
    match measure.statistic:
        case Statistic.FINAL:
            return course
        case Statistic.VALUE:
            return f"{course} at {measure.time:g} s"
        case Statistic.CHANGE:
            return f"change of {course} until {measure.time:g} s"
        case Statistic.HALF_TIME:
            return f"half-time of {course}{since}"
        case Statistic.TIME_TO_REACH:
            return f"time{since} for {course} to reach {measure.fraction:g} of {_words(present(measure.level))}"
        case _:
            return f"{measure.statistic} of {course}"


def finite(value: float) -> float | None:
    """Give the number, or None if it is not finite (JSON has no word for it)."""
    return value if math.isfinite(value) else None
