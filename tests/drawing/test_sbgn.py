"""The drawing as an SBGN map: valid by schema and by the rules of SBGN, and whole."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import libsbgnpy
import pytest

from zinc_sbml.drawing.layout import Layout
from zinc_sbml.drawing.sbgn import to_sbgn
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.model import load_model


def test_the_map_is_valid(drawing: Layout, tmp_path: Path) -> None:
    path = tmp_path / "map.sbgn"
    path.write_text(to_sbgn(load_model(drawing.model).sbml), encoding="utf-8")
    assert libsbgnpy.validate_xsd(path) == []
    assert libsbgnpy.validate_schematron(path) == []
    path.write_text(
        path.read_text(encoding="utf-8").replace('class="consumption"', 'class="production"', 1), encoding="utf-8"
    )
    assert libsbgnpy.validate_schematron(path)


def test_the_map_is_whole(drawing: Layout) -> None:
    (board,) = libsbgnpy.read_sbgn_from_string(to_sbgn(load_model(drawing.model).sbml)).map
    glyphs = {glyph.id: glyph for glyph in board.glyph}
    for item in (*drawing.compartments, *drawing.species, *drawing.reactions, *drawing.inputs):
        box = glyphs[item.id].bbox
        assert (box.x, box.y, box.w, box.h) == (item.box.x, item.box.y, item.box.width, item.box.height)
    places = Counter(item.species for item in drawing.species)
    for item in drawing.species:
        assert (glyphs[item.id].clone is not None) == (places[item.species] > 1), item.id
    assert not [item.id for item in drawing.species if glyphs[item.id].class_value.value == "unspecified entity"]
    arcs = Counter(arc.class_value.value for arc in board.arc)
    edges = [edge for item in drawing.reactions for edge in item.edges]
    assert arcs["stimulation"] + arcs["inhibition"] == len(drawing.inputs) + sum(e.role == "activator" for e in edges)
    counted = {arc.id: arc.glyph[0].label.text for arc in board.arc if arc.glyph}
    assert counted == {edge.id: f"{edge.stoichiometry:g}" for edge in edges if edge.stoichiometry != 1}
    one = next(edge for edge in edges if edge.curve.segments[-1].controls is not None and not edge.both_ways)
    arc = next(arc for arc in board.arc if arc.id == one.id)
    assert (arc.start.x, arc.start.y) == one.curve.start
    assert (arc.end.x, arc.end.y) == one.curve.end


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libsbgnpy", None)
    with pytest.raises(InvalidInputError, match=r"pip install 'zinc-sbml\[exchange\]'"):
        to_sbgn(load_model("ero1_assay").sbml)
