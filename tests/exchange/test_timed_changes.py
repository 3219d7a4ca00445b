"""Scenarios inside the SBML: read by COPASI and by hand-derived answers, never by the code that wrote them."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.engine import Tolerances
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.exchange.timed_changes import (
    NEVER,
    TimedChange,
    scenario_sbml,
    settings,
    timed_changes,
    with_settings,
    with_timed_changes,
)
from zinc_sbml.model import read_model

TIGHT = Tolerances(relative=1e-12, absolute=1e-18)


def scenario(*periods, duration=100.0, model="small_cell", id="test"):
    return zs.Scenario(
        id=id,
        model=model,
        duration=duration,
        periods=[zs.Period(start=start, changes=changes) for start, changes in periods],
    )


def run(sbml, duration, times, readouts, **parameters):
    """The file as it stands: nothing is done to it from outside."""
    model = read_model(sbml)
    return zs.simulate(
        zs.Scenario(id="file", model=model.id, duration=duration),
        model=model,
        times=times,
        readouts=readouts,
        parameters=parameters,
        tolerances=TIGHT,
    )


def test_changes_are_counted_for_each_target():
    one = scenario((0, {"drug": 1}), (10, {"drug": 2}), (20, {"drug": 0, "pump": 0.5}))
    other = scenario((5, {"drug": 3}), id="other")
    assert timed_changes([one, other]) == (
        TimedChange(target="drug", number=1),
        TimedChange(target="drug", number=2),
        TimedChange(target="pump", number=1),
    )
    assert timed_changes([scenario((0, {"drug": 1}))]) == ()


def test_inputs_step_at_their_times(small_cell):
    """drug_effect is 1 / (1 + drug/ki) with ki = 0.05: at once, so it tells the dose at every time."""
    text = scenario_sbml(scenario((0, {"drug": 0.05}), (40, {"drug": 0.15}), (70, {"drug": 0.0})), small_cell)
    result = run(text, 100, [10, 39, 41, 69, 71, 100], ["drug_effect"])
    assert result["drug_effect"].tolist() == pytest.approx([1 / 2, 1 / 2, 1 / 4, 1 / 4, 1, 1], rel=1e-12)


def test_the_file_does_what_the_scenario_does(small_cell):
    one = scenario((0, {"drug": 1.0}), (33.3, {"pump": 0.2}), (60, {"drug": 0.0, "pump": 1.0}))
    times = np.linspace(0, 100, 51)
    columns = ["Zn", "Zn_buffer", "enzyme", "Zn_fold", "drug_effect"]
    ours = zs.simulate(one, model=small_cell, times=times, readouts=columns, tolerances=TIGHT)
    inside = ~np.isin(times, [0, 60])
    found = run(scenario_sbml(one, small_cell), 100, times, columns)
    for column in columns:
        difference = np.abs(found[column] - ours[column])[inside].max()
        assert difference <= 1e-9 * np.abs(ours[column]).max(), column


def test_a_species_can_be_changed_too(decay):
    """S decays with k = 0.7; at 2 s it is set to 5."""
    text = scenario_sbml(scenario((2, {"S": 5.0}), duration=4, model="decay"), decay)
    result = run(text, 4, [1, 3, 4], ["S"])
    assert result["S"].tolist() == pytest.approx([2 * np.exp(-0.7), 5 * np.exp(-0.7), 5 * np.exp(-1.4)], rel=1e-9)


def test_a_start_value_that_is_computed_is_replaced_where_it_is_set():
    from zinc_sbml.catalog import model_path

    sbml = model_path("er_zinc_redox").read_text(encoding="utf-8")
    model = read_model(sbml)
    assert "PDI_reduced" in model.initial_assignments
    changed = read_model(with_settings(sbml, {"PDI_reduced": 7.0, "ero1_kcat": 3.0}))
    assert "PDI_reduced" not in changed.initial_assignments
    assert changed.quantities["PDI_reduced"].value == 7.0
    assert changed.quantities["ero1_kcat"].value == 3.0


def test_times_and_doses_are_parameters(small_cell):
    """The reader may move a change: the same file with another time is another scenario."""
    text = scenario_sbml(scenario((40, {"drug": 0.15})), small_cell)
    moved = run(text, 100, [15, 25, 45], ["drug_effect"], drug_change_1_time=20.0, drug_change_1_value=0.05)
    assert moved["drug_effect"].tolist() == pytest.approx([1, 1 / 2, 1 / 2], rel=1e-12)


def test_without_settings_nothing_happens(small_cell):
    changes = timed_changes([scenario((40, {"drug": 0.15}))])
    text = with_timed_changes(small_cell.sbml, changes)
    assert read_model(text).quantities["drug_change_1_time"].value == NEVER
    times = [1, 50, 99]
    before = run(small_cell.sbml, 100, times, ["Zn", "drug_effect"])
    after = run(text, 100, times, ["Zn", "drug_effect"])
    assert np.allclose(before.values, after.values, rtol=1e-9, atol=0)


def test_a_rest_before_time_zero_is_the_start(small_cell, small_cell_rest):
    one = scenario((-np.inf, {"drug": 0.1}), (50, {"drug": 0.0}))
    start = run(scenario_sbml(one, small_cell), 100, [0, 40], ["Zn", "Zn_buffer", "enzyme_zinc", "Zn_fold"])
    rest, normal = small_cell_rest(drug=0.1), small_cell_rest()
    for row in (0, 1):
        for name in ("Zn", "Zn_buffer", "enzyme_zinc"):
            assert start[name].iloc[row] == pytest.approx(rest[name], rel=1e-6), name
        # The fold still divides by the rest of the cell without the drug.
        assert start["Zn_fold"].iloc[row] == pytest.approx(rest["Zn"] / normal["Zn"], rel=1e-6)


PREPARED = """
model prepared
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit time_unit = second; unit volume = 1e-12 litre;
  compartment c = 1;
  species A in c = 1, B in c = {start};
  gain = 1; gain notes ```Input. Supply of A.```;
  A_reference = 1; A_reference notes ```Reference. Resting value of `A`.```;
  supply: -> A; c*gain; loss: A -> ; c*A;
  turn: B -> ; c*(B - A);
