"""The role an element plays for a user, told by the first word of its notes.

Roles travel in the notes so that whoever opens the SBML elsewhere sees which parameters are handles, which are results,
and which are numbers with a source.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["ROLE_WORDS", "ParameterRole"]

ParameterRole = Literal["parameter", "input", "readout", "reference", "derived", "constant"]

ROLE_WORDS: dict[str, ParameterRole] = {
    "Input": "input",
    "Readout": "readout",
    "Reference": "reference",
    "Derived": "derived",
    "Constant": "constant",
}
"""First word of the notes, followed by a full stop, and the role it tells; anything else is an ordinary parameter."""
