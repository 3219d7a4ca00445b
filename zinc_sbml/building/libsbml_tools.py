"""The few libSBML habits everything here shares.

libSBML returns codes instead of raising, and its objects dangle once their document is gone: so setters go
through `check`, readers keep the document, and nothing outside this sub-package sees a libSBML object.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from zinc_sbml.archives import refuse_document_type
from zinc_sbml.errors import ModelBuildError

__all__ = [
    "ModelLike",
    "check",
    "formulas",
    "names_in",
    "notes_text",
    "paragraph",
    "read_document",
    "resources",
    "sbml_text",
    "statements",
]


@runtime_checkable
class ModelLike(Protocol):
    """Anything that carries the text of its SBML."""

    @property
    def sbml(self) -> str:
        """Text of the SBML."""
        ...


def sbml_text(model: str | Path | ModelLike) -> str:
    """Text of the SBML of `model`: a path, the text itself, or an object with an attribute ``sbml``."""
    if isinstance(model, Path):
        return model.read_text(encoding="utf-8")
    if isinstance(model, str):
        return model if model.lstrip().startswith("<") else Path(model).read_text(encoding="utf-8")
    return model.sbml


def check(result: Any, action: str) -> Any:
    """Raise where libSBML only returns a code.

    Parameters
    ----------
    result : object
        What a libSBML call returned: a status code, or an object that must not be None.
    action : str
        What was attempted, in words.

    Raises
    ------
    ModelBuildError
        If the call failed.
    """
    import libsbml

    if result is None:
        raise ModelBuildError(f"libSBML could not {action}")
    if isinstance(result, int) and result != libsbml.LIBSBML_OPERATION_SUCCESS:
        reason = libsbml.OperationReturnValue_toString(result)
        raise ModelBuildError(f"libSBML could not {action}: {reason}")
    return result


def read_document(text: str, file: Path | None = None) -> Any:
    """Read SBML into a libSBML document that has a model.

    Parameters
    ----------
    text : str
        The SBML.
    file : pathlib.Path, optional
        Where it comes from, for the error.

    Raises
    ------
    ModelBuildError
        If the text is not XML or holds no SBML model; it names file and line.
    """
    import libsbml

    refuse_document_type(text, file)
    # Without a declaration libSBML puts one on a line of its own before the text, and lines are off by one.
    declared = text if text.lstrip().startswith("<?xml") else f'<?xml version="1.0" encoding="UTF-8"?>{text}'
    document = libsbml.readSBMLFromString(declared)
    for number in range(document.getNumErrors()):
        error = document.getError(number)
        if error.isXML() and error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            message = f"neither SBML nor Antimony: {error.getMessage().strip()}"
            raise ModelBuildError(message, file=file, line=error.getLine() or None)
    if document.getModel() is None:
        error = document.getError(0) if document.getNumErrors() else None
        reason = " ".join(error.getMessage().split()) if error else "the file holds no model"
        raise ModelBuildError(f"no SBML model: {reason}", file=file, line=error.getLine() if error else None)
    owner = type(document.getListOfAllElements()).__module__
    if owner != "libsbml":
        # Iterating over such a list never ends, and its elements have lost their kinds.
        raise ModelBuildError(
            f"{owner} was imported after libsbml and has taken over its lists in this process; import {owner} (or "
            f"tellurium, which brings it) before anything is built, checked or exported",
            file=file,
        )
    return document


def notes_text(element: Any) -> str:
    """Notes of an element as plain text on one line."""
    if not element.isSetNotes():
        return ""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", element.getNotesString())).split())


def paragraph(text: str) -> str:
    """Plain text as notes that SBML takes."""
    return f'<p xmlns="http://www.w3.org/1999/xhtml">{html.escape(text, quote=False)}</p>'


def statements(element: Any) -> Iterator[tuple[bool, str, str]]:
    """Annotation of an element: whether the qualifier is a biology one (bqbiol), its name, and the address.

    The name is empty if the qualifier is none that SBML knows; model qualifiers (bqmodel) are the other kind.
    """
    import libsbml

    for number in range(element.getNumCVTerms()):
        term = element.getCVTerm(number)
        biological = term.getQualifierType() == libsbml.BIOLOGICAL_QUALIFIER
        if biological:
            name = libsbml.BiolQualifierType_toString(term.getBiologicalQualifierType())
        else:
            name = libsbml.ModelQualifierType_toString(term.getModelQualifierType())
        for place in range(term.getNumResources()):
            yield biological, name or "", term.getResourceURI(place)


def resources(element: Any, *, biological: bool = True) -> dict[str, tuple[str, ...]]:
    """Annotation of an element: resources by qualifier, e.g. ``{"isDescribedBy": ("https://doi.org/...",)}``.

    Parameters
    ----------
    element : libsbml.SBase
        The element.
    biological : bool, optional
        Biology qualifiers (bqbiol) if True, otherwise model qualifiers (bqmodel).
    """
    found: dict[str, tuple[str, ...]] = {}
    for of_biology, name, uri in statements(element):
        if of_biology == biological:
            found[name] = (*found.get(name, ()), uri)
    return found


def formulas(model: Any) -> Iterator[tuple[str, Any]]:
    """All formulas of a model, each with the id of the element that holds it."""
    for element in model.getListOfAllElements():
        math = element.getMath() if hasattr(element, "getMath") else None
        if math is not None:
            yield element.getIdAttribute() or element.getId() or element.getElementName(), math


def names_in(math: Any) -> set[str]:
    """Ids that a formula reads."""
    names = {math.getName()} if math.isName() and math.getName() else set()
    for number in range(math.getNumChildren()):
        names |= names_in(math.getChild(number))
    return names
