"""The drawing of a model as a map in SBGN-ML, the notation of process descriptions.

Places and curves are those of the `Layout`; what SBGN adds is the class of each glyph, which follows from the SBO
term of the species. Needs libsbgnpy (extra ``exchange``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zinc_sbml.drawing.geometry import Box, Curve, Point
from zinc_sbml.drawing.layout import EdgeRole, Label, Layout, ReactionGlyph
from zinc_sbml.drawing.table import read_layout
from zinc_sbml.extras import need

if TYPE_CHECKING:
    from libsbgnpy import Arc, Glyph

__all__ = ["to_sbgn"]

# What a species is to SBGN, by its SBO term; anything else is an unspecified entity.
_CLASSES = {
    "SBO:0000245": "macromolecule",
    "SBO:0000247": "simple chemical",
    "SBO:0000250": "nucleic acid feature",
    "SBO:0000252": "macromolecule",
    "SBO:0000297": "complex",
    "SBO:0000327": "simple chemical",
}
_CARDINALITY = (14.0, 12.0)  # px


def to_sbgn(sbml: str, layout: Layout | None = None) -> str:
    """Write the drawing of a model as SBGN-ML 0.3, process description.

    Parameters
    ----------
    sbml : str
        Text of the SBML.
    layout : Layout, optional
        The drawing; by default the shipped one of this model.

    Returns
    -------
    str
        The map. The same model gives the same text.

    Raises
    ------
    InvalidInputError
        If there is no drawing of this model, or libsbgnpy is not installed.
    """
    need("SBGN-ML", "libsbgnpy")
    import libsbgnpy

    drawing = read_layout(sbml) if layout is None else layout
    version = libsbgnpy.MapVersion.HTTP_IDENTIFIERS_ORG_COMBINE_SPECIFICATIONS_SBGN_PD_LEVEL_1_VERSION_2_0
    board = libsbgnpy.Map(
        id="network",
        language=libsbgnpy.MapLanguage.PROCESS_DESCRIPTION,
        version=version,
        bbox=libsbgnpy.Bbox(x=0, y=0, w=drawing.width, h=drawing.height),
    )
    board.glyph += _glyphs(drawing)
    board.arc += _arcs(drawing)
    return libsbgnpy.write_sbgn_to_string(libsbgnpy.Sbgn(map=[board]))


def _glyph(glyph_id: str, class_name: str, box: Box, label: Label | None = None, home: str | None = None) -> Glyph:
    import libsbgnpy

    return libsbgnpy.Glyph(
        id=glyph_id,
        class_value=libsbgnpy.GlyphClass(class_name),
        bbox=libsbgnpy.Bbox(x=box.x, y=box.y, w=box.width, h=box.height),
        label=None if label is None else libsbgnpy.Label(text="\n".join(label.lines)),
        compartment_ref=home,
    )


def _glyphs(drawing: Layout) -> list[Glyph]:
    import libsbgnpy

    found: list[Glyph] = []
    homes = {item.compartment: item.id for item in drawing.compartments}
    for number, item in enumerate(drawing.compartments, start=1):
        glyph = _glyph(item.id, "compartment", item.box, item.label)
        glyph.compartment_order = float(number)
        found.append(glyph)
    places = [item.species for item in drawing.species]
    for item in drawing.species:
        class_name = _CLASSES.get(item.sbo, "unspecified entity")
        glyph = _glyph(item.id, class_name, item.box, item.label, homes[item.compartment])
        if places.count(item.species) > 1:
            glyph.clone = libsbgnpy.Glyph.Clone()
        found.append(glyph)
    for item in drawing.inputs:
        found.append(_glyph(item.id, "perturbing agent", item.box, item.label, _home(drawing, item.box)))
    for item in drawing.reactions:
        node = _glyph(item.id, "process", item.box)
        node.orientation = libsbgnpy.GlyphOrientation("horizontal" if item.axis[0] else "vertical")
        for name, sign in (("in", -1), ("out", 1)):
            x, y = _port(item, sign)
            node.port.append(libsbgnpy.Port(id=f"{item.id}.{name}", x=x, y=y))
        found.append(node)
        if item.empty is not None:
            found.append(_glyph(item.empty.id, "source and sink", item.empty.box, None, _home(drawing, item.empty.box)))
    return found


def _home(drawing: Layout, box: Box) -> str | None:
    """Glyph of the innermost compartment around a box."""
    around = [item for item in drawing.compartments if item.box.holds(box.centre)]
    return min(around, key=lambda item: item.box.width * item.box.height).id if around else None


def _port(item: ReactionGlyph, sign: int) -> Point:
    x, y = item.box.centre
    reach = item.box.width / 2
    return x + sign * item.axis[0] * reach, y + sign * item.axis[1] * reach


def _arcs(drawing: Layout) -> list[Arc]:
    found: list[Arc] = []
    for item in drawing.reactions:
        for edge in item.edges:
            found.append(_arc(edge.id, edge.role, edge.glyph, item.id, edge.curve, edge.both_ways, edge.stoichiometry))
        if item.empty is not None:
            empty = item.empty
            found.append(_arc(f"{empty.id}_edge", empty.role, empty.id, item.id, empty.curve))
    for item in drawing.inputs:
        found.append(_arc(f"{item.id}_edge", item.role, item.id, f"glyph_{item.reaction}", item.curve))
    return found


def _arc(
    arc_id: str,
    role: EdgeRole,
    entity: str,
    process: str,
    curve: Curve,
    both_ways: bool = False,
    stoichiometry: float = 1.0,
) -> Arc:
    """An arc; a reversible process has production arcs at both ends."""
    import libsbgnpy

    classes: dict[EdgeRole, tuple[str, str, str]] = {
        "substrate": ("consumption", entity, f"{process}.in"),
        "product": ("production", f"{process}.out", entity),
        "activator": ("stimulation", entity, process),
        "inhibitor": ("inhibition", entity, process),
    }
    class_name, source, target = classes[role]
    if both_ways:
        class_name, source, target, curve = "production", target, source, curve.reversed()
    points = [(segment.end, () if segment.controls is None else segment.controls) for segment in curve.segments]
    steps = [
        libsbgnpy.Arc.Next(x=end[0], y=end[1], point=[libsbgnpy.Point(x=x, y=y) for x, y in controls])
        for end, controls in points[:-1]
    ]
    (x, y), controls = points[-1]
    arc = libsbgnpy.Arc(
        id=arc_id,
        class_value=libsbgnpy.ArcClass(class_name),
        source=source,
        target=target,
        start=libsbgnpy.Arc.Start(x=curve.start[0], y=curve.start[1]),
        next=steps,
        end=libsbgnpy.Arc.End(x=x, y=y, point=[libsbgnpy.Point(x=a, y=b) for a, b in controls]),
    )
    if stoichiometry != 1:
        middle = curve.points()[len(curve.points()) // 2]
        box = Box.around(middle, *_CARDINALITY)
        label = Label(lines=(f"{stoichiometry:g}",), at=middle, kind="reaction")
        arc.glyph.append(_glyph(f"{arc_id}_count", "cardinality", box, label))
    return arc
