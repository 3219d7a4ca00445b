"""One libRoadRunner instance per model: values in, trajectories and resting states out.

Compiling a model costs a hundred times more than one simulation, so instances are kept and used again. What
makes that safe is that nothing of an earlier run can reach a later one: each run begins at the initial state
of the SBML, each integration begins with a new solver, and the absolute tolerance does not depend on the
state (libRoadRunner scales a scalar tolerance by the amounts it finds; a vector is taken as it is).
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.errors import InvalidInputError, ModelBuildError, SimulationError
from zinc_sbml.model import Model

__all__ = ["DEFAULT_TOLERANCES", "Engine", "RestingState", "Tolerances", "engine_for"]

_LOGGER = logging.getLogger(__name__)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """Tolerances of the solver.

    Attributes
    ----------
    relative : float
        Relative tolerance. 1e-8 keeps results within about 1e-7 of the peak; 1e-6 is off by 1e-5.
    absolute : float
        Absolute tolerance of a concentration, in the model's unit of concentration (uM). The smallest
        concentration that matters is free zinc in the ER, about 6e-6 uM (1e-6 amol): 1e-14 uM is below its
        relative tolerance.
    """

    relative: float = 1e-8
    absolute: float = 1e-14


DEFAULT_TOLERANCES = Tolerances()

# CVODE's limit of internal steps between two output times. A run of the cell needs a few hundred; a run that
# needs this many is not going to end.
MAX_STEPS = 100_000

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

# Concentrations below this multiple of the absolute tolerance count as zero; also how far below zero one may
# be.
ZERO_MULTIPLE = 1e3

# Each instance holds about 50 MB of compiled code and solver memory.
ENGINES_KEPT = 4

# Rests are pure functions of the values set; scenarios of one parameter set ask for the same few again and
# again.
RESTS_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingState:
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


class Engine:
    """The solver of one model.

    Not for use by several threads at once: hold `lock` from `fresh` to the last `integrate` of a run.

    Parameters
    ----------
    model : Model
        The model to compile.

    Raises
    ------
    ModelBuildError
        If libRoadRunner cannot load the SBML.
    """

    def __init__(self, model: Model) -> None:
        import roadrunner

        self.lock = threading.RLock()
        self._logger = roadrunner.Logger
        with self._silence(), _fast_compiler(roadrunner.Config):
            try:
                self._runner = roadrunner.RoadRunner(model.sbml)
            except RuntimeError as error:
                raise ModelBuildError(f"libRoadRunner cannot load this SBML: {error}", file=model.path) from error
        self._model = self._runner.model
        self._model_id = model.id
        self._has_events = self._model.getNumEvents() > 0
        self._has_initial_assignments = bool(model.initial_assignments)
        self._floating = list(self._model.getFloatingSpeciesIds())
        self._parameter_index = {name: i for i, name in enumerate(self._model.getGlobalParameterIds())}
        self._floating_index = {name: i for i, name in enumerate(self._floating)}
        self._boundary_index = {name: i for i, name in enumerate(self._model.getBoundarySpeciesIds())}
        self._selections = {item.id: _selection(item.id, model) for item in model.quantities.values()}
        self._amount_only = {item.id for item in model.quantities.values() if item.amount}
        # Tolerances are per amount: a concentration's times the size of its compartment.
        sizes = dict(zip(self._model.getCompartmentIds(), self._model.getCompartmentVolumes(), strict=True))
        self._sizes = np.array([sizes[model.quantities[name].text] for name in self._floating], dtype=float)
        scales = [
            1.0 if name in self._amount_only else size for name, size in zip(self._floating, self._sizes, strict=True)
        ]
        self._scales = np.array([1.0] * self._model.getNumRateRules() + scales)
        self._changed: dict[str, float] = {}
        self._scenario = ""
        self._tolerances: Tolerances | None = None
        self._rests: OrderedDict[Any, RestingState] = OrderedDict()
        self._network: tuple[Array, Array, list[int]] | None = None

    # ------------------------------------------------------------------ values

    def fresh(
        self, changes: Mapping[str, float], *, scenario: str = "", tolerances: Tolerances = DEFAULT_TOLERANCES
    ) -> None:
        """Go to the initial state of the SBML and set values.

        Parameters
        ----------
        changes : mapping of str to float
            Parameters and concentrations of species to set; not checked here.
        scenario : str, optional
            Named in errors.
        tolerances : Tolerances, optional
            Used until the next call.
        """
        self._scenario = scenario
        self._runner.resetToOrigin()
        if tolerances != self._tolerances:
            integrator = self._runner.integrator
            integrator.relative_tolerance = tolerances.relative
            if len(self._scales):
                integrator.absolute_tolerance = (tolerances.absolute * self._scales).tolist()
            integrator.maximum_num_steps = MAX_STEPS
            self._tolerances = tolerances
        self._changed = {}
        parameters = {name: value for name, value in changes.items() if name in self._parameter_index}
        self.change(parameters)
        if parameters and self._has_initial_assignments:
            # Start values that the SBML computes follow the parameters; reset() computes them from the values set.
            self._runner.reset()
        self.change({name: value for name, value in changes.items() if name not in parameters})

    def change(self, changes: Mapping[str, float]) -> None:
        """Set parameters and concentrations of species, and leave everything else as it is."""
        self._changed.update(changes)
        for name in changes:
            if not (name in self._parameter_index or name in self._floating_index or name in self._boundary_index):
                raise InvalidInputError(f"{name} of model {self._model_id} is not a value that can be set")
        for index, setter in (
            (self._parameter_index, self._model.setGlobalParameterValues),
            (self._floating_index, self._model.setFloatingSpeciesConcentrations),
            (self._boundary_index, self._model.setBoundarySpeciesConcentrations),
        ):
            names = [name for name in changes if name in index]
            if not names:
                continue
            values = [float(changes[name]) for name in names]
            if self._amount_only.intersection(names):
                values = [value / self._size_of(name) for name, value in zip(names, values, strict=True)]
            setter([index[name] for name in names], values)

    def values(self, ids: Sequence[str]) -> Array:
        """Values of species, parameters and fluxes now.

        Returns
        -------
        numpy.ndarray
            One value per id.
        """
        return np.array([self._runner[self._selections[name]] for name in ids], dtype=float)

    def _size_of(self, name: str) -> float:
        if name not in self._amount_only:
            return 1.0
        if name in self._floating_index:
            return float(self._sizes[self._floating_index[name]])
        index = self._boundary_index[name]
        return float(self._model.getCompartmentVolumes()[self._model.getCompartmentIndexForBoundarySpecies(index)])

    # -------------------------------------------------------------- trajectories

    def integrate(self, times: Sequence[float], ids: Sequence[str], *, clock: float = 0.0) -> Array:
        """Integrate from the present state with a new solver.

        Parameters
        ----------
        times : sequence of float
            Output times in seconds, increasing, the first being the present. Best counted from the start of a
            period: a solver that starts at a large time cannot take the small steps it begins with.
        ids : sequence of str
            What to record: concentrations of species, values of parameters, fluxes of reactions.
        clock : float, optional
            Added to `times` in errors, so that they tell the time of the scenario.

        Returns
        -------
        numpy.ndarray
            Shape (times, ids). The state is left at the last time.

        Raises
        ------
        SimulationError
            If the solver gives up or a value is not finite.
        """
        selections = [self._selections[name] for name in ids]
        # Without any selection roadrunner would record its own default.
        self._runner.timeCourseSelections = selections or ["time"]
        with self._silence():
            try:
                table = np.array(self._runner.simulate(times=times), dtype=float)
            except RuntimeError as error:
                raise self._failure(clock + self._model.getTime(), _first_sentence(error)) from None
        if not selections:
            return np.empty((len(times), 0))
        if not np.isfinite(table).all():
            row, column = np.argwhere(~np.isfinite(table))[0]
            raise self._failure(clock + times[row], f"{ids[column]} became {table[row, column]}")
        return table

    # ------------------------------------------------------------ resting states

    def rest(
        self, changes: Mapping[str, float], *, scenario: str = "", tolerances: Tolerances = DEFAULT_TOLERANCES
    ) -> RestingState:
        """Find the steady state that the initial state leads to under changed values, and go there.

        The state is integrated over growing horizons until it hardly moves, then refined by Newton's method
        on the full system, in which the rates of as many species as there are conserved totals give way to
        these totals. The totals are those of the initial state with the changes in it. libRoadRunner's own
        steady-state search is not used: it takes the totals from the SBML whatever was set, and returns roots
        with negative concentrations.

        Parameters
        ----------
        changes : mapping of str to float
            As in `fresh`.
        scenario : str, optional
            Named in errors.
        tolerances : Tolerances, optional
            Of the integration, and used until the next call.

        Returns
        -------
        RestingState
            The same bits for the same changes, whatever was run before.

        Raises
        ------
        SimulationError
            If the integration fails, or no state is found that passes all checks: rates of change at most
            `REST_RATE`, totals kept, no concentration below minus `ZERO_MULTIPLE` times the absolute
            tolerance.
        InvalidInputError
            If the model has events or rate rules, for which this search is not made.
        """
        if self._model.getNumRateRules() or self._has_events:
            raise InvalidInputError(
                f"model {self._model_id} has rate rules or events; its resting state cannot be computed"
            )
        self.fresh(changes, scenario=scenario, tolerances=tolerances)
        key = (tuple(sorted(changes.items())), tolerances)
        rest = self._rests.get(key)
        if rest is None:
            rest = self._search()
            self._rests[key] = rest
            while len(self._rests) > RESTS_KEPT:
                self._rests.popitem(last=False)
        self._rests.move_to_end(key)
        self._model.setFloatingSpeciesAmounts(rest.amounts)
        return rest

    def relative_rates(self) -> dict[str, float]:
        """How fast each species changes now, relative to its concentration (1/s), without sign.

        A concentration below `ZERO_MULTIPLE` times the absolute tolerance counts as this much.
        """
        stoichiometry, _, _ = self._reaction_network()
        rates = self._scaled_rates(stoichiometry, self._amounts())
        return dict(zip(self._floating, rates.tolist(), strict=True))

    def _search(self) -> RestingState:
        stoichiometry, laws, dependent = self._reaction_network()
        start = self._amounts()
        totals = _times(laws, start)
        reason = "no species"
        horizon_before = 0.0
        for horizon in REST_HORIZONS:
            self.integrate([0.0, horizon - horizon_before], ())
            horizon_before = horizon
            integrated = self._amounts()
            rates = self._scaled_rates(stoichiometry, integrated)
            if rates.max(initial=0.0) > HANDOVER_RATE:
                worst = int(rates.argmax())
                species = self._floating[worst]
                reason = f"after {horizon:g} s {species} still changes by {rates[worst]:.2g} of itself per s"
                continue
            refined = self._refine(integrated, stoichiometry, laws, dependent, totals)
            reason = self._objection(integrated, refined, stoichiometry, laws, totals)
            if not reason:
                return self._resting_state(
                    refined, float(self._scaled_rates(stoichiometry, refined).max(initial=0.0)), horizon
                )
            self._model.setFloatingSpeciesAmounts(integrated)
        raise self._failure(math.nan, f"no resting state found: {reason}")

    def _refine(self, state: Array, stoichiometry: Array, laws: Array, dependent: list[int], totals: Array) -> Array:
        """Newton's method; returns the state with the smallest scaled rates it came across."""
        best, best_rate = state, math.inf
        for _ in range(NEWTON_STEPS):
            error = self._rates(stoichiometry, state)
            rate = self._scaled_rates(stoichiometry, state).max(initial=0.0)
            if not rate < best_rate:
                break
            best, best_rate = state, rate
            jacobian = _matrix_product(stoichiometry, self._sensitivity_of_fluxes(state, stoichiometry.shape[1]))
            jacobian[dependent] = laws
            error[dependent] = _times(laws, state) - totals
            # In units of the amounts themselves all unknowns are of order one, which pivoting relies on.
            scale = self._magnitude(state)
            step = _solve(jacobian * scale, -error)
            if step is None:
                break
            state = state + step * scale
        return best

    def _objection(self, integrated: Array, refined: Array, stoichiometry: Array, laws: Array, totals: Array) -> str:
        """Why a state is not accepted as rest; empty if it is."""
        rates = self._scaled_rates(stoichiometry, refined)
        self._model.setFloatingSpeciesAmounts(refined)
        turnover = _times(np.abs(stoichiometry), np.abs(self._model.getReactionRates())) / self._magnitude(refined)
        moving = rates > np.maximum(REST_RATE, ROUNDING * turnover)
        if moving.any():
            worst = int(np.where(moving, rates, 0.0).argmax())
            return f"{self._floating[worst]} changes by {rates[worst]:.2g} of itself per s"
        distance = np.abs(refined - integrated) / self._magnitude(integrated)
        if distance.max(initial=0.0) > HANDOVER_DISTANCE:
            return f"refinement moves {self._floating[int(distance.argmax())]} by {distance.max():.2g} of itself"
        negative = refined < -self._zero()
        if negative.any():
            return f"{self._floating[int(negative.argmax())]} is negative"
        lost = np.abs(_times(laws, refined) - totals) / np.maximum(
            _times(np.abs(laws), np.abs(refined)), self._zero().max(initial=0.0)
        )
        if lost.max(initial=0.0) > 1e-9:
            return f"a conserved total changed by {lost.max():.2g} of itself"
        return ""

    def _resting_state(self, amounts: Array, residual: float, horizon: float) -> RestingState:
        self._model.setFloatingSpeciesAmounts(amounts)
        values = self.values(self._floating).tolist()
        return RestingState(
            concentrations=dict(zip(self._floating, values, strict=True)),
            residual=residual,
            horizon=horizon,
            amounts=amounts,
        )

    def _amounts(self) -> Array:
        return np.array(self._model.getFloatingSpeciesAmounts(), dtype=float)

    def _zero(self) -> Array:
        """Amounts that count as zero."""
        assert self._tolerances is not None
        return ZERO_MULTIPLE * self._tolerances.absolute * self._scales

    def _magnitude(self, state: Array) -> Array:
        return np.maximum(np.abs(state), self._zero())

    def _rates(self, stoichiometry: Array, state: Array) -> Array:
        self._model.setFloatingSpeciesAmounts(state)
        return _times(stoichiometry, np.array(self._model.getReactionRates(), dtype=float))

    def _scaled_rates(self, stoichiometry: Array, state: Array) -> Array:
        rates = np.abs(self._rates(stoichiometry, state)) / self._magnitude(state)
        return np.where(np.isfinite(rates), rates, np.inf)

    def _sensitivity_of_fluxes(self, state: Array, reactions: int) -> Array:
        """Differentiate the fluxes by the amounts, shape (reactions, species), by finite differences.

        Differences of fluxes, not of rates of change: multiplied by the exact stoichiometry they keep fast
        and slow processes apart.
        """
        result = np.empty((reactions, len(state)))
        magnitude = self._magnitude(state)
        for column in range(len(state)):
            # Central where there is room; a rate law need not be defined below zero.
            step = 1e-6 * magnitude[column]
            low = step if state[column] >= step else 0.0
            moved = state.copy()
            moved[column] += step
            self._model.setFloatingSpeciesAmounts(moved)
            above = np.array(self._model.getReactionRates(), dtype=float)
            moved[column] = state[column] - low
            self._model.setFloatingSpeciesAmounts(moved)
            below = np.array(self._model.getReactionRates(), dtype=float)
            result[:, column] = (above - below) / (step + low)
        return result

    def _reaction_network(self) -> tuple[Array, Array, list[int]]:
        """Stoichiometry (species x reactions), totals (totals x species), one species of each total."""
        if self._network is None:
            named = self._runner.getFullStoichiometryMatrix()
            rows = {name: i for i, name in enumerate(named.rownames)}
            columns = {name: i for i, name in enumerate(named.colnames)}
            order = np.array(named, dtype=float)[[rows[name] for name in self._floating]]
            stoichiometry = order[:, [columns[name] for name in self._model.getReactionIds()]]
            self._network = (stoichiometry, *_conserved_totals(stoichiometry))
        return self._network

    # ----------------------------------------------------------------- helpers

    def _failure(self, time: float, reason: str) -> SimulationError:
        return SimulationError(scenario=self._scenario, time=time, reason=reason, parameters=self._changed)

    @contextmanager
    def _silence(self) -> Iterator[None]:
        """Keep libRoadRunner from writing to the console; what matters is raised."""
        level = self._logger.getLevel()
        self._logger.setLevel(self._logger.LOG_FATAL)
        try:
            yield
        finally:
            self._logger.setLevel(level)


