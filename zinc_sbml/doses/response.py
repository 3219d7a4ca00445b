"""One input at several doses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.doses.hill import HillFit, fit_hill
from zinc_sbml.doses.runs import Labels, Statistic, checked_doses, treatment
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings.family import Family
from zinc_sbml.findings.measure import half_effect_dose
from zinc_sbml.model import Model
from zinc_sbml.processes import Progress
from zinc_sbml.provenance import provenance
from zinc_sbml.scenarios import Scenario
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["INTERVAL", "DoseResponse", "column_of", "dose_response", "middle"]

Array = NDArray[np.float64]

INTERVAL = (0.05, 0.5, 0.95)
"""Of what is given for many cells: ends of the middle 90 percent, and the median."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DoseResponse(Shown):
    """Readouts at several doses of one input.

    Attributes
    ----------
    input : str
        The input.
    doses : numpy.ndarray
        As they were given, shape (doses,), in the unit of the input.
    readouts : tuple of str
        What was read.
    values : numpy.ndarray
        Shape (doses, readouts), each in its own unit.
    labels : Labels
        Names, units and title.
    cells : tuple of str
        Ids of the plausible cells that were run too; may be empty.
    cell_values : numpy.ndarray
        Shape (cells, doses, readouts); NaN for a cell that failed.
    failures : dict of str to str
        Reason by cell.
    provenance : dict
        What made it: model and hash, scenario, parameters, tolerances, versions.
    """

    input: str
    doses: Array
    readouts: tuple[str, ...]
    values: Array
    labels: Labels
    cells: tuple[str, ...] = ()
    cell_values: Array = field(default_factory=lambda: np.empty((0, 0, 0)))
    failures: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def _line(self) -> str:
        return f"{', '.join(self.readouts)} at {len(self.doses)} doses of {self.input}, also in {len(self.cells)} cells"

    @property
    def frame(self) -> pd.DataFrame:
        """Index the doses, one column per readout."""
        import pandas as pd

        return pd.DataFrame(self.values, index=self._index, columns=list(self.readouts))

    @property
    def table(self) -> pd.DataFrame:
        """As `frame`; with cells also their median and the ends of their middle 90 percent, ``<readout> median``."""
        table = self.frame
        if not self.cells:
            return table
        import pandas as pd

        columns = {}
        for readout in self.readouts:
            low, median, high = self.band(readout)
            columns |= {readout: table[readout]}
            columns |= {f"{readout} median": median, f"{readout} low": low, f"{readout} high": high}
        return pd.DataFrame(columns, index=self._index)

    def __getitem__(self, readout: str) -> pd.Series:
        """One readout, indexed by dose."""
        import pandas as pd

        return pd.Series(self.values[:, self._column(readout)], index=self._index, name=readout)

    def band(self, readout: str | None = None) -> Array:
        """5 percent quantile, median and 95 percent quantile over the cells, shape (3, doses); NaN without cells."""
        return middle(self._cell_rows(readout))

    def hill(
        self, readout: str | None = None, *, untreated: float | None = None, saturated: float | None = None
    ) -> HillFit:
        """Fit a Hill curve to a readout; see `zinc_sbml.doses.fit_hill`.

        Parameters
        ----------
        readout : str, optional
            Which; may be left out if there is only one.
        untreated, saturated : float, optional
            Plateaus to hold.
        """
        return fit_hill(self.doses, self.values[:, self._column(readout)], untreated=untreated, saturated=saturated)

    def half_dose(self, readout: str | None = None) -> float:
        """Dose with half of the effect of the largest dose, against the smallest, on straight lines between the points.

        Curves of this model are often steeper than a Hill curve and not symmetric: where the two differ, this one says
        what was computed, at the precision of the doses. NaN if the readout does not respond.
        """
        return self._half(self.values[:, self._column(readout)])

    def summary(
        self, readout: str | None = None, *, untreated: float | None = None, saturated: float | None = None
    ) -> pd.DataFrame:
        """EC50 and slope of the cell, and how they vary over the plausible cells.

        Parameters
        ----------
        readout, untreated, saturated : optional
            As `hill`.

        Returns
        -------
        pandas.DataFrame
            Rows ``half_dose`` (interpolated), ``ec50`` and ``slope`` (Hill curve); columns ``value`` of the cell,
            ``median``, ``low`` and ``high`` (middle 90 percent) of those cells in which it is determined, ``cells``
            that were run, and ``undetermined``: in how many of them it is not determined, those that failed included.
        """
        import pandas as pd

        own = self.hill(readout, untreated=untreated, saturated=saturated)
        rows = self._cell_rows(readout)
        fits = [
            HillFit(reason="failed")
            if np.isnan(row).any()
            else fit_hill(self.doses, row, untreated=untreated, saturated=saturated)
            for row in rows
        ]
        found = {
            "half_dose": (self.half_dose(readout), [self._half(row) for row in rows]),
            "ec50": (own.ec50, [fit.ec50 for fit in fits]),
            "slope": (own.slope, [fit.slope for fit in fits]),
        }
        table = {}
        for name, (value, numbers) in found.items():
            low, median, high = middle(np.array(numbers, dtype=float)).tolist()
            missing = int(np.isnan(np.array(numbers, dtype=float)).sum())
            table[name] = [value, median, low, high, len(rows), missing]
        columns = ["value", "median", "low", "high", "cells", "undetermined"]
        frame = pd.DataFrame.from_dict(table, orient="index", columns=columns)
        return frame.astype({"cells": int, "undetermined": int})

    def plot(self, readouts: Sequence[str] | None = None, path: str | Path | None = None) -> Figure:
        """Draw the points, Hill curves and the band of the cells, one panel per readout.

        Parameters
        ----------
        readouts : sequence of str, optional
            All by default.
        path : path, optional
            Also write the picture there (format by suffix: png, svg, pdf).
        """
        from zinc_sbml.doses.pictures import plot_response

        return plot_response(self, readouts, path)

    @cached_property
    def _index(self) -> pd.Index:
        import pandas as pd

        return pd.Index(self.doses, name=self.input, dtype=float)

    def _column(self, readout: str | None) -> int:
        return column_of(self.readouts, readout)

    def _cell_rows(self, readout: str | None) -> Array:
        column = self._column(readout)
        return self.cell_values[:, :, column] if self.cells else np.empty((0, len(self.doses)))

    def _half(self, row: Array) -> float:
        order = np.argsort(self.doses)
        return half_effect_dose(self.doses[order], row[order])


