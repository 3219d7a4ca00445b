from __future__ import annotations

import math
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import load_model
from zinc_sbml.scenarios import Period, Scenario, load_scenario, load_scenarios, save_scenarios

SCENARIOS_TSV = "id\ttitle\tquestion\tmodel\tduration\npulse\tA pulse\tWhat?\tm\t100\n"
EXPERIMENTS_TSV = "experimentId\ttime\tconditionId\npulse\t-inf\tko\npulse\t0\tdose\npulse\t0\tsalt\npulse\t30\toff\n"
CONDITIONS_TSV = "conditionId\ttargetId\ttargetValue\nko\tgene\t0\ndose\tdrug\t2.5\nsalt\tsalt\t1e-3\noff\tdrug\t0\n"


def write_tables(
    folder: Path,
    scenarios: str = SCENARIOS_TSV,
    experiments: str = EXPERIMENTS_TSV,
    conditions: str = CONDITIONS_TSV,
) -> Path:
    (folder / "m").mkdir()
    (folder / "scenarios.tsv").write_text(scenarios, encoding="utf-8")
    (folder / "m" / "experiments.tsv").write_text(experiments, encoding="utf-8")
    (folder / "m" / "conditions.tsv").write_text(conditions, encoding="utf-8")
    return folder


def test_tables_become_periods(tmp_path: Path) -> None:
    (scenario,) = load_scenarios(write_tables(tmp_path)).values()
    assert scenario == Scenario(
        id="pulse",
        title="A pulse",
        question="What?",
        model="m",
        duration=100,
        periods=(
            Period(start=-math.inf, changes={"gene": 0}),
            Period(start=0, changes={"drug": 2.5, "salt": 1e-3}),
            Period(start=30, changes={"drug": 0}),
        ),
    )
    assert scenario.preparation is scenario.periods[0]
    assert scenario.describe() == "at rest before: gene = 0; 0 s: drug = 2.5, salt = 0.001; 30 s: drug = 0"


def test_a_row_without_condition_changes_nothing(tmp_path: Path) -> None:
    write_tables(tmp_path, experiments="experimentId\ttime\tconditionId\npulse\t-inf\t\npulse\t0\t\npulse\t5\toff\n")
    scenario = load_scenarios(tmp_path)["pulse"]
    assert scenario.periods == (Period(start=-math.inf), Period(start=5, changes={"drug": 0}))


def test_further_columns_and_their_order_do_not_matter(tmp_path: Path) -> None:
    write_tables(tmp_path, conditions="targetValue\tnote\ttargetId\tconditionId\n2.5\tx\tdrug\tdose\n1\t\tgene\tko\n"
                 "1\t\tsalt\tsalt\n0\t\tdrug\toff\n")  # fmt: skip
    assert load_scenarios(tmp_path)["pulse"].periods[1].changes == {"drug": 2.5, "salt": 1}


