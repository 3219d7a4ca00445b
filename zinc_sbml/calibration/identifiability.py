"""What the evidence says about parameters: widths, correlations, profiles, and the window for zinc on Ero1alpha."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml.calibration.fitting import Fit, refine
from zinc_sbml.calibration.judging import cells_array
from zinc_sbml.calibration.problem import Array, Problem, load_problem
from zinc_sbml.errors import InvalidInputError, SimulationError
from zinc_sbml.findings.family import Family, columns_of
from zinc_sbml.findings.register import Criterion, load_findings
from zinc_sbml.findings.runs import Plan, Runs, holds
from zinc_sbml.processes import Progress, on_processes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["correlations", "most_linked", "profile", "widths", "zinc_window"]

# The number that tells how strongly zinc acts on folding: maturation of Notch under the ZIP7 inhibitor.
ZINC_TO_FOLDING = "zip7_inhibitor_phenotype.2"

# Resting ER free zinc for which the affinity is told in absolute terms (nM): from the lowest to the highest published
# value (zinc.md Z01, Z02) in decades.
ER_ZINC = (0.001, 0.01, 0.1, 1.0, 5.0)

PROFILE_POINTS = 7
PROFILE_ITERATIONS = 6

# Numbers that are in tension with others, told along every profile.
WATCHED = ("bip_rises_within_a_day.1", "cytosolic_zinc_rescues_stress.1", "P10.2", "P07.1")


def widths(problem: Problem, family: Family) -> pd.DataFrame:
    """Posterior against prior for each fitted parameter.

    Parameters
    ----------
    problem : Problem
        Priors.
    family : Family
        Draws of the posterior.

    Returns
    -------
    pandas.DataFrame
        By parameter: unit, ends of the prior, shipped value, median and middle 90 percent, and ``width``: the middle 90
        percent over that of the prior, on the scale of the prior; 1 means that the evidence says nothing.
    """
    import pandas as pd

    cells = cells_array(family, problem)
    low, median, high = np.quantile(cells, (0.05, 0.5, 0.95), axis=0)
    rows = []
    for i, one in enumerate(problem.parameters):
        rows.append(
            {
                "parameter": one.id,
                "unit": one.unit,
                "prior_lower": one.lower,
                "prior_upper": one.upper,
                "shipped": one.nominal,
                "median": one.from_scale(median[i]),
                "low": one.from_scale(low[i]),
                "high": one.from_scale(high[i]),
                "width": (high[i] - low[i]) / (0.9 * (problem.upper[i] - problem.lower[i])),
            }
        )
    return pd.DataFrame(rows).set_index("parameter").sort_values("width")


def correlations(problem: Problem, family: Family, count: int = 20) -> pd.DataFrame:
    """Strongest rank correlations between parameters over the family: columns one, other, spearman."""
    import pandas as pd

    matrix = _rank_correlation(cells_array(family, problem))
    pairs = [
        {"one": problem.names[i], "other": problem.names[j], "spearman": float(matrix[i, j])}
        for i in range(len(problem.names))
        for j in range(i)
    ]
    return pd.DataFrame(sorted(pairs, key=lambda pair: -abs(pair["spearman"]))[:count])


def most_linked(problem: Problem, family: Family, count: int = 10) -> list[str]:
    """Parameters whose rank correlation with Notch maturation under the ZIP7 inhibitor is largest over the family."""
    cells = cells_array(family, problem)
    numbers = np.column_stack([cells, family.values[ZINC_TO_FOLDING]])
    strength = np.abs(_rank_correlation(numbers)[-1, :-1])
    order = np.argsort(strength)[::-1][:count]
    return [problem.names[i] for i in order]


def profile(
    problem: Problem,
    parameters: Sequence[str],
    *,
    points: int = PROFILE_POINTS,
    processes: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Profile likelihood: the best cost with one parameter held, over the whole of its prior.

    Parameters
    ----------
    problem : Problem
        Its shipped cell is the best fit, from which the walk begins in both directions.
    parameters : sequence of str
        Fitted parameters; one that is not fitted is fitted together with the others for its own profile.
    points : int, optional
        Values of each parameter, the shipped one among them.
    processes : int, optional
        Worker processes, one parameter each; the result does not depend on their number.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    pandas.DataFrame
        Columns parameter, value, cost, worst (target with the largest residual) and residual: where the cost rises, it
        is a trade-off, and ``worst`` names the target that pays; then a column for each of `WATCHED`.

    Raises
    ------
    UnknownIdError
        If the cell has no such parameter.
    """
    import pandas as pd

    for name in parameters:
        if name not in problem.names:
            load_problem(parameters=[*problem.names, name], fixed=problem.fixed)
    with on_processes(processes) as run:
        done = run(partial(_profile, problem, points), list(parameters))
        rows = [row for rows in (done if progress is None else progress(done, len(parameters))) for row in rows]
    return pd.DataFrame(rows)


