"""A model as Python sees it: its tables, and how it is found and loaded.

A model is read once and kept as long as its file is unchanged. How the SBML is read stands in
`zinc_sbml.sbml_tables`.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.archives import archive_part, read_archived_model
from zinc_sbml.catalog import model_ids, model_path, passports_path
from zinc_sbml.errors import InvalidInputError, ModelBuildError, UnknownIdError
from zinc_sbml.quantities import pint_text
from zinc_sbml.sbml_tables import Quantity, Role, SbmlTables, mathematics_text, read_by_rate_laws

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Model", "load_model", "read_model"]

_REFERENCE_PATTERN = re.compile(r"[Rr]esting value of [`'\"]?([A-Za-z_]\w*)")
_ANTIMONY_SUFFIXES = (".ant", ".antimony", ".txt")


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

    @cached_property
    def mathematics_sha256(self) -> str:
        """Hash of what decides the numbers: the SBML without names, notes, annotations, SBO terms and packages."""
        return hashlib.sha256(mathematics_text(self.sbml).encode("utf-8")).hexdigest()

    @cached_property
    def read_by_rate_laws(self) -> dict[str, frozenset[str]]:
        """For each reaction the ids that its rate law reads, itself or through rules and other rate laws."""
        return read_by_rate_laws(self.sbml)

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

    @property
    def inputs(self) -> pd.DataFrame:
        """Inputs, indexed by ``id``: name, value, unit, lower, upper, notes."""
        return self._table(self.having("input"))

    @property
    def readouts(self) -> pd.DataFrame:
        """Readouts, indexed by ``id``: name, unit, notes."""
        return self._table(self.having("readout")).drop(columns=["value", "lower", "upper"])

    @property
    def parameters(self) -> pd.DataFrame:
        """Ordinary parameters, indexed by ``id``: name, value, unit, lower, upper, notes.

        A shipped model has further columns with what its passports say beside that (evidence, source).
        """
        table = self._table(self.having("parameter"))
        for column in _passport_columns(self._passports):
            table[column] = [self._passports.get(item, {}).get(column, "") for item in table.index]
        return table

    @property
    def species(self) -> pd.DataFrame:
        """Species, indexed by ``id``: name, value (initial), unit, compartment, boundary, notes."""
        found = self.having("species", "boundary species")
        table = self._table(found).drop(columns=["lower", "upper"])
        table.insert(3, "compartment", [item.text for item in found])
        table.insert(4, "boundary", [item.role == "boundary species" for item in found])
        return table

    @property
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
        Id of a shipped model, an SBML file, an Antimony file (compiled first, which needs antimony), or a COMBINE
        archive; ``archive.omex/file.xml`` is one of several SBML files in it.

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
        if archived := archive_part(path):
            archive, name = archived
            status = archive.stat()
            return _load_archived(archive.resolve(), name, status.st_mtime_ns, status.st_size)
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
        # libRoadRunner takes no byte order mark.
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelBuildError(f"neither SBML nor Antimony: not a text in UTF-8 ({error.reason})", file=path) from error
    if path.suffix.lower() in _ANTIMONY_SUFFIXES or not text.lstrip().startswith("<"):
        from zinc_sbml.building.compile import compile_antimony

        text = compile_antimony(path)
    return read_model(text, path)


@lru_cache(maxsize=16)
def _load_archived(archive: Path, name: str, _modified: int, _size: int) -> Model:
    return read_model(read_archived_model(archive, name), archive / name)


def read_model(sbml: str, path: Path | None = None) -> Model:
    """Read a model from the text of its SBML.

    Parameters
    ----------
    sbml : str
        The SBML.
    path : path, optional
        Where it comes from; named in errors.

    Raises
    ------
    ModelBuildError
        If it is no SBML.
    """
    tables = SbmlTables(sbml, path)
    model_id = tables.id or (path.stem if path else "model")
    return Model(
        id=model_id,
        name=tables.name or model_id,
        path=path,
        sbml=sbml,
        sha256=hashlib.sha256(sbml.encode("utf-8")).hexdigest(),
        quantities=tables.quantities(_passports_of(model_id, path)),
        units={unit_id: pint_text(unit) for unit_id, unit in tables.units.items()},
        time_unit=tables.time_unit,
        reads_clock=tables.reads_clock,
        initial_assignments=tables.initial_assignments,
    )


def _passports_of(model_id: str, path: Path | None) -> dict[str, dict[str, str]]:
    """Rows of the passport table, by parameter; only the shipped models have one."""
    if path is None or model_id not in model_ids() or path != model_path(model_id).resolve():
        return {}
    table = passports_path()
    if not table.is_file():
        return {}
    return _read_passports(table, model_id, table.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_passports(table: Path, model_id: str, _modified: int) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        missing = {"id", "models", "lower", "upper"} - set(rows.fieldnames or ())
        if missing:
            raise InvalidInputError(f"{table}:1: missing column {', '.join(sorted(missing))}")
        # Models may share an id and differ in its range.
        return {row["id"]: row for row in rows if model_id in row["models"].split()}


def _passport_columns(passports: dict[str, dict[str, str]]) -> list[str]:
    known = {"id", "models", "role", "name", "value", "unit", "lower", "upper", "notes"}
    first = next(iter(passports.values()), {})
    return [column for column in first if column not in known]
