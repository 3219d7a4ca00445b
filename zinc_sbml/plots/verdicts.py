"""Findings as a chart: where the model stands against each criterion, and in how many plausible cells it holds."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.plots.files import check_picture_target, save_picture
from zinc_sbml.plots.style import LABEL, MUTED, SMALL, TEXT, TITLE, VERDICT_COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from zinc_sbml.findings.compare import Check, Comparison, Verdict
    from zinc_sbml.findings.family import FamilyCheck, FamilyComparison, FamilyVerdict
    from zinc_sbml.findings.register import Criterion

__all__ = ["findings_chart"]

# The scale ends at this factor from the criterion, either way: further away, how far no longer matters.
REACH = 100.0

WIDTH, ROW_HEIGHT = 11.5, 0.25  # inches
# Letters of a statement and of the list of what is out of scope that fit in a line.
STATEMENT_LETTERS, NOTE_LETTERS = 88, 205
SHORT_ID = 3
BAND = "#cfe3d4"
# What a finding was used for, as the table of the findings says it.
_USED = {"none": "", "data": " (data)", "penalty": " (fitted)"}
_ORDER = ("missed", "divided", "reproduced")

_HOW = (
    "Each number is divided by the bound that it must keep (of a range: by its geometric middle), so 1 is the bound; "
    "signs are left out where the number and the bound are negative. Shaded: what the criterion allows. "
    "Dot: shipped cell, open where it fails; triangle: beyond a factor of {reach:g}, or of the other sign. {cells}"
    "Of several criteria of a finding, the one is shown that the shipped cell fails, or else the one {which}."
)


_CELLS = "Line: middle 90 % of the plausible cells, tick: their median; at the edge of the scale both go on beyond it. "


def findings_chart(
    comparison: Comparison, shares: FamilyComparison | None = None, *, path: str | Path | None = None
) -> Figure:
    """Draw the findings as dots and intervals against their criteria, misses first.

    Parameters
    ----------
    comparison : Comparison
        Verdicts of the shipped cell (or another one), from `zinc_sbml.compare`.
    shares : FamilyComparison, optional
        Of the same register over the plausible cells, from `zinc_sbml.compare_plausible`: adds the middle 90 percent of
        the cells to each row, and a second panel with the share of cells that meet the finding. The verdicts are then
        those over the cells.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix. The same verdicts give the same bytes.

    Returns
    -------
    matplotlib.figure.Figure
        One axes with a row for each finding in scope, and one with shares if they are given.

    Raises
    ------
    InvalidInputError
        If no finding is in scope, `shares` is of another register, or the picture cannot be written.
    """
    target = None if path is None else check_picture_target(path)
    rows = _rows(comparison, shares)
    if not rows:
        raise InvalidInputError("the comparison has no finding with a criterion, so there is nothing to draw")
    outside = [verdict.finding.statement for verdict in comparison.verdicts if not verdict.checks]
    note = _HOW.format(
        reach=REACH,
        cells="" if shares is None else _CELLS,
        which="listed first in the register" if shares is None else "met by the fewest plausible cells",
    )
    notes = textwrap.wrap(note, NOTE_LETTERS)
    if outside:
        notes += textwrap.wrap(f"Out of scope, not in the model: {'; '.join(outside)}.", NOTE_LETTERS)
    headings = len({row.status for row in rows})
    height = ROW_HEIGHT * (len(rows) + headings) + 1.3 + 0.14 * len(notes)
    figure = new_figure(WIDTH, height)
    if shares is None:
        panel, right = figure.add_subplot(), None
    else:
        panel, right = figure.subplots(1, 2, width_ratios=(4, 1.2), sharey=True)
    places = _places(rows)
    for row, place in zip(rows, places, strict=True):
        _draw_row(panel, row, place)
        if right is not None:
            _draw_share(right, row, place)
    _finish(panel, rows, places)
    if right is not None:
        _finish_shares(right, shares)
    figure.suptitle("Findings against their criteria" + ("" if shares is None else f"; {shares.sets} plausible cells"),
                    fontsize=TITLE)  # fmt: skip
    figure.supxlabel("\n".join(notes), fontsize=SMALL, color=MUTED, ha="left", x=0.01)
    if target is not None:
        save_picture(figure, target)
    return figure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A finding with the criterion that is shown of it."""

    verdict: Verdict
    over: FamilyVerdict | None
    check: Check
    cells: FamilyCheck | None
    criterion: Criterion

    @property
    def status(self) -> str:
        return (self.verdict if self.over is None else self.over).status.value

    @property
    def colour(self) -> str:
        return VERDICT_COLOURS[self.status]


