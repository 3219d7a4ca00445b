"""Evaluations of a problem on several processes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zinc_sbml.calibration.problem import Array, Evaluation, Problem
from zinc_sbml.processes import Progress, on_processes

__all__ = ["evaluate_all"]


def evaluate_all(
    problem: Problem, points: Sequence[Array] | Array, *, processes: int = 1, progress: Progress | None = None
) -> list[Evaluation]:
    """Evaluate a problem at many coordinates.

    Parameters
    ----------
    problem : Problem
        The same in every worker.
    points : sequence of numpy.ndarray
        Coordinates of the fit.
    processes : int, optional
        Worker processes.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    list of Evaluation
        In the order of the points.
    """
    with on_processes(processes) as run:
        done = run(problem.evaluate_at, [np.asarray(point, dtype=float) for point in points])
        return list(done if progress is None else progress(done, len(points)))
