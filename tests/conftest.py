"""Small models whose answers can be worked out by hand, compiled once per test session.

The small cell has what the real one has (buffered zinc, an enzyme it traps, an input, a reference), and its rest in
closed form: `small_cell_rest`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from zinc_sbml.model import Model, load_model

SMALL_CELL = """
model small_cell
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit time_unit = second; unit volume = 1e-12 litre;
  unit uM = 1e-6 mole / litre; unit per_s = 1/second; unit per_uM_s = litre/(1e-6 mole * second);
  unit fraction = dimensionless; unit mV = 1e-3 volt;
  compartment cytosol = 2; compartment lumen = 0.25;
  species Zn in lumen = 1e-5, buffer in lumen = 100, Zn_buffer in lumen = 1;
  species enzyme in lumen, enzyme_zinc in lumen;
  enzyme = 0.5; enzyme_zinc = 0.15;
  species $Zn_outside in cytosol = 1e-3, $Drug in lumen;
  Drug := drug*gain;
  drug = 0 uM; drug notes ```Input. Concentration of the drug.```; drug is "drug in the medium";
  pump = 1 fraction; pump notes ```Input. Activity of the pump.```;
  gain = 1 fraction; load = 1e-2 per_s; kout = 1 per_s; ki = 0.05 uM; kon = 100 per_uM_s; koff = 0.1 per_s;
  ktrap = 3 per_uM_s; krel = 1e-4 per_s;
  ki is "inhibition constant"; ki notes ```assumed; see `kout`.```;
  faraday = 96485 dimensionless; faraday notes ```Constant. Faraday's.```;
  J0: $Zn_outside -> Zn; lumen*load*Zn_outside;
  J1: Zn -> $Zn_outside; lumen*pump*kout*Zn/(1 fraction + Drug/ki);
  J2: Zn + buffer -> Zn_buffer; lumen*(kon*Zn*buffer - koff*Zn_buffer);
  J3: enzyme -> enzyme_zinc; lumen*(ktrap*Zn*enzyme - krel*enzyme_zinc);
  free_fraction := enzyme/(enzyme + enzyme_zinc); free_fraction has fraction;
  free_fraction notes ```Readout. Enzyme free of zinc.```; free_fraction is "free enzyme";
  drug_effect := 1 fraction/(1 fraction + Drug/ki); drug_effect has fraction; drug_effect notes ```Readout. At once.```;
  Zn_fold := Zn/Zn_reference; Zn_fold has fraction; Zn_fold notes ```Readout. Zinc relative to rest.```;
  helper := 2*Zn; helper has uM; helper notes ```Derived. Twice the zinc.```;
  Zn_reference = 1e-5 uM; Zn_reference notes ```Reference. Resting value of `Zn`.```;
end
"""

DECAY = """
model decay
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit time_unit = second; unit volume = 1e-12 litre;
  compartment c = 3; compartment d = 0.5;
  species S in c = 2, A in c = 4, B in d = 1;
  k = 0.7; forward = 2; backward = 0.3; twice := 2*S;
  J: S -> ; c*k*S;
  exchange: A -> B; forward*A - backward*B;
end
"""

CYCLE = """
model cycle
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit time_unit = second; unit volume = 1e-12 litre;
  compartment c = 0.25;
  species A in c = 5, B in c = 3, AB in c = 0, P in c = 1, Q in c = 0;
  on = 2; off = 0.5; kf = 1e-3; kr = 4e-3;
  bind: A + B -> AB; c*(on*A*B - off*AB);
  turn: P -> Q; c*(kf*P - kr*Q);
end
"""


def _small_cell_rest(
    *, drug: float = 0.0, kout: float = 1.0, pump: float = 1.0, buffer: float = 101.0, enzyme: float = 0.65
) -> dict[str, float]:
    """Rest of the small cell, from its rate laws set to zero by hand; totals of buffer and enzyme may differ."""
    zinc = 1e-2 * 1e-3 / (pump * kout) * (1 + drug / 0.05)
    bound = buffer * zinc / (zinc + 0.1 / 100)
    free = enzyme / (1 + 3 * zinc / 1e-4)
    return {
        "Zn": zinc,
        "buffer": buffer - bound,
        "Zn_buffer": bound,
        "enzyme": free,
        "enzyme_zinc": enzyme - free,
    }


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Model]:
    """A function from Antimony text to a loaded model; each text is compiled once."""
    import antimony

    folder = tmp_path_factory.mktemp("models")
    done: dict[str, Path] = {}

    def compile_text(text: str) -> Model:
        if text not in done:
            antimony.clearPreviousLoads()
            antimony.setWriteSBMLTimestamp(False)
            assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
            path = folder / f"model_{len(done)}.xml"
            path.write_text(antimony.getSBMLString(antimony.getMainModuleName()), encoding="utf-8")
            done[text] = path
        return load_model(done[text])

    return compile_text


@pytest.fixture(scope="session")
def small_cell(compiled: Callable[[str], Model]) -> Model:
    return compiled(SMALL_CELL)


@pytest.fixture(scope="session")
def decay(compiled: Callable[[str], Model]) -> Model:
    return compiled(DECAY)


@pytest.fixture(scope="session")
def cycle(compiled: Callable[[str], Model]) -> Model:
    return compiled(CYCLE)


@pytest.fixture(scope="session")
def small_cell_rest() -> Callable[..., dict[str, float]]:
    """The rest of the small cell under changed values, by hand."""
    return _small_cell_rest


@pytest.fixture
def copasi() -> Iterator[ModuleType]:
    """COPASI by way of basico, which leaves the locale of the process to tests that come after it."""
    from zinc_sbml.exchange.copasi import locale_kept

    with locale_kept():
        import basico

        yield basico
