from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.errors import InvalidInputError, SimulationError, UnknownIdError
from zinc_sbml.model import Model, load_model
from zinc_sbml.scenarios import Period, Scenario, load_scenarios
from zinc_sbml.simulation import POINTS_PER_PERIOD, default_times, resting_state, simulate

Rest = Callable[..., dict[str, float]]

BEFORE = -math.inf


def scenario(*periods: tuple[float, dict[str, float]], duration: float = 100.0) -> Scenario:
    return Scenario(
        id="test", duration=duration, periods=tuple(Period(start=start, changes=changes) for start, changes in periods)
    )


# ---------------------------------------------------------------------------------------- periods


def test_periods_follow_each_other_and_keep_what_was_set(decay: Model) -> None:
    """Decay with three rates; S is 2 exp(-integral of k)."""
    course = scenario((10.0, {"k": 0.02}), (60.0, {"k": 0.3}))
    times = [0, 1, 10, 30, 60, 61, 70, 100]
    result = simulate(course, model=decay, times=times, readouts=["S", "k"])
    integral = np.interp(times, [0, 10, 60, 100], np.cumsum([0, 7, 1, 12]))
    np.testing.assert_allclose(result.values[:, 0], 2 * np.exp(-integral), rtol=1e-6, atol=1e-12)


def test_rows_at_a_boundary_hold_the_values_before_the_change(decay: Model) -> None:
    result = simulate(
        scenario((0.0, {"k": 0.5}), (10.0, {"k": 0.1, "S": 7.0})),
        model=decay,
        times=[0, 5, 10, 20],
        readouts=["k", "S"],
    )
    assert result.values[:, 0].tolist() == [0.7, 0.5, 0.5, 0.1]
    np.testing.assert_allclose(
        result.values[:, 1], [2, 2 * math.exp(-2.5), 2 * math.exp(-5), 7 * math.exp(-1)], rtol=1e-6
    )


def test_each_boundary_has_one_row(small_cell: Model) -> None:
    course = scenario((0.0, {"drug": 1.0}), (40.0, {"drug": 0.0}))
    result = simulate(course, model=small_cell)
    assert len(result.times) == 1 + 2 * POINTS_PER_PERIOD
    assert (np.diff(result.times) > 0).all()
    assert {0.0, 40.0, 100.0} <= {*result.times}
    effect = dict(zip(result.times, result["drug_effect"], strict=True))
    assert effect[0.0] == 1
    assert effect[40.0] == pytest.approx(1 / 21)
    assert effect[100.0] == 1


def test_output_times_do_not_move_the_result(small_cell: Model) -> None:
    course = scenario((0.0, {"drug": 1.0}), (40.0, {"drug": 0.0}), duration=1e4)
    full = simulate(course, model=small_cell, readouts=["Zn"])
    last = simulate(course, model=small_cell, readouts=["Zn"], times=[1e4])
    middle = simulate(course, model=small_cell, readouts=["Zn"], times=[40.0])
    assert last.final["Zn"] == pytest.approx(full.final["Zn"], rel=1e-6)
    assert middle.final["Zn"] == pytest.approx(full.at("Zn", 40.0), rel=1e-6)


def test_a_model_that_reads_the_clock_keeps_it_over_periods(compiled: Callable[[str], Model]) -> None:
    """dx/dt = k t: the second period must go on from its own time."""
    model = compiled("model clock\n compartment c = 1; species x in c = 0; k = 2; J: -> x; c*k*time;\nend")
    assert model.reads_clock
    result = simulate(scenario((3.0, {"k": 4.0}), duration=5), model=model, times=[0, 3, 5], readouts=["x"])
    np.testing.assert_allclose(result["x"], [0, 9, 9 + 2 * (25 - 9)], rtol=1e-7, atol=1e-12)


def test_a_shorter_duration_leaves_later_periods_out(decay: Model) -> None:
    course = scenario((0.0, {"k": 0.1}), (50.0, {"k": 0.0}))
    result = simulate(course, model=decay, duration=20)
    assert result.times[-1] == 20
    assert len(result.scenario.periods) == 1
    assert result.final["S"] == pytest.approx(2 * math.exp(-2), rel=1e-6)
    assert simulate(course, model=decay, duration=200).final["S"] == pytest.approx(2 * math.exp(-5), rel=1e-6)


# -------------------------------------------------------------------------- preparation and references


def test_a_run_starts_from_the_shipped_state(small_cell: Model, small_cell_rest: Rest) -> None:
    result = simulate(scenario(), model=small_cell)
    for name, value in small_cell_rest().items():
        np.testing.assert_allclose(result[name], value, rtol=1e-7, err_msg=name)
    assert result.initial["Zn_fold"] == 1


