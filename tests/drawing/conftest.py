"""The drawing of the cell, and a small model to seed one defect at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zinc_sbml import catalog
from zinc_sbml.drawing.layout import Layout
from zinc_sbml.drawing.sbml_layout import with_layout
from zinc_sbml.drawing.table import read_layout

SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="small">
<listOfCompartments><compartment id="box" size="1" constant="true"/></listOfCompartments>
<listOfSpecies>
<species id="A" compartment="box" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>
<species id="B" compartment="box" hasOnlySubstanceUnits="false" boundaryCondition="true" constant="false"/>
</listOfSpecies>
<listOfParameters><parameter id="gain" value="1" constant="true"/></listOfParameters>
<listOfReactions><reaction id="step" reversible="true">
<listOfReactants><speciesReference species="A" stoichiometry="2" constant="true"/></listOfReactants>
<listOfProducts><speciesReference species="B" stoichiometry="1" constant="true"/></listOfProducts>
</reaction></listOfReactions>
</model></sbml>
"""

HEADER = "model\tkind\tid\teach\tx\ty\twidth\theight\tlook\tlabel\troute\n"

ROWS = (
    "small\tcanvas\t\t\t20\t20\t400\t320\t\tSmall",
    "small\tcompartment\tbox\t\t10\t40\t380\t160",
    "small\tspecies\tA\t\t80\t120\t\t\tzinc\tA",
    "small\tspecies\tB\t\t300\t120\t\t\tclient\tB",
    "small\treaction\tstep\t\t190\t120\t\t\teast",
    "small\tinput\tgain\t\t190\t80\t\t\traises\tgain\tstep",
)

Table = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Write the table of the small model with one text replaced by another."""

    def write(old: str = "", new: str = "") -> Path:
        text = "# places\n" + HEADER + "\n".join(ROWS) + "\n"
        assert old in text
        path = tmp_path / "layout.tsv"
        path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def small() -> str:
    return SMALL


@pytest.fixture(scope="session")
def cell_sbml() -> str:
    return catalog.model_path("er_zinc_redox").read_text(encoding="utf-8")


@pytest.fixture(scope="session", params=["er_zinc_redox", "ero1_assay"])
def drawing(request: pytest.FixtureRequest) -> Layout:
    """The drawing of each shipped model."""
    return read_layout(catalog.model_path(request.param).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def cell(cell_sbml: str) -> Layout:
    return read_layout(cell_sbml)


@pytest.fixture(scope="session")
def cell_with_layout(cell_sbml: str) -> str:
    return with_layout(cell_sbml)
