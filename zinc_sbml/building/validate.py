"""The strict check of a model file.

All seven categories of libSBML are switched on by name, units and modelling practice included, and strict
units besides: every unit defect of a Level 3 Version 2 model is only a warning, so the gate is no errors and
no warnings, without exceptions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zinc_sbml.building.compile import CompiledSource, read_source
from zinc_sbml.building.guards import check_source
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import read_document
from zinc_sbml.errors import ModelBuildError

__all__ = ["CATEGORIES", "validate_sbml", "validate_source"]

CATEGORIES = (
    "GENERAL_CONSISTENCY",
    "IDENTIFIER_CONSISTENCY",
    "UNITS_CONSISTENCY",
    "MATHML_CONSISTENCY",
    "SBO_CONSISTENCY",
    "OVERDETERMINED_MODEL",
    "MODELING_PRACTICE",
)
"""Categories of libSBML that are switched on; all there are."""


def _elements_by_line(document: Any) -> dict[int, str]:
    """Id of the element that starts in each line; parts without an id go by the id of what they belong to."""
    found: dict[int, str] = {}
    for element in document.getListOfAllElements():
        holder = element
        while holder is not None and not holder.getIdAttribute():
            holder = holder.getParentSBMLObject()
        if holder is not None:
            found.setdefault(element.getLine(), holder.getIdAttribute())
    return found


def _check_text(text: str, file: Path | None) -> list[Issue]:
    import libsbml

    document = read_document(text, file)
    for category in CATEGORIES:
        document.setConsistencyChecks(getattr(libsbml, f"LIBSBML_CAT_{category}"), True)
    document.checkConsistency()
    elements = _elements_by_line(document)
    found: list[Issue] = []
    for number in range(document.getNumErrors()):
        error = document.getError(number)
        # Strict units: what libSBML's own strict pass makes an error. That pass stops there and hides the
        # practice checks; everything else it reports is the same.
        unit_defect = error.getCategory() == libsbml.LIBSBML_CAT_UNITS_CONSISTENCY
        severe = unit_defect or error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR
        if error.getSeverity() == libsbml.LIBSBML_SEV_INFO:
            continue
        found.append(
            Issue(
                severity="error" if severe else "warning",
                code=f"SBML{error.getErrorId()}",
                line=error.getLine() or None,
                element=elements.get(error.getLine(), ""),
                message=" ".join((error.getMessage() or error.getShortMessage()).split()),
                category=error.getCategoryAsString(),
                file=file,
            )
        )
    return found


def validate_source(source: CompiledSource) -> list[Issue]:
    """Check a compiled Antimony model: libSBML on the result, and our guards on the source.

    Parameters
    ----------
    source : CompiledSource
        The model, from `read_source`.

    Returns
    -------
    list of Issue
        Issues of libSBML name file and line of the Antimony statement about the element where there is one.
    """
    issues = [source.located(issue) for issue in _check_text(source.sbml, None)]
    return issues + check_source(source)


def validate_sbml(model: str | Path) -> list[Issue]:
    """Check SBML, or an Antimony file.

    Parameters
    ----------
    model : str or pathlib.Path
        Path of an SBML or Antimony file, or the text of a model in SBML.

    Returns
    -------
    list of Issue
        Every error and warning; empty if the model is clean. An Antimony file is compiled first and its
        source is checked as well.

    Raises
    ------
    ModelBuildError
        If the file is missing, or is neither SBML nor Antimony; it names file and line.
    """
    if isinstance(model, str) and model.lstrip().startswith("<"):
        return _check_text(model, None)
    path = Path(model)
    if not path.is_file():
        raise ModelBuildError("no such file", file=path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ModelBuildError("neither SBML nor Antimony: not a text file", file=path, line=line) from error
    if text.lstrip().startswith("<"):
        return _check_text(text, path)
    return validate_source(read_source(path))
