"""The tables of the calibration: written as tab-separated text with few digits, and compared as numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml import catalog
from zinc_sbml.calibration.adopting import rounded
from zinc_sbml.calibration.fitting import Fit
from zinc_sbml.calibration.identifiability import correlations, widths, zinc_window
from zinc_sbml.calibration.problem import Array, Problem
from zinc_sbml.findings.family import Family
from zinc_sbml.findings.runs import Plan, Runs
from zinc_sbml.scenarios import read_table
from zinc_sbml.simulation import simulate
from zinc_sbml.table_text import to_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "family_tables",
    "good_starts",
    "read_starts",
    "screening_table",
    "starts_table",
    "targets",
]

# A parameter whose mean influence on the targets is below this part of the strongest one's stays as it is.
LEAST_IMPORTANCE = 0.05

UNEXPLAINED = "matters here, but is neither fitted nor has a reason in not_fitted.tsv"


def targets(problem: Problem, family: Family) -> pd.DataFrame:
    """Every calibration target with the shipped cell's value and the family's.

    Returns
    -------
    pandas.DataFrame
        By target: what, wanted (datum with its noise, or bounds), evidence, value and residual of the shipped cell,
        whether it is met; median and middle 90 percent of the family.
    """
    import pandas as pd

    evidence = {finding.id: ", ".join(finding.evidence) for finding in problem.findings}
    runs = Runs(Plan(problem.findings))
    rows = []
    for target in problem.targets:
        if (datum := target.measurement) is not None:
            result = simulate(datum.scenario, model=problem.model, times=[datum.time], readouts=[datum.readout])
            value = result.at(datum.readout, datum.time)
            noise = f"x/ {math.exp(datum.noise):.3g}" if datum.logarithmic else f"+- {datum.noise:.3g}"
            wanted, row = f"{datum.value:.4g} {noise} {datum.unit}", f"{target.id} ({datum.status})"
            column = family.rest.get(datum.readout.removeprefix("obs_"))
        else:
            assert target.criterion is not None
            value = runs.value(target.criterion)
            wanted, row = _bounds(target.criterion.at_least, target.criterion.at_most), evidence[target.finding]
            if target.criterion.order:
                wanted = f">= {target.criterion.by_factor:g} (least ratio)"
            column = family.values.get(target.id)
        low, median, high = (
            np.quantile(column, (0.05, 0.5, 0.95), method="nearest").tolist() if column is not None else (math.nan,) * 3
        )
        rows.append(
            {
                "target": target.id,
                "what": target.words,
                "evidence": row,
                "wanted": wanted,
                "value": value,
                "residual": target.residual(value),
                "met": "yes" if target.met(value) else "no",
                "family_median": median,
                "family_low": low,
                "family_high": high,
            }
        )
    return pd.DataFrame(rows).set_index("target")


def _bounds(low: float, high: float) -> str:
    if math.isinf(high):
        return f">= {low:.4g}"
    return f"<= {high:.4g}" if math.isinf(low) else f"{low:.4g} .. {high:.4g}"


def screening_table(screened: pd.DataFrame, fitted: Sequence[str]) -> pd.DataFrame:
    """Add to a screen what is fitted, and why the rest is not: by ``not_fitted.tsv``, or because it matters little."""
    reasons = {
        row["parameter"]: row["reason"]
        for _, row in read_table(catalog.calibration_directory() / "not_fitted.tsv", ("parameter", "reason"))
    }
    words = []
    for name, importance in zip(screened.index.tolist(), screened["importance"].tolist(), strict=True):
        if name in fitted:
            words.append("fitted")
        elif name in reasons:
            words.append(reasons[name])
        elif importance < LEAST_IMPORTANCE:
            words.append(f"little influence (below {LEAST_IMPORTANCE:g})")
        else:
            words.append(UNEXPLAINED)
    return screened.assign(fitted=words)


def starts_table(fits: Sequence[Fit], problem: Problem) -> pd.DataFrame:
    """One row per start, best first: costs, effort, and the values it ended at."""
    import pandas as pd

    rows = [
        {
            "start": one.number,
            "start_cost": one.start_cost,
            "cost": one.cost,
            "evaluations": one.evaluations,
            "failures": one.failures,
            **{name: rounded(value) for name, value in problem.values_of(one.coordinates).items()},
        }
        for one in fits
    ]
    return pd.DataFrame(rows).set_index("start")


def read_starts(path: Path, problem: Problem) -> list[Array]:
    """Ends of the fits, as coordinates.

    Raises
    ------
    InvalidInputError
        If the table is missing or has no column for a fitted parameter.
    """
    rows = read_table(path, ("start", "cost", *problem.names))
    return [np.array([one.to_scale(float(row[one.id])) for one in problem.parameters]) for _, row in rows]


def good_starts(path: Path, problem: Problem) -> list[Array]:
    """Ends of the fits from which a sampling begins: those that did not get stuck.

    A fit that ended higher than the best one by more than half the number of parameters lies outside of what the
    posterior usually visits.

    Raises
    ------
    InvalidInputError
        As `read_starts`.
    """
    costs = [float(row["cost"]) for _, row in read_table(path, ("start", "cost", *problem.names))]
    limit = min(costs) + len(problem.names) / 2
    return [end for end, cost in zip(read_starts(path, problem), costs, strict=True) if cost <= limit]


def family_tables(problem: Problem, family: Family) -> dict[Path, str]:
    """Text of every table that follows from the shipped cell and the family, by file."""
    folder = catalog.calibration_directory()
    return {
        folder / "targets.tsv": to_text(targets(problem, family)),
        folder / "parameters.tsv": to_text(widths(problem, family)),
        folder / "correlations.tsv": to_text(correlations(problem, family)),
        folder / "zinc_window.tsv": to_text(zinc_window(family)),
    }
