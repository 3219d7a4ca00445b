"""Judging cells and counting: what is accepted, what the table keeps, and the shipped family counted a second time."""

import csv
import dataclasses
import json
import math
import re
import tomllib

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.calibration import load_problem
from zinc_sbml.calibration.judging import REST, Judged, disagreements, draw, given_up, judge, write_family
from zinc_sbml.calibration.sampling import Chains
from zinc_sbml.errors import InvalidInputError, SimulationError
from zinc_sbml.findings import Calibration, Criterion, Family, Finding, Kind, Measure, Status
from zinc_sbml.findings.family import load_family

# No glutathione leaves: it has no rest.
DEAD = {"gsh_efflux_k": 0.0, "gsh_gssg_export_k": 0.0}


@pytest.fixture(scope="module")
def cells():
    """A plausible cell, one that misses what was fitted, and one that cannot be simulated."""
    plausible = zs.load_family().cell(0)
    return [
        ("plausible", plausible),
        ("sturdy Notch", {**plausible, "folding_notch_misfolding_k": 1e-6}),
        ("dead", {**plausible, **DEAD}),
    ]


@pytest.fixture(scope="module")
def judged(cells):
    return judge(cells)


@pytest.fixture(scope="module")
def written(judged, tmp_path_factory):
    path = tmp_path_factory.mktemp("family") / "deep" / "family.tsv"
    sampled = [{"scenario": "baseline", "time": 3.0, "reason": "sampled", "parameters": {"ero1_kcat": 1.0}}]
    assert write_family(path, judged, {"seed": "1: one", "what": "test"}, sampled) == 1
    return path


def test_accepted_is_who_meets_what_was_fitted(cells, judged):
    for (name, parameters), one in zip(cells[:2], judged[:2], strict=True):
        verdicts = zs.compare(parameters=parameters).verdicts
        used = [v for v in verdicts if v.finding.calibration is Calibration.PENALTY]
        assert one.unmet == {v.finding.id for v in used if v.status is not Status.REPRODUCED}, name
        alone = {f"{v.finding.id}.{n}": check.value for v in verdicts for n, check in enumerate(v.checks, 1)}
        assert one.values == pytest.approx(alone, rel=1e-5, nan_ok=True)
        state = zs.simulate("baseline", parameters=parameters, times=[0.0], readouts=REST).initial
        assert one.rest == pytest.approx({item: state[item] for item in REST}, rel=1e-5)
    assert [one.accepted() for one in judged] == [True, False, False]
    assert judged[1].accepted(judged[1].unmet)
    assert not judged[1].accepted(sorted(judged[1].unmet)[1:])
    assert not judged[2].accepted(judged[1].unmet)


def test_a_cell_that_cannot_be_simulated_is_told(judged, written):
    dead = judged[2]
    assert dead.failure is not None
    assert dead.failure.parameters["gsh_efflux_k"] == 0.0
    assert (dead.values, dead.rest) == ({}, {})
    first, second = json.loads(written.with_name("failures.json").read_text())
    assert (first["step"], first["reason"], first["parameters"]) == ("judge", dead.failure.reason, dead.parameters)
    assert (second["step"], second["reason"]) == ("sample", "sampled")


def test_what_is_written_is_what_was_judged(judged, written):
    family = load_family(written)
    assert family.ids == ("plausible",)
    assert family.cell(0) == judged[0].parameters
    assert {name: column[0] for name, column in family.values.items()} == judged[0].values
    assert {name: column[0] for name, column in family.rest.items()} == judged[0].rest
    assert family.provenance == {"seed": "1: one", "what": "test", "judged": "3", "accepted": "1", "failed": "1"}
    assert list(family.table.columns) == [
        *judged[0].parameters, *(f"rest.{name}" for name in judged[0].rest), *judged[0].values,
    ]  # fmt: skip


def cell(*unmet, failure=None):
    return Judged(id="", parameters={}, values={}, rest={}, unmet=frozenset(unmet), failure=failure)


