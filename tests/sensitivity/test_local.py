"""Local sensitivities against rests and courses known by hand, and against two other methods."""

import math

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.engine import engine_for
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.scenarios import Period, Scenario
from zinc_sbml.sensitivity.implicit import derivatives_of_fluxes, implicit_sensitivities, responses
from zinc_sbml.sensitivity.local import ABSOLUTE, LOGARITHM, local_sensitivities
from zinc_sbml.sensitivity.steps import E_FOLD_OF_POTENTIAL, moved

# Zinc of the small cell rests at load * outside / (pump * kout), times the block of the drug.
ZINC, BUFFER_KD, ENZYME_KD = 1e-5, 1e-3, 1e-4 / 3
BLOCK = Scenario(id="block", duration=1e7, periods=(Period(start=0.0, changes={"drug": 0.1}),))
PARAMETERS = ("kout", "load", "kon", "koff", "ktrap", "krel", "ki", "gain")


def small_cell_by_hand(zinc):
    """d ln readout / d ln parameter at rest with this zinc, for parameters that change zinc by -1, 1 or not at all."""
    free, trapped = 1 / (1 + zinc / ENZYME_KD), zinc / ENZYME_KD / (1 + zinc / ENZYME_KD)
    empty = 1 / (1 + zinc / BUFFER_KD)
    return {
        "kout": {"Zn": -1.0, "Zn_buffer": -empty, "free_fraction": trapped},
        "load": {"Zn": 1.0, "Zn_buffer": empty, "free_fraction": -trapped},
        "kon": {"Zn": 0.0, "Zn_buffer": empty, "free_fraction": 0.0},
        "koff": {"Zn": 0.0, "Zn_buffer": -empty, "free_fraction": 0.0},
        "ktrap": {"Zn": 0.0, "Zn_buffer": 0.0, "free_fraction": -trapped},
        "krel": {"Zn": 0.0, "Zn_buffer": 0.0, "free_fraction": 1 - free},
    }


def test_the_rest_is_differentiated_as_by_hand(small_cell):
    found = local_sensitivities(
        Scenario(id="rest", duration=1.0), model=small_cell, readouts=["Zn", "Zn_buffer", "free_fraction", "Zn_fold"],
        parameters=PARAMETERS, times=[0.0],
    )  # fmt: skip
    matrix = found.matrix()
    equations = implicit_sensitivities(small_cell, readouts=found.readouts, parameters=PARAMETERS)
    assert np.abs(equations["Zn_fold"]).max() < 1e-9
    for parameter, wanted in small_cell_by_hand(ZINC).items():
        for readout, value in wanted.items():
            assert matrix.loc[parameter, readout] == pytest.approx(value, abs=1e-4), (parameter, readout)
            assert equations.loc[parameter, readout] == pytest.approx(value, abs=1e-6), (parameter, readout)
    # A fold divides by the rest of the changed cell.
    assert np.abs(matrix["Zn_fold"]).max() < 1e-9
    assert found.agrees.all()
    assert not found.failures


def test_a_course_ends_at_the_sensitivities_of_the_new_rest(small_cell):
    found = local_sensitivities(
        BLOCK, model=small_cell, readouts=["Zn", "free_fraction", "Zn_fold", "drug_effect"], parameters=PARAMETERS
    )
    matrix = found.matrix()
    share = 0.1 / 0.05 / (1 + 0.1 / 0.05)
    by_hand = small_cell_by_hand(3 * ZINC)
    for parameter in ("kout", "ktrap"):
        assert matrix.loc[parameter, "free_fraction"] == pytest.approx(by_hand[parameter]["free_fraction"], abs=1e-5)
    assert matrix.loc["ki", "Zn"] == pytest.approx(-share, abs=1e-5)
    assert matrix.loc["gain", "Zn"] == pytest.approx(share, abs=1e-5)
    assert matrix.loc["ki", "drug_effect"] == pytest.approx(share, abs=1e-7)
    # The fold rises by the block, whatever kout is, but not by what the inhibitor's constant is.
    assert matrix.loc["kout", "Zn_fold"] == pytest.approx(0.0, abs=1e-5)
    assert matrix.loc["ki", "Zn_fold"] == pytest.approx(-share, abs=1e-5)


