"""Every element is described: SBO term of the right branch, name, annotation.

A model is re-used by people who meet it without us; these checks keep it readable for them. libSBML flags
only some wrong SBO branches and no missing term at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import resources

__all__ = ["ANNOTATED", "check_descriptions", "described"]

ANNOTATED = ("compartment", "species", "reaction")
"""Kinds of element that need an annotation: what they stand for is not in their mathematics."""


def described(model: Any) -> Iterator[tuple[str, str, Any, Callable[[int], bool], bool]]:
    """Elements that need an SBO term: kind, id, element, test of the branch, whether a name is due."""
    from libsbml import SBO

    yield "model", model.getId(), model, SBO.isModellingFramework, True
    for compartment in model.getListOfCompartments():
        yield "compartment", compartment.getId(), compartment, SBO.isMaterialEntity, True
    for species in model.getListOfSpecies():
        yield "species", species.getId(), species, SBO.isMaterialEntity, True
    for parameter in model.getListOfParameters():
        yield "parameter", parameter.getId(), parameter, SBO.isSystemsDescriptionParameter, True
    for rule in model.getListOfRules():
        yield "rule", rule.getVariable(), rule, SBO.isMathematicalExpression, False
    for reaction in model.getListOfReactions():
        place = reaction.getId()
        yield "reaction", place, reaction, SBO.isOccurringEntityRepresentation, True
        for reference in reaction.getListOfReactants():
            yield "reactant", f"{place}:{reference.getSpecies()}", reference, SBO.isReactant, False
        for reference in reaction.getListOfProducts():
            yield "product", f"{place}:{reference.getSpecies()}", reference, SBO.isProduct, False
        for reference in reaction.getListOfModifiers():
            yield "modifier", f"{place}:{reference.getSpecies()}", reference, SBO.isModifier, False
        if reaction.isSetKineticLaw():
            yield "rate law", place, reaction.getKineticLaw(), SBO.isRateLaw, False


def _missing_of_model(model: Any) -> Iterator[str]:
    history = model.getModelHistory()
    if history is None or not history.getNumCreators():
        yield "creator"
    if history is None or not (history.isSetCreatedDate() and history.isSetModifiedDate()):
        yield "dates of creation and modification"
    if "hasTaxon" not in resources(model):
        yield "taxon"
    if not model.isSetNotes():
        yield "notes"


def check_descriptions(model: Any) -> Iterator[Issue]:
    """Find elements without SBO term, name or annotation (ZS009 to ZS012, ZS014).

    Parameters
    ----------
    model : libsbml.Model
        Any model.
    """

    def issue(code: str, element: str, message: str, of: Any) -> Issue:
        return Issue(
            severity="warning",
            code=code,
            line=of.getLine() or None,
            element=element,
            message=message,
            category="description",
        )

    for kind, place, element, fits, needs_name in described(model):
        if not element.isSetSBOTerm():
            yield issue("ZS009", place, f"{kind} {place!r} has no SBO term", element)
        elif not fits(element.getSBOTerm()):
            term = element.getSBOTermID()
            yield issue("ZS010", place, f"{term} of {kind} {place!r} is not from the branch for a {kind}", element)
        if needs_name and not element.getName().strip():
            yield issue("ZS011", place, f"{kind} {place!r} has no name", element)
        if kind in ANNOTATED and not resources(element):
            yield issue("ZS012", place, f"{kind} {place!r} has no bqbiol annotation", element)
    for missing in _missing_of_model(model):
        yield issue("ZS014", model.getId(), f"the model has no {missing}", model)
