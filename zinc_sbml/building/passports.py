"""Passports: where each number comes from and how far it may move.

The passport of a parameter stands beside its value in the Antimony source. `passport_table` collects them
into one table, which is committed and serves the model tables and the priors; `check_passports` says which
are incomplete. A parameter without a passport stops the build.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zinc_sbml.building.antimony_text import targets
from zinc_sbml.building.compile import CompiledSource
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import notes_text, read_document, resources
from zinc_sbml.building.roles import role_of, ruled_ids, without_role_word

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "EVIDENCE", "check_passports", "passport_table", "write_table"]

EVIDENCE = MappingProxyType(
    {
        "ECO:0000314": "measured",
        "ECO:0000304": "author statement with reference",
        "ECO:0000303": "author statement",
        "ECO:0000305": "derived, fitted or assumed",
        "ECO:0000307": "no evidence found",
    }
)
"""Kinds of evidence (Evidence and Conclusion Ontology) and how we call them."""

_SET_TO_ZERO = re.compile(r"=\s*0(?:\.0*)?\s*$")

COLUMNS = (
    "id",
    "name",
    "models",
    "module",
    "value",
    "unit",
    "lower",
    "upper",
    "evidence",
    "evidence_word",
    "source",
    "sbo",
    "role",
    "notes",
)
"""Columns of the passport table, in order."""


def _evidence(parameter: Any) -> str:
    """Known kind of evidence of a parameter, as an ECO id; empty if there is none."""
    terms = [uri.rsplit("/", 1)[-1] for uri in resources(parameter).get("hasProperty", ())]
    known = [term for term in terms if term in EVIDENCE]
    return known[0] if known else ""


def _passports(source: CompiledSource) -> Iterator[dict[str, Any]]:
    document = read_document(source.sbml, source.path)
    model = document.getModel()
    for parameter in model.getListOfParameters():
        element = parameter.getId()
        evidence = _evidence(parameter)
        lower, upper = source.ranges.get(element, (math.nan, math.nan))
        yield {
            "id": element,
            "name": parameter.getName(),
            "models": source.model_id,
            "module": source.module_of(element) or "top",
            "value": parameter.getValue() if parameter.isSetValue() else math.nan,
            "unit": parameter.getUnits(),
            "lower": lower,
            "upper": upper,
            "evidence": evidence,
            "evidence_word": EVIDENCE.get(evidence, ""),
            "source": " ".join(resources(parameter).get("isDescribedBy", ())),
            "sbo": parameter.getSBOTermID(),
            "role": role_of(parameter),
            "notes": without_role_word(notes_text(parameter)),
        }


def passport_table(sources: Iterable[CompiledSource]) -> pd.DataFrame:
    """Passports of all parameters of the models.

    Parameters
    ----------
    sources : iterable of CompiledSource
        The models, from `read_source`.

    Returns
    -------
    pandas.DataFrame
        One row per parameter with the columns `COLUMNS`, sorted by id. ``value``, ``lower`` and ``upper`` are
        in ``unit``, NaN where there is none (rules have no value). Models that agree share a row, and
        ``models`` lists them with spaces between; a parameter that differs has one row for each variant.
    """
    import pandas as pd

    merged: dict[str, dict[str, Any]] = {}
    for source in sorted(sources, key=lambda one: one.model_id):
        for row in _passports(source):
            # repr, because NaN is not equal to itself.
            variant = repr([row[column] for column in COLUMNS if column != "models"])
            if variant in merged:
                merged[variant]["models"] += f" {source.model_id}"
            else:
                merged[variant] = row
    rows = list(merged.values())
    rows.sort(key=lambda row: (row["id"].lower(), row["id"], row["models"]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_table(table: pd.DataFrame) -> str:
    """Text of a passport table: tab-separated, numbers with the shortest digits that read back the same."""
    lines = ["\t".join(table.columns)]
    for row in table.itertuples(index=False):
        cells = ["" if isinstance(cell, float) and math.isnan(cell) else _cell(cell) for cell in row]
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def _cell(cell: object) -> str:
    return repr(cell) if isinstance(cell, float) else str(cell).replace("\t", " ")


def _switched_off(source: CompiledSource) -> frozenset[str]:
    """Parameters of modules that the top model sets to 0 by name: their process is left out of this model."""
    off: set[str] = set()
    for statement in source.statements:
        if statement.block != source.model_id or not _SET_TO_ZERO.search(statement.text):
            continue
        for kind, name in targets(statement):
            instance, _, symbol = name.partition(".")
            if kind == "value" and instance in source.instances:
                off.add(source.flattened_id(instance, symbol))
    return frozenset(off)


def _defects(row: dict[str, Any], ruled: bool, off: bool) -> Iterator[tuple[str, str]]:
    """Code and text of what is missing in one passport."""
    role = row["role"]
    from_rule = role in ("readout", "derived")
    if not row["notes"]:
        yield "ZP002", "has no notes"
    if ruled != from_rule:
        told = "its notes call it a result or helper" if from_rule else f"its notes make it a {role}"
        found = "a rule sets it" if ruled else "no rule sets it"
        yield "ZP006", f"has a contradictory role: {told}, and {found}"
    if ruled or from_rule:
        return
    if math.isnan(row["value"]):
        yield "ZP001", "has no value"
    if role == "reference":
        return
    if not row["evidence"]:
        yield "ZP003", f"has no kind of evidence (property, one of {', '.join(EVIDENCE)})"
    if role == "constant":
        return
    if math.isnan(row["lower"]) or math.isnan(row["upper"]):
        yield "ZP004", "has no range"
    elif not (row["lower"] < row["upper"] and (off or row["lower"] <= row["value"] <= row["upper"])):
        bounds = f"value {row['value']:g}, range {row['lower']:g} to {row['upper']:g}"
        yield "ZP005", f"contradicts itself: {bounds}"


def check_passports(source: CompiledSource) -> list[Issue]:
    """Find parameters whose passport is incomplete (ZP001 to ZP006).

    Ordinary parameters and inputs need value, notes, kind of evidence and range; physical constants the same
    but for the range; references a value and notes; readouts and derived parameters notes and a rule. Unit,
    name and SBO term, which every element needs, are looked at by `check_source`, sources by `check_sources`. A
    value outside its range is a defect, unless the top model switches the process off by setting a parameter of a
    module to 0.

    Parameters
    ----------
    source : CompiledSource
        The model, from `read_source`.
    """
    ruled = ruled_ids(read_document(source.sbml, source.path).getModel())
    off = _switched_off(source)
    issues: list[Issue] = []
    for row in _passports(source):
        for code, text in _defects(row, row["id"] in ruled, row["id"] in off):
            message = f"{row['role']} {row['id']!r} {text}"
            issue = Issue(
                severity="error",
                code=code,
                line=None,
                element=row["id"],
                message=message,
                category="passport",
            )
            issues.append(source.located(issue))
    return issues
