"""What is fitted, to what, and how good a set of parameters is.

What counts stands in two places: point data in the PEtab problem of the cell, and findings marked as penalties in the
register. Priors are the ranges of the passports, uniform (on the logarithm where they are above zero); a parameter is
fitted if its passport says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from zinc_sbml import catalog
from zinc_sbml.calibration.data import Measurement, load_measurements
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.errors import InvalidInputError, SimulationError, UnknownIdError
from zinc_sbml.findings import Calibration, Criterion, Finding, Kind, load_findings
from zinc_sbml.findings.compare import describe
from zinc_sbml.findings.family import columns_of
from zinc_sbml.findings.runs import Plan, Runs, holds
from zinc_sbml.hypotheses import load_hypotheses, load_hypothesis
from zinc_sbml.model import Model, load_model
from zinc_sbml.scenarios import read_table
from zinc_sbml.simulation import simulate

__all__ = ["LARGEST_RESIDUAL", "Evaluation", "FittedParameter", "Problem", "Target", "load_problem", "penalty"]

Array = NDArray[np.float64]

# A cell that is wrong by more than this many walls or standard deviations is wrong, not ever more so: without a cap
# one wild number would outweigh all others, and a missing one could not be counted at all.
LARGEST_RESIDUAL = 40.0

# The fit looks at tens of thousands of cells: with these its residuals are off by less than 0.1, and one evaluation
# takes 40 percent of the time. The cells that are kept are judged with the tolerances and points of `compare`.
FIT_TOLERANCES = Tolerances(relative=1e-5, absolute=1e-11)
FIT_POINTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedParameter:
    """A parameter that is fitted, with its prior.

    Attributes
    ----------
    id, unit : str
        As in the model.
    nominal : float
        Its value in the shipped model.
    lower, upper : float
        Ends of the prior, from the passport.
    logarithmic : bool
        Whether the prior is uniform on the logarithm.
    """

    id: str
    unit: str
    nominal: float
    lower: float
    upper: float
    logarithmic: bool

    def to_scale(self, value: float) -> float:
        """Coordinate of a value in the fit: its decadic logarithm, or itself."""
        return math.log10(value) if self.logarithmic else value

    def from_scale(self, coordinate: float) -> float:
        """Value of a coordinate."""
        return 10.0**coordinate if self.logarithmic else coordinate


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One number that counts.

    Attributes
    ----------
    id : str
        Row of the evidence, or finding with the number of its criterion.
    finding : str
        Finding, empty for point data.
    words : str
        What it is, in words.
    measurement : Measurement or None
        For point data.
    criterion : Criterion or None
        For a penalty.
    wall : float
        For a penalty: see `Finding`.
    """

    id: str
    words: str
    finding: str = ""
    measurement: Measurement | None = None
    criterion: Criterion | None = None
    wall: float = math.nan

    def residual(self, value: float) -> float:
        """Residual in standard deviations or walls, not more than `LARGEST_RESIDUAL`."""
        if self.measurement is not None:
            residual = self.measurement.residual(value)
        else:
            assert self.criterion is not None
            residual = penalty(self.criterion, value, self.wall)
        if math.isnan(residual):
            return LARGEST_RESIDUAL
        return max(-LARGEST_RESIDUAL, min(LARGEST_RESIDUAL, residual))

    def met(self, value: float) -> bool:
        """Whether a penalty's bounds hold, or a datum lies within two standard deviations."""
        if self.criterion is not None:
            return holds(self.criterion, value)
        return abs(self.residual(value)) <= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a set of parameters gives.

    Attributes
    ----------
    values, residuals : numpy.ndarray
        For each target; NaN and `LARGEST_RESIDUAL` for all of them after a failure.
    failure : SimulationError or None
        Why there are no values.
    """

    values: Array
    residuals: Array
    failure: SimulationError | None = None

    @property
    def cost(self) -> float:
        """Half of the sum of squares: the negative logarithm of the likelihood, up to a constant."""
        return 0.5 * float(np.sum(self.residuals**2))


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Parameters, targets, and the cell they belong to.

    Attributes
    ----------
    model : Model
        The cell.
    parameters : tuple of FittedParameter
        What is fitted; coordinates of the fit are in this order.
    targets : tuple of Target
        Point data first, then penalties.
    fixed : mapping of str to float
        Values that differ from the shipped model and are not fitted: switches between mechanisms.
    """

    model: Model
    parameters: tuple[FittedParameter, ...]
    targets: tuple[Target, ...]
    findings: tuple[Finding, ...] = field(repr=False)
    fixed: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _plan(self) -> Plan:
        return Plan(self.findings)

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the fitted parameters."""
        return tuple(parameter.id for parameter in self.parameters)

    @property
    def lower(self) -> Array:
        """Lower ends of the priors, as coordinates; shape (parameters,)."""
        return np.array([one.to_scale(one.lower) for one in self.parameters])

    @property
    def upper(self) -> Array:
        """Upper ends of the priors, as coordinates; shape (parameters,)."""
        return np.array([one.to_scale(one.upper) for one in self.parameters])

    @property
    def nominal(self) -> Array:
        """Coordinates of the shipped cell; shape (parameters,)."""
        return np.array([one.to_scale(one.nominal) for one in self.parameters])

    def values_of(self, coordinates: Iterable[float]) -> dict[str, float]:
        """Give the values of the fitted parameters at coordinates, by id."""
        return {one.id: one.from_scale(float(x)) for one, x in zip(self.parameters, coordinates, strict=True)}

    def evaluate(self, parameters: Mapping[str, float]) -> Evaluation:
        """Simulate what the targets need.

        Parameters
        ----------
        parameters : mapping of str to float
            Values by id; a parameter that is not named keeps its shipped value.

        Returns
        -------
        Evaluation
            With `failure` set, not raised, if a run fails.
        """
        given = {**self.fixed, **parameters}
        runs = Runs(self._plan, given, tolerances=FIT_TOLERANCES, points=FIT_POINTS)
        values = np.full(len(self.targets), math.nan)
        try:
            values[: len(self._measured)] = self.simulated(given, FIT_TOLERANCES)
            for i, target in enumerate(self.targets):
                if target.criterion is not None:
                    values[i] = runs.value(target.criterion)
        except SimulationError as error:
            nothing = np.full(len(self.targets), math.nan)
            return Evaluation(values=nothing, residuals=np.full(len(self.targets), LARGEST_RESIDUAL), failure=error)
        residuals = [target.residual(value) for target, value in zip(self.targets, values.tolist(), strict=True)]
        return Evaluation(values=values, residuals=np.array(residuals))

    def evaluate_at(self, coordinates: Iterable[float]) -> Evaluation:
        """Like `evaluate`, at coordinates of the fit."""
        return self.evaluate(self.values_of(coordinates))

    def around(self, factor: float) -> tuple[Array, Array]:
        """Coordinates within a factor of the shipped cell, inside the priors; without logarithm within 2 percent."""
        reach = np.array(
            [math.log10(factor) if one.logarithmic else abs(one.nominal) * 0.02 for one in self.parameters]
        )
        return np.maximum(self.nominal - reach, self.lower), np.minimum(self.nominal + reach, self.upper)

    def inside(self, coordinates: Array) -> bool:
        """Whether coordinates lie inside the priors."""
        return bool((coordinates >= self.lower).all() and (coordinates <= self.upper).all())

    @cached_property
    def _measured(self) -> tuple[Measurement, ...]:
        return tuple(target.measurement for target in self.targets if target.measurement is not None)

    def simulated(self, given: Mapping[str, float], tolerances: Tolerances = DEFAULT_TOLERANCES) -> list[float]:
        """Simulate the point data, each experiment once.

        Parameters
        ----------
        given : mapping of str to float
            Values that differ from the shipped model.
        tolerances : Tolerances, optional
            Of the solver.

        Returns
        -------
        list of float
            One number for each target with a measurement, in their order.

        Raises
        ------
        SimulationError
            If an experiment cannot be run.
        """
        results = {}
        for scenario_id in {one.scenario.id for one in self._measured}:
            rows = [one for one in self._measured if one.scenario.id == scenario_id]
            last = max(rows, key=lambda one: one.scenario.duration)
            results[scenario_id] = simulate(
                last.scenario,
                model=self.model,
                parameters=given,
                times=sorted({one.time for one in rows}),
                readouts=sorted({one.readout for one in rows}),
                tolerances=tolerances,
            )
        return [results[one.scenario.id].at(one.readout, one.time) for one in self._measured]


def load_problem(
    *,
    hypothesis: str | None = None,
    fixed: Mapping[str, float] = MappingProxyType({}),
    parameters: Iterable[str] | None = None,
    ranges: Mapping[str, tuple[float, float]] = MappingProxyType({}),
) -> Problem:
    """Put the shipped problem together.

    Parameters
    ----------
    hypothesis : str, optional
        Id of a hypothesis; what the shipped model does by default. The targets are the same for all of them. A rival
        holds its switches, and fits the parameters of its own mechanisms instead of those of the others.
    fixed : mapping of str to float, optional
        Further values that differ from the shipped model and are not fitted.
    parameters : iterable of str, optional
        What to fit, instead of the parameters whose passports say that they are fitted.
    ranges : mapping of str to (float, float), optional
        Other priors than those of the passports.

    Returns
    -------
    Problem
        Ready to be evaluated.

    Raises
    ------
    InvalidInputError
        If a prior is empty or excludes the shipped value, or there is nothing to fit or to fit to.
    UnknownIdError
        If a parameter cannot be fitted, or there is no such hypothesis.
    """
    model = load_model(catalog.DEFAULT_MODEL)
    directory = catalog.petab_directory(model.id)
    rows = {row["parameterId"]: row for _, row in read_table(directory / "parameters.tsv", _PARAMETER_COLUMNS)}
    marked = [name for name, row in rows.items() if row["estimate"] == "true"]
    if hypothesis is not None:
        own = load_hypothesis(hypothesis)
        mechanisms = {name for one in load_hypotheses().values() for name in one.parameters}
        marked = sorted((set(marked) - mechanisms) | set(own.parameters))
        fixed = {**own.changes(model), **fixed}
    chosen = marked if parameters is None else list(parameters)
    for name in chosen:
        if name not in rows:
            raise UnknownIdError("parameter", name, rows, f"the parameters of {model.id} that can be fitted")
    for name in fixed:
        model.quantity(name, "parameter")
    fitted = tuple(_fitted(rows[name], model, ranges) for name in chosen if name not in fixed)
    findings = tuple(finding for finding in load_findings() if finding.calibration is Calibration.PENALTY)
    targets = [
        Target(id=one.id, words=f"{one.readout} of {one.scenario.id}", measurement=one)
        for one in load_measurements(directory, model)
    ]
    targets += [
        Target(id=column, words=describe(criterion), finding=finding.id, criterion=criterion, wall=finding.wall)
        for column, finding, criterion in columns_of(findings)
    ]
    if not fitted or not targets:
        raise InvalidInputError(f"{model.id} has {len(fitted)} parameters to fit and {len(targets)} targets to fit to")
    return Problem(model=model, parameters=fitted, targets=tuple(targets), findings=findings, fixed=dict(fixed))


_PARAMETER_COLUMNS = ("parameterId", "lowerBound", "upperBound", "nominalValue", "estimate", "priorDistribution")


def _fitted(row: Mapping[str, str], model: Model, ranges: Mapping[str, tuple[float, float]]) -> FittedParameter:
    name = row["parameterId"]
    lower, upper = ranges.get(name, (float(row["lowerBound"]), float(row["upperBound"])))
    nominal = model.quantities[name].value
    if not lower < upper:
        raise InvalidInputError(f"the prior of {name} is empty: {lower:g} to {upper:g}")
    if nominal is None or not lower <= nominal <= upper:
        raise InvalidInputError(f"the prior of {name}, {lower:g} to {upper:g}, excludes its shipped value {nominal}")
    return FittedParameter(
        id=name,
        unit=model.quantities[name].unit,
        nominal=nominal,
        lower=lower,
        upper=upper,
        logarithmic=row["priorDistribution"] == "log-uniform",
    )


def penalty(criterion: Criterion, value: float, wall: float) -> float:
    """Residual of the number of a criterion: nearly 0 well inside its bounds, 1.18 on a bound, growing outside.

    Half of its square is the negative logarithm of the probability that a number known with the error `wall` lies
    within the bounds. A bound is thus a soft wall, and a cell that meets it with room to spare is preferred to one that
    touches it.

    Parameters
    ----------
    criterion : Criterion
        Bounds; for an order the least ratio of neighbours is bounded from below.
    value : float
        The number.
    wall : float
        Standard deviation: of the natural logarithm, or absolute for differences and for bounds that are not positive.

    Returns
    -------
    float
        0 or more; inf for a number without logarithm, NaN for NaN.
    """
    lower, upper = criterion.at_least, criterion.at_most
    if criterion.kind is Kind.DESCENDING:
        lower, upper = max(1.0, criterion.by_factor), math.inf
    if math.isnan(value):
        return math.nan
    loss = 0.0
    for bound, sign in ((lower, 1.0), (upper, -1.0)):
        if math.isfinite(bound):
            loss -= float(log_ndtr(sign * _distance(criterion.kind, value, bound) / wall))
    return math.sqrt(2 * max(loss, 0.0))


def _distance(kind: Kind, value: float, bound: float) -> float:
    """How far a number lies above a bound."""
    if kind is Kind.DIFFERENCE or bound <= 0:
        return value - bound
    if value <= 0:
        return -math.inf
    return math.log(value / bound) if math.isfinite(value) else math.inf
