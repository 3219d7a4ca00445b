"""A small model with one module that passes every check, to seed one defect at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from zinc_sbml import catalog

UNITS = """
  unit uM = 1e-6 mole / litre; unit per_s = 1 / second; unit uM_per_s = 1e-6 mole / (litre * second);
  unit pL = 1e-12 litre; unit fraction = dimensionless;
"""

MODULE = f"""// one step; comment = 1
model exchange()
{UNITS}
  compartment box = 1; box has pL;
  species A in box, B in box; A = 1; B = 1;
  gain = 1; gain has fraction;
  conversion: A => B; box * k * gain * A;
    conversion is "conversion of A"; conversion.sboTerm = 182; conversion.kineticLaw.sboTerm = 12;
    conversion hypernym "https://identifiers.org/GO:0016972";
  k = 0.5; k has per_s; k.range = {{0.05, 5}}; k.sboTerm = 35; k is "rate constant of the conversion";
  k property "https://identifiers.org/ECO:0000314"; k description "https://doi.org/10.1000/example";
  k notes ```Measured at 37 C; k = 0.5.```;
  flux := conversion / box; flux has uM_per_s; flux.sboTerm = 2; flux is "rate of the conversion";
  flux notes ```Readout. A per second and volume.```;
end
"""

TOP = f"""import "modules/exchange.ant"
model *cell()
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit volume = 1e-12 litre; unit time_unit = second;
{UNITS}
  compartment lumen = 0.25; lumen has pL; lumen is "lumen"; lumen.sboTerm = 290;
  lumen identity "https://identifiers.org/GO:0005788";
  species A_in in lumen, B_in in lumen, $Source in lumen, $Sink in lumen;
  A_in is "A"; A_in.sboTerm = 247; A_in identity "https://identifiers.org/CHEBI:15379";
  B_in is "B"; B_in.sboTerm = 247; B_in identity "https://identifiers.org/CHEBI:15379";
  Source is "store of A"; Source.sboTerm = 247; Source identity "https://identifiers.org/CHEBI:15379";
  Source = 1;
  Sink is "spent A"; Sink.sboTerm = 247; Sink identity "https://identifiers.org/CHEBI:15379"; Sink = 0;

  supply = 1; supply has fraction; supply.range = {{0, 10}}; supply.sboTerm = 2; supply is "supply of A";
  supply property "https://identifiers.org/ECO:0000305"; supply notes ```Input. Fold of normal.```;
  supply_rate = 0.3; supply_rate has uM_per_s; supply_rate.range = {{0.1, 1}}; supply_rate.sboTerm = 48;
  supply_rate is "normal supply of A"; supply_rate property "https://identifiers.org/ECO:0000305";
  supply_rate notes ```Assumed.```;
  loss_k = 0.2; loss_k has per_s; loss_k.range = {{0.1, 1}}; loss_k.sboTerm = 35; loss_k is "loss of B";
  loss_k property "https://identifiers.org/ECO:0000305"; loss_k notes ```Assumed.```;
  gain := B_reference / (1 uM); gain has fraction; gain.sboTerm = 2; gain is "helper";
  gain notes ```Derived. From the rest.```;
  B_reference has uM; B_reference.sboTerm = 2; B_reference is "resting B";
  B_reference notes ```Reference. Rest.```;
  // --- resting state: written by `zinc-sbml rest`, do not edit ---
  A_in = 0.6;
  B_in = 1.5;
  B_reference = 1.0;
  // --- end of resting state ---

  filling: $Source => A_in; lumen * supply_rate * supply;
    filling is "supply"; filling.sboTerm = 185; filling.kineticLaw.sboTerm = 12;
    filling part "https://identifiers.org/CHEBI:15379";
  loss: B_in => $Sink; lumen * loss_k * B_in;
    loss is "loss"; loss.sboTerm = 185; loss.kineticLaw.sboTerm = 12;
    loss part "https://identifiers.org/CHEBI:15379";

  step: exchange();
  step.uM is uM; step.per_s is per_s; step.uM_per_s is uM_per_s; step.pL is pL; step.fraction is fraction;
  step.box is lumen; step.A is A_in; step.B is B_in; step.gain is gain;

  model.sboTerm = 293; model taxon "https://identifiers.org/taxonomy:9606";
  model creator1.name "somebody"; model creator1.organization "somebody";
  model created "2026-11-23T00:00:00Z"; model modified "2026-11-23T00:00:00Z"; model notes ```A test.```;
end
cell is "A cell"
"""

COMPOSITION = "# tokens per molecule\nspecies\ttoken\nA_in\t1\nB_in\t1\nSource\t1\nSink\t1\n"

Writer = Callable[..., Path]


@pytest.fixture
def write_models(tmp_path: Path) -> Writer:
    """Writer of a models folder: (old text, new text) pairs seed defects; returns the path of the top file.

    Each old text must stand exactly once in the module or the top file, so that a defect is really seeded.
    """

    def write(*changes: tuple[str, str], composition: str = COMPOSITION) -> Path:
        folder = tmp_path / "models"
        (folder / "modules").mkdir(parents=True, exist_ok=True)
        files = {folder / "modules" / "exchange.ant": MODULE, folder / "cell.ant": TOP}
        for old, new in changes:
            assert sum(text.count(old) for text in files.values()) == 1, f"{old!r} must stand exactly once"
            files = {path: text.replace(old, new) for path, text in files.items()}
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        (folder / "composition.tsv").write_text(composition, encoding="utf-8")
        shutil.copy(catalog.models_directory() / "exchange_extras.tsv", folder)
        return folder / "cell.ant"

    return write
