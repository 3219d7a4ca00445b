"""Equations of a compiled model, as people read them: schemes and rate laws of reactions, and assignment rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zinc_sbml.building.libsbml_tools import read_document
from zinc_sbml.errors import ModelBuildError
from zinc_sbml.model import Model

__all__ = ["Equation", "equations", "to_latex"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """A reaction with its rate law, or an assignment rule.

    Attributes
    ----------
    id, name : str
        Of the reaction, or of what the rule computes.
    scheme : str
        Of a reaction, e.g. ``"PDI_reduced + O2_er → PDI_oxidised + H2O2_er"``; empty for a rule.
    latex : str
        Right-hand side: rate (amount per time) of the reaction, or value.
    """

    id: str
    name: str
    scheme: str
    latex: str


def equations(model: Model) -> tuple[Equation, ...]:
    """List the reactions and assignment rules of a model, in the order of the SBML.

    Parameters
    ----------
    model : Model
        From `zinc_sbml.load_model`.

    Returns
    -------
    tuple of Equation
        Reactions first.

    Raises
    ------
    ModelBuildError
        If a formula holds something that `to_latex` does not write.
    """
    document = read_document(model.sbml)
    parsed = document.getModel()
    laws = {one.getId(): one.getKineticLaw() for one in parsed.getListOfReactions()}
    rules = {one.getVariable(): one for one in parsed.getListOfRules()}
    return tuple(
        Equation(
            id=name,
            name=model.quantities[name].name,
            scheme=model.quantities[name].text.replace("=>", "→").replace("->", "⇌").strip() if name in laws else "",
            latex=to_latex(law.getMath()),
        )
        for name, law in (laws | rules).items()
    )


def to_latex(node: Any) -> str:
    """Write a libSBML formula in LaTeX, as it is: nothing is expanded, cancelled or put in another order.

    Raises
    ------
    ModelBuildError
        For an operator or function that is not a sum, difference, product, quotient, power, exponential or logarithm.
    """
    return _latex(node)[0]


# How tightly a formula holds together: a part is put into brackets where its surroundings hold tighter.
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4


def _latex(node: Any) -> tuple[str, int]:
    import libsbml

    children = [node.getChild(i) for i in range(node.getNumChildren())]
    kind = node.getType()
    if node.isName():
        return r"\mathrm{" + node.getName().replace("_", r"\_") + "}", _ATOM
    if node.isNumber():
        value = node.getValue()
        mantissa, _, exponent = (f"{value:g}" if float(f"{value:g}") == value else repr(value)).partition("e")
        if exponent:
            return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", _PRODUCT if value >= 0 else _SUM
        return mantissa, _ATOM if value >= 0 else _SUM
    if kind == libsbml.AST_PLUS:
        return " + ".join(_within(child, _SUM) for child in children), _SUM
    if kind == libsbml.AST_MINUS and len(children) == 2:
        return f"{_within(children[0], _SUM)} - {_within(children[1], _PRODUCT)}", _SUM
    if kind == libsbml.AST_MINUS:
        return f"-{_within(children[0], _PRODUCT)}", _SUM
    if kind == libsbml.AST_TIMES:
        return r" \cdot ".join(_within(child, _PRODUCT) for child in children), _PRODUCT
    if kind == libsbml.AST_DIVIDE:
        return rf"\frac{{{to_latex(children[0])}}}{{{to_latex(children[1])}}}", _PRODUCT
    if kind in (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER):
        return f"{_within(children[0], _ATOM)}^{{{to_latex(children[1])}}}", _POWER
    if kind == libsbml.AST_FUNCTION_EXP:
        return rf"\exp{_bracketed(children[0])}", _ATOM
    if kind == libsbml.AST_FUNCTION_LN:
        return rf"\ln{_bracketed(children[0])}", _ATOM
    raise ModelBuildError(f"a formula holds {libsbml.formulaToL3String(node)!r}, which is not written as an equation")


def _within(node: Any, tightness: int) -> str:
    text, own = _latex(node)
    return _bracketed(node) if own < tightness else text


def _bracketed(node: Any) -> str:
    return rf"\left({to_latex(node)}\right)"