end
"""


def test_a_start_that_no_file_can_hold_is_refused(compiled):
    """B follows A at rest, but the file says B starts at half of it: setting A alone does not bring B to its rest."""
    prepared = scenario((-np.inf, {"gain": 4}), model="prepared")
    fine = compiled(PREPARED.format(start="1"))
    assert settings(prepared, fine) == pytest.approx({"gain": 4, "A": 4, "B": 4}, rel=1e-6)
    with pytest.raises(InvalidInputError, match=r"starts at a rest with B = 4, but prepared computes .* as 2"):
        settings(prepared, compiled(PREPARED.format(start="A/2")))


def test_what_cannot_be_set_is_refused(small_cell):
    with pytest.raises(UnknownIdError, match="did you mean 'drug'"):
        scenario_sbml(scenario((0, {"drugs": 1})), small_cell)
    with pytest.raises(InvalidInputError, match="the model computes it"):
        scenario_sbml(scenario((10, {"drug_effect": 1})), small_cell)
    twice = with_timed_changes(small_cell.sbml, [TimedChange(target="drug", number=1)])
    with pytest.raises(InvalidInputError, match="has an id 'drug_change_1_time' already"):
        with_timed_changes(twice, [TimedChange(target="drug", number=1)])


@pytest.mark.parametrize("name", ["dtt_pulse_ero1_knockout", "zip7_inhibition_washout", "ero1_assay_zinc"])
def test_files_are_clean_and_tell_their_scenario(name):
    one = zs.load_scenario(name)
    text = scenario_sbml(one, zs.load_model(one.model))
    assert zs.validate(text) == []
    root = ElementTree.fromstring(text.encode())
    core = "{http://www.sbml.org/sbml/level3/version2/core}"
    [model] = root.findall(f"{core}model")
    assert model.get("id") == f"{one.model}_{name}"
    assert one.title in model.get("name")
    told = "".join(model.find(f"{core}notes").itertext())
    assert f"Scenario {name}" in told
    assert f"from 0 to {one.duration:g} s" in told
    assert "dcterms:license" in text
    later = [period for period in one.periods if period.start > 0]
    events = model.findall(f"{core}listOfEvents/{core}event")
    assert len(events) == sum(len(period.changes) for period in later) > 0
    # No solver hits a time exactly: inequalities only.
    assert "<eq/>" not in text
