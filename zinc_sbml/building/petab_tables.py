"""The PEtab tables that follow from a model: what can be observed in it, and what may be fitted, with priors.

Scenarios (conditions, experiments) and measurements are written by hand; these two tables are made, so that a readout
or a range never stands in two places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["observables_table", "parameters_table"]

_OBSERVABLES = ("observableId", "observableFormula", "noiseFormula", "noiseDistribution", "noisePlaceholders")
_PARAMETERS = (
    "parameterId", "lowerBound", "upperBound", "nominalValue", "estimate", "priorDistribution", "priorParameters",
)  # fmt: skip


def observables_table(passports: pd.DataFrame, model: str, species: list[str]) -> str:
    """Observable table of PEtab v2: one observable per readout and per species that reactions change.

    Parameters
    ----------
    passports : pandas.DataFrame
        Table of `passport_table`.
    model : str
        Id of the model.
    species : list of str
        Ids of its species that reactions change.

    Returns
    -------
    str
        Tab-separated text. Each measurement brings its own noise (a standard deviation), as each comes from
        another source.
    """
    rows = _rows(passports, model)
    lines = ["\t".join(_OBSERVABLES)]
    for name in [*rows[rows["role"] == "readout"]["id"], *species]:
        noise = f"noise_{name}"
        lines.append("\t".join((f"obs_{name}", name, noise, "normal", noise)))
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
        Tab-separated text. Priors are log-uniform, or uniform where the range reaches zero or below. A parameter
        whose process is switched off in this model (value 0 outside its range) is left out.
    """
    rows = _rows(passports, model)
    lines = ["\t".join(_PARAMETERS)]
    for row in rows[rows["role"] == "parameter"].itertuples():
        if not row.lower <= row.value <= row.upper:
            continue
        distribution = "log-uniform" if row.lower > 0 else "uniform"
        bounds = (repr(float(row.lower)), repr(float(row.upper)))
        lines.append(
            "\t".join((row.id, *bounds, repr(float(row.value)), "true", distribution, ";".join(bounds)))
        )
    return "\n".join(lines) + "\n"


def _rows(passports: pd.DataFrame, model: str) -> pd.DataFrame:
    return passports[[model in models.split(", ") for models in passports["models"]]]
