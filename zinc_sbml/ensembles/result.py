"""What many cells answered: bands, summaries and failures, read from the file when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.extras import need
from zinc_sbml.linear_algebra import Array
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Ensemble", "load_ensemble"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

Statistic = Literal["initial", "final", "max", "min", "mean"]

# Values of one readout that are in memory at a time: 4 MB.
_LARGEST_SLICE = 500_000


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ensemble(Shown):
    """Answers of many cells, on disk.

    Attributes
    ----------
    path : pathlib.Path
        Parquet file: a row for each cell with its number (``cell``), why it failed (``failure``, else null), its
        parameters, and for each readout the list of values at `times`.
    record : dict
        What the run was: scenario, model, samples, readouts, times, tolerances.
    """

    path: Path
    record: dict[str, Any]

    def _line(self) -> str:
        return f"{self.record['scenario']['id']}, {len(self)} cells, {', '.join(self.readouts)}, in {self.path}"

    def __len__(self) -> int:
        return int(self.record["samples"]["cells"])

    @property
    def readouts(self) -> tuple[str, ...]:
        """Ids of what was read."""
        return tuple(self.record["readouts"])

    @property
    def parameters(self) -> tuple[str, ...]:
        """Ids of the parameters in which the cells differ."""
        return tuple(self.record["parameters"])

    @property
    def units(self) -> dict[str, str]:
        """Unit of each parameter and readout."""
        return dict(self.record["units"])

    @property
    def times(self) -> Array:
        """Times of the answers, shape (times,), s."""
        return np.array(self.record["times"], dtype=float)

    @cached_property
    def failed(self) -> pd.DataFrame:
        """Cells that failed, indexed by ``cell``: reason and parameters."""
        import pyarrow
        import pyarrow.parquet as parquet

        columns = ["cell", "failure", *self.parameters]
        with parquet.ParquetFile(self.path) as file:
            # Group by group: nearly all cells are dropped, and all at once would not fit where they are very many.
            found = [file.schema_arrow.empty_table().select(columns)]
            for group in range(file.metadata.num_row_groups):
                reasons = file.read_row_group(group, columns=["failure"]).column("failure")
                if reasons.null_count < len(reasons):
                    found.append(file.read_row_group(group, columns=columns).filter(reasons.is_valid()))
        return pyarrow.concat_tables(found).to_pandas().set_index("cell")

    def cells(self) -> pd.DataFrame:
        """Parameters of all cells, indexed by ``cell``."""
        import pyarrow.parquet as parquet

        return parquet.read_table(self.path, columns=["cell", *self.parameters]).to_pandas().set_index("cell")

    def values(self, readout: str) -> Array:
        """Values of a readout in all cells, shape (cells, times); NaN in cells that failed.

        Raises
        ------
        UnknownIdError
            If it was not read.
        """
        self._check(readout)
        return np.concatenate(list(self._batches(readout)))

    def bands(self, readout: str, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """Quantiles of a readout over the cells that did not fail.

        Parameters
        ----------
        readout : str
            Its id.
        quantiles : sequence of float, optional
            Between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            Indexed by time (s), a column for each quantile.

        Raises
        ------
        UnknownIdError
            If it was not read.
        InvalidInputError
            If a quantile is not between 0 and 1, or all cells failed.
        """
        import pandas as pd

        self._check(readout)
        for quantile in quantiles:
            if not 0 <= quantile <= 1:
                raise InvalidInputError(f"quantiles: {quantile!r}, expected numbers from 0 to 1")
        if len(self.failed) == len(self):
            raise InvalidInputError("all cells failed: there is nothing to take quantiles of")
        times = self.times
        width = max(1, _LARGEST_SLICE // len(self))
        rows = []
        for start in range(0, len(times), width):
            # Copies, since a view would keep its whole group in memory.
            part = np.concatenate([batch[:, start : start + width].copy() for batch in self._batches(readout)])
            rows.append(np.nanquantile(part, list(quantiles), axis=0).T)
        return pd.DataFrame(np.concatenate(rows), index=pd.Index(times, name="time"), columns=list(quantiles))

    def summary(self, readout: str, statistic: Statistic = "final") -> pd.Series:
        """One number of a readout for each cell, indexed by ``cell``.

        Parameters
        ----------
        readout : str
            Its id.
        statistic : {"final", "initial", "max", "min", "mean"}, optional
            What to take over time; the mean is that of the values, whatever the distances of the times.

        Raises
        ------
        UnknownIdError
            If it was not read, or there is no such statistic.
        """
        import pandas as pd

        self._check(readout)
        taken = {
            "initial": lambda part: part[:, 0],
            "final": lambda part: part[:, -1],
            "max": lambda part: part.max(axis=1),
            "min": lambda part: part.min(axis=1),
            "mean": lambda part: part.mean(axis=1),
        }
        if statistic not in taken:
            raise UnknownIdError("statistic", str(statistic), taken)
        found = np.concatenate([taken[statistic](part).copy() for part in self._batches(readout)])
        return pd.Series(found, index=pd.RangeIndex(len(found), name="cell"), name=readout)

    def plot(self, readouts: Sequence[str] | None = None, path: str | Path | None = None) -> Figure:
        """Draw bands of readouts; see `zinc_sbml.ensembles.pictures.plot_ensemble`."""
        from zinc_sbml.ensembles.pictures import plot_ensemble

        return plot_ensemble(self, readouts, path)

    def _check(self, readout: str) -> None:
        if readout not in self.readouts:
            raise UnknownIdError("readout", readout, self.readouts, f"the ensemble {self.path}")

    def _batches(self, readout: str) -> Any:
        """Values of a readout, group by group, shape (cells of the group, times)."""
        import pyarrow.parquet as parquet

        with parquet.ParquetFile(self.path) as file:
            for group in range(file.metadata.num_row_groups):
                column = file.read_row_group(group, columns=[readout]).column(readout).combine_chunks()
                yield column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), len(self.record["times"]))


def load_ensemble(path: str | Path) -> Ensemble:
    """Open an ensemble that was run before.

    Parameters
    ----------
    path : path
        The folder of the run, or its Parquet file.

    Raises
    ------
    InvalidInputError
        If there is no finished run; it says what is there.
    """
    need("an ensemble", "pyarrow")
    import pyarrow
    import pyarrow.parquet as parquet

    from zinc_sbml.ensembles.store import RECORD_FILE, RESULT_FILE

    file = Path(path)
    if not file.exists():
        raise InvalidInputError(f"there is no {file}, expected the folder of an ensemble or its {RESULT_FILE}")
    if file.is_dir():
        if not (file / RESULT_FILE).is_file():
            hint = "it is not finished; run it again to go on" if (file / RECORD_FILE).is_file() else "it holds no run"
            raise InvalidInputError(f"{file} has no {RESULT_FILE}: {hint}")
        file /= RESULT_FILE
    try:
        record = json.loads(parquet.read_schema(file).metadata[b"zinc_sbml"])
    except (OSError, pyarrow.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{file} is not the result of an ensemble: {error}") from error
    return Ensemble(path=file, record=record)
