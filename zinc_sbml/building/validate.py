"""The strict check of a model file.

All seven categories of libSBML are switched on by name, units and modelling practice included, and strict
units besides: every unit defect of a Level 3 Version 2 model is only a warning, so the gate is no errors and
no warnings, without exceptions. The annotations are checked as well, in any model. What is missing is a defect of
ours and of an Antimony source, which goes by our rules; of the model of somebody else it is counted only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zinc_sbml import catalog
from zinc_sbml.archives import archive_part, read_archived_model, refuse_deep_nesting
from zinc_sbml.building.annotations import check_annotations, check_sources
from zinc_sbml.building.checked_accessions import check_accessions, read_checked
from zinc_sbml.building.compile import CompiledSource, read_source
from zinc_sbml.building.coverage import Coverage, coverage_of
from zinc_sbml.building.descriptions import check_descriptions
from zinc_sbml.building.guards import check_source
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import read_document
from zinc_sbml.errors import ModelBuildError

__all__ = ["CATEGORIES", "ValidationReport", "inspect_model", "validate_sbml", "validate_source"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """What the strict check found in a model.

    Attributes
    ----------
    issues : tuple of Issue
        Every error and warning; empty if the model is clean.
    coverage : tuple of Coverage
        How many elements of each kind are described.
    """

    issues: tuple[Issue, ...]
    coverage: tuple[Coverage, ...]


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


def _check_metadata(model: Any, *, house: bool) -> Iterator[Issue]:
    """Annotations, sources and accessions; `house` says whether the model goes by our rules."""
    yield from check_annotations(model)
    yield from check_sources(model, house=house)
    if _is_shipped(model):
        yield from check_accessions(model, read_checked())


def _is_shipped(model: Any) -> bool:
    """Whether a model calls itself one of ours, wherever its file lies."""
    return model.getId() in catalog.model_ids()


def validate_source(source: CompiledSource) -> list[Issue]:
    """Check a compiled Antimony model: libSBML on the result, its annotations, and our guards on the source.

    Parameters
    ----------
    source : CompiledSource
        The model, from `read_source`.

    Returns
    -------
    list of Issue
        Issues name file and line of the Antimony statement about the element where there is one.
    """
    document = read_document(source.sbml, source.path)
    found = [*_check_text(source.sbml, None), *_check_metadata(document.getModel(), house=True)]
    return [source.located(issue) for issue in found] + check_source(source)


def inspect_model(model: str | Path) -> ValidationReport:
    """Check SBML, or an Antimony file, and count what is described.

    Parameters
    ----------
    model : str or pathlib.Path
        Path of an SBML or Antimony file, of a COMBINE archive or an SBML file in one, or the text of a model in
        SBML.

    Returns
    -------
    ValidationReport
        An Antimony file is compiled first and its source is checked as well.

    Raises
    ------
    ModelBuildError
        If the file is missing, or is neither SBML nor Antimony; it names file and line.
    """
    if isinstance(model, str) and model.lstrip().startswith("<"):
        return _inspect_text(model, None)
    path = Path(model)
    if archived := archive_part(path):
        return _inspect_text(read_archived_model(*archived), path)
    if not path.is_file():
        raise ModelBuildError("no such file", file=path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ModelBuildError("neither SBML nor Antimony: not a text file", file=path, line=line) from error
    if text.lstrip().startswith("<"):
        return _inspect_text(text, path)
    source = read_source(path)
    document = read_document(source.sbml, path)
    return ValidationReport(
        issues=tuple(validate_source(source)), coverage=coverage_of(document.getModel(), house=True)
    )


def _inspect_text(text: str, file: Path | None) -> ValidationReport:
    refuse_deep_nesting(text, file)
    document = read_document(text, file)
    model = document.getModel()
    house = _is_shipped(model)
    # What somebody else leaves undescribed is counted, not held against the model; a wrong term is.
    described = [one for one in check_descriptions(model) if house or one.code == "ZS010"]
    found = [*described, *_check_metadata(model, house=house)]
    return ValidationReport(
        issues=(*_check_text(text, file), *(replace(issue, file=file) for issue in found)),
        coverage=coverage_of(model, house=house),
    )


def validate_sbml(model: str | Path) -> list[Issue]:
    """Check SBML, or an Antimony file; the issues alone of `inspect_model`."""
    return list(inspect_model(model).issues)
