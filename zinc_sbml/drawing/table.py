"""Where everything stands in the drawing of a model: read from a table, checked against the model.

``models/layout.tsv`` says where the boxes of compartments and species and the nodes of reactions stand; edges follow
from that. A species may stand in several places, and each reaction takes the nearest: so the drawing needs no long
edges.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zinc_sbml import catalog
from zinc_sbml.building.libsbml_tools import read_document
from zinc_sbml.drawing.geometry import AXES, Box, Curve, Point, along_axis, from_side, polyline, reach
from zinc_sbml.drawing.layout import (
    FONT_SIZES,
    LOOKS,
    CompartmentGlyph,
    Edge,
    EdgeRole,
    EmptySet,
    InputGlyph,
    Label,
    Layout,
    Panel,
    ReactionGlyph,
    SpeciesGlyph,
)
from zinc_sbml.errors import InvalidInputError, ModelBuildError, UnknownIdError

__all__ = ["layout_path", "models_with_layout", "read_layout"]

_COLUMNS = ("model", "kind", "id", "each", "x", "y", "width", "height", "look", "label", "route")
_KINDS = ("canvas", "compartment", "panel", "species", "reaction", "input", "note")
_EFFECTS: dict[str, EdgeRole] = {"raises": "activator", "lowers": "inhibitor"}

# Sizes in pixels where a row of the table gives none.
_SPECIES_SIZE = (60.0, 30.0)
_ALIAS_SIZE = (46.0, 18.0)
_INPUT_SIZE = (70.0, 16.0)
_NODE = 8.0  # side of the square that stands for a reaction
_EMPTY = 12.0
# Distance from the node of a reaction to the empty set that it makes from or turns into nothing.
_EMPTY_DISTANCE = 28.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Species:
    name: str
    compartment: str
    boundary: bool
    sbo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reaction:
    name: str
    reversible: bool
    reactants: tuple[tuple[str, float], ...]
    products: tuple[tuple[str, float], ...]
    modifiers: tuple[str, ...]

    @property
    def equation(self) -> str:
        sides = (
            " + ".join(species if count == 1 else f"{count:g} {species}" for species, count in side) or "∅"
            for side in (self.reactants, self.products)
        )
        return (" ⇌ " if self.reversible else " → ").join(sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    id: str
    compartments: dict[str, str]
    species: dict[str, _Species]
    reactions: dict[str, _Reaction]
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of the table for one member of what it stands for."""

    file: Path
    line: int
    kind: str
    id: str
    number: int
    cells: Mapping[str, str]

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"

    def error(self, message: str) -> ModelBuildError:
        return ModelBuildError(message, file=self.file, line=self.line)

    def length(self, column: str, default: float | None = None) -> float:
        """A number of pixels, in chains with a part that grows with the number of the member: ``278+108i``."""
        text = self.cells[column]
        if not text and default is not None:
            return default
        return self._number(text, column)

    def _number(self, text: str, what: str) -> float:
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?)(?:([+-]\d+)i)?", text.strip())
        if match is None:
            raise self.error(f"{what} must be a number of pixels such as 120, or 278+108i in a chain, not {text!r}")
        return float(match.group(1)) + float(match.group(2) or 0) * self.number

    @property
    def point(self) -> Point:
        return self.length("x"), self.length("y")

    @property
    def corner_box(self) -> Box:
        return Box(x=self.length("x"), y=self.length("y"), width=self.length("width"), height=self.length("height"))

    @property
    def lines(self) -> tuple[str, ...]:
        text = self.cells["label"].replace("{i}", str(self.number))
        for factor in re.findall(r"\{(\d+)i\}", text):
            text = text.replace(f"{{{factor}i}}", str(int(factor) * self.number))
        return tuple(text.split("|")) if text else ()

    def routes(self) -> dict[str, list[Point]]:
        """Points by the name of what the edge leads to: ``Zn_er: 130,360; sink: 40,20``."""
        found: dict[str, list[Point]] = {}
        for part in filter(None, (part.strip() for part in self.cells["route"].split(";"))):
            name, _, places = part.partition(":")
            found[name.strip()] = [self._point(place) for place in places.split()]
        return found

    def _point(self, text: str) -> Point:
        x, comma, y = text.partition(",")
        if not comma:
            raise self.error(f"a point of a route must be x,y in pixels, not {text!r}")
        return self._number(x, "x of a point"), self._number(y, "y of a point")


def layout_path() -> Path:
    """Table of the places in the drawings of the shipped models."""
    return catalog.models_directory() / "layout.tsv"


