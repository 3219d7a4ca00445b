"""The shipped state is the resting state."""

import shutil

import numpy as np
import pytest

from zinc_sbml import catalog
from zinc_sbml.building import read_rest
from zinc_sbml.rest import LARGEST_DRIFT, LARGEST_RESIDUAL, drift, residual, rest


def test_nothing_moves():
    species, rate = residual()
    assert rate <= LARGEST_RESIDUAL, species


def test_nothing_drifts_in_a_day():
    largest = drift()
    assert len(largest) > 80
    assert largest.iloc[0] <= LARGEST_DRIFT, largest.head()


def test_shipped_block_is_what_the_search_finds(tmp_path, monkeypatch):
    models = tmp_path / "models"
    shutil.copytree(catalog.models_directory(), models)
    source = models / "er_zinc_redox.ant"
    shipped = read_rest(source.read_text())
    # Start the search elsewhere: a cell poor in glutathione and full of misfolded protein.
    text = source.read_text().splitlines()
    disturbed = {"GSH_er": 8000.0, "GSSG_er": 500.0, "Misfolded": 5.0, "BiP": 20.0, "Zn_er": 1e-4, "PDI_oxidised": 20.0}
    lines = [
        next((f"  {n} = {v!r};" for n, v in disturbed.items() if line.startswith(f"  {n} = ")), line) for line in text
    ]
    source.write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(catalog, "model_source", lambda model: source)
    report = rest()
    assert report.residual <= LARGEST_RESIDUAL
    found = read_rest(source.read_text())
    names = list(shipped)
    np.testing.assert_allclose([found[n] for n in names], [shipped[n] for n in names], rtol=1e-6, atol=1e-12)


def test_damaged_block_is_left_alone(tmp_path, monkeypatch):
    models = tmp_path / "models"
    shutil.copytree(catalog.models_directory(), models)
    source = models / "er_zinc_redox.ant"
    damaged = source.read_text().replace("// --- end of resting state ---", "")
    source.write_text(damaged)
    monkeypatch.setattr(catalog, "model_source", lambda model: source)
    with pytest.raises(Exception, match="end of resting state"):
        rest()
    assert source.read_text() == damaged
