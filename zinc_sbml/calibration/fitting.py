"""The fit: least squares from many starts, and what each start led to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from zinc_sbml.calibration.problem import LARGEST_RESIDUAL, Array, Problem
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.processes import Progress, on_processes

__all__ = ["Fit", "best_fit", "fit", "refine"]

# Starts lie within this factor of the shipped cell, inside the priors: from a cell that does not live, where most
# numbers are missing or capped, least squares finds no way.
START_FACTOR = 3.0

# Difference quotients over this part of a prior's width: numbers of a run are good to 1e-5, walls are 5e-2 wide.
STEP = 4e-3

# Iterations of one start; each costs one evaluation and as many as there are parameters.
ITERATIONS = 25

# Fits whose costs differ by less are equally good: the smallest reading of the noise would swap them.
EQUALLY_GOOD = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Where one start led.

    Attributes
    ----------
    number : int
        Of the start; 0 is the shipped cell.
    coordinates : numpy.ndarray
        Best coordinates found, shape (parameters,).
    cost : float
        There; see `Evaluation.cost`.
    start_cost : float
        Where it began.
    evaluations : int
        How many cells were looked at.
    failures : int
        How many of them could not be simulated.
    jacobian : numpy.ndarray
        Of the residuals at the end, shape (targets, parameters).
    """

    number: int
    coordinates: Array
    cost: float
    start_cost: float
    evaluations: int
    failures: int
    jacobian: Array


class _Counted:
    """Residuals and their derivatives, with a count of the cells looked at."""

    def __init__(self, problem: Problem, held: dict[int, float]) -> None:
        self.problem = problem
        self.evaluations = 0
        self.failures = 0
        self.free = np.array([i for i in range(len(problem.names)) if i not in held])
        self._full = problem.nominal.copy()
        for i, value in held.items():
            self._full[i] = value
        self.lower, self.upper = problem.lower[self.free], problem.upper[self.free]

    def full(self, free: Array) -> Array:
        full = self._full.copy()
        full[self.free] = free
        return full

    def residuals(self, free: Array) -> Array:
        evaluation = self.problem.evaluate_at(self.full(free))
        self.evaluations += 1
        self.failures += evaluation.failure is not None
        return evaluation.residuals

    def jacobian(self, free: Array) -> Array:
        here = self.residuals(free)
        columns = []
        for i in range(len(free)):
            step = STEP * (self.upper[i] - self.lower[i])
            if free[i] + step > self.upper[i]:
                step = -step
            moved = free.copy()
            moved[i] += step
            there = self.residuals(moved)
            # A failed neighbour tells nothing about the slope here.
            usable = not (there == LARGEST_RESIDUAL).all()
            columns.append((there - here) / step if usable else np.zeros_like(here))
        return np.column_stack(columns)


def refine(
    problem: Problem,
    start: Array,
    *,
    number: int = 0,
    iterations: int = ITERATIONS,
    held: dict[int, float] | None = None,
) -> Fit:
    """Least squares from one start.

    Parameters
    ----------
    problem : Problem
        What to fit.
    start : numpy.ndarray
        Coordinates to begin with, inside the priors.
    number : int, optional
        Kept in the result.
    iterations : int, optional
        Most iterations.
    held : dict of int to float, optional
        Coordinates that stay, by index: for profiles.

    Returns
    -------
    Fit
        The same for the same start, on any process.
    """
    from scipy.optimize import least_squares

    counted = _Counted(problem, held or {})
    margin = 1e-6 * (counted.upper - counted.lower)
    begin = np.clip(np.asarray(start, dtype=float)[counted.free], counted.lower + margin, counted.upper - margin)
    found = least_squares(
        counted.residuals,
        begin,
        jac=counted.jacobian,  # type: ignore[arg-type]
        bounds=(counted.lower, counted.upper),
        method="trf",
        x_scale=counted.upper - counted.lower,
        ftol=1e-4,
        xtol=1e-4,
        max_nfev=iterations,
    )
    start_cost = 0.5 * float(np.sum(counted.residuals(begin) ** 2))
    return Fit(
        number=number,
        coordinates=counted.full(found.x),
        cost=float(found.cost),
        start_cost=start_cost,
        evaluations=counted.evaluations,
        failures=counted.failures,
        jacobian=np.asarray(found.jac),
    )


def fit(
    problem: Problem,
    *,
    starts: int = 20,
    seed: int = 1,
    processes: int = 1,
    iterations: int = ITERATIONS,
    progress: Progress | None = None,
) -> list[Fit]:
    """Least squares from many starts: the shipped cell, and points of a Latin hypercube around it.

    Parameters
    ----------
    problem : Problem
        What to fit.
    starts : int, optional
        Number of starts, at least 1.
    seed : int, optional
        Of the hypercube.
    processes : int, optional
        Worker processes; the result does not depend on their number.
    iterations : int, optional
        Most iterations of a start.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    list of Fit
        Best first.
    """
    from scipy.stats import qmc

    if starts < 1:
        raise InvalidInputError(f"starts: {starts}, expected at least 1")
    lower, upper = problem.around(START_FACTOR)
    cube = qmc.LatinHypercube(len(problem.names), rng=np.random.default_rng(seed)).random(starts - 1)
    points = [problem.nominal, *(lower + cube * (upper - lower))]
    with on_processes(processes) as run:
        done = run(partial(_refined, problem, iterations), list(enumerate(points)))
        fits = list(done if progress is None else progress(done, len(points)))
    return sorted(fits, key=lambda one: (one.cost, one.number))


def _refined(problem: Problem, iterations: int, numbered: tuple[int, Array]) -> Fit:
    number, start = numbered
    return refine(problem, start, number=number, iterations=iterations)


def best_fit(fits: Iterable[Fit], problem: Problem) -> Fit:
    """Choose the fit that becomes the shipped cell.

    The evidence leaves a ridge of cells that fit equally well. Of the fits within `EQUALLY_GOOD` of the best one it is
    the medoid: the one with the smallest mean distance to the others, in widths of the priors.
    """
    ranked = sorted(fits, key=lambda one: (one.cost, one.number))
    good = [one for one in ranked if one.cost <= ranked[0].cost + EQUALLY_GOOD]
    scaled = np.array([one.coordinates for one in good]) / (problem.upper - problem.lower)
    distances = np.linalg.norm(scaled[:, None, :] - scaled[None, :, :], axis=2).mean(axis=1)
    return good[int(distances.argmin())]
