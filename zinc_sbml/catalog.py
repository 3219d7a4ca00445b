"""Where the files lie that are shipped with the package.

Everything that needs a file of the project asks here, so that an installed wheel, an editable install and a
checkout behave the same.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from zinc_sbml.errors import UnknownIdError, ZincSbmlError

__all__ = [
    "DEFAULT_MODEL",
    "annotations_path",
    "calibration_directory",
    "composition_path",
    "data_root",
    "designs_path",
    "experiments_directory",
    "family_path",
    "findings_path",
    "hypotheses_path",
    "model_ids",
    "model_path",
    "model_source",
    "models_directory",
    "passports_path",
    "pathway_picture_path",
    "petab_directory",
    "rival_directory",
    "scenarios_path",
    "sensitivity_directory",
    "starts_path",
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


def petab_directory(model_id: str) -> Path:
    """Directory of the PEtab problem of a model."""
    return experiments_directory() / model_id


def composition_path() -> Path:
    """Table of what one molecule of each species holds (zinc, thiols, electrons)."""
    return models_directory() / "composition.tsv"


def annotations_path() -> Path:
    """Table of the accessions that stand in the models, each checked against public tables."""
    return data_root() / "validation" / "annotations.tsv"


def findings_path() -> Path:
    """Register of the published statements the model is judged by."""
    return data_root() / "validation" / "findings.toml"


def hypotheses_path() -> Path:
    """Register of the competing explanations."""
    return data_root() / "validation" / "hypotheses.toml"


def designs_path() -> Path:
    """Lists of what can be done to cells and read from them."""
    return data_root() / "validation" / "designs.toml"


def calibration_directory() -> Path:
    """Directory of what screening, fit and profiles gave."""
    return data_root() / "validation" / "calibration"


def sensitivity_directory() -> Path:
    """Directory of the tables that tell which finding constrains which parameter."""
    return data_root() / "validation" / "sensitivity"


def rival_directory(hypothesis_id: str = "") -> Path:
    """Directory of the rival hypotheses, or of what calibration gave for one of them."""
    return data_root() / "validation" / "hypotheses" / hypothesis_id


def pathway_picture_path() -> Path:
    """Picture of the pathway, drawn by hand for people; an installation may lack it."""
    return data_root() / "docs" / "pictures" / "pathway.svg"


def starts_path(rival: str | None = None) -> Path:
    """Table of the ends of the fits, of the shipped hypothesis or of a rival."""
    return (rival_directory(rival) if rival else calibration_directory()) / "starts.tsv"


def family_path(rival: str | None = None) -> Path:
    """Table of the plausible cells and of what each of them gives, of the shipped hypothesis or of a rival."""
    return (rival_directory(rival) if rival else data_root() / "validation" / "plausible") / "family.tsv"


def model_ids() -> tuple[str, ...]:
    """Ids of the shipped models, the cell first."""
    directory = models_directory()
    return _ids_in(directory, directory.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _ids_in(directory: Path, _modified: int) -> tuple[str, ...]:
    ids = sorted(path.stem for path in directory.glob("*.xml"))
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
