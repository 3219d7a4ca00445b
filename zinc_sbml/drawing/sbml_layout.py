"""The drawing of a model inside its SBML: the packages layout and render of Level 3.

Tools that know the packages draw the network from them; all others ignore them, since neither is required to
understand the mathematics. The core of the model stays as it is.
"""

from __future__ import annotations

from typing import Any

from zinc_sbml.building.libsbml_tools import check, read_document
from zinc_sbml.drawing.geometry import Box, Curve
from zinc_sbml.drawing.layout import FONT_SIZES, EdgeRole, Label, Layout, ReactionGlyph
from zinc_sbml.drawing.style import (
    ARROW,
    BACKGROUND,
    COMPARTMENTS,
    EDGES,
    EMPTY,
    INPUT,
    NODE,
    PANEL,
    SPECIES,
    Style,
)
from zinc_sbml.drawing.table import read_layout
from zinc_sbml.errors import InvalidInputError

__all__ = ["LAYOUT_ID", "with_layout"]

LAYOUT_ID = "network"
"""Id of the layout in the SBML."""

_PACKAGES = {
    "layout": "http://www.sbml.org/sbml/level3/version1/layout/version1",
    "render": "http://www.sbml.org/sbml/level3/version1/render/version1",
}
# Width of a letter and height of a line, in font sizes: the boxes of texts are only a frame for their anchor.
_LETTER = 0.62
_LINE = 1.2
_FONT = "DejaVu Sans"
_ANCHORS = {"start": "start", "middle": "middle", "end": "end"}


def with_layout(sbml: str, layout: Layout | None = None) -> str:
    """Write the drawing of a model into its SBML.

    Parameters
    ----------
    sbml : str
        Text of an SBML Level 3 model.
    layout : Layout, optional
        The drawing; by default the shipped one of this model.

    Returns
    -------
    str
        The SBML with one layout and its render information. The same model gives the same text.

    Raises
    ------
    InvalidInputError
        If there is no drawing of this model, or the SBML holds a layout already.
    ModelBuildError
        If the drawing does not fit the model, or libSBML refuses a part of it.
    """
    import libsbml

    drawing = read_layout(sbml) if layout is None else layout
    document = read_document(sbml)
    if document.isPackageURIEnabled(_PACKAGES["layout"]):
        raise InvalidInputError(f"the SBML of {drawing.model!r} holds a layout already; expected a model without one")
    for name, uri in _PACKAGES.items():
        check(document.enablePackage(uri, name, True), f"switch on the package {name}")
        check(document.setPackageRequired(name, False), f"mark the package {name} as not required")
    _Writer(document.getModel(), drawing).write()
    return check(libsbml.writeSBMLToString(document), "write the model with its layout")


