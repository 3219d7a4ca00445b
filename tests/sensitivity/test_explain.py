"""Explanations add up, and say what the models are made to do."""

import math

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.scenarios import Period, Scenario
from zinc_sbml.sensitivity.explanation import explain

REST = Scenario(id="rest", model="small_cell", duration=1e7)
BLOCK = Scenario(id="block", model="small_cell", duration=1e7, periods=(Period(start=0.0, changes={"drug": 0.1}),))
SHORT = Scenario(id="short", model="small_cell", duration=5e3, periods=(Period(start=0.0, changes={"drug": 0.1}),))


def check_sums(found):
    """All three tables add up to what they explain."""
    difference = found.value_b - found.value_a
    assert found.behind["contribution"].sum() == pytest.approx(difference, rel=1e-6, abs=1e-12)
    pool = found.pool_b - found.pool_a
    over_time = found.start + found.fluxes["contribution_over_time"].sum()
    assert over_time == pytest.approx(pool, rel=1e-5)
    assert found.adds_up_over_time
    at_end = found.fluxes["contribution_at_end"].sum() + found.not_settled
    if not math.isnan(at_end):
        assert at_end == pytest.approx(pool, rel=1e-9)
    return found


def test_a_blocked_pump_explains_zinc_by_hand(small_cell):
    found = check_sums(explain(REST, BLOCK, "Zn", model=small_cell))
    assert found.pool_is_readout
    assert found.pool == pytest.approx({"Zn": 1.0})
    # In the end production is the same, and the loss per zinc is a third: the pump makes all of the difference.
    at_end = found.fluxes["contribution_at_end"]
    assert at_end["J1"] == pytest.approx(2e-5, rel=1e-3)
    assert at_end["J0"] == pytest.approx(0.0, abs=1e-9)
    row = found.fluxes.loc["J1"]
    assert row["role"] == "loss"
    assert row["substrate"] == "Zn"
    assert row["substrate_ratio"] == pytest.approx(3.0, rel=1e-4)
    assert row["per_substrate_ratio"] == pytest.approx(1 / 3, rel=1e-9)
    # Through the inflow went 1e-5 uM per second in both.
    through = found.fluxes.loc["J0", ["through_a", "through_b"]].to_numpy(dtype=float)
    np.testing.assert_allclose(through, 1e-5 * 1e7, rtol=1e-6)
    assert "loss per amount is 0.333 times" in found.text
    assert "J1" in found.text


def test_what_is_not_settled_is_told(small_cell):
    found = check_sums(explain(REST, SHORT, "Zn_buffer", model=small_cell))
    assert found.time == 5e3
    assert set(found.fluxes.index) == {"J2"}
    # One reversible reaction makes the pool: nothing to share out at the end.
    assert found.fluxes["contribution_at_end"].isna().all()
    assert "J2" in found.text


def test_a_fold_and_a_sum_are_pools(small_cell):
    fold = check_sums(explain(REST, BLOCK, "Zn_fold", model=small_cell))
    assert fold.pool == pytest.approx({"Zn": 1e5})
    double = check_sums(explain(REST, BLOCK, "helper", model=small_cell))
    assert double.pool == pytest.approx({"Zn": 2.0})
    assert double.pool_is_readout


def test_a_share_is_followed_by_its_main_species(small_cell):
    found = check_sums(explain(REST, BLOCK, "free_fraction", model=small_cell))
    assert not found.pool_is_readout
    assert set(found.behind.index) == {"enzyme", "enzyme_zinc"}
    assert list(found.pool.values()) == [1.0]
    assert "no sum of species" in found.text


def test_an_input_behind_a_readout_is_told(small_cell):
    found = explain(REST, BLOCK, "drug_effect", model=small_cell)
    assert found.behind["contribution"].to_dict() == pytest.approx({"drug": 1 / 3 - 1})
    assert found.pool == {}
    assert found.fluxes.empty
    assert "set from outside" in found.text


