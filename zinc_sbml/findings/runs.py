"""The numbers that criteria are about: each scenario is run once, whatever the number of measures taken from it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from zinc_sbml.catalog import DEFAULT_MODEL
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings.measure import half_effect_dose, number
from zinc_sbml.findings.register import Criterion, Finding, Kind, Measure
from zinc_sbml.model import Model, load_model
from zinc_sbml.result import Result
from zinc_sbml.scenarios import Scenario, load_scenarios
from zinc_sbml.simulation import POINTS_PER_PERIOD, default_times, simulate

__all__ = ["Plan", "Runs", "holds", "own_value", "present"]


class Plan:
    """What a set of findings needs: scenarios, models and what to record. Checked when it is made, used many times.

    Parameters
    ----------
    findings : iterable of Finding
        Whose criteria will be asked for.

    Raises
    ------
    InvalidInputError, UnknownIdError
        If a criterion names a scenario, readout, input or time that does not exist.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.scenarios = load_scenarios()
        self.models: dict[str, Model] = {}
        self._readouts: dict[str, set[str]] = {}
        for finding in findings:
            for criterion in finding.criteria:
                for measure in _measures(criterion):
                    self._check(measure, criterion, f"finding {finding.id}")
                    self._readouts.setdefault(measure.scenario, set()).add(measure.readout)

    def readouts(self, scenario: str) -> list[str]:
        """Ids to record in a scenario."""
        return sorted(self._readouts[scenario])

    def check_parameters(self, parameters: Mapping[str, float]) -> None:
        """Refuse a parameter that none of the models has.

        Raises
        ------
        UnknownIdError
            Names the parameter.
        """
        known = set[str]().union(*(model.quantities for model in self.models.values()))
        for name in parameters:
            if name not in known:
                raise UnknownIdError("parameter", name, known)

    def _check(self, measure: Measure, criterion: Criterion, where: str) -> None:
        scenario = self.scenarios.get(measure.scenario)
        if scenario is None:
            raise UnknownIdError("scenario", measure.scenario, self.scenarios, where)
        model = self.models.get(scenario.model)
        if model is None:
            model = self.models[scenario.model] = load_model(scenario.model)
        if measure.readout not in model.quantities:
            raise UnknownIdError("readout", measure.readout, model.quantities, where)
        latest = max(measure.since, measure.time)
        if latest > scenario.duration:
            raise InvalidInputError(
                f"{where}: {latest:g} s lies after the end of scenario {scenario.id} ({scenario.duration:g} s)"
            )
        if criterion.kind is Kind.HALF_EFFECT_DOSE:
            changed = sorted({name for period in scenario.periods for name in period.changes})
            if criterion.input not in changed:
                raise UnknownIdError("input", criterion.input, changed, f"{where}: changes of scenario {scenario.id}")


class Runs:
    """The scenarios of a plan on one set of parameters, run when first asked for.

    Parameters
    ----------
    plan : Plan
        What can be asked for.
    parameters : mapping of str to float, optional
        Values that replace those of the cell. Another model (the test tube) takes over those that it shares with the
        cell; where it differs by intent (its own concentration of PDI) it keeps its own.
    tolerances : Tolerances, optional
        Of the solver.
    points : int, optional
        Output times in each period.
    """

    def __init__(
        self,
        plan: Plan,
        parameters: Mapping[str, float] = MappingProxyType({}),
        *,
        tolerances: Tolerances = DEFAULT_TOLERANCES,
        points: int = POINTS_PER_PERIOD,
    ) -> None:
        self._plan = plan
        self._parameters = parameters
        self._tolerances = tolerances
        self._points = points
        self._results: dict[tuple[object, ...], Result] = {}

    def value(self, criterion: Criterion) -> float:
        """Take the number that a criterion is about; for an order the smallest ratio of neighbours.

        Returns
        -------
        float
            NaN where it is not defined.

        Raises
        ------
        SimulationError
            If a scenario cannot be run.
        """
        if criterion.kind is Kind.DESCENDING:
            numbers = [self._number(measure) for measure in criterion.order]
            ratios = [_ratio(one, next_) for one, next_ in itertools.pairwise(numbers)]
            # min() of a list with a NaN depends on the order of the list.
            return math.nan if any(math.isnan(ratio) for ratio in ratios) else min(ratios)
        of = present(criterion.of)
        if criterion.kind is Kind.HALF_EFFECT_DOSE:
            effects = [self._number(of, {criterion.input: dose}) for dose in criterion.doses]
            return half_effect_dose(np.array(criterion.doses), np.array(effects))
        if criterion.kind is Kind.RATIO:
            return _ratio(self._number(of), self._number(present(criterion.to)))
        if criterion.kind is Kind.DIFFERENCE:
            return self._number(of) - self._number(present(criterion.to))
        return self._number(of)

    def result(
        self, scenario: Scenario, readouts: list[str], doses: Mapping[str, float] = MappingProxyType({})
    ) -> Result:
        """Run a scenario on these parameters, or give the run that was made before."""
        key = (scenario.id, *doses.items())
        if key not in self._results:
            model = self._plan.models[scenario.model]
            cell = self._plan.models.get(DEFAULT_MODEL)
            parameters = {
                name: value
                for name, value in self._parameters.items()
                if name in model.quantities and not own_value(model, cell, name)
            }
            self._results[key] = simulate(
                scenario,
                model=model,
                parameters={**parameters, **doses},
                times=None if self._points == POINTS_PER_PERIOD else default_times(scenario, self._points),
                readouts=readouts,
                tolerances=self._tolerances,
            )
        return self._results[key]

    def _number(self, measure: Measure, doses: Mapping[str, float] = MappingProxyType({})) -> float:
        level = self._number(measure.level) if measure.level else math.nan
        scenario = self._plan.scenarios[measure.scenario]
        return number(measure, self.result(scenario, self._plan.readouts(scenario.id), doses), level)


def holds(criterion: Criterion, value: float) -> bool:
    """Whether the number of a criterion meets it; a number that is not defined (NaN) meets nothing."""
    if criterion.kind is Kind.DESCENDING:
        return value > 1 and value >= criterion.by_factor
    return criterion.at_least <= value <= criterion.at_most


def own_value(model: Model, cell: Model | None, name: str) -> bool:
    """Whether a model ships another value of a parameter than the cell does."""
    if cell is None or model is cell or name not in cell.quantities:
        return False
    return model.quantities[name].value != cell.quantities[name].value


def present(measure: Measure | None) -> Measure:
    """Give the measure that the kind of a criterion demands."""
    if measure is None:
        raise ValueError("the criterion lacks a measure")
    return measure


def _measures(criterion: Criterion) -> Iterator[Measure]:
    for measure in (criterion.of, criterion.to, *criterion.order):
        while measure is not None:
            yield measure
            measure = measure.level


def _ratio(one: float, other: float) -> float:
    return one / other if other else math.nan
