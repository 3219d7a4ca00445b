"""Which finding constrains which parameter: by hand where the numbers are simple, and against the kept tables."""

import csv

import numpy as np
import pytest

from zinc_sbml import catalog
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings import Calibration, Criterion, Finding, Kind, Measure
from zinc_sbml.sensitivity import kept
from zinc_sbml.sensitivity.constraints import LEAST_MARGIN, finding_sensitivities, parameter_summary
from zinc_sbml.table_text import read_rows


def finding(name, at_least, *, wall=None):
    measure = Measure(scenario="baseline", readout="Zn_er")
    return Finding(
        id=name, statement="s", source="s", place="",
        calibration=Calibration.PENALTY if wall else Calibration.NONE, **({"wall": wall} if wall else {}),
        criteria=(Criterion(kind=Kind.VALUE, of=measure, at_least=at_least),),
    )  # fmt: skip


def test_effects_are_told_in_margins_and_walls():
    from zinc_sbml.sensitivity.local import local_sensitivities

    slope = local_sensitivities(
        "baseline", readouts=["Zn_er"], parameters=["zinc_zip7_vmax", "upr_chop_decay_k"]
    ).matrix()  # fmt: skip
    register = [
        finding("far", 1.1712e-5 / np.e),
        finding("near", 1.17e-5),
        finding("walled", 1.1712e-5 / np.e, wall=2.0),
    ]
    found = finding_sensitivities(register, parameters=["zinc_zip7_vmax", "upr_chop_decay_k"])
    assert found.targets["measured_in"].tolist() == ["margin", "wall", "wall"]
    assert found.targets["unit_size"].tolist() == pytest.approx([1.0, LEAST_MARGIN, 2.0], abs=1e-3)
    wanted = slope.loc["zinc_zip7_vmax", "Zn_er"] / found.targets["unit_size"]
    np.testing.assert_allclose(found.effects["zinc_zip7_vmax"], wanted, rtol=2e-3)
    np.testing.assert_allclose(found.effects["upr_chop_decay_k"], 0.0, atol=1e-3)
    assert found.agrees.all(axis=None)
    assert list(found.strongest("near").index) == ["zinc_zip7_vmax", "upr_chop_decay_k"]
    with pytest.raises(UnknownIdError, match="nothing_like_it"):
        found.strongest("nothing_like_it")
    summary = parameter_summary(found)
    assert summary.loc["zinc_zip7_vmax", "constrained_by"].startswith("near.1 (-")
    assert summary.loc["upr_chop_decay_k", "constrained_by"] == ""
    assert summary.loc["zinc_zip7_vmax", "goes_with"] == "zinc_loading_vmax (+0.57)"
    assert float(summary.loc["zinc_zip7_vmax", "width"]) == 0.7941


@pytest.fixture(scope="module")
def shipped():
    return finding_sensitivities(parameters=["gsh_import_rate", "zinc_uptake_vmax"])


def test_the_kept_table_says_what_is_found_now(shipped):
    assert kept.disagreements(shipped) == []
    assert shipped.effects.loc["dtt_recovery_in_seconds.1", "gsh_import_rate"] < -1
    # Cytosolic zinc is proportional to its uptake; a measurement is known to its noise.
    measured = shipped.targets.loc["Z09"]
    assert measured["measured_in"] == "noise"
    assert shipped.effects.loc["Z09", "zinc_uptake_vmax"] == pytest.approx(1 / 0.405, rel=0.01)


def test_a_stale_table_is_told(shipped, monkeypatch, tmp_path):
    text = kept.findings_path().read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines(), delimiter="\t"))
    place = rows[0].index("gsh_import_rate")
    rows[3][place] = str(float(rows[3][place]) + 0.5)
    stale = tmp_path / "findings.tsv"
    stale.write_text("\n".join("\t".join(row) for row in rows[:-1]) + "\n", encoding="utf-8")
    monkeypatch.setattr(catalog, "sensitivity_directory", lambda: tmp_path)
    lines = kept.disagreements(shipped)
    assert [line.split(":")[0] for line in lines] == [f"{rows[3][0]}, gsh_import_rate", rows[-1][0]]


def test_kept_tables_hold_every_parameter_and_every_criterion():
    from zinc_sbml.findings import load_findings
    from zinc_sbml.findings.family import columns_of
    from zinc_sbml.model import load_model

    rows = read_rows(kept.findings_path())
    parameters = {item.id for item in load_model("er_zinc_redox").having("parameter") if item.value}
    assert parameters <= set(rows[0])
    assert {name for name, _, _ in columns_of(load_findings())} <= {row["target"] for row in rows}
    summary = read_rows(catalog.sensitivity_directory() / "parameters.tsv")
    assert {row["parameter"] for row in summary} == parameters


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"parameters": ["nothing_like_it"]}, UnknownIdError, "nothing_like_it"),
        ({"parameters": ["zip7_inhibitor"]}, InvalidInputError, "input"),
        ({"parameters": []}, InvalidInputError, "nothing to differentiate"),
        ({"findings": []}, InvalidInputError, "nothing to differentiate"),
        ({"step": 2.0}, InvalidInputError, "step"),
    ],
)
def test_bad_questions_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        finding_sensitivities(**options)
