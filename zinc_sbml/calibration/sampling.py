"""Sampling of the posterior: several independent ensembles of walkers (emcee), resumable, the same on any processes.

Each ensemble has its own seed and starts from the ends of the fits, spread out; ensembles know nothing of each
other, so their agreement tells whether they have forgotten where they began. After each round the state of an
ensemble is written whole, with its random state, and a run that was stopped goes on from there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from zinc_sbml.calibration.problem import Array, Problem
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.extras import need
from zinc_sbml.processes import Progress, on_processes

__all__ = ["Chains", "Diagnostics", "load_chains", "sample"]

# Steps of an ensemble between two writings of its state.
ROUND = 10

# Walkers begin within this part of a prior's width around the end of a fit.
SPREAD = 0.03

# Length of autocorrelation windows in autocorrelation times (emcee's default).
WINDOW = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chains:
    """What the ensembles have visited.

    Attributes
    ----------
    coordinates : numpy.ndarray
        Shape (ensembles, steps, walkers, parameters).
    log_posterior : numpy.ndarray
        Shape (ensembles, steps, walkers), up to a constant.
    accepted : float
        Share of proposals that were accepted.
    evaluations : int
        Cells that were simulated: proposals inside the priors.
    failures : list of dict
        Cells that could not be simulated: parameters, scenario, time and reason. They count as impossible.
    seed : int
        Of the sampling.
    """

    coordinates: Array
    log_posterior: Array
    accepted: float
    evaluations: int
    failures: list[dict[str, Any]]
    seed: int

    def after(self, burn_in: int) -> Chains:
        """The chains without their first steps."""
        if not 0 <= burn_in < self.coordinates.shape[1]:
            raise InvalidInputError(f"burn-in: {burn_in} steps, but the chains have {self.coordinates.shape[1]}")
        return Chains(
            coordinates=self.coordinates[:, burn_in:],
            log_posterior=self.log_posterior[:, burn_in:],
            accepted=self.accepted,
            evaluations=self.evaluations,
            failures=self.failures,
            seed=self.seed,
        )

    def diagnostics(self) -> Diagnostics:
        """How well the chains have mixed."""
        from emcee.autocorr import integrated_time

        ensembles, steps, walkers, parameters = self.coordinates.shape
        times = np.array([integrated_time(self.coordinates[i], c=WINDOW, quiet=True) for i in range(ensembles)]).mean(
            axis=0
        )
        # Each half of each ensemble is one chain for Gelman and Rubin's comparison; walkers of one ensemble move
        # together and are not chains of their own.
        half = steps // 2
        halves = np.concatenate([self.coordinates[:, :half], self.coordinates[:, steps - half :]])
        draws = halves.reshape(2 * ensembles, half * walkers, parameters)
        within = draws.var(axis=1, ddof=1).mean(axis=0)
        between = draws.mean(axis=1).var(axis=0, ddof=1)
        return Diagnostics(
            autocorrelation_time=times,
            effective_samples=ensembles * steps * walkers / times,
            r_hat=np.sqrt(1 + between / within),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Diagnostics:
    """Mixing, for each parameter.

    Attributes
    ----------
    autocorrelation_time : numpy.ndarray
        Integrated autocorrelation time in steps, mean over ensembles.
    effective_samples : numpy.ndarray
        All positions over the autocorrelation time.
    r_hat : numpy.ndarray
        Square root of total over within-chain variance, between the halves of all ensembles; 1 when they agree.
    """

    autocorrelation_time: Array
    effective_samples: Array
    r_hat: Array


def sample(
    problem: Problem,
    folder: Path,
    *,
    starts: Sequence[Array],
    steps: int,
    ensembles: int = 4,
    walkers: int = 52,
    seed: int = 1,
    processes: int = 1,
    progress: Progress | None = None,
) -> Chains:
    """Sample the posterior, or go on with it.

    Parameters
    ----------
    problem : Problem
        Prior and likelihood.
    folder : path
        Where the states of the ensembles are kept; what lies there is continued.
    starts : sequence of numpy.ndarray
        Coordinates of good cells, from which walkers begin.
    steps : int
        Length each ensemble shall have; one that is as long already is left alone.
    ensembles, walkers : int, optional
        Independent ensembles, and walkers in each (at least twice the number of parameters).
    seed : int, optional
        The same seed gives the same chains, on any number of processes and however often the run was stopped.
    processes : int, optional
        Worker processes; more than there are ensembles are of no use.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    Chains
        All steps.

    Raises
    ------
    InvalidInputError
        If there are too few walkers, or the folder holds chains of another problem, seed or shape.
    """
    need("sampling", "emcee")
    if walkers < 2 * len(problem.names):
        raise InvalidInputError(f"walkers: {walkers}, expected at least {2 * len(problem.names)}, twice the parameters")
    folder.mkdir(parents=True, exist_ok=True)
    plan = _Plan(
        folder=folder, walkers=walkers, seed=seed, starts=tuple(np.asarray(start, dtype=float) for start in starts)
    )
    for number in range(ensembles):
        if plan.path(number).exists():
            plan.check(number, problem)
    rounds = range(ROUND, steps + ROUND, ROUND)
    with on_processes(min(processes, ensembles)) as run:
        advance = partial(_advance, problem, plan)

        def work() -> Any:
            for until in rounds:
                yield list(run(advance, [(number, min(until, steps)) for number in range(ensembles)]))

        for _ in work() if progress is None else progress(work(), len(rounds)):
            pass
    return load_chains(folder, problem)


def load_chains(folder: Path, problem: Problem) -> Chains:
    """Read what a sampling of a problem has left; ensembles are cut to the shortest.

    Raises
    ------
    InvalidInputError
        If there are no chains, or they are those of another problem.
    """
    paths = sorted(folder.glob("ensemble_*.npz"))
    if not paths:
        raise InvalidInputError(f"{folder} holds no chains (ensemble_*.npz)")
    states = [_read(path) for path in paths]
    for path, state in zip(paths, states, strict=True):
        _check_problem(path, state, problem)
    steps = min(len(state["coordinates"]) for state in states)
    return Chains(
        coordinates=np.array([state["coordinates"][:steps] for state in states]),
        log_posterior=np.array([state["log_posterior"][:steps] for state in states]),
        accepted=float(np.mean([state["accepted"] / len(state["coordinates"]) for state in states])),
        evaluations=int(sum(int(state["evaluations"]) for state in states)),
        failures=[failure for state in states for failure in json.loads(str(state["failures"]))],
        seed=int(states[0]["seed"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    folder: Path
    walkers: int
    seed: int
    starts: tuple[Array, ...]

    def path(self, number: int) -> Path:
        return self.folder / f"ensemble_{number}.npz"

    def check(self, number: int, problem: Problem) -> None:
        state = _read(self.path(number))
        _check_problem(self.path(number), state, problem)
        _check_same(self.path(number), "seed", int(state["seed"]), self.seed)
        _check_same(self.path(number), "walkers", state["coordinates"].shape[1], self.walkers)


def _check_problem(path: Path, state: dict[str, Any], problem: Problem) -> None:
    _check_same(path, "parameters", tuple(state["names"].tolist()), problem.names)
    _check_same(path, "targets", tuple(state["targets"].tolist()), tuple(target.id for target in problem.targets))


def _check_same(path: Path, what: str, kept: object, wanted: object) -> None:
    if kept != wanted:
        raise InvalidInputError(f"{path} was sampled with other {what}: {kept}, not {wanted}")


class _LogPosterior:
    """Logarithm of the posterior, with a record of the cells that could not be simulated."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.evaluations = 0
        self.failures: list[dict[str, Any]] = []

    def __call__(self, coordinates: Array) -> float:
        if not self.problem.inside(coordinates):
            return -np.inf
        self.evaluations += 1
        evaluation = self.problem.evaluate_at(coordinates)
        if evaluation.failure is None:
            return -evaluation.cost
        self.failures.append(
            {
                "scenario": evaluation.failure.scenario,
                "time": None if np.isnan(evaluation.failure.time) else evaluation.failure.time,
                "reason": evaluation.failure.reason,
                "parameters": self.problem.values_of(coordinates),
            }
        )
        return -np.inf


