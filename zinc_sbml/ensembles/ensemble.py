"""Run an ensemble: the one call that puts samples, workers and the file together."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.ensembles.cells import question
from zinc_sbml.ensembles.execution import run_blocks
from zinc_sbml.ensembles.result import Ensemble, load_ensemble
from zinc_sbml.ensembles.samples import BLOCK, samples_of
from zinc_sbml.ensembles.store import Store, record_of
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.extras import need
from zinc_sbml.model import Model, load_model
from zinc_sbml.processes import usable_processors
from zinc_sbml.scenarios import Scenario, load_scenario
from zinc_sbml.simulation import default_readouts

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

__all__ = ["ensemble"]

# Below this many cells workers cost more than they save: starting them takes as long as running these.
_WORTH_WORKERS = 4 * BLOCK


def ensemble(
    scenario: str | Scenario,
    n: int | None = None,
    *,
    seed: int = 0,
    parameters: str | Path | pd.DataFrame | Mapping[str, Iterable[float]] | Iterable[str] = "plausible",
    readouts: Iterable[str] | None = None,
    times: Iterable[float] | None = None,
    path: str | Path | None = None,
    processes: int | None = None,
    client: Client | None = None,
    model: str | Path | Model | None = None,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
    progress: Callable[[int, int], None] | None = None,
) -> Ensemble:
    """Run a scenario on many cells.

    Each cell comes to its own rest first, and its folds are relative to that rest. The numbers are the same, bit for
    bit, on one process, several, or a cluster of the same processors and library versions. A run that was stopped goes
    on when it is called again with the same arguments and `path`, and ends with the same file.

    Parameters
    ----------
    scenario : str or Scenario
        Id of a shipped scenario, or one of your own.
    n : int, optional
        Number of cells; needed for priors. All plausible cells, or all rows of a table, by default.
    seed : int, optional
        Of the draws, or of the choice of n plausible cells.
    parameters : optional
        ``"plausible"`` (default): the family of plausible cells. ``"prior"``: every parameter over its range. A list
        of ids: these over their ranges. A DataFrame, a mapping of columns, or a file (CSV, TSV, Parquet): these cells.
    readouts : iterable of str, optional
        What to read; all readouts of the model by default.
    times : iterable of float, optional
        When, in seconds; the end of the scenario by default.
    path : path, optional
        Folder of the run; a temporary one by default, which is not removed.
    processes : int, optional
        Worker processes of this machine; one for few cells, otherwise as many as there are processors.
    client : distributed.Client, optional
        A Dask cluster, instead of processes of this machine.
    model : str, path or Model, optional
        The scenario's by default.
    tolerances : Tolerances, optional
        Tolerances of the solver.
    progress : callable, optional
        Told the number of cells that are done, and of all.

    Returns
    -------
    Ensemble
        Reads from its file what it is asked for. Cells that failed are in `Ensemble.failed`.

    Raises
    ------
    UnknownIdError
        If the scenario, the model, a parameter or a readout does not exist.
    InvalidInputError
        If a value makes no sense, a parameter has no range, or the folder holds another run.
    LostWorkersError
        If workers die again and again on one block.
    """
    need("an ensemble", "pyarrow")
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    if not isinstance(scenario, Scenario):
        raise InvalidInputError(f"scenario: {scenario!r}, expected the id of a scenario or a Scenario")
    if client is not None and not hasattr(client, "scatter"):
        raise InvalidInputError(f"client: {client!r}, expected a distributed.Client, such as Client({client!r})")
    loaded = model if isinstance(model, Model) else load_model(model or scenario.model)
    samples = samples_of(parameters, loaded, n=n, seed=seed)
    asked = question(
        scenario,
        parameters=samples.names,
        readouts=default_readouts(loaded) if readouts is None else readouts,
        times=times,
        model=loaded,
        tolerances=tolerances,
    )
    if processes is None:
        processes = 1 if samples.size < _WORTH_WORKERS else usable_processors()
    if isinstance(processes, bool) or not isinstance(processes, int) or processes < 1:
        raise InvalidInputError(f"processes: {processes!r}, expected a number from 1 on")
    folder = Path(tempfile.mkdtemp(prefix="zinc_sbml_ensemble_")) if path is None else Path(path)
    store = Store(folder, record_of(asked, samples))
    missing = store.missing()
    sizes = {number: min(BLOCK, samples.size - number * BLOCK) for number in missing}
    done = samples.size - sum(sizes.values())
    if progress is not None:
        progress(done, samples.size)
    for part in run_blocks(asked, samples, missing, processes=processes, client=client):
        store.add(part)
        done += sizes[part.block]
        if progress is not None:
            progress(done, samples.size)
    return load_ensemble(store.finish())
