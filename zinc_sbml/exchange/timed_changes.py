"""Scenarios inside the SBML: changes at set times, so that any tool with events runs them without our Python.

Each input that a scenario changes while it runs gets, for the first change, the second and so on, two parameters and
an event: ``dtt_change_1_time`` (never, until it is set), ``dtt_change_1_value`` and the event that sets ``dtt`` to the
one at the other. A scenario is then nothing but values of parameters, which SED-ML, COPASI and people can set.

What is changed at time 0 is set from the start: a row at time 0 shows the value after the change, where `simulate`
shows the one before. A rest under other conditions before time 0 is a start state with other numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zinc_sbml.building.libsbml_tools import check, paragraph, read_document
from zinc_sbml.checks import check_changes
from zinc_sbml.engine import DEFAULT_TOLERANCES, Engine, engine_for
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.model import Model, read_model
from zinc_sbml.scenarios import Scenario

__all__ = ["NEVER", "TimedChange", "scenario_sbml", "settings", "timed_changes", "with_settings", "with_timed_changes"]

NEVER = 1e9
"""Time in seconds at which nothing happens any more: 30 years. Infinity would upset solvers that look for the event."""

# A start state that the file computes in part (totals less what is given) must be the one that was found.
_SAME_START = 1e-9

_TIME_SBO = 346  # temporal measure
_VALUE_SBO = 2  # quantitative systems description parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedChange:
    """The n-th change of one quantity while a scenario runs.

    Attributes
    ----------
    target : str
        Id of what changes: an input, a parameter or a species.
    number : int
        Counts the changes of this target from 1.
    """

    target: str
    number: int

    @property
    def time_id(self) -> str:
        """Id of the parameter that holds the time."""
        return f"{self.target}_change_{self.number}_time"

    @property
    def value_id(self) -> str:
        """Id of the parameter that holds the new value."""
        return f"{self.target}_change_{self.number}_value"


def timed_changes(scenarios: Iterable[Scenario]) -> tuple[TimedChange, ...]:
    """Changes after time 0 that a file needs so that each of these scenarios can be set in it.

    Returns
    -------
    tuple of TimedChange
        In the order in which the scenarios name them; empty if nothing is changed after time 0.
    """
    most: dict[str, int] = {}
    for scenario in scenarios:
        for target, changes in _later_changes(scenario).items():
            most[target] = max(most.get(target, 0), len(changes))
    return tuple(
        TimedChange(target=target, number=number) for target, count in most.items() for number in range(1, count + 1)
    )


def settings(scenario: Scenario, model: Model) -> dict[str, float]:
    """Values that make a file with timed changes run a scenario.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    model : Model
        The model it is run on.

    Returns
    -------
    dict of str to float
        By id, each in its own unit: what is changed at time 0, times and values of later changes, and, after a
        rest under other conditions, start concentrations of the species that the file does not compute itself.

    Raises
    ------
    UnknownIdError, InvalidInputError
        If the scenario sets something that cannot be set, or starts at a rest that the file would not start at.
    SimulationError
        If that rest is not found.
    """
    for period in scenario.periods:
        check_changes(model, period.changes, f"scenario {scenario.id}")
    values: dict[str, float] = {}
    if scenario.preparation is not None:
        values |= _start_state(scenario, model)
    for period in scenario.periods:
        if period.start <= 0:
            values |= period.changes
    for target, changes in _later_changes(scenario).items():
        for number, (time, value) in enumerate(changes, start=1):
            change = TimedChange(target=target, number=number)
            values |= {change.time_id: time, change.value_id: value}
    return values


def with_timed_changes(sbml: str, changes: Iterable[TimedChange]) -> str:
    """Put changes at set times into a model; until their times are set they do not happen.

    Parameters
    ----------
    sbml : str
        The model (SBML Level 3).
    changes : iterable of TimedChange
        What can change while the model runs.

    Returns
    -------
    str
        The model with two parameters and one event for each change.

    Raises
    ------
    InvalidInputError
        If an id that is needed is taken.
    """
    import libsbml

    document = read_document(sbml)
    model = document.getModel()
    for change in changes:
        for new in (change.time_id, change.value_id):
            if model.getElementBySId(new) is not None:
                raise InvalidInputError(f"model {model.getId()} has an id {new!r} already")
        target = model.getElementBySId(change.target)
        name = target.getName() or change.target
        unit, value = model.getTimeUnits(), _value(target)
        if isinstance(target, libsbml.Parameter):
            check(target.setConstant(False), f"let {change.target} change")
            value_unit = target.getUnits()
        else:
            value_unit = _unit_id(model, target)
        _add_parameter(
            model,
            change.time_id,
            value=NEVER,
            unit=unit,
            sbo=_TIME_SBO,
            name=f"time of change {change.number} of {name}",
            notes=f"Input. Time at which {change.target} is set to {change.value_id}; {NEVER:g} means never.",
        )
        _add_parameter(
            model,
            change.value_id,
            value=value,
            unit=value_unit,
            sbo=_VALUE_SBO,
            name=f"{name} from change {change.number} on",
            notes=f"Input. Value of {change.target} from {change.time_id} on.",
        )
        _add_event(model, change)
    return check(libsbml.writeSBMLToString(document), "write the model")


def with_settings(sbml: str, values: Mapping[str, float]) -> str:
    """Set parameters and start concentrations in a file.

    Parameters
    ----------
    sbml : str
        The model.
    values : mapping of str to float
        By id, each in its own unit.
    """
    import libsbml

    document = read_document(sbml)
    model = document.getModel()
    for name, value in values.items():
        element = model.getElementBySId(name)
        if isinstance(element, libsbml.Species):
            set_value = (
                element.setInitialAmount if element.getHasOnlySubstanceUnits() else element.setInitialConcentration
            )
            check(set_value(value), f"set {name}")
        else:
            check(element.setValue(value), f"set {name}")
        # A start value that the file computes would win over the one that is set.
        if model.getInitialAssignmentBySymbol(name) is not None:
            check(model.removeInitialAssignment(name), f"set {name}")
    return check(libsbml.writeSBMLToString(document), "write the model")


def scenario_sbml(scenario: Scenario, model: Model) -> str:
    """Model with one scenario inside: loaded into any tool and run, it does what the scenario says.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    model : Model
        The model to put it into.

    Returns
    -------
    str
        SBML whose notes tell the scenario and how long to run it. Times and doses are parameters.

    Raises
    ------
    UnknownIdError, InvalidInputError, SimulationError
        As `settings`.
    """
    import libsbml

    values = settings(scenario, model)
    text = with_settings(with_timed_changes(model.sbml, timed_changes([scenario])), values)
    document = read_document(text)
    sbml_model = document.getModel()
    check(sbml_model.setId(f"{model.id}_{scenario.id}"), "name the model after its scenario")
    check(sbml_model.setName(f"{model.name}: {scenario.title or scenario.id}"), "name the model after its scenario")
    unit = model.time_unit
    told = (
        f"Scenario {scenario.id} is inside this file ({scenario.describe()}): run it from 0 to {scenario.duration:g} "
        f"{unit}. Changes at time 0 are in the values of the parameters; later ones are events, whose times and "
        f"values are parameters too."
    )
    if scenario.preparation is not None:
        told += " The initial concentrations are the rest under what holds before time 0."
    told += " Folds divide by the resting values of the cell without the scenario."
    _append_note(sbml_model, told)
    return check(libsbml.writeSBMLToString(document), "write the model")


def _later_changes(scenario: Scenario) -> dict[str, list[tuple[float, float]]]:
    """Times and values after time 0, by target."""
    found: dict[str, list[tuple[float, float]]] = {}
    for period in scenario.periods:
        if period.start > 0:
            for target, value in period.changes.items():
                found.setdefault(target, []).append((period.start, value))
    return found


def _start_state(scenario: Scenario, model: Model) -> dict[str, float]:
    """Start concentrations at the rest before time 0, without those that the file computes from the others."""
    assert scenario.preparation is not None
    conditions = dict(scenario.preparation.changes)
    engine = engine_for(model)
    with engine.lock:
        rest = engine.rest(conditions, scenario=scenario.id, tolerances=DEFAULT_TOLERANCES).concentrations
        given = {name: value for name, value in rest.items() if name not in model.initial_assignments}
        # A residue of rounding below zero is no concentration.
        given = {name: max(value, 0.0) for name, value in given.items()}
    started = Engine(read_model(with_settings(model.sbml, {**conditions, **given}))).values(list(rest))
    for (name, value), start in zip(rest.items(), started.tolist(), strict=True):
        if not math.isclose(start, value, rel_tol=_SAME_START, abs_tol=DEFAULT_TOLERANCES.absolute):
            raise InvalidInputError(
                f"scenario {scenario.id} starts at a rest with {name} = {value:g}, but {model.id} computes its start "
                f"value as {start:g} (initial assignment), so no file of it can start there"
            )
    return given


def _value(element: Any) -> float:
    import libsbml

    if not isinstance(element, libsbml.Species):
        return element.getValue()
    return element.getInitialAmount() if element.getHasOnlySubstanceUnits() else element.getInitialConcentration()


def _unit_id(model: Any, species: Any) -> str:
    """Unit definition that equals the derived unit of a species; one is added where there is none."""
    import libsbml

    derived = species.getDerivedUnitDefinition()
    for unit in model.getListOfUnitDefinitions():
        if libsbml.UnitDefinition.areIdentical(unit, derived):
            return unit.getId()
    new = check(model.createUnitDefinition(), "make a unit")
    name = f"unit_of_{species.getId()}"
    check(new.setId(name), f"make the unit {name}")
    for number in range(derived.getNumUnits()):
        check(new.addUnit(derived.getUnit(number)), f"make the unit {name}")
    return name


def _add_parameter(model: Any, name_: str, *, value: float, unit: str, sbo: int, name: str, notes: str) -> None:
    parameter = check(model.createParameter(), f"add {name_}")
    check(parameter.setId(name_), f"add {name_}")
    check(parameter.setName(name), f"name {name_}")
    check(parameter.setConstant(True), f"add {name_}")
    check(parameter.setValue(value), f"set {name_}")
    check(parameter.setUnits(unit), f"set the unit of {name_}")
    check(parameter.setSBOTerm(sbo), f"set the SBO term of {name_}")
    check(parameter.setNotes(paragraph(notes)), f"describe {name_}")


def _add_event(model: Any, change: TimedChange) -> None:
    import libsbml

    event_id = f"{change.target}_change_{change.number}"
    event = check(model.createEvent(), f"add {event_id}")
    check(event.setId(event_id), f"add {event_id}")
    check(event.setName(f"change {change.number} of {change.target}"), f"name {event_id}")
    check(event.setUseValuesFromTriggerTime(True), f"add {event_id}")
    trigger = check(event.createTrigger(), f"add {event_id}")
    # Level 2 knows no other initial value than true, nor triggers that do not persist.
    check(trigger.setInitialValue(True), f"add {event_id}")
    check(trigger.setPersistent(True), f"add {event_id}")
    # An inequality: no solver hits a time exactly.
    check(trigger.setMath(libsbml.parseL3Formula(f"time >= {change.time_id}")), f"time {event_id}")
    assignment = check(event.createEventAssignment(), f"add {event_id}")
    check(assignment.setVariable(change.target), f"add {event_id}")
    check(assignment.setMath(libsbml.parseL3Formula(change.value_id)), f"set {event_id}")


def _append_note(element: Any, text: str) -> None:
    append = element.appendNotes if element.isSetNotes() else element.setNotes
    check(append(paragraph(text)), "describe the scenario")
