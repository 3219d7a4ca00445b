"""Sobol' indices and Morris' effects of functions whose indices are known, and of a scenario."""

import math

import numpy as np
import pytest

from zinc_sbml.calibration.problem import FittedParameter
from zinc_sbml.ensembles.cells import Answers
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import load_model
from zinc_sbml.sensitivity.indices import global_sensitivities, morris_effects, sobol_indices
from zinc_sbml.sensitivity.local import LOGARITHM
from zinc_sbml.sensitivity.space import fitted_ids, parameter_space


def space(count, lower, upper, *, logarithmic=False):
    return [
        FittedParameter(id=f"x{i}", unit="", nominal=lower, lower=lower, upper=upper, logarithmic=logarithmic)
        for i in range(1, count + 1)
    ]


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def answering(function, fails=lambda x: np.zeros(len(x), dtype=bool)):
    def outcome(x):
        values = np.array(function(x), dtype=float)
        lost = fails(x)
        values[lost] = math.nan
        return Answers(values=values[:, None, None], failures={int(i): "no way" for i in np.flatnonzero(lost)})

    return outcome


def test_indices_of_ishigami():
    found = sobol_indices(answering(ishigami), space(3, -math.pi, math.pi), readouts=["y"], samples=4096, seed=2)
    table = found.of("y")
    for name, first, total in (("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0.0, 0.2437)):
        assert table.loc[name, "first"] == pytest.approx(first, abs=0.03)
        assert table.loc[name, "total"] == pytest.approx(total, abs=0.03)
        assert abs(table.loc[name, "first"] - first) <= 1.5 * table.loc[name, "first_confidence"]
    assert found.cells == 4096 * 5
    assert list(table.index) == ["x1", "x2", "x3"]


def test_indices_of_sobols_g():
    a = np.array([0.0, 1.0, 4.5, 99.0])
    found = sobol_indices(
        answering(lambda x: np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)), space(4, 0.0, 1.0), readouts=["g"],
        samples=4096, logarithmic=False,
    ).of("g")  # fmt: skip
    partial = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + partial) - 1
    first = partial / variance
    total = partial * np.prod(1 + partial) / (1 + partial) / variance
    for i in range(4):
        assert found.loc[f"x{i + 1}", "first"] == pytest.approx(first[i], abs=0.03)
        assert found.loc[f"x{i + 1}", "total"] == pytest.approx(total[i], abs=0.03)


def test_ranges_are_logarithmic_where_they_are_and_so_is_a_wide_readout():
    # ln y = ln x1 + 2 ln x2, with equal ranges of the logarithms: indices 1/5 and 4/5.
    found = sobol_indices(
        answering(lambda x: x[:, 0] * x[:, 1] ** 2),
        space(2, 1e-3, 10.0, logarithmic=True),
        readouts=["y"],
        samples=1024,
    ).of("y")
    assert found["scale"].unique() == [LOGARITHM]
    assert found.loc["x1", "first"] == pytest.approx(0.2, abs=0.03)
    assert found.loc["x2", "total"] == pytest.approx(0.8, abs=0.03)


def test_failed_cells_are_left_out_and_told():
    # What fails does not depend on the parameters, so that the indices stay.
    found = sobol_indices(
        answering(ishigami, fails=lambda x: (np.abs(x[:, 2]) * 1e4) % 1 < 0.1), space(3, -math.pi, math.pi),
        readouts=["y"], samples=4096,
    )  # fmt: skip
    assert 0.08 < len(found.failures) / found.cells < 0.12
    table = found.of("y")
    # Both cells of a base sample must be there: 0.9 squared.
    assert (table["used"] < 4096 * 0.85).all()
    assert (table["used"] > 4096 * 0.7).all()
    assert table.loc["x1", "total"] == pytest.approx(0.5576, abs=0.04)
    assert table.loc["x2", "first"] == pytest.approx(0.4424, abs=0.04)
    lost = sobol_indices(answering(ishigami, fails=lambda x: x[:, 0] < 9), space(3, -3, 3), readouts=["y"], samples=8)
    assert lost.of("y")["total"].isna().all()


