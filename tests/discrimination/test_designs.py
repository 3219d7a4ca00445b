"""The experiments that are built from the lists: what is done when, and what is refused."""

import re

import pytest

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.discrimination import load_designs
from zinc_sbml.errors import InvalidInputError, UnknownIdError


def steps(designs, words):
    return [(period.start, dict(period.changes)) for period in designs.experiments[words].periods]


def test_every_combination_is_built_once(designs):
    """Without background idle; with it nothing, idle at two times or rescue at one; each with a pulse or without."""
    assert list(designs.experiments) == [
        "pulse",
        "idle",
        "idle, after 1 s pulse",
        "drug",
        "drug, after 1 s pulse",
        "drug together with idle",
        "drug together with idle, after 1 s pulse",
        "drug, after 1 s idle",
        "drug, after 1 s idle, after 1 s pulse",
        "drug, after 1 s rescue",
        "drug, after 1 s rescue, after 1 s pulse",
    ]


def test_steps_begin_one_after_the_other(designs):
    assert steps(designs, "pulse") == [(0.0, {"drug": 2.0}), (1.0, {"drug": 0.0})]
    assert steps(designs, "drug together with idle") == [(0.0, {"drug": 1.0, "idle": 1.0})]
    longest = designs.experiments["drug, after 1 s rescue, after 1 s pulse"]
    assert [(one.start, dict(one.changes)) for one in longest.periods] == [
        (0.0, {"drug": 1.0}),
        (1.0, {"rescue": 1.0}),
        (2.0, {"drug": 2.0}),
        (3.0, {"drug": 1.0}),
    ]
    assert longest.last_change == 3.0
    assert longest.reads == (4.0,)
    assert longest.kinds == ("drug", "rescue", "pulse")
    assert longest.control == "drug, after 1 s rescue"


def test_a_control_is_looked_at_when_what_it_controls_is(designs):
    assert designs.runs["drug"] == (1.0, 2.0, 3.0, 4.0, 5.0, 60.0, 61.0)
    assert designs.runs["pulse"] == (2.0,)
    assert designs.scenario("drug").duration == 61.0
    assert designs.scenario("drug", duration=9.0).duration == 9.0


def test_readings_are_taken_against_rest_and_control(designs):
    drug = [one for one in designs.readings if one.experiment == "drug"]
    assert [(one.assay.readout, one.time, one.against) for one in drug] == [
        (readout, time, "rest") for readout in ("level", "other_level") for time in (1.0, 4.0, 60.0)
    ]
    idle = [one for one in designs.readings if one.experiment == "drug together with idle"]
    assert {one.against for one in idle} == {"rest", "control"}
    level, other = designs.assays
    assert (level.noise, level.floor, level.absolute) == (0.2, 0.05, False)
    assert (other.noise, other.floor, other.absolute) == (0.5, 0.0, True)


def test_shipped_designs_hold_every_perturbation_and_their_numbers_are_possible():
    designs = load_designs()
    done = {name for one in designs.experiments.values() for period in one.periods for name in period.changes}
    assert done >= {"zip7_inhibitor", "er_chelator", "cytosolic_zinc_supplement", "ero1_inhibitor", "dtt"}
    assert done <= set(zs.inputs().index)
    assert {assay.readout for assay in designs.assays} <= set(zs.load_model("er_zinc_redox").quantities)
    for one in designs.experiments.values():
        assert all(time > one.last_change for time in one.reads), one.words
        assert one.control == "" or one.control in designs.experiments, one.words
        if one.control:
            assert designs.experiments[one.control].last_change < one.reads[0]


def test_a_prediction_is_one_of_the_readings(toy, tmp_path, designs_text):
    prediction = """
[[prediction]]
question = "Does A fall?"
experiment = "drug, after 1 s rescue"
readout = "level"
after = "4 s"
against = "control"
"""
    path = tmp_path / "designs.toml"
    path.write_text(designs_text + prediction, encoding="utf-8")
    designs = load_designs(path, model=toy)
    [found] = designs.predictions
    assert found.reading in designs.readings
    assert (found.reading.time, found.reading.against, found.after) == (5.0, "control", 4.0)
    for old, new, words in (
        ("after 1 s rescue", "after 2 s rescue", "after 1 s rescue"),
        ('after = "4 s"', 'after = "5 s"', "not read 5 s after"),
        ('against = "control"', 'against = "nothing"', "against nothing"),
        ('readout = "level"', 'readout = "useless"', "useless is not read"),
    ):
        path.write_text(designs_text + prediction.replace(old, new), encoding="utf-8")
        with pytest.raises((InvalidInputError, UnknownIdError), match=words):
            load_designs(path, model=toy)


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ('id = "level"', 'id = "levle"', UnknownIdError, ["levle", "level"]),
        ("changes = { idle = 1 }", "changes = { idel = 1 }", InvalidInputError, ["idel", "idle", "intervention"]),
        ("changes = { idle = 1 }", "changes = { level = 1 }", InvalidInputError, ["level"]),
        ("relative = 0.2", "relative = 0", InvalidInputError, ["relative", "above 0"]),
        ("floor = 0.05\n", "", InvalidInputError, ["[noise]", "floor"]),
        ("noise = 0.5", "noise = true", InvalidInputError, ["other_level", "noise", "True"]),
        ('lasts = "1 s"\n', "", InvalidInputError, ["pulse", "lasts"]),
        ('lasts = "1 s"', 'lasts = "2 sekunden"', InvalidInputError, ["2 sekunden"]),
        ('delays = ["0 s", "1 s"]', "delays = 3", InvalidInputError, ["delays", "3"]),
        ("[[pulse]]", "[[puls]]", UnknownIdError, ["puls", "pulse"]),
        ("[[background]]", "[background]", InvalidInputError, ["[[background]]"]),
        ('needs = "drug"', 'need = "drug"', UnknownIdError, ["need", "needs"]),
        ('needs = "drug"', 'needs = "drag"', UnknownIdError, ["drag", "drug", "rescue"]),
        ('reads = ["1 s", "4 s", "60 s"]', 'reads = ["0 s"]', InvalidInputError, ["reads", "above 0"]),
        ('delays = ["0 s", "1 s"]', 'delays = ["-1 s"]', InvalidInputError, ["delays", "not below 0"]),
        ('lasts = "1 s"', 'lasts = "0 s"', InvalidInputError, ["lasts", "above 0"]),
        ('id = "other_level"', 'id = "level"', InvalidInputError, ["level", "twice"]),
        ("[[pulse]]", 'pulse = ["x"]\n[other]', UnknownIdError, ["other"]),
        ('name = "rescue"', 'name = "idle"', InvalidInputError, ["same", "idle"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old, new, error, words, toy, tmp_path, designs_text):
    assert designs_text.count(old) == 1
    path = tmp_path / "designs.toml"
    path.write_text(designs_text.replace(old, new), encoding="utf-8")
    with pytest.raises(error) as caught:
        load_designs(path, model=toy)
    for word in words:
        assert word in str(caught.value)


def test_a_potential_needs_its_own_noise(tmp_path):
    """A ratio of potentials means nothing."""
    text = catalog.designs_path().read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith("noise = ")]
    path = tmp_path / "designs.toml"
    path.write_text(text.replace(line, ""), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"glutathione_potential.*noise in mV"):
        load_designs(path)
    [potential] = [assay for assay in load_designs().assays if assay.readout == "glutathione_potential"]
    assert potential.absolute


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match=re.escape(str(tmp_path / "none.toml"))):
        load_designs(tmp_path / "none.toml")