def _advance(problem: Problem, plan: _Plan, job: tuple[int, int]) -> int:
    """Bring one ensemble to a length and write its state; returns the length."""
    import emcee

    number, until = job
    path = plan.path(number)
    ensemble_seed = [plan.seed, number]
    score = _LogPosterior(problem)
    # Differential evolution with a snooker step now and then mixes better than emcee's stretch in many dimensions.
    sampler = emcee.EnsembleSampler(
        plan.walkers,
        len(problem.names),
        score,
        moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.1), (emcee.moves.StretchMove(), 0.1)],
    )
    if path.exists():
        before = _read(path)
        steps = len(before["coordinates"])
        if steps >= until:
            return steps
        state = emcee.State(
            before["coordinates"][-1],
            log_prob=before["log_posterior"][-1],
            random_state=_random_state(before),
        )
    else:
        before, steps = None, 0
        random = np.random.default_rng(ensemble_seed)
        chosen = np.array(plan.starts)[random.integers(len(plan.starts), size=plan.walkers)]
        width = problem.upper - problem.lower
        spread = chosen + SPREAD * width * random.uniform(-1, 1, size=chosen.shape)
        inside = np.clip(spread, problem.lower + 1e-3 * width, problem.upper - 1e-3 * width)
        state = emcee.State(inside, random_state=np.random.RandomState(random.integers(2**32)).get_state())
    sampler.run_mcmc(state, until - steps, skip_initial_state_check=True)
    coordinates, log_posterior = np.asarray(sampler.get_chain()), np.asarray(sampler.get_log_prob())
    accepted = float(np.mean(sampler.acceptance_fraction)) * (until - steps)
    failures = score.failures
    evaluations = score.evaluations
    if before is not None:
        coordinates = np.concatenate([before["coordinates"], coordinates])
        log_posterior = np.concatenate([before["log_posterior"], log_posterior])
        accepted += float(before["accepted"])
        evaluations += int(before["evaluations"])
        failures = json.loads(str(before["failures"])) + failures
    kind, keys, position, has_gauss, cached = sampler.random_state
    waiting = path.with_name(f"writing_{path.name}")
    np.savez(
        waiting,
        coordinates=coordinates,
        log_posterior=log_posterior,
        accepted=accepted,
        evaluations=evaluations,
        failures=json.dumps(failures),
        names=list(problem.names),
        targets=[target.id for target in problem.targets],
        seed=plan.seed,
        random_keys=keys,
        random_rest=json.dumps([kind, int(position), int(has_gauss), float(cached)]),
    )
    os.replace(waiting, path)
    return until


def _random_state(state: dict[str, Any]) -> tuple[Any, ...]:
    kind, position, has_gauss, cached = json.loads(str(state["random_rest"]))
    return (kind, state["random_keys"], position, has_gauss, cached)


def _read(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
