"""The table of findings in the README, made from the verdicts."""

from __future__ import annotations

import math

from zinc_sbml.findings.compare import Comparison
from zinc_sbml.findings.family import FamilyComparison
from zinc_sbml.findings.register import Calibration

__all__ = ["markdown_table"]


def markdown_table(comparison: Comparison, shares: FamilyComparison) -> str:
    """Verdicts as a Markdown table, with the values of all criteria to three digits and shares to percents.

    Parameters
    ----------
    comparison : Comparison
        Of the shipped cell, from `compare`.
    shares : FamilyComparison
        Over the family of plausible cells, from `compare_plausible`, of the same register.

    Returns
    -------
    str
        One row for each finding.
    """
    lines = [
        "| finding | statement | value of the shipped cell (criterion) | plausible cells | verdict |",
        "| --- | --- | --- | --- | --- |",
    ]
    for verdict, over in zip(comparison.verdicts, shares.verdicts, strict=True):
        finding = verdict.finding
        checks = "; ".join(
            f"{_digits(check.value)} ({_bound(check.criterion)})" + ("" if check.holds else " **not met**")
            for check in verdict.checks
        )
        name = f"[{finding.id}]({finding.source})" if finding.source.startswith("https://") else finding.id
        share = "" if math.isnan(over.share) else f"{over.share:.0%}" + _USED[finding.calibration]
        lines.append(f"| {name} | {finding.statement} | {checks or finding.reason} | {share} | {over.status} |")
    return "\n".join(lines)


_USED = {Calibration.NONE: "", Calibration.DATA: " (data)", Calibration.PENALTY: " (fitted)"}


def _digits(value: float) -> str:
    if math.isinf(value):
        return "never" if value > 0 else "-inf"
    return f"{value:.3g}"


def _bound(criterion: str) -> str:
    """The last part of a criterion in words: its bound; an order is told whole."""
    for mark in (" >= ", " <= ", " in "):
        if mark in criterion:
            return mark.strip().replace(">=", "≥").replace("<=", "≤") + " " + criterion.rsplit(mark, 1)[1]
    return "least ratio of the order"
