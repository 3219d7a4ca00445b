"""The time axis of a picture: its unit, and whether seconds and hours are both to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.plots.style import LABEL, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from zinc_sbml.result import Result

__all__ = ["TimeAxis", "change_times", "time_axis", "time_axis_for", "time_axis_of"]

Array = NDArray[np.float64]

# A run that is changed only at its start, and whose rows span more than this ratio, is read best on a log
# time axis: seconds and hours of the same response are then both seen.
LOG_TIME_RATIO = 1e3

_TIME_UNITS = ((172_800.0, 86_400.0, "d"), (7_200.0, 3_600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))

# Marks of a log axis in times that people say. Powers of ten of an hour would not be.
_LOG_MARKS = {
    1e-3: "1 ms", 1e-2: "10 ms", 0.1: "0.1 s", 1.0: "1 s", 10.0: "10 s", 60.0: "1 min", 600.0: "10 min",
    3600.0: "1 h", 6 * 3600.0: "6 h", 86_400.0: "1 d", 7 * 86_400.0: "1 week", 28 * 86_400.0: "4 weeks",
}  # fmt: skip


def time_axis(seconds: float) -> tuple[float, str]:
    """Unit in which a span of time is read best: its length in seconds, and its name."""
    return next((factor, unit) for least, factor, unit in _TIME_UNITS if seconds >= least)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """A time axis that all panels of a picture share.

    Attributes
    ----------
    factor : float
        Length of the unit, in the unit of the runs.
    unit : str
        Its name.
    logarithmic : bool
        Whether the axis is logarithmic; then time 0 has no place on it.
    start, end : float
        Of what is shown, in the unit of the runs; `start` is above 0 on a log axis.
    in_seconds : bool
        Whether the unit of the runs is the second; else the unit is theirs.
    """

    factor: float
    unit: str
    logarithmic: bool
    start: float
    end: float
    in_seconds: bool = True

    def shown(self, times: Array) -> NDArray[np.bool_]:
        """Which of these times (in the unit of the runs) have a place on the axis."""
        return times > 0 if self.logarithmic else np.ones(len(times), dtype=bool)

    def draw(self, panel: Axes, *, labelled: bool = True) -> None:
        """Set up the horizontal axis of a panel."""
        from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

        if self.logarithmic:
            panel.set_xscale("log")
            panel.set_xlim(self.start / self.factor, self.end / self.factor)
            marks = {
                seconds / self.factor: words
                for seconds, words in _LOG_MARKS.items()
                if self.start <= seconds <= self.end * (1 + 1e-9)
            }
            if self.in_seconds and len(marks) >= 2:
                places = list(marks)
                panel.xaxis.set_major_locator(FixedLocator(places))
                panel.xaxis.set_minor_locator(NullLocator())

                def in_words(place: float, _: object) -> str:
                    return marks[min(places, key=lambda known: abs(known - place))]

                panel.xaxis.set_major_formatter(FuncFormatter(in_words))
        elif self.end > self.start:
            panel.set_xlim(self.start / self.factor, self.end / self.factor)
        if labelled:
            words = "time (log scale)" if self.logarithmic and self.in_seconds else f"time ({self.unit})"
            panel.set_xlabel(words, fontsize=LABEL)

    def early_end(self, result: Result) -> float | None:
        """Where a run ends on the axis, or None if that is the end of the axis."""
        end = float(result.times[-1])
        return None if end >= self.end else end / self.factor

    def mark_changes(self, panel: Axes, times: Sequence[float]) -> None:
        """Draw a line at each time of a change."""
        for time in times:
            panel.axvline(time / self.factor, color=MUTED, linewidth=0.8, linestyle="--", zorder=0.5)


def change_times(result: Result) -> list[float]:
    """Times of the changes of a run after its start, in the unit of its time."""
    return [period.start for period in result.scenario.periods if period.start > 0]


def time_axis_of(*results: Result) -> TimeAxis:
    """The axis on which one or more runs of one unit of time are read best."""
    return time_axis_for(
        [result.times for result in results],
        changes=any(change_times(result) for result in results),
        time_unit=results[0].time_unit,
    )


def time_axis_for(courses: Sequence[Array], *, changes: bool, time_unit: str = "s") -> TimeAxis:
    """The axis on which courses are read best.

    Parameters
    ----------
    courses : sequence of numpy.ndarray
        Times of each, increasing.
    changes : bool
        Whether something is changed after the start: then its moment is to be seen as well as the start.
    time_unit : str, optional
        Unit of the times.
    """
    start = min(float(times[0]) for times in courses)
    end = max(float(times[-1]) for times in courses)
    in_seconds = time_unit == "s"
    factor, unit = time_axis(end) if in_seconds else (1.0, time_unit)
    positive = [times[times > 0] for times in courses]
    first = min((float(times[0]) for times in positive if times.size), default=end)
    logarithmic = not changes and all(times.size > 1 for times in positive) and end / first >= LOG_TIME_RATIO
    return TimeAxis(
        factor=factor,
        unit=unit,
        logarithmic=logarithmic,
        start=first if logarithmic else start,
        end=end,
        in_seconds=in_seconds,
    )
