"""The drawing of a model as a picture: SVG written here, PNG and PDF painted with matplotlib.

Both paint the same list of shapes, made from the same `Layout` that the SBML layout package is written from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape, quoteattr

from zinc_sbml.drawing.geometry import Box, Curve, Point, Segment
from zinc_sbml.drawing.layout import EdgeRole, Label, Layout, ReactionGlyph, SpeciesGlyph
from zinc_sbml.drawing.style import (
    ARROW,
    BACKGROUND,
    COMPARTMENTS,
    EDGES,
    EMPTY,
    INPUT,
    LOOK_WORDS,
    NODE,
    PANEL,
    SPECIES,
    Style,
)
from zinc_sbml.drawing.table import read_layout
from zinc_sbml.plots.files import picture_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "LEGEND_HEIGHT",
    "Ribbon",
    "figure_of",
    "label_width",
    "network_picture",
    "svg_text",
]

FONT = "DejaVu Sans"
"""Shipped with matplotlib, so the PNG is the same everywhere; the SVG names it first."""
_FONTS = "'DejaVu Sans', Verdana, 'Segoe UI', sans-serif"
LINE_HEIGHT = 1.2
"""Distance of the lines of a label, in font sizes."""
# From the middle of a line of text down to its base line, in font sizes: half of the height of capitals.
_BASE_LINE = 0.36
_DASH = (4.0, 2.0)
_CIRCLE = 3.5  # radius at the end of an edge that drives a reaction
_BAR = 4.5  # half of the bar at the end of an edge that slows one
# An arrow ends in its tip; its line must not stick out of it.
_ARROW_BACK = 5.0
_INCH = 96.0  # pixels; what SVG calls a px
_MAIN_WIDTH = 1.8  # outline of the main place of a species
LEGEND_HEIGHT = 100.0
"""Room for the legend at the lower edge of the picture, in pixels."""
_LEGEND_LEFT, _LEGEND_ROW = 24.0, 25.0
_LEGEND_GAP, _LEGEND_LETTER = 6.0, 5.8
_LEGEND_STARTS = ("where a species stands", "reaction")  # each begins a row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """Lines and curves; closed ones are filled."""

    segments: tuple[Segment, ...]
    style: Style
    closed: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rectangle:
    box: Box
    radius: float
    style: Style
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Circle:
    centre: Point
    radius: float
    style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    label: Label
    color: str
    weight: Literal["normal", "bold"] = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Shapes that belong together, with the words that a browser shows over them."""

    id: str
    title: str
    shapes: tuple[_Path | _Rectangle | _Circle | _Text, ...]


_Shape = _Path | _Rectangle | _Circle | _Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """A broad line along a curve of the drawing: colour ``#rrggbb``, width in pixels."""

    curve: Curve
    colour: str
    width: float


def network_picture(sbml: str, kind: str) -> bytes:
    """Draw the network of a model.

    Parameters
    ----------
    sbml : str
        The model.
    kind : {"svg", "png", "pdf"}
        Format of the picture.

    Returns
    -------
    bytes
        Content of the file; the same for the same model.

    Raises
    ------
    InvalidInputError
        If there is no drawing of this model.
    """
    layout = read_layout(sbml)
    return svg_text(layout).encode() if kind == "svg" else picture_bytes(figure_of(layout), kind)


def _groups(layout: Layout) -> Iterator[_Group]:
    """Everything in the picture, from the back to the front."""
    yield from _frames(layout)
    yield from _contents(layout)


def _frames(layout: Layout) -> Iterator[_Group]:
    for number, compartment in enumerate(layout.compartments):
        style = COMPARTMENTS[min(number, len(COMPARTMENTS) - 1)]
        frame = _Rectangle(box=compartment.box, radius=14.0, style=style)
        name = _Text(label=compartment.label, color=style.text, weight="bold")
        yield _Group(id=compartment.id, title=compartment.label.lines[0], shapes=(frame, name))
    for panel in layout.panels:
        frame = _Rectangle(box=panel.box, radius=8.0, style=PANEL)
        name = _Text(label=panel.label, color=PANEL.text, weight="bold")
        yield _Group(id=panel.id, title=panel.label.lines[0], shapes=(frame, name))


