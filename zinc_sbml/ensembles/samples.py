"""Which cells are asked: drawn from the priors, taken from the plausible family, or given as a table.

Cell number i is the same whatever the size of the ensemble, the number of workers and the order of work: priors are
drawn in blocks of a fixed size, each from a stream of its own.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import Model

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BLOCK", "Given", "Prior", "Samples", "samples_of"]

BLOCK = 256
"""Cells that are drawn, run and written together: two seconds of work, 200 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Independent draws within the ranges of the passports.

    Attributes
    ----------
    names : tuple of str
        Parameters that are drawn; all others keep their values.
    lower, upper : tuple of float
        Ends of the ranges, each in the unit of its parameter.
    size, seed : int
        Number of cells, and where the streams start.
    """

    names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    size: int
    seed: int

    def block(self, number: int) -> Array:
        """Values of a block of cells, shape (cells, parameters): uniform, on the logarithm where a range is above 0."""
        random = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(number,)))
        uniform = random.random((BLOCK, len(self.names)))[: self.size - number * BLOCK]
        lower, upper = np.array(self.lower), np.array(self.upper)
        logarithmic = lower > 0
        low = np.where(logarithmic, np.log(np.where(logarithmic, lower, 1.0)), lower)
        high = np.where(logarithmic, np.log(np.where(logarithmic, upper, 1.0)), upper)
        drawn = low + uniform * (high - low)
        return np.where(logarithmic, np.exp(np.where(logarithmic, drawn, 0.0)), drawn)

    def identity(self) -> dict[str, Any]:
        """What makes these samples what they are, for the record of a run."""
        return {"kind": "prior", "seed": self.seed, "lower": list(self.lower), "upper": list(self.upper)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """Cells of a table.

    Attributes
    ----------
    names : tuple of str
        Columns.
    rows : numpy.ndarray
        Values, shape (cells, parameters).
    kind : str
        Where they come from.
    """

    names: tuple[str, ...]
    rows: Array
    kind: str = "table"

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.rows)

    def block(self, number: int) -> Array:
        """Values of a block of cells, shape (cells, parameters)."""
        return self.rows[number * BLOCK : (number + 1) * BLOCK]

    def identity(self) -> dict[str, Any]:
        """What makes these samples what they are, for the record of a run."""
        return {"kind": self.kind, "sha256": hashlib.sha256(np.ascontiguousarray(self.rows).tobytes()).hexdigest()}


Samples = Prior | Given
"""Cells by block."""


def samples_of(
    parameters: str | Path | pd.DataFrame | Mapping[str, Iterable[float]] | Iterable[str],
    model: Model,
    *,
    n: int | None,
    seed: int,
) -> Samples:
    """Make samples of what a caller asked for.

    Parameters
    ----------
    parameters : str, path, DataFrame, mapping or iterable of str
        ``"prior"``: every parameter of the model that has a range. ``"plausible"``: the family of plausible cells.
        A file (CSV, TSV or Parquet), a table or a mapping of columns: these cells. A list of ids: the prior of these
        alone.
    model : Model
        The model.
    n : int or None
        Number of cells; needed for priors, otherwise all.
    seed : int
        Of the draws, or of the choice of `n` plausible cells.

    Raises
    ------
    InvalidInputError
        If n or seed is no number that makes sense, a parameter has no range, or a table cannot be used.
    UnknownIdError
        If the model has no such parameter.
    """
    if n is not None and (isinstance(n, bool) or not isinstance(n, int | np.integer) or n <= 0):
        raise InvalidInputError(f"n: {n!r}, expected a number of cells above 0")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InvalidInputError(f"seed: {seed!r}, expected a whole number from 0 on")
    if isinstance(parameters, str) and parameters == "plausible":
        return _plausible(n, seed)
    if isinstance(parameters, str) and parameters == "prior":
        names = [item.id for item in model.having("parameter") if not math.isnan(item.lower)]
        if not names:
            raise InvalidInputError(f"model {model.id} has no parameter with a range (passport) to draw from")
        return _prior(names, model, n, seed)
    if isinstance(parameters, str | Path):
        if not Path(parameters).is_file():
            raise UnknownIdError("source of parameters, and no file", str(parameters), ("prior", "plausible"))
        return _table(_read(Path(parameters)), n)
    if isinstance(parameters, Mapping) or hasattr(parameters, "columns"):
        return _table(parameters, n)
    return _prior(list(parameters), model, n, seed)


def _prior(names: list[str], model: Model, n: int | None, seed: int) -> Prior:
    if n is None:
        raise InvalidInputError("n: expected the number of cells to draw from the priors")
    lower, upper = [], []
    for name in names:
        quantity = model.quantity(name, "parameter")
        if quantity.role != "parameter" or not (math.isfinite(quantity.lower) and math.isfinite(quantity.upper)):
            raise InvalidInputError(f"{name} of model {model.id} has no range (passport) to draw from")
        lower.append(quantity.lower)
        upper.append(quantity.upper)
    return Prior(names=tuple(names), lower=tuple(lower), upper=tuple(upper), size=int(n), seed=int(seed))


def _plausible(n: int | None, seed: int) -> Given:
    from zinc_sbml.findings.family import load_family

    family = load_family()
    if n is not None and n > len(family):
        raise InvalidInputError(f"n: {n}, but the family holds {len(family)} plausible cells")
    chosen = list(range(len(family)))
    if n is not None:
        chosen = sorted(np.random.default_rng(seed).permutation(len(family))[:n].tolist())
    rows = np.column_stack(list(family.parameters.values()))[chosen]
    return Given(names=tuple(family.parameters), rows=rows, kind="plausible")


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, sep="\t" if path.suffix.lower() in (".tsv", ".tab") else ",", comment="#")
    except (OSError, ValueError, ImportError) as error:
        raise InvalidInputError(f"cannot read the table {path}: {error}") from error


def _table(table: Any, n: int | None) -> Given:
    names = tuple(str(name) for name in table)
    try:
        rows = np.column_stack([np.asarray(table[name], dtype=float) for name in table]) if names else np.empty((0, 0))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"table of parameters: {error}; expected a column of numbers for each id") from error
    if not rows.size:
        raise InvalidInputError("table of parameters: it has no rows")
    if n is not None:
        if n > len(rows):
            raise InvalidInputError(f"n: {n}, but the table has {len(rows)} rows")
        rows = rows[:n]
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        raise InvalidInputError(f"table of parameters: {names[column]} in row {row + 1} is {rows[row, column]}")
    return Given(names=names, rows=rows)
