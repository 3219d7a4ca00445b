"""Scenarios as SED-ML Level 1 Version 4: for each one a model with the scenario inside, a run, a table and plots.

A scenario is told by its own file of the model (`zinc_sbml.exchange.timed_changes`), not by changes or repeated tasks
in the SED-ML: tools apply only some kinds of changes (COPASI 4.48 leaves out computed ones without an error), cannot
check the rest, and read repeated tasks differently or not at all. So the SED-ML needs nothing but time courses, and a
tool without events refuses the file where there is a later change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zinc_sbml.engine import DEFAULT_TOLERANCES, MAX_STEPS, Tolerances
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.exchange.plotted import plots_of
from zinc_sbml.exchange.timed_changes import scenario_sbml
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Scenario
from zinc_sbml.simulation import default_readouts

__all__ = ["MOST_STEPS", "SEDML_FILE", "data_id", "scenario_files", "sedml", "steps"]

SEDML_FILE = "scenarios.sedml"
"""Name of the SED-ML file in a folder or an archive."""

MOST_STEPS = 1000
"""Most output steps of a run: curators and several tools take no more."""

# Terms of the Kinetic Simulation Algorithm Ontology.
_CVODE = "KISAO:0000019"
_RELATIVE_TOLERANCE, _ABSOLUTE_TOLERANCE, _MAXIMUM_STEPS = "KISAO:0000209", "KISAO:0000211", "KISAO:0000415"

_SBML_NAMESPACE = "http://www.sbml.org/sbml/level3/version2/core"
_LANGUAGE = "urn:sedml:language:sbml.level-3.version-2"
_TIME = "urn:sedml:symbol:time"


def scenario_files(scenarios: Iterable[Scenario], models: Mapping[str, Model]) -> dict[str, str]:
    """SBML files that the tasks of these scenarios read.

    Parameters
    ----------
    scenarios : iterable of Scenario
        The scenarios.
    models : mapping of str to Model
        Their models, by id.

    Returns
    -------
    dict of str to str
        Text by file name, one file for each scenario.

    Raises
    ------
    InvalidInputError
        If a scenario names a model that is not given.
    UnknownIdError, SimulationError
        As `zinc_sbml.exchange.timed_changes.settings`.
    """
    return {_file(scenario): scenario_sbml(scenario, _model_of(scenario, models)) for scenario in scenarios}


def sedml(
    scenarios: Iterable[Scenario], models: Mapping[str, Model], *, tolerances: Tolerances = DEFAULT_TOLERANCES
) -> str:
    """Write scenarios as one SED-ML document.

    Parameters
    ----------
    scenarios : iterable of Scenario
        The scenarios.
    models : mapping of str to Model
        Their models, by id; the document reads the files of `scenario_files`.
    tolerances : Tolerances, optional
        Tolerances of the solver that the document asks for.

    Returns
    -------
    str
        SED-ML Level 1 Version 4. Each scenario has a model, a task, a report with time, readouts and species, and
        plots; runs are uniform time courses that start at 0 and have a row at every change where they can.

    Raises
    ------
    InvalidInputError
        If a scenario names a model that is not given.
    """
    import libsedml

    document = libsedml.SedDocument(1, 4)
    namespaces = document.getNamespaces()
    namespaces.add(_SBML_NAMESPACE, "sbml")
    scenarios = list(scenarios)
    simulations: dict[tuple[float, int], str] = {}
    for scenario in scenarios:
        _add_model(document, scenario)
        grid = (scenario.duration, steps(scenario))
        if grid not in simulations:
            simulations[grid] = f"course_{len(simulations) + 1}"
            _add_simulation(document, simulations[grid], *grid, tolerances)
        task = _done(document.createTask(), "add a task")
        _do(task.setId(f"task_{scenario.id}"))
        _do(task.setName(scenario.title or scenario.id))
        _do(task.setModelReference(scenario.id))
        _do(task.setSimulationReference(simulations[grid]))
    for scenario in scenarios:
        model = _model_of(scenario, models)
        columns = default_readouts(model)
        for column in ("time", *columns):
            _add_data(document, scenario.id, column, model)
        _add_report(document, scenario, columns, model)
        _add_plots(document, scenario, columns, model)
    text = libsedml.writeSedMLToString(document)
    if not text:
        raise InvalidInputError("libSEDML could not write the scenarios")
    return text


def steps(scenario: Scenario) -> int:
    """Number of output steps of a scenario: as many as allowed, with a row at every change where that can be.

    Returns
    -------
    int
        A multiple of 5 (curators find others unusual), at most `MOST_STEPS`.
    """
    times = [period.start for period in scenario.periods if period.start > 0]
    if not all(time.is_integer() for time in (*times, scenario.duration)):
        return MOST_STEPS
    whole = int(scenario.duration)
    unit = math.lcm(5, whole // math.gcd(whole, *(int(time) for time in times)))
    return unit * (MOST_STEPS // unit) or MOST_STEPS


def data_id(scenario_id: str, column: str) -> str:
    """Id of the data generator of a readout or species (or ``"time"``) in a scenario."""
    return f"{scenario_id}__{column}"


def _file(scenario: Scenario) -> str:
    return f"{scenario.id}.xml"


def _model_of(scenario: Scenario, models: Mapping[str, Model]) -> Model:
    if scenario.model not in models:
        raise InvalidInputError(f"scenario {scenario.id} is for model {scenario.model}, which is not exported")
    return models[scenario.model]


def _target(kind: str, name: str) -> str:
    plural = {"species": "Species", "parameter": "Parameters"}[kind]
    return f"/sbml:sbml/sbml:model/sbml:listOf{plural}/sbml:{kind}[@id='{name}']"


def _add_model(document: Any, scenario: Scenario) -> None:
    model = _done(document.createModel(), "add a model")
    _do(model.setId(scenario.id))
    _do(model.setName(scenario.title or scenario.id))
    _do(model.setLanguage(_LANGUAGE))
    _do(model.setSource(_file(scenario)))


def _add_simulation(document: Any, name: str, end: float, count: int, tolerances: Tolerances) -> None:
    simulation = _done(document.createUniformTimeCourse(), "add a run")
    _do(simulation.setId(name))
    _do(simulation.setInitialTime(0.0))
    _do(simulation.setOutputStartTime(0.0))
    _do(simulation.setOutputEndTime(end))
    _do(simulation.setNumberOfSteps(count))
    algorithm = _done(simulation.createAlgorithm(), "add the solver")
    _do(algorithm.setKisaoID(_CVODE))
    for term, value in (
        (_RELATIVE_TOLERANCE, f"{tolerances.relative:g}"),
        (_ABSOLUTE_TOLERANCE, f"{tolerances.absolute:g}"),
        (_MAXIMUM_STEPS, str(MAX_STEPS)),
    ):
        parameter = _done(algorithm.createAlgorithmParameter(), "add a setting of the solver")
        _do(parameter.setKisaoID(term))
        _do(parameter.setValue(value))


def _add_data(document: Any, scenario_id: str, column: str, model: Model) -> None:
    import libsedml

    generator = _done(document.createDataGenerator(), "add data")
    name = data_id(scenario_id, column)
    _do(generator.setId(name))
    _do(generator.setName(_label(column, model)))
    variable = _done(generator.createVariable(), "add a variable")
    _do(variable.setId(f"{name}_value"))
    _do(variable.setTaskReference(f"task_{scenario_id}"))
    if column == "time":
        _do(variable.setSymbol(_TIME))
    else:
        kind = "species" if model.quantities[column].role == "species" else "parameter"
        _do(variable.setTarget(_target(kind, column)))
    _do(generator.setMath(libsedml.parseFormula(f"{name}_value")))


def _add_report(document: Any, scenario: Scenario, columns: Sequence[str], model: Model) -> None:
    report = _done(document.createReport(), "add a report")
    name = scenario.id
    _do(report.setId(f"report_{name}"))
    _do(report.setName(scenario.title or name))
    for column in ("time", *columns):
        data = _done(report.createDataSet(), "add a column")
        _do(data.setId(f"report_{name}__{column}"))
        _do(data.setLabel(column))
        _do(data.setName(_label(column, model)))
        _do(data.setDataReference(data_id(name, column)))


def _add_plots(document: Any, scenario: Scenario, columns: Sequence[str], model: Model) -> None:
    for number, (title, vertical, readouts) in enumerate(plots_of(model, columns), start=1):
        plot = _done(document.createPlot2D(), "add a plot")
        name = f"plot_{scenario.id}_{number}"
        _do(plot.setId(name))
        _do(plot.setName(f"{scenario.title or scenario.id}: {title}"))
        for create, text in ((plot.createXAxis, f"time ({model.time_unit})"), (plot.createYAxis, vertical)):
            axis = _done(create(), "add an axis")
            _do(axis.setType("linear"))
            _do(axis.setName(text))
        for order, readout in enumerate(readouts):
            curve = _done(plot.createCurve(), "add a curve")
            _do(curve.setId(f"{name}__{readout}"))
            _do(curve.setName(model.quantities[readout].name))
            _do(curve.setOrder(order))
            _do(curve.setType("points"))
            _do(curve.setXDataReference(data_id(scenario.id, "time")))
            _do(curve.setYDataReference(data_id(scenario.id, readout)))


def _label(column: str, model: Model) -> str:
    if column == "time":
        return f"time ({model.time_unit})"
    quantity = model.quantities[column]
    return f"{quantity.name} ({quantity.unit})" if quantity.unit else quantity.name


def _done(element: Any, action: str) -> Any:
    if element is None:
        raise InvalidInputError(f"libSEDML could not {action}")
    return element


def _do(code: int) -> None:
    """Raise where libSEDML only returns a code."""
    import libsedml

    if code != libsedml.LIBSEDML_OPERATION_SUCCESS:
        raise InvalidInputError(f"libSEDML refused a value: {libsedml.SedOperationReturnValue_toString(code)}")
