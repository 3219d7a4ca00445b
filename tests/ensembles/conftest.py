"""Cells of the small model, whose rest is known by hand: thousands of them run in a second."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.ensembles import Ensemble, ensemble
from zinc_sbml.model import Model

DRUG = zs.Scenario(id="drug", model="small_cell", duration=100.0, periods=[zs.Period(start=0, changes={"drug": 0.05})])
READOUTS = ("free_fraction", "drug_effect", "Zn_fold")
TIMES = (0.0, 1.0, 50.0, 100.0)


def cells(number: int, seed: int = 1) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {"kout": random.uniform(0.5, 2.0, number), "ki": random.uniform(0.02, 0.2, number)}


@pytest.fixture
def run(small_cell: Model) -> Callable[..., Ensemble]:
    """Run the drug on cells of the small model."""

    def run_small(number: int = 600, **more: object) -> Ensemble:
        given = {"parameters": cells(number), "readouts": READOUTS, "times": TIMES, "processes": 1, **more}
        return ensemble(DRUG, model=small_cell, **given)

    return run_small
