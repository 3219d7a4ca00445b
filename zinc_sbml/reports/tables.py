"""Tables of the report: parameters with their sources, the certificate, versions and hashes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zinc_sbml import catalog
from zinc_sbml.certificate_record import LARGEST_DEVIATION, read_record, record_path, stale_facts
from zinc_sbml.findings import load_family
from zinc_sbml.model import load_model
from zinc_sbml.provenance import versions
from zinc_sbml.result import Result

__all__ = ["Certificate", "EngineRow", "ParameterRow", "certificate", "origins", "parameter_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """One parameter and what is known of it.

    Attributes
    ----------
    id, name, unit, module, evidence, notes : str
        As in its passport; evidence in words.
    value, lower, upper : float
        In its unit; the bounds are those of the prior, NaN if there are none.
    plausible : tuple of float
        Ends of the middle 90 percent over the plausible cells; empty if it was not fitted.
    sources : tuple of str
        Addresses.
    """

    id: str
    name: str
    unit: str
    module: str
    evidence: str
    notes: str
    value: float
    lower: float
    upper: float
    plausible: tuple[float, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRow:
    """What one independent engine made of the shipped scenarios.

    Attributes
    ----------
    name, about, reads, versions : str
        The engine, what it is, what it reads, and versions of its software.
    ran : bool
        Whether it was run for the kept certificate.
    agree, scenarios : int
        Scenarios that agree, and all.
    deviation : float
        The largest one, relative to the peak; NaN if there is none.
    where : str
        Scenario and id of it.
    """

    name: str
    about: str
    reads: str
    versions: str
    ran: bool
    agree: int = 0
    scenarios: int = 0
    deviation: float = math.nan
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The kept certificate, and whether it holds for the models and scenarios of this report.

    Attributes
    ----------
    engines : tuple of EngineRow
        One for each.
    stale : tuple of str
        What no longer holds; empty if it holds.
    limit : float
        Largest deviation allowed, relative to the peak.
    """

    engines: tuple[EngineRow, ...]
    stale: tuple[str, ...]
    limit: float = LARGEST_DEVIATION


def parameter_rows() -> tuple[ParameterRow, ...]:
    """Parameters of the cell, in the order of the model."""
    fitted = load_family().parameters
    rows = []
    table: list[dict[str, Any]] = load_model(catalog.DEFAULT_MODEL).parameters.reset_index().to_dict(orient="records")
    for row in table:
        over = np.quantile(fitted[row["id"]], (0.05, 0.95)).tolist() if row["id"] in fitted else ()
        rows.append(
            ParameterRow(
                id=row["id"],
                name=row["name"],
                unit=row["unit"],
                module=row["module"].replace("_", " "),
                evidence=row["evidence_word"],
                notes=row["notes"],
                value=float(row["value"]),
                lower=float(row["lower"]),
                upper=float(row["upper"]),
                plausible=tuple(over),
                sources=tuple(row["source"].split()),
            )
        )
    return tuple(rows)


def certificate() -> Certificate:
    """Read the kept certificate.

    Raises
    ------
    InvalidInputError
        If there is none, or it cannot be read.
    """
    record = read_record()
    return Certificate(
        engines=tuple(_engine(name, one) for name, one in record["engines"].items()),
        stale=tuple(stale_facts(record)),
    )


def _engine(name: str, record: dict[str, Any]) -> EngineRow:
    packages = ", ".join(f"{package} {number}" for package, number in record.get("versions", {}).items())
    row = {"name": name, "about": record["about"], "reads": record["reads"], "versions": packages}
    if not record["ran"]:
        return EngineRow(**row, ran=False)
    deviations = {scenario: one.get("deviation", math.inf) for scenario, one in record["scenarios"].items()}
    worst = max(deviations, key=lambda scenario: deviations[scenario])
    return EngineRow(
        **row,
        ran=True,
        agree=sum(deviation <= LARGEST_DEVIATION for deviation in deviations.values()),
        scenarios=len(deviations),
        deviation=deviations[worst],
        where=f"{worst}: {record['scenarios'][worst].get('worst') or record['scenarios'][worst].get('failure', '')}",
    )


def origins(
    results: Sequence[Result], register: str | Path | None = None, ensembles: Iterable[Path] = ()
) -> list[tuple[str, str]]:
    """What the numbers of the report were made from: versions, tolerances and hashes, in words and values.

    Parameters
    ----------
    results : sequence of Result
        The runs.
    register : path, optional
        Of the findings; the shipped one by default.
    ensembles : iterable of pathlib.Path
        Files of the ensembles that are shown.
    """
    ids = dict.fromkeys(str(result.provenance["model"]) for result in results)
    hashes = {str(result.provenance["model"]): str(result.provenance["sha256"]) for result in results}
    tolerances = dict.fromkeys(
        (result.provenance["relative_tolerance"], result.provenance["absolute_tolerance"]) for result in results
    )
    files = {
        "register of findings": Path(register) if register else catalog.findings_path(),
        "family of plausible cells": catalog.family_path(),
        "scenarios": catalog.scenarios_path(),
        "passports of the parameters": catalog.passports_path(),
        "certificate": record_path(),
        **{f"ensemble in {path.resolve().parent.name}": path for path in ensembles},
    }
    return [
        *((f"version of {name}", number) for name, number in versions().items()),
        *(("tolerances of the solver", f"{relative:g} relative, {absolute:g} absolute")
          for relative, absolute in tolerances),
        *((f"SHA-256 of the SBML of {name}", hashes[name]) for name in ids),
        *((f"SHA-256 of the {words}", _file_hash(path)) for words, path in files.items()),
    ]  # fmt: skip


def _file_hash(path: Path) -> str:
    """SHA-256 of a file, which may be larger than the memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
