from __future__ import annotations

import math
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zinc_sbml import engine as engine_module
from zinc_sbml.engine import ENGINES_KEPT, REST_RATE, ZERO_MULTIPLE, Engine, Tolerances, engine_for
from zinc_sbml.errors import InvalidInputError, ModelBuildError, SimulationError
from zinc_sbml.model import Model, load_model

TIMES = [0.0, 0.5, 1.0, 2.0, 5.0]


# ------------------------------------------------------------------ trajectories against formulas


def test_exponential_decay(decay: Model) -> None:
    engine = engine_for(decay)
    engine.fresh({})
    table = engine.integrate(TIMES, ["S", "twice", "J"])
    expected = 2 * np.exp(-0.7 * np.array(TIMES))
    np.testing.assert_allclose(table[:, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(table[:, 1], 2 * expected, rtol=1e-6)
    # A flux is an amount per time: times the size of the compartment.
    np.testing.assert_allclose(table[:, 2], 3 * 0.7 * expected, rtol=1e-6)


def test_changed_parameters_and_concentrations_act(decay: Model) -> None:
    engine = engine_for(decay)
    engine.fresh({"k": 0.2, "S": 5.0})
    np.testing.assert_allclose(engine.integrate(TIMES, ["S"])[:, 0], 5 * np.exp(-0.2 * np.array(TIMES)), rtol=1e-6)
    engine.fresh({})
    assert engine.values(["k", "S"]).tolist() == [0.7, 2.0]


def test_reversible_step_between_compartments(decay: Model) -> None:
    """Amounts a, b: da/dt = -(2/3) a + (0.3/0.5) b relaxes with the sum of the two rates per amount."""
    engine = engine_for(decay)
    engine.fresh({})
    table = engine.integrate(TIMES, ["A", "B"])
    out, back = 2 / 3, 0.3 / 0.5
    total = 4 * 3 + 1 * 0.5
    rest = total * back / (out + back)
    amount = rest + (4 * 3 - rest) * np.exp(-(out + back) * np.array(TIMES))
    np.testing.assert_allclose(table[:, 0], amount / 3, rtol=1e-6)
    np.testing.assert_allclose(table[:, 1], (total - amount) / 0.5, rtol=1e-6)


def test_species_in_amounts_are_set_and_read_as_amounts(compiled: Callable[[str], Model]) -> None:
    model = compiled(
        "model amounts\n compartment c = 4; substanceOnly species Z in c = 3; substanceOnly species $Y in c = 8;"
        " k = 0.5; J: Z -> ; k*Z;\nend"
    )
    assert model.quantities["Z"].amount
    assert model.quantities["Z"].value == 3
    engine = engine_for(model)
    engine.fresh({})
    assert engine.values(["Z", "Y"]).tolist() == [3.0, 8.0]
    engine.fresh({"Z": 6.0, "Y": 2.0})
    assert engine.values(["Z", "Y"]).tolist() == [6.0, 2.0]
    np.testing.assert_allclose(engine.integrate([0, 2], ["Z"])[-1, 0], 6 * math.exp(-1), rtol=1e-6)


# ------------------------------------------------------------------------- nothing is left behind


def _run(engine: Engine, changes: dict[str, float], **options: Tolerances) -> bytes:
    engine.fresh(changes, **options)
    first = engine.integrate([0.0, 1.0, 100.0, 1e4], ["Zn", "enzyme", "free_fraction"])
    engine.change({"drug": 0.0})
    return first.tobytes() + engine.integrate([0.0, 10.0, 1e4], ["Zn", "enzyme", "J1"]).tobytes()


def test_the_same_bits_whatever_ran_before(
    small_cell: Model,
) -> None:
    alone = _run(Engine(small_cell), {"drug": 1.0})
    engine = Engine(small_cell)
    assert _run(engine, {"drug": 1.0}) == alone
    assert _run(engine, {"drug": 3.0, "kout": 20.0, "Zn": 4.0}) != alone
    assert _run(engine, {"drug": 1.0}) == alone
    assert _run(engine, {"drug": 1.0}, tolerances=Tolerances(relative=1e-5, absolute=1e-9)) != alone
    assert _run(engine, {"drug": 1.0}) == alone
    engine.rest({"drug": 7.0})
    assert _run(engine, {"drug": 1.0}) == alone
    with pytest.raises(SimulationError):
        _run(engine, {"drug": 1.0, "kon": math.nan})
    assert _run(engine, {"drug": 1.0}) == alone


def test_a_failed_run_leaves_nothing_behind(
    compiled: Callable[[str], Model], capfd: pytest.CaptureFixture[str]
) -> None:
    """dx/dt = x^2 from 1 reaches infinity at 1 s: the solver has to give up there and say so."""
    model = compiled("model blow_up\n compartment c = 1; species x in c = 1; k = 1; J: -> x; c*k*x^2;\nend")
    engine = engine_for(model)
    engine.fresh({}, scenario="blow")
    before = engine.integrate([0.0, 0.5], ["x"])
    np.testing.assert_allclose(before[-1, 0], 2.0, rtol=1e-6)
    engine.fresh({"k": 2.0}, scenario="blow")
    with pytest.raises(SimulationError) as caught:
        engine.integrate([0.0, 3.0], ["x"], clock=100.0)
    error = caught.value
    assert error.scenario == "blow"
    assert error.parameters == {"k": 2.0}
    assert 100.49 < error.time < 100.51
    assert "CVODE" in error.reason
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""
    engine.fresh({}, scenario="blow")
    assert engine.integrate([0.0, 0.5], ["x"]).tobytes() == before.tobytes()


def test_the_tolerance_does_not_depend_on_the_state(small_cell: Model) -> None:
    engine = engine_for(small_cell)
    engine.fresh({})
    first = list(engine._runner.integrator.getAbsoluteToleranceVector())
    engine.fresh({"Zn": 50.0})
    assert list(engine._runner.integrator.getAbsoluteToleranceVector()) == first == [1e-14 * 0.25] * 5


def test_the_settings_of_the_user_are_left_alone(small_cell: Model) -> None:
    import roadrunner

    def settings_now() -> tuple[object, ...]:
        config = roadrunner.Config
        return (
            config.getValue(config.LLVM_BACKEND),
            roadrunner.Logger.getLevel(),
            {name: value for name, value in os.environ.items() if name.startswith("SUNLOGGER")},
        )

    backend = roadrunner.Config.getValue(roadrunner.Config.LLVM_BACKEND)
    roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, roadrunner.Config.MCJIT)
    before = settings_now()
    engine = Engine(small_cell)
    engine.fresh({})
    engine.integrate([0.0, 1.0], ["Zn"])
    assert settings_now() == before
    roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, backend)


