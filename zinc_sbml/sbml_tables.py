"""Reading SBML into plain values: ids, names, values, units and notes.

The SBML is read with the standard library's XML parser, not with libSBML, which alone would cost as long to import
as the whole of a simulation. Whether a file is good SBML is the business of `zinc_sbml.validate`; what the equations
mean is the business of the solver.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zinc_sbml.archives import refuse_deep_nesting
from zinc_sbml.errors import ModelBuildError
from zinc_sbml.quantities import Unit, base_unit, power, product, same_unit, short_text
from zinc_sbml.roles import ROLE_WORDS, ParameterRole

__all__ = ["Quantity", "Role", "SbmlTables", "mathematics_text", "read_by_rate_laws"]

Role = ParameterRole | Literal["species", "boundary species", "compartment", "reaction"]
"""What an element is to a user; roles of parameters are told by the first word of their notes."""

_ROLE_PATTERN = re.compile(rf"({'|'.join(ROLE_WORDS)})\.\s*")

_RATE_OF = "http://www.sbml.org/sbml/symbols/rateOf"

# SBML Level 2 has these model-wide units built in; Level 3 files define their own.
_LEVEL_2_UNITS = {
    "substance": "mole",
    "volume": "litre",
    "area": "metre^2",
    "length": "metre",
    "time": "second",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One element of a model that has an id and a value.

    Attributes
    ----------
    id, name : str
        SBML id and name (the id again where there is no name).
    role : Role
        What it is to a user.
    value : float
        Value in the SBML, in `unit`: of a species its initial concentration (or amount); NaN where it is
        computed.
    unit : str
        Unit as the SBML names it; for species and reactions the unit definition that equals the derived unit.
    notes : str
        Plain text of the notes without the role word.
    lower, upper : float
        Allowed domain of an input, prior range of a parameter; NaN where none is known.
    computed : bool
        An assignment rule gives the value, so nobody may set it.
    text : str
        For a species its compartment, for a reaction its equation, otherwise empty.
    amount : bool
        A species whose symbol means an amount, not a concentration.
    """

    id: str
    name: str
    role: Role
    value: float = math.nan
    unit: str = ""
    notes: str = ""
    lower: float = math.nan
    upper: float = math.nan
    computed: bool = False
    text: str = ""
    amount: bool = False

    @property
    def is_switch(self) -> bool:
        """An input that chooses between mechanisms, told by notes that begin with ``Switch``."""
        return self.role == "input" and self.notes.startswith("Switch")


