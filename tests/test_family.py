"""Findings over a family of cells: shares by brute force, the shipped family, and what is refused."""

import csv
import dataclasses
import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.calibration import load_problem
from zinc_sbml.calibration.identifiability import widths, zinc_window
from zinc_sbml.calibration.judging import disagreements, judge, write_family
from zinc_sbml.calibration.tables import UNEXPLAINED
from zinc_sbml.cli import app
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings import Calibration, Criterion, Family, Finding, Kind, Measure, Status, load_findings
from zinc_sbml.findings.family import columns_of, compare_plausible, load_family
from zinc_sbml.table_text import same_table

run = CliRunner().invoke


def cells():
    """Three cells: the shipped one, one with a weak trap, one that hardly misfolds Notch."""
    shipped = {one.id: one.nominal for one in load_problem().parameters}
    return [
        ("shipped", shipped),
        ("weak trap", {**shipped, "ero1_zinc_trap_k": 1.0}),
        ("sturdy Notch", {**shipped, "folding_notch_misfolding_k": 2e-6}),
    ]


@pytest.fixture(scope="module")
def judged():
    return judge(cells())


@pytest.fixture(scope="module")
def small_family(judged, tmp_path_factory):
    # Whether they meet the findings that were fitted is not the question here.
    accepted = [dataclasses.replace(one, unmet=frozenset()) for one in judged]
    path = tmp_path_factory.mktemp("family") / "family.tsv"
    assert write_family(path, accepted, {"seed": 1}) == 3
    return load_family(path)


def test_shares_by_brute_force(small_family):
    """Each cell judged by `compare` as if it were alone, and counted."""
    alone = [zs.compare(parameters=values) for _, values in cells()]
    statuses = {
        verdict.finding.id: [
            next(v.status for v in one.verdicts if v.finding.id == verdict.finding.id) for one in alone
        ]
        for verdict in alone[0].verdicts
    }
    seen = set()
    for verdict in compare_plausible(family=small_family).verdicts:
        met = [status is Status.REPRODUCED for status in statuses[verdict.finding.id]]
        if verdict.finding.criteria:
            assert verdict.share == pytest.approx(np.mean(met)), verdict.finding.id
            seen.add(verdict.share)
    assert {0.0, 1.0} < seen, "the cells should not agree on everything"


def test_a_register_of_ones_own_is_simulated(small_family):
    measure = Measure(scenario="zip7_inhibition", readout="notch_maturation_rate")
    criterion = Criterion(kind=Kind.VALUE, of=measure, at_most=0.5)
    finding = Finding(id="own", statement="Notch stalls", source="me", place="", criteria=(criterion,))
    by_hand = [
        zs.simulate("zip7_inhibition", parameters=values).final["notch_maturation_rate"] for _, values in cells()
    ]
    [verdict] = compare_plausible([finding], family=small_family).verdicts
    assert verdict.share == pytest.approx(np.mean([value <= 0.5 for value in by_hand]))
    assert verdict.checks[0].median == pytest.approx(sorted(by_hand)[1], rel=1e-9)


def test_a_changed_number_is_found(small_family):
    assert disagreements(small_family, cells=3) == []
    small_family.values["P02.1"][1] *= 1.01
    try:
        [line] = disagreements(small_family, cells=3)
    finally:
        small_family.values["P02.1"][1] /= 1.01
    assert "P02.1" in line
    assert "weak trap" in line


def test_judging_is_the_same_on_two_processes(judged):
    again = judge(cells(), processes=2)
    assert [(one.id, one.values, one.rest) for one in again] == [(one.id, one.values, one.rest) for one in judged]


def family_of(share, count=100):
    """A family in which one criterion holds in a share of the cells."""
    values = np.where(np.arange(count) < round(share * count), 1.0, 3.0)
    return Family(ids=tuple(map(str, range(count))), parameters={}, values={"one.1": values})