@pytest.mark.parametrize(
    ("table", "old", "new", "error", "parts"),
    [
        ("scenarios", "duration\n", "length\n", InvalidInputError, ("scenarios.tsv:1", "missing column duration")),
        ("scenarios", "\tm\t100", "\tq\t100", InvalidInputError, ("scenarios.tsv:2", "'q'", "experiments.tsv")),
        ("scenarios", "\t100", "\tlong", InvalidInputError, ("scenarios.tsv:2", "duration", "'long'")),
        ("scenarios", "\t100", "\t-5", InvalidInputError, ("scenarios.tsv:2", "-5 s", "more than 0")),
        ("scenarios", "\t100", "\t20", InvalidInputError, ("scenarios.tsv:2", "30 s", "20 s")),
        ("scenarios", "\npulse", "\npuls", UnknownIdError, ("scenarios.tsv:2", "'puls'", "'pulse'")),
        ("scenarios", "\t100\n", "\t100\npulse\t\t\tm\t3\n", InvalidInputError, ("scenarios.tsv:3", "second row")),
        ("experiments", "time", "when", InvalidInputError, ("experiments.tsv:1", "missing column time", "when")),
        ("experiments", "pulse\t30\toff", "pulse\t30\tof", UnknownIdError, ("experiments.tsv:5", "'of'", "'off'")),
        ("experiments", "pulse\t30", "pulse\tsoon", InvalidInputError, ("experiments.tsv:5", "'soon'")),
        ("experiments", "pulse\t30", "pulse\tnan", InvalidInputError, ("experiments.tsv:5", "not finite")),
        ("experiments", "pulse\t30", "pulse\t-30", InvalidInputError, ("experiments.tsv:5", "-30 s")),
        ("experiments", "\t0\tsalt", "\t0\toff", InvalidInputError, ("experiments.tsv:4", "drug is set twice")),
        ("experiments", "\t0\t", "\t10\t", InvalidInputError, ("experiments.tsv:2", "no row at time 0")),
        ("experiments", "\npulse\t30", "\n\t30", InvalidInputError, ("experiments.tsv:5", "experimentId is empty")),
        ("conditions", "2.5", "k*2", InvalidInputError, ("conditions.tsv:3", "'k*2' is not a number")),
        ("conditions", "2.5", "inf", InvalidInputError, ("conditions.tsv:3", "not finite")),
        ("conditions", "salt\tsalt", "dose\tdrug", InvalidInputError, ("conditions.tsv:4", "drug is set twice")),
    ],
)  # fmt: skip
def test_errors_name_file_and_row(
    tmp_path: Path, table: str, old: str, new: str, error: type[Exception], parts: tuple[str, ...]
) -> None:
    texts = {"scenarios": SCENARIOS_TSV, "experiments": EXPERIMENTS_TSV, "conditions": CONDITIONS_TSV}
    assert old in texts[table]
    texts[table] = texts[table].replace(old, new)
    write_tables(tmp_path, **texts)
    with pytest.raises(error) as caught:
        load_scenarios(tmp_path)
    for part in parts:
        assert part in str(caught.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"no table .*scenarios\.tsv"):
        load_scenarios(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"duration": 0}, "more than 0 s"),
        ({"duration": math.inf}, "not finite"),
        ({"duration": "long"}, "'long' is not a number"),
        ({"id": " "}, "id of a scenario"),
        ({"periods": [Period(start=5), Period(start=5)]}, "5 s comes after 5 s"),
        ({"periods": [Period(start=5), Period(start=2)]}, "2 s comes after 5 s"),
        ({"periods": [Period(start=0), Period(start=-math.inf)]}, "-inf s comes after 0 s"),
        ({"periods": [Period(start=10)]}, "10 s does not begin before the end"),
        ({"periods": [3]}, "3 is not a Period"),
    ],
)
def test_scenarios_that_cannot_be_run_are_refused(arguments: dict, part: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Scenario(**{"id": "s", "duration": 10, **arguments})
    assert part in str(caught.value)


@pytest.mark.parametrize("start", [-1.0, math.inf, math.nan, "soon"])
def test_periods_begin_at_zero_or_later_or_before_everything(start: float) -> None:
    with pytest.raises(InvalidInputError, match="start of a period"):
        Period(start=start)


@pytest.mark.parametrize("value", [math.nan, math.inf, "much", None])
def test_changes_are_finite_numbers(value: float) -> None:
    with pytest.raises(InvalidInputError, match="drug at 3 s"):
        Period(start=3, changes={"drug": value})


def test_a_period_keeps_its_own_copy_of_the_changes() -> None:
    changes = {"drug": 1.0}
    period = Period(start=0, changes=changes)
    changes["drug"] = 2.0
    assert period.changes == {"drug": 1.0}


NAMES = st.text("abc_", min_size=1, max_size=5)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text("abc \"'?,", max_size=12).map(lambda text: " ".join(text.split()))


@st.composite
def any_scenario(draw: st.DrawFn) -> Scenario:
    starts = sorted(draw(st.sets(st.one_of(st.just(-math.inf), st.floats(0, 1e6)), max_size=4)))
    changes = st.dictionaries(NAMES, NUMBERS, min_size=1, max_size=3)
    return Scenario(
        id=draw(NAMES),
        title=draw(TEXTS),
        question=draw(TEXTS),
        model=draw(st.sampled_from(["m", "n"])),
        duration=draw(st.floats(1e6, 1e9, exclude_min=True)),
        periods=tuple(Period(start=start, changes=draw(changes)) for start in starts),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(any_scenario(), min_size=1, max_size=4, unique_by=lambda scenario: scenario.id))
def test_what_is_saved_is_loaded_again(tmp_path_factory: pytest.TempPathFactory, scenarios: list[Scenario]) -> None:
    folder = tmp_path_factory.mktemp("tables")
    save_scenarios(scenarios, folder)
    assert [*load_scenarios(folder).values()] == scenarios


def test_saving_two_of_one_id_writes_nothing(tmp_path: Path) -> None:
    scenario = Scenario(id="s", duration=1)
    with pytest.raises(InvalidInputError, match="two scenarios have the id 's'"):
        save_scenarios([scenario, scenario], tmp_path)
    assert not [*tmp_path.iterdir()]


def test_scenarios_travel_to_workers() -> None:
    scenario = load_scenario("dtt_pulse")
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_unknown_scenarios_name_near_ids() -> None:
    with pytest.raises(UnknownIdError, match="'zip7_inhibition'"):
        load_scenario("zip7_inhibiton")


def test_shipped_scenarios_change_only_what_their_models_have() -> None:
    for scenario in load_scenarios().values():
        quantities = load_model(scenario.model).quantities
        for period in scenario.periods:
            assert {*period.changes} <= {*quantities}, scenario.id


@pytest.mark.parametrize("name", ["a b", "1a", "a-b", "é"])
def test_an_id_that_tables_cannot_hold_is_told_before_anything_is_written(tmp_path, name):
    scenario = Scenario(id=name, duration=10.0, periods=[])
    with pytest.raises(InvalidInputError, match="letters, digits and underscores"):
        save_scenarios([Scenario(id="good", duration=10.0, periods=[]), scenario], tmp_path / "mine")
    with pytest.raises(InvalidInputError, match="no scenario to save"):
        save_scenarios([], tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []
