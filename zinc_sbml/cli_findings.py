"""How the command line shows verdicts: of one cell, and over the family of plausible cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

import typer

from zinc_sbml.cli_output import number_text, print_table
from zinc_sbml.findings import Calibration, Comparison, Status
from zinc_sbml.findings.family import REPRODUCED_SHARE, FamilyComparison, FamilyVerdict

__all__ = ["print_comparison", "print_shares"]


def print_comparison(comparison: Comparison) -> None:
    """Print a verdict for each finding, with all its numbers, and the counts."""
    rows = []
    for verdict in comparison.verdicts:
        checks = [
            f"{number_text(check.value)}: {check.criterion}" + ("" if check.holds else "  NOT MET")
            for check in verdict.checks
        ]
        status = verdict.status.value
        if verdict.finding.status is not verdict.status:
            status += f"\nrecorded: {verdict.finding.status}"
        rows.append(
            (_name(verdict.finding.id, verdict.finding.statement), _lines(checks, verdict.finding.reason), status)
        )
    print_table(("finding", "value: criterion", "verdict"), rows, ids=2, lines=True)
    counts = [f"{len(comparison.passed)} reproduced", f"{len(comparison.missed)} missed"]
    counts.append(f"{len(comparison.verdicts) - len(comparison.passed) - len(comparison.missed)} out of scope")
    typer.echo(", ".join(counts) + f"; {len(comparison.changed)} differ from the record")


def print_shares(shares: FamilyComparison) -> None:
    """Print the share of cells for each finding: those left for the test first, then those used to fit."""
    used = [one for one in shares.verdicts if one.finding.calibration is not Calibration.NONE]
    left = [one for one in shares.verdicts if one.finding.calibration is Calibration.NONE]
    _print_group("Findings that were not used to fit", left)
    _print_group("Findings that were used to fit", used)
    for words, group in (("not used to fit", left), ("used to fit", used)):
        counts = ", ".join(f"{sum(one.status is status for one in group)} {status}" for status in Status)
        typer.echo(f"{words}: {counts}")
    typer.echo(
        f"{shares.sets} plausible cells, {shares.failures} of them not simulated; reproduced: holds in at least "
        f"{REPRODUCED_SHARE:.0%}, missed: in at most {1 - REPRODUCED_SHARE:.0%}; "
        f"{len(shares.changed)} differ from the record"
    )


def _print_group(title: str, verdicts: Sequence[FamilyVerdict]) -> None:
    rows = []
    for verdict in verdicts:
        checks = [
            f"{check.share:.1%}  {number_text(check.median)} ({number_text(check.low)} .. {number_text(check.high)}): "
            f"{check.criterion}"
            for check in verdict.checks
        ]
        status = verdict.status.value + ("" if verdict.as_recorded else f"\nrecorded: {verdict.finding.status}")
        share = "" if math.isnan(verdict.share) else f"{verdict.share:.1%}"
        name = _name(verdict.finding.id, verdict.finding.statement)
        rows.append((name, share, _lines(checks, verdict.finding.reason), status))
    header = ("finding", "share", "share, median (90 %): criterion", "verdict")
    print_table(header, rows, title=title, numbers=(1,), ids=3, lines=True)


def _name(finding: str, statement: str) -> str:
    return f"{finding}\n{statement}"


def _lines(checks: Sequence[str], reason: str) -> str:
    return "\n".join(checks) or reason