def models_with_layout(path: Path | None = None) -> tuple[str, ...]:
    """Ids of the models that have a drawing, in the order of the table."""
    return tuple(dict.fromkeys(cells["model"] for _, cells in _table(path or layout_path())))


def read_layout(sbml: str, path: Path | None = None) -> Layout:
    """The drawing of a model.

    Parameters
    ----------
    sbml : str
        Text of the SBML.
    path : pathlib.Path, optional
        Table of the places; by default the shipped one.

    Returns
    -------
    Layout
        Every species and every reaction of the model has a place in it.

    Raises
    ------
    InvalidInputError
        If the table has no drawing of this model; the message names those that there are.
    UnknownIdError
        If the table names something that the model does not have; with file and line.
    ModelBuildError
        If a row cannot be read (with file and line), or something of the model has no place.
    """
    path = path or layout_path()
    network = _network(sbml)
    rows = list(_rows(path, network.id))
    if not rows:
        drawn = ", ".join(models_with_layout(path)) or "none"
        raise InvalidInputError(f"there is no drawing of the model {network.id!r}; models with a drawing: {drawn}")
    return _Drawing(path, rows, network).layout()


def _table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise ModelBuildError("the table of places in the drawing is missing", file=path)
    header: list[str] | None = None
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if not row or not any(row) or row[0].startswith("#"):
                continue
            if header is None:
                header = row
                missing = [column for column in _COLUMNS if column not in header]
                if missing:
                    raise ModelBuildError(f"column missing: {', '.join(missing)}", file=path, line=number)
                continue
            if len(row) > len(header):
                raise ModelBuildError(
                    f"{len(row)} cells, expected at most {len(header)} ({', '.join(header)})", file=path, line=number
                )
            yield number, dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=True))


def _rows(path: Path, model: str) -> Iterator[_Row]:
    for line, cells in _table(path):
        if cells["model"] != model:
            continue
        kind = cells["kind"]
        if kind not in _KINDS:
            raise UnknownIdError("kind of row", kind, _KINDS, f"{path}:{line}")
        numbers = [0]
        if cells["each"]:
            match = re.fullmatch(r"(\d+)\.\.(\d+)", cells["each"])
            if match is None or int(match.group(1)) > int(match.group(2)):
                raise ModelBuildError(
                    f"each must be first..last such as 0..9, not {cells['each']!r}", file=path, line=line
                )
            numbers = list(range(int(match.group(1)), int(match.group(2)) + 1))
        for number in numbers:
            yield _Row(
                file=path,
                line=line,
                kind=kind,
                id=cells["id"].replace("{i}", str(number)),
                number=number,
                cells=cells,
            )


def _network(sbml: str) -> _Network:
    document = read_document(sbml)
    model = document.getModel()

    def counted(references: Any) -> tuple[tuple[str, float], ...]:
        return tuple((item.getSpecies(), item.getStoichiometry()) for item in references)

    return _Network(
        id=model.getId(),
        compartments={item.getId(): item.getName() or item.getId() for item in model.getListOfCompartments()},
        species={
            item.getId(): _Species(
                name=item.getName() or item.getId(),
                compartment=item.getCompartment(),
                boundary=item.getBoundaryCondition(),
                sbo=item.getSBOTermID(),
            )
            for item in model.getListOfSpecies()
        },
        reactions={
            item.getId(): _Reaction(
                name=item.getName() or item.getId(),
                reversible=item.getReversible(),
                reactants=counted(item.getListOfReactants()),
                products=counted(item.getListOfProducts()),
                modifiers=tuple(reference.getSpecies() for reference in item.getListOfModifiers()),
            )
            for item in model.getListOfReactions()
        },
        parameters={item.getId(): item.getName() or item.getId() for item in model.getListOfParameters()},
    )