def _rows(comparison: Comparison, shares: FamilyComparison | None) -> list[_Row]:
    """Findings in scope, misses first, else in the order of the register."""
    over: Sequence[FamilyVerdict | None] = [None] * len(comparison.verdicts)
    if shares is not None:
        ids, others = ([one.finding.id for one in each.verdicts] for each in (comparison, shares))
        if ids != others:
            odd = next((one for one in [*ids, *others] if (one in ids) != (one in others)), "their order")
            raise InvalidInputError(f"comparison and shares are of different registers: they differ in {odd}")
        over = shares.verdicts
    rows = []
    for verdict, family in zip(comparison.verdicts, over, strict=True):
        if not verdict.checks:
            continue
        number = _shown(verdict, family)
        rows.append(
            _Row(
                verdict=verdict,
                over=family,
                check=verdict.checks[number],
                cells=family.checks[number] if family is not None else None,
                criterion=verdict.finding.criteria[number],
            )
        )
    return sorted(rows, key=lambda row: _ORDER.index(row.status))


def _shown(verdict: Verdict, family: FamilyVerdict | None) -> int:
    """Number of the criterion that decides: what is not met, then what fewest cells meet, then the first."""
    numbers = range(len(verdict.checks))
    if family is None:
        return min(numbers, key=lambda i: verdict.checks[i].holds)
    return min(numbers, key=lambda i: (verdict.checks[i].holds, family.checks[i].share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How the numbers of one criterion are brought onto the common axis.

    Attributes
    ----------
    reference : float
        What numbers are divided by: the bound, or the geometric middle of a range; negative where the bounds are.
        NaN if there is none (a bound of zero, or bounds of two signs).
    low, high : float
        The band that is allowed, after division; 0 and inf where it is open.
    """

    reference: float
    low: float
    high: float

    @classmethod
    def of(cls, criterion: Criterion) -> Scale:
        """The scale of a criterion; an order is a least ratio."""
        low, high = criterion.at_least, criterion.at_most
        if criterion.order:
            low, high = criterion.by_factor, math.inf
        bounds = [bound for bound in (low, high) if math.isfinite(bound)]
        if not bounds or any(bound == 0 for bound in bounds) or min(bounds) * max(bounds) < 0:
            return cls(reference=math.nan, low=0.0, high=math.inf)
        sign = math.copysign(1.0, bounds[0])
        reference = sign * math.prod(abs(bound) for bound in bounds) ** (1 / len(bounds))
        ends = sorted(bound / reference if math.isfinite(bound) else bound * sign for bound in (low, high))
        return cls(reference=reference, low=max(ends[0], 0.0), high=ends[1])

    def place(self, value: float) -> float:
        """Where a number stands: at 0 what has the other sign, NaN what is not defined."""
        return max(value / self.reference, 0.0)


def _draw_row(panel: Axes, row: _Row, place: float) -> None:
    scale = Scale.of(row.criterion)
    if math.isnan(scale.reference):
        _say(panel, place, "no bound to divide by: not on this scale")
        return
    low, high = (min(max(end, 1 / REACH), REACH) for end in (scale.low, scale.high))
    panel.barh(place, high - low, left=low, height=0.78, color=BAND, linewidth=0, zorder=1)
    for end in (scale.low, scale.high):
        if 1 / REACH < end < REACH:
            panel.plot([end, end], [place - 0.39, place + 0.39], color="#3b7a57", linewidth=1, zorder=2)
    if row.cells is not None and not math.isnan(row.cells.median):
        ends = sorted(_clipped(scale.place(value)) for value in (row.cells.low, row.cells.high))
        panel.plot(ends, [place, place], color=row.colour, linewidth=2.2, alpha=0.55, zorder=3, solid_capstyle="butt")
        middle = _clipped(scale.place(row.cells.median))
        panel.plot([middle, middle], [place - 0.22, place + 0.22], color=row.colour, linewidth=1.4, zorder=3)
    where = scale.place(row.check.value)
    if math.isnan(where):
        _say(panel, place, "not defined")
        return
    marker = "o" if 1 / REACH <= where <= REACH else ">" if where > REACH else "<"
    face = row.colour if row.check.holds else "white"
    panel.plot(_clipped(where), place, marker, color=row.colour, markerfacecolor=face, markersize=5.5,
               markeredgewidth=1.3, zorder=4, clip_on=False)  # fmt: skip


def _say(panel: Axes, place: float, text: str) -> None:
    panel.text(1.0, place, text, ha="center", va="center", fontsize=SMALL, color=MUTED)


def _clipped(value: float) -> float:
    return min(max(value, 1 / REACH), REACH)


def _draw_share(panel: Axes, row: _Row, place: float) -> None:
    share = row.over.share if row.over is not None else math.nan
    panel.barh(place, share, height=0.62, color=row.colour, alpha=0.85, linewidth=0)
    used = _USED[row.verdict.finding.calibration.value]
    panel.text(share + 0.03, place, f"{share:.0%}{used}", va="center", ha="left", fontsize=SMALL, color=TEXT)


def _places(rows: Sequence[_Row]) -> list[float]:
    """Heights of the rows from the top down; each new verdict leaves a line for its heading."""
    places: list[float] = []
    at = 0.0
    before = ""
    for row in rows:
        at -= 2 if row.status != before else 1
        before = row.status
        places.append(at)
    return places


def _finish(panel: Axes, rows: Sequence[_Row], places: Sequence[float]) -> None:
    panel.set_xscale("log")
    panel.set_xlim(1 / REACH, REACH)
    ticks = [1 / REACH, 0.1, 0.5, 1.0, 2.0, 10.0, REACH]
    panel.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=SMALL)
    panel.set_xticks([], minor=True)
    panel.axvline(1.0, color=MUTED, linewidth=0.8, zorder=2)
    panel.set_xlabel("number over its bound (1: the bound; log scale)", fontsize=LABEL)
    panel.set_ylim(places[-1] - 0.7, 0.0 - 0.4)
    panel.set_yticks(places, [_words(row) for row in rows], fontsize=SMALL)
    panel.tick_params(axis="y", length=0, pad=8)
    panel.spines[["top", "right", "left"]].set_visible(False)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    seen: set[str] = set()
    for row, place in zip(rows, places, strict=True):
        if row.status not in seen:
            seen.add(row.status)
            panel.annotate(
                f"{row.status} ({counts[row.status]})",
                (0.0, place + 1),
                (-8, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=LABEL,
                fontweight="bold",
                color=row.colour,
                annotation_clip=False,
            )


def _words(row: _Row) -> str:
    """Statement and numbers of a row, after a short id by which people name the finding (P01)."""
    finding = row.verdict.finding
    name = f"{finding.id}: " if len(finding.id) <= SHORT_ID else ""
    return f"{textwrap.shorten(name + finding.statement, STATEMENT_LETTERS, placeholder=' …')}  {_number(row)}"


def _number(row: _Row) -> str:
    value = row.check.value
    text = "never" if math.isinf(value) else _digits(value)
    low, high = row.criterion.at_least, row.criterion.at_most
    if row.criterion.order:
        bound = f"> {row.criterion.by_factor:g}"
    elif math.isinf(high):
        bound = f"≥ {_digits(low)}"
    elif math.isinf(low):
        bound = f"≤ {_digits(high)}"
    else:
        bound = f"{_digits(low)}…{_digits(high)}"
    return f"{text} ({bound})"


def _digits(value: float) -> str:
    """Three digits, without an exponent for thousands of seconds."""
    return f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def _finish_shares(panel: Axes, shares: FamilyComparison | None) -> None:
    from zinc_sbml.findings.family import REPRODUCED_SHARE

    for limit in (1 - REPRODUCED_SHARE, REPRODUCED_SHARE):
        panel.axvline(limit, color=MUTED, linewidth=0.8, linestyle=":")
    panel.set_xlim(0, 1.45)
    panel.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"], fontsize=SMALL)
    panel.tick_params(axis="y", length=0, labelleft=False)
    panel.spines[["top", "right", "left"]].set_visible(False)
    limits = f"{1 - REPRODUCED_SHARE:.0%} and {REPRODUCED_SHARE:.0%}"
    panel.set_xlabel(f"cells that meet all criteria\n(dotted: {limits})", fontsize=LABEL)
