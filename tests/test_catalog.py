from __future__ import annotations

import subprocess
import sys

import pytest

import zinc_sbml
from zinc_sbml import catalog, listing
from zinc_sbml.errors import UnknownIdError


def test_the_shipped_models() -> None:
    assert catalog.model_ids()[0] == catalog.DEFAULT_MODEL == "er_zinc_redox"
    table = listing.list_models()
    assert {"er_zinc_redox", "ero1_assay"} == {*table.index}
    assert (table["species"] > 0).all()
    for model_id in catalog.model_ids():
        assert catalog.model_path(model_id).is_file()
        assert catalog.model_source(model_id).is_file()


def test_unknown_models_name_near_ids() -> None:
    with pytest.raises(UnknownIdError, match="'ero1_assay'"):
        catalog.model_path("ero1_asay")
    with pytest.raises(UnknownIdError, match="'ero1_assay'"):
        catalog.model_source("ero1_asay")


def test_the_shipped_scenarios_are_listed_with_what_they_change() -> None:
    table = listing.list_scenarios()
    assert table.loc["zip7_inhibition", "changes"].startswith("0 s: zip7_inhibitor = ")
    assert table.loc["baseline", "changes"] == "no change"
    assert table["title"].str.len().min() > 0
    assert table["question"].str.contains("?", regex=False).all()


def test_inputs_readouts_and_parameters_of_the_cell() -> None:
    assert "zip7_inhibitor" in listing.inputs().index
    assert "er_zinc_probe" in listing.readouts().index
    assert "ero1_kcat" in listing.parameters().index


def test_public_names_are_all_there() -> None:
    for name in zinc_sbml.__all__:
        assert getattr(zinc_sbml, name) is not None
    # The pictures are a module of the interface; all other names are functions and classes from somewhere inside.
    assert {*zinc_sbml._HOMES, "plots"} == {*zinc_sbml.__all__} <= {*dir(zinc_sbml)}
    assert isinstance(zinc_sbml.__version__, str)
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = zinc_sbml.simulat


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys; import zinc_sbml;"
        "heavy = {'numpy', 'pandas', 'roadrunner', 'libsbml', 'matplotlib', 'antimony', 'pint'} & {*sys.modules};"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_simulation_imports_only_what_it_needs() -> None:
    code = (
        "import sys; import zinc_sbml; zinc_sbml.simulate('baseline');"
        "heavy = {'pandas', 'libsbml', 'matplotlib', 'antimony', 'pint', 'petab', 'scipy'} & {*sys.modules};"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
