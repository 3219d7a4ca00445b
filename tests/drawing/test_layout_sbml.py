"""The drawing inside SBML: valid, whole, read by others, and of no effect on the mathematics."""

from __future__ import annotations

import re
from collections import Counter
from types import ModuleType

import libsbml
import numpy as np
import pytest

from zinc_sbml.building.validate import validate_sbml
from zinc_sbml.drawing.geometry import Box, Curve, Segment
from zinc_sbml.drawing.layout import Layout
from zinc_sbml.drawing.sbml_layout import LAYOUT_ID, with_layout
from zinc_sbml.errors import InvalidInputError, ModelBuildError
from zinc_sbml.model import load_model

PACKAGES = {name: f"http://www.sbml.org/sbml/level3/version1/{name}/version1" for name in ("layout", "render")}


# Part of the largest value of a course by which two runs at a tolerance of 1e-10 may differ, and what counts as zero.
SAME = 1e-7
ZERO = 1e-12


def read(text: str) -> libsbml.SBMLDocument:
    document = libsbml.readSBMLFromString(text)
    assert document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) == 0
    return document


def layout_of(document: libsbml.SBMLDocument) -> libsbml.Layout:
    layouts = document.getModel().getPlugin("layout").getListOfLayouts()
    assert len(layouts) == 1
    return layouts.get(0)


def box_of(glyph: libsbml.GraphicalObject) -> Box:
    box = glyph.getBoundingBox()
    return Box(x=box.getX(), y=box.getY(), width=box.getWidth(), height=box.getHeight())


def curve_of(glyph: libsbml.GraphicalObject) -> Curve:
    def point(item: libsbml.Point) -> tuple[float, float]:
        return item.getXOffset(), item.getYOffset()

    segments = []
    for item in glyph.getCurve().getListOfCurveSegments():
        bent = isinstance(item, libsbml.CubicBezier)
        controls = (point(item.getBasePoint1()), point(item.getBasePoint2())) if bent else None
        segments.append(Segment(start=point(item.getStart()), end=point(item.getEnd()), controls=controls))
    return Curve(tuple(segments))


def test_the_strict_check_finds_nothing(drawing: Layout) -> None:
    assert validate_sbml(with_layout(load_model(drawing.model).sbml)) == []


def test_the_strict_check_reads_the_layout(cell_with_layout: str) -> None:
    broken = cell_with_layout.replace('layout:speciesGlyph="glyph_Zn_er"', 'layout:speciesGlyph="glyph_Zn_ER"', 1)
    assert broken != cell_with_layout
    assert validate_sbml(broken)


def test_the_core_of_the_model_is_as_it_was(cell_sbml: str, cell_with_layout: str) -> None:
    document = read(cell_with_layout)
    for name in reversed(PACKAGES):
        assert not document.getPackageRequired(name)
        assert document.enablePackage(PACKAGES[name], name, False) == libsbml.LIBSBML_OPERATION_SUCCESS
    assert libsbml.writeSBMLToString(document) == libsbml.writeSBMLToString(read(cell_sbml))


def test_the_same_model_gives_the_same_text(cell_sbml: str, cell_with_layout: str) -> None:
    assert with_layout(cell_sbml) == cell_with_layout


def test_the_sbml_holds_the_geometry_of_the_drawing(drawing: Layout) -> None:
    document = read(with_layout(load_model(drawing.model).sbml))
    layout = layout_of(document)
    assert layout.getId() == LAYOUT_ID
    assert (layout.getDimensions().getWidth(), layout.getDimensions().getHeight()) == (drawing.width, drawing.height)
    found = {glyph.getId(): (glyph.getCompartmentId(), box_of(glyph)) for glyph in layout.getListOfCompartmentGlyphs()}
    assert found == {item.id: (item.compartment, item.box) for item in drawing.compartments}
    found = {glyph.getId(): (glyph.getSpeciesId(), box_of(glyph)) for glyph in layout.getListOfSpeciesGlyphs()}
    assert found == {item.id: (item.species, item.box) for item in drawing.species}
    found = {glyph.getId(): (glyph.getReactionId(), box_of(glyph)) for glyph in layout.getListOfReactionGlyphs()}
    assert found == {item.id: (item.reaction, item.box) for item in drawing.reactions}
    lines = {
        (glyph.getId(), edge.getSpeciesGlyphId(), edge.getRoleString(), curve_of(edge))
        for glyph in layout.getListOfReactionGlyphs()
        for edge in glyph.getListOfSpeciesReferenceGlyphs()
    }
    assert lines == {(item.id, edge.glyph, edge.role, edge.curve) for item in drawing.reactions for edge in item.edges}
    words = Counter(glyph.getText() for glyph in layout.getListOfTextGlyphs())
    labels = [
        *(item.label for item in (*drawing.compartments, *drawing.panels, *drawing.species, *drawing.inputs)),
        *(item.label for item in drawing.reactions if item.label is not None),
        *drawing.notes,
        drawing.title,
    ]
    assert words == Counter(line for label in labels for line in label.lines)