def column_of(readouts: Sequence[str], readout: str | None) -> int:
    """Position of a readout; the only one if none is named.

    Raises
    ------
    UnknownIdError
        If it was not read.
    InvalidInputError
        If none is named and there are several.
    """
    if readout is None:
        if len(readouts) > 1:
            raise InvalidInputError(f"readout: none given, expected one of {', '.join(readouts)}")
        return 0
    if readout not in readouts:
        raise UnknownIdError("readout", str(readout), readouts, "the dose response")
    return list(readouts).index(readout)


def middle(rows: Array) -> Array:
    """Quantiles of `INTERVAL` over the first axis of what is not NaN; shape (3, ...), NaN where there is nothing."""
    found = np.full((len(INTERVAL), *rows.shape[1:]), np.nan)
    for place in np.ndindex(rows.shape[1:]):
        column = rows[(slice(None), *place)]
        if (defined := column[~np.isnan(column)]).size:
            found[(slice(None), *place)] = np.quantile(defined, INTERVAL)
    return found


def dose_response(
    input: str,
    doses: Iterable[float],
    readout: str | Sequence[str],
    *,
    scenario: str | Scenario = "baseline",
    duration: float | None = None,
    statistic: Statistic = "final",
    model: str | Path | Model | None = None,
    parameters: Mapping[str, float] | None = None,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
    cells: int = 0,
    family: Family | str | Path | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> DoseResponse:
    """Run a scenario at several doses of one input.

    Parameters
    ----------
    input : str
        Id of the input (or parameter) to vary.
    doses : iterable of float
        Its values, in its own unit.
    readout : str or sequence of str
        What to read.
    scenario : str or Scenario, optional
        What else is done. The input has the dose as told at `simulate` for `parameters`: throughout, or
        wherever the scenario sets it to something other than its baseline.
    duration : float, optional
        End of each run in seconds; the scenario's by default.
    statistic : {"final", "initial", "max", "min", "mean"}, optional
        What to take from each readout over time.
    model, parameters, tolerances : optional
        As in `simulate`. Parameters are also those of the plausible cells.
    cells : int, optional
        How many plausible cells to run too, evenly spaced over the family; none by default.
    family : Family, str or path, optional
        Where the cells come from; the shipped family by default.
    processes : int, optional
        Worker processes for the cells; the numbers are the same for any.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    DoseResponse
        A plausible cell that fails is told there, not raised.

    Raises
    ------
    UnknownIdError, InvalidInputError, SimulationError
        As `simulate`; all doses are checked before the first run, and none may be given twice. A switch between
        mechanisms has no doses.
    """
    done = treatment(
        readout,
        scenario=scenario,
        duration=duration,
        statistic=statistic,
        model=model,
        parameters=parameters,
        tolerances=tolerances,
    )
    checked = checked_doses(done, input, doses)
    settings = [{input: dose} for dose in checked]
    values, many = done.run(settings, cells=cells, family=family, processes=processes, progress=progress)
    return DoseResponse(
        input=input,
        doses=np.array(checked),
        readouts=done.readouts,
        values=values,
        labels=done.labels(input),
        cells=many.ids,
        cell_values=many.values,
        failures=many.failures,
        provenance=provenance(done.model, done.scenario, done.parameters, tolerances),
    )