def _contents(layout: Layout) -> Iterator[_Group]:
    for item in layout.inputs:
        frame = _Rectangle(box=item.box, radius=3.0, style=INPUT)
        name = _Text(label=item.label, color=INPUT.text)
        line = _edge(item.curve, item.role)
        yield _Group(id=item.id, title=f"input {item.parameter}: {item.name}", shapes=(*line, frame, name))
    for reaction in layout.reactions:
        title = f"{reaction.reaction}: {reaction.name}; {reaction.equation}"
        yield _Group(id=reaction.id, title=title, shapes=tuple(_reaction(reaction)))
    for glyph in layout.species:
        yield _Group(id=glyph.id, title=f"{glyph.species}: {glyph.name}", shapes=_species(glyph))
    texts = (_Text(label=layout.title, color="#1a1a1a", weight="bold"),)
    notes = tuple(_Text(label=note, color="#444444") for note in layout.notes)
    yield _Group(id="title", title=layout.model, shapes=(*texts, *notes))
    yield _Group(id="legend", title="Legend", shapes=tuple(_legend(layout)))


def _reaction(reaction: ReactionGlyph) -> Iterator[_Shape]:
    for edge in reaction.edges:
        yield from _edge(edge.curve, edge.role, edge.both_ways)
    if reaction.empty is not None:
        yield from _edge(reaction.empty.curve, reaction.empty.role)
        yield from _empty_set(reaction.empty.box)
    yield _Rectangle(box=reaction.box, radius=0.0, style=NODE)
    if reaction.label is not None:
        yield _Text(label=reaction.label, color=NODE.text)


def _species(glyph: SpeciesGlyph) -> tuple[_Shape, ...]:
    style = SPECIES[glyph.look]
    if not glyph.alias:
        style = Style(fill=style.fill, stroke=style.stroke, text=style.text, width=_MAIN_WIDTH)
    radius = glyph.box.height / 2 if glyph.alias else 7.0
    return (
        _Rectangle(box=glyph.box, radius=radius, style=style, dashed=glyph.reservoir),
        _Text(label=glyph.label, color=style.text),
    )


def _empty_set(box: Box) -> tuple[_Shape, ...]:
    x, y = box.centre
    radius = box.width / 2 - 1.5
    reach = box.width / 2
    slash = Segment(start=(x - reach, y + reach), end=(x + reach, y - reach))
    return (
        _Circle(centre=(x, y), radius=radius, style=EMPTY),
        _Path(segments=(slash,), style=EMPTY),
    )


def _moved(outline: tuple[Point, ...], tip: Point, heading: Point) -> tuple[Segment, ...]:
    """An outline drawn towards the east, turned into a heading and moved to a tip."""
    across = (-heading[1], heading[0])
    corners = [(tip[0] + x * heading[0] + y * across[0], tip[1] + x * heading[1] + y * across[1]) for x, y in outline]
    return tuple(Segment(start=one, end=two) for one, two in zip(corners, [*corners[1:], corners[0]], strict=True))


def _shortened(curve: Curve, length: float) -> Curve:
    """The curve without the last bit of its last segment."""
    last = curve.segments[-1]
    x, y = curve.heading()
    end = (last.end[0] - x * length, last.end[1] - y * length)
    return Curve((*curve.segments[:-1], Segment(start=last.start, end=end, controls=last.controls)))


def _edge(curve: Curve, role: EdgeRole, both_ways: bool = False) -> tuple[_Shape, ...]:
    style = EDGES[role]
    heads: list[_Shape] = []
    line = curve
    if role == "product":
        heads.append(_arrow(curve, style))
        line = _shortened(line, _ARROW_BACK)
    if both_ways:
        backward = curve.reversed()
        heads.append(_arrow(backward, style))
        line = _shortened(line.reversed(), _ARROW_BACK).reversed()
    x, y = curve.heading()
    if role == "activator":
        centre = (curve.end[0] - x * _CIRCLE, curve.end[1] - y * _CIRCLE)
        heads.append(_Circle(centre=centre, radius=_CIRCLE, style=style))
    if role == "inhibitor":
        bar = Segment(
            start=(curve.end[0] - y * _BAR, curve.end[1] + x * _BAR),
            end=(curve.end[0] + y * _BAR, curve.end[1] - x * _BAR),
        )
        heads.append(_Path(segments=(bar,), style=Style(fill="none", stroke=style.stroke, width=2.0)))
    return (_Path(segments=line.segments, style=style), *heads)


def _arrow(curve: Curve, style: Style) -> _Path:
    filled = Style(fill=style.stroke, stroke=style.stroke, width=0.5)
    return _Path(segments=_moved(ARROW, curve.end, curve.heading()), style=filled, closed=True)