def _profile(problem: Problem, points: int, name: str) -> list[dict[str, object]]:
    if name not in problem.names:
        problem = load_problem(parameters=[*problem.names, name], fixed=problem.fixed)
    watched = {name: criterion for name, _, criterion in columns_of(load_findings()) if name in WATCHED}
    plan = Plan(load_findings())
    index = problem.names.index(name)
    parameter = problem.parameters[index]
    grid = np.linspace(problem.lower[index], problem.upper[index], points)
    centre = problem.nominal[index]
    fits: dict[float, Fit] = {}
    for side in (sorted(x for x in grid if x > centre), sorted((x for x in grid if x < centre), reverse=True)):
        start: Array = problem.nominal
        for x in side:
            # A held parameter moves in one step; the others follow from where they were.
            fits[x] = refine(problem, start, iterations=PROFILE_ITERATIONS, held={index: float(x)})
            start = fits[x].coordinates
    fits[centre] = refine(problem, problem.nominal, iterations=PROFILE_ITERATIONS, held={index: float(centre)})
    rows = []
    for x in sorted(fits):
        evaluation = problem.evaluate_at(fits[x].coordinates)
        worst = int(np.abs(evaluation.residuals).argmax())
        runs = Runs(plan, {**problem.fixed, **problem.values_of(fits[x].coordinates)})
        rows.append(
            {
                "parameter": name,
                "value": parameter.from_scale(float(x)),
                "cost": fits[x].cost,
                "worst": problem.targets[worst].id,
                "residual": float(evaluation.residuals[worst]),
                **{column: _value(runs, watched[column]) for column in WATCHED},
            }
        )
    return rows


def _value(runs: Runs, criterion: Criterion) -> float:
    try:
        return runs.value(criterion)
    except SimulationError:
        return float("nan")


def zinc_window(family: Family) -> pd.DataFrame:
    """Affinity of zinc for Ero1alpha that the evidence allows, as a ratio and for assumed levels of ER zinc.

    The scale of ER zinc is free: if it changes together with every affinity for it, nothing else does. What can be
    known is ER free zinc over the dissociation constant of open Ero1alpha (release over capture), at rest and after a
    day of ZIP7 inhibitor. With an assumed resting ER zinc it becomes a constant in nM.

    Parameters
    ----------
    family : Family
        Plausible cells.

    Returns
    -------
    pandas.DataFrame
        By quantity and unit: median, ends of the middle 90 percent, smallest and largest, over all cells and
        (``_paper``) over those that also meet P01 to P10, with their number (``cells``, ``cells_paper``).
    """
    import pandas as pd

    try:
        constant = family.parameters["ero1_zinc_release_k"] / family.parameters["ero1_zinc_trap_k"]
        rest = family.rest["Zn_er"] / constant
        fold = family.values["P02.1"]
    except KeyError as error:
        raise InvalidInputError(f"the family lacks {error.args[0]}, which the window needs") from None
    rows: dict[tuple[str, str], Array] = {
        ("resting ER zinc over dissociation constant", "fraction"): rest,
        ("inhibited ER zinc over dissociation constant", "fraction"): rest * fold,
        ("rise of ER zinc under the inhibitor", "fraction"): fold,
    }
    for zinc in ER_ZINC:
        rows[f"dissociation constant if ER zinc rests at {zinc:g} nM", "nM"] = zinc / rest
    paper = _meets_paper(family)
    table = []
    for (quantity, unit), values in rows.items():
        row: dict[str, object] = {"quantity": quantity, "unit": unit, "cells": len(values)}
        for suffix, chosen in (("", values), ("_paper", values[paper])):
            if suffix:
                row["cells_paper"] = int(paper.sum())
            quantiles = np.quantile(chosen, (0.5, 0.05, 0.95, 0, 1)).tolist() if chosen.size else [float("nan")] * 5
            for word, value in zip(("median", "low", "high", "least", "most"), quantiles, strict=True):
                row[word + suffix] = value
        table.append(row)
    return pd.DataFrame(table).set_index("quantity")


def _rank_correlation(columns: Array) -> Array:
    """Spearman's correlation of all pairs of columns, shape (columns, columns)."""
    from scipy.stats import rankdata

    return np.corrcoef(rankdata(columns, axis=0), rowvar=False)


def _meets_paper(family: Family) -> np.ndarray:
    """Cells that meet all findings of the study the model was built around."""
    met = np.ones(len(family), dtype=bool)
    for name, finding, criterion in columns_of(load_findings()):
        if finding.id.startswith("P") and finding.id[1:].isdigit():
            met &= [holds(criterion, value) for value in family.values[name].tolist()]
    return met
