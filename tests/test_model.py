from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from zinc_sbml.errors import InvalidInputError, ModelBuildError, UnknownIdError
from zinc_sbml.listing import parameters
from zinc_sbml.model import Model, load_model


def test_tables_hold_what_the_sbml_says(small_cell: Model) -> None:
    assert small_cell.inputs.loc["drug", ["name", "value", "unit", "notes"]].tolist() == [
        "drug in the medium", 0.0, "uM", "Concentration of the drug.",
    ]  # fmt: skip
    assert small_cell.parameters.loc["ki", ["name", "value", "unit", "notes"]].tolist() == [
        "inhibition constant", 0.05, "uM", "assumed; see kout.",
    ]  # fmt: skip
    assert small_cell.species.loc["Zn", ["value", "unit", "compartment", "boundary"]].tolist() == [
        1e-5, "uM", "lumen", False,
    ]  # fmt: skip
    assert small_cell.species.loc["Zn_outside", "boundary"]
    assert math.isnan(small_cell.species.loc["Drug", "value"])
    assert small_cell.reactions.loc["J2", ["equation", "unit"]].tolist() == ["Zn + buffer -> Zn_buffer", "amol/s"]
    assert [*small_cell.inputs.columns] == ["name", "value", "unit", "lower", "upper", "notes"]


def test_hash_is_of_the_text_that_the_solver_gets(small_cell: Model) -> None:
    assert small_cell.path is not None
    assert small_cell.sbml == small_cell.path.read_text(encoding="utf-8")
    assert small_cell.sha256 == hashlib.sha256(small_cell.path.read_bytes()).hexdigest()


def test_a_foreign_model_has_no_inputs_and_no_readouts(decay: Model) -> None:
    assert decay.inputs.empty
    assert decay.readouts.empty
    assert not decay.references
    assert [*decay.parameters.index] == ["k", "forward", "backward"]
    assert decay.quantities["twice"].computed
    assert decay.quantities["twice"].role == "derived"


def test_the_same_file_is_read_once_and_an_edited_one_again(small_cell: Model, tmp_path: Path) -> None:
    path = tmp_path / "copy.xml"
    path.write_text(small_cell.sbml, encoding="utf-8")
    first = load_model(path)
    assert load_model(path) is first
    path.write_text(small_cell.sbml.replace('value="0.05"', 'value="0.0625"'), encoding="utf-8")
    assert load_model(path).quantities["ki"].value == 0.0625


def test_antimony_files_are_compiled(tmp_path: Path) -> None:
    path = tmp_path / "one.ant"
    path.write_text("model one\n  compartment c = 1; species S in c = 3; k = 2; J: S -> ; k*S*c;\nend\n")
    assert load_model(path).quantities["S"].value == 3


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.xml", "<sbml><model id='x'>", r"a\.xml:1: not SBML"),
        ("b.xml", "<html><body/></html>", r"b\.xml:1: not SBML: the outermost element is <html>"),
        ("c.xml", "<sbml level='3' version='2'/>", "holds a <model>"),
        ("d.ant", "model x\n  S -> ;;; k*\nend\n", r"d\.ant"),
        ("e.xml", "this is no model\n", r"e\.xml"),
    ],
)
def test_what_is_no_model_is_refused_with_its_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelBuildError, match=message):
        load_model(path)


def test_binary_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ModelBuildError, match="not a text"):
        load_model(path)


def test_unknown_models_and_missing_files() -> None:
    with pytest.raises(UnknownIdError, match="'er_zinc_redox'"):
        load_model("er_zinc_redux")
    with pytest.raises(InvalidInputError, match=r"no model file nowhere\.xml"):
        load_model("nowhere.xml")


def test_a_reference_must_say_of_what(compiled: Callable[[str], Model]) -> None:
    model = compiled("model r\n x_reference = 1; x_reference notes ```Reference. Of something.```\nend")
    with pytest.raises(ModelBuildError, match="x_reference"):
        _ = model.references


def test_shipped_models_carry_their_ranges() -> None:
    cell = load_model("er_zinc_redox")
    assert cell.quantities["zip7_inhibitor"].lower == 0
    assert cell.quantities["zip7_inhibitor"].upper > 0
    assert {"evidence", "source"} <= {*cell.parameters.columns}
    assert cell.parameters[["lower", "upper"]].notna().all(axis=None)


def test_references_of_the_cell_point_at_things_it_has() -> None:
    cell = load_model("er_zinc_redox")
    assert cell.references
    for source in cell.references.values():
        assert source in cell.quantities


def test_the_hash_of_the_mathematics_forgets_descriptions_and_nothing_else() -> None:
    model = load_model("er_zinc_redox")

    def mathematics(old: str, new: str) -> str:
        assert old in model.sbml
        return dataclasses.replace(model, sbml=model.sbml.replace(old, new, 1)).mathematics_sha256

    same = model.mathematics_sha256
    assert mathematics(' name="cytosol"', ' name="cell sap"') == same
    assert mathematics("uniprot:P07237", "uniprot:P30101") == same
    assert mathematics("<p>Kinetic model", "<p>Model") == same
    assert mathematics('sboTerm="SBO:0000290"', 'sboTerm="SBO:0000240"') == same
    assert (
        mathematics("<listOfCompartments>", '<drawing xmlns="http://example.org/layout"/><listOfCompartments>') == same
    )
    assert mathematics('size="1.35"', 'size="1.36"') != same
    assert mathematics('multiplier="1"', 'multiplier="2"') != same
    assert mathematics("<plus/>", "<minus/>") != same
    assert mathematics('stoichiometry="5"', 'stoichiometry="4"') != same
    assert mathematics('sbml:units="fraction"', 'sbml:units="uM"') != same


def test_a_parameter_has_the_range_of_its_own_model() -> None:
    cell, tube = (load_model(name).quantities["ero1_pdi_total"] for name in ("er_zinc_redox", "ero1_assay"))
    assert (cell.lower, cell.upper) == (100.0, 1000.0)
    assert (tube.lower, tube.upper) == (1.0, 20.0)


def test_a_changed_table_changes_no_other() -> None:
    table = parameters()
    table.loc["ero1_kcat", "value"] = -1.0
    assert parameters().loc["ero1_kcat", "value"] > 0
