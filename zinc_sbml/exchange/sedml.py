"""Scenarios as SED-ML Level 1 Version 4: for each one a model with the scenario inside, a run, a table and plots.

A scenario is told by its own file of the model (`zinc_sbml.exchange.timed_changes`), not by changes or repeated tasks
in the SED-ML: tools apply only some kinds of changes (COPASI 4.48 leaves out computed ones without an error), cannot
check the rest, and read repeated tasks differently or not at all. So the SED-ML needs nothing but time courses, and a
tool without events refuses the file where there is a later change.

Written without libSEDML: once it is imported, lists of libSBML come back as its own and iterating over them never ends
(python-libsedml 2.0.34 with python-libsbml 5.21.2).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from zinc_sbml.engine import MAX_STEPS, Tolerances
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.exchange.plotted import plots_of
from zinc_sbml.exchange.timed_changes import scenario_sbml
from zinc_sbml.exchange.xml_text import xml_bytes
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Scenario
from zinc_sbml.simulation import default_readouts

__all__ = ["MOST_STEPS", "SEDML_FILE", "data_id", "scenario_files", "sedml", "steps"]

SEDML_FILE = "scenarios.sedml"
"""Name of the SED-ML file in a folder or an archive."""

MOST_STEPS = 1000
"""Most output steps of a run: curators and several tools take no more."""

TOLERANCES = Tolerances(relative=1e-10, absolute=1e-16)
"""Tolerances that the document asks for: tighter than ours by default, because a program that takes the absolute one in
its own way (libRoadRunner scales a single number) is off by 2e-6 of the peak with 1e-8, in a ratio of the test tube."""

_CVODE = "KISAO:0000019"
_LANGUAGE = "urn:sedml:language:sbml.level-3.version-2"
_SEDML = "http://sed-ml.org/sed-ml/level1/version4"
_SBML = "http://www.sbml.org/sbml/level3/version2/core"
_MATHML = "http://www.w3.org/1998/Math/MathML"


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


def sedml(scenarios: Iterable[Scenario], models: Mapping[str, Model], *, tolerances: Tolerances = TOLERANCES) -> str:
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
    scenarios = list(scenarios)
    root = Element("sedML", {"xmlns": _SEDML, "xmlns:sbml": _SBML, "level": "1", "version": "4"})
    parts = {
        name: SubElement(root, f"listOf{name}")
        for name in ("Models", "Simulations", "Tasks", "DataGenerators", "Outputs")
    }
    simulations: dict[tuple[float, int], str] = {}
    for scenario in scenarios:
        model = _model_of(scenario, models)
        title = scenario.title or scenario.id
        SubElement(parts["Models"], "model", id=scenario.id, name=title, language=_LANGUAGE, source=_file(scenario))
        grid = (scenario.duration, steps(scenario))
        if grid not in simulations:
            simulations[grid] = f"course_{len(simulations) + 1}"
            _add_simulation(parts["Simulations"], simulations[grid], *grid, tolerances)
        SubElement(
            parts["Tasks"],
            "task",
            id=f"task_{scenario.id}",
            name=title,
            modelReference=scenario.id,
            simulationReference=simulations[grid],
        )
        columns = default_readouts(model)
        for column in ("time", *columns):
            _add_data(parts["DataGenerators"], scenario.id, column, model)
        _add_report(parts["Outputs"], scenario, columns, model)
        _add_plots(parts["Outputs"], scenario, columns, model)
    return xml_bytes(root).decode()


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


def _add_simulation(parent: Element, name: str, end: float, count: int, tolerances: Tolerances) -> None:
    simulation = SubElement(
        parent,
        "uniformTimeCourse",
        id=name,
        initialTime="0",
        outputStartTime="0",
        outputEndTime=f"{end:.17g}",
        numberOfSteps=str(count),
    )
    algorithm = SubElement(simulation, "algorithm", name="CVODE", kisaoID=_CVODE)
    settings = SubElement(algorithm, "listOfAlgorithmParameters")
    for name_, term, value in (
        ("relative tolerance", "KISAO:0000209", f"{tolerances.relative:g}"),
        ("absolute tolerance", "KISAO:0000211", f"{tolerances.absolute:g}"),
        ("maximum number of steps", "KISAO:0000415", str(MAX_STEPS)),
    ):
        SubElement(settings, "algorithmParameter", name=name_, kisaoID=term, value=value)


def _add_data(parent: Element, scenario_id: str, column: str, model: Model) -> None:
    name = data_id(scenario_id, column)
    generator = SubElement(parent, "dataGenerator", id=name, name=_label(column, model))
    SubElement(SubElement(generator, "math", xmlns=_MATHML), "ci").text = f"{name}_value"
    if column == "time":
        what = {"symbol": "urn:sedml:symbol:time"}
    else:
        what = {"target": _target("species" if model.quantities[column].role == "species" else "parameter", column)}
    variables = SubElement(generator, "listOfVariables")
    SubElement(variables, "variable", {"id": f"{name}_value", **what, "taskReference": f"task_{scenario_id}"})


def _add_report(parent: Element, scenario: Scenario, columns: Sequence[str], model: Model) -> None:
    name = scenario.id
    report = SubElement(parent, "report", id=f"report_{name}", name=scenario.title or name)
    data = SubElement(report, "listOfDataSets")
    for column in ("time", *columns):
        SubElement(
            data,
            "dataSet",
            id=f"report_{name}__{column}",
            name=_label(column, model),
            label=column,
            dataReference=data_id(name, column),
        )


def _add_plots(parent: Element, scenario: Scenario, columns: Sequence[str], model: Model) -> None:
    for number, (title, vertical, readouts) in enumerate(plots_of(model, columns), start=1):
        name = f"plot_{scenario.id}_{number}"
        plot = SubElement(parent, "plot2D", id=name, name=f"{scenario.title or scenario.id}: {title}")
        SubElement(plot, "xAxis", name=f"time ({model.time_unit})", type="linear")
        SubElement(plot, "yAxis", name=vertical, type="linear")
        curves = SubElement(plot, "listOfCurves")
        for order, readout in enumerate(readouts):
            SubElement(
                curves,
                "curve",
                id=f"{name}__{readout}",
                name=model.quantities[readout].name,
                order=str(order),
                xDataReference=data_id(scenario.id, "time"),
                yDataReference=data_id(scenario.id, readout),
                type="points",
            )


def _label(column: str, model: Model) -> str:
    if column == "time":
        return f"time ({model.time_unit})"
    quantity = model.quantities[column]
    return f"{quantity.name} ({quantity.unit})" if quantity.unit else quantity.name
