"""Marginal likelihood of a hypothesis, by bridge sampling (Meng and Wong 1996) from the chains of its posterior.

The priors are uniform, so the probit of a coordinate's place in its prior is a standard normal variable, and the
posterior of these variables is near enough to a normal distribution to be bridged to one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri
from scipy.stats import multivariate_normal

from zinc_sbml.calibration.problem import Array, Problem
from zinc_sbml.calibration.sampling import Chains
from zinc_sbml.calibration.workers import evaluate_all
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.processes import Progress

__all__ = ["Evidence", "bridge", "log_evidence"]

# The iteration of the bridge has settled when the logarithm changes by less.
SETTLED = 1e-8
ITERATIONS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Marginal likelihood of a hypothesis.

    Attributes
    ----------
    log : float
        Natural logarithm, with the likelihood of `Evaluation.cost` (its constant, the same for all hypotheses, left
        out): the mean of `estimates`.
    spread : float
        Standard deviation of the estimates. It shows how far ensembles disagree, not what all of them have missed:
        chains that are short against their autocorrelation time make the estimate too small by more than this.
    estimates : tuple of float
        One for each way to take half of the ensembles for the proposal and the other half for the bridge.
    proposals : int
        Cells that were simulated for it.
    """

    log: float
    spread: float
    estimates: tuple[float, ...]
    proposals: int


def log_evidence(
    chains: Chains,
    problem: Problem,
    *,
    proposals: int = 400,
    seed: int = 1,
    processes: int = 1,
    progress: Progress | None = None,
) -> Evidence:
    """Estimate the marginal likelihood from chains.

    Parameters
    ----------
    chains : Chains
        Without their burn-in; of two ensembles or more.
    problem : Problem
        That was sampled.
    proposals : int, optional
        Cells to simulate for each estimate, from the normal distribution at the other end of the bridge.
    seed : int, optional
        Of the proposals.
    processes : int, optional
        Worker processes; the result does not depend on their number.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    Evidence
        Logarithm of the likelihood averaged over the prior.

    Raises
    ------
    InvalidInputError
        If there is one ensemble only, or the bridge does not hold.
    """
    count = len(chains.coordinates)
    if count < 2:
        raise InvalidInputError("the evidence needs chains of two ensembles or more, not of one")
    random = np.random.default_rng(seed)
    lower, width = problem.lower, problem.upper - problem.lower
    # A normal distribution that was fitted to some draws makes these look too probable, and draws of one ensemble
    # resemble each other: it is fitted to half of the ensembles and bridged from the other half.
    halves = [tuple(half) for half in combinations(range(count), count // 2)]
    ends = []
    for half in halves:
        shaping, _ = _visited(chains, half, lower, width)
        proposal = multivariate_normal(shaping.mean(axis=0), np.cov(shaping, rowvar=False))  # type: ignore[arg-type]
        proposed = np.atleast_2d(proposal.rvs(size=proposals, random_state=random))
        drawn, likelihood = _visited(chains, set(range(count)) - set(half), lower, width)
        at_drawn = likelihood + _log_prior(drawn) - proposal.logpdf(drawn)
        ends.append((at_drawn, proposed, _log_prior(proposed) - proposal.logpdf(proposed)))
    points = lower + width * ndtr(np.concatenate([proposed for _, proposed, _ in ends]))
    found = evaluate_all(problem, points, processes=processes, progress=progress)
    costs = np.array([one.cost if one.failure is None else math.inf for one in found]).reshape(len(halves), proposals)
    estimates = tuple(
        bridge(at_drawn, prior_over_proposal - cost)
        for (at_drawn, _, prior_over_proposal), cost in zip(ends, costs, strict=True)
    )
    return Evidence(
        log=float(np.mean(estimates)),
        spread=float(np.std(estimates, ddof=1)),
        estimates=estimates,
        proposals=costs.size,
    )


def _visited(chains: Chains, ensembles: Iterable[int], lower: Array, width: Array) -> tuple[Array, Array]:
    """Give positions of some ensembles as normal variables, each with its likelihood, as often as they were visited."""
    chosen = sorted(ensembles)
    values = chains.log_posterior[chosen].ravel()
    usable = np.isfinite(values)
    flat = chains.coordinates[chosen].reshape(-1, len(lower))[usable]
    return ndtri((flat - lower) / width), values[usable]


def bridge(at_drawn: Array, at_proposed: Array) -> float:
    """Logarithm of the integral of a density that need not be normalised.

    Parameters
    ----------
    at_drawn, at_proposed : numpy.ndarray
        Logarithm of the density over that of a normalised proposal, at draws from the density and at draws from the
        proposal; shapes (n,) and (m,).

    Returns
    -------
    float
        Meng and Wong's bridge with equal weights of both ends, iterated to its fixed point: draws of a chain are worth
        fewer than they are, and other weights would make the estimate less precise at most.

    Raises
    ------
    InvalidInputError
        If no proposal has any density, or the iteration does not settle.
    """
    # Without any density at the other end there is nothing to settle on.
    estimate = float(np.median(at_drawn)) if np.isfinite(at_proposed).any() else math.nan
    for _ in range(ITERATIONS if math.isfinite(estimate) else 0):
        above = logsumexp(at_proposed - np.logaddexp(at_proposed, estimate))
        below = logsumexp(-np.logaddexp(at_drawn, estimate))
        new = float(above - math.log(len(at_proposed)) - below + math.log(len(at_drawn)))
        if abs(new - estimate) < SETTLED:
            return new
        estimate = new
    raise InvalidInputError(
        f"the evidence does not settle (last: {estimate:g}): chains and proposals do not overlap; sample longer"
    )


def _log_prior(normal: Array) -> Array:
    return -0.5 * (normal**2).sum(axis=1) - 0.5 * normal.shape[1] * math.log(2 * math.pi)
