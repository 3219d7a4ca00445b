"""What made a result: enough to make it again, or to see why another one differs."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from zinc_sbml.engine import Tolerances
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Scenario

__all__ = ["provenance", "versions"]


def provenance(model: Model, scenario: Scenario, given: Mapping[str, float], tolerances: Tolerances) -> dict[str, Any]:
    """Collect what a run was made from.

    Parameters
    ----------
    model : Model
        The model that ran.
    scenario : Scenario
        The scenario as it was applied.
    given : mapping of str to float
        Parameters that the caller gave.
    tolerances : Tolerances
        Tolerances of the solver.

    Returns
    -------
    dict
        Ids, hash of the SBML, periods, duration (s), parameters, tolerances, and versions of the software.
    """
    return {
        "model": model.id,
        "sha256": model.sha256,
        "scenario": scenario.id,
        "periods": [{"start": period.start, "changes": dict(period.changes)} for period in scenario.periods],
        "duration": scenario.duration,
        "parameters": {name: float(value) for name, value in given.items()},
        "relative_tolerance": tolerances.relative,
        "absolute_tolerance": tolerances.absolute,
        "versions": versions() | ({"python-libsbml": _version("python-libsbml")} if "libsbml" in sys.modules else {}),
    }


@cache
def versions() -> dict[str, str]:
    """Versions of the software that every run rests on."""
    return {
        "zinc_sbml": _version("zinc-sbml"),
        "libroadrunner": _version("libroadrunner"),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
