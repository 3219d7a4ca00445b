"""The resting state of the shipped cell: found once, written into its Antimony source, checked ever after.

A build only copies it, because the last digits of an integrator differ between versions and processors. What can be
checked everywhere is that nothing moves: the residual of the shipped state, and how far anything drifts in a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml import catalog
from zinc_sbml.engine import DEFAULT_TOLERANCES, engine_for
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.model import load_model
from zinc_sbml.scenarios import load_scenarios
from zinc_sbml.simulation import default_readouts, resting_state, simulate

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LARGEST_DRIFT", "LARGEST_RESIDUAL", "RestReport", "drift", "residual", "rest"]

# Largest rate of change of any species of the shipped state, relative to its concentration (1/s). 24 h of it are 1e-5,
# a tenth of the drift that is allowed; the search itself stops below 1e-10.
LARGEST_RESIDUAL = 1e-10

# Largest drift of any species or readout in 24 h at baseline, relative to its peak over all scenarios.
LARGEST_DRIFT = 1e-4

_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RestReport:
    """A resting state that was found and written.

    Attributes
    ----------
    model : str
        Id of the model.
    path : pathlib.Path
        The Antimony file whose block was rewritten.
    residual : float
        Largest relative rate of change, 1/s.
    horizon : float
        Simulated time until the search ended, s.
    moved : float
        Largest relative change of a value of the block.
    """

    model: str
    path: Path
    residual: float
    horizon: float
    moved: float


def rest(model: str = catalog.DEFAULT_MODEL) -> RestReport:
    """Find the resting state of a shipped model and rewrite the block in its Antimony file.

    The SBML is stale afterwards until the next build.

    Parameters
    ----------
    model : str, optional
        Id of a model with a block.

    Returns
    -------
    RestReport
        What was found.

    Raises
    ------
    ModelBuildError
        If the source does not compile, or its block is damaged; nothing is written then.
    SimulationError
        If no resting state is found.
    """
    from zinc_sbml.building import read_rest, write_rest

    source = catalog.model_source(model)
    state, references = resting_state(load_model(source))
    before = read_rest(source.read_text(encoding="utf-8"))
    found = {**state.concentrations, **references}
    # Of two forms of one pool only one stands in the block; the other follows from the total.
    # A concentration below the absolute tolerance is nothing but the tail of a decay.
    zero = DEFAULT_TOLERANCES.absolute
    values = {name: found[name] if abs(found[name]) > zero else 0.0 for name in before if name in found}
    write_rest(source, values)
    moved = max(
        (
            abs(values[name] - old) / max(abs(old), abs(values[name]))
            for name, old in before.items()
            if values[name] != old
        ),
        default=0.0,
    )
    return RestReport(model=model, path=source, residual=state.residual, horizon=state.horizon, moved=moved)


def residual(model: str | Path = catalog.DEFAULT_MODEL) -> tuple[str, float]:
    """Largest relative rate of change of the initial state of a model.

    Returns
    -------
    species : str
        The species that changes most.
    rate : float
        Its rate of change over its concentration, 1/s.
    """
    engine = engine_for(load_model(model))
    with engine.lock:
        engine.fresh({})
        rates = engine.relative_rates()
    species = max(rates, key=lambda name: rates[name])
    return species, rates[species]


def drift(model: str = catalog.DEFAULT_MODEL, scenarios: Iterable[str] | None = None) -> pd.Series:
    """How far each species and readout drifts in 24 h at baseline, relative to its peak over all scenarios.

    Parameters
    ----------
    model : str, optional
        A shipped model.
    scenarios : iterable of str, optional
        Ids of the scenarios for the peaks; all of the model by default.

    Returns
    -------
    pandas.Series
        Drift by id, largest first.
    """
    import pandas as pd

    shipped = load_model(model)
    chosen = [item for item in load_scenarios().values() if item.model == model]
    if scenarios is not None:
        wanted = set(scenarios)
        chosen = [item for item in chosen if item.id in wanted]
    if not chosen:
        raise InvalidInputError(f"no scenario of model {model} to take peaks from")
    names = default_readouts(shipped)
    peak = np.max([np.abs(simulate(item, model=shipped).values).max(axis=0) for item in chosen], axis=0)
    course = simulate("baseline", model=shipped, duration=_DAY).values
    moved = np.abs(course - course[0]).max(axis=0)
    # What is zero in every scenario does not drift.
    relative = np.divide(moved, peak, out=np.zeros_like(moved), where=peak > 0)
    return pd.Series(relative, index=list(names), name="drift").sort_values(ascending=False)
