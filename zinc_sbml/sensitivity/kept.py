"""The tables that are kept: findings by parameters, and what constrains each parameter."""

from __future__ import annotations

import math
from pathlib import Path

from zinc_sbml import catalog
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.sensitivity.constraints import FindingSensitivities, parameter_summary
from zinc_sbml.table_text import read_rows, to_text

__all__ = ["disagreements", "findings_path", "tables"]

# Effects hold two decimals; another processor rounds differently.
AGREEMENT = 0.02
RELATIVE_AGREEMENT = 0.01

_HEAD = ("target", "finding", "measured_in", "value", "unit_size")


def findings_path() -> Path:
    """Table of targets by parameters."""
    return catalog.sensitivity_directory() / "findings.tsv"


def tables(found: FindingSensitivities) -> dict[Path, str]:
    """Text of each kept file."""
    return {
        findings_path(): _findings_text(found),
        catalog.sensitivity_directory() / "parameters.tsv": to_text(parameter_summary(found)),
    }


def disagreements(found: FindingSensitivities) -> list[str]:
    """Tell, a line each, where the kept table of findings says something else than what was found now.

    Parameters
    ----------
    found : FindingSensitivities
        Of all parameters of the table, or of some.

    Raises
    ------
    InvalidInputError
        If there is no such table.
    """
    kept = {row["target"]: row for row in read_rows(findings_path())}
    made = [line.split("\t") for line in _findings_text(found).splitlines()]
    if not kept:
        raise InvalidInputError(f"{findings_path()} holds no target")
    header, rows = made[0], made[1:]
    lines = [f"{name}: in the table, not among the findings" for name in kept if name not in {row[0] for row in rows}]
    for row in rows:
        old = kept.get(row[0])
        if old is None:
            lines.append(f"{row[0]}: not in the table")
            continue
        lines += [
            f"{row[0]}, {name}: {new or 'nothing'} now, {old.get(name) or 'nothing'} in the table"
            for name, new in zip(header, row, strict=True)
            if not _same(new, old.get(name, ""))
        ]
    return lines


def _findings_text(found: FindingSensitivities) -> str:
    """Effects with two decimals; empty where a number is not defined or the two steps disagree."""
    names = [str(name) for name in found.effects.columns]
    lines = ["\t".join((*_HEAD, *names))]
    effects, agrees = found.effects.to_numpy(), found.agrees.to_numpy()
    for number, target in enumerate(found.targets.reset_index().to_dict(orient="records")):
        head = [f"{target[name]:.4g}" if isinstance(target[name], float) else str(target[name]) for name in _HEAD]
        cells = [_decimals(value) if sure else "" for value, sure in zip(effects[number], agrees[number], strict=True)]
        lines.append("\t".join((*head, *cells)))
    return "\n".join(lines) + "\n"


def _decimals(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=RELATIVE_AGREEMENT, abs_tol=AGREEMENT)
    except ValueError:
        return False
