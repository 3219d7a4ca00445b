"""The last touch on a compiled model: what Antimony has no syntax for.

SBO terms of species references, rules and unnamed rate laws, and the licence stand in one small table,
``models/exchange_extras.tsv``; this module applies it with libSBML and leaves Level 3 core, nothing else.
Ranges live in the passport table: the distrib package that Antimony writes for them is one that tools may
refuse.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from zinc_sbml import catalog
from zinc_sbml.building.libsbml_tools import check
from zinc_sbml.errors import ModelBuildError

__all__ = ["ExtraFact", "extras_path", "finish", "read_extras"]

_COLUMNS = ("kind", "pattern", "value", "reason")
_KINDS = ("reactant_sbo", "product_sbo", "modifier_sbo", "assignment_rule_sbo", "kinetic_law_sbo", "licence")
_DISTRIB = "http://www.sbml.org/sbml/level3/version1/distrib/version1"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DCTERMS = "http://purl.org/dc/terms/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraFact:
    """One row of the table of facts without Antimony syntax.

    Attributes
    ----------
    kind : str
        What is set: one of ``reactant_sbo``, ``product_sbo``, ``modifier_sbo``, ``assignment_rule_sbo``,
        ``kinetic_law_sbo``, ``licence``.
    pattern : str
        Shell pattern of the place: ``reaction:species`` for species references, the variable of a rule, the
        reaction of a rate law, the id of a model for the licence. Later rows win.
    value : str
        SBO term or address.
    """

    kind: str
    pattern: str
    value: str


def extras_path(models_dir: Path | None = None) -> Path:
    """Table of facts without Antimony syntax in a folder of models (the shipped one by default)."""
    return (models_dir or catalog.models_directory()) / "exchange_extras.tsv"


def read_extras(path: Path | None = None) -> tuple[ExtraFact, ...]:
    """Read the table of facts without Antimony syntax.

    Parameters
    ----------
    path : pathlib.Path, optional
        The table; by default the shipped one. Lines that start with ``#`` are comments.

    Raises
    ------
    ModelBuildError
        If a column is missing or a kind is unknown; it names file and line.
    """
    path = path or extras_path()
    if not path.is_file():
        raise ModelBuildError("the table of facts without Antimony syntax is missing", file=path)
    facts: list[ExtraFact] = []
    header: list[str] | None = None
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.reader(stream, delimiter="\t"), start=1):
            if not row or row[0].startswith("#"):
                continue
            if header is None:
                header = row
                missing = [column for column in _COLUMNS if column not in header]
                if missing:
                    raise ModelBuildError(f"column missing: {', '.join(missing)}", file=path, line=number)
                continue
            cells = dict(zip(header, row, strict=False))
            if cells["kind"] not in _KINDS:
                expected = ", ".join(_KINDS)
                raise ModelBuildError(
                    f"unknown kind {cells['kind']!r}; expected one of {expected}", file=path, line=number
                )
            facts.append(ExtraFact(kind=cells["kind"], pattern=cells.get("pattern", ""), value=cells.get("value", "")))
    return tuple(facts)


def _value(facts: tuple[ExtraFact, ...], kind: str, place: str) -> str | None:
    """Value of the last row that fits a place."""
    fitting = [fact.value for fact in facts if fact.kind == kind and fnmatchcase(place, fact.pattern)]
    return fitting[-1] if fitting else None


def _set_sbo(element: Any, term: str | None, place: str) -> None:
    if term and not element.isSetSBOTerm():
        check(element.setSBOTerm(term), f"set {term} on {place}")


def _with_licence(text: str, metaid: str, address: str) -> str:
    """SBML with dcterms:license in the description of the model, which must survive libSBML.

    libSBML keeps the triple when it reads and writes a file, but drops it when it is handed an annotation, so
    it goes into the written text.
    """
    import libsbml

    about = f'<rdf:Description rdf:about="#{metaid}">'
    before, found, after = text.partition(about)
    if not found:
        raise ModelBuildError(f"no annotation of {metaid!r} to put the licence in; give the model a creator or a taxon")
    triple = f'  <dcterms:license rdf:resource="{address}"/>\n        </rdf:Description>'
    licensed = before + found + after.replace("</rdf:Description>", triple, 1)
    if libsbml.writeSBMLToString(libsbml.readSBMLFromString(licensed)) != licensed:
        raise ModelBuildError(f"libSBML does not keep the licence of {metaid!r}")
    return licensed


def finish(document: Any, facts: tuple[ExtraFact, ...], names: Mapping[str, str]) -> str:
    """Turn what antimony compiled into the file that is shipped.

    Parameters
    ----------
    document : libsbml.SBMLDocument
        The compiled model; it is changed in place.
    facts : tuple of ExtraFact
        Facts without Antimony syntax.
    names : mapping of str to str
        Names by id as the source gives them; Antimony drops a name that equals the id (``ATF4 is "ATF4"``).

    Returns
    -------
    str
        SBML Level 3 Version 2 core without packages and without the comment that names versions of tools.

    Raises
    ------
    ModelBuildError
        If libSBML refuses a change, or the licence does not survive writing.
    """
    import libsbml

    if document.isPackageURIEnabled(_DISTRIB):
        check(document.enablePackage(_DISTRIB, "distrib", False), "strip the distrib package")
    model = document.getModel()
    for element in model.getListOfAllElements():
        name = names.get(element.getIdAttribute())
        if name and not element.isSetName():
            check(element.setName(name), f"name {element.getIdAttribute()}")
    for reaction in model.getListOfReactions():
        sides = (
            ("reactant_sbo", reaction.getListOfReactants()),
            ("product_sbo", reaction.getListOfProducts()),
            ("modifier_sbo", reaction.getListOfModifiers()),
        )
        for kind, references in sides:
            for reference in references:
                place = f"{reaction.getId()}:{reference.getSpecies()}"
                _set_sbo(reference, _value(facts, kind, place), place)
        if reaction.isSetKineticLaw():
            _set_sbo(reaction.getKineticLaw(), _value(facts, "kinetic_law_sbo", reaction.getId()), reaction.getId())
    for rule in model.getListOfRules():
        if rule.isAssignment():
            _set_sbo(rule, _value(facts, "assignment_rule_sbo", rule.getVariable()), rule.getVariable())
    # libSBML writes no comments, so the one in which antimony names its version is gone after this.
    text = check(libsbml.writeSBMLToString(document), "write the model")
    licence = _value(facts, "licence", model.getId())
    return _with_licence(text, model.getMetaId(), licence) if licence else text