class _Drawing:
    """The table of one model being turned into its drawing."""

    def __init__(self, path: Path, rows: list[_Row], network: _Network) -> None:
        self.path = path
        self.network = network
        self.rows: dict[str, list[_Row]] = {kind: [row for row in rows if row.kind == kind] for kind in _KINDS}
        self.places: dict[str, list[SpeciesGlyph]] = {}

    def layout(self) -> Layout:
        if len(self.rows["canvas"]) != 1:
            raise ModelBuildError(f"model {self.network.id} needs one row of kind canvas", file=self.path)
        canvas = self.rows["canvas"][0]
        compartments = tuple(self._compartment(row) for row in self.rows["compartment"])
        species = tuple(self._species(row) for row in self.rows["species"])
        self._all_drawn("compartment", self.network.compartments, {item.compartment for item in compartments})
        self._all_drawn("species", self.network.species, {item.species for item in species})
        reactions = tuple(self._reaction(row) for row in self.rows["reaction"])
        self._all_drawn("reaction", self.network.reactions, {item.reaction for item in reactions})
        nodes = {item.reaction: item for item in reactions}
        return Layout(
            model=self.network.id,
            title=Label(lines=canvas.lines, at=canvas.point, kind="title", anchor="start"),
            width=canvas.length("width"),
            height=canvas.length("height"),
            compartments=compartments,
            panels=tuple(
                Panel(id=f"panel_{number}", box=row.corner_box, label=self._corner_label(row, "panel"))
                for number, row in enumerate(self.rows["panel"], start=1)
            ),
            species=species,
            reactions=reactions,
            inputs=tuple(self._input(row, nodes) for row in self.rows["input"]),
            notes=tuple(Label(lines=row.lines, at=row.point, kind="note", anchor="start") for row in self.rows["note"]),
        )

    def _all_drawn(self, kind: str, known: Mapping[str, object], drawn: set[str]) -> None:
        missing = [item for item in known if item not in drawn]
        if missing:
            raise ModelBuildError(
                f"{kind} of model {self.network.id} without a place in the drawing: {', '.join(missing)}; "
                f"give each a row of kind {kind}",
                file=self.path,
            )

    def _corner_label(self, row: _Row, kind: str, lines: tuple[str, ...] = ()) -> Label:
        """Label in a corner of a box: the upper left one, or where the look says."""
        places = ("", "right", "bottom")
        if row.cells["look"] not in places:
            raise UnknownIdError("place of a name", row.cells["look"], places[1:], row.where)
        box = row.corner_box
        inset = FONT_SIZES[kind]
        at_right = row.cells["look"] == "right"
        y = box.bottom - inset * 0.9 if row.cells["look"] == "bottom" else box.y + inset
        return Label(
            lines=row.lines or lines,
            at=(box.right - inset if at_right else box.x + inset, y),
            kind=kind,
            anchor="end" if at_right else "start",
        )

    def _compartment(self, row: _Row) -> CompartmentGlyph:
        if row.id not in self.network.compartments:
            raise UnknownIdError("compartment", row.id, self.network.compartments, row.where)
        name = self.network.compartments[row.id]
        return CompartmentGlyph(
            id=f"glyph_{row.id}",
            compartment=row.id,
            box=row.corner_box,
            label=self._corner_label(row, "compartment", (name,)),
        )

    def _species(self, row: _Row) -> SpeciesGlyph:
        if row.id not in self.network.species:
            raise UnknownIdError("species", row.id, self.network.species, row.where)
        facts = self.network.species[row.id]
        places = self.places.setdefault(row.id, [])
        alias = bool(places)
        look = row.cells["look"] or (places[-1].look if places else "")
        if look not in LOOKS:
            raise UnknownIdError("look of a species", look, LOOKS, row.where)
        lines = row.lines or (places[-1].label.lines if places else (facts.name,))
        width, height = _ALIAS_SIZE if alias else _SPECIES_SIZE
        box = Box.around(row.point, row.length("width", width), row.length("height", height))
        glyph = SpeciesGlyph(
            id=f"glyph_{row.id}_{len(places) + 1}" if alias else f"glyph_{row.id}",
            species=row.id,
            name=facts.name,
            compartment=facts.compartment,
            box=box,
            look=look,
            label=Label(lines=lines, at=box.centre, kind="alias" if alias else "species"),
            alias=alias,
            reservoir=facts.boundary,
            sbo=facts.sbo,
        )
        places.append(glyph)
        return glyph

    def _nearest(self, species: str, node: Point) -> SpeciesGlyph:
        def distance(glyph: SpeciesGlyph) -> float:
            box = glyph.box
            return math.hypot(
                max(box.x - node[0], 0.0, node[0] - box.right), max(box.y - node[1], 0.0, node[1] - box.bottom)
            )

        return min(self.places[species], key=distance)

    def _reaction(self, row: _Row) -> ReactionGlyph:
        if row.id not in self.network.reactions:
            raise UnknownIdError("reaction", row.id, self.network.reactions, row.where)
        if row.cells["look"] not in AXES:
            raise UnknownIdError("direction of a reaction", row.cells["look"], AXES, row.where)
        facts = self.network.reactions[row.id]
        axis = AXES[row.cells["look"]]
        node = row.point
        routes = row.routes()
        taking_part = {species for species, _ in (*facts.reactants, *facts.products)} | set(facts.modifiers)
        for name in routes:
            if name not in taking_part | {"empty", "label"}:
                raise UnknownIdError(
                    "species of the reaction", name, (*sorted(taking_part), "empty", "label"), row.where
                )
        edges: list[Edge] = []
        sides: tuple[tuple[EdgeRole, tuple[tuple[str, float], ...]], ...] = (
            ("substrate", facts.reactants),
            ("product", facts.products),
            ("activator", tuple((species, 1.0) for species in facts.modifiers)),
        )
        for role, side in sides:
            for species, count in side:
                bends = routes.get(species, [])
                glyph = self._nearest(species, bends[0] if bends else node)
                curve = _edge_curve(glyph.box, node, axis, role, bends)
                edges.append(
                    Edge(
                        id=f"edge_{row.id}_{role}_{species}",
                        glyph=glyph.id,
                        role=role,
                        curve=curve,
                        both_ways=role == "substrate" and facts.reversible,
                        stoichiometry=count,
                    )
                )
        empty = None
        if not facts.reactants or not facts.products:
            role = "product" if facts.reactants else "substrate"
            away = axis if role == "product" else (-axis[0], -axis[1])
            at = routes.get("empty", [(node[0] + away[0] * _EMPTY_DISTANCE, node[1] + away[1] * _EMPTY_DISTANCE)])[0]
            box = Box.around(at, _EMPTY, _EMPTY)
            empty = EmptySet(id=f"empty_{row.id}", box=box, role=role, curve=_edge_curve(box, node, axis, role, []))
        label = None
        if row.lines:
            at = routes.get("label", [(node[0] + _NODE, node[1])])[0]
            anchor = "start" if at[0] > node[0] + 2 else "end" if at[0] < node[0] - 2 else "middle"
            label = Label(lines=row.lines, at=at, kind="reaction", anchor=anchor)
        return ReactionGlyph(
            id=f"glyph_{row.id}",
            reaction=row.id,
            name=facts.name,
            equation=facts.equation,
            box=Box.around(node, _NODE, _NODE),
            axis=axis,
            edges=tuple(edges),
            empty=empty,
            label=label,
        )

    def _input(self, row: _Row, nodes: Mapping[str, ReactionGlyph]) -> InputGlyph:
        if row.id not in self.network.parameters:
            raise UnknownIdError("parameter", row.id, self.network.parameters, row.where)
        if row.cells["look"] not in _EFFECTS:
            raise UnknownIdError("effect of an input", row.cells["look"], _EFFECTS, row.where)
        targets = row.routes()
        if len(targets) != 1:
            raise row.error("the route of an input must name the one reaction that it acts on")
        target, bends = next(iter(targets.items()))
        if target not in nodes:
            raise UnknownIdError("reaction", target, nodes, row.where)
        role = _EFFECTS[row.cells["look"]]
        width, height = _INPUT_SIZE
        box = Box.around(row.point, row.length("width", width), row.length("height", height))
        node = nodes[target]
        return InputGlyph(
            id=f"input_{row.id}_{target}",
            parameter=row.id,
            name=self.network.parameters[row.id],
            box=box,
            label=Label(lines=row.lines or (row.id,), at=box.centre, kind="input"),
            reaction=target,
            role=role,
            curve=_edge_curve(box, node.box.centre, node.axis, role, bends),
        )


def _edge_curve(box: Box, node: Point, axis: Point, role: EdgeRole, bends: list[Point]) -> Curve:
    """Curve between a box and a node; of a product it starts at the node, otherwise at the box."""
    if role in ("activator", "inhibitor"):
        return _acting_curve(box, node, bends).rounded()
    sign = 1.0 if role == "product" else -1.0
    away = (axis[0] * sign, axis[1] * sign)
    port = (node[0] + away[0] * _NODE / 2, node[1] + away[1] * _NODE / 2)
    if bends:
        curve = polyline([reach(box, bends[0]), *bends, port])
    else:
        start = along_axis(box, port, away)
        curve = from_side(box, port, away) if start is None else polyline([start, port])
    return (curve.reversed() if role == "product" else curve).rounded()


def _acting_curve(box: Box, node: Point, bends: list[Point]) -> Curve:
    """Curve of what drives or slows a reaction: it stops just before the node."""
    start = reach(box, bends[0] if bends else node)
    before = bends[-1] if bends else start
    length = math.dist(before, node) or 1.0
    stop = _NODE / 2 + 3
    end = (node[0] + (before[0] - node[0]) * stop / length, node[1] + (before[1] - node[1]) * stop / length)
    return polyline([start, *bends, end])
