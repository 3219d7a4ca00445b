"""Accessions that were checked by hand against public tables, and whether a model uses them as they were checked.

A wrong accession is worse than none: it is well formed, resolves, and names another protein. So every protein,
chemical, place, process, activity and organism that stands in a shipped model has a row in
``validation/annotations.tsv``: what the public tables call it, and which elements it was checked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from zinc_sbml import catalog
from zinc_sbml.building.annotations import annotated_elements
from zinc_sbml.building.identifiers import read_identifier
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import statements
from zinc_sbml.errors import ModelBuildError
from zinc_sbml.table_text import read_rows

__all__ = ["CheckedAccession", "check_accessions", "check_rows", "read_checked"]

_COLUMNS = ("id", "name", "elements", "called", "first_source", "second_source", "verdict", "note")

# Papers and kinds of evidence belong to a value, not to an element: passports hold them.
_NOT_LISTED = ("paper", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAccession:
    """One row of the table.

    Attributes
    ----------
    id : str
        Compact form, e.g. ``uniprot:P07237``.
    name : str
        What the first source calls it.
    elements : tuple of str
        Shell patterns of the ids of elements that may carry it.
    called : tuple of str
        Words by which the models call it; name or id of an element must hold one. Empty where an element is not
        called after it (a process it is part of).
    verdict : str
        ``confirmed``, or what else was found.
    """

    id: str
    name: str
    elements: tuple[str, ...]
    called: tuple[str, ...]
    verdict: str

    def fits(self, element: str, name: str) -> bool:
        """Whether the accession was checked for an element of this id and name."""
        listed = any(fnmatchcase(element, pattern) for pattern in self.elements)
        text = f"{element.replace('_', ' ')} {name}".lower()
        called = any(re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", text) for word in self.called)
        return listed and (called or not self.called)


def read_checked(path: Path | None = None) -> dict[str, CheckedAccession]:
    """Read the table of checked accessions.

    Parameters
    ----------
    path : pathlib.Path, optional
        The table; by default the shipped one.

    Returns
    -------
    dict of str to CheckedAccession
        By compact form.

    Raises
    ------
    InvalidInputError
        If the table cannot be read.
    ModelBuildError
        If a column is missing, or an accession has two rows.
    """
    path = path or catalog.annotations_path()
    found: dict[str, CheckedAccession] = {}
    for number, row in enumerate(read_rows(path), start=2):
        missing = [column for column in _COLUMNS if not isinstance(row.get(column), str)]
        if missing:
            raise ModelBuildError(f"column missing: {', '.join(missing)}", file=path, line=number)
        if row["id"] in found:
            raise ModelBuildError(f"{row['id']} has two rows", file=path, line=number)
        found[row["id"]] = CheckedAccession(
            id=row["id"],
            name=row["name"],
            elements=tuple(row["elements"].split()),
            called=tuple(word.strip() for word in row["called"].split(";") if word.strip()),
            verdict=row["verdict"],
        )
    return found


def check_accessions(model: Any, checked: Mapping[str, CheckedAccession]) -> Iterator[Issue]:
    """Find accessions of a model that are not confirmed, or stand on an element they do not belong to (ZA006, ZA007).

    Parameters
    ----------
    model : libsbml.Model
        One of our models.
    checked : mapping of str to CheckedAccession
        From `read_checked`.
    """
    for element, accession in _uses(model):
        place = element.getIdAttribute()
        row = checked.get(accession)
        if row is None or row.verdict != "confirmed":
            text = f"{accession} of {place!r} is not confirmed in {catalog.annotations_path().name}"
            yield _issue("ZA006", place, text, element.getLine() or None)
        elif not row.fits(place, element.getName()):
            text = f"{accession} is {row.name!r}, not checked for {place!r} ({element.getName()}); is it swapped?"
            yield _issue("ZA007", place, text, element.getLine() or None)


def check_rows(models: Iterable[Any], checked: Mapping[str, CheckedAccession]) -> Iterator[Issue]:
    """Find rows, and patterns of elements in them, that no model uses (ZA008).

    Parameters
    ----------
    models : iterable of libsbml.Model
        All our models.
    checked : mapping of str to CheckedAccession
        From `read_checked`.
    """
    used: dict[str, set[str]] = {}
    for model in models:
        for element, accession in _uses(model):
            used.setdefault(accession, set()).add(element.getIdAttribute())
    for row in checked.values():
        for pattern in row.elements or ("",):
            if not any(fnmatchcase(element, pattern) for element in used.get(row.id, ())):
                yield _issue("ZA008", row.id, f"{row.id}: no element {pattern!r} of a model carries it", None)


def _uses(model: Any) -> Iterator[tuple[Any, str]]:
    """Elements of a model with the accessions they carry, papers and evidence left out."""
    for _, element in annotated_elements(model):
        for _, _, uri in statements(element):
            identifier, _ = read_identifier(uri)
            if identifier and identifier.kind not in _NOT_LISTED:
                yield element, identifier.compact


def _issue(code: str, element: str, message: str, line: int | None) -> Issue:
    return Issue(severity="error", code=code, line=line, element=element, message=message, category="annotation")
