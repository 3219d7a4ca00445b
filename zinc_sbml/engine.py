"""One libRoadRunner instance per model: values in, trajectories and resting states out.

Compiling a model costs a hundred times more than one simulation, so instances are kept and used again. What
makes that safe is that nothing of an earlier run can reach a later one: each run begins at the initial state
of the SBML, each integration begins with a new solver, and the absolute tolerance does not depend on the
state (libRoadRunner scales a scalar tolerance by the amounts it finds; a vector is taken as it is).
"""

from __future__ import annotations

import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from zinc_sbml.errors import InvalidInputError, ModelBuildError, SimulationError
from zinc_sbml.linear_algebra import Array, conserved_totals, times
from zinc_sbml.model import Model
from zinc_sbml.roadrunner_settings import fast_compiler, silence
from zinc_sbml.steady_state import ZERO_MULTIPLE, Network, NoRestError, RestingState, find_rest

__all__ = ["DEFAULT_TOLERANCES", "Engine", "Tolerances", "engine_for"]

_LOGGER = logging.getLogger(__name__)


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

    def __post_init__(self) -> None:
        for name, value in (("relative", self.relative), ("absolute", self.absolute)):
            # A solver that was once given nonsense does not recover.
            if not isinstance(value, int | float) or not 0 < value < math.inf:
                raise InvalidInputError(f"{name} tolerance: {value!r}, expected a number above 0")
        if self.relative > LOOSEST:
            raise InvalidInputError(f"relative tolerance: {self.relative!r}, expected at most {LOOSEST:g}")


LOOSEST = 1e-3
"""Largest relative tolerance: beyond it, what comes out is not a solution of the equations."""

DEFAULT_TOLERANCES = Tolerances()

# CVODE's limit of internal steps between two output times. A run of the cell needs a few hundred; a run that
# needs this many is not going to end.
MAX_STEPS = 100_000

# Each instance holds about 50 MB of compiled code and solver memory.
ENGINES_KEPT = 4

