"""The PEtab tables that follow from a model: what can be observed in it, and what may be fitted, with priors.

Scenarios (conditions, experiments) and measurements are written by hand; these two tables are made, so that a readout
or a range never stands in two places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zinc_sbml.building.compile import CompiledSource
from zinc_sbml.building.libsbml_tools import read_document

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["observables_table", "parameters_table"]

_OBSERVABLES = ("observableId", "observableFormula", "noiseFormula", "noiseDistribution", "noisePlaceholders")
_POTENTIAL = "mV"

# A parameter is fitted if its passport says so with its first word.
_FITTED = "Fitted"

_PARAMETERS = (
    "parameterId", "lowerBound", "upperBound", "nominalValue", "estimate", "priorDistribution", "priorParameters",
)  # fmt: skip


def observables_table(passports: pd.DataFrame, source: CompiledSource) -> str:
    """Observable table of PEtab v2: one observable per readout and per species that reactions change.

    Parameters
    ----------
    passports : pandas.DataFrame
        Table of `passport_table`.
    source : CompiledSource
        The model.

    Returns
    -------
    str
        Tab-separated text. Each measurement brings its own noise, as each comes from another source: the standard
        deviation of the logarithm, or of the value itself for potentials, which have no logarithm.
    """
    model = read_document(source.sbml, source.path).getModel()
    species = [one.getId() for one in model.getListOfSpecies() if not one.getBoundaryCondition()]
    readouts = [row["id"] for row in _rows(passports, source.model_id, "readout")]
    potentials = {row["id"] for row in _rows(passports, source.model_id, "readout") if row["unit"] == _POTENTIAL}
    lines = ["\t".join(_OBSERVABLES)]
    for name in [*readouts, *species]:
        distribution = "normal" if name in potentials else "log-normal"
        lines.append("\t".join((f"obs_{name}", name, f"noise_{name}", distribution, f"noise_{name}")))
    return "\n".join(lines) + "\n"


def parameters_table(passports: pd.DataFrame, model: str) -> str:
    """Parameter table of PEtab v2: every ordinary parameter with its range as prior.

    Parameters
    ----------
    passports : pandas.DataFrame
        Table of `passport_table`.
    model : str
        Id of the model.

    Returns
    -------
    str
        Tab-separated text. Priors are log-uniform, or uniform where the range reaches zero or below; what is estimated
        are the parameters whose passports begin with "Fitted". A parameter whose process is switched off in this model
        (value 0 outside its range) is left out.
    """
    lines = ["\t".join(_PARAMETERS)]
    for row in _rows(passports, model, "parameter"):
        lower, value, upper = (float(row[name]) for name in ("lower", "value", "upper"))
        if lower <= value <= upper:
            prior = "log-uniform" if lower > 0 else "uniform"
            estimate = str(row["notes"].startswith(_FITTED)).lower()
            lines.append(
                "\t".join((row["id"], repr(lower), repr(upper), repr(value), estimate, prior, f"{lower!r};{upper!r}"))
            )
    return "\n".join(lines) + "\n"


def _rows(passports: pd.DataFrame, model: str, role: str) -> list[dict[str, Any]]:
    return [
        row for row in passports.to_dict(orient="records") if row["role"] == role and model in row["models"].split()
    ]