class SbmlTables:
    """One SBML model as plain values.

    Parameters
    ----------
    sbml : str
        The SBML text.
    path : path, optional
        Where it comes from; named in errors.

    Attributes
    ----------
    id, name : str
        SBML id and name of the model; empty where it has none.
    units : dict of str to Unit
        The unit definitions of the model.
    time_unit : str
        Unit of time, ``"s"`` where it is the second.
    reads_clock : bool
        Rate laws or rules use the time itself, or there are events.
    initial_assignments : tuple of str
        Ids whose start values the SBML computes.

    Raises
    ------
    ModelBuildError
        If the text is no XML, or not that of an SBML model.
    """

    def __init__(self, sbml: str, path: Path | None = None) -> None:
        refuse_deep_nesting(sbml, path)
        try:
            root = ElementTree.fromstring(sbml)
        except ElementTree.ParseError as error:
            raise ModelBuildError(f"not SBML: {error}", file=path, line=error.position[0]) from error
        model = _child(root, "model")
        if _tag(root) != "sbml" or model is None:
            raise ModelBuildError(
                f"not SBML: the outermost element is <{_tag(root)}>, expected <sbml> that holds a <model>",
                file=path,
                line=1,
            )
        self._model = model
        self._level = int(root.get("level", "3"))
        self._compartments = {item.get("id", ""): item for item in self._items("listOfCompartments")}
        self._computed = {
            item.get("variable", "") for item in self._items("listOfRules") if _tag(item) == "assignmentRule"
        }
        self.id = model.get("id", "")
        self.name = model.get("name", "")
        self.units = {item.get("id", ""): _unit(item) for item in self._items("listOfUnitDefinitions")}
        time = self._model_unit("time")
        self.time_unit = "s" if same_unit(time, base_unit("second")) else self._name_of(time)
        self.reads_clock = "symbols/time" in sbml or bool(self._items("listOfEvents"))
        self.initial_assignments = tuple(item.get("symbol", "") for item in self._items("listOfInitialAssignments"))

    def quantities(self, passports: dict[str, dict[str, str]]) -> dict[str, Quantity]:
        """Everything in the model that has an id and a value, in the order of the file.

        Parameters
        ----------
        passports : dict of str to dict
            For parameters that have a passport its row; `lower` and `upper` are taken from it.
        """
        found = [
            *(self._compartment(item) for item in self._items("listOfCompartments")),
            *(self._species(item) for item in self._items("listOfSpecies")),
            *(self._parameter(item, passports) for item in self._items("listOfParameters")),
            *(self._reaction(item) for item in self._items("listOfReactions")),
        ]
        return {item.id: item for item in found}

    def _items(self, list_name: str) -> list[ElementTree.Element]:
        found = _child(self._model, list_name)
        # Lists may have notes and annotations of their own.
        return [] if found is None else [item for item in found if _tag(item) not in ("notes", "annotation")]

    def _compartment(self, item: ElementTree.Element) -> Quantity:
        unit = self._lookup(item.get("units")) or self._size_unit(item)
        return self._quantity(item, "compartment", unit, _number(item.get("size")))

    def _species(self, item: ElementTree.Element) -> Quantity:
        compartment = self._compartments.get(item.get("compartment", ""))
        amount = item.get("hasOnlySubstanceUnits") == "true"
        unit = self._lookup(item.get("substanceUnits")) or self._model_unit("substance")
        size = _number(None if compartment is None else compartment.get("size", "1"))
        value = _number(item.get("initialConcentration"))
        if math.isnan(value):
            value = _number(item.get("initialAmount")) / (1.0 if amount else size)
        elif amount:
            value *= size
        if not amount and compartment is not None:
            volume = self._lookup(compartment.get("units")) or self._size_unit(compartment)
            unit = None if unit is None or volume is None else product(unit, power(volume, -1))
        floating = item.get("boundaryCondition") != "true" and item.get("constant") != "true"
        role: Role = "species" if floating and item.get("id") not in self._computed else "boundary species"
        return self._quantity(item, role, unit, value, text=item.get("compartment", ""), amount=amount)

    def _parameter(self, item: ElementTree.Element, passports: dict[str, dict[str, str]]) -> Quantity:
        notes = _notes(item)
        match = _ROLE_PATTERN.match(notes)
        role: Role = ROLE_WORDS[match.group(1)] if match else "parameter"
        if role == "parameter" and item.get("id") in self._computed:
            role = "derived"
        passport = passports.get(item.get("id", ""), {})
        return self._quantity(
            item,
            role,
            self._lookup(item.get("units")),
            _number(item.get("value")),
            lower=_number(passport.get("lower")),
            upper=_number(passport.get("upper")),
            notes=notes[match.end() :] if match else notes,
            unit_id=item.get("units", ""),
        )

    def _reaction(self, item: ElementTree.Element) -> Quantity:
        sides = [
            " + ".join(_reactant(reference) for reference in _children(item, side))
            for side in ("listOfReactants", "listOfProducts")
        ]
        arrow = "=>" if item.get("reversible") == "false" else "->"
        extent = self._model_unit("extent") or self._model_unit("substance")
        time = self._model_unit("time")
        unit = None if extent is None or time is None else product(extent, power(time, -1))
        return self._quantity(item, "reaction", unit, math.nan, text=f"{sides[0]} {arrow} {sides[1]}".strip())

    def _quantity(
        self,
        item: ElementTree.Element,
        role: Role,
        unit: Unit | None,
        value: float,
        *,
        notes: str | None = None,
        unit_id: str = "",
        text: str = "",
        amount: bool = False,
        lower: float = math.nan,
        upper: float = math.nan,
    ) -> Quantity:
        quantity_id = item.get("id", "")
        computed = quantity_id in self._computed
        return Quantity(
            id=quantity_id,
            name=item.get("name") or quantity_id,
            role=role,
            value=math.nan if computed else value,
            unit=unit_id or self._name_of(unit),
            notes=_notes(item) if notes is None else notes,
            lower=lower,
            upper=upper,
            computed=computed,
            text=text,
            amount=amount,
        )

    def _lookup(self, unit_id: str | None) -> Unit | None:
        """Find a unit by its id: a definition of the model or an SBML base unit."""
        if not unit_id:
            return None
        if unit_id in self.units:
            return self.units[unit_id]
        if self._level < 3 and unit_id in _LEVEL_2_UNITS:
            kind, _, exponent = _LEVEL_2_UNITS[unit_id].partition("^")
            return power(base_unit(kind), float(exponent or 1))
        return base_unit(unit_id)

    def _model_unit(self, dimension: str) -> Unit | None:
        if self._level < 3:
            return self._lookup("substance" if dimension == "extent" else dimension)
        return self._lookup(self._model.get(f"{dimension}Units"))

    def _size_unit(self, compartment: ElementTree.Element) -> Unit | None:
        dimensions = compartment.get("spatialDimensions", "3")
        return self._model_unit({"3": "volume", "2": "area", "1": "length"}.get(dimensions, "volume"))

    def _name_of(self, unit: Unit | None) -> str:
        """Id of the model's own unit that equals a derived one, otherwise the derived one spelt out."""
        if unit is None:
            return ""
        # A unit named by the author ("uM") reads better than one that Antimony derived ("uM_volume").
        names = sorted((name for name, other in self.units.items() if same_unit(unit, other)), key=len)
        return names[0] if names else short_text(unit)