def test_preparation_brings_the_cell_to_rest_under_other_inputs(small_cell: Model, small_cell_rest: Rest) -> None:
    course = scenario((BEFORE, {"pump": 0.25}), (0.0, {"pump": 1.0, "drug": 0.15}), duration=1e6)
    result = simulate(course, model=small_cell)
    before, after = small_cell_rest(pump=0.25), small_cell_rest(drug=0.15)
    for name in before:
        assert result.initial[name] == pytest.approx(before[name], rel=1e-8)
        assert result.final[name] == pytest.approx(after[name], rel=1e-6)
    # Relative to the shipped cell, not to the prepared one.
    assert result.initial["Zn_fold"] == pytest.approx(4, rel=1e-8)
    assert result.final["Zn_fold"] == pytest.approx(4, rel=1e-6)


def test_a_changed_cell_starts_at_its_own_rest_with_folds_of_one(small_cell: Model, small_cell_rest: Rest) -> None:
    result = simulate(scenario(), model=small_cell, parameters={"kout": 5.0}, readouts=["Zn", "enzyme", "Zn_fold"])
    expected = small_cell_rest(kout=5.0)
    np.testing.assert_allclose(result["Zn"], expected["Zn"], rtol=1e-7)
    np.testing.assert_allclose(result["enzyme"], expected["enzyme"], rtol=1e-7)
    np.testing.assert_allclose(result["Zn_fold"], 1.0, rtol=1e-7)


def test_references_of_a_changed_cell_are_those_at_baseline_inputs(small_cell: Model, small_cell_rest: Rest) -> None:
    course = scenario((BEFORE, {"pump": 0.5}))
    result = simulate(course, model=small_cell, parameters={"kout": 5.0})
    assert result.initial["Zn"] == pytest.approx(small_cell_rest(kout=5.0, pump=0.5)["Zn"], rel=1e-8)
    assert result.initial["Zn_fold"] == pytest.approx(2.0, rel=1e-8)
    # An input among the parameters does not move the references either.
    result = simulate(scenario(duration=1e6), model=small_cell, parameters={"kout": 5.0, "pump": 0.5})
    assert result.initial["Zn_fold"] == pytest.approx(1.0, rel=1e-8)
    assert result.final["Zn_fold"] == pytest.approx(2.0, rel=1e-6)


def test_start_concentrations_of_a_cell_at_rest_are_refused(small_cell: Model) -> None:
    """The rest would swallow them without a word; a period can set them."""
    with pytest.raises(InvalidInputError, match=r"buffer is a concentration.*period"):
        simulate(scenario(), model=small_cell, parameters={"buffer": 299.0})


def test_a_model_without_references_starts_from_its_sbml(decay: Model) -> None:
    result = simulate(scenario(), model=decay, parameters={"k": 0.05, "S": 3.0}, times=[0, 10], readouts=["S"])
    np.testing.assert_allclose(result["S"], [3, 3 * math.exp(-0.5)], rtol=1e-6)


def test_a_change_of_a_parameter_within_a_scenario_is_no_new_cell(small_cell: Model) -> None:
    result = simulate(scenario((0.0, {"kout": 5.0}), duration=1e6), model=small_cell)
    assert result.initial["Zn_fold"] == 1
    assert result.final["Zn_fold"] == pytest.approx(0.2, rel=1e-6)


# ------------------------------------------------------------------------------ inputs as parameters


def applied(course: Scenario, model: Model, parameters: dict[str, float]) -> list[tuple[float, dict[str, float]]]:
    result = simulate(course, model=model, parameters=parameters, times=[0.0])
    return [(period.start, dict(period.changes)) for period in result.scenario.periods]


def test_an_input_that_the_scenario_leaves_alone_holds_throughout(small_cell: Model) -> None:
    assert applied(scenario(), small_cell, {"drug": 0.3}) == [(0.0, {"drug": 0.3})]
    assert applied(scenario((0.0, {"pump": 0.5}), (9.0, {"pump": 1.0})), small_cell, {"drug": 0.3}) == [
        (0.0, {"pump": 0.5, "drug": 0.3}),
        (9.0, {"pump": 1.0}),
    ]
    assert applied(scenario((9.0, {"pump": 0.5})), small_cell, {"drug": 0.3}) == [
        (0.0, {"drug": 0.3}),
        (9.0, {"pump": 0.5}),
    ]
    assert applied(scenario((BEFORE, {"pump": 0.5})), small_cell, {"drug": 0.3}) == [
        (BEFORE, {"pump": 0.5, "drug": 0.3})
    ]
    # Setting an input to its baseline only is leaving it alone.
    assert applied(scenario((5.0, {"drug": 0.0})), small_cell, {"drug": 0.3})[0] == (0.0, {"drug": 0.3})