# Rests are pure functions of the values set; scenarios of one parameter set ask for the same few again and
# again.
RESTS_KEPT = 64


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
        with silence(self._logger), fast_compiler(roadrunner.Config):
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
        self._description = model
        self._network: Network | None = None
        self._changed: dict[str, float] = {}
        self._scenario = ""
        self._tolerances: Tolerances | None = None
        self._rests: OrderedDict[Any, RestingState] = OrderedDict()
        self._origin = self.amounts()

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
        if not isinstance(tolerances, Tolerances):
            raise InvalidInputError(f"tolerances: {tolerances!r}, expected Tolerances(relative=..., absolute=...)")
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
        with silence(self._logger):
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
        self,
        changes: Mapping[str, float],
        *,
        scenario: str = "",
        tolerances: Tolerances = DEFAULT_TOLERANCES,
        at_once: bool = False,
    ) -> RestingState:
        """Find the steady state that the initial state leads to under changed values, and go there.

        Conserved totals are those of the initial state with the changes in it; how the search goes and what it
        accepts stands in `zinc_sbml.steady_state`.

        Parameters
        ----------
        changes : mapping of str to float
            As in `fresh`.
        scenario : str, optional
            Named in errors.
        tolerances : Tolerances, optional
            Of the integration, and used until the next call.
        at_once : bool, optional
            Look for a rest close to the initial state before integrating; see `zinc_sbml.steady_state`.

        Returns
        -------
        RestingState
            The same bits for the same changes, whatever was run before.

        Raises
        ------
        SimulationError
            If the integration fails, or no state is found that passes all checks.
        InvalidInputError
            If the model has events or rate rules, for which this search is not made.
        """
        if self._model.getNumRateRules() or self._has_events:
            raise InvalidInputError(
                f"model {self._model_id} has rate rules or events; its resting state cannot be computed"
            )
        self.fresh(changes, scenario=scenario, tolerances=tolerances)
        key = (tuple(sorted(changes.items())), tolerances, at_once)
        rest = self._rests.get(key)
        if rest is None:
            self._share_out()
            rest = self._search(at_once)
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
        rates = self.network().scaled_rates(self.amounts())
        return dict(zip(self._floating, rates.tolist(), strict=True))

    def _share_out(self) -> None:
        """Make a start of a smaller pool feasible.

        Start values of one form of a pool are its total less the other forms, which is negative where a changed total
        is smaller than these. The pool is then shared out as in the SBML: its totals, on which alone the rest depends,
        stay what the changed parameters make them.
        """
        amounts = self.amounts()
        if not (amounts < 0).any():
            return
        _, laws, _ = self._structure
        for law in laws:
            total, before = times(law[None], amounts)[0], times(law[None], self._origin)[0]
            if (amounts[law != 0] < 0).any() and total > 0 and before > 0:
                amounts = np.where(law != 0, self._origin * total / before, amounts)
        self._model.setFloatingSpeciesAmounts(amounts)

    def _search(self, at_once: bool) -> RestingState:
        try:
            amounts, residual, horizon = find_rest(self.network(), self.amounts(), self._advance, at_once=at_once)
        except NoRestError as error:
            raise self._failure(math.nan, f"no resting state found: {error}") from None
        self._model.setFloatingSpeciesAmounts(amounts)
        concentrations = (amounts / self._scales).tolist()
        return RestingState(
            concentrations=dict(zip(self._floating, concentrations, strict=True)),
            residual=residual,
            horizon=horizon,
            amounts=amounts,
        )

    def network(self) -> Network:
        """Describe the model to the search, under the values and tolerances that hold now."""
        assert self._tolerances is not None
        zero = ZERO_MULTIPLE * self._tolerances.absolute * self._scales
        if self._network is None or (self._network.zero != zero).any():
            stoichiometry, laws, dependent = self._structure
            read = [self._description.read_by_rate_laws[name] for name in self._model.getReactionIds()]
            self._network = Network(
                species=tuple(self._floating),
                stoichiometry=stoichiometry,
                reads=np.array([[name in ids for name in self._floating] for ids in read], dtype=bool).reshape(
                    stoichiometry.shape[::-1]
                ),
                laws=laws,
                dependent=dependent,
                zero=zero,
                fluxes=self._fluxes,
            )
        return self._network

    @cached_property
    def _structure(self) -> tuple[Array, Array, list[int]]:
        """Stoichiometry (species x reactions), totals (totals x species), one species of each total."""
        named = self._runner.getFullStoichiometryMatrix()
        rows = {name: i for i, name in enumerate(named.rownames)}
        columns = {name: i for i, name in enumerate(named.colnames)}
        order = np.array(named, dtype=float)[[rows[name] for name in self._floating]]
        stoichiometry = order[:, [columns[name] for name in self._model.getReactionIds()]]
        return stoichiometry, *conserved_totals(stoichiometry)

    def amounts(self) -> Array:
        """Amounts of the species that reactions change, now; shape (species,), in the order of `network`."""
        return np.array(self._model.getFloatingSpeciesAmounts(), dtype=float)

    def _fluxes(self, amounts: Array) -> Array:
        """Fluxes of all reactions at these amounts; the state is left there."""
        self._model.setFloatingSpeciesAmounts(amounts)
        return np.array(self._model.getReactionRates(), dtype=float)

    def _advance(self, amounts: Array, seconds: float) -> Array:
        """Amounts after this time; the state is left there."""
        self._model.setFloatingSpeciesAmounts(amounts)
        self.integrate([0.0, seconds], ())
        return self.amounts()

    # ----------------------------------------------------------------- helpers

    def _failure(self, time: float, reason: str) -> SimulationError:
        return SimulationError(scenario=self._scenario, time=time, reason=reason, parameters=self._changed)


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


def _selection(quantity_id: str, model: Model) -> str:
    """Name it as libRoadRunner does: a species in brackets is a concentration, without an amount."""
    quantity = model.quantities[quantity_id]
    concentration = quantity.role in ("species", "boundary species") and not quantity.amount
    return f"[{quantity_id}]" if concentration else quantity_id


def _first_sentence(error: Exception) -> str:
    return str(error).partition("; In ")[0].strip()
