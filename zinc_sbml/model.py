"""A model as Python sees it: plain tables read once from the SBML.

The SBML is read with the standard library's XML parser, not with libSBML: the tables need ids, names, values,
units and notes only, and libSBML alone would cost as long to import as the whole of a simulation. Whether a
file is good SBML is the business of `zinc_sbml.validate`; what the equations mean is the business of the
solver.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zinc_sbml.catalog import model_ids, model_path, passports_path
from zinc_sbml.errors import InvalidInputError, ModelBuildError, UnknownIdError
from zinc_sbml.quantities import Unit, base_unit, pint_text, power, product, same_unit, short_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Model", "Quantity", "Role", "load_model"]

Role = Literal[
    "input", "readout", "reference", "derived", "constant", "parameter", "species", "boundary species",
    "compartment", "reaction",
]  # fmt: skip
"""What an element is to a user; roles of parameters are told by the first word of their notes."""

_ROLE_WORDS: dict[str, Role] = {
    "Input": "input",
    "Readout": "readout",
    "Reference": "reference",
    "Derived": "derived",
    "Constant": "constant",
}
_ROLE_PATTERN = re.compile(rf"({'|'.join(_ROLE_WORDS)})\.\s*")
_REFERENCE_PATTERN = re.compile(r"[Rr]esting value of [`'\"]?([A-Za-z_]\w*)")
_ANTIMONY_SUFFIXES = (".ant", ".antimony", ".txt")

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """A model and its tables.

    Attributes
    ----------
    id, name : str
        SBML id and name of the model.
    path : pathlib.Path or None
        The file it was read from.
    sbml : str
        The SBML text, exactly what the solver is given.
    sha256 : str
        Hash of the SBML text; two results can be compared only if it is the same.
    quantities : dict of str to Quantity
        Everything in the model that has an id and a value, in the order of the file.
    units : dict of str to str
        For each unit id of the model an expression that `pint` can read, e.g. ``{"uM": "1e-06 * mole *
        litre**-1"}``.
    time_unit : str
        Unit of time; ``"s"`` for the shipped models.
    reads_clock : bool
        Rate laws or rules use the time itself, or there are events: the run must keep the clock going.
    initial_assignments : tuple of str
        Ids whose start values the SBML computes. Those of species follow parameters that are changed before the
        run, not those that a period changes; those of parameters stay as in the SBML.
    """

    id: str
    name: str
    path: Path | None
    sbml: str = field(repr=False)
    sha256: str
    quantities: dict[str, Quantity] = field(repr=False)
    units: dict[str, str] = field(repr=False)
    time_unit: str
    reads_clock: bool
    initial_assignments: tuple[str, ...] = field(repr=False)

    def having(self, *roles: Role) -> tuple[Quantity, ...]:
        """Elements that have one of the given roles, in the order of the file."""
        return tuple(quantity for quantity in self.quantities.values() if quantity.role in roles)

    @cached_property
    def references(self) -> dict[str, str]:
        """Reference parameters, each with the id whose resting value it holds.

        A model that has any says by this that its initial state is a rest: changed parameters then call for a
        new rest before anything is done to the cell.

        Raises
        ------
        ModelBuildError
            If the notes of a reference do not say whose resting value it is.
        """
        found = {}
        for quantity in self.having("reference"):
            match = _REFERENCE_PATTERN.search(quantity.notes)
            if match is None or match.group(1) not in self.quantities:
                raise ModelBuildError(
                    f"the notes of {quantity.id} must say `Resting value of <id>.` with an id of the model, "
                    f"not {quantity.notes!r}",
                    file=self.path,
                )
            found[quantity.id] = match.group(1)
        return found

    def quantity(self, quantity_id: str, kind: str = "id") -> Quantity:
        """Return the element with this id.

        Raises
        ------
        UnknownIdError
            If the model has none; the message names near ids and calls the thing looked for `kind`.
        """
        try:
            return self.quantities[quantity_id]
        except KeyError:
            raise UnknownIdError(kind, quantity_id, self.quantities, f"model {self.id}") from None

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """Inputs, indexed by ``id``: name, value, unit, lower, upper, notes."""
        return self._table(self.having("input"))

    @cached_property
    def readouts(self) -> pd.DataFrame:
        """Readouts, indexed by ``id``: name, unit, notes."""
        return self._table(self.having("readout")).drop(columns=["value", "lower", "upper"])

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Ordinary parameters, indexed by ``id``: name, value, unit, lower, upper, notes.

        A shipped model has further columns with what its passports say beside that (evidence, source).
        """
        table = self._table(self.having("parameter"))
        for column in _passport_columns(self._passports):
            table[column] = [self._passports.get(item, {}).get(column, "") for item in table.index]
        return table

    @cached_property
    def species(self) -> pd.DataFrame:
        """Species, indexed by ``id``: name, value (initial), unit, compartment, boundary, notes."""
        found = self.having("species", "boundary species")
        table = self._table(found).drop(columns=["lower", "upper"])
        table.insert(3, "compartment", [item.text for item in found])
        table.insert(4, "boundary", [item.role == "boundary species" for item in found])
        return table

    @cached_property
    def reactions(self) -> pd.DataFrame:
        """Reactions, indexed by ``id``: name, unit (of the flux), equation, notes."""
        found = self.having("reaction")
        table = self._table(found).drop(columns=["value", "lower", "upper"])
        table.insert(2, "equation", [item.text for item in found])
        return table

    @cached_property
    def _passports(self) -> dict[str, dict[str, str]]:
        return _passports_of(self.id, self.path)

    def _table(self, quantities: tuple[Quantity, ...]) -> pd.DataFrame:
        import pandas as pd

        columns = ["name", "value", "unit", "lower", "upper", "notes"]
        rows = [[getattr(item, column) for column in columns] for item in quantities]
        index = pd.Index([item.id for item in quantities], name="id", dtype=str)
        return pd.DataFrame(rows, columns=columns, index=index)


def load_model(model: str | Path) -> Model:
    """Read a model.

    Parameters
    ----------
    model : str or path
        Id of a shipped model, an SBML file, or an Antimony file (compiled first, which needs antimony).

    Returns
    -------
    Model
        The same object again as long as the file is unchanged.

    Raises
    ------
    UnknownIdError
        If it is neither a shipped id nor a file.
    ModelBuildError
        If the file is neither SBML nor Antimony; with the line at fault.
    """
    if isinstance(model, str) and model in model_ids():
        path = model_path(model)
    else:
        path = Path(model)
        if not path.is_file():
            if path.suffix or len(path.parts) > 1:
                raise InvalidInputError(f"there is no model file {path}")
            raise UnknownIdError("model", str(model), model_ids())
    path = path.resolve()
    status = path.stat()
    return _load(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _load(path: Path, _modified: int, _size: int) -> Model:
    """Read a file; modification time and size are part of the key, so that an edited file is read again."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ModelBuildError(f"neither SBML nor Antimony: not a text in UTF-8 ({error.reason})", file=path) from error
    if path.suffix.lower() in _ANTIMONY_SUFFIXES or not text.lstrip("\ufeff \t\r\n").startswith("<"):
        from zinc_sbml.building.compile import compile_antimony

        text = compile_antimony(path)
    return _read(text, path)


def _read(sbml: str, path: Path | None) -> Model:
    try:
        root = ElementTree.fromstring(sbml.encode("utf-8"))
    except ElementTree.ParseError as error:
        raise ModelBuildError(f"not SBML: {error}", file=path, line=error.position[0]) from error
    if _tag(root) != "sbml" or _child(root, "model") is None:
        raise ModelBuildError(
            f"not SBML: the outermost element is <{_tag(root)}>, expected <sbml> that holds a <model>",
            file=path,
            line=1,
        )
    reader = _Reader(root)
    model_id = reader.model.get("id") or (path.stem if path else "model")
    return Model(
        id=model_id,
        name=reader.model.get("name") or model_id,
        path=path,
        sbml=sbml,
        sha256=hashlib.sha256(sbml.encode("utf-8")).hexdigest(),
        quantities=reader.quantities(_passports_of(model_id, path)),
        units={unit_id: pint_text(unit) for unit_id, unit in reader.units.items()},
        time_unit=reader.time_unit,
        reads_clock="symbols/time" in sbml or bool(reader.items("listOfEvents")),
        initial_assignments=tuple(item.get("symbol", "") for item in reader.items("listOfInitialAssignments")),
    )


class _Reader:
    """Turns the XML of one SBML model into plain values."""

    def __init__(self, root: ElementTree.Element) -> None:
        model = _child(root, "model")
        assert model is not None
        self.model = model
        self.level = int(root.get("level", "3"))
        self.units = {item.get("id", ""): _unit(item) for item in self.items("listOfUnitDefinitions")}
        self.compartments = {item.get("id", ""): item for item in self.items("listOfCompartments")}
        self.computed = {
            item.get("variable", "") for item in self.items("listOfRules") if _tag(item) == "assignmentRule"
        }
        time = self._model_unit("time")
        self.time_unit = "s" if same_unit(time, base_unit("second")) else self._name_of(time)

    def items(self, list_name: str) -> list[ElementTree.Element]:
        found = _child(self.model, list_name)
        # Lists may have notes and annotations of their own.
        return [] if found is None else [item for item in found if _tag(item) not in ("notes", "annotation")]

    def quantities(self, passports: dict[str, dict[str, str]]) -> dict[str, Quantity]:
        found = [
            *(self._compartment(item) for item in self.items("listOfCompartments")),
            *(self._species(item) for item in self.items("listOfSpecies")),
            *(self._parameter(item, passports) for item in self.items("listOfParameters")),
            *(self._reaction(item) for item in self.items("listOfReactions")),
        ]
        return {item.id: item for item in found}

    def _compartment(self, item: ElementTree.Element) -> Quantity:
        unit = self._lookup(item.get("units")) or self._size_unit(item)
        return self._quantity(item, "compartment", unit, _number(item.get("size")))

    def _species(self, item: ElementTree.Element) -> Quantity:
        compartment = self.compartments.get(item.get("compartment", ""))
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
        role: Role = "species" if floating and item.get("id") not in self.computed else "boundary species"
        return self._quantity(item, role, unit, value, text=item.get("compartment", ""), amount=amount)

    def _parameter(self, item: ElementTree.Element, passports: dict[str, dict[str, str]]) -> Quantity:
        notes = _notes(item)
        match = _ROLE_PATTERN.match(notes)
        role: Role = _ROLE_WORDS[match.group(1)] if match else "parameter"
        if role == "parameter" and item.get("id") in self.computed:
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
            " + ".join(_reactant(reference) for reference in _child(item, side) or ())
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
        computed = quantity_id in self.computed
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
        if self.level < 3 and unit_id in _LEVEL_2_UNITS:
            kind, _, exponent = _LEVEL_2_UNITS[unit_id].partition("^")
            return power(base_unit(kind), float(exponent or 1))
        return base_unit(unit_id)

    def _model_unit(self, dimension: str) -> Unit | None:
        if self.level < 3:
            return self._lookup("substance" if dimension == "extent" else dimension)
        return self._lookup(self.model.get(f"{dimension}Units"))

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


def _unit(definition: ElementTree.Element) -> Unit:
    unit: Unit = (1.0, ())
    for item in _child(definition, "listOfUnits") or ():
        kind = item.get("kind", "dimensionless")
        factor = float(item.get("multiplier", "1")) * 10.0 ** float(item.get("scale", "0"))
        unit = product(unit, power(base_unit(kind, factor), float(item.get("exponent", "1"))))
    return unit


def _passports_of(model_id: str, path: Path | None) -> dict[str, dict[str, str]]:
    """Rows of the passport table, by parameter; only the shipped models have one."""
    if path is None or model_id not in model_ids() or path != model_path(model_id).resolve():
        return {}
    table = passports_path()
    if not table.is_file():
        return {}
    return _read_passports(table, table.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read_passports(table: Path, _modified: int) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        missing = {"id", "lower", "upper"} - set(rows.fieldnames or ())
        if missing:
            raise InvalidInputError(f"{table}:1: missing column {', '.join(sorted(missing))}")
        return {row["id"]: row for row in rows}


def _passport_columns(passports: dict[str, dict[str, str]]) -> list[str]:
    known = {"id", "models", "role", "name", "value", "unit", "lower", "upper", "notes"}
    first = next(iter(passports.values()), {})
    return [column for column in first if column not in known]
