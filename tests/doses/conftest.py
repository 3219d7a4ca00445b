"""Readouts of two drugs that can be written down: independent of each other, dilutions of each other, or nothing."""

from collections.abc import Callable

import numpy as np
import pytest

from zinc_sbml.findings import Family
from zinc_sbml.model import Model

TWO_DRUGS = """
model two_drugs
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit time_unit = second; unit volume = 1e-12 litre;
  unit uM = 1e-6 mole / litre; unit per_s = 1 / second; unit fraction = dimensionless;
  compartment c = 2; species S in c = 1; decay = 0 per_s; J: S -> ; c*decay*S;
  one = 0 uM; one notes ```Input. First drug. Domain 0 to 50 uM.```;
  other = 0 uM; other notes ```Input. Second drug.```;
  activity = 1 fraction; activity notes ```Input. Present without treatment.```;
  mechanism = 0 fraction; mechanism notes ```Input. Switch: 1 on, 0 off.```;
  k_one = 2 uM; k_other = 0.5 uM;
  independent := 1 fraction/((1 fraction + one/k_one)*(1 fraction + other/k_other));
  independent notes ```Readout. Two hits on one probability.```;
  diluted := 10 fraction/(1 fraction + one/k_one + other/k_other);
  diluted notes ```Readout. One drug in two bottles.```;
  rising := 1 fraction + 4 fraction*(one/k_one + other/k_other)/(1 fraction + one/k_one + other/k_other);
  rising notes ```Readout. The same, upwards.```;
  first_only := 1 fraction/(1 fraction + one/k_one); first_only notes ```Readout. The second does nothing.```;
  idle := 3 fraction*activity; idle notes ```Readout. No drug does anything.```;
  left := S; left notes ```Readout. What is left.```;
end
"""


@pytest.fixture(scope="session")
def two_drugs(compiled: Callable[[str], Model]) -> Model:
    return compiled(TWO_DRUGS)


@pytest.fixture(scope="session")
def family() -> Callable[..., Family]:
    """A family of cells that differ in the given parameters."""

    def make(**columns: list[float]) -> Family:
        count = len(next(iter(columns.values())))
        values = {name: np.array(column, dtype=float) for name, column in columns.items()}
        return Family(ids=tuple(f"cell_{i}" for i in range(count)), parameters=values, values={})

    return make