_engines: OrderedDict[str, Engine] = OrderedDict()
_engines_lock = threading.Lock()


def engine_for(model: Model) -> Engine:
    """Return the engine of a model; the same one again for the same SBML text, in each process its own.

    Raises
    ------
    ModelBuildError
        If libRoadRunner cannot load the SBML.
    """
    with _engines_lock:
        engine = _engines.get(model.sha256)
        if engine is None:
            engine = _engines[model.sha256] = Engine(model)
            _LOGGER.debug("compiled model %s (%s)", model.id, model.sha256[:12])
            while len(_engines) > ENGINES_KEPT:
                _engines.popitem(last=False)
        _engines.move_to_end(model.sha256)
        return engine


@contextmanager
def _fast_compiler(config: Any) -> Iterator[None]:
    """Compile with the newer of libRoadRunner's two compilers, and leave the user's own settings as they are.

    It compiles three times faster. SUNDIALS writes errors straight to the console unless told another file
    when a solver is made; they reach us as exceptions anyway.
    """
    backend = config.getValue(config.LLVM_BACKEND)
    names = ("SUNLOGGER_ERROR_FILENAME", "SUNLOGGER_WARNING_FILENAME")
    before = {name: os.environ.get(name) for name in names}
    config.setValue(config.LLVM_BACKEND, config.LLJIT)
    os.environ.update(dict.fromkeys(names, os.devnull))
    try:
        yield
    finally:
        config.setValue(config.LLVM_BACKEND, backend)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _selection(quantity_id: str, model: Model) -> str:
    """Name it as libRoadRunner does: a species in brackets is a concentration, without an amount."""
    quantity = model.quantities[quantity_id]
    concentration = quantity.role in ("species", "boundary species") and not quantity.amount
    return f"[{quantity_id}]" if concentration else quantity_id


