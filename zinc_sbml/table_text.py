"""Tables that are kept in the repository: tab-separated text with few digits, compared as numbers."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_rows", "same_table", "stale_tables", "to_text"]

# Two tables say the same if their numbers agree to this part: they hold four digits.
AGREEMENT = 2e-3


def to_text(table: pd.DataFrame, digits: int = 4) -> str:
    """Write a table as tab-separated text."""
    plain = table.reset_index() if table.index.name else table
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(plain.columns)
    for row in plain.itertuples(index=False):
        writer.writerow([f"{cell:.{digits}g}" if isinstance(cell, float | np.floating) else cell for cell in row])
    return out.getvalue()


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read all columns of a table as text.

    Raises
    ------
    InvalidInputError
        If the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"cannot read the table {path}: {error}") from error


def stale_tables(made: Mapping[Path, str]) -> list[Path]:
    """Files that are missing or say something else than what was made now."""
    return [
        path
        for path, text in made.items()
        if not (path.is_file() and same_table(path.read_text(encoding="utf-8"), text))
    ]


def same_table(one: str, other: str) -> bool:
    """Whether two tables say the same, numbers to `AGREEMENT`."""
    rows, others = ([line.split("\t") for line in text.splitlines()] for text in (one, other))
    if [len(row) for row in rows] != [len(row) for row in others]:
        return False
    return all(
        _same_cell(name, a, b)
        for row, o in zip(rows, others, strict=True)
        for name, a, b in zip(rows[0], row, o, strict=True)
    )


def _same_cell(column: str, one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        a, b = float(one), float(other)
    except ValueError:
        return False
    # Residuals of numbers well inside their bounds are nothing but rounding.
    return math.isclose(a, b, rel_tol=AGREEMENT, abs_tol=AGREEMENT if column == "residual" else 0.0)
