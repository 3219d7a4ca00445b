"""Tables of what there is: models, scenarios, and the inputs, readouts and parameters of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zinc_sbml.catalog import DEFAULT_MODEL, model_ids
from zinc_sbml.model import load_model
from zinc_sbml.scenarios import load_scenarios

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["inputs", "list_models", "list_scenarios", "parameters", "readouts"]


def list_models() -> pd.DataFrame:
    """Models that are shipped.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``id``: ``name``, number of ``species``, ``reactions``, ``inputs`` and ``readouts``,
        ``path``.
    """
    import pandas as pd

    rows = []
    for model_id in model_ids():
        model = load_model(model_id)
        rows.append(
            {
                "id": model_id,
                "name": model.name,
                "species": len(model.species),
                "reactions": len(model.reactions),
                "inputs": len(model.inputs),
                "readouts": len(model.readouts),
                "path": str(model.path),
            }
        )
    columns = ["id", "name", "species", "reactions", "inputs", "readouts", "path"]
    return pd.DataFrame(rows, columns=columns).set_index("id")


def list_scenarios() -> pd.DataFrame:
    """Scenarios that are shipped.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``id``: ``title``, ``question``, ``model``, ``duration`` (s) and ``changes`` (in words).
    """
    import pandas as pd

    rows = [
        {
            "id": scenario.id,
            "title": scenario.title,
            "question": scenario.question,
            "model": scenario.model,
            "duration": scenario.duration,
            "changes": scenario.describe(),
        }
        for scenario in load_scenarios().values()
    ]
    return pd.DataFrame(rows, columns=["id", "title", "question", "model", "duration", "changes"]).set_index("id")


def inputs(model: str = DEFAULT_MODEL) -> pd.DataFrame:
    """Table the inputs of a model: what an experimenter can do to the cell.

    Parameters
    ----------
    model : str, optional
        Id of a shipped model, or a file (see `load_model`).

    Returns
    -------
    pandas.DataFrame
        Indexed by ``id``: ``name``, ``value`` (baseline, in ``unit``), ``unit``, ``lower`` and ``upper``
        (allowed domain), ``notes``.
    """
    return load_model(model).inputs


def readouts(model: str = DEFAULT_MODEL) -> pd.DataFrame:
    """Readouts of a model: what an experimenter can measure (see `inputs` for the parameters)."""
    return load_model(model).readouts


def parameters(model: str = DEFAULT_MODEL) -> pd.DataFrame:
    """Ordinary parameters of a model with their passports (see `inputs` for the parameters)."""
    return load_model(model).parameters
