"""Which parameters matter for the targets: Morris' elementary effects around the shipped cell.

The whole of the priors is no place to screen: most cells in it have nothing in common with a living one. The screen
moves each parameter by up to a factor around its shipped value, inside its prior.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.calibration.problem import Array, Problem, Target
from zinc_sbml.calibration.workers import evaluate_all
from zinc_sbml.extras import need
from zinc_sbml.findings import Kind
from zinc_sbml.processes import Progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["elementary_effects", "screen"]

_LOGGER = logging.getLogger(__name__)

# Parameters move by this factor up and down: wide enough to leave the neighbourhood, narrow enough for cells that live.
FACTOR = 3.0

# Effects are counted up to this many walls or standard deviations; a number that blows up is not more than decisive.
LARGEST_EFFECT = 100.0
FARTHEST = 10 * LARGEST_EFFECT


def screen(
    problem: Problem,
    *,
    trajectories: int = 16,
    seed: int = 1,
    processes: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Rank parameters by Morris' method.

    Parameters
    ----------
    problem : Problem
        Its parameters are screened.
    trajectories : int, optional
        Each costs one evaluation more than there are parameters.
    seed : int, optional
        Of the trajectories.
    processes : int, optional
        Worker processes; the result does not depend on their number.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    pandas.DataFrame
        One row per parameter, most important first. ``importance`` is the mean over targets of the parameter's mean
        absolute effect, relative to the largest effect on that target; ``strongest`` the target on which its effect is
        largest in walls or standard deviations, ``effect`` this effect; ``leads`` the number of targets for which it is
        among the three strongest; ``failed`` the evaluations lost.
    """
    need("screening", "SALib")
    import pandas as pd
    from SALib.sample import morris as sampling

    lower, upper = problem.around(FACTOR)
    space = {
        "num_vars": len(problem.names),
        "names": list(problem.names),
        "bounds": np.column_stack([lower, upper]).tolist(),
    }
    points = sampling.sample(space, trajectories, seed=seed)
    evaluations = evaluate_all(problem, points, processes=processes, progress=progress)
    failed = np.array([one.failure is not None for one in evaluations])
    outcomes = np.array(
        [[_scaled(target, v) for target, v in zip(problem.targets, one.values, strict=True)] for one in evaluations]
    )
    mean_absolute, _, whole = elementary_effects(space, points, outcomes, failed, seed=seed)
    _LOGGER.info("screen: %d of %d trajectories without a failure", whole, trajectories)
    effects = np.minimum(np.nan_to_num(mean_absolute), LARGEST_EFFECT)
    largest = effects.max(axis=0)
    moved = largest > 0
    relative = effects[:, moved] / largest[moved]
    order = np.argsort(-effects, axis=0)[:3]
    leads = np.array([((order == row) & (effects[row] > 0)).sum() for row in range(len(problem.names))])
    table = pd.DataFrame(
        {
            "importance": relative.mean(axis=1),
            "leads": leads,
            "strongest": [problem.targets[i].id for i in effects.argmax(axis=1)],
            "effect": effects.max(axis=1),
        },
        index=pd.Index(problem.names, name="parameter"),
    )
    table.attrs["failed"] = int(failed.sum())
    table.attrs["trajectories"] = (whole, trajectories)
    return table.sort_values("importance", ascending=False)


def elementary_effects(
    space: Mapping[str, Any], points: Array, outcomes: Array, failed: NDArray[np.bool_], *, seed: int
) -> tuple[Array, Array, int]:
    """Elementary effects over trajectories; a trajectory with a failed point is left out as a whole.

    Parameters
    ----------
    space : mapping
        Names and bounds, as SALib takes them.
    points : numpy.ndarray
        Trajectories of `SALib.sample.morris`, shape (trajectories * (parameters + 1), parameters).
    outcomes : numpy.ndarray
        Shape (points, outcomes); rows of failed points may hold anything.
    failed : numpy.ndarray of bool
        Shape (points,).
    seed : int
        Of the confidence intervals, which are not used here.

    Returns
    -------
    mean_absolute, spread : numpy.ndarray
        Mean of the absolute effects and standard deviation of the effects, shape (parameters, outcomes).
    whole : int
        Trajectories that were used.

    Raises
    ------
    RuntimeError
        If no trajectory is whole.
    """
    from SALib.analyze import morris as analysis

    length = len(space["names"]) + 1
    # A trajectory with a failed point has no differences there.
    whole = ~failed.reshape(-1, length).any(axis=1)
    keep = np.repeat(whole, length)
    if not whole.any():
        raise RuntimeError("every trajectory of the screen met a failure")
    mean_absolute = np.empty((length - 1, outcomes.shape[1]))
    spread = np.empty_like(mean_absolute)
    for column in range(outcomes.shape[1]):
        found = analysis.analyze(dict(space), points[keep], outcomes[keep, column], num_resamples=2, seed=seed)
        mean_absolute[:, column] = np.asarray(found["mu_star"], dtype=float)
        spread[:, column] = np.asarray(found["sigma"], dtype=float)
    return mean_absolute, spread, int(whole.sum())


def _scaled(target: Target, value: float) -> float:
    """A number in walls or standard deviations; far values are drawn in, so that all are finite."""
    if math.isnan(value):
        return 0.0
    if target.measurement is not None:
        scaled = target.residual(value)
    elif target.criterion is not None and target.criterion.kind is Kind.DIFFERENCE:
        scaled = value / target.wall
    elif 0 < value < math.inf:
        scaled = math.log(value) / target.wall
    else:
        scaled = FARTHEST if value > 0 else -FARTHEST
    return max(-FARTHEST, min(FARTHEST, scaled))
