"""The search for the resting state that an initial state leads to.

The state is integrated over growing horizons until it hardly moves, then refined by Newton's method on the full
system, in which the rates of as many species as there are conserved totals give way to these totals. The totals
are those of the initial state. Where thousands of similar cells are asked, Newton's method may begin at once, from
the initial state, with integration as the fall-back: faster, and the same rest as long as there is only one.
libRoadRunner's own steady-state search is not used: it takes the totals from the SBML whatever was set, and returns
roots with negative concentrations.

Nothing here knows of libRoadRunner: the search asks for fluxes at given amounts and for integration, and
`zinc_sbml.engine` provides both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.linear_algebra import Array, solve, times
from zinc_sbml.shown import Shown

__all__ = ["REST_RATE", "ZERO_MULTIPLE", "Network", "NoRestError", "RestingState", "find_rest"]

# A rest is looked for over these horizons (s), one after the other. The slowest process takes days (1e5..1e6
# s); what still moves after 1e9 s (30 years) has no rest.
REST_HORIZONS = (1e5, 1e6, 1e7, 1e8, 1e9)

# Scaled derivative (1/s) below which integration hands over to Newton's method: with the slowest rate of 1e-6
# /s the state is then within about 1 % of the rest, where Newton's method cannot be attracted by another
# root.
HANDOVER_RATE = 1e-8

# Newton's method may move a concentration by this part of itself, or it has left the rest that integration
# led to.
HANDOVER_DISTANCE = 0.05

# Scaled derivative (1/s) of an accepted rest: over 24 h nothing drifts by more than 1e-5 of itself.
REST_RATE = 1e-10

# Where production and loss are so fast that their difference cannot be computed to REST_RATE, the difference
# has to be zero within this many units of rounding of their sum.
ROUNDING = 64 * np.finfo(float).eps

NEWTON_STEPS = 12

# Part of an amount by which it is changed to differentiate: halfway between the rounding of the fluxes and their
# curvature. Newton's method corrects itself, so nothing better is needed.
DIFFERENCE = 1e-7

# Newton's method from afar: most cells drawn from the priors arrive within 9 steps, 95 percent within 13.
APPROACH_STEPS = 30
FARTHEST = 10.0  # factor by which a step may change a concentration
CLOSE = 1e-2  # relative step below which derivatives are kept
ARRIVED = 1e-11  # relative step that ends it: with 1e-9 one rest in seven is not at rest enough to be accepted

# Concentrations below this multiple of the absolute tolerance count as zero; also how far below zero one may
# be.
ZERO_MULTIPLE = 1e3


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RestingState(Shown):
    """A steady state and how good it is.

    Attributes
    ----------
    concentrations : dict of str to float
        All species that reactions change, in the unit of the model (amounts where the SBML says so).
    residual : float
        Largest rate of change of a species relative to its concentration, 1/s.
    horizon : float
        Time in seconds that was integrated before the last refinement.
    amounts : numpy.ndarray
        The same state as amounts, in the order of the solver.
    """

    concentrations: dict[str, float]
    residual: float
    horizon: float
    amounts: Array

    def _line(self) -> str:
        return f"{len(self.concentrations)} concentrations, largest relative change {self.residual:.1g} per s"


class NoRestError(Exception):
    """The search has ended without a resting state; the message tells what the last one tried lacks.

    It does not leave the package: the engine, which knows the scenario, raises a `SimulationError` from it.
    """


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """A model as the search sees it. States are amounts, shape (species,).

    Attributes
    ----------
    species : tuple of str
        Ids of the species that reactions change.
    stoichiometry : numpy.ndarray
        Shape (species, reactions).
    reads : numpy.ndarray
        Shape (reactions, species), bool: whether the flux can depend on the species.
    laws : numpy.ndarray
        Shape (totals, species); each row times the amounts is conserved.
    dependent : list of int
        For each law the index of one species that the others determine through it.
    zero : numpy.ndarray
        For each species the amount below which it counts as zero.
    fluxes : callable
        From a state to the fluxes of the reactions there, shape (reactions,), in amounts per second.
    """

    species: tuple[str, ...]
    stoichiometry: Array
    reads: NDArray[np.bool_]
    laws: Array
    dependent: list[int]
    zero: Array
    fluxes: Callable[[Array], Array]

    def magnitude(self, state: Array) -> Array:
        """Amounts without sign, at least `zero`: what changes are measured against."""
        return np.maximum(np.abs(state), self.zero)

    def rates(self, state: Array) -> Array:
        """Rates of change of the amounts, per second."""
        changed, reactions, coefficients = self._changes
        return np.bincount(changed, coefficients * self.fluxes(state)[reactions], len(state)).astype(float)

    @cached_property
    def _changes(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
        """What is not zero in the stoichiometry: species, reaction, coefficient."""
        changed, reactions = np.nonzero(self.stoichiometry)
        return changed, reactions, self.stoichiometry[changed, reactions]

    def jacobian(self, state: Array) -> Array:
        """Derivatives of the rates by the amounts (1/s), shape (species, species), by finite differences.

        Differences of fluxes, not of rates of change: multiplied by the exact stoichiometry they keep fast and slow
        processes apart. Species of which no flux reads two are changed together; five such groups hold the 60
        species of the cell, so that it costs six evaluations of its fluxes.
        """
        base = self.fluxes(state)
        # Upwards, since a rate law need not be defined below zero.
        above = state + DIFFERENCE * self.magnitude(state)
        reactions, read = self._reads
        slopes = np.empty(len(reactions))
        for species, entries in self._read_apart:
            changed = state.copy()
            changed[species] = above[species]
            slopes[entries] = (self.fluxes(changed) - base)[reactions[entries]]
        slopes /= (above - state)[read]
        places, entries, coefficients = self._terms
        size = len(state)
        # Sums in the order of the terms, so the same bits everywhere.
        return np.bincount(places, coefficients * slopes[entries], size * size).astype(float).reshape(size, size)

    @cached_property
    def _reads(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Reactions and species of which the flux of the one can depend on the other."""
        reactions, species = np.nonzero(self.reads)
        return reactions, species

    @cached_property
    def _read_apart(self) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Groups of species that have no flux in common, with their places in `_reads`; the most read ones first."""
        groups: list[tuple[NDArray[np.bool_], list[int]]] = []
        for column in np.argsort(-self.reads.sum(axis=0), kind="stable").tolist():
            readers = self.reads[:, column]
            for taken, members in groups:
                if not (taken & readers).any():
                    taken |= readers
                    members.append(column)
                    break
            else:
                groups.append((readers.copy(), [column]))
        return [(np.array(members), np.flatnonzero(np.isin(self._reads[1], members))) for _, members in groups]

    @cached_property
    def _terms(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
        """Terms of the derivatives of the rates: place in the flat matrix, place in `_reads`, coefficient."""
        reactions, read = self._reads
        changed, entries = np.nonzero(self.stoichiometry[:, reactions])
        return changed * len(self.species) + read[entries], entries, self.stoichiometry[changed, reactions[entries]]

    def scaled_rates(self, state: Array) -> Array:
        """Rates of change relative to the amounts (1/s), without sign; infinite where there is no number."""
        rates = np.abs(self.rates(state)) / self.magnitude(state)
        return np.where(np.isfinite(rates), rates, np.inf)

    def totals(self, state: Array) -> Array:
        """Conserved totals, shape (totals,)."""
        return times(self.laws, state)


def find_rest(
    network: Network, start: Array, advance: Callable[[Array, float], Array], *, at_once: bool = False
) -> tuple[Array, float, float]:
    """Find the steady state that an initial state leads to.

    Parameters
    ----------
    network : Network
        The model under the values that hold now.
    start : numpy.ndarray
        Amounts to begin with, shape (species,).
    advance : callable
        From amounts and seconds to the amounts that integration over these seconds leads to.
    at_once : bool, optional
        Begin with Newton's method, and integrate only if it finds no rest.

    Returns
    -------
    amounts : numpy.ndarray
        The rest, shape (species,).
    residual : float
        Largest rate of change relative to its amount, 1/s.
    horizon : float
        Seconds that were integrated.

    Raises
    ------
    NoRestError
        If no state passes all checks: rates of change at most `REST_RATE`, close to the integrated state, totals
        kept, nothing negative.
    """
    totals = network.totals(start)
    if at_once:
        found = _approach(network, start, totals)
        if found is not None and not _objection(network, found, found, totals):
            return found, float(network.scaled_rates(found).max(initial=0.0)), 0.0
    integrated = start
    reason = "no species"
    horizon_before = 0.0
    for horizon in REST_HORIZONS:
        integrated = advance(integrated, horizon - horizon_before)
        horizon_before = horizon
        rates = network.scaled_rates(integrated)
        if rates.max(initial=0.0) > HANDOVER_RATE:
            worst = int(rates.argmax())
            species = network.species[worst]
            reason = f"after {horizon:g} s {species} still changes by {rates[worst]:.2g} of itself per s"
            continue
        refined = _refine(network, integrated, totals)
        reason = _objection(network, integrated, refined, totals)
        if not reason:
            return refined, float(network.scaled_rates(refined).max(initial=0.0)), horizon
    raise NoRestError(reason)


def _refine(network: Network, state: Array, totals: Array) -> Array:
    """Newton's method; returns the state with the smallest scaled rates it came across."""
    best, best_rate = state, math.inf
    for _ in range(NEWTON_STEPS):
        rate = network.scaled_rates(state).max(initial=0.0)
        if not rate < best_rate:
            break
        best, best_rate = state, rate
        step = _Linearised(network, state).step(state, totals)
        if step is None:
            break
        state = state + step
    return best