def test_what_fewest_cells_meet_is_given_up_first():
    """Of 20 living cells one must be left."""
    dead = cell(failure=SimulationError(scenario="s", time=0.0, reason="r"))
    assert given_up([cell("a", "b", "c")] * 19 + [cell("a", "c")] + [dead] * 50) == ("a", "c")
    assert given_up([cell("a", "b")] * 19 + [cell("a", "c")]) == ("a", "b")
    assert given_up([cell("a", "b")] * 10 + [cell("b", "c")] * 9 + [cell("c", "d")]) == ("b", "a")
    assert given_up([cell("a", "b")] * 15 + [cell("a")] * 5) == ("a",)
    assert given_up([cell("a")] * 19 + [cell()]) == ()
    assert given_up([cell("a")] * 20 + [cell()]) == ("a",)
    assert given_up([dead]) == ()


def test_a_rival_keeps_cells_that_miss_what_is_given_up(judged, tmp_path):
    path = tmp_path / "family.tsv"
    gone = sorted(judged[1].unmet)
    assert gone
    assert write_family(path, judged, {}, without=gone) == 2
    assert load_family(path).ids == ("plausible", "sturdy Notch")


def test_draws_hold_what_the_problem_holds():
    """A cell of a rival is drawn with its switches, so that whoever simulates it simulates the rival."""
    problem = load_problem(hypothesis="erad")
    chains = Chains(
        coordinates=problem.nominal.reshape(1, 1, 1, -1),
        log_posterior=np.zeros((1, 1, 1)),
        accepted=1.0,
        evaluations=1,
        failures=[],
        seed=1,
    )
    [(_, parameters)] = draw(chains, problem, 1, seed=1)
    assert parameters["zinc_inhibits_ero1"] == 0.0
    assert set(parameters) == {*problem.names, *problem.fixed}


def one_cell(family, **values):
    """The family with other numbers in its only cell; None takes a column away."""
    changed = {**family.values, **{name.replace("__", "."): np.array([value]) for name, value in values.items()}}
    kept = {name: column for name, column in changed.items() if column[0] is not None}
    return dataclasses.replace(family, values=kept)


def test_what_differs_is_told_and_what_agrees_is_not(written):
    family = load_family(written)
    assert disagreements(family) == []
    before = float(family.values["P02.1"][0])
    assert disagreements(one_cell(family, P02__1=before * (1 + 9e-4))) == []
    [changed] = disagreements(one_cell(family, P02__1=before * (1 - 2e-3)))
    assert all(word in changed for word in ("plausible", "P02.1", f"{before:.4g}"[:4]))
    [missing] = disagreements(one_cell(family, P02__1=None))
    assert "no column P02.1" in missing
    [further] = disagreements(one_cell(family, P99__1=1.0))
    assert "P99.1" in further
    [undefined] = disagreements(one_cell(family, P02__1=math.nan))
    assert "P02.1" in undefined
    rest = dataclasses.replace(family, rest={**family.rest, "Zn_er": family.rest["Zn_er"] * 1.01})
    [resting] = disagreements(rest)
    assert "Zn_er" in resting


def test_a_cell_of_a_family_that_fails_is_told(written):
    family = load_family(written)
    dead = {name: np.array([0.0]) if name in DEAD else column for name, column in family.parameters.items()}
    [line] = disagreements(dataclasses.replace(family, parameters=dead))
    assert line.startswith("plausible: ")
    assert "failed" in line


OWN = """
[[finding]]
id = "spared"
statement = "Half of the Notch matures"
source = "https://doi.org/10.1/x"
status = "reproduced"
[[finding.criterion]]
kind = "value"
of = { scenario = "zip7_inhibition", readout = "notch_maturation_rate" }
at_least = BOUND
"""


