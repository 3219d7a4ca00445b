"""Findings judged over the family of plausible cells instead of one.

The shipped family (``validation/plausible/family.tsv``) holds one row per cell: its parameters, and the number of every
criterion of the shipped register as `compare` gives it. Shares are counted from these numbers; for a register of
somebody's own the cells are simulated.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml import catalog
from zinc_sbml.errors import InvalidInputError, SimulationError
from zinc_sbml.findings.compare import describe, finite
from zinc_sbml.findings.register import Criterion, Finding, Status, load_findings
from zinc_sbml.findings.runs import Plan, Runs, holds
from zinc_sbml.hypotheses import load_hypothesis
from zinc_sbml.model import load_model
from zinc_sbml.shown import Shown, counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "REPRODUCED_SHARE",
    "Family",
    "FamilyCheck",
    "FamilyComparison",
    "FamilyVerdict",
    "columns_of",
    "compare_plausible",
    "load_family",
]

REPRODUCED_SHARE = 0.95
"""Share of the cells in which a finding must hold to count as reproduced; as missed it may hold in one minus this."""

SET_COLUMN = "set"
REST_PREFIX = "rest."


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCheck:
    """One criterion over the family.

    Attributes
    ----------
    criterion : str
        In words.
    share : float
        Of the cells that meet it.
    median, low, high : float
        Of the number, with the ends of the middle 90 percent; NaN if no cell defines it.
    """

    criterion: str
    share: float
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyVerdict:
    """One finding over the family.

    Attributes
    ----------
    finding : Finding
        The statement.
    share : float
        Of the cells that meet all its criteria; NaN for what is out of scope.
    status : Status
        Reproduced, divided or missed by this share.
    checks : tuple of FamilyCheck
        One for each criterion.
    """

    finding: Finding
    share: float
    status: Status
    checks: tuple[FamilyCheck, ...]

    @property
    def as_recorded(self) -> bool:
        """Whether the family does what the register says."""
        return self.status is self.finding.status


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FamilyComparison(Shown):
    """All findings over the family, in the order of the register.

    Attributes
    ----------
    verdicts : tuple of FamilyVerdict
        One for each finding.
    sets : int
        How many cells were judged.
    failures : int
        Cells that could not be simulated; they meet nothing.
    """

    verdicts: tuple[FamilyVerdict, ...]
    sets: int
    failures: int = 0

    def _line(self) -> str:
        return f"{counted(one.status for one in self.verdicts)} over {self.sets} cells"

    @property
    def changed(self) -> tuple[FamilyVerdict, ...]:
        """Findings whose status over the family differs from the record."""
        return tuple(verdict for verdict in self.verdicts if not verdict.as_recorded)

    @property
    def frame(self) -> pd.DataFrame:
        """Table indexed by finding: statement, calibration, share, status, expected."""
        import pandas as pd

        rows = [
            {
                "id": verdict.finding.id,
                "statement": verdict.finding.statement,
                "calibration": verdict.finding.calibration.value,
                "share": verdict.share,
                "verdict": verdict.status.value,
                "expected": verdict.finding.status.value,
            }
            for verdict in self.verdicts
        ]
        return pd.DataFrame(rows).set_index("id")

    def records(self) -> list[dict[str, object]]:
        """One dictionary for each finding, for JSON; numbers that are not finite become None."""
        return [
            {
                "id": verdict.finding.id,
                "statement": verdict.finding.statement,
                "calibration": verdict.finding.calibration.value,
                "sets": self.sets,
                "share": finite(verdict.share),
                "verdict": verdict.status.value,
                "expected": verdict.finding.status.value,
                "checks": [
                    {
                        "criterion": check.criterion,
                        "share": finite(check.share),
                        "median": finite(check.median),
                        "interval": [finite(check.low), finite(check.high)],
                    }
                    for check in verdict.checks
                ],
            }
            for verdict in self.verdicts
        ]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Family(Shown):
    """Plausible cells and what they give.

    Attributes
    ----------
    ids : tuple of str
        Of the cells.
    parameters : dict of str to numpy.ndarray
        Values by parameter, shape (cells,).
    values : dict of str to numpy.ndarray
        Numbers by criterion (``finding.number``), shape (cells,).
    rest : dict of str to numpy.ndarray
        Resting values by readout or species, shape (cells,).
    provenance : dict of str to str
        Seed, command, versions and diagnostics, as in the head of the file.
    """

    ids: tuple[str, ...]
    parameters: dict[str, NDArray[np.float64]]
    values: dict[str, NDArray[np.float64]]
    rest: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)

    def _line(self) -> str:
        return f"{len(self)} plausible cells, {len(self.parameters)} parameters"

    def __len__(self) -> int:
        return len(self.ids)

    def cell(self, number: int) -> dict[str, float]:
        """Parameters of one cell, as `simulate` and `compare` take them; negative numbers count from the end.

        Raises
        ------
        InvalidInputError
            If there is no such cell.
        """
        if isinstance(number, bool) or not isinstance(number, Integral) or not -len(self) <= number < len(self):
            raise InvalidInputError(f"cell {number!r}, expected a whole number from 0 to {len(self) - 1}")
        return {name: float(column[number]) for name, column in self.parameters.items()}

    @cached_property
    def table(self) -> pd.DataFrame:
        """Parameters, resting values and numbers of criteria in one table, indexed by cell."""
        import pandas as pd

        rest = {f"{REST_PREFIX}{name}": column for name, column in self.rest.items()}
        return pd.DataFrame({**self.parameters, **rest, **self.values}, index=pd.Index(self.ids, name=SET_COLUMN))


def columns_of(findings: Iterable[Finding]) -> Iterator[tuple[str, Finding, Criterion]]:
    """Every criterion of findings in order, with the name of its column: that of the finding and its number from 1."""
    for finding in findings:
        for number, criterion in enumerate(finding.criteria, 1):
            yield f"{finding.id}.{number}", finding, criterion


def load_family(path: str | Path | None = None, *, hypothesis: str | None = None) -> Family:
    """Read a family of plausible cells.

    Parameters
    ----------
    path : str or path, optional
        A table as `zinc-sbml calibrate judge` writes it; the shipped one by default.
    hypothesis : str, optional
        Id of a hypothesis, instead of a path: its family. A cell of a rival holds the switches of the rival.

    Returns
    -------
    Family
        With at least one cell.

    Raises
    ------
    InvalidInputError
        If the file cannot be read, holds no cell, or a cell of it is not a number; names file and row.
    UnknownIdError
        If there is no such hypothesis.
    """
    if hypothesis is not None:
        if path is not None:
            raise InvalidInputError(
                f"a family is named by its file or by its hypothesis, not by {path} and {hypothesis}"
            )
        path = catalog.family_path(load_hypothesis(hypothesis).rival)
    file = Path(path) if path is not None else catalog.family_path()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"cannot read the family of plausible cells {file}: {error}") from error
    head = [line[2:] for line in lines if line.startswith("# ")]
    provenance = dict(line.split(": ", 1) for line in head if ": " in line)
    body = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    rows = list(csv.reader((line for _, line in body), delimiter="\t"))
    if len(rows) < 2 or rows[0][0] != SET_COLUMN:
        raise InvalidInputError(
            f"{file} holds no plausible cell: expected a header that begins with {SET_COLUMN!r} and rows"
        )
    header = rows[0]
    known = {item.id for item in load_model(catalog.DEFAULT_MODEL).having("parameter", "input")}
    numbers = np.empty((len(rows) - 1, len(header) - 1))
    for i, ((line, _), row) in enumerate(zip(body[1:], rows[1:], strict=True)):
        if len(row) != len(header):
            raise InvalidInputError(f"{file}:{line}: {len(row)} columns, expected {len(header)}")
        for j, text in enumerate(row[1:]):
            try:
                numbers[i, j] = float(text)
            except ValueError:
                raise InvalidInputError(f"{file}:{line}: {header[j + 1]} is {text!r}, not a number") from None
    columns = {name: numbers[:, j] for j, name in enumerate(header[1:])}
    return Family(
        ids=tuple(row[0] for row in rows[1:]),
        parameters={name: column for name, column in columns.items() if name in known},
        rest={
            name.removeprefix(REST_PREFIX): column for name, column in columns.items() if name.startswith(REST_PREFIX)
        },
        values={
            name: column for name, column in columns.items() if name not in known and not name.startswith(REST_PREFIX)
        },
        provenance=provenance,
    )


def compare_plausible(
    findings: str | Path | Iterable[Finding] | None = None,
    *,
    family: Family | str | Path | None = None,
    sets: int | None = None,
) -> FamilyComparison:
    """Judge findings over the family of plausible cells.

    Parameters
    ----------
    findings : str, path or iterable of Finding, optional
        A register; the shipped one by default, whose numbers the family holds. For another one the cells are simulated
        (about a third of a second each for a register as long as the shipped one).
    family : Family, str or path, optional
        The shipped family by default.
    sets : int, optional
        Judge only the first so many cells (they are in random order).

    Returns
    -------
    FamilyComparison
        Shares, medians and 90 percent intervals.

    Raises
    ------
    InvalidInputError
        If the register or the family cannot be used, or the shipped register asks for numbers that the family lacks.
    """
    judged = load_findings(findings) if findings is None or isinstance(findings, str | Path) else tuple(findings)
    cells = family if isinstance(family, Family) else load_family(family)
    if sets is not None and not 1 <= sets <= len(cells):
        raise InvalidInputError(f"sets: {sets}, expected 1 to {len(cells)}, the cells of the family")
    count = sets or len(cells)
    failures = 0
    if findings is None:
        columns = {name: column[:count] for name, column in cells.values.items()}
    else:
        columns, failures = _simulated(judged, cells, count)
    verdicts = tuple(_verdict(finding, columns, count) for finding in judged)
    return FamilyComparison(verdicts=verdicts, sets=count, failures=failures)


def _simulated(findings: Iterable[Finding], family: Family, count: int) -> tuple[dict[str, NDArray[np.float64]], int]:
    """Numbers of all criteria in the first cells, and how many cells could not be simulated."""
    findings = tuple(findings)
    plan = Plan(findings)
    criteria = {name: criterion for name, _, criterion in columns_of(findings)}
    columns = {name: np.full(count, math.nan) for name in criteria}
    failures = 0
    for cell in range(count):
        runs = Runs(plan, family.cell(cell))
        try:
            for name, criterion in criteria.items():
                columns[name][cell] = runs.value(criterion)
        except SimulationError:
            failures += 1
            for column in columns.values():
                column[cell] = math.nan
    return columns, failures


def _verdict(finding: Finding, columns: Mapping[str, NDArray[np.float64]], count: int) -> FamilyVerdict:
    if not finding.criteria:
        return FamilyVerdict(finding=finding, share=math.nan, status=Status.OUT_OF_SCOPE, checks=())
    met = np.ones(count, dtype=bool)
    checks = []
    for name, _, criterion in columns_of([finding]):
        if name not in columns:
            raise InvalidInputError(
                f"the family of plausible cells has no column {name}: it was judged by another register; "
                f"run `zinc-sbml calibrate judge`"
            )
        values = columns[name]
        one = np.array([holds(criterion, value) for value in values.tolist()])
        met &= one
        checks.append(_check(criterion, values, one))
    share = float(met.mean())
    return FamilyVerdict(finding=finding, share=share, status=_status(share), checks=tuple(checks))


def _check(criterion: Criterion, values: NDArray[np.float64], met: NDArray[np.bool_]) -> FamilyCheck:
    defined = values[~np.isnan(values)]
    # Some numbers are infinite (a level that is never reached), so quantiles are members, not means of members.
    low, median, high = (
        np.quantile(defined, (0.05, 0.5, 0.95), method="nearest").tolist() if defined.size else (math.nan,) * 3
    )
    return FamilyCheck(criterion=describe(criterion), share=float(met.mean()), median=median, low=low, high=high)


def _status(share: float) -> Status:
    if share >= REPRODUCED_SHARE:
        return Status.REPRODUCED
    return Status.MISSED if share <= 1 - REPRODUCED_SHARE else Status.DIVIDED