def _first_sentence(error: Exception) -> str:
    return str(error).partition("; In ")[0].strip()


# The linear algebra below is elementwise NumPy on purpose: a BLAS gives other bits with another number of
# threads, and a resting state must not depend on how many workers share the machine.


def _times(matrix: Array, vector: Any) -> Array:
    return (matrix * np.asarray(vector, dtype=float)).sum(axis=1)


def _matrix_product(one: Array, other: Array) -> Array:
    return np.einsum("ij,jk->ik", one, other)


def _solve(matrix: Array, right: Array) -> Array | None:
    """Solve a square system by Gaussian elimination with row scaling and pivoting; None if it is singular."""
    size = len(right)
    if not np.isfinite(matrix).all():
        return None
    table = np.column_stack([matrix, right])
    largest = np.abs(matrix).max(axis=1, initial=0.0)
    if not largest.all():
        return None
    table /= largest[:, None]
    for column in range(size):
        pivot = column + int(np.abs(table[column:, column]).argmax())
        if table[pivot, column] == 0:
            return None
        if pivot != column:
            table[[column, pivot]] = table[[pivot, column]]
        below = table[column + 1 :, column] / table[column, column]
        table[column + 1 :, column:] -= below[:, None] * table[column, column:]
    solution = np.zeros(size)
    for row in range(size - 1, -1, -1):
        known = (table[row, row + 1 : size] * solution[row + 1 :]).sum()
        solution[row] = (table[row, size] - known) / table[row, row]
    return solution