def _legend(layout: Layout) -> Iterator[_Shape]:
    """What colours, outlines and line ends mean, along the lower edge."""
    x, y = _LEGEND_LEFT, layout.height - LEGEND_HEIGHT + 16
    for text, width, sign in _legend_entries(layout):
        whole = width + _LEGEND_GAP + len(text) * _LEGEND_LETTER
        if text in _LEGEND_STARTS or x + whole > layout.width - _LEGEND_LEFT:
            x, y = _LEGEND_LEFT, y + _LEGEND_ROW
        yield from sign(x, y)
        at = (x + width + _LEGEND_GAP, y)
        yield _Text(label=Label(lines=(text,), at=at, kind="note", anchor="start"), color="#333333")
        x += whole + 4 * _LEGEND_GAP


def _legend_entries(layout: Layout) -> Iterator[tuple[str, float, Callable[[float, float], Iterator[_Shape]]]]:
    """Words of the legend, each with the width of its sign and what draws that to the right of a point."""

    def box(style: Style, radius: float, dashed: bool = False) -> Callable[[float, float], Iterator[_Shape]]:
        def draw(x: float, y: float) -> Iterator[_Shape]:
            yield _Rectangle(box=Box(x=x, y=y - 8, width=26, height=16), radius=radius, style=style, dashed=dashed)

        return draw

    def line(role: EdgeRole, both_ways: bool, node: bool) -> Callable[[float, float], Iterator[_Shape]]:
        def draw(x: float, y: float) -> Iterator[_Shape]:
            yield from _edge(Curve((Segment(start=(x, y), end=(x + 40, y)),)), role, both_ways)
            if node:
                yield _Rectangle(box=Box.around((x + 20, y), 8, 8), radius=0.0, style=NODE)

        return draw

    def empty(x: float, y: float) -> Iterator[_Shape]:
        yield from _empty_set(Box(x=x, y=y - 6, width=12, height=12))

    used = {glyph.look for glyph in layout.species}
    for look, text in LOOK_WORDS.items():
        if look in used:
            yield text, 26, box(SPECIES[look], 5.0)
    plain = SPECIES["client"]
    bold = Style(fill=plain.fill, stroke=plain.stroke, width=_MAIN_WIDTH)
    yield _LEGEND_STARTS[0], 26, box(bold, 5.0)
    yield "the same species again", 26, box(plain, 8.0)
    yield "held constant or set by an input", 26, box(bold, 5.0, dashed=True)
    if any(reaction.empty for reaction in layout.reactions):
        yield "made from or turned into nothing that is followed", 12, empty
    yield _LEGEND_STARTS[1], 40, line("product", False, True)
    yield "reversible reaction", 40, line("product", True, True)
    yield "drives the reaction without being used", 40, line("activator", False, False)
    yield "slows the reaction", 40, line("inhibitor", False, False)
    yield "input that a scenario sets", 26, box(INPUT, 3.0)


# --- SVG ---


