"""An explanation in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from zinc_sbml.quantities import duration_text

if TYPE_CHECKING:
    from zinc_sbml.sensitivity.explanation import Explanation

__all__ = ["paragraph"]

# A difference or ratio that is smaller than this is told as none.
_SMALL = 1e-3

# Processes that make up less than this part of all contributions are not told.
_MINOR = 0.1


def paragraph(found: Explanation) -> str:
    """Write one paragraph: the difference, what is behind it, and which processes make it, with their substrates."""
    unit = f" {found.unit}" if found.unit and found.unit != "fraction" else ""
    text = (
        f"{found.readout} after {duration_text(found.time)} is {found.value_a:.4g}{unit} in {found.a} and "
        f"{found.value_b:.4g}{unit} in {found.b}"
    )
    if abs(found.value_b - found.value_a) <= _SMALL * max(abs(found.value_a), abs(found.value_b)):
        return f"{text}: there is no difference to explain."
    text += f"{_times(found.value_b, found.value_a)}."
    if found.behind.empty:
        return f"{text} It depends on no species and no input that differs, so it cannot be decomposed."
    if found.pool_is_readout:
        members = ", ".join(found.pool)
        text += f" It is a sum over {members}." if len(found.pool) > 1 else f" It is made of {members} alone."
    else:
        text += " " + _behind(found)
        if not _follows(found):
            return f"{text} That is set from outside, so there are no fluxes to look at."
    return f"{text} {_fluxes(found)}"


def _behind(found: Explanation) -> str:
    difference = found.value_b - found.value_a
    told = [
        f"{name} ({row['contribution'] / difference:.0%} of the difference; "
        f"{row['value_a']:.3g} and {row['value_b']:.3g})"
        for name, row in found.behind.head(3).to_dict(orient="index").items()
        if abs(row["contribution"]) >= _MINOR / 2 * abs(difference)
    ]
    text = f"It is no sum of species, so it is traced to what it is computed from: {', '.join(told)}."
    if _follows(found):
        (name,) = found.pool
        text += f" Of these {name} is followed; it is {found.pool_a:.3g} and {found.pool_b:.3g}."
    return text


def _follows(found: Explanation) -> bool:
    """Whether a species is behind the readout that makes up for a part of the difference worth telling."""
    difference = found.value_b - found.value_a
    shares = found.behind["contribution"].to_dict()
    return any(abs(shares[name]) >= _MINOR / 2 * abs(difference) for name in found.pool)


def _fluxes(found: Explanation) -> str:
    if all(math.isnan(row["contribution_at_end"]) for row in _rows(found)):
        return _over_time(found)
    made, made_words = _side(found, "production")
    lost, lost_words = _side(found, "loss")
    text = f"At that time its production is {made:.3g} times that in {found.a}{made_words}"
    per_amount = lost / (found.pool_b / found.pool_a)
    text += f"; its loss per amount is {per_amount:.3g} times{lost_words}"
    if abs(found.not_settled) > _MINOR / 2 * abs(found.pool_b - found.pool_a):
        text += "; it is not settled yet, which makes up for the rest"
    return f"{text}."


def _side(found: Explanation, role: str) -> tuple[float, str]:
    """Ratio of all rates of a role, and the processes that move it."""
    rows = [row for row in _rows(found) if row["role"] == role]
    ratio = sum(row["rate_b"] for row in rows) / sum(row["rate_a"] for row in rows)
    sums = _by_process(rows, "contribution_at_end")
    all_ = sum(abs(row["contribution_at_end"]) for row in _rows(found)) + abs(found.not_settled)
    told = [
        f"{process} {total:+.3g}{_level_up([row for row in rows if row['process'] == process])}"
        for process, total in list(sums.items())[:2]
        if abs(total) >= _MINOR * all_
    ]
    return ratio, f" ({'; '.join(told)})" if told else ""


def _level_up(rows: list[dict[str, Any]]) -> str:
    """Whether the substrate or the rate per substrate has changed, in the reaction of a process that counts most."""
    leading = max(rows, key=lambda row: abs(row["contribution_at_end"]))
    if not leading["substrate"] or not math.isfinite(leading["per_substrate_ratio"]):
        return ""
    return (
        f", of it {leading['reaction']}: its substrate {leading['substrate']} is {leading['substrate_ratio']:.3g} "
        f"times, its rate per substrate {leading['per_substrate_ratio']:.3g} times"
    )


def _over_time(found: Explanation) -> str:
    if not found.adds_up_over_time:
        return "It turns over too fast to tell over time which fluxes make the difference, and is not settled."
    difference = found.pool_b - found.pool_a
    sums = _by_process(_rows(found), "contribution_over_time")
    told = [
        f"{process} {total:+.3g}" for process, total in list(sums.items())[:3] if abs(total) >= _MINOR * abs(difference)
    ]
    start = f", its start {found.start:+.3g}" if abs(found.start) >= _MINOR * abs(difference) else ""
    return f"What went through until then makes the difference of {difference:+.3g}: {', '.join(told)}{start}."


def _rows(found: Explanation) -> list[dict[str, Any]]:
    return found.fluxes.reset_index().to_dict(orient="records")


def _by_process(rows: list[dict[str, Any]], column: str) -> dict[str, float]:
    """Sums over the reactions of each process, the largest first."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["process"]] = sums.get(row["process"], 0.0) + row[column]
    return dict(sorted(sums.items(), key=lambda item: -abs(item[1])))


def _times(b: float, a: float) -> str:
    return f", {b / a:.3g} times as much" if a > 0 and b > 0 else ""
