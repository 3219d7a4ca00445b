"""Passports: complete ones become a table, incomplete ones stop the build."""

from __future__ import annotations

import io
import math

import pandas as pd
import pytest

from zinc_sbml.building import build, check_passports, passport_table, read_source
from zinc_sbml.building.passports import COLUMNS, write_table

MISSING = {
    "value": ("ZP001", "loss_k", ("loss_k = 0.2; ", "")),
    "notes": ("ZP002", "loss_k", (" loss_k notes ```Assumed.```;", "")),
    "notes of an input": ("ZP003", "supply", ('supply property "https://identifiers.org/ECO:0000305"; ', "")),
    "evidence": ("ZP003", "step_k", ('k property "https://identifiers.org/ECO:0000314"; ', "")),
    "known evidence": ("ZP003", "step_k", ("ECO:0000314", "ECO:0000001")),
    "range in the top": ("ZP004", "loss_k", (" loss_k.range = {0.1, 1};", "")),
    "range in a module": ("ZP004", "step_k", (" k.range = {0.05, 5};", "")),
    "range of an input": ("ZP004", "supply", (" supply.range = {0, 10};", "")),
    "value inside the range": ("ZP005", "loss_k", ("loss_k.range = {0.1, 1}", "loss_k.range = {0.3, 1}")),
    "order of the bounds": ("ZP005", "loss_k", ("loss_k.range = {0.1, 1}", "loss_k.range = {1, 0.1}")),
    "rule of a readout": (
        "ZP006",
        "loss_k",
        ("loss_k notes ```Assumed.```", "loss_k notes ```Readout. No.```"),
    ),
    "role of a ruled parameter": ("ZP006", "gain", ("```Derived. From the rest.```", "```From the rest.```")),
}


@pytest.mark.parametrize("missing", MISSING, ids=lambda missing: missing.replace(" ", "-"))
def test_an_incomplete_passport_is_caught_and_nothing_is_written(write_models, missing):
    code, element, change = MISSING[missing]
    path = write_models(change)
    found = [issue for issue in check_passports(read_source(path)) if issue.code == code]
    assert [issue.element for issue in found] == [element]
    before = sorted(path.parent.rglob("*"))
    report = build(path.parent)
    assert code in {issue.code for issue in report.issues}
    assert not report.ok
    assert report.written == ()
    assert sorted(path.parent.rglob("*")) == before


def test_unit_name_and_term_of_a_parameter_stop_the_build_too(write_models):
    for change, code in [
        (("loss_k has per_s; ", ""), "ZS004"),
        (("loss_k.sboTerm = 35; ", ""), "ZS009"),
        (('loss_k is "loss of B";', ""), "ZS011"),
    ]:
        report = build(write_models(change).parent)
        assert code in {issue.code for issue in report.issues if issue.element == "loss_k"}


def test_a_process_that_the_top_switches_off_may_leave_its_range(write_models):
    off = write_models(("  step.box is", "  step.k = 0; step.box is"))
    assert check_passports(read_source(off)) == []
    outside = write_models(("  step.box is", "  step.k = 0.01; step.box is"))
    assert [issue.code for issue in check_passports(read_source(outside))] == ["ZP005"]


def test_physical_constants_need_no_range(write_models):
    change = (
        ("loss_k.range = {0.1, 1}; ", ""),
        ("loss_k notes ```Assumed.```", "loss_k notes ```Constant. Assumed.```"),
    )
    assert check_passports(read_source(write_models(*change))) == []


def test_the_table_holds_what_the_source_says(write_models):
    table = passport_table([read_source(write_models())]).set_index("id")
    assert list(table.index) == [
        "B_reference",
        "gain",
        "loss_k",
        "step_flux",
        "step_k",
        "supply",
        "supply_rate",
    ]
    assert table.loc["step_k"].to_dict() == {
        "name": "rate constant of the conversion",
        "models": "cell",
        "module": "exchange",
        "value": 0.5,
        "unit": "per_s",
        "lower": 0.05,
        "upper": 5.0,
        "evidence": "ECO:0000314",
        "evidence_word": "measured",
        "source": "https://doi.org/10.1000/example",
        "sbo": "SBO:0000035",
        "role": "parameter",
        "notes": "Measured at 37 C; k = 0.5.",
    }
    assert dict(table["role"]) == {
        "B_reference": "reference",
        "gain": "derived",
        "loss_k": "parameter",
        "step_flux": "readout",
        "step_k": "parameter",
        "supply": "input",
        "supply_rate": "parameter",
    }
    assert table.at["supply", "notes"] == "Fold of normal."
    assert table.at["loss_k", "module"] == "top"
    assert math.isnan(table.at["gain", "value"])


def test_models_share_a_row_until_they_differ(write_models):
    path = write_models()
    other = path.with_name("other.ant")
    text = path.read_text().replace("model *cell()", "model *other()").replace('cell is "', 'other is "')
    other.write_text(text.replace("loss_k = 0.2", "loss_k = 0.4"))
    table = passport_table([read_source(other), read_source(path)])
    shared = table[table["id"] == "step_k"]
    assert list(shared["models"]) == ["cell other"]
    different = table[table["id"] == "loss_k"]
    assert dict(zip(different["models"], different["value"], strict=True)) == {"cell": 0.2, "other": 0.4}


def test_the_written_table_reads_back_the_same(write_models):
    table = passport_table([read_source(write_models())])
    text = write_table(table)
    assert text.splitlines()[0].split("\t") == list(COLUMNS)
    again = pd.read_csv(
        io.StringIO(text), sep="\t", keep_default_na=False, na_values={"value": "", "lower": "", "upper": ""}
    )
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
