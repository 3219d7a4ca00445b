"""The role a parameter plays, told by the first word of its notes.

Roles travel in the notes so that whoever opens the SBML elsewhere sees which parameters are handles, which
are results, and which are numbers with a source.
"""

from __future__ import annotations

from typing import Any, Literal

from zinc_sbml.building.libsbml_tools import notes_text

__all__ = ["ROLE_WORDS", "Role", "role_of", "ruled_ids", "without_role_word"]

Role = Literal["parameter", "input", "readout", "reference", "derived", "constant"]

ROLE_WORDS: dict[str, Role] = {
    "Input.": "input",
    "Readout.": "readout",
    "Reference.": "reference",
    "Derived.": "derived",
    "Constant.": "constant",
}
"""First word of the notes and the role it tells; anything else is an ordinary parameter."""


def role_of(parameter: Any) -> Role:
    """Role of a libSBML parameter."""
    words = notes_text(parameter).split(maxsplit=1)
    return ROLE_WORDS.get(words[0], "parameter") if words else "parameter"


def without_role_word(notes: str) -> str:
    """Notes without the word that tells the role."""
    first, _, rest = notes.partition(" ")
    return rest.strip() if first in ROLE_WORDS else notes


def ruled_ids(model: Any) -> frozenset[str]:
    """Ids whose value a rule sets."""
    return frozenset(rule.getVariable() for rule in model.getListOfRules() if rule.getVariable())
