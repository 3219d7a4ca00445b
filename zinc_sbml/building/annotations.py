"""The annotation linter: whether addresses are well formed, and whether qualifiers say something true.

Nothing is looked up on the web. What is wrong in any model is told for any model; what only our own models promise
(every accession checked by hand against public tables) is told for them alone, by `checked_accessions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zinc_sbml.building.identifiers import read_identifier
from zinc_sbml.building.issues import Issue, Severity
from zinc_sbml.building.libsbml_tools import notes_text, resources, statements
from zinc_sbml.building.qualifiers import unsuited
from zinc_sbml.building.roles import role_of, without_role_word

__all__ = ["annotated_elements", "check_annotations", "check_sources", "needs_source"]

_KINDS = ("model", "compartment", "species", "reaction", "parameter")

_FROM_A_SOURCE = frozenset({"ECO:0000314", "ECO:0000304", "ECO:0000303"})
_WORDS_OF_SOURCES = frozenset({"Measured", "Stated", "Fitted"})
"""First words of the notes of a parameter whose value comes from somewhere: a paper, or data it was fitted to."""


def annotated_elements(model: Any) -> Iterator[tuple[str, Any]]:
    """Elements that carry annotations, each with its kind as in `qualifiers.Rule`."""
    for element in (model, *model.getListOfAllElements()):
        if element.getNumCVTerms():
            kind = element.getElementName()
            yield kind if kind in _KINDS else "other", element


def check_annotations(model: Any) -> Iterator[Issue]:
    """Check every annotation of a model (ZA001 to ZA005).

    Parameters
    ----------
    model : libsbml.Model
        Any model.

    Yields
    ------
    Issue
        What cannot be judged and what is only outdated is a warning, the rest an error.
    """
    for kind, element in annotated_elements(model):
        for biological, qualifier, uri in statements(element):
            identifier, defects = read_identifier(uri)
            for defect in defects:
                severity: Severity = "warning" if defect.code in ("ZA003", "ZA004") else "error"
                yield _issue(element, severity, defect.code, defect.text)
            words = f"{'bqbiol' if biological else 'bqmodel'}:{qualifier or '(unknown)'}"
            if not qualifier:
                yield _issue(element, "error", "ZA005", f"{words} {uri}: SBML knows no such qualifier")
            elif identifier:
                sbo = element.getSBOTermID() if element.isSetSBOTerm() else ""
                reason = unsuited(identifier, qualifier, biological=biological, element=kind, sbo=sbo)
                if reason:
                    yield _issue(element, "error", "ZA005", f"{words} {identifier.compact} on a {kind}: {reason}")


def needs_source(parameter: Any, *, house: bool) -> bool:
    """Whether a parameter says that its value comes from somewhere.

    Parameters
    ----------
    parameter : libsbml.Parameter
        The parameter.
    house : bool
        Read the first word of its notes, too, as our passports have it; otherwise only its kind of evidence (ECO).
    """
    uris = resources(parameter).get("hasProperty", ())
    evidence = {found.compact for found, _ in map(read_identifier, uris) if found}
    if evidence & _FROM_A_SOURCE:
        return True
    words = without_role_word(notes_text(parameter)).split()
    return house and role_of(parameter) == "parameter" and bool(words) and words[0].strip(".,:;") in _WORDS_OF_SOURCES


def check_sources(model: Any, *, house: bool) -> Iterator[Issue]:
    """Find parameters that are measured, stated or fitted and name no source (ZP007).

    Parameters
    ----------
    model : libsbml.Model
        Any model.
    house : bool
        As in `needs_source`; the defect is an error then, and a warning in the model of somebody else.
    """
    for parameter in model.getListOfParameters():
        if needs_source(parameter, house=house) and not resources(parameter).get("isDescribedBy"):
            text = f"parameter {parameter.getId()!r} is measured, stated or fitted but names no source (isDescribedBy)"
            yield _issue(parameter, "error" if house else "warning", "ZP007", text)


def _issue(element: Any, severity: Severity, code: str, message: str) -> Issue:
    holder = element
    # A part without an id goes by the id of what it belongs to.
    while holder is not None and not holder.getIdAttribute():
        holder = holder.getParentSBMLObject()
    return Issue(
        severity=severity,
        code=code,
        line=element.getLine() or None,
        element=holder.getIdAttribute() if holder is not None else "",
        message=message,
        category="annotation",
    )
