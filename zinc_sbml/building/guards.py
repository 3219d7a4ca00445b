"""Traps that neither Antimony nor libSBML reports.

Each of them compiles into a model that loads and runs, and is wrong: a misspelled unit switches unit checking
off where it is used, the second of two assignments wins, a symbol that was not joined leaves a module alone
with its own copy. `check_source` looks at an Antimony source together with what it compiles to.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from typing import Any

from zinc_sbml.building.antimony_text import Statement, targets
from zinc_sbml.building.compile import CompiledSource
from zinc_sbml.building.descriptions import check_descriptions
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import formulas, names_in, read_document
from zinc_sbml.building.roles import role_of, ruled_ids

__all__ = ["RESERVED_WORDS", "check_assignments", "check_source"]

_FORMULA_WORDS = """
    time t pi avogadro delay rateOf exponentiale infinity inf nan notanumber true false NULL E I e gamma
    abs ceiling exp factorial floor ln log log10 max min piecewise quotient rem root sqrt sin cos tan
    and or not xor eq neq gt lt geq leq implies plus minus times divide power
"""
_ANTIMONY_WORDS = """
    model module end import function compartment species reaction event gene unit at in is has
    const var volume substance extent area length time_unit delete formula identity
"""
_UNIT_WORDS = "ampere dimensionless gram item joule kelvin kilogram litre metre mole second volt watt"

# Python's own words too: several simulators write the model out as Python code.
RESERVED_WORDS = frozenset([*f"{_FORMULA_WORDS} {_ANTIMONY_WORDS} {_UNIT_WORDS}".split(), *keyword.kwlist])
"""Ids that some tool reads as a word of its own; case matters, as in SBML."""

_RULE = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*:=")

_MODEL_UNITS = ("Substance", "Time", "Volume", "Extent")


def _issue(source: CompiledSource, code: str, element: str, message: str, category: str) -> Issue:
    issue = Issue(severity="error", code=code, line=None, element=element, message=message, category=category)
    return source.located(issue)


def check_assignments(statements: Iterable[Statement], aliases: dict[str, str] | None = None) -> list[Issue]:
    """Find what is set more than once within one model block (ZS002).

    Parameters
    ----------
    statements : iterable of Statement
        The source.
    aliases : dict, optional
        Top symbol by ``instance.symbol`` for joined symbols: an override of either is an assignment to the
        same quantity.
    """
    aliases = aliases or {}
    first: dict[tuple[object, ...], Statement] = {}
    issues: list[Issue] = []
    for statement in statements:
        for kind, name in targets(statement):
            element = aliases.get(name, name) if kind == "value" else name
            key = (statement.file, statement.block, kind, element)
            if key not in first:
                first[key] = statement
                continue
            what = {"value": "", "reaction or instance": ""}.get(kind, f"the {kind} of ")
            before = f"already in line {first[key].line}"
            message = f"{what}{element!r} is set here and {before}; Antimony keeps the last silently"
            issues.append(
                Issue(
                    severity="error",
                    code="ZS002",
                    line=statement.line,
                    element=element,
                    message=message,
                    category="source",
                    file=statement.file,
                )
            )
    return issues


def _unit_uses(model: Any) -> Iterator[tuple[str, str]]:
    """Unit references of a model: (unit id, element that uses it)."""
    for attribute in _MODEL_UNITS:
        unit = getattr(model, f"get{attribute}Units")()
        if unit:
            yield unit, model.getId()
    for elements in (model.getListOfParameters(), model.getListOfCompartments()):
        for element in elements:
            if element.getUnits():
                yield element.getUnits(), element.getId()
    for species in model.getListOfSpecies():
        if species.getSubstanceUnits():
            yield species.getSubstanceUnits(), species.getId()
    for holder, math in formulas(model):
        for unit in _literal_units(math):
            yield unit, holder


def _literal_units(math: Any) -> set[str]:
    units = {math.getUnits()} if math.isNumber() and math.isSetUnits() else set()
    for number in range(math.getNumChildren()):
        units |= _literal_units(math.getChild(number))
    return units


def _check_units(source: CompiledSource, model: Any) -> Iterator[Issue]:
    import libsbml

    uses: dict[str, list[str]] = {}
    for unit, element in _unit_uses(model):
        uses.setdefault(unit, []).append(element)
    defined = {unit.getId(): unit.getNumUnits() for unit in model.getListOfUnitDefinitions()}
    for unit in sorted(set(defined) | set(uses)):
        known = bool(defined.get(unit)) or libsbml.UnitKind_forName(unit) != libsbml.UNIT_KIND_INVALID
        users = ", ".join(sorted(set(uses.get(unit, [])))[:5]) or "nothing"
        if not known:
            element = uses.get(unit, [unit])[0]
            message = f"unit {unit!r} is not defined (used by {users}); is it misspelled?"
            yield _issue(source, "ZS001", element, message, "source")
        elif unit in defined and unit not in source.own_units:
            message = f"unit {unit!r} is a copy inside a module (used by {users}); join it to one of the top model"
            yield _issue(source, "ZS008", unit, message, "modules")
    for parameter in model.getListOfParameters():
        if not parameter.getUnits():
            role = role_of(parameter)
            yield _issue(source, "ZS004", parameter.getId(), f"{role} {parameter.getId()!r} has no unit", "source")


def _check_unread(source: CompiledSource, model: Any) -> Iterator[Issue]:
    read: set[str] = set()
    for _, math in formulas(model):
        read |= names_in(math)
    ruled = ruled_ids(model)
    for parameter in model.getListOfParameters():
        role = role_of(parameter)
        # A result may be the end of the line; anything that is set, or computed as a help, must act on
        # something.
        is_result = parameter.getId() in ruled and role != "derived"
        if not is_result and parameter.getId() not in read:
            message = f"{role} {parameter.getId()!r} acts on nothing: no rate law, rule or event reads it"
            yield _issue(source, "ZS003", parameter.getId(), message, "source")


def _check_joins(source: CompiledSource, model: Any) -> Iterator[Issue]:
    spatial = {element.getId(): "species" for element in model.getListOfSpecies()}
    spatial |= {element.getId(): "compartment" for element in model.getListOfCompartments()}
    ids = [element.getId() for element in model.getListOfAllElements() if element.getId()]
    for element in dict.fromkeys(ids):
        if element in source.own_ids:
            continue
        for instance in source.instances:
            symbol = element.removeprefix(f"{instance}_")
            if symbol == element:
                continue
            if symbol in source.own_ids:
                message = f"{instance}.{symbol} was never joined to {symbol!r}: the model has {element!r} beside it"
                yield _issue(source, "ZS005", element, message, "modules")
            if element in spatial:
                kind = spatial[element]
                message = f"{kind} {element!r} belongs to instance {instance!r} alone; join it to the top model"
                yield _issue(source, "ZS006", element, message, "modules")


def _check_ranges(source: CompiledSource, model: Any) -> Iterator[Issue]:
    """Every range that the text states must be among those harvested, and on an element that exists."""
    existing = {element.getId() for element in model.getListOfAllElements()}
    instances: dict[str, list[str]] = {}
    for instance, module in source.instances.items():
        instances.setdefault(module, []).append(instance)
    for statement in source.statements:
        for kind, name in targets(statement):
            symbol, _, attribute = name.rpartition(".")
            if kind != "value" or attribute not in ("range", "distribution"):
                continue
            if statement.block in (source.model_id, ""):
                instance, _, inner = symbol.rpartition(".")
                expected = [source.flattened_id(instance, inner) if instance else inner]
            else:
                expected = [source.flattened_id(instance, symbol) for instance in instances.get(statement.block, [])]
            for element in expected:
                if attribute == "range" and element in source.ranges and element in existing:
                    continue
                reason = "only .range is read" if attribute != "range" else f"{element!r} in the model has none"
                yield Issue(
                    severity="error",
                    code="ZS007",
                    line=statement.line,
                    element=element,
                    message=f"the {attribute} of {symbol!r} is lost in the compiled model: {reason}",
                    category="modules",
                    file=statement.file,
                )


def _check_rules(source: CompiledSource, model: Any) -> Iterator[Issue]:
    """Of two modules that share a symbol the one joined first wins; the rule of the other is lost silently."""
    ruled = ruled_ids(model)
    for instance, module in source.instances.items():
        for statement in source.statements:
            found = _RULE.match(statement.text)
            if statement.block != module or found is None:
                continue
            element = source.flattened_id(instance, found["name"])
            if element not in ruled:
                message = (
                    f"the rule for {found['name']!r} in module {module!r} is lost: {element!r} has none in the "
                    f"compiled model; join the symbol of the module with the rule before those that only read it"
                )
                yield Issue(
                    severity="error",
                    code="ZS015",
                    line=statement.line,
                    element=element,
                    message=message,
                    category="modules",
                    file=statement.file,
                )


def _check_words(source: CompiledSource, model: Any) -> Iterator[Issue]:
    units = {unit.getId() for unit in model.getListOfUnitDefinitions()}
    for element in model.getListOfAllElements():
        name = element.getId()
        # Units have their own name space, in which Antimony needs `substance`, `volume` and the like.
        if name in RESERVED_WORDS and name not in units:
            yield _issue(
                source,
                "ZS013",
                name,
                f"{name!r} is a reserved word in some tool; choose another id",
                "source",
            )


def _check_descriptions(source: CompiledSource, model: Any) -> Iterator[Issue]:
    yield from map(source.located, check_descriptions(model))


def check_source(source: CompiledSource) -> list[Issue]:
    """Look for every trap in a compiled Antimony model.

    Parameters
    ----------
    source : CompiledSource
        The model, from `read_source`.

    Returns
    -------
    list of Issue
        Codes ``ZS001`` to ``ZS015``; empty if the model is clean.
    """
    document = read_document(source.sbml, source.path)
    model = document.getModel()
    aliases = {f"{instance}.{symbol}": target for (instance, symbol), target in source.joins.items()}
    issues = check_assignments(source.statements, aliases)
    parts = (_check_units, _check_unread, _check_joins, _check_ranges, _check_rules, _check_words, _check_descriptions)
    for part in parts:
        issues += part(source, model)
    return issues