def _approach(network: Network, state: Array, totals: Array) -> Array | None:
    """Newton's method from afar: a step changes no concentration more than tenfold."""
    linearised: _Linearised | None = None
    moved = math.inf
    for _ in range(APPROACH_STEPS):
        # Close to the rest the last derivatives are good enough, and they are what costs.
        if linearised is None or moved > CLOSE:
            linearised = _Linearised(network, state)
        step = linearised.step(state, totals)
        if step is None:
            return None
        # Species that are zero, such as labels nobody has given, are no measure of anything.
        there = state > network.zero
        moved = float((np.abs(step) / network.magnitude(state))[there].max(initial=0.0))
        state = np.where(there, np.clip(state + step, state / FARTHEST, state * FARTHEST), state + step)
        if moved < ARRIVED:
            return state
    return None


class _Linearised:
    """Rates of change around a state, as a system to solve for a step of Newton's method."""

    def __init__(self, network: Network, state: Array) -> None:
        self._network = network
        jacobian = network.jacobian(state)
        jacobian[network.dependent] = network.laws
        # What nothing depends on, not even its own rate, such as a pool that collects a label, stays as it is.
        self._idle = ~jacobian.any(axis=0)
        jacobian[self._idle] = 0.0
        jacobian[self._idle, self._idle] = 1.0
        # In units of the amounts themselves all unknowns are of order one, which pivoting relies on.
        self._scale = network.magnitude(state)
        self._matrix = jacobian * self._scale

    def step(self, state: Array, totals: Array) -> Array | None:
        """Step from a state to where the rates would vanish; None if there is none."""
        error = self._network.rates(state)
        error[self._network.dependent] = self._network.totals(state) - totals
        error[self._idle] = 0.0
        step = solve(self._matrix, -error)
        return None if step is None else step * self._scale


def _objection(network: Network, integrated: Array, refined: Array, totals: Array) -> str:
    """Why a state is not accepted as rest; empty if it is."""
    rates = network.scaled_rates(refined)
    turnover = times(np.abs(network.stoichiometry), np.abs(network.fluxes(refined))) / network.magnitude(refined)
    moving = rates > np.maximum(REST_RATE, ROUNDING * turnover)
    if moving.any():
        worst = int(np.where(moving, rates, 0.0).argmax())
        return f"{network.species[worst]} changes by {rates[worst]:.2g} of itself per s"
    distance = np.abs(refined - integrated) / network.magnitude(integrated)
    if distance.max(initial=0.0) > HANDOVER_DISTANCE:
        return f"refinement moves {network.species[int(distance.argmax())]} by {distance.max():.2g} of itself"
    negative = refined < -network.zero
    if negative.any():
        return f"{network.species[int(negative.argmax())]} is negative"
    lost = np.abs(network.totals(refined) - totals) / np.maximum(
        times(np.abs(network.laws), np.abs(refined)), network.zero.max(initial=0.0)
    )
    if lost.max(initial=0.0) > 1e-9:
        return f"a conserved total changed by {lost.max():.2g} of itself"
    return ""
