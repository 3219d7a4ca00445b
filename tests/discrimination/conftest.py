"""Two toy cells whose readings can be written down: under a drug A decays at a rate that tells them apart, B alike."""

import numpy as np
import pytest

from zinc_sbml.discrimination import load_designs
from zinc_sbml.findings import Family

TOY = """
model toy
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit time_unit = second; unit volume = 1e-12 litre;
  unit per_s = 1 / second; unit fraction = dimensionless;
  compartment c = 2;
  species A in c = 3, B in c = 5;
  k = 0.25 per_s; m = 0.1 per_s;
  drug = 0 fraction; drug notes ```Input. Drug.```;
  idle = 0 fraction; idle notes ```Input. Does nothing.```;
  rescue = 0 fraction; rescue notes ```Input. Stops the decay of A.```;
  J: A -> ; c*k*drug*(1 fraction - rescue)*A;
  K: B -> ; c*m*drug*B;
  level := 10 fraction*A; level notes ```Readout. Of A.```;
  other_level := B; other_level notes ```Readout. Of B.```;
  useless := 1 fraction + 0 fraction*idle; useless notes ```Readout. Nothing.```;
end
"""

DESIGNS = """
[noise]
relative = 0.2
floor = 0.05
[timing]
delays = ["0 s", "1 s"]
reads = ["1 s", "4 s", "60 s"]
[[background]]
id = "drug"
name = "drug"
changes = { drug = 1 }
[[intervention]]
kind = "idle"
name = "idle"
changes = { idle = 1 }
[[intervention]]
kind = "rescue"
name = "rescue"
changes = { rescue = 1 }
needs = "drug"
[[pulse]]
kind = "pulse"
name = "pulse"
changes = { drug = 2 }
lasts = "1 s"
delays = ["1 s"]
reads = ["1 s"]
[[readout]]
id = "level"
assay = "blot of A"
[[readout]]
id = "other_level"
assay = "sensor of B"
noise = 0.5
"""

RATES = (0.5, 0.25)


@pytest.fixture(scope="session")
def rates():
    """Medians of the rates of decay of the two toys, per s."""
    return RATES


@pytest.fixture(scope="session")
def designs_text():
    return DESIGNS


@pytest.fixture(scope="session")
def toy(compiled):
    return compiled(TOY)


@pytest.fixture(scope="session")
def designs(toy, tmp_path_factory):
    path = tmp_path_factory.mktemp("designs") / "designs.toml"
    path.write_text(DESIGNS, encoding="utf-8")
    return load_designs(path, model=toy)


def family_of(rate):
    """Three cells: 0.9, 1 and 1.1 of a rate."""
    rates = rate * np.array([0.9, 1.0, 1.1])
    return Family(ids=("a", "b", "c"), parameters={"k": rates}, values={})


@pytest.fixture(scope="session")
def fast():
    return family_of(RATES[0])


@pytest.fixture(scope="session")
def slow():
    return family_of(RATES[1])
