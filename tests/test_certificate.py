"""The certificate: what counts as agreement, what is recorded, and that engines really run from the exported files."""

from __future__ import annotations

import dataclasses
import json
import os

import numpy as np
import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml import certificate, certificate_record, engines
from zinc_sbml.certificate import Certificate, Comparison, certify, write_record
from zinc_sbml.certificate_record import LARGEST_DEVIATION, agreeing_engines, read_record, stale_facts
from zinc_sbml.cli import app
from zinc_sbml.engines import ENGINES, Engine, Outcome, Run, run_engine
from zinc_sbml.errors import InvalidInputError, UnknownIdError

PULSE = zs.Scenario(id="pulse", duration=10, periods=[zs.Period(start=0, changes={}), zs.Period(start=5, changes={})])
RUN = Run(scenario="pulse", model="m", duration=10, steps=10, columns=("a", "b"))
REFERENCE = np.column_stack([np.linspace(1, 2, 11), np.linspace(0, -4, 11)])


def compared(a=None, b=None):
    course = {"a": REFERENCE[:, 0] if a is None else a, "b": REFERENCE[:, 1] if b is None else b}
    return certificate._compared("e", RUN, PULSE, Outcome(course=course), REFERENCE)


def shifted(column, row, by):
    values = REFERENCE[:, column].copy()
    values[row] += by
    return values


def test_the_largest_difference_is_taken_relative_to_the_peak():
    same = compared()
    assert (same.deviation, same.compared, same.passed) == (0, 2, True)
    # Peaks are 2 and 4.
    found = compared(a=shifted(0, 7, 1e-7), b=shifted(1, 3, -4e-7))
    assert found.worst == "b"
    assert found.deviation == pytest.approx(1e-7)
    assert not compared(b=shifted(1, 10, 4.1e-6)).passed
    assert compared(b=shifted(1, 10, 3.9e-6)).passed


def test_rows_at_changes_are_left_out_and_no_others():
    for row in range(11):
        assert compared(a=shifted(0, row, 1.0)).passed == (row in (0, 5)), row


def test_what_is_no_number_is_no_agreement():
    found = compared(a=shifted(0, 4, np.nan))
    assert np.isnan(found.deviation)
    assert (found.worst, found.passed) == ("a", False)
    # Also where a later column agrees, or an earlier one is worse.
    assert not compared(a=shifted(0, 4, 1.0), b=shifted(1, 4, np.nan)).passed


def test_missing_rows_are_a_failure():
    found = compared(a=REFERENCE[:5, 0])
    assert "5 rows, expected 11" in found.failure
    assert not found.passed


def test_a_zero_course_is_compared_with_the_tolerance_of_the_solver():
    """A knocked-out species is zero all along: its noise must not count as a deviation, a real value must."""
    zero = REFERENCE.copy()
    zero[:, 0] = 0
    for value, agrees in ((1e-19, True), (1e-9, False)):
        course = {"a": np.full(11, value), "b": zero[:, 1]}
        assert certificate._compared("e", RUN, PULSE, Outcome(course=course), zero).passed == agrees


def test_an_engine_that_fails_or_is_missing_has_not_passed():
    failed = certificate._compared("e", RUN, PULSE, Outcome(course=None, failure="it broke"), REFERENCE)
    assert (failed.failure, failed.passed) == ("it broke", False)
    assert not Certificate(comparisons=(failed,), not_run=(), facts={}).passed
    assert not Certificate(comparisons=(), not_run=("amici",), facts={}).passed


@pytest.fixture
def with_engine(monkeypatch):
    """Put an engine of the test's own beside the others."""

    def add(**changes):
        engine = Engine(
            about="made up", reads="nothing", module="scipy_code", function="prepare", packages=("numpy",),
            imports=("numpy",),
        )  # fmt: skip
        monkeypatch.setattr(engines, "ENGINES", {**ENGINES, "made_up": dataclasses.replace(engine, **changes)})
        monkeypatch.setattr(certificate, "ENGINES", engines.ENGINES)

    return add


def test_an_engine_that_is_not_installed_is_not_run(with_engine):
    with_engine(imports=("no_such_module_at_all",))
    made = certify(engines=["made_up"], scenarios=["ero1_assay_zinc"])
    assert made.not_run == ("made_up",)
    assert made.comparisons == ()
    assert not made.passed
    assert made.record()["engines"]["made_up"]["ran"] is False


def _die(name, folder, runs):
    """Stand in for an engine whose library brings the process down."""
    os._exit(3)


def test_a_crash_of_an_engine_is_an_answer(monkeypatch, tmp_path):
    monkeypatch.setattr(engines, "_run_all", _die)
    found = run_engine("scipy", tmp_path, [RUN])
    assert found["pulse"] == Outcome(course=None, failure="the process of the engine died")


def test_an_error_of_an_engine_is_an_answer(tmp_path):
    """There is no file of this scenario: each engine says so in its own words, and the next one is run all the same."""
    for name in ("copasi_lsoda", "copasi_radau5", "scipy", "tellurium"):
        found = run_engine(name, tmp_path, [RUN, dataclasses.replace(RUN, scenario="other")])
        assert set(found) == {"pulse", "other"}, name
        for outcome in found.values():
            assert outcome.course is None
            assert outcome.failure, name


def test_engines_agree_from_the_exported_files():
    """Two algorithms, two readers, two kinds of files, on a rest before time 0 and on the test tube."""
    made = certify(
        engines=["copasi_lsoda", "copasi_radau5", "scipy"], scenarios=["dtt_pulse_ero1_knockout", "ero1_assay_zinc"]
    )
    assert made.not_run == ()
    assert len(made.comparisons) == 6
    for one in made.comparisons:
        assert one.failure == ""
        # The same bits would mean that the engine had not run.
        assert 0 < one.deviation <= LARGEST_DEVIATION, one
        assert one.compared > 20
    assert made.passed


