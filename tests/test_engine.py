from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zinc_sbml import engine as engine_module
from zinc_sbml.engine import ENGINES_KEPT, Engine, Tolerances, engine_for
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
    np.testing.assert_array_equal(engine.amounts(), again.amounts)


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
