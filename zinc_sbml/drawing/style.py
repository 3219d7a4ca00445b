"""How the drawing of a model looks: colours and lines, the same in pictures and in the SBML render package."""

from __future__ import annotations

from dataclasses import dataclass

from zinc_sbml.drawing.geometry import Point
from zinc_sbml.drawing.layout import EdgeRole

__all__ = [
    "ARROW",
    "BACKGROUND",
    "COMPARTMENTS",
    "EDGES",
    "EMPTY",
    "INPUT",
    "LOOK_WORDS",
    "NODE",
    "PANEL",
    "SPECIES",
    "Style",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Fill, outline and text of a kind of shape; colours are ``#rrggbb``, lengths pixels."""

    fill: str
    stroke: str
    text: str = "#1a1a1a"
    width: float = 1.0


BACKGROUND = "#ffffff"

# The medium around the cytosol around the ER; what is listed later lies further inside.
COMPARTMENTS = (
    Style(fill="#f3f5f8", stroke="#9aa5b5", text="#4a5566", width=1.5),
    Style(fill="#fbf6ea", stroke="#b8a468", text="#6b5a20", width=1.5),
    Style(fill="#e9f2ec", stroke="#5f8f74", text="#2f5f45", width=2.5),
)

PANEL = Style(fill="#f7fbf8", stroke="#d3e3d9", text="#2f5f45", width=1.0)

SPECIES = {
    "zinc": Style(fill="#cfe3f7", stroke="#1f5fa8"),
    "small molecule": Style(fill="#fff1c4", stroke="#a8801a"),
    "enzyme": Style(fill="#d3efd0", stroke="#3b8a3a"),
    "client": Style(fill="#ffffff", stroke="#555555"),
    "labelled": Style(fill="#ece6f7", stroke="#7a5cb0"),
    "misfolded": Style(fill="#f9cfc9", stroke="#b3261e"),
    "stress": Style(fill="#fbdcec", stroke="#b0417f"),
    "gene": Style(fill="#e3e3e3", stroke="#666666"),
}

LOOK_WORDS = {
    "zinc": "zinc",
    "small molecule": "small molecule",
    "enzyme": "oxidase, PDI, peroxiredoxin",
    "client": "client protein",
    "labelled": "pulse-labelled copy",
    "misfolded": "misfolded protein",
    "stress": "chaperone, stress response",
    "gene": "mRNA",
}
"""What the classes of species are called in the legend."""

EDGES: dict[EdgeRole, Style] = {
    "substrate": Style(fill="none", stroke="#333333", width=1.2),
    "product": Style(fill="none", stroke="#333333", width=1.2),
    "activator": Style(fill="#ffffff", stroke="#7a3e9d", width=1.2),
    "inhibitor": Style(fill="none", stroke="#b3261e", width=1.4),
}

NODE = Style(fill="#ffffff", stroke="#333333", text="#555555", width=1.2)
INPUT = Style(fill="#fff8ef", stroke="#d0802a", text="#8a4400", width=0.8)
EMPTY = Style(fill="#ffffff", stroke="#888888", width=1.2)

# Outline of an arrow head whose tip is at the origin and which points to the east.
ARROW: tuple[Point, ...] = ((0.0, 0.0), (-7.0, -3.2), (-7.0, 3.2))
