"""The calibration problem of a model as a folder: PEtab version 2 with its SBML beside it."""

from __future__ import annotations

import re

from zinc_sbml.catalog import model_ids, petab_directory
from zinc_sbml.errors import UnknownIdError
from zinc_sbml.model import load_model

__all__ = ["petab_files"]

_LOCATION = re.compile(r"(?m)^(\s+location:) .*$")


def petab_files(model_id: str, location: str = "") -> dict[str, str]:
    """Files of the PEtab problem of a shipped model.

    Parameters
    ----------
    model_id : str
        Id of the model.
    location : str, optional
        Where the SBML lies, from ``problem.yaml``; by default it is one of the files.

    Returns
    -------
    dict of str to str
        Text by file name. ``measurement_sources.tsv``, where each measurement comes from, is no part of PEtab.

    Raises
    ------
    UnknownIdError
        If no such model is shipped.
    """
    if model_id not in model_ids():
        raise UnknownIdError("model with a PEtab problem", model_id, model_ids())
    folder = petab_directory(model_id)
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.is_file()}
    if not location:
        location = f"{model_id}.xml"
        files[location] = load_model(model_id).sbml
    files["problem.yaml"] = _LOCATION.sub(rf"\1 {location}", files["problem.yaml"])
    return files
