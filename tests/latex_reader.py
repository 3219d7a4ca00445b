"""Reads the LaTeX of the equations back, and gives the numbers that the solver has for the same names."""

import math
import re

import roadrunner

import zinc_sbml as zs

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
    return _read(runner)


def first_values_of(model_id):
    """What libRoadRunner makes of the state that stands in the SBML."""
    return _read(roadrunner.RoadRunner(zs.load_model(model_id).sbml))


def _read(runner):
    ids = [*runner.model.getGlobalParameterIds(), *runner.model.getCompartmentIds(), *runner.model.getReactionIds()]
    found = {name: float(runner[name]) for name in ids}
    species = [*runner.model.getFloatingSpeciesIds(), *runner.model.getBoundarySpeciesIds()]
    return found | {name: float(runner[f"[{name}]"]) for name in species}
