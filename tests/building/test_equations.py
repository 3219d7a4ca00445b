"""Equations for people: each is read back from its LaTeX and gives the numbers that the solver gives."""

import math
import re

import pytest
import roadrunner
from latex_reader import Reader, values_of

import zinc_sbml as zs
from zinc_sbml.building.equations import equations
from zinc_sbml.errors import ModelBuildError


@pytest.mark.parametrize("model_id", ["er_zinc_redox", "ero1_assay"])
def test_every_equation_read_back_gives_what_the_solver_gives(model_id):
    values = values_of(model_id)
    found = equations(zs.load_model(model_id))
    reactions = set(zs.load_model(model_id).reactions.index)
    assert {one.id for one in found if one.scheme} == reactions
    for one in found:
        assert Reader(one.latex, values).whole() == pytest.approx(values[one.id], rel=1e-9, abs=1e-15), one.id
    assert sum(values[one.id] != 0 for one in found) > 0.5 * len(found)


def test_schemes_are_those_of_the_model():
    """Which way a reaction runs, and how much it takes, as libRoadRunner has it."""
    runner = roadrunner.RoadRunner(zs.load_model("er_zinc_redox").sbml)
    schemes = {one.id: one.scheme for one in equations(zs.load_model("er_zinc_redox")) if one.scheme}
    matrix = runner.getFullStoichiometryMatrix()
    for column, reaction in enumerate(matrix.colnames):
        left, right = (_counts(side) for side in re.split("[→⇌]", schemes[reaction]))
        for row, species in enumerate(matrix.rownames):
            assert right.get(species, 0) - left.get(species, 0) == matrix[row, column], (reaction, species)
    assert schemes["folding_egfr_step_1"] == "EGFR_0 + 5 PDI_oxidised → EGFR_1 + 5 PDI_reduced"
    assert schemes["zinc_er_loading"] == "Zn_cytosol ⇌ Zn_er"


def _counts(side):
    found = {}
    for part in filter(None, (text.strip() for text in side.split("+"))):
        count, _, name = part.rpartition(" ")
        found[name] = int(count or 1)
    return found


@pytest.mark.parametrize(
    ("rate", "latex"),
    [
        ("a - (b - k)", r"\mathrm{a} - \left(\mathrm{b} - \mathrm{k}\right)"),
        ("a - b - k", r"\mathrm{a} - \mathrm{b} - \mathrm{k}"),
        ("a*(b + k)/a", r"\frac{\mathrm{a} \cdot \left(\mathrm{b} + \mathrm{k}\right)}{\mathrm{a}}"),
        ("(a*b)^2", r"\left(\mathrm{a} \cdot \mathrm{b}\right)^{2}"),
        ("a^b*k", r"\mathrm{a}^{\mathrm{b}} \cdot \mathrm{k}"),
        ("(a^b)^k", r"\left(\mathrm{a}^{\mathrm{b}}\right)^{\mathrm{k}}"),
        ("-(a + b)*k", r"\left(-\left(\mathrm{a} + \mathrm{b}\right)\right) \cdot \mathrm{k}"),
        ("-a^2", r"-\mathrm{a}^{2}"),
        ("exp(-a)", r"\exp\left(-\mathrm{a}\right)"),
        ("0.1*ln(a/b)", r"0.1 \cdot \ln\left(\frac{\mathrm{a}}{\mathrm{b}}\right)"),
        ("a/b/k", r"\frac{\frac{\mathrm{a}}{\mathrm{b}}}{\mathrm{k}}"),
        ("a/(b/k)", r"\frac{\mathrm{a}}{\frac{\mathrm{b}}{\mathrm{k}}}"),
        ("a*1.5e-7", r"\mathrm{a} \cdot 1.5 \cdot 10^{-7}"),
        ("a^1.5e7", r"\mathrm{a}^{1.5 \cdot 10^{7}}"),
    ],
)
def test_brackets_stand_where_they_are_needed(rate, latex, compiled):
    model = compiled(
        f"model m\n compartment c = 1; species S in c = 1; a = 0.9; b = 3; k = 0.5;\n J: S -> ; {rate};\nend\n"
    )
    [one] = equations(model)
    assert (one.id, one.scheme, one.latex) == ("J", "S ⇌", latex)
    expected = eval(rate.replace("^", "**"), {"a": 0.9, "b": 3, "k": 0.5, "exp": math.exp, "ln": math.log})
    assert Reader(one.latex, {"a": 0.9, "b": 3, "k": 0.5}).whole() == pytest.approx(expected)


def test_what_cannot_be_written_is_told(compiled):
    model = compiled("model m\n a := piecewise(1, time > 3, 2);\nend\n")
    with pytest.raises(ModelBuildError, match="piecewise"):
        equations(model)
