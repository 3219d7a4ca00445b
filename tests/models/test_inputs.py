"""Every input acts, and every switch switches."""

import pytest

import zinc_sbml as zs

# For each input: a value, what must be set besides for it to matter, a readout that then changes, after how long (s).
ACTIONS = {
    "zip7_inhibitor": (1.0, {}, "er_zinc_probe", 3600),
    "zip7_activity": (0.0, {}, "er_zinc_probe", 3600),
    "zip7_inhibitor_sensitivity": (0.0, {"zip7_inhibitor": 1.0}, "er_zinc_probe", 3600),
    "er_chelator": (10.0, {}, "er_zinc_probe", 3600),
    "cytosolic_zinc_supplement": (1.0, {}, "erad_capacity", 86400),
    "zinc_ionophore": (10.0, {}, "erad_capacity", 86400),
    "zinc_extracellular": (0.05, {}, "erad_capacity", 86400),
    "ero1_inhibitor": (30.0, {}, "ero1_flux", 60),
    "ero1_abundance": (0.0, {}, "pdi_oxidised_fraction", 600),
    "prdx4_activity": (0.0, {}, "er_h2o2", 600),
    "alternative_oxidase_activity": (0.0, {}, "pdi_oxidised_fraction", 3600),
    "oxygen": (1.0, {}, "ero1_flux", 60),
    "dtt": (5000.0, {}, "pdi_oxidised_fraction", 60),
    "gsh_supply": (0.2, {}, "glutathione_potential", 86400),
    "protein_synthesis": (0.0, {}, "disulfide_formation_rate", 3600),
    "glycosylation_block": (1.0, {}, "misfolded_protein", 3600),
    "erad_activity": (0.1, {}, "misfolded_protein", 3600),
    "pulse_label": (1.0, {}, "egfr_labelled_secreted", 3600),
    "zinc_inhibits_ero1": (0.0, {"zip7_inhibitor": 1.0}, "ero1_zinc_bound_fraction", 86400),
    "zinc_traps_ero1": (0.0, {"zip7_inhibitor": 1.0}, "ero1_active_fraction", 86400),
    "zinc_inhibits_pdi": (1.0, {"zip7_inhibitor": 1.0}, "notch_maturation_rate", 86400),
    "zinc_limits_erad": (0.0, {"zip7_inhibitor": 1.0}, "misfolded_protein", 86400),
}


def final(changes, readout, duration):
    periods = (zs.Period(start=0, changes=changes),) if changes else ()
    scenario = zs.Scenario(id="input", duration=duration, periods=periods)
    return zs.simulate(scenario, readouts=[readout]).final[readout]


def test_no_input_is_forgotten():
    assert set(ACTIONS) == set(zs.inputs().index)


@pytest.mark.parametrize("name", ACTIONS)
def test_input_acts(name):
    value, besides, readout, duration = ACTIONS[name]
    without = final(besides, readout, duration)
    with_it = final({**besides, name: value}, readout, duration)
    # Numerical noise is 1e-7.
    assert abs(with_it - without) > 1e-3 * max(abs(with_it), abs(without))


@pytest.mark.parametrize("name", zs.inputs("ero1_assay").index)
def test_input_of_the_test_tube_is_also_one_of_the_cell(name):
    assert name == "zinc_free" or name in ACTIONS


def test_zinc_slows_the_test_tube():
    left = [
        zs.simulate("ero1_assay_no_zinc", parameters={"zinc_free": dose}).at("oxygen_concentration", 330)
        for dose in (0.0, 1e-4, 1e-3)
    ]
    assert 0 < left[0] < left[1] < left[2] < 210


def test_switch_makes_another_cell():
    """A switch is not done to the cell: with another mechanism the cell is at another rest, where folds are 1."""
    start = zs.simulate("baseline", parameters={"zinc_inhibits_ero1": 0.0}).initial
    assert start["ero1_zinc_bound_fraction"] == pytest.approx(0, abs=1e-9)
    assert start["xbp1s_fold"] == pytest.approx(1, rel=1e-9)


def test_er_zinc_has_a_plateau_whatever_the_cytosol():
    """Loading stops at the largest ratio it can build up, however much zinc comes in."""
    limit = zs.parameters()["value"]["zinc_loading_gradient"]
    for changes in ({"zinc_extracellular": 10.0}, {"zinc_ionophore": 10.0, "zinc_extracellular": 0.05}):
        for zip7 in (0.0, 1.0):
            scenario = zs.Scenario(
                id="flood",
                duration=30 * 86400,
                periods=(zs.Period(start=0, changes={**changes, "zip7_activity": zip7}),),
            )
            end = zs.simulate(scenario, readouts=["Zn_er", "Zn_cytosol"]).final
            assert end["Zn_er"] <= 1.001 * limit * end["Zn_cytosol"]


@pytest.mark.parametrize("trap", [0.0, 1.0])
def test_both_mechanisms_run_the_whole_chain(trap):
    """Zinc up, Ero1alpha down, PDI reduced, disulfides down, misfolded up, stress up, whichever way zinc acts."""
    scenario = zs.Scenario(id="chain", duration=86400, periods=(zs.Period(start=0, changes={"zip7_inhibitor": 1.0}),))
    result = zs.simulate(scenario, parameters={"zinc_traps_ero1": trap})
    start, end = result.initial, result.final
    assert end["Zn_er"] > 10 * start["Zn_er"]
    assert end["ero1_flux"] < 0.5 * start["ero1_flux"]
    assert end["pdi_oxidised_fraction"] < 0.5 * start["pdi_oxidised_fraction"]
    assert end["disulfide_formation_rate"] < start["disulfide_formation_rate"]
    assert end["misfolded_protein"] > 2 * start["misfolded_protein"]
    assert end["upr_activity"] > 2 * start["upr_activity"]


# Names that others rely on: scenarios of users, tables, tools that load the SBML.
PUBLIC_READOUTS = {
    "er_zinc_probe", "ero1_active_fraction", "ero1_zinc_bound_fraction", "ero1_flux", "pdi_oxidised_fraction",
    "glutathione_potential", "er_h2o2", "disulfide_formation_rate", "bulk_maturation_rate", "egfr_maturation_rate",
    "notch_maturation_rate", "egfr_precursor_fold", "notch_precursor_fold", "misfolded_protein", "erad_flux",
    "erad_capacity", "upr_activity", "xbp1s_fold", "atf4_fold", "chop_fold", "bip_fold",
}  # fmt: skip


def test_public_readouts_exist():
    assert set(zs.readouts().index) >= PUBLIC_READOUTS


def test_folds_are_one_at_rest():
    start = zs.simulate("baseline").initial
    relative = [
        name for name in zs.readouts().index if name.endswith(("_fold", "_maturation_rate")) or name == "erad_capacity"
    ]
    assert len(relative) >= 11
    for name in relative:
        assert start[name] == pytest.approx(1, rel=1e-9), name
