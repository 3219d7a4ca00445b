"""The flat Antimony: it compiles to a model that says and does the same, but for what is reported as lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import libsbml
import pytest

import zinc_sbml as zs
from zinc_sbml.exchange.antimony_file import antimony_file
from zinc_sbml.model import Model

MODELS = pytest.mark.parametrize("name", ["er_zinc_redox", "ero1_assay"])

# Each attribute that any element of ours may have, as libSBML asks for it.
ATTRIBUTES = (
    "Name", "SBOTerm", "Units", "Value", "InitialConcentration", "InitialAmount", "SubstanceUnits",
    "HasOnlySubstanceUnits", "BoundaryCondition", "Constant", "Compartment", "Size", "SpatialDimensions", "Reversible",
    "Stoichiometry", "Exponent", "Scale", "Multiplier", "TimeUnits", "ExtentUnits", "VolumeUnits",
)  # fmt: skip


def compile_text(text: str) -> str:
    import antimony

    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
    return antimony.getSBMLString(antimony.getMainModuleName())


def key(element: Any) -> tuple[str, ...]:
    """What an element is told by."""
    name = element.getElementName()
    if name in ("speciesReference", "modifierSpeciesReference"):
        reaction = element.getAncestorOfType(libsbml.SBML_REACTION).getId()
        return name, reaction, element.getParentSBMLObject().getElementName(), element.getSpecies()
    if name == "kineticLaw":
        return name, element.getParentSBMLObject().getId()
    if name == "unit":
        return name, element.getAncestorOfType(libsbml.SBML_UNIT_DEFINITION).getId(), str(element.getKind())
    for ask in ("getSymbol", "getVariable", "getIdAttribute"):
        told = getattr(element, ask, str)()
        if told:
            return name, told
    return name, ""


def statements(element: Any) -> Iterator[tuple[int, int, str]]:
    for number in range(element.getNumCVTerms()):
        term = element.getCVTerm(number)
        biology = term.getQualifierType() == libsbml.BIOLOGICAL_QUALIFIER
        kind = term.getBiologicalQualifierType() if biology else term.getModelQualifierType()
        for place in range(term.getNumResources()):
            yield term.getQualifierType(), kind, term.getResourceURI(place)


def facts(sbml: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Everything that a model says, element by element."""
    document = libsbml.readSBMLFromString(sbml)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for element in document.getListOfAllElements():
        if element.getElementName().startswith("listOf"):
            continue
        said = {
            name: getattr(element, f"get{name}")()
            for name in ATTRIBUTES
            if hasattr(element, f"isSet{name}") and getattr(element, f"isSet{name}")()
        }
        math = element.getMath() if hasattr(element, "getMath") else None
        if math is not None:
            said["formula"] = libsbml.formulaToL3String(math)
        if element.isSetNotes():
            # White space is laid out anew.
            said["notes"] = re.sub(r"\s+(?=<)", "", " ".join(element.getNotes().toXMLString().split()))
        said["annotation"] = sorted(statements(element))
        assert key(element) not in found, key(element)
        found[key(element)] = said
    return found


@MODELS
def test_what_is_lost_is_told_and_nothing_else(name: str) -> None:
    model = zs.load_model(name)
    text, lost = antimony_file(model)
    before, after = facts(model.sbml), facts(compile_text(text))
    assert before.keys() == after.keys()
    kinds = Counter(element[0] for element in before)
    assert kinds["species"] > 15
    assert kinds["kineticLaw"] == kinds["reaction"] > 5
    different = Counter(
        (element[0], fact)
        for element, said in before.items()
        for fact, value in said.items()
        if not same(after[element].get(fact), value)
    )
    said_lost = {
        (tag.partition(" ")[0], {"sboTerm": "SBOTerm", "name": "Name"}[tag.partition(" ")[2]]): number
        for tag, number in lost.items()
        if tag.partition(" ")[2] in ("sboTerm", "name")
    }
    assert different == said_lost
    # The rest that is told is the licence, and the name of who made the model (the organisation stays).
    others = {tag: number for tag, number in lost.items() if not tag.endswith((" sboTerm", " name"))}
    assert others == {"creator": 1, "license": 1, "license resource": 1}
    compiled = compile_text(text)
    assert "license" in model.sbml
    assert "license" not in compiled
    for words, stays in (("vCard4:fn>", False), ("vCard4:organization-name>zinc-sbml developers<", True)):
        assert words in model.sbml
        assert (words in compiled) == stays
    dates = [re.findall(r"<dcterms:W3CDTF>(.*?)<", one) for one in (model.sbml, compiled)]
    assert dates[0] == dates[1] != []


def same(one: Any, other: Any) -> bool:
    if isinstance(other, float):
        return one == pytest.approx(other, rel=1e-14)
    return one == other


def test_names_that_are_lost_are_those_of_ids() -> None:
    """Antimony takes a name that is the id for no name: nothing that a reader would miss."""
    model = zs.load_model("er_zinc_redox")
    before, after = facts(model.sbml), facts(compile_text(antimony_file(model)[0]))
    gone = {element for element, said in before.items() if "Name" in said and "Name" not in after[element]}
    assert gone
    assert all(before[element]["Name"] == element[1] for element in gone)


RUNS = (
    zs.load_scenario("zip7_inhibition"),
    zs.Scenario(
        id="tube", model="ero1_assay", duration=600, periods=(zs.Period(start=0, changes={"zinc_free": 1e-3}),)
    ),
)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.id)
def test_it_runs_as_the_model_does(run: zs.Scenario, deviation: Callable[[str, zs.Scenario, Model], float]) -> None:
    """With something done to it: at rest nothing would move."""
    model = zs.load_model(run.model)
    document = libsbml.readSBMLFromString(compile_text(antimony_file(model)[0]))
    (period,) = run.periods
    for name, value in period.changes.items():
        element = document.getModel().getElementBySId(name)
        assert element.setValue(value) == libsbml.LIBSBML_OPERATION_SUCCESS
    assert deviation(libsbml.writeSBMLToString(document), run, model) < 1e-6


def test_a_model_with_a_timed_change_compiles_again(compiled: Callable[[str], Model]) -> None:
    model = compiled(
        "model own; var k = 1; compartment c = 1; species S in c = 1; J: S -> ; c*k*S; at time > 5: k = 2; end"
    )
    text, lost = antimony_file(model)
    assert "at (time > 5" in text or "at time > 5" in text
    assert lost == {}
    assert libsbml.readSBMLFromString(compile_text(text)).getModel().getNumEvents() == 1
