"""tellurium on the COMBINE archive: reads manifest and SED-ML, runs every task, collects every column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from zinc_sbml.engines import ARCHIVE, Course, Run
from zinc_sbml.exchange.sedml import data_id

__all__ = ["prepare"]


def prepare(folder: Path, runs: Sequence[Run]) -> Callable[[Run], Course]:
    """Execute the archive once; each run then takes its columns."""
    import matplotlib

    matplotlib.use("Agg")
    from tellurium.sedml.tesedml import executeCombineArchive

    # Plots would be drawn for every scenario; tables are what is compared.
    [result] = executeCombineArchive(str(folder / ARCHIVE), createOutputs=False).values()
    data = result["dataGenerators"]

    def run_one(run: Run) -> Course:
        return {name: np.ravel(np.asarray(data[data_id(run.scenario, name)], dtype=float)) for name in run.columns}

    return run_one