def test_tellurium_runs_the_archive():
    made = certify(engines=["tellurium"], scenarios=["zip7_inhibition_washout", "dtt_pulse_prdx4_knockout"])
    assert [one.failure for one in made.comparisons] == ["", ""]
    assert all(0 < one.deviation <= LARGEST_DEVIATION for one in made.comparisons)


def test_an_engine_that_got_another_model_is_found_out(monkeypatch):
    """The comparison must be able to fail: one exported file is changed behind its back."""
    from zinc_sbml.exchange import archive_content

    honest = archive_content.scenario_files

    def changed(scenarios, models):
        files = honest(scenarios, models)
        files["ero1_assay_zinc.xml"] = (
            files["ero1_assay_zinc.xml"]
            .replace('id="ero1_abundance_change_1_value"', 'id="ero1_abundance_change_1_value" ')
            .replace('value="300"', 'value="301"')
        )
        return files

    monkeypatch.setattr(archive_content, "scenario_files", changed)
    made = certify(engines=["copasi_lsoda"], scenarios=["ero1_assay_zinc"])
    assert not made.passed
    assert made.comparisons[0].deviation > 1e-3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [({"engines": ["copasi"]}, "did you mean 'copasi_lsoda'"), ({"scenarios": ["dtt"]}, "did you mean 'dtt_pulse'")],
)
def test_unknown_names_are_refused(arguments, told):
    with pytest.raises(UnknownIdError, match=told):
        certify(**arguments)


# ----------------------------------------------------------------- the kept certificate


def test_the_kept_certificate_holds():
    record = read_record()
    assert stale_facts(record) == []
    ran = [name for name, engine in record["engines"].items() if engine["ran"]]
    assert set(ran) >= {"copasi_lsoda", "copasi_radau5", "scipy", "tellurium", "amici"}
    assert agreeing_engines() == ran
    for name in ran:
        assert set(record["engines"][name]["scenarios"]) == set(zs.load_scenarios())
        assert all("not installed" not in text for text in record["engines"][name]["versions"].values())


@pytest.fixture
def record():
    return json.loads(json.dumps(read_record()))


def test_every_change_makes_it_stale(record):
    def told(change):
        fresh = json.loads(json.dumps(record))
        change(fresh)
        return stale_facts(fresh)

    assert told(lambda r: r["models"].update(ero1_assay="0")) == ["model ero1_assay has changed"]
    assert told(lambda r: r["scenarios"].pop("dtt_pulse")) == ["scenario dtt_pulse has changed"]
    assert told(lambda r: r["scenarios"].update(old="0")) == ["scenario old is gone"]
    scipy = lambda r: r["engines"]["scipy"]["scenarios"]  # noqa: E731
    assert told(lambda r: scipy(r).pop("dtt_pulse")) == ["scipy did not run dtt_pulse"]
    assert told(lambda r: scipy(r)["dtt_pulse"].update(deviation=1.1e-6)) == ["scipy deviates on dtt_pulse: 1.1e-06"]
    assert told(lambda r: scipy(r).update(dtt_pulse={"failure": "no"})) == ["scipy deviates on dtt_pulse: no"]

    def none_ran(r):
        for engine in r["engines"].values():
            engine["ran"] = False

    assert told(none_ran) == ["no engine was run"]


def test_a_certificate_of_some_scenarios_is_not_kept(tmp_path):
    part = Certificate(
        comparisons=(Comparison(engine="scipy", scenario="dtt_pulse", deviation=0, worst="a", compared=1),),
        not_run=(),
        facts={},
    )
    with pytest.raises(InvalidInputError, match="covers 1 of"):
        write_record(part, tmp_path / "record.json")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_or_damaged_record_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot read the certificate"):
        read_record(tmp_path / "record.json")
    (tmp_path / "record.json").write_text("{")
    with pytest.raises(InvalidInputError, match="is not a JSON file"):
        read_record(tmp_path / "record.json")


def test_table_and_record_say_the_same():
    lines = certificate_record.record_path().with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    record = read_record()
    assert lines[0].split("\t") == ["engine", "scenario", "deviation", "worst", "compared"]
    assert len(lines) - 1 == sum(len(engine.get("scenarios", ())) for engine in record["engines"].values())
    for line in lines[1:]:
        engine, scenario, deviation, worst, _ = line.split("\t")
        kept = record["engines"][engine]["scenarios"][scenario]
        assert (float(deviation), worst) == (pytest.approx(kept["deviation"], rel=0.01), kept["worst"])


def test_the_command_says_no_when_the_certificate_is_stale(monkeypatch):
    runner = CliRunner()
    fine = runner.invoke(app, ["certify", "--check"])
    assert (fine.exit_code, fine.output.strip()) == (0, "kept certificate: 0 facts do not hold")
    monkeypatch.setattr(certificate_record, "LARGEST_DEVIATION", 1e-12)
    stale = runner.invoke(app, ["certify", "--check"])
    assert stale.exit_code == 1
    assert "deviates on" in stale.output


def test_the_command_runs_a_part_and_keeps_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(certificate, "record_path", lambda: tmp_path / "record.json")
    done = CliRunner().invoke(app, ["certify", "--engine", "copasi_lsoda", "--scenario", "ero1_assay_zinc"])
    assert done.exit_code == 0, done.output
    assert "1 of 1" in done.output
    assert list(tmp_path.iterdir()) == []
    wrong = CliRunner().invoke(app, ["certify", "--engine", "copassi"])
    assert wrong.exit_code == 2