def test_each_glyph_has_one_style(cell_with_layout: str) -> None:
    document = read(cell_with_layout)
    layout = layout_of(document)
    information = layout.getPlugin("render").getListOfLocalRenderInformation().get(0)
    styled = Counter(name for style in information.getListOfStyles() for name in style.createIdString().split())
    assert set(styled.values()) == {1}
    glyphs = {
        item.getId()
        for item in layout.getListOfAllElements()
        if isinstance(item, libsbml.GraphicalObject) and item.isSetId()
    }
    assert glyphs == set(styled)
    heads = {item.getId() for item in information.getListOfLineEndings()}
    used = {style.getGroup().getEndHead() for style in information.getListOfStyles()} - {""}
    assert used == heads == {"product_head", "activator_head", "inhibitor_head"}


def test_a_model_that_has_a_layout_is_refused(cell_with_layout: str) -> None:
    with pytest.raises(InvalidInputError, match="'er_zinc_redox' holds a layout already"):
        with_layout(cell_with_layout)


def test_a_model_without_a_drawing_is_refused(small: str) -> None:
    with pytest.raises(InvalidInputError, match="'small'; models with a drawing: er_zinc_redox, ero1_assay"):
        with_layout(small)


def test_text_that_is_no_sbml_is_refused() -> None:
    with pytest.raises(ModelBuildError):
        with_layout("<sbml")


def test_copasi_reads_all_glyphs(cell: Layout, cell_with_layout: str, copasi: ModuleType) -> None:
    model = copasi.load_model_from_string(cell_with_layout)
    try:
        kept = copasi.save_model_to_string(model=model)
    finally:
        copasi.remove_datamodel(model)
    counts = Counter(re.findall(r"<((?:Compartment|Metabolite|Reaction|MetaboliteReference)Glyph) ", kept))
    assert counts == {
        "CompartmentGlyph": len(cell.compartments),
        "MetaboliteGlyph": len(cell.species),
        "ReactionGlyph": len(cell.reactions),
        "MetaboliteReferenceGlyph": sum(len(item.edges) for item in cell.reactions),
    }
    assert kept.count("<LineEnding ") == 3


def test_solvers_give_the_same_numbers(cell_sbml: str, cell_with_layout: str, copasi: ModuleType) -> None:
    import roadrunner

    runs = []
    for text in (cell_sbml, cell_with_layout):
        runner = roadrunner.RoadRunner(text)
        runner["zip7_inhibitor"] = 1.0
        runs.append(np.array(runner.simulate(0, 3600, 7)))
    assert np.array_equal(runs[0], runs[1])
    courses = []
    for text in (cell_sbml, cell_with_layout):
        document = read(text)
        document.getModel().getParameter("zip7_inhibitor").setValue(1.0)
        model = copasi.load_model_from_string(libsbml.writeSBMLToString(document))
        try:
            tight = {"method": "lsoda", "r_tol": 1e-10, "a_tol": 1e-16}
            courses.append(copasi.run_time_course(duration=3600, intervals=6, model=model, **tight).to_numpy())
        finally:
            copasi.remove_datamodel(model)
    # Two runs of COPASI on the same file differ by a part of the tolerance, most in what is near zero.
    largest = np.abs(courses[0]).max(axis=0)
    assert np.all(np.abs(courses[1] - courses[0]) <= SAME * largest + ZERO)
    assert np.ptp(courses[0], axis=0).max() > 1
