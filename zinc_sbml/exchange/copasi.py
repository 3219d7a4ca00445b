"""A COPASI file: the model with its timed changes, one parameter set for each scenario, a time course and plots.

In COPASI a scenario is chosen under Model > Parameter Overview > Parameter Sets (apply) and run with Tasks > Time
Course; its notes tell how long. COPASI finds objects by their display names, passes over a name that matches nothing
without a word, and keeps no SBML ids in its own files: so display names are the ids here, and the names of the SBML
lead the notes.
"""

from __future__ import annotations

import locale
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from zinc_sbml.building.libsbml_tools import check, notes_text, paragraph, read_document
from zinc_sbml.engine import DEFAULT_TOLERANCES, MAX_STEPS, Tolerances
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.exchange.plotted import plots_of
from zinc_sbml.exchange.timed_changes import settings, timed_changes, with_timed_changes
from zinc_sbml.model import Model
from zinc_sbml.quantities import duration_text
from zinc_sbml.scenarios import Scenario
from zinc_sbml.simulation import default_readouts

__all__ = ["by_sbml_id", "copasi_file", "copasi_model", "locale_kept"]

# The first run that a new user starts: a day, which most scenarios last.
_DURATION = 86_400.0
_INTERVALS = 1000


@contextmanager
def locale_kept() -> Iterator[None]:
    """Put the locale of the process back, which COPASI sets to "C" when it is imported and when it reads some models.

    In that locale Python reads and writes the files of everybody in the process as ASCII.
    """
    before = locale.setlocale(locale.LC_ALL)
    try:
        yield
    finally:
        locale.setlocale(locale.LC_ALL, before)


@locale_kept()
def copasi_file(scenarios: Iterable[Scenario], model: Model, *, tolerances: Tolerances = DEFAULT_TOLERANCES) -> str:
    """Write a COPASI file.

    Parameters
    ----------
    scenarios : iterable of Scenario
        Scenarios of this model; each becomes a parameter set of its id.
    model : Model
        The model.
    tolerances : Tolerances, optional
        Tolerances of the time course.

    Returns
    -------
    str
        CopasiML. The model stands at its baseline; the time course (LSODA) covers a day. COPASI numbers what is in
        it anew each time, so two files of one model differ in keys.

    Raises
    ------
    InvalidInputError
        If a scenario is for another model, or COPASI refuses the model.
    UnknownIdError, SimulationError
        As `zinc_sbml.exchange.timed_changes.settings`.
    """
    import COPASI

    scenarios = list(scenarios)
    for scenario in scenarios:
        if scenario.model != model.id:
            raise InvalidInputError(f"scenario {scenario.id} is for model {scenario.model}, not for {model.id}")
    with copasi_model(_named_by_id(with_timed_changes(model.sbml, timed_changes(scenarios)))) as document:
        copasi = document.getModel()
        objects = by_sbml_id(copasi)
        baseline = {name: _initial(item) for name, item in objects.items()}
        sets = copasi.getModelParameterSets()
        for scenario in scenarios:
            values = settings(scenario, model)
            for name, value in values.items():
                _set_initial(objects[name], value)
            new = COPASI.CModelParameterSet(scenario.id)
            sets.addAndOwn(new)
            new.createFromModel()
            # Rate laws read global quantities, which are in the set already: without the copies of them the file has
            # a third of its size.
            new.remove(new.getModelParameter("String=Kinetic Parameters"))
            new.setNotes(
                f"{scenario.title}. {scenario.question} Run the time course for {scenario.duration:g} "
                f"{model.time_unit} ({duration_text(scenario.duration)})."
            )
            for name in values:
                _set_initial(objects[name], baseline[name])
        _set_task(document, tolerances)
        for title, _, readouts in plots_of(model, default_readouts(model)):
            _add_plot(document, title, [objects[name] for name in readouts], model)
        return document.saveModelToString()


