"""Marginal likelihood of a hypothesis, by bridge sampling (Meng and Wong 1996) from the chains of its posterior.

The priors are uniform, so the probit of a coordinate's place in its prior is a standard normal variable, and the
posterior of these variables is near enough to a normal distribution to be bridged to one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri
from scipy.stats import multivariate_normal

from zinc_sbml.calibration.problem import Array, Problem
from zinc_sbml.calibration.sampling import Chains
from zinc_sbml.calibration.workers import evaluate_all
from zinc_sbml.processes import Progress

__all__ = ["Evidence", "bridge", "log_evidence"]

# The iteration of the bridge has settled when the logarithm changes by less.
SETTLED = 1e-8
ITERATIONS = 1000

# Draws of one ensemble that are used: more of them are correlated and add nothing.
DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Marginal likelihood of a hypothesis.

    Attributes
    ----------
    log : float
        Natural logarithm, with the likelihood of `Evaluation.cost` (its constant, the same for all hypotheses, left
        out).
    error : float
        Standard error of `log`, from independent estimates with one ensemble and its part of the proposals each: it
        holds what imperfect mixing does.
    ensembles : tuple of float
        These estimates.
    proposals : int
        Cells that were simulated for it.
    """

    log: float
    error: float
    ensembles: tuple[float, ...]
    proposals: int


def log_evidence(
    chains: Chains,
    problem: Problem,
    *,
    proposals: int = 2000,
    seed: int = 1,
    processes: int = 1,
    progress: Progress | None = None,
) -> Evidence:
    """Estimate the marginal likelihood from chains.

    Parameters
    ----------
    chains : Chains
        Without their burn-in.
    problem : Problem
        That was sampled.
    proposals : int, optional
        Cells to simulate from the normal distribution at the other end of the bridge.
    seed : int, optional
        Of the proposals and of the draws that are used.
    processes : int, optional
        Worker processes; the result does not depend on their number.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    Evidence
        Logarithm of the likelihood averaged over the prior.
    """
    random = np.random.default_rng(seed)
    lower, width = problem.lower, problem.upper - problem.lower
    ensembles = []
    for coordinates, posterior in zip(chains.coordinates, chains.log_posterior, strict=True):
        flat, values = coordinates.reshape(-1, len(lower)), posterior.ravel()
        usable = np.flatnonzero(np.isfinite(values))
        chosen = random.choice(usable, size=min(DRAWS, len(usable)), replace=False)
        ensembles.append((ndtri((flat[chosen] - lower) / width), values[chosen]))
    # The normal distribution is fitted to every other draw, and bridged from the rest: a draw that shaped it would
    # look too probable under it.
    shaping = np.concatenate([normal[::2] for normal, _ in ensembles])
    proposal = multivariate_normal(shaping.mean(axis=0), np.cov(shaping, rowvar=False))  # type: ignore[arg-type]
    proposed = np.atleast_2d(proposal.rvs(size=proposals, random_state=random))
    found = evaluate_all(problem, lower + width * ndtr(proposed), processes=processes, progress=progress)
    costs = np.array([one.cost if one.failure is None else math.inf for one in found])
    at_proposed = -costs + _log_prior(proposed) - proposal.logpdf(proposed)
    effective = float(chains.diagnostics().effective_samples.min())
    at_drawn = [values[1::2] + _log_prior(normal[1::2]) - proposal.logpdf(normal[1::2]) for normal, values in ensembles]
    count = len(at_drawn)
    each = tuple(bridge(one, at_proposed[i::count], effective / count) for i, one in enumerate(at_drawn))
    return Evidence(
        log=bridge(np.concatenate(at_drawn), at_proposed, effective),
        error=float(np.std(each, ddof=1) / math.sqrt(len(each))),
        ensembles=each,
        proposals=proposals,
    )


def bridge(at_drawn: Array, at_proposed: Array, effective: float) -> float:
    """Logarithm of the integral of a density that need not be normalised.

    Parameters
    ----------
    at_drawn, at_proposed : numpy.ndarray
        Logarithm of the density over that of a normalised proposal, at draws from the density and at draws from the
        proposal; shapes (n,) and (m,).
    effective : float
        How many independent draws the draws from the density are worth.

    Returns
    -------
    float
        Meng and Wong's optimal bridge, iterated to its fixed point.
    """
    share = effective / (effective + len(at_proposed))
    log_share, log_rest = math.log(share), math.log1p(-share)
    estimate = float(np.median(at_drawn))
    for _ in range(ITERATIONS):
        above = logsumexp(at_proposed - np.logaddexp(log_share + at_proposed, log_rest + estimate))
        below = logsumexp(-np.logaddexp(log_share + at_drawn, log_rest + estimate))
        new = float(above - math.log(len(at_proposed)) - below + math.log(len(at_drawn)))
        if abs(new - estimate) < SETTLED:
            return new
        estimate = new
    return estimate


def _log_prior(normal: Array) -> Array:
    return -0.5 * (normal**2).sum(axis=1) - 0.5 * normal.shape[1] * math.log(2 * math.pi)