def _conserved_totals(stoichiometry: Array) -> tuple[Array, list[int]]:
    """Left null space of the stoichiometry: what no reaction changes.

    Returns
    -------
    laws : numpy.ndarray
        Shape (totals, species); each row times the amounts is conserved.
    dependent : list of int
        For each law one species that the others determine through it.
    """
    species, reactions = stoichiometry.shape
    table = np.column_stack([stoichiometry, np.eye(species)])
    rank = 0
    for column in range(reactions):
        candidates = np.abs(table[rank:, column])
        # Stoichiometries are small integers, so anything this small is rounding.
        if rank == species or candidates.max() < 1e-9:
            continue
        pivot = rank + int(candidates.argmax())
        table[[rank, pivot]] = table[[pivot, rank]]
        others = np.arange(species) != rank
        table[others] -= np.outer(table[others, column] / table[rank, column], table[rank])
        rank += 1
    laws = table[rank:, reactions:]
    dependent: list[int] = []
    for row in range(len(laws)):
        pivot = int(np.abs(laws[row]).argmax())
        dependent.append(pivot)
        laws[row] /= laws[row, pivot]
        others = np.arange(len(laws)) != row
        laws[others] -= np.outer(laws[others, pivot], laws[row])
    laws[np.abs(laws) < 1e-9] = 0.0
    return laws, dependent
