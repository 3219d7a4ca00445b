"""Roles of parameters as libSBML elements tell them (see `zinc_sbml.roles`)."""

from __future__ import annotations

from typing import Any

from zinc_sbml.building.libsbml_tools import notes_text
from zinc_sbml.roles import ROLE_WORDS, ParameterRole

__all__ = ["role_of", "ruled_ids", "without_role_word"]


def role_of(parameter: Any) -> ParameterRole:
    """Role of a libSBML parameter."""
    first = notes_text(parameter).partition(" ")[0]
    return ROLE_WORDS.get(first.removesuffix("."), "parameter") if first.endswith(".") else "parameter"


def without_role_word(notes: str) -> str:
    """Notes without the word that tells the role."""
    first, _, rest = notes.partition(" ")
    return rest.strip() if first.endswith(".") and first.removesuffix(".") in ROLE_WORDS else notes


def ruled_ids(model: Any) -> frozenset[str]:
    """Ids whose value a rule sets."""
    return frozenset(rule.getVariable() for rule in model.getListOfRules() if rule.getVariable())