@pytest.mark.parametrize(
    ("share", "status"),
    [
        (1.0, Status.REPRODUCED), (0.95, Status.REPRODUCED), (0.94, Status.DIVIDED),
        (0.06, Status.DIVIDED), (0.05, Status.MISSED), (0.0, Status.MISSED),
    ],
)  # fmt: skip
def test_status_by_share(share, status, monkeypatch):
    measure = Measure(scenario="baseline", readout="bip_fold")
    one = Finding(
        id="one", statement="", source="", place="", criteria=(Criterion(kind=Kind.VALUE, of=measure, at_most=2.0),)
    )
    monkeypatch.setattr("zinc_sbml.findings.family.load_findings", lambda path=None: (one,))
    [verdict] = compare_plausible(family=family_of(share)).verdicts
    assert (verdict.share, verdict.status) == (pytest.approx(share), status)


def test_numbers_that_are_not_finite(monkeypatch):
    measure = Measure(scenario="baseline", readout="bip_fold")
    one = Finding(
        id="one", statement="", source="", place="", criteria=(Criterion(kind=Kind.VALUE, of=measure, at_least=2.0),)
    )
    monkeypatch.setattr("zinc_sbml.findings.family.load_findings", lambda path=None: (one,))
    family = Family(ids=("a", "b", "c"), parameters={}, values={"one.1": np.array([math.inf, math.nan, 5.0])})
    comparison = compare_plausible(family=family)
    [verdict] = comparison.verdicts
    assert verdict.share == pytest.approx(2 / 3)
    assert verdict.checks[0].low == 5.0
    assert verdict.checks[0].high == math.inf
    json.dumps(comparison.records(), allow_nan=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no plausible cell"),
        ("# seed: 1\nset\tero1_kcat\n", "holds no plausible cell"),
        ("set\tero1_kcat\na\t1\t2\n", "3 columns, expected 2"),
        ("set\tero1_kcat\na\tfast\n", "ero1_kcat is 'fast'"),
    ],
)
def test_broken_families_are_refused(tmp_path, text, words):
    path = tmp_path / "family.tsv"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=words):
        load_family(path)


def test_a_family_of_another_register_is_refused(small_family):
    other = Family(ids=small_family.ids, parameters=small_family.parameters, values={"P01.1": np.ones(3)})
    with pytest.raises(InvalidInputError, match=r"no column P02\.1"):
        compare_plausible(family=other)
    with pytest.raises(InvalidInputError, match="sets: 4, expected 1 to 3"):
        compare_plausible(family=small_family, sets=4)
    with pytest.raises(InvalidInputError, match="cannot read"):
        load_family("nowhere.tsv")


def test_nothing_accepted_is_no_family(judged, tmp_path):
    refused = [dataclasses.replace(one, unmet=frozenset({"er_glutathione_ratio"})) for one in judged]
    with pytest.raises(InvalidInputError, match="none of 3 cells"):
        write_family(tmp_path / "family.tsv", refused, {})
    assert list(tmp_path.iterdir()) == []


def test_widths_and_window_by_hand():
    problem = load_problem()
    count = 4000
    random = np.random.default_rng(1)
    parameters = {
        one.id: 10 ** random.uniform(math.log10(one.lower), math.log10(one.upper), count) for one in problem.parameters
    }
    parameters["ero1_kcat"] = np.full(count, 2.0)
    columns = {name: np.zeros(count) for name, _, _ in columns_of(load_findings())}
    columns["P02.1"] = np.full(count, 100.0)
    zinc = np.full(count, 2e-6)
    family = Family(ids=tuple(map(str, range(count))), parameters=parameters, values=columns, rest={"Zn_er": zinc})
    table = widths(problem, family)
    assert table.loc["ero1_kcat", "width"] == pytest.approx(0, abs=1e-9)
    assert table.drop(index="ero1_kcat")["width"].between(0.95, 1.05).all()
    constant = np.median(parameters["ero1_zinc_release_k"] / parameters["ero1_zinc_trap_k"])
    window = zinc_window(family)
    assert window["median"].iloc[0] == pytest.approx(2e-6 / constant, rel=1e-3)
    assert window["median"].iloc[1] == pytest.approx(2e-4 / constant, rel=1e-3)
    at_one = window.loc["dissociation constant if ER zinc rests at 1 nM", "median"]
    assert at_one == pytest.approx(1 / window["median"].iloc[0], rel=1e-3)
    assert window["cells_paper"].tolist() == [0] * len(window)


@pytest.fixture(scope="module")
def shipped():
    return load_family()


