"""The evaluator on courses with known answers, the register, and the shipped verdicts."""

import math
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings import Measure, Statistic, Status, compare, load_findings
from zinc_sbml.findings.measure import half_effect_dose, number
from zinc_sbml.result import Result


def course(times, values):
    return Result(
        scenario=zs.Scenario(id="toy", duration=float(times[-1])),
        times=np.array(times, dtype=float),
        values=np.array(values, dtype=float)[:, None],
        columns=("y",),
        units={"y": "uM"},
        names={"y": "y"},
        time_unit="s",
        provenance={},
    )


TRIANGLE = course([0, 10, 20, 40], [2, 6, 6, 0])


@pytest.mark.parametrize(
    ("statistic", "options", "expected"),
    [
        (Statistic.FINAL, {}, 0.0),
        (Statistic.INITIAL, {}, 2.0),
        (Statistic.MIN, {}, 0.0),
        (Statistic.MAX, {}, 6.0),
        (Statistic.MEAN, {}, (40 + 60 + 60) / 40),
        (Statistic.VALUE, {"time": 5.0}, 4.0),
        (Statistic.CHANGE, {"time": 30.0}, 1.0),
        (Statistic.HALF_TIME, {"since": 20.0}, 10.0),
        (Statistic.TIME_TO_REACH, {"since": 20.0, "fraction": 0.5}, 15.0),
    ],
)
def test_statistics(statistic, options, expected):
    measure = Measure(scenario="toy", readout="y", statistic=statistic, **options)
    assert number(measure, TRIANGLE, level=3.0) == pytest.approx(expected)


def test_level_never_reached_takes_forever():
    measure = Measure(scenario="toy", readout="y", statistic=Statistic.TIME_TO_REACH)
    assert number(measure, TRIANGLE, level=7.0) == math.inf


def test_half_time_of_no_change_is_undefined():
    measure = Measure(scenario="toy", readout="y", statistic=Statistic.HALF_TIME)
    assert math.isnan(number(measure, course([0, 10], [3, 3])))


def test_half_effect_dose_of_a_hyperbola():
    doses = np.concatenate([[0.0], np.geomspace(0.01, 1e4, 200)])
    effects = 1 - 0.8 * doses / (0.5 + doses)
    assert half_effect_dose(doses, effects) == pytest.approx(0.5, rel=1e-3)
    assert math.isnan(half_effect_dose(doses, np.ones_like(doses)))


def register(tmp_path, **changes):
    entry = {
        "id": "one", "statement": "something", "source": "https://doi.org/10.1/x", "status": "reproduced",
        "criterion": [{"kind": "value", "of": {"scenario": "baseline", "readout": "bip_fold"}, "at_least": 0.5}],
    } | changes  # fmt: skip
    lines = ["[[finding]]"]

    def text(value):
        if isinstance(value, dict):
            return "{ " + ", ".join(f"{k} = {text(v)}" for k, v in value.items()) + " }"
        if isinstance(value, list):
            return "[" + ", ".join(map(text, value)) + "]"
        return (
            {True: "true", False: "false"}.get(value, repr(value))
            if isinstance(value, bool)
            else (f'"{value}"' if isinstance(value, str) else repr(value))
        )

    lines += [f"{key} = {text(value)}" for key, value in entry.items() if value is not None]
    path = tmp_path / "findings.toml"
    path.write_text("\n".join(lines))
    tomllib.loads(path.read_text())
    return path


def of(**changes):
    return {"kind": "value", "of": {"scenario": "baseline", "readout": "bip_fold", **changes}, "at_least": 0.5}


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"statment": "typo"}, UnknownIdError, ["statment", "statement", "findings.toml"]),
        ({"status": "reprodced"}, UnknownIdError, ["reprodced", "reproduced"]),
        ({"status": "missed"}, InvalidInputError, ["missed", "reason"]),
        ({"status": "out of scope", "reason": "x"}, InvalidInputError, ["out of scope"]),
        ({"criterion": []}, InvalidInputError, ["criteria"]),
        (
            {"criterion": [{"kind": "value", "of": {"scenario": "baseline", "readout": "bip_fold"}}]},
            InvalidInputError,
            ["at_least"],
        ),
        ({"criterion": [of() | {"at_most": 0.1}]}, InvalidInputError, ["0.5", "0.1"]),
        ({"criterion": [{"kind": "ratio", "of": of()["of"], "at_least": 1.0}]}, InvalidInputError, ["ratio", "to"]),
        ({"criterion": [of(statistic="finale")]}, UnknownIdError, ["finale", "final"]),
        ({"criterion": [of(statistic="value")]}, InvalidInputError, ["value", "time"]),
        ({"criterion": [of(time="5 min")]}, UnknownIdError, ["time"]),
        ({"criterion": [of(statistic="value", time="5 parsec")]}, InvalidInputError, ["parsec"]),
    ],
)
def test_wrong_register_is_told_before_anything_runs(tmp_path, changes, error, words):
    with pytest.raises(error) as caught:
        load_findings(register(tmp_path, **changes))
    for word in [*words, "one"] if "criterion" in changes else words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scenario": "zip7_inhibtion"}, ["zip7_inhibtion", "zip7_inhibition", "one"]),
        ({"readout": "bip_fld"}, ["bip_fld", "bip_fold", "one"]),
    ],
)
def test_unknown_scenario_or_readout_names_the_finding(tmp_path, changes, words):
    with pytest.raises(UnknownIdError) as caught:
        compare(register(tmp_path, criterion=[of(**changes)]))
    assert all(word in str(caught.value) for word in words)


