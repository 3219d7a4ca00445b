"""What cannot be made or lost: totals in closed conditions, and what the composition table says of every reaction."""

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.building import conserved_moieties, reaction_balance, read_composition
from zinc_sbml.catalog import composition_path, model_ids, model_path

# Totals are sums of amounts that the solver integrates one by one.
TOTAL_DRIFT = 1e-6

# Boundaries of the cell that zinc crosses; with them closed the cell is a bottle.
CLOSED = {"zinc_uptake_vmax": 0.0, "zinc_export_k": 0.0, "zinc_cargo_sites": 0.0, "upr_ero1_decay_k": 0.0}


def total(result, names):
    volumes = {"Zn_cytosol": 1.35, "ZnBuffer_cytosol": 1.35}
    return sum(result[name].to_numpy() * volumes.get(name, 0.25) for name in names)


def test_zinc_is_conserved_in_a_closed_cell():
    # A user's scenario: the boundaries close at time 0, then ZIP7 is inhibited and zinc moves between the pools.
    scenario = zs.Scenario(
        id="closed", duration=24 * 3600, periods=(zs.Period(start=0, changes={**CLOSED, "zip7_inhibitor": 1.0}),)
    )
    result = zs.simulate(scenario)
    zinc = total(
        result, ["Zn_cytosol", "ZnBuffer_cytosol", "Zn_er", "ZnBuffer_er", "Ero1_active_zinc", "Ero1_inactive_zinc"]
    )
    assert np.ptp(result["ZnBuffer_er"]) > 1.0, "nothing moved, so nothing was tested"
    assert np.ptp(zinc) < TOTAL_DRIFT * zinc[0]


@pytest.mark.parametrize("scenario", ["zip7_inhibition", "dtt_pulse", "zip7_knockout_cytosolic_zinc"])
@pytest.mark.parametrize(
    ("forms", "parameter"),
    [
        (("PDI_reduced", "PDI_oxidised"), "ero1_pdi_total"),
        (("PRDX4_reduced", "PRDX4_oxidised"), "ero1_prdx4_total"),
        (("Buffer_er", "ZnBuffer_er"), "zinc_er_buffer_total"),
        (("Buffer_cytosol", "ZnBuffer_cytosol"), "zinc_cytosolic_buffer_total"),
        (("PERK_inactive", "PERK_active"), "upr_perk_total"),
    ],
)
def test_forms_add_up_to_the_total(scenario, forms, parameter):
    result = zs.simulate(scenario, readouts=forms)
    expected = zs.parameters()["value"][parameter]
    np.testing.assert_allclose(sum(result[name] for name in forms), expected, rtol=TOTAL_DRIFT)


@pytest.mark.parametrize("model_id", model_ids())
def test_every_reaction_balances(model_id):
    balance = reaction_balance(model_path(model_id).read_text(), read_composition(composition_path()))
    assert {"zinc", "pdi", "ero1", "glutathione", "disulfide"} <= set(balance.columns)
    assert (balance == 0).all(axis=None), balance[(balance != 0).any(axis=1)]


def test_closed_reactions_conserve_what_chemistry_names():
    moieties = conserved_moieties(model_path("er_zinc_redox").read_text(), read_composition(composition_path()))
    assert {"pdi", "prdx4", "er_buffer", "cytosolic_buffer"} <= {str(name) for name in moieties.index}


def test_disulfides_into_clients_equal_those_that_pdi_lost():
    """At rest all that oxidises PDI goes into clients or glutathione."""
    rest = zs.simulate("baseline", readouts=[
        "ero1_oxidation", "ero1_alternative_oxidation", "ero1_prdx4_reduction", "gsh_pdi_exchange", "ero1_regulation",
        "disulfide_formation_rate",
    ]).initial  # fmt: skip
    volume = 0.25
    made = (
        rest["ero1_oxidation"]
        + rest["ero1_alternative_oxidation"]
        + rest["ero1_prdx4_reduction"]
        + rest["ero1_regulation"]
    )
    spent = rest["disulfide_formation_rate"] * volume + rest["gsh_pdi_exchange"]
    assert made == pytest.approx(spent, rel=1e-8)


@pytest.mark.parametrize(("pool", "total_"), [("PDI", 300.0), ("PRDX4", 2.0)])
def test_totals_are_parameters(pool, total_):
    """A cell with more PDI has it from the start, wherever the pools then come to rest."""
    parameter = f"ero1_{pool.lower()}_total"
    result = zs.simulate("zip7_inhibition", parameters={parameter: total_})
    np.testing.assert_allclose(result[f"{pool}_reduced"] + result[f"{pool}_oxidised"], total_, rtol=TOTAL_DRIFT)
    assert result.initial["notch_maturation_rate"] == pytest.approx(1, rel=1e-9)