def test_engines_are_kept_and_not_too_many(compiled: Callable[[str], Model], small_cell: Model) -> None:
    assert engine_for(small_cell) is engine_for(small_cell)
    for number in range(ENGINES_KEPT + 1):
        engine_for(compiled(f"model m{number}\n k = {number + 1};\nend"))
    assert len(engine_module._engines) <= ENGINES_KEPT
    assert small_cell.sha256 not in engine_module._engines


def test_what_the_solver_cannot_load_is_a_build_error(tmp_path: Path) -> None:
    path = tmp_path / "algebraic.xml"
    path.write_text(
        "<sbml xmlns='http://www.sbml.org/sbml/level3/version2/core' level='3' version='2'><model id='m'>"
        "<listOfParameters><parameter id='p' value='1' constant='false'/></listOfParameters><listOfRules>"
        "<algebraicRule><math xmlns='http://www.w3.org/1998/Math/MathML'><ci>p</ci></math></algebraicRule>"
        "</listOfRules></model></sbml>",
        encoding="utf-8",
    )
    with pytest.raises(ModelBuildError, match=r"algebraic\.xml: libRoadRunner cannot load .*algebraic rules"):
        Engine(load_model(path))


def test_what_cannot_be_set_is_refused(small_cell: Model) -> None:
    with pytest.raises(InvalidInputError, match="nothing of model small_cell"):
        engine_for(small_cell).fresh({"nothing": 1.0})


# --------------------------------------------------------------------------------- resting states


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
    stoichiometry, laws, dependent = engine._reaction_network()
    refined = engine._refine(rest * 1.01, stoichiometry, laws, dependent, (laws * rest).sum(axis=1))
    np.testing.assert_allclose(refined, rest, rtol=1e-10)