def test_time_after_the_end_of_the_scenario(tmp_path):
    with pytest.raises(InvalidInputError, match="after the end"):
        compare(register(tmp_path, criterion=[of(statistic="value", time="40 h")]))


@pytest.mark.parametrize(("at_least", "status", "changed"), [(0.5, "reproduced", 0), (2.0, "missed", 1)])
def test_verdict_against_the_record(tmp_path, at_least, status, changed):
    comparison = compare(register(tmp_path, criterion=[of() | {"at_least": at_least}]))
    assert [verdict.status.value for verdict in comparison.verdicts] == [status]
    assert len(comparison.changed) == changed
    # 1 at rest, by definition of a fold
    assert comparison.verdicts[0].checks[0].value == pytest.approx(1, rel=1e-6)


def test_reproduced_against_a_recorded_miss_differs_too(tmp_path):
    comparison = compare(register(tmp_path, status="missed", reason="never"))
    assert len(comparison.changed) == 1
    assert comparison.passed


def test_all_criteria_must_hold(tmp_path):
    comparison = compare(register(tmp_path, criterion=[of(), of() | {"at_least": 2.0}]))
    assert comparison.verdicts[0].status is Status.MISSED
    assert comparison.verdicts[0].decisive is comparison.verdicts[0].checks[1]


def test_order_needs_every_step(tmp_path):
    names = ["egfr_maturation_rate", "bulk_maturation_rate", "notch_maturation_rate"]
    order = [{"scenario": "zip7_inhibition", "readout": name} for name in names]
    right = [order[1], order[0], order[2]]
    for measures, status in ((order, Status.MISSED), (right, Status.REPRODUCED)):
        path = register(tmp_path, criterion=[{"kind": "descending", "order": measures}])
        assert compare(path).verdicts[0].status is status


def test_records_are_json(tmp_path):
    import json

    record = compare(register(tmp_path)).records()[0]
    assert {"id", "statement", "source", "verdict", "value", "criterion", "expected"} <= set(record)
    json.dumps(record, allow_nan=False)


@pytest.fixture(scope="module")
def shipped():
    return compare()


def test_shipped_register_covers_the_paper_and_the_field(shipped):
    ids = [verdict.finding.id for verdict in shipped.verdicts]
    assert [f"P{n:02}" for n in range(1, 12)] == ids[:11]
    assert len(ids) >= 11 + 15
    assert all(
        verdict.finding.evidence and verdict.finding.source.startswith(("https://", "Yeo", "docs/evidence/"))
        for verdict in shipped.verdicts
    )


def test_shipped_verdicts_are_as_recorded(shipped):
    assert [verdict.finding.id for verdict in shipped.changed] == []


def test_evidence_rows_exist():
    """Each row that a finding or a passport cites stands in the evidence tables."""
    folder = Path(__file__).resolve().parents[1] / "docs" / "evidence"
    text = "".join(path.read_text() for path in folder.glob("*.md"))
    cited = {(finding.id, row.split(" criterion")[0]) for finding in load_findings() for row in finding.evidence}
    for model in ("er_zinc_redox", "ero1_assay"):
        for table in (zs.parameters(model), zs.inputs(model)):
            cited |= {
                (name, row) for name, notes in table["notes"].items() for row in re.findall(r"\b[A-GZ]\d\d\b", notes)
            }
    assert len(cited) > 100
    missing = [(name, row) for name, row in sorted(cited) if f"| {row} |" not in text and f"{row}." not in text]
    assert [entry for entry in missing if not entry[1].endswith(".md")] == []


def test_fixed_criteria_of_the_paper_are_not_looser():
    """The bounds that were fixed before the fit (docs/evidence/findings.md), typed here a second time on purpose."""
    bounds = {
        finding.id: [(criterion.at_least, criterion.at_most) for criterion in finding.criteria]
        for finding in load_findings()
    }
    inf = math.inf
    assert bounds["P01"] == [(-inf, pytest.approx(1 / 3))]
    assert bounds["P02"] == [(3, inf), (-inf, 0.9)]
    assert bounds["P03"] == [(0.2, inf)]
    assert bounds["P04"][:2] == [(-inf, 0.5), (-inf, 0.5)]
    assert bounds["P06"] == [(-inf, -0.1), (-inf, 0.8)]
    assert bounds["P07"] == [(-inf, 0.85), (-inf, 0.5)]
    assert bounds["P08"] == [(2, inf), (2, inf)]
    assert bounds["P09"][:2] == [(-inf, 0.5), (-inf, 0.8)]
    assert bounds["P10"] == [(1.2, inf), (-inf, 0.9)]


def test_each_arm_alone_fails_what_the_other_explains():
    """Without zinc on Ero1alpha the clients mature; without zinc on degradation there is no rescue."""
    erad_only = {verdict.finding.id for verdict in compare(parameters={"zinc_inhibits_ero1": 0.0}).missed}
    ero1_only = {verdict.finding.id for verdict in compare(parameters={"zinc_limits_erad": 0.0}).missed}
    assert {"P04", "P06", "P07"} <= erad_only
    assert "cytosolic_zinc_rescues_stress" in ero1_only
    assert not {"P04", "P06", "P09"} & ero1_only
