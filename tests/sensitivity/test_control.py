"""Control coefficients: by hand, the summation theorems, and two ways that share nothing but the model."""

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.errors import UnknownIdError
from zinc_sbml.sensitivity.control import CHAIN, control_coefficients
from zinc_sbml.sensitivity.instrumented import factor_of, factored_model
from zinc_sbml.sensitivity.process_names import PROCESSES, processes_of


@pytest.mark.parametrize("method", ["equations", "rests"])
def test_the_small_cell_is_as_by_hand(small_cell, method):
    found = control_coefficients(small_cell, readouts=["Zn", "J0", "J1", "free_fraction", "Zn_fold"], method=method)
    # Zinc is what comes in over the rate constant of what goes out; binding is at equilibrium.
    trapped = 3e-5 / (1e-4 + 3e-5)
    expected = {
        "J0": [1.0, 1.0, 1.0, -trapped, 1.0],
        "J1": [-1.0, 0.0, 0.0, trapped, -1.0],
        "J2": [0.0] * 5,
        "J3": [0.0] * 5,
    }
    for reaction, wanted in expected.items():
        np.testing.assert_allclose(found.reactions.loc[reaction], wanted, atol=2e-4)
    np.testing.assert_allclose(found.expected, [0, 1, 1, 0, 0], atol=1e-7)
    np.testing.assert_allclose(found.sums, found.expected, atol=2e-4)


@pytest.mark.parametrize("changes", [{}, {"zip7_inhibitor": 0.5}, {"ero1_abundance": 0.3, "zinc_extracellular": 0.02}])
def test_sums_of_the_cell_obey_the_theorems(changes):
    found = control_coefficients(changes=changes, method="rests")
    fluxes = {"ero1_flux", "disulfide_formation_rate", "erad_flux", *(name for name in CHAIN if "maturation" in name)}
    assert {name for name in CHAIN if found.expected[name] > 0.5} == fluxes
    np.testing.assert_allclose(found.expected, [float(name in fluxes) for name in CHAIN], atol=1e-6)
    np.testing.assert_allclose(found.sums, found.expected, atol=5e-3)
    equations = control_coefficients(changes=changes)
    np.testing.assert_allclose(equations.sums, equations.expected, atol=1e-6)
    # Rests differ by the bend over a step of one percent.
    np.testing.assert_allclose(found.reactions, equations.reactions, rtol=0.02, atol=5e-3)


def test_all_species_of_the_cell_sum_to_zero_and_all_fluxes_to_one():
    cell = zs.load_model("er_zinc_redox")
    species = [item.id for item in cell.having("species")]
    running = [item.id for item in cell.having("reaction")]
    found = control_coefficients(cell, readouts=[*species, *running])
    np.testing.assert_allclose(found.sums[species], 0.0, atol=1e-5)
    largest = found.values[running].abs().max()
    flowing = [name for name in running if abs(found.values[name]) > 1e-7 * largest]
    assert len(flowing) > 60
    np.testing.assert_allclose(found.sums[flowing], 1.0, atol=1e-5)


def test_a_faster_reaction_is_what_its_rate_constant_says():
    cell = zs.load_model("er_zinc_redox")
    from zinc_sbml.sensitivity.implicit import responses

    slopes = responses(cell, ["gsh_import_rate"], CHAIN, own_references=False)
    found = control_coefficients(cell)
    np.testing.assert_allclose(slopes.slopes[0] / slopes.values, found.reactions.loc["gsh_entry"], atol=1e-6)


def test_a_rate_that_reads_another_reads_it_without_its_factor():
    cell = zs.load_model("er_zinc_redox")
    factored = factored_model(cell)
    columns = ["zinc_secretory_exit", "folding_bulk_exit", "cargo_flux", "bulk_maturation_rate"]
    from zinc_sbml.engine import engine_for

    engine = engine_for(factored)
    with engine.lock:
        engine.fresh({})
        before = engine.values(columns)
        engine.change({factor_of("folding_bulk_exit"): 2.0})
        after = engine.values(columns)
        engine.change({factor_of("zinc_secretory_exit"): 3.0})
        third = engine.values(columns)
    assert after[0] == before[0] > 0
    assert after[1] == pytest.approx(2 * before[1])
    assert after[3] == pytest.approx(2 * before[3])
    assert third[0] == pytest.approx(3 * before[0])
    assert zs.simulate("zip7_inhibition", model=factored, readouts=["Zn_er"]).final["Zn_er"] == pytest.approx(
        zs.simulate("zip7_inhibition", readouts=["Zn_er"]).final["Zn_er"], rel=1e-6
    )


def test_every_reaction_of_the_cell_belongs_to_a_process():
    processes = processes_of(zs.load_model("er_zinc_redox"))
    assert set(processes.values()) == set(PROCESSES)
    assert processes["folding_bulk_labelled_exit"] == "labelled chains"
    assert processes["folding_egfr_reduction_2"] == "dithiothreitol"
    assert processes["folding_egfr_step_2"] == "folding of EGFR"
    assert processes["upr_bip_misfolded_decay"] == "BiP turnover"


def test_processes_are_the_sums_of_their_reactions():
    found = control_coefficients(readouts=["Zn_er", "erad_flux"])
    rows = ["quality_erad_free", "quality_erad_bip"]
    np.testing.assert_allclose(found.processes.loc["ERAD"], found.reactions.loc[rows].sum(), rtol=1e-12)


def test_unknown_words_are_refused():
    with pytest.raises(UnknownIdError, match="method"):
        control_coefficients(method="guess")
    with pytest.raises(UnknownIdError, match="nothing_like_it"):
        control_coefficients(readouts=["nothing_like_it"])
    with pytest.raises(UnknownIdError, match="nothing_like_it"):
        control_coefficients(changes={"nothing_like_it": 1.0})