def test_shipped_family(shipped):
    problem = load_problem()
    assert len(shipped) >= 1000
    assert catalog.family_path().stat().st_size < 5e6
    assert set(shipped.parameters) == set(problem.names)
    table = np.column_stack([shipped.parameters[name] for name in problem.names])
    assert len(np.unique(table, axis=0)) == len(shipped)
    for one in problem.parameters:
        values = shipped.parameters[one.id]
        assert values.min() >= one.lower * (1 - 1e-6)
        assert values.max() <= one.upper * (1 + 1e-6)
    assert {"seed", "command", "versions", "r-hat", "effective samples", "accepted", "failed"} <= set(
        shipped.provenance
    )
    assert float(shipped.provenance["r-hat"].split()[0]) < 1.05
    failures = json.loads(catalog.family_path().with_name("failures.json").read_text())
    counted = int(shipped.provenance["failed"]) + int(shipped.provenance["failed while sampling"])
    assert len(failures) == counted
    assert all(failure["reason"] and failure["parameters"] for failure in failures)


def test_every_plausible_cell_meets_what_was_fitted(shipped):
    used = [verdict for verdict in compare_plausible().verdicts if verdict.finding.calibration is Calibration.PENALTY]
    assert len(used) >= 15
    assert all(verdict.share == 1 for verdict in used)


def test_findings_are_recorded_by_their_shares():
    comparison = compare_plausible()
    assert [verdict.finding.id for verdict in comparison.changed] == []
    left = [v for v in comparison.verdicts if v.finding.calibration is Calibration.NONE and v.finding.criteria]
    for verdict in left:
        if verdict.finding.status is Status.REPRODUCED:
            assert verdict.share >= 0.95, verdict.finding.id
        else:
            assert verdict.finding.reason, verdict.finding.id


def test_screening_explains_every_parameter():
    with (catalog.calibration_directory() / "screening.tsv").open() as file:
        rows = {row["parameter"]: row for row in csv.DictReader(file, delimiter="\t")}
    assert {name for name, row in rows.items() if row["fitted"] == "fitted"} == set(load_problem().names)
    assert UNEXPLAINED not in {row["fitted"] for row in rows.values()}


def test_tables_are_compared_as_numbers():
    assert same_table("a\tb\n1\t2.000\n", "a\tb\n1.0001\t2\n")
    assert not same_table("a\tb\n1\t2\n", "a\tb\n1.01\t2\n")
    # Small numbers count as much as large ones, but for residuals, which are nothing where a bound is far.
    assert not same_table("a\tb\n1\t2.5e-05\n", "a\tb\n1\t9.9e-05\n")
    assert same_table("a\tresidual\n1\t2.5e-05\n", "a\tresidual\n1\t9.9e-05\n")
    assert not same_table("a\tb\n1\tyes\n", "a\tb\n1\tno\n")
    assert not same_table("a\tb\n1\t2\n", "a\tb\n")


def test_commands_of_the_family():
    done = run(app, ["compare", "--plausible", "--json"])
    assert done.exit_code == 0
    records = json.loads(done.stdout)
    assert len(records) == len(load_findings())
    assert {"share", "checks", "calibration", "verdict"} <= set(records[0])
    shown = run(app, ["compare", "--plausible"]).stdout
    assert shown.index("not used to fit") < shown.index("were used to fit")
    for words in (["compare", "--plausible", "--set", "oxygen=1"], ["compare", "--sets", "3"]):
        assert run(app, words).exit_code == 2
    assert run(app, ["calibrate", "targets"]).exit_code == 0
    assert run(app, ["calibrate", "report", "--check", "--cells", "1"]).exit_code == 0
    assert run(app, ["calibrate", "profile", "ero1_kkat"]).exit_code == 2
    assert run(app, ["calibrate", "fit", "--set", "nonsense"]).exit_code == 2


def test_an_unknown_parameter_of_a_profile_names_near_ones():
    from zinc_sbml.calibration.identifiability import profile

    with pytest.raises(UnknownIdError, match="ero1_kcat"):
        profile(load_problem(), ["ero1_kkat"])


@pytest.mark.parametrize("number", [1301, -1302, 1.5, True, "one"])
def test_a_cell_that_is_not_there_is_told(number):
    with pytest.raises(InvalidInputError, match="expected a whole number from 0 to 1300"):
        zs.load_family().cell(number)