def test_an_input_that_the_scenario_sets_gets_another_dose_and_is_still_washed_out(small_cell: Model) -> None:
    course = scenario((5.0, {"drug": 1.0}), (9.0, {"drug": 0.0}))
    assert applied(course, small_cell, {"drug": 0.3}) == [(5.0, {"drug": 0.3}), (9.0, {"drug": 0.0})]


def test_an_input_held_from_the_start_acts_from_time_zero(small_cell: Model) -> None:
    result = simulate(scenario(), model=small_cell, parameters={"drug": 0.05}, times=[0, 1e-6, 1])
    assert result["drug_effect"].tolist() == pytest.approx([1.0, 0.5, 0.5])


# -------------------------------------------------------------------------------------- what is recorded


def test_readouts_come_first_then_species(small_cell: Model) -> None:
    result = simulate(scenario(), model=small_cell)
    assert result.columns == (
        "free_fraction", "drug_effect", "Zn_fold", "Zn", "buffer", "Zn_buffer", "enzyme", "enzyme_zinc",
    )  # fmt: skip
    assert result.readouts == ("free_fraction", "drug_effect", "Zn_fold")
    assert result.units["Zn"] == "uM"
    assert result.units["Zn_fold"] == "fraction"


def test_a_foreign_model_gives_species_and_computed_parameters(decay: Model) -> None:
    assert simulate(scenario(), model=decay).columns == ("S", "A", "B", "twice")


def test_parameters_reactions_and_reservoirs_can_be_recorded(small_cell: Model) -> None:
    result = simulate(
        scenario((0.0, {"drug": 0.5})), model=small_cell, times=[0, 50], readouts=["J0", "Zn_outside", "drug", "Drug"]
    )
    np.testing.assert_allclose(result.values, [[2.5e-6, 1e-3, 0, 0], [2.5e-6, 1e-3, 0.5, 0.5]], rtol=1e-12)
    assert result.units["J0"] == "amol/s"


# ------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("name", ["drugg", "Zn_fold", "Zn_reference", "lumen", "J0"])
def test_changes_of_a_scenario_are_checked_too(small_cell: Model, name: str) -> None:
    with pytest.raises((UnknownIdError, InvalidInputError), match=name):
        simulate(scenario((0.0, {name: 1.0})), model=small_cell)


def test_unknown_scenarios_and_models() -> None:
    with pytest.raises(UnknownIdError, match="'baseline'"):
        simulate("baselin")
    with pytest.raises(UnknownIdError, match="'er_zinc_redox'"):
        simulate("baseline", model="er_zinc")


def test_a_failed_integration_tells_scenario_time_and_values(compiled: Callable[[str], Model]) -> None:
    model = compiled("model blow\n compartment c = 1; species x in c = 1; k = 0; J: -> x; c*k*x^2;\nend")
    with pytest.raises(SimulationError) as caught:
        simulate(scenario((50.0, {"k": 1.0})), model=model)
    error = caught.value
    assert error.scenario == "test"
    assert error.parameters == {"k": 1.0}
    assert error.time == pytest.approx(51.0, abs=1e-3)


# ---------------------------------------------------------------------------------------- shipped models


def test_every_shipped_scenario_runs() -> None:
    for item in load_scenarios().values():
        result = simulate(item)
        assert np.isfinite(result.values).all(), item.id
        assert result.times[-1] == item.duration
        species = [i for i, name in enumerate(result.columns) if name not in result.readouts]
        assert result.values[:, species].min() > -1e3 * DEFAULT_TOLERANCES.absolute, item.id


def test_order_of_scenarios_does_not_change_a_bit() -> None:
    ids = ["dtt_pulse_ero1_knockout", "zip7_inhibition_washout", "hypoxia", "ero1_assay_zinc"]
    forwards = {item: simulate(item).values.tobytes() for item in ids}
    simulate("zip7_inhibition", parameters={"ero1_kcat": 1.0})
    with pytest.raises(InvalidInputError):
        simulate("zip7_inhibition", parameters={"ero1_kcat": math.nan})
    backwards = {item: simulate(item).values.tobytes() for item in reversed(ids)}
    assert forwards == backwards
    code = (
        "import sys, zinc_sbml; sys.stdout.buffer.write(zinc_sbml.simulate('zip7_inhibition_washout').values.tobytes())"
    )
    alone = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
    assert alone == forwards["zip7_inhibition_washout"]