@contextmanager
def copasi_model(sbml: str) -> Iterator[Any]:
    """Load SBML into COPASI, and take it out again at the end.

    Yields
    ------
    COPASI.CDataModel
        The model of COPASI.

    Raises
    ------
    InvalidInputError
        If COPASI cannot read the model.
    """
    import COPASI

    document = COPASI.CRootContainer.addDatamodel()
    try:
        try:
            read = document.importSBMLFromString(sbml)
        except COPASI.CCopasiException:
            read = False
        if not read:
            raise InvalidInputError(f"COPASI cannot read this model: {COPASI.CCopasiMessage.getAllMessageText(True)}")
        # COPASI keeps a list of what it had to say about every model; only that of a failure is for a user.
        COPASI.CCopasiMessage.clearDeque()
        yield document
    finally:
        COPASI.CRootContainer.removeDatamodel(document)


def by_sbml_id(copasi: Any) -> dict[str, Any]:
    """Parameters and species of a model of COPASI by the ids they have in the SBML."""
    values = [copasi.getModelValue(number) for number in range(copasi.getNumModelValues())]
    species = [copasi.getMetabolite(number) for number in range(copasi.getNumMetabs())]
    return {item.getSBMLId(): item for item in (*values, *species)}


def _named_by_id(sbml: str) -> str:
    """SBML whose elements have no name but their id, with the name at the head of the notes."""
    import libsbml

    document = read_document(sbml)
    model = document.getModel()
    for element in (
        *model.getListOfCompartments(),
        *model.getListOfSpecies(),
        *model.getListOfParameters(),
        *model.getListOfReactions(),
        *model.getListOfEvents(),
    ):
        if element.isSetName() and element.getName() != element.getId():
            told = f"{element.getName()}. {notes_text(element)}".strip()
            check(element.unsetName(), f"name {element.getId()} by its id")
            check(element.setNotes(paragraph(told)), f"describe {element.getId()}")
    return check(libsbml.writeSBMLToString(document), "write the model")


def _initial(item: Any) -> float:
    import COPASI

    return item.getInitialConcentration() if isinstance(item, COPASI.CMetab) else item.getInitialValue()


def _set_initial(item: Any, value: float) -> None:
    import COPASI

    model = item.getObjectAncestor("Model")
    if isinstance(item, COPASI.CMetab):
        item.setInitialConcentration(value)
        changed = item.getInitialConcentrationReference()
    else:
        item.setInitialValue(value)
        changed = item.getInitialValueReference()
    # What is computed from it (amounts, other start values) has to follow.
    model.updateInitialValues(changed)


def _set_task(document: Any, tolerances: Tolerances) -> None:
    import COPASI

    task = document.getTask("Time-Course")
    task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
    task.setScheduled(True)
    problem = task.getProblem()
    problem.setDuration(_DURATION)
    problem.setStepNumber(_INTERVALS)
    problem.setTimeSeriesRequested(True)
    method = task.getMethod()
    method.getParameter("Relative Tolerance").setDblValue(tolerances.relative)
    method.getParameter("Absolute Tolerance").setDblValue(tolerances.absolute)
    method.getParameter("Max Internal Steps").setUIntValue(MAX_STEPS)


def _add_plot(document: Any, title: str, items: list[Any], model: Model) -> None:
    import COPASI

    plot = document.getPlotDefinitionList().createPlotSpec(title, COPASI.CPlotItem.plot2d)
    # Otherwise it would come up for every task.
    plot.setTaskTypes("Time-Course")
    time = document.getModel().getObject(COPASI.CCommonName("Reference=Time")).getCN()
    for item in items:
        curve = plot.createItem(model.quantities[item.getSBMLId()].name, COPASI.CPlotItem.curve2d)
        channels = curve.getChannels()
        reference = item.getConcentrationReference() if isinstance(item, COPASI.CMetab) else item.getValueReference()
        channels.push_back(COPASI.CPlotDataChannelSpec(time))
        channels.push_back(COPASI.CPlotDataChannelSpec(reference.getCN()))
