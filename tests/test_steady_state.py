from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from zinc_sbml import steady_state
from zinc_sbml.engine import Engine, engine_for
from zinc_sbml.errors import InvalidInputError, SimulationError
from zinc_sbml.model import Model, load_model
from zinc_sbml.steady_state import REST_RATE, ZERO_MULTIPLE


@pytest.mark.parametrize(
    "changes", [{}, {"drug": 1.0}, {"kout": 30.0}, {"drug": 40.0, "pump": 0.5}, {"buffer": 500.0, "Zn_buffer": 0.0}]
)
def test_rest_of_the_small_cell_is_the_one_worked_out_by_hand(
    small_cell: Model, small_cell_rest: Callable[..., dict[str, float]], changes: dict[str, float]
) -> None:
    rest = engine_for(small_cell).rest(changes)
    known = {name: value for name, value in changes.items() if name in ("drug", "kout", "pump")}
    total = changes.get("buffer", 100.0) + changes.get("Zn_buffer", 1.0)
    expected = small_cell_rest(**known, buffer=total)
    for name, value in expected.items():
        assert rest.concentrations[name] == pytest.approx(value, rel=1e-9), name
    assert rest.residual <= REST_RATE


@pytest.mark.parametrize(("a", "b", "ab"), [(5.0, 3.0, 0.0), (0.1, 40.0, 0.0), (2.0, 2.0, 7.0), (1e-4, 1e-4, 1e-5)])
def test_rest_of_a_conserved_cycle_keeps_the_totals_that_were_set(cycle: Model, a: float, b: float, ab: float) -> None:
    """on A B = off AB with two totals is a quadratic; its other root has negative concentrations."""
    rest = engine_for(cycle).rest({"A": a, "B": b, "AB": ab})
    total_a, total_b, kd = a + ab, b + ab, 0.5 / 2
    half = (total_a + total_b + kd) / 2
    bound = total_a * total_b / (half + math.sqrt(half**2 - total_a * total_b))
    assert rest.concentrations["AB"] == pytest.approx(bound, rel=1e-9)
    assert rest.concentrations["A"] == pytest.approx(total_a - bound, rel=1e-8)
    assert rest.concentrations["B"] == pytest.approx(total_b - bound, rel=1e-8)
    assert rest.concentrations["P"] == pytest.approx(0.8, rel=1e-9)
    assert rest.concentrations["Q"] == pytest.approx(0.2, rel=1e-9)


def test_refinement_brings_totals_back(cycle: Model) -> None:
    """What an integration lost of a total, Newton's method restores."""
    engine = Engine(cycle)
    rest = engine.rest({}).amounts
    network = engine.network()
    refined = steady_state._refine(network, rest * 1.01, network.totals(rest))
    np.testing.assert_allclose(refined, rest, rtol=1e-10)


def test_derivatives_of_the_rates_of_a_conserved_cycle(cycle: Model) -> None:
    """A, B and AB in amounts: d(dA/dt)/dA is minus the rate constant times the concentration of B, and so on."""
    engine = Engine(cycle)
    engine.fresh({"A": 3.0, "B": 2.0, "AB": 0.5})
    network = engine.network()
    jacobian = network.jacobian(engine.amounts())
    a, b, ab, p = (network.species.index(name) for name in ("A", "B", "AB", "P"))
    on, off = 2.0, 0.5  # /uM/s and /s; see the fixture
    row = {a: -on * 2.0, b: -on * 3.0, ab: off}
    for column, expected in row.items():
        assert jacobian[a, column] == pytest.approx(expected, rel=1e-5)
        assert jacobian[ab, column] == pytest.approx(-expected, rel=1e-5)
    assert jacobian[a, p] == 0


def test_derivatives_are_those_of_one_species_at_a_time() -> None:
    """Species that no flux reads together are changed together; the cell has rate laws that read each other's rules."""
    engine = Engine(load_model("er_zinc_redox"))
    engine.fresh({"zip7_inhibitor": 1.0})
    engine.integrate([0.0, 3600.0], ())
    network, state = engine.network(), engine.amounts()
    together = network.jacobian(state)
    assert len(network._read_apart) < len(state) / 4
    base = network.fluxes(state)
    for column in range(len(state)):
        moved = state.copy()
        moved[column] += steady_state.DIFFERENCE * network.magnitude(state)[column]
        alone = network.stoichiometry @ ((network.fluxes(moved) - base) / (moved[column] - state[column]))
        np.testing.assert_allclose(together[:, column], alone, rtol=1e-12, atol=1e-12 * np.abs(alone).max())


def test_nothing_moves_at_rest(small_cell: Model) -> None:
    engine = engine_for(small_cell)
    rest = engine.rest({"drug": 1.0})
    assert max(engine.relative_rates().values()) == pytest.approx(rest.residual, abs=1e-13)
    table = engine.integrate([0.0, 86400.0], ["Zn", "enzyme", "Zn_buffer"])
    np.testing.assert_allclose(table[1], table[0], rtol=1e-7)


def test_relative_rates_of_a_state_that_moves(decay: Model) -> None:
    engine = engine_for(decay)
    engine.fresh({})
    assert engine.relative_rates()["S"] == pytest.approx(0.7)


def test_a_model_without_rest_says_what_moves(compiled: Callable[[str], Model]) -> None:
    model = compiled("model grows\n compartment c = 1; species x in c = 1; k = 1e-3; J: -> x; c*k;\nend")
    with pytest.raises(SimulationError, match=r"'s' failed in the search.*x changes by") as caught:
        engine_for(model).rest({"k": 2.0}, scenario="s")
    assert caught.value.parameters == {"k": 2.0}
    assert math.isnan(caught.value.time)


def test_rests_are_not_looked_for_where_the_method_does_not_hold(compiled: Callable[[str], Model]) -> None:
    for text in ("model q\n y = 1; y' = -0.5*y;\nend", "model q\n y = 1; at (time > 5): y = 2;\nend"):
        with pytest.raises(InvalidInputError, match="rate rules or events"):
            engine_for(compiled(text)).rest({})


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("negative", "is negative"),
        ("moving", "of itself per s"),
        ("total", "conserved total"),
    ],
)
def test_a_wrong_rest_is_refused(cycle: Model, broken: str, reason: str) -> None:
    """The checks after Newton's method stand on their own: hand them a wrong state and they object."""
    engine = Engine(cycle)
    rest = engine.rest({}).amounts
    network = engine.network()
    totals = network.totals(rest)
    wrong = rest.copy()
    if broken == "negative":
        # An empty cycle stays empty, so a slightly negative copy of it passes all other checks.
        engine.fresh({"P": 0.0, "Q": 0.0})
        p, q = network.species.index("P"), network.species.index("Q")
        zero = ZERO_MULTIPLE * 1e-14 * 0.25
        wrong[p], wrong[q] = -8 * zero, -2 * zero
        assert steady_state._objection(network, wrong, wrong, network.totals(wrong)).endswith(reason)
        return
    if broken == "moving":
        a, ab = network.species.index("A"), network.species.index("AB")
        wrong[a] -= 1e-6
        wrong[ab] += 1e-6
    else:
        # All pools of the P-Q cycle 1 % larger: still a rest, but not of these totals.
        for name in ("P", "Q"):
            wrong[network.species.index(name)] *= 1.01
    assert reason in steady_state._objection(network, rest, wrong, totals)
    assert steady_state._objection(network, rest, rest, totals) == ""