def test_a_register_in_a_file_with_a_dead_cell(cells, tmp_path):
    numbers = [
        zs.simulate("zip7_inhibition", parameters=parameters).final["notch_maturation_rate"]
        for _, parameters in cells[:2]
    ]
    assert numbers[0] < numbers[1] / 1.5
    bound = float(numbers[1]) / 1.2
    register = tmp_path / "own.toml"
    register.write_text(OWN.replace("BOUND", repr(bound)))
    names = list(cells[0][1])
    family = Family(
        ids=tuple(name for name, _ in cells),
        parameters={name: np.array([parameters[name] for _, parameters in cells]) for name in names},
        values={},
    )
    comparison = zs.compare_plausible(register, family=family)
    assert (comparison.sets, comparison.failures) == (3, 1)
    [verdict] = comparison.verdicts
    assert verdict.share == pytest.approx(1 / 3)
    # The dead cell has no number, so that quantiles are of the two others.
    assert (verdict.checks[0].low, verdict.checks[0].high) == pytest.approx((min(numbers), max(numbers)), rel=1e-9)
    first = zs.compare_plausible(register, family=family, sets=1)
    assert (first.sets, first.failures, first.verdicts[0].share) == (1, 0, 0.0)


@pytest.mark.parametrize("count", [1, 2, 7, 101, 400])
def test_quantiles_are_members_by_rank(count, monkeypatch):
    """Of numbers some of which are infinite or not defined: the 5th, 50th and 95th percentile of those defined."""
    measure = Measure(scenario="baseline", readout="bip_fold")
    criterion = Criterion(kind=Kind.VALUE, of=measure, at_least=0.5)
    own = Finding(id="own", statement="", source="", place="", criteria=(criterion,))
    monkeypatch.setattr("zinc_sbml.findings.family.load_findings", lambda path=None: (own,))
    random = np.random.default_rng(count)
    values = random.uniform(size=count)
    values[random.uniform(size=count) < 0.2] = math.inf
    values[random.uniform(size=count) < 0.2] = math.nan
    values[0] = 0.25
    family = Family(ids=tuple(map(str, range(count))), parameters={}, values={"own.1": values})
    [verdict] = zs.compare_plausible(family=family).verdicts
    [check] = verdict.checks
    ranked = sorted(value for value in values.tolist() if not math.isnan(value))
    for quantile, found in ((0.05, check.low), (0.5, check.median), (0.95, check.high)):
        assert found in ranked
        # Rank of the member, with all that are equal to it, against the rank asked for.
        first = ranked.index(found)
        last = len(ranked) - 1 - ranked[::-1].index(found)
        assert first - 0.5 <= quantile * (len(ranked) - 1) <= last + 0.5
    assert check.share == verdict.share == sum(value >= 0.5 for value in values.tolist()) / count


def test_a_criterion_no_cell_defines(monkeypatch):
    criterion = Criterion(kind=Kind.VALUE, of=Measure(scenario="baseline", readout="bip_fold"), at_least=0.0)
    own = Finding(id="own", statement="", source="", place="", criteria=(criterion,))
    monkeypatch.setattr("zinc_sbml.findings.family.load_findings", lambda path=None: (own,))
    family = Family(ids=("a", "b"), parameters={}, values={"own.1": np.full(2, math.nan)})
    comparison = zs.compare_plausible(family=family)
    [verdict] = comparison.verdicts
    assert (verdict.share, verdict.status) == (0.0, Status.MISSED)
    assert math.isnan(verdict.checks[0].median)
    [record] = comparison.records()
    assert record["checks"][0]["interval"] == [None, None]


