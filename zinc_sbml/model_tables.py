"""Parts of ``models/README.md``: what stands in a model, read from its SBML."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache

from zinc_sbml.building.checked_accessions import read_checked
from zinc_sbml.building.equations import Equation, equations, to_latex
from zinc_sbml.building.identifiers import read_identifier
from zinc_sbml.building.libsbml_tools import read_document, resources
from zinc_sbml.markdown import details, inline_math, symbol, table
from zinc_sbml.model import load_model
from zinc_sbml.sbml_tables import Quantity

__all__ = ["MAKERS"]


def _compartments(model_id: str) -> str:
    """Compartments of a model."""
    model, named = load_model(model_id), _annotations(model_id)
    rows = [
        (f"`{one.id}`", one.name, f"{_value(one)} {one.unit}", named[one.id]) for one in model.having("compartment")
    ]
    return table(("compartment", "name", "volume", "annotated as"), rows)


def _species(model_id: str) -> str:
    """Species of a model; boundary species are those that reactions do not change."""
    model, named, starts = load_model(model_id), _annotations(model_id), _initial_assignments(model_id)
    species = model.having("species", "boundary species")
    rows = [
        (
            f"`{one.id}`{'*' if one.role == 'boundary species' else ''}", one.name, f"`{one.text}`",
            "set by a rule" if one.computed else starts.get(one.id) or _value(one), one.unit, named[one.id],
        )
        for one in species
    ]  # fmt: skip
    held = sum(one.role == "boundary species" for one in species)
    header = ("species", "name", "compartment", "initial value", "unit", "annotated as")
    return details(f"{len(species)} species, {held} of them held (*)", table(header, rows))


def _inputs(model_id: str) -> str:
    """Inputs of a model: what an experimenter can do."""
    rows = [
        (f"`{one.id}`", one.name, _value(one), f"{one.lower:g} to {one.upper:g}", one.unit, one.notes)
        for one in load_model(model_id).having("input")
    ]
    return table(("input", "name", "baseline", "range", "unit", "meaning"), rows)


def _readouts(model_id: str) -> str:
    """Readouts of a model: what an experimenter can see."""
    formulas = {one.id: one.latex for one in _equations(model_id) if not one.scheme}
    rows = [
        (f"`{one.id}`", one.name, one.unit, inline_math(formulas[one.id]), one.notes)
        for one in load_model(model_id).having("readout")
    ]
    return table(("readout", "name", "unit", "formula", "meaning"), rows)


def _reactions(model_id: str) -> str:
    """Reactions of a model by process, each with its rate."""
    reactions = [one for one in _equations(model_id) if one.scheme]
    parts = []
    for process, group in itertools.groupby(reactions, key=lambda one: one.id.partition("_")[0]):
        members = list(group)
        rows = [(f"`{one.id}`", one.name, f"`{one.scheme}`", inline_math(one.latex)) for one in members]
        header = ("reaction", "name", "scheme", "rate (amol/s)")
        parts.append(details(f"{process}: {len(rows)} reactions", table(header, rows)))
    return "\n\n".join(parts)


def _rules(model_id: str) -> str:
    """What a model computes beside its readouts."""
    readouts = {one.id for one in load_model(model_id).having("readout")}
    others = [one for one in _equations(model_id) if not one.scheme and one.id not in readouts]
    rows = [(f"`{one.id}`", one.name, inline_math(f"{symbol(one.id)} = {one.latex}")) for one in others]
    return details(f"{len(rows)} quantities by rules", table(("quantity", "name", "formula"), rows))


MAKERS: dict[str, Callable[..., str]] = {
    "compartments": _compartments,
    "species": _species,
    "inputs": _inputs,
    "readouts": _readouts,
    "reactions": _reactions,
    "rules": _rules,
}
"""Makers of parts by the first word of their names; the second is the id of the model."""


@cache
def _equations(model_id: str) -> tuple[Equation, ...]:
    return equations(load_model(model_id))


@cache
def _annotations(model_id: str) -> dict[str, str]:
    """What compartments and species are annotated as, by id: qualifiers, accessions, and their checked names."""
    names = {row.id: row.name for row in read_checked().values()}
    document = read_document(load_model(model_id).sbml)
    model = document.getModel()
    found = {}
    for element in (*model.getListOfCompartments(), *model.getListOfSpecies()):
        parts = []
        for qualifier, uris in resources(element).items():
            for uri in uris:
                identifier, _ = read_identifier(uri)
                accession = identifier.compact if identifier else uri
                parts.append(f"{qualifier} [{accession}]({uri}) {names.get(accession, '')}".rstrip())
        found[element.getId()] = ", ".join(parts)
    return found


def _value(one: Quantity) -> str:
    return f"{one.value:.4g}"


@cache
def _initial_assignments(model_id: str) -> dict[str, str]:
    """Formulas of initial values that the SBML computes, by id."""
    document = read_document(load_model(model_id).sbml)
    assignments = document.getModel().getListOfInitialAssignments()
    return {one.getSymbol(): inline_math(to_latex(one.getMath())) for one in assignments}
