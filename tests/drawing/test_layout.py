"""The drawings of the shipped models: complete, and as a person would draw it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zinc_sbml.catalog import model_ids
from zinc_sbml.drawing.geometry import Box, Curve, Point
from zinc_sbml.drawing.layout import FONT_SIZES, Label, Layout
from zinc_sbml.drawing.picture import label_width
from zinc_sbml.drawing.table import models_with_layout, read_layout
from zinc_sbml.errors import InvalidInputError, ModelBuildError, UnknownIdError
from zinc_sbml.model import load_model

Table = Callable[..., Path]

# Crossings of edges of different reactions.
CROSSINGS = 0
# Room in pixels between a label and the outline of its box.
MARGIN = 2.0


def edges(layout: Layout) -> Iterator[tuple[str, Curve, tuple[str, ...]]]:
    """Edges with what they belong to (a reaction or input) and the ids of the glyphs that they may touch."""
    for reaction in layout.reactions:
        for edge in reaction.edges:
            yield reaction.reaction, edge.curve, (edge.glyph, reaction.id)
        if reaction.empty is not None:
            yield reaction.reaction, reaction.empty.curve, (reaction.empty.id, reaction.id)
    for item in layout.inputs:
        yield item.id, item.curve, (item.id, f"glyph_{item.reaction}")


def solid_boxes(layout: Layout) -> dict[str, Box]:
    """Everything that may not lie on something else."""
    return {
        **{glyph.id: glyph.box for glyph in layout.species},
        **{item.id: item.box for item in layout.inputs},
        **{reaction.id: reaction.box for reaction in layout.reactions},
        **{reaction.empty.id: reaction.empty.box for reaction in layout.reactions if reaction.empty is not None},
    }


def text_box(label: Label, weight: str = "normal") -> Box:
    width = label_width(label, weight)  # type: ignore[arg-type]
    height = label.size * (1.2 * len(label.lines) - 0.35)
    left = {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    return Box(x=label.at[0] - left, y=label.at[1] - height / 2, width=width, height=height)


def free_labels(layout: Layout) -> dict[str, Box]:
    """Boxes of texts that stand outside of glyphs."""
    found = {f"{item.id} name": text_box(item.label, "bold") for item in (*layout.compartments, *layout.panels)}
    found |= {f"{item.id} name": text_box(item.label) for item in layout.reactions if item.label is not None}
    return found | {f"note {number}": text_box(note) for number, note in enumerate(layout.notes)}


def crosses(one: tuple[Point, Point], two: tuple[Point, Point]) -> Point | None:
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = two
    determinant = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if abs(determinant) < 1e-9:
        return None
    s = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / determinant
    t = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / determinant
    return (ax + s * (bx - ax), ay + s * (by - ay)) if 0 <= s <= 1 and 0 <= t <= 1 else None


def dense(curve: Curve) -> list[Point]:
    """Points of a curve at most 2 px apart."""
    found: list[Point] = []
    for start, end in itertools.pairwise(curve.points()):
        parts = max(1, math.ceil(math.dist(start, end) / 2))
        found += [
            (start[0] + (end[0] - start[0]) * k / parts, start[1] + (end[1] - start[1]) * k / parts)
            for k in range(parts)
        ]
    return [*found, curve.end]


def test_every_species_and_every_reaction_is_drawn(drawing: Layout) -> None:
    model = load_model(drawing.model)
    assert {glyph.species for glyph in drawing.species} == set(model.species.index)
    assert sorted(item.reaction for item in drawing.reactions) == sorted(model.reactions.index)
    assert {item.compartment for item in drawing.compartments} == {item.id for item in model.having("compartment")}


def test_each_participant_of_a_reaction_has_an_edge(drawing: Layout) -> None:
    import libsbml

    document = libsbml.readSBMLFromString(load_model(drawing.model).sbml)
    species = {glyph.id: glyph.species for glyph in drawing.species}
    drawn = {
        item.reaction: sorted((species[edge.glyph], edge.role, edge.stoichiometry) for edge in item.edges)
        for item in drawing.reactions
    }
    for reaction in document.getModel().getListOfReactions():
        expected = [(item.getSpecies(), "substrate", item.getStoichiometry()) for item in reaction.getListOfReactants()]
        expected += [(item.getSpecies(), "product", item.getStoichiometry()) for item in reaction.getListOfProducts()]
        expected += [(item.getSpecies(), "activator", 1.0) for item in reaction.getListOfModifiers()]
        assert drawn[reaction.getId()] == sorted(expected)


def test_no_two_boxes_overlap(drawing: Layout) -> None:
    boxes = solid_boxes(drawing)
    found = [(a, b) for a, b in itertools.combinations(boxes, 2) if boxes[a].overlaps(boxes[b])]
    assert not found


def test_glyphs_lie_in_the_box_of_their_compartment_only(drawing: Layout) -> None:
    boxes = {item.compartment: item.box for item in drawing.compartments}
    for glyph in drawing.species:
        own = boxes[glyph.compartment]
        assert own.contains(glyph.box), glyph.id
        inner = [name for name, box in boxes.items() if own.contains(box) and box != own]
        assert not [name for name in inner if boxes[name].overlaps(glyph.box)], glyph.id


def test_everything_is_on_the_canvas(drawing: Layout) -> None:
    canvas = Box(x=0, y=0, width=drawing.width, height=drawing.height)
    boxes = {**solid_boxes(drawing), **free_labels(drawing), "title": text_box(drawing.title, "bold")}
    assert not [name for name, box in boxes.items() if not canvas.contains(box)]
    assert all(canvas.contains(item.box) for item in (*drawing.compartments, *drawing.panels))


def test_panels_are_apart_and_hold_whole_boxes(drawing: Layout) -> None:
    for one, two in itertools.combinations(drawing.panels, 2):
        assert not one.box.overlaps(two.box), (one.label.lines, two.label.lines)
    for panel in drawing.panels:
        for glyph in drawing.species:
            assert panel.box.contains(glyph.box) or not panel.box.overlaps(glyph.box), (panel.label.lines, glyph.id)


def test_labels_fit_into_their_boxes(drawing: Layout) -> None:
    for item in (*drawing.species, *drawing.inputs):
        text = text_box(item.label)
        room = Box(x=item.box.x + MARGIN, y=item.box.y, width=item.box.width - 2 * MARGIN, height=item.box.height)
        assert room.contains(text), (item.id, item.label.lines, text.width, item.box.width)


def test_labels_are_large_enough_to_read() -> None:
    assert min(FONT_SIZES.values()) >= 9


def test_free_labels_lie_on_nothing_else(drawing: Layout) -> None:
    labels, boxes = free_labels(drawing), solid_boxes(drawing)
    assert not [(a, b) for a, b in itertools.combinations(labels, 2) if labels[a].overlaps(labels[b])]
    assert not [(a, b) for a in labels for b in boxes if labels[a].overlaps(boxes[b])]
    on_lines = {
        (name, owner)
        for owner, curve, _ in edges(drawing)
        for name, box in labels.items()
        if any(box.holds(point) for point in dense(curve))
    }
    assert not on_lines


def test_no_edge_runs_through_a_foreign_box(drawing: Layout) -> None:
    boxes = solid_boxes(drawing)
    found = {
        (owner, name)
        for owner, curve, ends in edges(drawing)
        for name, box in boxes.items()
        if name not in ends and any(box.holds(point) for point in dense(curve))
    }
    assert not found


def test_edges_start_and_end_at_their_boxes(drawing: Layout) -> None:
    boxes = solid_boxes(drawing)
    for item in drawing.reactions:
        for edge in item.edges:
            at_species = edge.curve.end if edge.role == "product" else edge.curve.start
            at_node = edge.curve.start if edge.role == "product" else edge.curve.end
            box = boxes[edge.glyph]
            assert Box.around(box.centre, box.width + 0.4, box.height + 0.4).holds(at_species), edge.id
            assert not Box.around(box.centre, box.width - 0.4, box.height - 0.4).holds(at_species), edge.id
            assert math.dist(at_node, item.box.centre) <= 7.2, edge.id


def test_edges_of_different_reactions_hardly_cross(drawing: Layout) -> None:
    lines = [(owner, list(itertools.pairwise(curve.points())), set(ends)) for owner, curve, ends in edges(drawing)]
    boxes = solid_boxes(drawing)
    found = set()
    for (one, first, ends), (two, second, others) in itertools.combinations(lines, 2):
        if one == two:
            continue
        for a, b in itertools.product(first, second):
            point = crosses(a, b)
            # Two edges that meet at the box of a species which they share do not cross.
            shared = [boxes[name] for name in ends & others]
            if point and not any(Box.around(box.centre, box.width + 2, box.height + 2).holds(point) for box in shared):
                found.add((one, two))
    assert len(found) <= CROSSINGS, found


def test_edges_are_short(drawing: Layout) -> None:
    """Shared species stand near their reactions: only edges between panels are longer than 200 px."""
    long = {
        edge.id: length
        for item in drawing.reactions
        for edge in item.edges
        if (length := sum(math.dist(a, b) for a, b in itertools.pairwise(edge.curve.points()))) > 200
    }
    assert len(long) <= 6, long


def test_the_first_place_is_the_main_one(drawing: Layout) -> None:
    places: dict[str, list[bool]] = {}
    for glyph in drawing.species:
        places.setdefault(glyph.species, []).append(glyph.alias)
    assert all(aliases == [False, *[True] * (len(aliases) - 1)] for aliases in places.values())
    assert len(places["PDI_oxidised"]) > 3


def test_small_table(small: str, table: Table) -> None:
    layout = read_layout(small, table())
    assert [glyph.reservoir for glyph in layout.species] == [False, True]
    (reaction,) = layout.reactions
    assert reaction.equation == "2 A ⇌ B"
    assert [edge.stoichiometry for edge in reaction.edges] == [2, 1]
    assert [edge.both_ways for edge in reaction.edges] == [True, False]
    assert reaction.edges[0].curve.start == (110, 120)
    assert reaction.edges[0].curve.end == (186, 120)
    assert layout.inputs[0].role == "activator"


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("species\tA\t", "species\tAA\t", UnknownIdError, r"unknown species 'AA' in .*layout\.tsv:5; did you mean 'A'"),
        ("reaction\tstep", "reaction\tsteps", UnknownIdError, r"'steps' in .*layout\.tsv:7; did you mean 'step'"),
        ("compartment\tbox", "compartment\tbax", UnknownIdError, r"'bax' in .*layout\.tsv:4; did you mean 'box'"),
        ("input\tgain", "input\tgains", UnknownIdError, r"'gains' in .*layout\.tsv:8; did you mean 'gain'"),
        ("gain\tstep", "gain\tsteep", UnknownIdError, r"unknown reaction 'steep' in .*:8; did you mean 'step'"),
        ("raises", "rises", UnknownIdError, r"'rises' in .*:8; did you mean 'raises'"),
        ("east", "est", UnknownIdError, r"direction of a reaction 'est' in .*:7; did you mean .*'east'"),
        ("zinc", "zync", UnknownIdError, r"'zync' in .*:5; did you mean 'zinc'"),
        ("east", "east\t\tC: 1,2", UnknownIdError, r"unknown species of the reaction 'C' in .*:7"),
        ("east", "east\t\tA: 1;2", ModelBuildError, r"layout\.tsv:7: a point of a route must be x,y"),
        ("\t80\t", "\t8o\t", ModelBuildError, r"layout\.tsv:5: x must be a number of pixels .* not '8o'"),
        ("species\tA\t\t", "species\tA\t2-3\t", ModelBuildError, r"layout\.tsv:5: each must be first\.\.last"),
        ("small\tspecies\tB", "#small\tspecies\tB", ModelBuildError, r"species of model small without .*: B; "),
        ("small\treaction", "#small\treaction", ModelBuildError, r"reaction of model small without .*: step; "),
        ("small\tcompartment", "#", ModelBuildError, r"compartment of model small without .*: box; "),
        ("\t380\t160", "\t380\t160\tleft", UnknownIdError, r"place of a name 'left' in .*:4"),
        ("small\tcanvas", "#", ModelBuildError, r"needs one row of kind canvas"),
        ("small\tspecies", "small\tspecie", UnknownIdError, r"kind of row 'specie' in .*:5; did you mean 'species'"),
        ("\troute\n", "\n", ModelBuildError, r"layout\.tsv:2: column missing: route"),
        ("gain\tstep", "gain\tstep\tmore", ModelBuildError, r"layout\.tsv:8: 12 cells, expected at most 11"),
    ],
)
def test_bad_tables_are_refused(
    small: str, table: Table, old: str, new: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        read_layout(small, table(old, new))


def test_an_edge_of_an_unmet_species_names_the_reaction_first(small: str, table: Table) -> None:
    """A reaction is read after all species, so a species without a place is told, not a failure inside."""
    with pytest.raises(ModelBuildError, match="species of model small without a place"):
        read_layout(small, table("small\tspecies\tA", "#"))


def test_a_model_without_a_drawing_is_refused(small: str, table: Table) -> None:
    with pytest.raises(InvalidInputError, match="no drawing of the model 'other'; models with a drawing: small"):
        read_layout(small.replace('"small"', '"other"'), table())
    assert set(models_with_layout()) == set(model_ids())
