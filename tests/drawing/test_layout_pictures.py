"""Pictures of the drawings: whole, the same bytes each time, and those in the documentation up to date."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from zinc_sbml.document_pictures import DRAWINGS, FIGURES, stale_pictures, write_pictures
from zinc_sbml.drawing.layout import FONT_SIZES, Layout
from zinc_sbml.drawing.picture import network_picture, svg_text
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.exchange import export

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "pictures"
SVG = "{http://www.w3.org/2000/svg}"
# Bytes; the picture is loaded with the README.
LARGEST = 300_000


def test_pictures_in_the_documentation_are_current() -> None:
    assert stale_pictures(DOCUMENTED) == [], "run zinc-sbml docs"


def test_stale_pictures_are_told(tmp_path: Path) -> None:
    assert [path.name for path in stale_pictures(tmp_path)] == [*DRAWINGS, *FIGURES]
    write_pictures(stale_pictures(tmp_path))
    assert stale_pictures(tmp_path) == []
    changed = tmp_path / "network.svg"
    changed.write_text(changed.read_text(encoding="utf-8").replace("ZIP7", "ZIP8", 1), encoding="utf-8")
    assert stale_pictures(tmp_path) == [changed]


def test_the_svg_shows_every_glyph_where_it_stands(drawing: Layout) -> None:
    root = ElementTree.fromstring(svg_text(drawing))
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g")}
    assert len(groups) == len(list(root.iter(f"{SVG}g")))
    for item in (*drawing.compartments, *drawing.species, *drawing.reactions, *drawing.inputs):
        # The node of a reaction is painted over its edges, so it comes last; all others have one rectangle.
        frame = groups[item.id].findall(f"{SVG}rect")[-1]
        place = [float(frame.get(name, "nan")) for name in ("x", "y", "width", "height")]
        assert place == pytest.approx([item.box.x, item.box.y, item.box.width, item.box.height], abs=0.051), item.id
    for item in drawing.species:
        title = groups[item.id].findtext(f"{SVG}title") or ""
        assert title.startswith(f"{item.species}: ")
        assert [text.text for text in groups[item.id].findall(f"{SVG}text")] == list(item.label.lines)
    for item in drawing.reactions:
        assert item.equation in (groups[item.id].findtext(f"{SVG}title") or "")
        curves = [path.get("d", "") for path in groups[item.id].findall(f"{SVG}path")]
        assert len([curve for curve in curves if not curve.endswith("z")]) >= len(item.edges)


def test_the_svg_is_small_and_its_text_readable(drawing: Layout) -> None:
    text = svg_text(drawing)
    assert len(text.encode()) < LARGEST
    sizes = {float(size) for size in re.findall(r'font-size="([\d.]+)"', text)}
    assert min(sizes) >= 9
    assert sizes <= set(FONT_SIZES.values())


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_same_model_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    export("diagram", first, model="ero1_assay")
    export("diagram", second, model="ero1_assay")
    assert first.read_bytes() == second.read_bytes()
    assert sorted(tmp_path.iterdir()) == [first, second]


def test_the_png_has_the_size_of_the_drawing(tmp_path: Path) -> None:
    from matplotlib.image import imread

    export("diagram", tmp_path / "a.png", model="ero1_assay")
    height, width = imread(tmp_path / "a.png").shape[:2]
    assert width / height == pytest.approx(880 / 800, rel=0.01)
    assert width >= 880


def test_models_may_be_given_as_id_or_path(tmp_path: Path, cell_sbml: str) -> None:
    path = tmp_path / "cell.xml"
    path.write_text(cell_sbml, encoding="utf-8")
    for number, model in enumerate(("er_zinc_redox", path, None)):
        export("diagram", tmp_path / f"{number}.svg", model=model)
    assert len({(tmp_path / f"{number}.svg").read_bytes() for number in range(3)}) == 1


def test_bad_targets_and_models_are_refused(tmp_path: Path, small: str) -> None:
    with pytest.raises(InvalidInputError, match=r"a\.gif: format diagram is written as svg, png, pdf"):
        export("diagram", tmp_path / "a.gif")
    with pytest.raises(InvalidInputError, match="there is no folder"):
        export("diagram", tmp_path / "nowhere" / "a.svg")
    with pytest.raises(UnknownIdError, match="did you mean 'er_zinc_redox'"):
        export("diagram", tmp_path / "a.svg", model="er_zinc_redocs")
    with pytest.raises(InvalidInputError, match="no drawing of the model 'small'"):
        network_picture(small, "svg")
    assert list(tmp_path.iterdir()) == []