class _Writer:
    """One layout being written into a libSBML model.

    Setters of these packages that give no code (`setBoundingBox`, `setSpeciesId`, `setFillColor`, ...) are called
    bare; what they refuse shows in the validation of the result.
    """

    def __init__(self, model: Any, drawing: Layout) -> None:
        import libsbml

        self.libsbml = libsbml
        self.drawing = drawing
        self.names = libsbml.LayoutPkgNamespaces(model.getLevel(), model.getVersion(), 1)
        self.layout = check(model.getPlugin("layout").createLayout(), "create a layout")
        # Glyphs by the style they are drawn in. A style names its glyphs one by one: libSBML for Python does not
        # let an object role be set.
        self.members: dict[str, list[str]] = {}

    def write(self) -> None:
        drawing = self.drawing
        check(self.layout.setId(LAYOUT_ID), "name the layout")
        check(self.layout.setName(drawing.title.lines[0]), "title the layout")
        size = self.libsbml.Dimensions(self.names, drawing.width, drawing.height)
        self.layout.setDimensions(size)
        for number, item in enumerate(drawing.compartments):
            glyph = self._new(self.layout.createCompartmentGlyph(), item.id, _compartment_role(number), item.box)
            check(glyph.setCompartmentId(item.compartment), f"draw {item.compartment}")
            check(glyph.setOrder(float(number)), f"order {item.compartment}")
            self._text(item.id, item.label, f"compartment_text_{_depth(number)}")
        # Readers draw general glyphs over species, and some fill them whatever the style says: of a panel only the
        # title is written.
        for item in drawing.panels:
            self._text("", item.label, "panel_text", item.id)
        for item in drawing.species:
            role = _species_role(item.look, item.alias, item.reservoir)
            glyph = self._new(self.layout.createSpeciesGlyph(), item.id, role, item.box)
            glyph.setSpeciesId(item.species)
            self._text(item.id, item.label, f"{item.label.kind}_text")
        for item in drawing.reactions:
            self._reaction(item)
        for item in drawing.inputs:
            glyph = self._new(self.layout.createGeneralGlyph(), item.id, "input", item.box)
            glyph.setReferenceId(item.parameter)
            self._reference(glyph, f"{item.id}_edge", f"glyph_{item.reaction}", item.role, item.curve)
            self._text(item.id, item.label, "input_text")
        self._text("", drawing.title, "title_text", "title")
        for number, note in enumerate(drawing.notes, start=1):
            self._text("", note, "note_text", f"note_{number}")
        self._render()

    def _box(self, box: Box) -> Any:
        return self.libsbml.BoundingBox(self.names, "", box.x, box.y, box.width, box.height)

    def _new(self, glyph: Any, glyph_id: str, role: str, box: Box | None = None) -> Any:
        check(glyph, f"create {glyph_id}")
        check(glyph.setId(glyph_id), f"name {glyph_id}")
        self.members.setdefault(role, []).append(glyph_id)
        if box is not None:
            glyph.setBoundingBox(self._box(box))
        return glyph

    def _curve(self, glyph: Any, curve: Curve) -> None:
        target = glyph.getCurve()
        for segment in curve.segments:
            line = target.createLineSegment() if segment.controls is None else target.createCubicBezier()
            line.setStart(*segment.start)
            line.setEnd(*segment.end)
            if segment.controls is not None:
                line.setBasePoint1(*segment.controls[0])
                line.setBasePoint2(*segment.controls[1])

    def _reaction(self, item: ReactionGlyph) -> None:
        glyph = self._new(self.layout.createReactionGlyph(), item.id, "node", item.box)
        glyph.setReactionId(item.reaction)
        for edge in item.edges:
            role = "reversible_substrate" if edge.both_ways else edge.role
            reference = self._new(glyph.createSpeciesReferenceGlyph(), edge.id, role)
            reference.setSpeciesGlyphId(edge.glyph)
            reference.setRole(edge.role)
            self._curve(reference, edge.curve)
        if item.empty is not None:
            empty = self._new(self.layout.createGeneralGlyph(), item.empty.id, "empty_set", item.empty.box)
            self._reference(empty, f"{item.empty.id}_edge", item.id, item.empty.role, item.empty.curve)
        if item.label is not None:
            self._text(item.id, item.label, "reaction_text")

    def _reference(self, glyph: Any, edge_id: str, target: str, role: EdgeRole, curve: Curve) -> None:
        """An edge of something that is no species: to the reaction glyph `target`."""
        reference = self._new(glyph.createReferenceGlyph(), edge_id, role)
        reference.setGlyphId(target)
        reference.setRole(role)
        self._curve(reference, curve)

    def _text(self, owner: str, label: Label, role: str, base: str = "") -> None:
        """One text glyph per line: an attribute cannot hold line breaks that every reader keeps."""
        x, middle = label.at
        height = label.size * _LINE
        top = middle - height * len(label.lines) / 2
        for number, line in enumerate(label.lines, start=1):
            width = len(line) * label.size * _LETTER
            left = {"start": x, "middle": x - width / 2, "end": x - width}[label.anchor]
            box = Box(x=left, y=top + (number - 1) * height, width=width, height=height)
            text_id = f"text_{base or owner}_{number}"
            text = self._new(self.layout.createTextGlyph(), text_id, f"{role}_{label.anchor}", box)
            text.setText(line)
            if owner:
                text.setGraphicalObjectId(owner)

    # --- render ---

    def _render(self) -> None:
        self.render = check(self.layout.getPlugin("render").createLocalRenderInformation(), "create the render part")
        check(self.render.setId("network_style"), "name the render part")
        check(self.render.setBackgroundColor(BACKGROUND), "set the background")
        self._line_endings()
        for number, style in enumerate(COMPARTMENTS):
            self._shape(f"compartment_{number}", style, radius=14.0)
            self._font(f"compartment_text_{number}", style.text, "compartment", bold=True)
        self._shape("input", INPUT, radius=3.0)
        self._shape("node", NODE, radius=0.0)
        self._empty_set()
        for look, style in SPECIES.items():
            for alias in (False, True):
                for reservoir in (False, True):
                    role = _species_role(look, alias, reservoir)
                    width = style.width if alias else 1.8
                    self._shape(role, style, radius=9.0 if alias else 7.0, width=width, dashed=reservoir)
        for role in EDGES:
            heads = {"end": "" if role == "substrate" else role}
            self._line(role, EDGES[role], **heads)
        self._line("reversible_substrate", EDGES["substrate"], start="product")
        for kind, color in (
            ("panel", PANEL.text),
            ("species", "#1a1a1a"),
            ("alias", "#1a1a1a"),
            ("reaction", NODE.text),
            ("input", INPUT.text),
            ("title", "#1a1a1a"),
            ("note", "#444444"),
        ):
            self._font(f"{kind}_text", color, kind, bold=kind in ("panel", "title"))

    def _line_endings(self) -> None:
        left = min(x for x, _ in ARROW)
        half = max(y for _, y in ARROW)
        arrow = self._ending("product", Box(x=left, y=-half, width=-left, height=2 * half), EDGES["product"])
        arrow.setFillColor(EDGES["product"].stroke)
        self._polygon(arrow, ((0, 0), (100, 50), (0, 100)))
        circle = self._ending("activator", Box(x=-7, y=-3.5, width=7, height=7), EDGES["activator"])
        circle.setFillColor(EDGES["activator"].fill)
        ellipse = check(circle.createEllipse(), "create the circle")
        for value, setter in ((50, ellipse.setCX), (50, ellipse.setCY), (50, ellipse.setRX), (50, ellipse.setRY)):
            check(setter(self.libsbml.RelAbsVector(0, value)), "place the circle")
        bar = self._ending("inhibitor", Box(x=-1, y=-4.5, width=2, height=9), EDGES["inhibitor"])
        bar.setFillColor(EDGES["inhibitor"].stroke)
        self._polygon(bar, ((0, 0), (100, 0), (100, 100), (0, 100)))

    def _ending(self, name: str, box: Box, style: Style) -> Any:
        ending = check(self.render.createLineEnding(), f"create the line end {name}")
        check(ending.setId(f"{name}_head"), f"name the line end {name}")
        check(ending.setEnableRotationalMapping(True), f"turn the line end {name}")
        check(ending.setBoundingBox(self._box(box)), f"place the line end {name}")
        group = ending.getGroup()
        check(group.setStroke(style.stroke), f"color the line end {name}")
        check(group.setStrokeWidth(style.width), f"set the line of {name}")
        return group

    def _polygon(self, group: Any, corners: tuple[tuple[int, int], ...]) -> None:
        polygon = check(group.createPolygon(), "create a polygon")
        for x, y in corners:
            point = check(polygon.createPoint(), "create a corner")
            check(point.setX(self.libsbml.RelAbsVector(0, x)), "place a corner")
            check(point.setY(self.libsbml.RelAbsVector(0, y)), "place a corner")

    def _style(self, role: str) -> Any:
        """Group of the style of the glyphs of a role, or None if there is no such glyph."""
        if role not in self.members:
            return None
        style = check(self.render.createStyle(f"style_{role}"), f"create the style {role}")
        for glyph_id in self.members[role]:
            check(style.addId(glyph_id), f"style {glyph_id}")
        return style.getGroup()

    def _stroke(self, group: Any, role: str, style: Style, width: float | None = None) -> None:
        check(group.setStroke(style.stroke), f"color {role}")
        check(group.setStrokeWidth(style.width if width is None else width), f"set the line of {role}")

    def _shape(
        self, role: str, style: Style, *, radius: float, width: float | None = None, dashed: bool = False
    ) -> None:
        group = self._style(role)
        if group is None:
            return
        self._stroke(group, role, style, width)
        group.setFillColor(style.fill)
        if dashed:
            for length in (4, 2):
                group.addDash(length)
        rectangle = check(group.createRectangle(), f"shape {role}")
        whole, none = self.libsbml.RelAbsVector(0, 100), self.libsbml.RelAbsVector(0, 0)
        check(rectangle.setX(none), f"place {role}")
        check(rectangle.setY(none), f"place {role}")
        check(rectangle.setWidth(whole), f"place {role}")
        check(rectangle.setHeight(whole), f"place {role}")
        check(rectangle.setRX(self.libsbml.RelAbsVector(radius, 0)), f"round {role}")
        check(rectangle.setRY(self.libsbml.RelAbsVector(radius, 0)), f"round {role}")

    def _empty_set(self) -> None:
        group = self._style("empty_set")
        if group is None:
            return
        self._stroke(group, "empty_set", EMPTY)
        group.setFillColor(EMPTY.fill)
        ellipse = check(group.createEllipse(), "shape the empty set")
        for value, setter in ((50, ellipse.setCX), (50, ellipse.setCY), (38, ellipse.setRX), (38, ellipse.setRY)):
            check(setter(self.libsbml.RelAbsVector(0, value)), "place the empty set")
        self._polygon(group, ((0, 100), (100, 0)))

    def _line(self, role: str, style: Style, *, start: str = "", end: str = "") -> None:
        group = self._style(role)
        if group is None:
            return
        self._stroke(group, role, style)
        if start:
            check(group.setStartHead(f"{start}_head"), f"set the start of {role}")
        if end:
            check(group.setEndHead(f"{end}_head"), f"set the end of {role}")

    def _font(self, role: str, color: str, kind: str, *, bold: bool) -> None:
        for anchor, word in _ANCHORS.items():
            group = self._style(f"{role}_{anchor}")
            if group is None:
                continue
            check(group.setStroke(color), f"color {role}")
            check(group.setFontFamily(_FONT), f"set the font of {role}")
            check(group.setFontSize(self.libsbml.RelAbsVector(FONT_SIZES[kind], 0)), f"set the size of {role}")
            check(group.setTextAnchor(word), f"anchor {role}")
            check(group.setVTextAnchor("middle"), f"anchor {role}")
            if bold:
                check(group.setFontWeight("bold"), f"set the weight of {role}")


def _depth(number: int) -> int:
    return min(number, len(COMPARTMENTS) - 1)


def _compartment_role(number: int) -> str:
    return f"compartment_{_depth(number)}"


def _species_role(look: str, alias: bool, reservoir: bool) -> str:
    parts = [look.replace(" ", "_"), *(["alias"] if alias else []), *(["reservoir"] if reservoir else [])]
    return "_".join(parts)
