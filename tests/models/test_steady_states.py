"""Steady states derived by hand from the rate laws."""

import math

import pytest

import zinc_sbml as zs
from zinc_sbml.simulation import resting_state


@pytest.fixture(scope="module")
def value():
    return zs.parameters()["value"]


def rest_of(**changes):
    state, _ = resting_state(parameters=changes)
    return state.concentrations


def test_cytosolic_zinc_without_the_er(value):
    """No loading and no ZIP7: uptake = export."""
    zinc = 0.005
    state = rest_of(zinc_loading_vmax=0.0, zip7_activity=0.0)
    by_hand = value["zinc_uptake_vmax"] * zinc / (value["zinc_uptake_km"] + zinc) / value["zinc_export_k"]
    assert state["Zn_cytosol"] == pytest.approx(by_hand, rel=1e-6)
    # and the buffer is at equilibrium with it
    bound = value["zinc_cytosolic_buffer_total"] * by_hand / (value["zinc_cytosolic_buffer_kd"] + by_hand)
    assert state["ZnBuffer_cytosol"] == pytest.approx(bound, rel=1e-6)


def test_plateau_of_er_zinc_without_zip7(value):
    """ZIP7 off: loading = exit with cargo."""
    state = rest_of(zip7_activity=0.0)
    cytosol, er = state["Zn_cytosol"], state["Zn_er"]
    cargo = sum(
        value[f"folding_{name}_exit_k"] * state[last]
        for name, last in (("bulk", "Bulk_1"), ("egfr", "EGFR_5"), ("notch", "Notch_9"))
    )
    back = er / value["zinc_loading_gradient"]
    loading = value["zinc_loading_vmax"] * (cytosol - back) / (value["zinc_loading_km"] + cytosol + back)
    exit_ = value["zinc_cargo_sites"] * cargo * er / (value["zinc_cargo_kd"] + er)
    assert loading == pytest.approx(exit_, rel=1e-6)


def test_ero1_forms_without_zinc(value):
    """Closing and opening balance, up to the turnover of the protein that enters closed."""
    state = rest_of(
        zinc_inhibits_ero1=0.0, upr_ero1_decay_k=1e-12, upr_ero1_synthesis_basal=0.0, upr_ero1_synthesis_chop=0.0
    )
    ratio = value["ero1_closing_ratio"] * state["PDI_oxidised"] / state["PDI_reduced"]
    assert state["Ero1_inactive"] / state["Ero1_active"] == pytest.approx(ratio, rel=1e-5)


def test_hydrogen_peroxide_without_ero1_and_prdx4(value):
    state = rest_of(ero1_abundance=0.0, prdx4_activity=0.0)
    assert state["H2O2_er"] == pytest.approx(value["ero1_h2o2_supply_rate"] / value["ero1_h2o2_loss_k"], rel=1e-8)


def test_glutathione_balance(value):
    """What enters as GSH leaves as GSH and GSSG."""
    state = rest_of()
    out = value["gsh_efflux_k"] * state["GSH_er"] + 2 * value["gsh_gssg_export_k"] * state["GSSG_er"]
    assert out == pytest.approx(value["gsh_import_rate"], rel=1e-8)


def test_pdi_alone_with_glutathione_obeys_nernst(value):
    """No oxidase, no client, no loss of glutathione: both couples come to the same potential."""
    state = rest_of(
        ero1_abundance=0.0, prdx4_activity=0.0, alternative_oxidase_activity=0.0, protein_synthesis=0.0,
        ero1_activation_k=0.0, gsh_supply=0.0, gsh_efflux_k=0.0, gsh_gssg_export_k=0.0,
    )  # fmt: skip
    millivolt = 8.314462618 * 310.15 / (2 * 96485.33212) * 1e3
    glutathione = -240 - millivolt * math.log((state["GSH_er"] * 1e-6) ** 2 / (state["GSSG_er"] * 1e-6))
    pdi = -180 - millivolt * math.log(state["PDI_reduced"] / state["PDI_oxidised"])
    assert pdi == pytest.approx(glutathione, abs=0.01)


def test_clients_yield(value):
    """Each step wins against misfolding with probability k / (k + m)."""
    state = rest_of()
    step = value["folding_notch_step_k"] * state["PDI_oxidised"]
    won = step / (step + value["folding_notch_misfolding_k"])
    translation = 1 / (1 + state["PERK_active"] / value["upr_perk_attenuation_k"])
    made = value["folding_notch_synthesis_rate"] * translation * (1 - value["folding_basal_misfolded_fraction"])
    assert value["folding_notch_exit_k"] * state["Notch_9"] == pytest.approx(made * won**9, rel=1e-8)


def test_erad_removes_what_misfolds(value):
    result = zs.simulate("baseline", readouts=["erad_flux", "misfolded_protein", "erad_rate_constant"]).initial
    assert result["erad_flux"] == pytest.approx(result["erad_rate_constant"] * result["misfolded_protein"], rel=1e-12)


def test_bip_at_rest(value):
    state = rest_of()
    made = value["upr_bip_translation_k"] * state["BiP_mRNA"]
    assert made / value["upr_bip_decay_k"] == pytest.approx(state["BiP"] + state["BiP_misfolded"], rel=1e-8)
