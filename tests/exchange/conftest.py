"""Every export, made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import zinc_sbml as zs
from zinc_sbml.exchange import Export

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
