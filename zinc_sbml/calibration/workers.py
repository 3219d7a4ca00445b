"""Evaluations on several processes: the same numbers, in the same order, whatever the number of processes.

Each worker compiles the models once. A cell's numbers depend on its parameters alone (see `zinc_sbml.engine`), so
who computes it and after what cannot matter.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import numpy as np

from zinc_sbml.calibration.problem import Array, Evaluation, Problem

__all__ = ["Progress", "evaluate_all", "on_processes"]

_In = TypeVar("_In")
_Out = TypeVar("_Out")

Progress = Callable[[Iterable[Any], int], Iterable[Any]]
"""Wraps an iterable of known length and tells a person how far it is."""


@contextmanager
def on_processes(processes: int) -> Iterator[Callable[[Callable[[_In], _Out], Iterable[_In]], Iterator[_Out]]]:
    """Give a ``map`` that runs here, or on worker processes, in the order of its arguments.

    Parameters
    ----------
    processes : int
        1 runs everything in this process. Functions and arguments of workers must be picklable.
    """
    if processes <= 1:
        yield map
        return
    # Forked workers would inherit the solvers of this process, with their state.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield partial(_imap, pool)


def _imap(pool: Any, function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]:
    return pool.imap(function, items)


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
        See `Progress`.

    Returns
    -------
    list of Evaluation
        In the order of the points.
    """
    with on_processes(processes) as run:
        done = run(problem.evaluate_at, [np.asarray(point, dtype=float) for point in points])
        return list(done if progress is None else progress(done, len(points)))