def _tag(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]


def _child(item: ElementTree.Element, tag: str) -> ElementTree.Element | None:
    return next((child for child in item if _tag(child) == tag), None)


def _number(text: str | None) -> float:
    try:
        return float(text) if text else math.nan
    except ValueError:
        return math.nan


def _notes(item: ElementTree.Element) -> str:
    found = _child(item, "notes")
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _reactant(reference: ElementTree.Element) -> str:
    count = reference.get("stoichiometry", "1")
    species = reference.get("species", "")
    return species if _number(count) == 1 else f"{count} {species}"


def _children(item: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """What stands in a list of an element; nothing if it has no such list."""
    found = _child(item, name)
    return [] if found is None else list(found)


def _unit(definition: ElementTree.Element) -> Unit:
    unit: Unit = (1.0, ())
    for item in _children(definition, "listOfUnits"):
        kind = item.get("kind", "dimensionless")
        factor = float(item.get("multiplier", "1")) * 10.0 ** float(item.get("scale", "0"))
        unit = product(unit, power(base_unit(kind, factor), float(item.get("exponent", "1"))))
    return unit


def read_by_rate_laws(sbml: str) -> dict[str, frozenset[str]]:
    """For each reaction the ids that its rate law reads, itself or through rules and other rate laws.

    Local parameters are among them, since telling them apart matters to nobody.

    Parameters
    ----------
    sbml : str
        The SBML text.
    """
    elements = list(ElementTree.fromstring(sbml).iter())
    laws = {
        item.get("id", ""): set() if (law := _child(item, "kineticLaw")) is None else _symbols(law)
        for item in elements
        if _tag(item) == "reaction"
    }
    # A rate law may read the flux of another reaction; the concentration of a species follows the size of its
    # compartment.
    sizes = {item.get("id", ""): {item.get("compartment", "")} for item in elements if _tag(item) == "species"}
    rules = {item.get("variable", ""): _symbols(item) for item in elements if _tag(item) == "assignmentRule"}
    # A rate of change comes from all fluxes.
    reads = {**laws, **sizes, **rules, _RATE_OF: {*laws, *sizes}}

    def reached(ids: set[str]) -> frozenset[str]:
        found: set[str] = set()
        waiting = list(ids)
        while waiting:
            item = waiting.pop()
            if item not in found:
                found.add(item)
                waiting += reads.get(item, ())
        return frozenset(found)

    return {name: reached(symbols) for name, symbols in laws.items()}


def _symbols(item: ElementTree.Element) -> set[str]:
    """Names in the formulas of an element, and `_RATE_OF` where they take a rate of change."""
    names = {(symbol.text or "").strip() for symbol in item.iter() if _tag(symbol) == "ci"}
    rate = any(symbol.get("definitionURL") == _RATE_OF for symbol in item.iter() if _tag(symbol) == "csymbol")
    return names | {_RATE_OF} if rate else names


def mathematics_text(sbml: str) -> str:
    """Text of what decides the numbers, the same for two files that differ in description or layout only.

    Names, notes, annotations, SBO terms, metaids and whatever belongs to a package or another namespace are left out.

    Parameters
    ----------
    sbml : str
        The SBML text.
    """
    root = ElementTree.fromstring(sbml)
    core = root.tag.partition("}")[0] + "}"
    mathml = "{http://www.w3.org/1998/Math/MathML}"
    for element in list(root.iter()):
        for child in list(element):
            described = child.tag in (f"{core}notes", f"{core}annotation")
            if described or not child.tag.startswith((core, mathml)):
                element.remove(child)
        for attribute in list(element.attrib):
            packaged = attribute.startswith("{") and not attribute.startswith(core)
            if packaged or attribute in ("name", "sboTerm", "metaid"):
                del element.attrib[attribute]
    text = ElementTree.tostring(root, encoding="unicode")
    # Prefixes of namespaces depend on what else the process has registered.
    return ElementTree.canonicalize(text, strip_text=True, rewrite_prefixes=True)