def test_the_number_of_threads_does_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys, zinc_sbml;"
        "result = zinc_sbml.simulate('dtt_pulse_ero1_knockout', parameters={'ero1_kcat': 1.0});"
        "sys.stdout.buffer.write(result.values.tobytes())"
    )
    found = set()
    for threads in ("1", "4"):
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        found.add(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)
    assert len(found) == 1
    assert found != {b""}


def test_a_bare_roadrunner_script_gives_the_same() -> None:
    """What the notes of the model promise to whoever never sees this package."""
    import roadrunner

    cell = load_model("er_zinc_redox")
    result = simulate("zip7_inhibition", readouts=[*cell.readouts.index])
    runner = roadrunner.RoadRunner(str(cell.path))
    runner.integrator.relative_tolerance = 1e-8
    runner.integrator.absolute_tolerance = 1e-14
    runner["zip7_inhibitor"] = 1.0
    bare = np.array(runner.simulate(times=result.times.tolist(), selections=[*result.columns]))
    peak = np.abs(result.values).max(axis=0)
    # The first row of a bare script is after the change, ours before it.
    apart = np.abs(bare - result.values)[1:].max(axis=0)
    assert (apart <= 1e-6 * peak).all()


def test_tighter_tolerances_change_nothing_that_shows() -> None:
    for item in ("zip7_inhibition", "dtt_pulse"):
        usual = simulate(item)
        tight = simulate(item, tolerances=Tolerances(relative=1e-10, absolute=1e-16))
        columns = [usual.columns.index(name) for name in usual.readouts]
        peak = np.abs(usual.values[:, columns]).max(axis=0)
        assert (np.abs(usual.values - tight.values)[:, columns].max(axis=0) <= 1e-5 * peak).all(), item


def test_a_changed_cell_rests_at_baseline_with_folds_of_one() -> None:
    result = simulate("baseline", parameters={"ero1_kcat": 1.5, "ero1_pdi_total": 200.0})
    shipped = simulate("baseline")
    assert abs(result.initial["pdi_oxidised_fraction"] / shipped.initial["pdi_oxidised_fraction"] - 1) > 0.01
    for name in result.columns:
        if name.endswith("_fold"):
            # What a rest may drift in a day: the largest accepted rate, 1e-10 /s, for 86400 s.
            np.testing.assert_allclose(result[name], 1.0, rtol=1e-5, err_msg=name)


def test_resting_state_returns_the_references_too(small_cell: Model, small_cell_rest: Rest) -> None:
    state, references = resting_state(small_cell, parameters={"kout": 2.0})
    expected = small_cell_rest(kout=2.0)
    assert state.concentrations == pytest.approx(expected, rel=1e-8)
    assert references == pytest.approx({"Zn_reference": expected["Zn"]}, rel=1e-8)


def test_default_times_fit_the_periods() -> None:
    times = default_times(scenario((BEFORE, {}), (10.0, {}), duration=30))
    assert times[0] == 0
    assert times[POINTS_PER_PERIOD] == 10
    assert times[-1] == 30
    assert times[1] == pytest.approx(1e-3)
    assert times[POINTS_PER_PERIOD + 1] == pytest.approx(10.002)


@pytest.mark.parametrize("tolerance", [-1, 0, float("nan"), float("inf"), "a"])
def test_tolerances_that_make_no_sense(tolerance) -> None:
    for name in ("relative", "absolute"):
        with pytest.raises(InvalidInputError, match=name):
            Tolerances(**{name: tolerance})


@pytest.mark.parametrize("scenario", [5, None])
def test_what_is_no_scenario_is_told(scenario) -> None:
    with pytest.raises(InvalidInputError, match="scenario"):
        simulate(scenario)


def test_parameters_that_are_no_mapping_are_told() -> None:
    with pytest.raises(InvalidInputError, match="parameters"):
        simulate("baseline", parameters=["ero1_kcat"])


def test_a_row_of_a_table_is_taken_as_parameters(small_cell: Model) -> None:
    scenario = Scenario(id="drug", duration=10.0, periods=[Period(start=0, changes={"drug": 0.05})])
    row = pd.DataFrame({"kout": [0.5, 2.0], "ki": [0.1, 0.2]}, index=["one", "other"]).loc["other"]
    taken, expected = (simulate(scenario, model=small_cell, parameters=each) for each in (row, row.to_dict()))
    assert np.array_equal(taken.values, expected.values)


def test_tolerances_of_another_kind_are_told(small_cell: Model) -> None:
    with pytest.raises(InvalidInputError, match="tolerances: 1e-06, expected Tolerances"):
        simulate(Scenario(id="s", duration=1.0, periods=[]), model=small_cell, tolerances=1e-6)  # type: ignore[arg-type]
