"""The command `dose-response`: what it prints and writes, and how it ends."""

import csv
import json

import pytest
import typer
from typer.testing import CliRunner

from zinc_sbml import cli_dose
from zinc_sbml.doses import dose_response, dose_surface
from zinc_sbml.errors import ZincSbmlError

app = typer.Typer()
app.command("dose-response")(cli_dose.dose_response)
DAY = ("-r", "notch_maturation_rate", "--duration", "24h")
DOSES = [0, 0.03, 0.1, 0.3, 1]
TEXT = "0,0.03uM,100nM,0.3,1uM"


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)
    if isinstance(result.exception, ZincSbmlError):
        raise result.exception
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


def test_values_alone_are_a_list():
    rows = json.loads(run("zip7_inhibitor", TEXT, *DAY, "--json"))
    expected = dose_response("zip7_inhibitor", DOSES, "notch_maturation_rate", duration=86400)
    assert [row["zip7_inhibitor"] for row in rows] == DOSES
    assert [row["notch_maturation_rate"] for row in rows] == expected["notch_maturation_rate"].tolist()


def test_hill_and_cells(tmp_path):
    table, picture = tmp_path / "doses.csv", tmp_path / "doses.png"
    arguments = ("zip7_inhibitor", TEXT, *DAY, "--hill", "--cells", "3", "--set", "er_chelator=1uM")
    record = json.loads(run(*arguments, "--json", "-o", table, "-p", picture))
    expected = dose_response(
        "zip7_inhibitor", DOSES, "notch_maturation_rate", duration=86400, cells=3, parameters={"er_chelator": 1.0}
    )
    told = record["hill"]["notch_maturation_rate"]
    assert told["fit"]["ec50"] == expected.hill().ec50
    assert told["summary"]["half_dose"]["median"] == expected.summary().loc["half_dose", "median"]
    assert record["provenance"]["parameters"] == {"er_chelator": 1.0}
    assert record["failures"] == {}
    rows = list(csv.reader(table.read_text().splitlines()))
    assert rows[0][:3] == [
        "zip7_inhibitor [uM]", "notch_maturation_rate [fraction]", "notch_maturation_rate [fraction] median",
    ]  # fmt: skip
    assert [float(row[0]) for row in rows[1:]] == DOSES
    assert float(rows[3][2]) == expected.band()[1, 2]
    assert picture.read_bytes().startswith(b"\x89PNG")
    text = run(*arguments)
    assert f"{expected.hill().ec50:.4g}" in text
    assert f"{expected.half_dose():.4g}" in text
    assert "of 3 cells" in text
    assert "Hill curve from" in text


def test_what_is_not_determined_is_told():
    text = run("zip7_inhibitor", "0,0.01,0.02,0.03,0.04", *DAY, "--hill")
    assert "no Hill curve, no plateau" in text


def test_two_inputs(tmp_path):
    table, picture = tmp_path / "surface.csv", tmp_path / "surface.svg"
    arguments = ("zip7_inhibitor", TEXT, *DAY, "--with", "er_chelator=0,1,10uM", "--hill", "--cells", "2")
    record = json.loads(run(*arguments, "--json", "-o", table, "-p", picture))
    surface = dose_surface(
        ("zip7_inhibitor", "er_chelator"), (DOSES, [0, 1, 10]), "notch_maturation_rate", duration=86400, cells=2
    )
    synergy = surface.synergy()
    told = record["synergy"]["notch_maturation_rate"]
    assert told["summary"]["bliss_excess"]["value"] == synergy.scores.bliss_excess < -0.1
    assert told["summary"]["loewe_index"] == {
        **told["summary"]["loewe_index"], "value": None, "undefined": 8
    }  # fmt: skip
    assert [pair["bliss_excess"] for pair in told["pairs"]] == synergy.bliss_excess.ravel().tolist()
    assert [row["er_chelator"] for row in record["hill"]["notch_maturation_rate"]] == [0, 1, 10]
    assert len(table.read_text().splitlines()) == 16
    assert picture.read_text().startswith("<?xml")
    text = run(*arguments)
    assert "notch_maturation_rate (fraction)" in text
    assert f"{synergy.scores.bliss_excess:.4g}" in text
    typical = synergy.summary.loc["loewe_index", "cells_undefined"]
    assert f"not defined in 8 of 8 pairs ({typical:g} in the median cell)" in text
    assert "zip7_inhibitor alone reaches 97 %" in text


def test_no_effect_to_compare_is_told():
    text = run("zip7_inhibitor", "0,1", "-r", "oxygen", "-d", "1h", "--with", "er_chelator=1")
    assert "no synergy: oxygen: the readout does not respond" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["zip7_inhibiter", "0,1"], ["zip7_inhibiter", "zip7_inhibitor"]),
        (["zip7_inhibitor", "0,x"], ["zip7_inhibitor", "'x'"]),
        (["zip7_inhibitor", ""], ["zip7_inhibitor"]),
        (["zip7_inhibitor", "0,1,1uM"], ["zip7_inhibitor = 1 uM", "twice"]),
        (["zip7_inhibitor", "0,1", "--with", "er_chelator"], ["--with", "ID=DOSES"]),
        (["zip7_inhibitor", "0,1", "--with", "er_chelater=1"], ["er_chelater", "er_chelator"]),
        (["zip7_inhibitor", "0,1", "--with", "zip7_inhibitor=1"], ["zip7_inhibitor", "twice"]),
        (["zip7_inhibitor", "0,1", "--cells", "5000"], ["5000", "1301"]),
        (["zip7_inhibitor", "0,1", "-o", "missing/doses.csv"], ["missing"]),
        (["zip7_inhibitor", "0,1", "-p", "doses.foo"], [".foo", "png"]),
        (["zip7_inhibitor", "0,1", "-r", "bip_fold", "-p", "a.png", "--with", "er_chelator=1"], ["--plot", "bip_fold"]),
        (["zinc_traps_ero1", "0,1"], ["zinc_traps_ero1", "switch"]),
    ],
)
def test_bad_input(arguments, words):
    with pytest.raises(ZincSbmlError) as error:
        run(*arguments, *DAY)
    assert all(word in str(error.value) for word in words), error.value
