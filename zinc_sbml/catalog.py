"""What is shipped with the package, and where it lies.

Everything that needs a file of the project asks here, so that an installed wheel, an editable install and a
checkout behave the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.errors import UnknownIdError, ZincSbmlError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DEFAULT_MODEL",
    "composition_path",
    "data_root",
    "experiments_directory",
    "findings_path",
    "inputs",
    "list_models",
    "list_scenarios",
    "model_ids",
    "model_path",
    "model_source",
    "models_directory",
    "parameters",
    "passports_path",
    "readouts",
    "scenarios_path",
]

DEFAULT_MODEL = "er_zinc_redox"
"""Id of the model that is meant when none is named: the cell."""


@cache
def data_root() -> Path:
    """Directory that holds ``models/`` and ``validation/``.

    Returns
    -------
    pathlib.Path
        ``zinc_sbml/data`` in an installed wheel, otherwise the root of the repository.

    Raises
    ------
    ZincSbmlError
        If the data lie in neither place (a broken installation).
    """
    package = Path(__file__).resolve().parent
    for candidate in (package / "data", package.parent):
        if (candidate / "models").is_dir():
            return candidate
    raise ZincSbmlError(
        f"the models are missing from this installation: no models/ in {package / 'data'} or {package.parent}"
    )


def models_directory() -> Path:
    """Directory of the models: Antimony sources, compiled SBML and their tables."""
    return data_root() / "models"


def experiments_directory() -> Path:
    """Directory of the scenario tables: ``scenarios.tsv`` and one PEtab problem per model."""
    return models_directory() / "experiments"


def scenarios_path() -> Path:
    """Table of the shipped scenarios: id, title, question, model, duration."""
    return experiments_directory() / "scenarios.tsv"


def passports_path() -> Path:
    """Locate the generated table with one row per parameter: value, unit, range, kind of evidence, source."""
    return models_directory() / "passports.tsv"


def composition_path() -> Path:
    """Table of what one molecule of each species holds (zinc, thiols, electrons)."""
    return models_directory() / "composition.tsv"


def findings_path() -> Path:
    """Register of the published statements the model is judged by."""
    return data_root() / "validation" / "findings.toml"


def model_ids() -> tuple[str, ...]:
    """Ids of the shipped models, the cell first."""
    ids = sorted(path.stem for path in models_directory().glob("*.xml"))
    return tuple(sorted(ids, key=lambda model_id: model_id != DEFAULT_MODEL))


def model_path(model_id: str) -> Path:
    """Compiled SBML of a shipped model.

    Raises
    ------
    UnknownIdError
        If no such model is shipped.
    """
    path = models_directory() / f"{model_id}.xml"
    if model_id not in model_ids():
        raise UnknownIdError("model", model_id, model_ids())
    return path


def model_source(model_id: str) -> Path:
    """Antimony source of a shipped model.

    Raises
    ------
    UnknownIdError
        If no such source is shipped.
    """
    sources = {path.stem: path for path in sorted(models_directory().glob("*.ant"))}
    if model_id not in sources:
        raise UnknownIdError("model", model_id, sources)
    return sources[model_id]


def list_models() -> pd.DataFrame:
    """Models that are shipped.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``id``: ``name``, number of ``species``, ``reactions``, ``inputs`` and ``readouts``,
        ``path``.
    """
    import pandas as pd

    from zinc_sbml.model import load_model

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

    from zinc_sbml.scenarios import load_scenarios

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
    from zinc_sbml.model import load_model

    return load_model(model).inputs


def readouts(model: str = DEFAULT_MODEL) -> pd.DataFrame:
    """Readouts of a model: what an experimenter can measure (see `inputs` for the parameters)."""
    from zinc_sbml.model import load_model

    return load_model(model).readouts


def parameters(model: str = DEFAULT_MODEL) -> pd.DataFrame:
    """Ordinary parameters of a model with their passports (see `inputs` for the parameters)."""
    from zinc_sbml.model import load_model

    return load_model(model).parameters