def test_no_difference(small_cell):
    found = explain(REST, REST, "Zn", model=small_cell)
    assert "no difference" in found.text
    assert found.behind.empty


@pytest.mark.parametrize(
    ("a", "b", "readout"),
    [
        ("baseline", "zip7_inhibition", "misfolded_protein"),
        ("baseline", "zip7_inhibition", "Zn_er"),
        ("baseline", "zip7_knockout", "glutathione_potential"),
        ("zip7_inhibition", "ero1_and_zip7_inhibition", "pdi_oxidised_fraction"),
        ("dtt_pulse", "dtt_pulse_ero1_knockout", "pdi_oxidised_fraction"),
        ("baseline", "zip7_inhibition", "notch_maturation_rate"),
        ("baseline", "zip7_inhibition", "egfr_precursor_fold"),
        ("baseline", "hypoxia", "ero1_flux"),
        ("baseline", "pulse_chase", "egfr_labelled_secreted"),
        ("baseline", "zinc_excess", "bip_fold"),
    ],
)
def test_explanations_of_the_cell_add_up(a, b, readout):
    found = check_sums(explain(a, b, readout))
    runs = [zs.simulate(one, times=[found.time], readouts=[readout]).final[readout] for one in (a, b)]
    assert (found.value_a, found.value_b) == tuple(runs)
    assert found.text.startswith(readout)
    assert found.text.endswith(".")


def test_misfolded_protein_is_explained_by_degradation_and_misfolding():
    found = explain("baseline", "zip7_inhibition", "misfolded_protein")
    processes = found.processes["contribution_at_end"].droplevel("role")
    assert list(processes.index[:2]) == ["ERAD", "misfolding"]
    assert (processes.iloc[:2] > 0).all()
    # BiP binding is inside the pool.
    assert "quality_bip_binding" not in found.fluxes.index
    # The rate constant of degradation fell as far as its capacity.
    capacity = zs.simulate("zip7_inhibition", readouts=["erad_capacity"]).final["erad_capacity"]
    assert found.fluxes.loc["quality_erad_bip", "per_substrate_ratio"] == pytest.approx(capacity, rel=1e-6)
    assert "ERAD" in found.text
    assert "Bulk_0" in found.text


def test_parameters_of_the_cell_hold_in_both():
    own = {"ero1_kcat": 1.0}
    found = check_sums(explain("baseline", "zip7_inhibition", "bip_fold", parameters=own))
    assert found.value_a == pytest.approx(1.0, rel=1e-4)
    expected = zs.simulate("zip7_inhibition", parameters=own, readouts=["bip_fold"]).final["bip_fold"]
    assert found.value_b == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        (("baseline", "zip7_inhibitio", "Zn_er"), {}, UnknownIdError, "did you mean"),
        (("baseline", "zip7_inhibition", "nothing_like_it"), {}, UnknownIdError, "nothing_like_it"),
        (("baseline", "ero1_assay_zinc", "Zn_er"), {}, InvalidInputError, "nothing to compare"),
        (("baseline", "zip7_inhibition", "Zn_er"), {"time": 0.0}, InvalidInputError, "after the start"),
        (("baseline", "zip7_inhibition", "Zn_er"), {"time": 1e6}, InvalidInputError, "beyond the end"),
        (("baseline", "zip7_inhibition", "Zn_er"), {"parameters": {"foo_bar": 1.0}}, UnknownIdError, "foo_bar"),
    ],
)
def test_bad_questions_are_refused(arguments, options, error, words):
    with pytest.raises(error, match=words):
        explain(*arguments, **options)


def test_a_species_that_is_set_is_refused(decay):
    one = Scenario(id="one", model="decay", duration=1.0)
    other = Scenario(id="other", model="decay", duration=1.0, periods=(Period(start=0.5, changes={"S": 1.0}),))
    with pytest.raises(InvalidInputError, match="sets S directly"):
        explain(one, other, "S", model=decay)
