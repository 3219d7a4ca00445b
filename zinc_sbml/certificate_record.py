"""The kept certificate: what it says, and whether it still holds.

How it is made stands in `zinc_sbml.certificate`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zinc_sbml import catalog
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.markdown import table
from zinc_sbml.model import load_model
from zinc_sbml.scenarios import load_scenarios

__all__ = [
    "EngineSummary",
    "LARGEST_DEVIATION",
    "agreeing_engines",
    "certificate_table",
    "engine_summary",
    "inputs",
    "read_record",
    "record_path",
    "sha256",
    "stale_facts",
]

LARGEST_DEVIATION = 1e-6
"""Largest deviation, relative to the peak, at which two engines say the same."""


def record_path() -> Path:
    """Where the certificate of the shipped models is kept."""
    return catalog.data_root() / "validation" / "cross_engine.json"


def read_record(path: Path | None = None) -> dict[str, Any]:
    """Read the kept certificate.

    Raises
    ------
    InvalidInputError
        If there is none, or it cannot be read.
    """
    path = path or record_path()
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"cannot read the certificate {path}: {error.strerror}") from error
    except ValueError as error:
        raise InvalidInputError(f"{path} is not a JSON file: {error}") from error


@dataclass(frozen=True, kw_only=True)
class EngineSummary:
    """What an engine makes of all scenarios.

    Attributes
    ----------
    agree : int
        Scenarios that deviate by at most `LARGEST_DEVIATION`.
    scenarios : int
        Scenarios that were run.
    deviation : float
        Largest deviation relative to the peak; NaN if a scenario failed.
    where : str
        Scenario of the largest deviation, or that failed, with the readout or the reason.
    """

    agree: int
    scenarios: int
    deviation: float
    where: str


def engine_summary(results: Mapping[str, Mapping[str, Any]]) -> EngineSummary:
    """Count the scenarios of an engine that agree, and find the one that deviates most; a failure is the worst."""
    worst = max(results, key=lambda scenario: results[scenario].get("deviation", math.inf))
    return EngineSummary(
        agree=sum(result.get("deviation", math.inf) <= LARGEST_DEVIATION for result in results.values()),
        scenarios=len(results),
        deviation=results[worst].get("deviation", math.nan),
        where=f"{worst}: {results[worst].get('worst', results[worst].get('failure'))}",
    )


def certificate_table(record: Mapping[str, Any]) -> str:
    """The certificate in Markdown: for each engine how many scenarios agree and where it deviates most."""
    rows = []
    for name, engine in record["engines"].items():
        if not engine["ran"]:
            rows.append((engine["about"], engine["reads"], "", "", "not run", ""))
            continue
        found = engine_summary(engine["scenarios"])
        rows.append(
            (
                engine["about"],
                engine["reads"],
                ", ".join(f"{package} {number}" for package, number in engine["versions"].items()),
                f"{found.agree} of {found.scenarios}",
                f"{found.deviation:.1e}",
                f"{found.where} (`{name}`)",
            )
        )
    return table(("engine", "reads", "versions", "scenarios that agree", "largest deviation", "where"), rows)


def agreeing_engines() -> list[str]:
    """Names of the engines that the kept certificate shows to agree; none if it is missing or does not hold."""
    try:
        record = read_record()
    except InvalidInputError:
        return []
    return [] if stale_facts(record) else [name for name, engine in record["engines"].items() if engine["ran"]]


def stale_facts(record: Mapping[str, Any]) -> list[str]:
    """What of a kept certificate no longer holds.

    Returns
    -------
    list of str
        One line for each model or scenario that has changed since, each scenario that an engine did not run or on
        which it deviates too much; empty if the certificate holds.
    """
    found = []
    for kind, now in inputs().items():
        then = record.get(kind, {})
        found += [f"{kind[:-1]} {name} has changed" for name in now if then.get(name) != now[name]]
        found += [f"{kind[:-1]} {name} is gone" for name in then if name not in now]
    for name, engine in record.get("engines", {}).items():
        if not engine["ran"]:
            continue
        results = engine["scenarios"]
        found += [f"{name} did not run {scenario}" for scenario in load_scenarios() if scenario not in results]
        for scenario, result in results.items():
            # A missing number is no agreement.
            if not result.get("deviation", float("nan")) <= LARGEST_DEVIATION:
                found.append(f"{name} deviates on {scenario}: {result.get('failure') or result.get('deviation')}")
    if not any(engine["ran"] for engine in record.get("engines", {}).values()):
        found.append("no engine was run")
    return found


def inputs() -> dict[str, dict[str, str]]:
    """Hashes of what the exported files are made from: the mathematics of the models, and the scenarios."""
    return {
        "models": {name: load_model(name).mathematics_sha256 for name in catalog.model_ids()},
        "scenarios": {name: sha256(repr(one).encode()) for name, one in load_scenarios().items()},
    }


def sha256(content: bytes) -> str:
    """Hash of a content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