def test_a_course_is_differentiated_as_by_hand(decay):
    times = [0.5, 2.0]
    found = local_sensitivities(
        Scenario(id="run", model="decay", duration=2.0), model=decay, readouts=["S", "A", "twice"], times=times,
        parameters=["k", "forward", "backward"],
    )  # fmt: skip
    for time in times:
        assert found.matrix(time).loc["k", "S"] == pytest.approx(-0.7 * time, abs=1e-6)
        assert found.matrix(time).loc["k", "twice"] == pytest.approx(-0.7 * time, abs=1e-6)
        assert found.matrix(time).loc["forward", "S"] == pytest.approx(0.0, abs=1e-6)

    # A and B exchange: A = rest + (4 - rest) exp(-rate t), by volumes 3 and 0.5.
    def ln_a(forward, backward, time):
        rate = forward / 3 + backward / 0.5
        rest = backward * (4 * 3 + 0.5) / 0.5 / 3 / rate
        return math.log(rest + (4 - rest) * math.exp(-rate * time))

    h = 1e-5
    by_hand = (ln_a(2 * math.exp(h), 0.3, 2.0) - ln_a(2 * math.exp(-h), 0.3, 2.0)) / (2 * h)
    assert found.matrix().loc["forward", "A"] == pytest.approx(by_hand, abs=1e-6)


def test_a_course_of_the_cell_agrees_with_its_variational_equations():
    """The second method integrates the sensitivities themselves along one course, from those of the rest."""
    cell = zs.load_model("er_zinc_redox")
    species, end = ["Zn_er", "PDI_oxidised", "Ero1_active", "Notch_9", "Misfolded", "BiP_mRNA"], 7200.0
    scenario = Scenario(id="block", duration=end, periods=(Period(start=0.0, changes={"zip7_inhibitor": 0.5}),))
    names = ["zinc_zip7_vmax", "gsh_import_rate", "ero1_pdi_total", "gsh_pdi_standard_potential"]
    ours = local_sensitivities(scenario, readouts=species, parameters=names).matrix()
    other = variational(cell, names, {"zip7_inhibitor": 0.5}, end)
    for one in species:
        np.testing.assert_allclose(ours[one], other[one], rtol=2e-3, atol=5e-4, err_msg=one)


def variational(model, names, inputs, end):
    """d ln species / d ln parameter after a step of inputs from the rest: dS/dt = J S + df/dp, by Radau IIA."""
    engine = engine_for(model)
    with engine.lock:
        engine.rest({})
        network = engine.network()
        order = list(network.species)
        sizes = np.array([model.quantities[model.quantities[one].text].value for one in order])
        slopes = (responses(model, names, order).slopes * sizes).T
        edges = np.concatenate([[0.0], np.geomspace(1e-3, end, 160)])
        stages = np.sort(np.concatenate([edges, edges[:-1] + np.diff(edges) / 3]))
        engine.rest({})
        engine.change(inputs)
        course = engine.integrate(stages.tolist(), order) * sizes

        def linear(amounts):
            jacobian = network.stoichiometry @ derivatives_of_fluxes(network, amounts)
            columns = []
            for name in names:
                quantity, ends = model.quantities[name], []
                for step in (1e-5, -1e-5):
                    engine.change({name: moved(quantity, quantity.value, step)})
                    ends.append(network.rates(amounts))
                engine.change({name: quantity.value})
                columns.append((ends[0] - ends[1]) / 2e-5)
            return jacobian, np.array(columns).T

        size = len(order)
        for number in range(len(edges) - 1):
            h = edges[number + 1] - edges[number]
            (j1, b1), (j2, b2) = (linear(course[2 * number + 1 + stage]) for stage in (0, 1))
            matrix = np.block(
                [[np.eye(size) - h * 5 / 12 * j1, h / 12 * j1], [-h * 3 / 4 * j2, np.eye(size) - h / 4 * j2]]
            )
            found = np.linalg.solve(matrix, np.vstack([j1 @ slopes + b1, j2 @ slopes + b2]))
            slopes = slopes + h * (3 / 4 * found[:size] + 1 / 4 * found[size:])
    with np.errstate(invalid="ignore", divide="ignore"):
        return dict(zip(order, slopes / course[-1][:, None], strict=True))


def test_a_course_agrees_with_the_forward_sensitivities_of_the_solver(cycle):
    """libRoadRunner's own, of all parameters: a subset gives wrong numbers. It takes no model with rules."""
    import roadrunner

    ours = local_sensitivities(
        Scenario(id="run", model="cycle", duration=2.0), model=cycle, readouts=["A", "AB", "P"],
        parameters=["on", "off", "kf", "kr"],
    ).matrix()  # fmt: skip
    runner = roadrunner.RoadRunner(cycle.sbml)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-10, 1e-14
    _, cube, names, species = runner.timeSeriesSensitivities(0.0, 2.0, 3)
    for name in names:
        for one in ours.columns:
            scaled = cube[-1, names.index(name), species.index(one)] / 0.25 / runner[f"[{one}]"] * runner[name]
            assert ours.loc[name, one] == pytest.approx(scaled, rel=1e-4, abs=1e-6), (name, one)