def test_a_rest_is_the_same_bits_whatever_was_asked_before(small_cell: Model) -> None:
    first = Engine(small_cell).rest({"drug": 1.0})
    engine = Engine(small_cell)
    engine.rest({})
    engine.rest({"drug": 9.0, "kout": 3.0})
    _run(engine, {"drug": 2.0})
    again = engine.rest({"drug": 1.0})
    assert again.amounts.tobytes() == first.amounts.tobytes()
    engine.fresh({})
    kept = engine.rest({"drug": 1.0})
    assert kept is again
    assert engine.values(["Zn"])[0] == again.concentrations["Zn"]
    np.testing.assert_array_equal(engine._amounts(), again.amounts)


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
    engine.fresh({})
    stoichiometry, laws, _ = engine._reaction_network()
    rest = engine.rest({}).amounts
    totals = (laws * rest).sum(axis=1)
    wrong = rest.copy()
    if broken == "negative":
        # An empty cycle stays empty, so a slightly negative copy of it passes all other checks.
        engine.fresh({"P": 0.0, "Q": 0.0})
        p, q = engine._floating.index("P"), engine._floating.index("Q")
        zero = ZERO_MULTIPLE * 1e-14 * 0.25
        wrong[p], wrong[q] = -8 * zero, -2 * zero
        totals = (laws * wrong).sum(axis=1)
        assert engine._objection(wrong, wrong, stoichiometry, laws, totals).endswith(reason)
        return
    if broken == "moving":
        a, ab = engine._floating.index("A"), engine._floating.index("AB")
        wrong[a] -= 1e-6
        wrong[ab] += 1e-6
    else:
        # All pools of the P-Q cycle 1 % larger: still a rest, but not of these totals.
        for name in ("P", "Q"):
            wrong[engine._floating.index(name)] *= 1.01
    assert reason in engine._objection(rest, wrong, stoichiometry, laws, totals)
    assert engine._objection(rest, rest, stoichiometry, laws, totals) == ""


# ------------------------------------------------------------------------------- linear algebra


def _rank(matrix: np.ndarray) -> int:
    """Rank by exact fractions."""
    rows = [[Fraction(int(value)) for value in row] for row in matrix]
    rank = 0
    for column in range(matrix.shape[1]):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for r in range(rank + 1, len(rows)):
            factor = rows[r][column] / rows[rank][column]
            rows[r] = [x - factor * y for x, y in zip(rows[r], rows[rank], strict=True)]
        rank += 1
    return rank


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 9), st.integers(0, 9)),
        elements=st.sampled_from([0, 0, 0, 0, 1, -1, 1, -1, 2, -5, 13]),
    )
)
def test_conserved_totals_of_any_network(matrix: np.ndarray) -> None:
    laws, dependent = engine_module._conserved_totals(matrix.astype(float))
    species = matrix.shape[0]
    assert laws.shape == (species - _rank(matrix), species)
    np.testing.assert_allclose(laws @ matrix, 0, atol=1e-8)
    # Each law determines its own species: the laws are solvable for the dependent ones.
    assert len({*dependent}) == len(laws)
    np.testing.assert_allclose(laws[:, dependent], np.eye(len(laws)), atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30), st.integers(0, 10_000))
def test_linear_solver_agrees_with_lapack(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(size, size)) * 10 ** random.uniform(-6, 6, size=(size, 1))
    right = random.normal(size=size) * np.abs(matrix).max(axis=1)
    solution = engine_module._solve(matrix, right)
    assert solution is not None
    scale = np.abs(matrix).max(axis=1)
    np.testing.assert_allclose(matrix @ solution / scale, right / scale, atol=1e-8 * max(1, np.abs(solution).max()))


def test_linear_solver_refuses_a_singular_system() -> None:
    assert engine_module._solve(np.array([[1.0, 2.0], [2.0, 4.0]]), np.ones(2)) is None
    assert engine_module._solve(np.array([[0.0, 0.0], [2.0, 4.0]]), np.ones(2)) is None
    assert engine_module._solve(np.array([[np.nan, 1.0], [2.0, 4.0]]), np.ones(2)) is None