def test_nothing_varies():
    found = sobol_indices(answering(lambda x: np.ones(len(x))), space(2, 0.0, 1.0), readouts=["y"], samples=8).of("y")
    assert (found["first"] == 0).all()
    assert (found["total"] == 0).all()


def test_effects_by_morris_of_a_sum():
    found = morris_effects(
        answering(lambda x: 3 * x[:, 0] - x[:, 1] + 0 * x[:, 2]), space(3, 0.0, 2.0), readouts=["y"], samples=8
    ).of("y")
    assert found["effect"].to_dict() == pytest.approx({"x1": 6.0, "x2": 2.0, "x3": 0.0})
    assert found["spread"].to_numpy() == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(InvalidInputError, match="failure"):
        morris_effects(answering(ishigami, fails=lambda x: x[:, 0] < 9), space(3, -3, 3), readouts=["y"])


def test_a_scenario_gives_the_same_numbers_on_any_number_of_processes():
    asked = {
        "readouts": ["Zn_er", "egfr_maturation_rate"], "parameters": ["zinc_zip7_vmax", "zinc_loading_vmax"],
        "times": [0.0, 3600.0], "samples": 8, "within": 2.0, "seed": 3,
    }  # fmt: skip
    one = global_sensitivities("zip7_inhibition", **asked)
    two = global_sensitivities("zip7_inhibition", **asked, processes=2)
    assert one.frame.equals(two.frame)
    assert not one.frame.equals(global_sensitivities("zip7_inhibition", **{**asked, "seed": 4}).frame)
    assert one.cells == 8 * 4
    # At rest the fold is 1 in every cell; zinc rests where import and export balance.
    assert (one.of("egfr_maturation_rate", 0.0)["total"] == 0).all()
    assert (one.of("Zn_er", 0.0)["total"] > 0.1).all()


def test_ranges_come_from_the_passports():
    cell = load_model("er_zinc_redox")
    assert len(fitted_ids(cell)) == 25
    (wide,) = parameter_space(cell, ["ero1_pdi_total"])
    assert (wide.lower, wide.upper, wide.logarithmic) == (100.0, 1000.0, True)
    (narrow,) = parameter_space(cell, ["ero1_pdi_total"], within=2.0)
    assert (narrow.lower, narrow.upper) == (100.0, pytest.approx(290.4))
    (potential,) = parameter_space(cell, ["gsh_pdi_standard_potential"])
    assert not potential.logarithmic


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"samples": 0}, InvalidInputError, "power of 2"),
        ({"samples": -4}, InvalidInputError, "power of 2"),
        ({"samples": 100}, InvalidInputError, "power of 2"),
        ({"method": "morris", "samples": 0}, InvalidInputError, "trajectories"),
        ({"method": "guess"}, UnknownIdError, "method"),
        ({"readouts": ["nothing_like_it"]}, UnknownIdError, "nothing_like_it"),
        ({"parameters": ["nothing_like_it"]}, UnknownIdError, "nothing_like_it"),
        ({"parameters": ["Zn_er_reference"]}, UnknownIdError, "Zn_er_reference"),
        ({"parameters": ["ero1_flux"]}, InvalidInputError, "readout"),
        ({"parameters": ["zinc_limits_erad", "zinc_limits_erad"]}, InvalidInputError, "once"),
        ({"within": 1.0}, InvalidInputError, "within"),
    ],
)
def test_bad_questions_are_refused(changes, error, words):
    with pytest.raises(error, match=words):
        global_sensitivities("zip7_inhibition", **{"readouts": ["Zn_er"], **changes})


def test_a_parameter_without_range_is_refused(small_cell):
    with pytest.raises(InvalidInputError, match="range"):
        parameter_space(small_cell, ["kout"])
    with pytest.raises(InvalidInputError, match="no parameter with a range"):
        parameter_space(small_cell)