def test_all_criteria_must_hold_in_the_same_cell(monkeypatch):
    """Each criterion holds in half of the cells, both together in a quarter."""
    measure = Measure(scenario="baseline", readout="bip_fold")
    criteria = (
        Criterion(kind=Kind.VALUE, of=measure, at_least=2.0),
        Criterion(kind=Kind.VALUE, of=measure, at_most=2.0),
    )
    own = Finding(id="own", statement="", source="", place="", criteria=criteria)
    outlook = Finding(id="outlook", statement="", source="", place="", status=Status.OUT_OF_SCOPE, reason="x")
    monkeypatch.setattr("zinc_sbml.findings.family.load_findings", lambda path=None: (own, outlook))
    values = {"own.1": np.array([3.0, 3.0, 1.0, 1.0]), "own.2": np.array([1.0, 3.0, 1.0, 3.0])}
    comparison = zs.compare_plausible(family=Family(ids=tuple("abcd"), parameters={}, values=values))
    first, second = comparison.verdicts
    assert [check.share for check in first.checks] == [0.5, 0.5]
    assert first.share == 0.25
    assert math.isnan(second.share)
    assert second.status is Status.OUT_OF_SCOPE
    assert [verdict.finding.id for verdict in comparison.changed] == ["own"]


@pytest.fixture(scope="module")
def table():
    """The shipped family as plain rows."""
    lines = [
        line for line in catalog.family_path().read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    return list(csv.DictReader(lines, delimiter="\t"))


def met(criterion, value):
    if criterion["kind"] == "descending":
        return value > 1 and value >= criterion.get("by_factor", 1)
    return criterion.get("at_least", -math.inf) <= value <= criterion.get("at_most", math.inf)


def test_shares_of_the_shipped_family_counted_from_its_file(table):
    """With a reader, bounds and counting of this test's own."""
    register = tomllib.loads(catalog.findings_path().read_text(encoding="utf-8"))["finding"]
    verdicts = {verdict.finding.id: verdict for verdict in zs.compare_plausible().verdicts}
    assert list(verdicts) == [finding["id"] for finding in register]
    fitted = 0
    for finding in register:
        criteria = finding.get("criterion", [])
        holds = sum(
            all(met(criterion, float(row[f"{finding['id']}.{n}"])) for n, criterion in enumerate(criteria, 1))
            for row in table
        )
        if not criteria:
            assert math.isnan(verdicts[finding["id"]].share)
            continue
        assert verdicts[finding["id"]].share == pytest.approx(holds / len(table), abs=1e-12), finding["id"]
        if finding.get("calibration") == "penalty":
            assert holds == len(table), finding["id"]
            fitted += 1
    assert fitted >= 15


def test_every_shipped_cell_is_another_and_inside_its_priors(table):
    assert len(table) >= 1000
    problem = load_problem()
    seen = {tuple(row[name] for name in problem.names) for row in table}
    assert len(seen) == len({row["set"] for row in table}) == len(table)
    with catalog.passports_path().open(encoding="utf-8", newline="") as file:
        passports = {
            row["id"]: row
            for row in csv.DictReader(file, delimiter="\t")
            if row["notes"].startswith("Fitted") and "er_zinc_redox" in row["models"].split()
        }
    assert set(passports) == set(problem.names)
    for name, row in passports.items():
        values = [float(cell[name]) for cell in table]
        assert float(row["lower"]) * (1 - 1e-6) <= min(values) < max(values) <= float(row["upper"]) * (1 + 1e-6)


def test_the_shipped_family_says_how_it_was_made():
    family = zs.load_family()
    provenance = family.provenance
    assert "zinc-sbml calibrate sample" in provenance["command"]
    assert all(name in provenance["versions"] for name in ("libroadrunner", "emcee", "numpy", "scipy", "Python"))
    assert any(character.isdigit() for character in provenance["seed"])
    assert re.fullmatch(r"sha256 [0-9a-f]{64}", provenance["model"])
    # Names and annotations may have been mended since; the numbers may not.
    assert provenance["mathematics"] == f"sha256 {zs.load_model('er_zinc_redox').mathematics_sha256}"
    assert int(provenance["accepted"]) == len(family) <= int(provenance["judged"])
    assert catalog.family_path().stat().st_size < 5_000_000


def test_nobody_accepted_names_the_count(judged, tmp_path):
    with pytest.raises(InvalidInputError, match="none of 2 cells"):
        write_family(tmp_path / "family.tsv", judged[1:], {})
    assert list(tmp_path.iterdir()) == []