def test_the_rest_of_the_cell_agrees_with_its_equations():
    """The second method finds no other rest: it solves the differentiated equations."""
    cell = zs.load_model("er_zinc_redox")
    readouts = [item.id for item in cell.having("readout", "species")]
    found = local_sensitivities("baseline", readouts=readouts, times=[0.0])
    other = implicit_sensitivities(cell, readouts=readouts, parameters=found.parameters)
    difference = np.abs(found.matrix() - other)
    potential = ["glutathione_potential"]
    # What is left is how far the integrated rests of the changed cells are from the limit.
    assert difference.drop(columns=potential).max(axis=None) < 3e-3
    assert difference[potential].max(axis=None) < 0.01  # mV
    # Nothing is labelled at rest, and nothing depends on what is.
    assert (other["egfr_labelled_secreted"] == 0).all()
    # Folds are 1 at the rest of every cell.
    assert np.abs(other["bip_fold"]).max() < 1e-9


def test_a_changed_total_is_followed_in_both_ways(cycle):
    parameters = ("on", "off", "kf", "kr")
    scenario = Scenario(id="long", model="cycle", duration=1e6)
    course = local_sensitivities(scenario, model=cycle, readouts=["A", "P"], parameters=parameters).matrix()
    rest = implicit_sensitivities(cycle, readouts=["A", "P"], parameters=parameters)
    np.testing.assert_allclose(course, rest, atol=1e-5)
    # P = total * kr / (kf + kr)
    assert rest.loc["kr", "P"] == pytest.approx(0.2, abs=1e-7)


def test_potentials_and_zeros_are_told_in_their_own_unit():
    found = local_sensitivities(
        "baseline", readouts=["glutathione_potential", "egfr_labelled_secreted", "Zn_er"], times=[0.0],
        parameters=["gsh_import_rate", "gsh_glutathione_standard_potential", "gsh_pdi_standard_potential"],
    )  # fmt: skip
    scale = found.frame.set_index(["parameter", "readout"])["scale"]
    assert scale["gsh_import_rate", "glutathione_potential"] == ABSOLUTE
    assert scale["gsh_import_rate", "egfr_labelled_secreted"] == ABSOLUTE
    assert scale["gsh_import_rate", "Zn_er"] == LOGARITHM
    assert found.per == ("e-fold", f"{E_FOLD_OF_POTENTIAL:.1f} mV", f"{E_FOLD_OF_POTENTIAL:.1f} mV")
    # With both standard potentials shifted alike only the scale of potentials moves, by as much.
    both = found.matrix()["glutathione_potential"].iloc[1:].sum()
    assert both == pytest.approx(E_FOLD_OF_POTENTIAL, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"parameters": ["nothing_like_it"]}, UnknownIdError, "nothing_like_it"),
        ({"readouts": ["nothing_like_it"]}, UnknownIdError, "nothing_like_it"),
        ({"readouts": []}, InvalidInputError, "at least one"),
        ({"parameters": []}, InvalidInputError, "at least one"),
        ({"parameters": ["zip7_inhibitor"]}, InvalidInputError, "input"),
        ({"parameters": ["ero1_kcat", "ero1_kcat"]}, InvalidInputError, "once"),
        ({"times": [1e9]}, InvalidInputError, "beyond the end"),
        ({"step": 0.0}, InvalidInputError, "step"),
    ],
)
def test_bad_questions_are_refused(changes, error, words):
    asked = {"readouts": ["Zn_er"], "parameters": ["ero1_kcat"]} | changes
    with pytest.raises(error, match=words):
        local_sensitivities("baseline", **asked)


def test_a_parameter_that_is_zero_has_no_relative_change(small_cell):
    with pytest.raises(InvalidInputError, match="pump is 0"):
        responses(small_cell, ["pump"], ["Zn"], changes={"pump": 0.0})


def test_failed_cells_are_told(small_cell, monkeypatch):
    from zinc_sbml.ensembles import cells
    from zinc_sbml.errors import SimulationError

    ordinary = cells.run_checked

    def fails(model, scenario, own, *rest, **options):
        if own["kout"] > 1:
            raise SimulationError(scenario="x", time=0.0, reason="no way")
        return ordinary(model, scenario, own, *rest, **options)

    monkeypatch.setattr(cells, "run_checked", fails)
    found = local_sensitivities(
        Scenario(id="rest", duration=1.0), model=small_cell, readouts=["Zn"], parameters=["kout", "load"], times=[0.0]
    )
    assert found.failures == {"kout": "no way"}
    assert np.isnan(found.matrix().loc["kout", "Zn"])
    assert found.matrix().loc["load", "Zn"] == pytest.approx(1.0, abs=1e-6)
