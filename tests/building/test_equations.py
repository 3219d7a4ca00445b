"""Equations for people: each is read back from its LaTeX and gives the numbers that the solver gives."""

import math
import re

import pytest
import roadrunner

import zinc_sbml as zs
from zinc_sbml.building.equations import equations
from zinc_sbml.errors import ModelBuildError

TOKEN = re.compile(
    r"\s*(?:(?P<name>\\mathrm\{(?P<id>(?:[A-Za-z0-9]|\\_)+)\})|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>\\frac|\\cdot|\\left\(|\\right\)|\\exp|\\ln|[-+^{}]))"
)


class Reader:
    """A reader of the LaTeX that is written here, by recursive descent, with values for the names."""

    def __init__(self, text, values):
        self.tokens = []
        place = 0
        while place < len(text):
            match = TOKEN.match(text, place)
            assert match, text[place:]
            self.tokens.append(match)
            place = match.end()
        self.values = values
        self.place = 0
        self.names = set()

    @property
    def word(self):
        return self.tokens[self.place]["word"] if self.place < len(self.tokens) else None

    def take(self, word):
        assert self.word == word
        self.place += 1

    def whole(self):
        value = self.sum()
        assert self.place == len(self.tokens)
        return value

    def sum(self):
        if self.word == "-":
            self.take("-")
            value = -self.product()
        else:
            value = self.product()
        while self.word in ("+", "-"):
            sign = 1 if self.word == "+" else -1
            self.place += 1
            value += sign * self.product()
        return value

    def product(self):
        value = self.power()
        while self.word == r"\cdot":
            self.take(r"\cdot")
            value *= self.power()
        return value

    def power(self):
        base = self.atom()
        if self.word != "^":
            return base
        self.take("^")
        return base ** self.group()

    def group(self):
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def brackets(self):
        self.take(r"\left(")
        value = self.sum()
        self.take(r"\right)")
        return value

    def atom(self):
        token = self.tokens[self.place]
        if token["name"]:
            self.place += 1
            self.names.add(token["id"].replace(r"\_", "_"))
            return self.values[token["id"].replace(r"\_", "_")]
        if token["number"]:
            self.place += 1
            return float(token["number"])
        if self.word == r"\frac":
            self.place += 1
            above = self.group()
            return above / self.group()
        if self.word in (r"\exp", r"\ln"):
            function = math.exp if self.word == r"\exp" else math.log
            self.place += 1
            return function(self.brackets())
        return self.brackets()


def values_of(model_id):
    """A state in which every input is on, and what libRoadRunner makes of it."""
    model = zs.load_model(model_id)
    runner = roadrunner.RoadRunner(model.sbml)
    for number, name in enumerate(model.inputs.index):
        runner[name] = 0.3 + 0.01 * number
    runner.simulate(0, 600, 3)
    ids = [*runner.model.getGlobalParameterIds(), *runner.model.getCompartmentIds(), *runner.model.getReactionIds()]
    found = {name: float(runner[name]) for name in ids}
    species = [*runner.model.getFloatingSpeciesIds(), *runner.model.getBoundarySpeciesIds()]
    return found | {name: float(runner[f"[{name}]"]) for name in species}


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
    model = zs.load_model("er_zinc_redox")
    for one in equations(model):
        if one.scheme:
            left, right = (dict(_parts(side)) for side in re.split("[→⇌]", one.scheme))
            shown = model.quantities[one.id].text
            for name, count in (left | right).items():
                assert name in shown
                assert count == 1 or f"{count} {name}" in shown, (one.scheme, shown)


def _parts(side):
    for part in filter(None, (text.strip() for text in side.split("+"))):
        count, _, name = part.rpartition(" ")
        yield name, int(count or 1)


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
