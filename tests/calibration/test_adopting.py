"""Fitted values go into the Antimony sources: nothing else changes, and after an error nothing at all."""

import math
import shutil

import pytest

from zinc_sbml import catalog
from zinc_sbml.building.parameter_values import write_parameters
from zinc_sbml.calibration.adopting import adopt, rounded
from zinc_sbml.errors import ModelBuildError, UnknownIdError

SOURCE = """model m()
  // k = 7 in an older version
  k = 2e-3; k has per_s; k.range = {1e-5, 1};
  kk = 5; kk has uM;
  twice = 1; twice has uM;
  twice = 2; twice has uM;
  bare = 3;
  k_sum := k + kk; k_sum has per_s;
end
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "m.ant"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def models(tmp_path, monkeypatch):
    copy = shutil.copytree(catalog.models_directory(), tmp_path / "models")
    monkeypatch.setattr(catalog, "models_directory", lambda: copy)
    return copy


def lines(folder):
    return {
        (path.name, number): line
        for path in sorted(folder.glob("**/*.ant"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines())
    }


@pytest.mark.parametrize(("value", "text"), [(0.25, "0.25"), (1.5e-7, "1.5e-07"), (-3.0, "-3.0"), (12, "12")])
def test_only_the_value_changes(source, value, text):
    assert write_parameters({(source, "k"): value, (source, "kk"): 6.5}) == (source,)
    assert source.read_text() == SOURCE.replace("k = 2e-3;", f"k = {text};").replace("kk = 5;", "kk = 6.5;")


def test_the_same_value_is_no_change(source):
    before = source.stat().st_mtime_ns
    assert write_parameters({(source, "kk"): 5}) == ()
    assert source.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("nothing", 1.0, ["nothing", "found 0"]),
        ("twice", 1.0, ["twice", "found 2"]),
        ("bare", 1.0, ["bare", "found 0"]),
        ("k_sum", 1.0, ["k_sum", "found 0"]),
        ("kk", math.inf, ["kk", "inf"]),
        ("kk", math.nan, ["kk", "nan"]),
    ],
)
def test_nothing_is_written_after_an_error(source, tmp_path, name, value, words):
    other = tmp_path / "other.ant"
    other.write_text(SOURCE)
    with pytest.raises(ModelBuildError) as caught:
        write_parameters({(other, "k"): 1.0, (source, "k"): 9.0, (source, name): value})
    assert all(word in str(caught.value) for word in [*words, "m.ant"])
    assert source.read_text() == other.read_text() == SOURCE


@pytest.mark.parametrize(
    ("value", "expected"), [(1.23456e-5, 1.235e-5), (9876.54, 9877.0), (0.5, 0.5), (-1.00004, -1.0)]
)
def test_rounding_keeps_four_digits(value, expected):
    assert rounded(value) == expected


def test_values_reach_the_modules_of_their_ids(models):
    before = lines(models)
    changed = adopt({"zinc_cargo_sites": 1.234567, "ero1_kcat": 2.0, "gsh_efflux_k": 3.3e-5})
    assert sorted(path.name for path in changed) == ["ero1_pdi.ant", "glutathione.ant", "zinc_homeostasis.ant"]
    after = lines(models)
    assert before.keys() == after.keys()
    moved = {key[0]: (before[key], after[key]) for key in before if before[key] != after[key]}
    assert sum(before[key] != after[key] for key in before) == len(moved) == 3
    for file, name, text in (
        ("zinc_homeostasis.ant", "cargo_sites", "1.235"),
        ("ero1_pdi.ant", "kcat", "2.0"),
        ("glutathione.ant", "efflux_k", "3.3e-05"),
    ):
        old, new = moved[file]
        head, tail = f"  {name} = ", old[old.index(";") :]
        assert old.startswith(head)
        assert new == f"{head}{text}{tail}"


@pytest.mark.parametrize(
    "name", ["ero1_kkat", "kcat", "zip7_inhibitor", "gsh_thermal_voltage", "ero1_oxygen_saturation"]
)
def test_what_is_no_parameter_of_a_module_is_refused(models, name):
    before = lines(models)
    with pytest.raises(UnknownIdError, match=name):
        adopt({"ero1_kcat": 2.0, name: 1.0})
    assert lines(models) == before
