"""What a run gives: a table with units, and the few numbers people read from one."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.files import check_target, write_atomically
from zinc_sbml.scenarios import Scenario
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Result"]

Array = NDArray[np.float64]

# A change smaller than this part of the largest value is noise of the solver (relative tolerance 1e-8, with
# room): a half-time of it would mean nothing.
NO_CHANGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Result(Shown):
    """Values over time of one scenario on one model.

    At the time of a change there is one row, and it holds the values *before* the change, as PEtab
    measurements at that time see them. So does the row at time 0: it shows the cell before anything was done
    to it. Values between rows are read on straight lines from row to row.

    Attributes
    ----------
    scenario : Scenario
        What was run, with the periods as they were applied.
    times : numpy.ndarray
        Shape (rows,), s.
    values : numpy.ndarray
        Shape (rows, columns), read-only.
    columns : tuple of str
        Ids of what was recorded: readouts, species (concentrations), parameters, reactions (fluxes).
    units, names : dict of str to str
        Unit and name of each column.
    readouts : tuple of str
        Those of the columns that the model calls readouts.
    time_unit : str
        Unit of time, ``"s"`` for the shipped models.
    provenance : dict
        What made these numbers: model id and hash, versions, tolerances, scenario, values that were set.
    """

    scenario: Scenario
    times: Array
    values: Array
    columns: tuple[str, ...]
    units: dict[str, str]
    names: dict[str, str] = field(repr=False)
    readouts: tuple[str, ...] = ()
    time_unit: str = "s"
    provenance: dict[str, Any] = field(default_factory=dict, repr=False)

    def _line(self) -> str:
        return (
            f"{self.scenario.id}, {len(self.columns)} columns at {len(self.times)} times "
            f"up to {self.times[-1]:g} {self.time_unit}"
        )

    def __post_init__(self) -> None:
        self.times.setflags(write=False)
        self.values.setflags(write=False)

    def __getitem__(self, column: str) -> pd.Series:
        """Values of one column over time, index time (s)."""
        import pandas as pd

        return pd.Series(self._column(column), index=self._index(), name=column)

    @property
    def frame(self) -> pd.DataFrame:
        """All values as a new table: index time (s), one column per id."""
        import pandas as pd

        return pd.DataFrame(self.values.copy(), index=self._index(), columns=list(self.columns))

    @property
    def initial(self) -> pd.Series:
        """Values in the first row, by id; at time 0 these are the values before any change."""
        return self._row(0)

    @property
    def final(self) -> pd.Series:
        """Values in the last row, by id."""
        return self._row(-1)

    def max(self, column: str, start: float = 0.0, end: float | None = None) -> float:
        """Largest value between two times (s), the whole run by default."""
        return float(self._window(column, start, end)[1].max())

    def min(self, column: str, start: float = 0.0, end: float | None = None) -> float:
        """Smallest value between two times (s), the whole run by default."""
        return float(self._window(column, start, end)[1].min())

    def mean(self, column: str, start: float = 0.0, end: float | None = None) -> float:
        """Average over time between two times (s), the whole run by default."""
        times, values = self._window(column, start, end)
        if times[0] == times[-1]:
            return float(values[0])
        return float(np.trapezoid(values, times) / (times[-1] - times[0]))

    def at(self, column: str, time: float) -> float:
        """Value at a time (s), on a straight line between the two rows around it.

        At the time of a change this is the value before the change.

        Raises
        ------
        InvalidInputError
            If the time lies outside the rows.
        """
        values = self._column(column)
        self._check_time(time)
        return float(np.interp(time, self.times, values))

    def time_to(self, column: str, level: float, start: float = 0.0, end: float | None = None) -> float:
        """Time (s) from `start` until a value is first met, NaN if it is not met before `end`.

        Parameters
        ----------
        column : str
            What is watched.
        level : float
            The value to meet, from above or below, in the unit of the column.
        start, end : float, optional
            Times in seconds to look between; the whole run by default.
        """
        times, values = self._window(column, start, end)
        above = values - level
        if above[0] == 0:
            return 0.0
        met = np.flatnonzero(above * np.sign(above[0]) <= 0)
        if not met.size:
            return math.nan
        after = int(met[0])
        before = after - 1
        part = above[before] / (above[before] - above[after])
        return float(times[before] + part * (times[after] - times[before]) - start)

    def half_time(self, column: str, start: float = 0.0, end: float | None = None) -> float:
        """Time (s) from `start` until half of the change between `start` and `end` is done.

        Parameters
        ----------
        column : str
            What is watched.
        start, end : float, optional
            Times in seconds; the whole run by default. With the time of a change as `start`, the change is
            counted from the value before it.

        Returns
        -------
        float
            NaN if the value does not change (by more than `NO_CHANGE` of the largest value).
        """
        _, values = self._window(column, start, end)
        change = values[-1] - values[0]
        if abs(change) <= NO_CHANGE * np.abs(values).max():
            return math.nan
        return self.time_to(column, float(values[0] + change / 2), start, end)

    def steady(self, tolerance: float = 1e-3, part: float = 0.1) -> bool:
        """Whether nothing changes any more at the end of the run.

        Parameters
        ----------
        tolerance : float, optional
            Largest change that counts as none, relative to the largest value of the column in the run.
        part : float, optional
            Which last part of the time of the run is looked at.
        """
        start = self.times[-1] - part * (self.times[-1] - self.times[0])
        for column in self.columns:
            _, values = self._window(column, start, None)
            if np.ptp(values) > tolerance * np.abs(self._column(column)).max():
                return False
        return True

    def to_csv(self, path: str | Path) -> Path:
        """Write CSV: a column ``time [s]``, then one column ``id [unit]`` per value, all digits kept.

        Returns
        -------
        pathlib.Path
            The file; it replaces an older one only when it is complete.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([f"time [{self.time_unit}]", *(f"{name} [{self.units[name]}]" for name in self.columns)])
        for time, row in zip(self.times.tolist(), self.values.tolist(), strict=True):
            writer.writerow([repr(time), *map(repr, row)])
        target = Path(path)
        check_target(target)
        try:
            write_atomically({target: text.getvalue()})
        except OSError as error:
            raise InvalidInputError(f"cannot write {target}: {error.strerror}") from error
        return target

    def plot(self, readouts: list[str] | None = None, path: str | Path | None = None) -> Figure:
        """Draw the run, one panel per readout.

        Parameters
        ----------
        readouts : list of str, optional
            Ids of columns; the readouts of the model by default, or all columns where it has none.
        path : path, optional
            Also write the picture there (format by suffix: png, svg, pdf).
        """
        from zinc_sbml.plots import plot_result

        return plot_result(self, readouts, path)

    def _column(self, column: str) -> Array:
        try:
            return self.values[:, self.columns.index(column)]
        except ValueError:
            raise UnknownIdError("column", column, self.columns, f"the result of {self.scenario.id}") from None

    def _row(self, number: int) -> pd.Series:
        import pandas as pd

        return pd.Series(self.values[number].copy(), index=list(self.columns), name=float(self.times[number]))

    def _index(self) -> pd.Index:
        import pandas as pd

        return pd.Index(self.times, name=f"time ({self.time_unit})")

    def _check_time(self, time: float) -> None:
        if not self.times[0] <= time <= self.times[-1]:
            raise InvalidInputError(
                f"time {time:g} {self.time_unit} lies outside the rows "
                f"({self.times[0]:g} to {self.times[-1]:g} {self.time_unit})"
            )

    def _window(self, column: str, start: float, end: float | None) -> tuple[Array, Array]:
        """Cut out times and values from `start` to `end`, both included."""
        values = self._column(column)
        end = float(self.times[-1]) if end is None else end
        # Without an explicit start a run recorded from later on is taken from its first row.
        start = max(start, float(self.times[0])) if start == 0 else start
        for time in (start, end):
            self._check_time(time)
        if end < start:
            raise InvalidInputError(f"the end of the window ({end:g}) lies before its start ({start:g})")
        inside = (self.times > start) & (self.times < end)
        times = np.concatenate([[start], self.times[inside], [end] if end > start else []])
        return times, np.interp(times, self.times, values)