def _number(value: float) -> str:
    """A tenth of a pixel is as fine as it need be."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _svg_segments(segments: tuple[Segment, ...], closed: bool) -> str:
    parts = [f"M{_number(segments[0].start[0])},{_number(segments[0].start[1])}"]
    for segment in segments[: -1 if closed else None]:
        points = [segment.end] if segment.controls is None else [*segment.controls, segment.end]
        letter = "L" if segment.controls is None else "C"
        parts.append(letter + " ".join(f"{_number(x)},{_number(y)}" for x, y in points))
    return "".join(parts) + ("z" if closed else "")


def _paint(style: Style, dashed: bool = False) -> str:
    dash = f' stroke-dasharray="{_DASH[0]:g} {_DASH[1]:g}"' if dashed else ""
    return f'fill="{style.fill}" stroke="{style.stroke}" stroke-width="{style.width:g}"{dash}'


def _svg_shape(shape: _Shape) -> str:
    if isinstance(shape, _Rectangle):
        box = shape.box
        place = " ".join(
            f'{name}="{_number(value)}"'
            for name, value in (("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height))
        )
        corner = f' rx="{_number(shape.radius)}"' if shape.radius else ""
        return f"<rect {place}{corner} {_paint(shape.style, shape.dashed)}/>"
    if isinstance(shape, _Circle):
        x, y = shape.centre
        return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(shape.radius)}" {_paint(shape.style)}/>'
    if isinstance(shape, _Path):
        style = shape.style if shape.closed else Style(fill="none", stroke=shape.style.stroke, width=shape.style.width)
        return f'<path d="{_svg_segments(shape.segments, shape.closed)}" {_paint(style, shape.dashed)}/>'
    return "".join(
        f'<text x="{_number(x)}" y="{_number(y)}" text-anchor="{shape.label.anchor}" fill="{shape.color}" '
        f'font-size="{_number(shape.label.size)}"{_svg_weight(shape)}>{escape(line)}</text>'
        for line, x, y in _base_lines(shape.label)
    )


def _svg_weight(text: _Text) -> str:
    return "" if text.weight == "normal" else f' font-weight="{text.weight}"'


def _base_lines(label: Label) -> Iterator[tuple[str, float, float]]:
    """Lines of a label, each with the point on its base line."""
    x, middle = label.at
    first = middle - (len(label.lines) - 1) / 2 * LINE_HEIGHT * label.size
    for number, line in enumerate(label.lines):
        yield line, x, first + number * LINE_HEIGHT * label.size + _BASE_LINE * label.size


def svg_text(layout: Layout) -> str:
    """The picture as text of an SVG file.

    Parameters
    ----------
    layout : Layout
        The drawing.

    Returns
    -------
    str
        Every species and every reaction is a group whose id is that of its glyph and whose title, shown by
        browsers under the pointer, gives id, full name and equation.
    """
    width, height = _number(layout.width), _number(layout.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family={quoteattr(_FONTS)} role="img" aria-label={quoteattr(layout.title.lines[0])}>',
        f'<rect width="{width}" height="{height}" fill="{BACKGROUND}"/>',
    ]
    for group in _groups(layout):
        lines.append(f'<g id="{escape(group.id)}"><title>{escape(group.title)}</title>')
        lines += [_svg_shape(shape) for shape in group.shapes]
        lines.append("</g>")
    return "\n".join([*lines, "</svg>", ""])


# --- matplotlib ---


def figure_of(layout: Layout, ribbons: Iterable[Ribbon] = ()) -> Figure:
    """The picture as a figure of matplotlib, one pixel of the drawing to 1/96 inch.

    Parameters
    ----------
    layout : Layout
        The drawing.
    ribbons : iterable of Ribbon, optional
        Broad lines under species and edges, from the back to the front.
    """
    from zinc_sbml.plots.picture import Picture

    figure = Picture(figsize=(layout.width / _INCH, layout.height / _INCH), dpi=_INCH, facecolor=BACKGROUND)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, layout.width)
    axes.set_ylim(layout.height, 0)
    axes.axis("off")
    under = (
        _Path(segments=ribbon.curve.segments, style=Style(fill="none", stroke=ribbon.colour, width=ribbon.width))
        for ribbon in ribbons
    )
    shapes = (
        *(shape for group in _frames(layout) for shape in group.shapes),
        *under,
        *(shape for group in _contents(layout) for shape in group.shapes),
    )
    for order, shape in enumerate(shapes, start=1):
        _add(axes, shape, order)
    return figure


def _add(axes: Axes, shape: _Shape, order: int) -> None:
    from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
    from matplotlib.path import Path as Outline

    point = 72.0 / _INCH
    if isinstance(shape, _Text):
        align = {"start": "left", "middle": "center", "end": "right"}[shape.label.anchor]
        for line, x, y in _base_lines(shape.label):
            axes.text(
                x,
                y,
                line,
                ha=align,
                va="baseline",
                color=shape.color,
                fontsize=shape.label.size * point,
                fontweight=shape.weight,
                family=FONT,
                zorder=order,
                parse_math=False,
            )
        return
    style = shape.style
    closed = not isinstance(shape, _Path) or shape.closed
    look = {
        "facecolor": style.fill if closed else "none",
        "edgecolor": style.stroke,
        "linewidth": style.width * point,
        "zorder": order,
    }
    if isinstance(shape, _Circle):
        patch = Circle(shape.centre, shape.radius, **look)
    elif isinstance(shape, _Rectangle):
        box = shape.box
        form = f"round,pad=0,rounding_size={shape.radius}" if shape.radius else "square,pad=0"
        patch = FancyBboxPatch((box.x, box.y), box.width, box.height, boxstyle=form, **look)
    else:
        corners, codes = [shape.segments[0].start], [Outline.MOVETO]
        for segment in shape.segments:
            points = [segment.end] if segment.controls is None else [*segment.controls, segment.end]
            corners += points
            codes += [Outline.LINETO if segment.controls is None else Outline.CURVE4] * len(points)
        patch = PathPatch(Outline(corners, codes), capstyle="butt", **look)
    if not isinstance(shape, _Circle) and shape.dashed:
        patch.set_linestyle((0, tuple(length / style.width for length in _DASH)))
    axes.add_patch(patch)


def label_width(label: Label, weight: Literal["normal", "bold"] = "normal") -> float:
    """Width of the longest line of a label in pixels, as matplotlib's font draws it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family=FONT, size=label.size, weight=weight)
    return max((TextPath((0, 0), line, prop=font).get_extents().width if line.strip() else 0.0) for line in label.lines)
