"""Every export, made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.engines import Run
from zinc_sbml.exchange import Export
from zinc_sbml.model import Model

NAMES = {
    "sbml": "model.xml",
    "antimony": "model.ant",
    "sedml": "sedml",
    "omex": "all.omex",
    "petab": "problem",
    "copasi": "model.cps",
    "layout": "drawn.xml",
    "diagram": "network.svg",
    "sbgn": "network.sbgn",
    "biomodels": "submission",
}

Exported = Callable[[str], Export]


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A function from a format to its export with no options; each lies alone in a folder."""
    done: dict[str, Export] = {}

    def export(format: str) -> Export:
        if format not in done:
            done[format] = zs.export(format, tmp_path_factory.mktemp(format) / NAMES[format])
        return done[format]

    return export


@pytest.fixture(scope="session")
def archive(exported: Exported) -> Path:
    """The COMBINE archive."""
    return exported("omex").path


@pytest.fixture(scope="session")
def submission(exported: Exported) -> Path:
    """The folder for BioModels."""
    return exported("biomodels").path


Course = Mapping[str, np.ndarray]


@pytest.fixture
def run_in_copasi(tmp_path: Path, copasi: ModuleType) -> Callable[[str, Run], Course]:
    """A function that runs the text of an SBML in COPASI, which reads it by itself."""
    from zinc_sbml.engines.copasi import prepare_lsoda

    def run(sbml: str, one: Run) -> Course:
        (tmp_path / f"{one.scenario}.xml").write_text(sbml, encoding="utf-8")
        return prepare_lsoda(tmp_path, [one])(one)

    return run


# Peak deviation between two solvers at tight tolerances; double precision and LSODA leave about 1e-8.
AGREE = 1e-6


@pytest.fixture
def deviation(run_in_copasi: Callable[[str, Run], Course]) -> Callable[[str, zs.Scenario, Model], float]:
    """A function that compares a text in COPASI with a scenario as we simulate it: largest difference over the peak."""

    def compare(sbml: str, scenario: zs.Scenario, model: Model) -> float:
        columns = tuple(name for name, one in model.quantities.items() if one.role in ("species", "readout"))
        run = Run(scenario=scenario.id, model=model.id, duration=scenario.duration, steps=60, columns=columns)
        theirs = run_in_copasi(sbml, run)
        ours = zs.simulate(
            scenario,
            model=model,
            times=run.times(),
            readouts=columns,
            tolerances=zs.Tolerances(relative=1e-10, absolute=1e-16),
        ).frame
        # A row at the time of a change shows what is before it here, and after it there.
        changes = [period.start for period in scenario.periods]
        rows = ~np.isin(run.times(), changes)
        assert rows.sum() > 50
        found = [
            np.abs(theirs[name] - ours[name].to_numpy())[rows].max() / max(np.abs(theirs[name]).max(), 1e-12)
            for name in columns
        ]
        return float(max(found))

    return compare
