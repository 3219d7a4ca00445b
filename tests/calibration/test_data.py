"""Point data: each row against the evidence it names, residuals by hand, and where a damaged table is told."""

import csv
import math
import shutil
from pathlib import Path

import pytest

from zinc_sbml import catalog
from zinc_sbml.calibration import Measurement, load_measurements
from zinc_sbml.calibration.data import STATUSES
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import load_model
from zinc_sbml.scenarios import Scenario

CELL = "er_zinc_redox"
EVIDENCE = Path(__file__).resolve().parents[2] / "docs" / "evidence"

# Number as the evidence writes it, and what makes it the unit of the model; typed here from docs/evidence.
PUBLISHED = {
    "C01": ("| -208 | mV", -208.0),
    "Z09": ("| ~0.4 | nM", 0.4e-3),
    "Z12": ("| 0.5 | nM", 0.5e-3),
    "Z26": ("614 resting, 1250 differentiated | pM", 614e-6),
    "Z11": ("| ~0.08 | nM", 0.08e-3),
    "D06": ("| near 700 | nM", 0.7),
    "E18": ("equals about 0.08 uM/s", 0.08),
}


@pytest.fixture(scope="module")
def cell():
    return load_model(CELL)


@pytest.fixture(scope="module")
def shipped(cell):
    return load_measurements(catalog.petab_directory(CELL), cell)


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(catalog.petab_directory(CELL), tmp_path / CELL))


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_numbers_are_those_of_the_evidence(shipped):
    rows = [line for path in sorted(EVIDENCE.glob("*.md")) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [one.id for one in shipped] == list(PUBLISHED)
    for one in shipped:
        [row] = [line for line in rows if line.startswith(f"| {one.id} |")]
        words, value = PUBLISHED[one.id]
        assert words in row
        assert one.value == pytest.approx(value, rel=1e-12)
        assert one.status in STATUSES
        assert one.status in row.rstrip(" |").rpartition("|")[2]


def test_fields_are_those_of_the_tables(shipped, cell):
    folder = catalog.petab_directory(CELL)
    with (folder / "measurements.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    with (folder / "measurement_sources.tsv").open(encoding="utf-8", newline="") as file:
        sources = {row["datasetId"]: row for row in csv.DictReader(file, delimiter="\t")}
    assert len(rows) == len(shipped) == 7
    for one, row in zip(shipped, rows, strict=True):
        assert (one.value, one.noise, one.time) == tuple(
            float(row[name]) for name in ("measurement", "noiseParameters", "time")
        )
        source = sources[row["datasetId"]]
        assert (one.unit, one.status, one.system, one.source) == tuple(
            source[name] for name in ("unit", "status", "system", "source")
        )
        assert one.unit == cell.quantities[one.readout].unit
        assert one.scenario.id == row["experimentId"]
        assert one.source
        assert one.scenario.duration > 0


def test_only_a_potential_has_normal_noise(shipped):
    """A potential is negative, so that it has no logarithm; everything else here is an amount or a rate."""
    assert {one.readout for one in shipped if not one.logarithmic} == {"glutathione_potential"}
    assert all(one.noise >= math.log(3) - 1e-3 for one in shipped if one.status == "RECALLED")


def measurement(**changes):
    fields = {
        "id": "x", "readout": "Zn_er", "scenario": Scenario(id="rest", duration=1.0), "time": 0.0, "value": 2.0,
        "noise": 0.5, "logarithmic": False, "unit": "uM", "status": "READ", "system": "", "source": "",
    }  # fmt: skip
    return Measurement(**fields | changes)


@pytest.mark.parametrize(
    ("changes", "simulated", "expected"),
    [
        ({}, 2.0, 0.0),
        ({}, 3.0, 2.0),
        ({}, -1.0, -6.0),
        ({"value": -208.0, "noise": 2.0}, -206.0, 1.0),
        ({"logarithmic": True, "noise": math.log(2)}, 2.0, 0.0),
        ({"logarithmic": True, "noise": math.log(2)}, 8.0, 2.0),
        ({"logarithmic": True, "noise": math.log(2)}, 1.0, -1.0),
        ({"logarithmic": True}, 2.0 * math.exp(-0.25), -0.5),
        ({"logarithmic": True}, 0.0, -math.inf),
        ({"logarithmic": True}, -1.0, -math.inf),
        ({"logarithmic": True}, math.inf, math.inf),
    ],
)
def test_residual_by_hand(changes, simulated, expected):
    assert measurement(**changes).residual(simulated) == pytest.approx(expected, rel=1e-12, abs=1e-12)


# Line of the row in measurements.tsv: the header is line 1, C01 line 2, ... D06 line 7.
@pytest.mark.parametrize(
    ("file", "old", "new", "error", "words"),
    [
        ("measurement_sources.tsv", "D06\tuM\t", "D06\tnM\t", InvalidInputError, ["tsv:7", "D06", "nM", "uM"]),
        ("measurement_sources.tsv", "D06\tuM\t", "D06\t\t", InvalidInputError, ["tsv:7", "D06", "no unit", "uM"]),
        ("measurement_sources.tsv", "\nD06\t", "\nD60\t", UnknownIdError, ["tsv:7", "source", "D06", "D60"]),
        ("measurement_sources.tsv", "Z09\tuM\tREAD", "Z09\tuM\tGUESS", UnknownIdError, ["tsv:3", "GUESS", "DERIVED"]),
        ("measurements.tsv", "obs_er_h2o2", "obs_er_h2o3", UnknownIdError, ["tsv:7", "obs_er_h2o3", "obs_er_h2o2"]),
        ("measurements.tsv", "h2o2\tresting_cell", "h2o2\tresting", UnknownIdError, ["tsv:7", "'resting'", "_cell"]),
        ("measurements.tsv", "0.7\t1.099", "0.7\t0.2", InvalidInputError, ["tsv:7", "D06", "recalled", "0.2"]),
        ("measurements.tsv", "0.7\t1.099", "much\t1.099", InvalidInputError, ["tsv:7", "measurement", "'much'"]),
        ("measurements.tsv", "0.7\t1.099", "inf\t1.099", InvalidInputError, ["tsv:7", "measurement", "finite"]),
        ("measurements.tsv", "0.7\t1.099", "0.7\t", InvalidInputError, ["tsv:7", "noiseParameters", "''"]),
        ("measurements.tsv", "0.7\t1.099", "0\t1.099", InvalidInputError, ["tsv:7", "above 0"]),
        ("measurements.tsv", "0.7\t1.099", "-0.7\t1.099", InvalidInputError, ["tsv:7", "above 0"]),
        ("measurements.tsv", "-208\t2.0", "-208\t0", InvalidInputError, ["tsv:2", "noise", "above 0"]),
        ("measurements.tsv", "h2o2\tresting_cell\t0", "h2o2\tresting_cell\t-1", InvalidInputError, ["tsv:7", "time"]),
        ("measurements.tsv", "\tdatasetId", "\tdataset", InvalidInputError, ["tsv:1", "datasetId"]),
        (
            "observables.tsv",
            "noise_er_h2o2\tlog-normal",
            "noise_er_h2o2\tlaplace",
            UnknownIdError,
            ["tsv:7", "laplace"],
        ),
    ],
)
def test_damage_is_told_with_file_and_row(folder, cell, file, old, new, error, words):
    replace(folder / file, old, new)
    with pytest.raises(error) as caught:
        load_measurements(folder, cell)
    assert type(caught.value) is error
    for word in [*words, "measurements.tsv"]:
        assert word in str(caught.value)


@pytest.mark.parametrize("file", ["measurements.tsv", "measurement_sources.tsv", "observables.tsv"])
def test_a_missing_table_is_named(folder, cell, file):
    (folder / file).unlink()
    with pytest.raises(InvalidInputError, match=file):
        load_measurements(folder, cell)


def test_no_rows_are_no_measurements(folder, cell):
    table = folder / "measurements.tsv"
    table.write_text(table.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert load_measurements(folder, cell) == ()


def test_a_number_with_normal_noise_may_be_negative_and_a_wide_recalled_one_stands(folder, cell):
    replace(folder / "measurements.tsv", "0.7\t1.099", "0.7\t2.5")
    found = {one.id: one for one in load_measurements(folder, cell)}
    assert found["D06"].noise == 2.5
    assert found["C01"].value < 0
