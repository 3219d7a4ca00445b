"""Commands of the calibration: what they print and write, and how they end. What they write goes to a copy."""

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.calibration import load_problem
from zinc_sbml.calibration.sampling import Chains
from zinc_sbml.cli import app
from zinc_sbml.findings import load_findings

runner = CliRunner()


def run(*arguments, exit_code=0):
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A copy of the tables of the calibration, so that no test writes into the repository."""
    copy = shutil.copytree(catalog.calibration_directory(), tmp_path / "calibration")
    monkeypatch.setattr(catalog, "calibration_directory", lambda: copy)
    return copy


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_compare_over_the_family_prints_a_record_for_each_finding():
    records = json.loads(run("compare", "--plausible", "--json"))
    findings = load_findings()
    assert [record["id"] for record in records] == [finding.id for finding in findings]
    for record, finding in zip(records, findings, strict=True):
        assert record["sets"] == len(zs.load_family())
        assert len(record["checks"]) == len(finding.criteria)
        assert (record["share"] is None) == (not finding.criteria)
        assert record["verdict"] == record["expected"] == finding.status.value


def test_compare_over_some_cells():
    family = zs.load_family()
    result = runner.invoke(app, ["compare", "--plausible", "--sets", "3", "--json"])
    records = {record["id"]: record for record in json.loads(result.stdout)}
    differs = any(record["verdict"] != record["expected"] for record in records.values())
    assert result.exit_code == int(differs)
    [check] = records["P01"]["checks"]
    assert check["median"] == sorted(family.values["P01.1"][:3].tolist())[1]
    assert {record["sets"] for record in records.values()} == {3}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "--plausible", "--set", "oxygen=5"], ["--plausible", "--set"]),
        (["compare", "--plausible", "--sets", "0"], ["sets: 0", "expected 1 to"]),
        (["compare", "--plausible", "--sets", "1000000"], ["sets: 1000000", "expected 1 to"]),
        (["compare", "--sets", "3"], ["--sets", "--plausible"]),
        (["compare", "--plausible", "--findings", "nothing.toml"], ["nothing.toml"]),
        (["calibrate", "profile", "ero1_kkat"], ["ero1_kkat", "ero1_kcat"]),
        (["calibrate", "profile", "nonsense_parameter"], ["nonsense_parameter"]),
        (["calibrate", "adopt", "999"], ["999", "expected one of 0, 1, 2"]),
        (["calibrate", "fit", "--set", "ero1_kkat=1"], ["ero1_kkat", "ero1_kcat"]),
        (["calibrate", "sample", "--work", "WORK", "--walkers", "4"], ["walkers: 4", "at least 50"]),
        (["calibrate", "judge", "--work", "WORK"], ["WORK", "no chains"]),
    ],
)
def test_bad_input_is_one_clear_line_and_writes_nothing(arguments, words, folder, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    before = contents(folder)
    text = run(*(str(work) if word == "WORK" else word for word in arguments), exit_code=2)
    assert text.startswith("error: ")
    assert text.count("\n") == 1
    assert all((str(work) if word == "WORK" else word) in text for word in words)
    assert contents(folder) == before
    assert list(work.iterdir()) == []


def rows_of(text):
    return {record["target"]: record for record in json.loads(text)}


def test_targets_of_the_shipped_cell_are_met():
    records = rows_of(run("calibrate", "targets", "--json"))
    problem = load_problem()
    assert list(records) == [target.id for target in problem.targets]
    assert {record["met"] for record in records.values()} == {"yes"}
    compared = {f"{v.finding.id}.{n}": c.value for v in zs.compare().verdicts for n, c in enumerate(v.checks, 1)}
    finite = [(record["value"], compared[name]) for name, record in records.items() if name in compared]
    assert len(finite) > 25
    for shown, value in finite:
        assert shown == (pytest.approx(value) if np.isfinite(value) else None)


def test_a_target_that_is_not_met_says_no(tmp_path, monkeypatch):
    """The register with one bound that no cell meets."""
    text = catalog.findings_path().read_text(encoding="utf-8")
    start = text.index('id = "er_glutathione_ratio"')
    part = text[start : text.index("[[finding]]", start)]
    assert part.count("at_most = 7") == 1
    register = tmp_path / "findings.toml"
    register.write_text(text.replace(part, part.replace("at_most = 7", "at_most = 0.07")), encoding="utf-8")
    monkeypatch.setattr(catalog, "findings_path", lambda: register)
    records = rows_of(run("calibrate", "targets", "--json", exit_code=1))
    assert [name for name, record in records.items() if record["met"] == "no"] == ["er_glutathione_ratio.1"]
    assert records["er_glutathione_ratio.1"]["residual"] > 10
    table = run("calibrate", "targets", exit_code=1)
    assert " no " in table


def test_report_of_the_shipped_files_is_fresh(folder):
    before = contents(folder)
    text = run("calibrate", "report", "--check", "--cells", "1")
    assert text.startswith("0 tables stale; 0 numbers of 1 cells differ")
    assert contents(folder) == before


def test_report_tells_a_stale_table_and_writes_it_anew(folder):
    target = folder / "targets.tsv"
    original = target.read_bytes()
    lines = target.read_text(encoding="utf-8").splitlines()
    damaged = "\n".join([*lines[:2], *lines[3:]]) + "\n"
    target.write_text(damaged, encoding="utf-8")
    (folder / "correlations.tsv").unlink()
    text = run("calibrate", "report", "--check", "--cells", "1", exit_code=1)
    assert "stale: targets.tsv" in text
    assert "stale: correlations.tsv" in text
    assert "2 tables stale" in text
    assert target.read_text(encoding="utf-8") == damaged
    assert "written: targets.tsv" in run("calibrate", "report")
    assert (len(target.read_bytes()), (folder / "correlations.tsv").is_file()) == (len(original), True)
    run("calibrate", "report", "--check", "--cells", "1")


def test_report_tells_a_changed_number_of_the_family(tmp_path, monkeypatch):
    lines = catalog.family_path().read_text(encoding="utf-8").splitlines()
    header = next(i for i, line in enumerate(lines) if line.startswith("set\t"))
    row = lines[header + 1].split("\t")
    place = lines[header].split("\t").index("P02.1")
    row[place] = repr(float(row[place]) * 1.1)
    lines[header + 1] = "\t".join(row)
    changed = tmp_path / "family.tsv"
    changed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(catalog, "family_path", lambda *_: changed)
    text = run("calibrate", "report", "--check", "--cells", "1", exit_code=1)
    assert f"{row[0]}: P02.1 is" in text
    assert "1 numbers of 1 cells differ" in text


def test_adopt_writes_the_values_of_a_start(tmp_path, folder, monkeypatch):
    models = shutil.copytree(catalog.models_directory(), tmp_path / "models")
    monkeypatch.setattr(catalog, "models_directory", lambda: models)
    header, first = [line.split("\t") for line in (folder / "starts.tsv").read_text().splitlines()[:2]]
    row = dict(zip(header, first, strict=True))
    run("calibrate", "adopt", row["start"])
    sources = "".join(path.read_text(encoding="utf-8") for path in (models / "modules").glob("*.ant"))
    for name in load_problem().names:
        local = name.partition("_")[2]
        assert f"  {local} = {float(row[name])!r}; {local} has " in sources, name
    assert "nothing" in run("calibrate", "adopt", row["start"])


def test_fit_with_a_held_value_only_prints(folder):
    before = contents(folder)
    text = run("calibrate", "fit", "--starts", "1", "--iterations", "1", "--set", "zinc_traps_ero1=0")
    assert "to be shipped: start 0" in text
    assert contents(folder) == before


# Two steps are too few for an autocorrelation time, which does not matter here.
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_judge_writes_the_cells_it_draws(tmp_path, monkeypatch):
    """Chains that stand at cells of the shipped family give these cells again, with the same numbers."""
    family, problem = zs.load_family(), load_problem()
    coordinates = np.array([[one.to_scale(family.cell(i)[one.id]) for one in problem.parameters] for i in range(4)])
    chains = Chains(
        coordinates=np.tile(coordinates.reshape(1, 2, 2, -1), (2, 1, 1, 1)), log_posterior=np.zeros((2, 2, 2)),
        accepted=0.5, evaluations=9, failures=[{"reason": "sampled", "parameters": {}}], seed=17,
    )  # fmt: skip
    monkeypatch.setattr("zinc_sbml.calibration.sampling.load_chains", lambda work, problem: chains)
    path = tmp_path / "plausible" / "family.tsv"
    monkeypatch.setattr(catalog, "family_path", lambda *_: path)
    text = run("calibrate", "judge", "--work", str(tmp_path), "--burn-in", "0", "--draws", "50")
    assert "4 of 4 cells accepted, 0 could not be simulated" in text
    again = zs.load_family(path)
    ero1 = family.parameters["ero1_kcat"].tolist()
    for i in range(4):
        j = ero1.index(pytest.approx(again.cell(i)["ero1_kcat"], rel=1e-6))
        assert again.cell(i) == pytest.approx(family.cell(j), rel=1e-6)
        for name, column in again.values.items():
            assert column[i] == pytest.approx(family.values[name][j], rel=1e-3, abs=1e-12, nan_ok=True), name
    assert again.provenance["seed"].startswith("17")
    assert json.loads(path.with_name("failures.json").read_text()) == [
        {"step": "sample", "reason": "sampled", "parameters": {}}
    ]
