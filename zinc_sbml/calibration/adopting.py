"""A fit becomes the shipped cell: its values go into the Antimony sources."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from zinc_sbml import catalog
from zinc_sbml.errors import UnknownIdError

__all__ = ["DIGITS", "adopt", "rounded"]

# Digits of a fitted value in the source: the evidence leaves it open by far more than a part in ten thousand.
DIGITS = 4


def rounded(value: float, digits: int = DIGITS) -> float:
    """Round to so many significant digits."""
    return float(f"{value:.{digits}g}")


def adopt(values: Mapping[str, float]) -> tuple[Path, ...]:
    """Write fitted values into the modules; the model has to be brought to rest and built afterwards.

    Parameters
    ----------
    values : mapping of str to float
        Values by parameter id of the cell.

    Returns
    -------
    tuple of pathlib.Path
        Files that changed.

    Raises
    ------
    UnknownIdError
        If a parameter has no passport in a module.
    ModelBuildError
        If a source does not hold the parameter where its passport says.
    """
    from zinc_sbml.building.parameter_values import write_parameters

    with catalog.passports_path().open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if catalog.DEFAULT_MODEL in row["models"].split()]
    modules = {row["id"]: row["module"] for row in rows if row["role"] == "parameter" and row["module"] != "top"}
    targets = {}
    for name, value in values.items():
        if name not in modules:
            raise UnknownIdError("parameter", name, modules, "the modules")
        path = catalog.models_directory() / "modules" / f"{modules[name]}.ant"
        # In the cell an id is that of its module with the name of the instance before it.
        targets[path, name.partition("_")[2]] = rounded(value)
    return write_parameters(targets)
