"""The drawing of a model as plain values: boxes, curves and labels in pixels.

The SBML layout, the pictures and the SBGN map are all written from the one `Layout` of a model; where it comes from
is the business of `zinc_sbml.drawing.table`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from zinc_sbml.drawing.geometry import Box, Curve, Point

__all__ = [
    "FONT_SIZES",
    "LOOKS",
    "CompartmentGlyph",
    "Edge",
    "EdgeRole",
    "EmptySet",
    "InputGlyph",
    "Label",
    "Layout",
    "Panel",
    "ReactionGlyph",
    "SpeciesGlyph",
]

EdgeRole = Literal["substrate", "product", "activator", "inhibitor"]
"""What an edge says: the species is used, made, or drives or slows the reaction."""

LOOKS = ("zinc", "small molecule", "enzyme", "client", "labelled", "misfolded", "stress", "gene")
"""Classes of species, which differ in colour."""
FONT_SIZES = {
    "title": 20.0,
    "compartment": 15.0,
    "panel": 12.0,
    "species": 10.0,
    "alias": 9.0,
    "reaction": 9.0,
    "input": 9.0,
    "note": 10.0,
}
"""Font sizes in pixels by kind of label; nothing is smaller than 9 px."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Text in the drawing.

    Attributes
    ----------
    lines : tuple of str
        Its lines.
    at : Point
        Middle of the text; the left or right end of its middle line for other anchors.
    kind : str
        What it labels; sets the size of the font.
    anchor : str
        ``middle``, ``start`` or ``end``: which part of the text stands at `at`.
    """

    lines: tuple[str, ...]
    at: Point
    kind: str
    anchor: Literal["start", "middle", "end"] = "middle"

    @property
    def size(self) -> float:
        """Font size in pixels."""
        return FONT_SIZES[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompartmentGlyph:
    """Box of a compartment with its name."""

    id: str
    compartment: str
    box: Box
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of the drawing that shows one process, with its title."""

    id: str
    box: Box
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeciesGlyph:
    """One place where a species stands.

    Attributes
    ----------
    id : str
        Id of the glyph.
    species, name, compartment : str
        Id, name and compartment of the species.
    box : Box
        Its box.
    look : str
        Class of the species, one of `LOOKS`.
    label : Label
        Short name.
    alias : bool
        The species also stands elsewhere, and this is not its main place.
    reservoir : bool
        Its concentration is held or given by an input.
    sbo : str
        SBO term of the species, empty if it has none.
    """

    id: str
    species: str
    name: str
    compartment: str
    box: Box
    look: str
    label: Label
    alias: bool
    reservoir: bool
    sbo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Line between a species and a reaction.

    Attributes
    ----------
    id : str
        Id of the edge.
    glyph : str
        Glyph of the species.
    role : EdgeRole
        Used, made, driving or slowing.
    curve : Curve
        Of a product from the reaction to the species, otherwise from the species to the reaction.
    both_ways : bool
        A substrate of a reversible reaction: it has an arrow head too.
    stoichiometry : float
        Molecules per reaction; 1 for what drives or slows.
    """

    id: str
    glyph: str
    role: EdgeRole
    curve: Curve
    both_ways: bool = False
    stoichiometry: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptySet:
    """What a synthesis starts from or a decay ends in: nothing that the model follows."""

    id: str
    box: Box
    role: EdgeRole
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionGlyph:
    """Node of a reaction with its edges.

    Attributes
    ----------
    id : str
        Id of the glyph.
    reaction, name, equation : str
        Id, name and equation of the reaction.
    box : Box
        The node.
    axis : Point
        Unit vector in which it runs.
    edges : tuple of Edge
        One per reactant, product and modifier.
    empty : EmptySet or None
        Where it has no reactant or no product.
    label : Label or None
        Short name, where it has one.
    """

    id: str
    reaction: str
    name: str
    equation: str
    box: Box
    axis: Point
    edges: tuple[Edge, ...]
    empty: EmptySet | None
    label: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputGlyph:
    """Name of an input beside the reaction that it acts on."""

    id: str
    parameter: str
    name: str
    box: Box
    label: Label
    reaction: str
    role: EdgeRole
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The drawing of a model.

    Attributes
    ----------
    model, title : str
        Id and title of the model.
    width, height : float
        Size in pixels.
    compartments, panels, species, reactions, inputs, notes : tuple
        What is in it, in the order of drawing.
    """

    model: str
    title: Label
    width: float
    height: float
    compartments: tuple[CompartmentGlyph, ...] = field(repr=False)
    panels: tuple[Panel, ...] = field(repr=False)
    species: tuple[SpeciesGlyph, ...] = field(repr=False)
    reactions: tuple[ReactionGlyph, ...] = field(repr=False)
    inputs: tuple[InputGlyph, ...] = field(repr=False)
    notes: tuple[Label, ...] = field(repr=False)
