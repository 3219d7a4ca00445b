"""Copies of a model with something added to its reactions: a factor on each rate, or a counter of what went through."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from zinc_sbml.building.libsbml_tools import check, names_in, read_document
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.model import Model, read_model

__all__ = ["COUNTING", "counter_of", "counting_model", "factor_of", "factored_model"]

COUNTING = "counters_run"
"""Parameter of `counting_model`: 0 stops the counters, 1 lets them run."""


def factor_of(reaction: str) -> str:
    """Id of the factor on the rate of a reaction in `factored_model`."""
    return f"factor_of_{reaction}"


def counter_of(reaction: str) -> str:
    """Id of the amount that went through a reaction in `counting_model`."""
    return f"counter_of_{reaction}"


def factored_model(model: Model) -> Model:
    """Copy a model, with the rate of every reaction multiplied by a parameter that is 1.

    A rate law that reads another rate (zinc leaves with cargo, so its rate law reads the rates at which clients leave)
    reads it without the factor: a factor scales one reaction and nothing else, as control coefficients are defined.
    Readouts read the rates with their factors.

    Raises
    ------
    InvalidInputError
        If a reaction has no rate law.
    """
    return _factored(model.sbml)


def counting_model(model: Model, reactions: Iterable[str]) -> Model:
    """Copy a model, with a species for each of some reactions that holds the amount that went through while it counted.

    Parameters
    ----------
    model : Model
        The model.
    reactions : iterable of str
        Ids of the reactions to count.
    """
    return _counting(model.sbml, tuple(reactions))


@lru_cache(maxsize=4)
def _factored(sbml: str) -> Model:
    import libsbml

    document = _with_global_parameters(sbml)
    parsed = document.getModel()
    _separate_rates(parsed)
    for reaction in parsed.getListOfReactions():
        law = _law(reaction)
        _add_parameter(parsed, factor_of(reaction.getId()), 1.0, constant=False)
        product = libsbml.ASTNode(libsbml.AST_TIMES)
        product.addChild(_name(factor_of(reaction.getId())))
        product.addChild(law.getMath().deepCopy())
        check(law.setMath(product), f"set the rate law of {reaction.getId()}")
    return read_model(libsbml.writeSBMLToString(document))


@lru_cache(maxsize=4)
def _counting(sbml: str, reactions: tuple[str, ...]) -> Model:
    import libsbml

    document = _with_global_parameters(sbml)
    parsed = document.getModel()
    _add_parameter(parsed, COUNTING, 0.0, constant=False)
    compartment = parsed.getCompartment(0).getId()
    for name in reactions:
        counter = parsed.createSpecies()
        for action in (
            counter.setId(counter_of(name)), counter.setCompartment(compartment), counter.setInitialAmount(0.0),
            counter.setHasOnlySubstanceUnits(True), counter.setBoundaryCondition(False), counter.setConstant(False),
            counter.setSubstanceUnits(parsed.getSubstanceUnits()),
        ):  # fmt: skip
            check(action, f"count {name}")
        counted = parsed.createReaction()
        check(counted.setId(f"counting_{name}"), f"count {name}")
        check(counted.setReversible(False), f"count {name}")
        product = counted.createProduct()
        for action in (product.setSpecies(counter_of(name)), product.setStoichiometry(1.0), product.setConstant(True)):
            check(action, f"count {name}")
        rate = libsbml.ASTNode(libsbml.AST_TIMES)
        rate.addChild(_name(COUNTING))
        rate.addChild(_name(name))
        check(counted.createKineticLaw().setMath(rate), f"count {name}")
    return read_model(libsbml.writeSBMLToString(document))


def _with_global_parameters(sbml: str) -> Any:
    import libsbml

    document = read_document(sbml)
    local = libsbml.ConversionProperties()
    local.addOption("promoteLocalParameters", True)
    check(document.convert(local), "make local parameters global")
    return document


def _separate_rates(parsed: Any) -> None:
    """Let rate laws read other rates, directly or through rules, from copies that get no factor."""
    reactions = {one.getId(): _law(one) for one in parsed.getListOfReactions()}
    rules = {one.getVariable(): one for one in parsed.getListOfRules() if one.isAssignment()}

    def reads_rate(name: str) -> bool:
        return name in reactions or (name in rules and any(map(reads_rate, names_in(rules[name].getMath()))))

    needed: list[str] = []
    waiting = [name for law in reactions.values() for name in sorted(names_in(law.getMath()))]
    while waiting:
        name = waiting.pop()
        if name in needed or not reads_rate(name):
            continue
        needed.append(name)
        waiting += sorted(names_in((reactions | rules)[name].getMath()))
    formulas = {name: (reactions | rules)[name].getMath().deepCopy() for name in needed}
    for formula in (*formulas.values(), *(law.getMath() for law in reactions.values())):
        for name in needed:
            formula.renameSIdRefs(name, _plain(name))
    for name, formula in formulas.items():
        _add_parameter(parsed, _plain(name), None, constant=False)
        rule = parsed.createAssignmentRule()
        check(rule.setVariable(_plain(name)), f"copy {name}")
        check(rule.setMath(formula), f"copy {name}")


def _plain(name: str) -> str:
    return f"without_factor_{name}"


def _law(reaction: Any) -> Any:
    law = reaction.getKineticLaw()
    if law is None or law.getMath() is None:
        raise InvalidInputError(f"reaction {reaction.getId()} has no rate law")
    return law


def _name(name: str) -> Any:
    import libsbml

    node = libsbml.ASTNode(libsbml.AST_NAME)
    check(node.setName(name), f"name {name}")
    return node


def _add_parameter(parsed: Any, name: str, value: float | None, *, constant: bool) -> None:
    parameter = parsed.createParameter()
    check(parameter.setId(name), f"add {name}")
    check(parameter.setConstant(constant), f"add {name}")
    if value is not None:
        check(parameter.setValue(value), f"add {name}")
