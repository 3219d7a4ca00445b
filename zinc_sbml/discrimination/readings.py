"""What each cell reads in each experiment, in units of the noise of its assay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.discrimination.designs import Assay, Designs, Reading
from zinc_sbml.errors import SimulationError
from zinc_sbml.findings.family import Family
from zinc_sbml.processes import Progress, on_processes
from zinc_sbml.simulation import simulate

__all__ = ["Readings", "courses", "readings", "relative"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Readings:
    """Readings of the cells of one family.

    Attributes
    ----------
    values : numpy.ndarray
        In units of noise, shape (cells, readings), in the order of `Designs.readings`; NaN in the row of a cell that
        could not be simulated.
    failures : list of SimulationError
        One for each such cell.
    """

    values: Array
    failures: list[SimulationError]


def relative(assay: Assay, value: Array, against: Array, rest: Array) -> Array:
    """Turn signals into readings, in units of noise.

    Parameters
    ----------
    assay : Assay
        Noise, and what can be told from no signal.
    value, against, rest : numpy.ndarray
        Signal, what it is taken against, and the resting signal of the same cell.

    Returns
    -------
    numpy.ndarray
        Logarithm of the ratio, or the difference, over the noise.
    """
    if assay.absolute:
        return (value - against) / assay.noise
    least = assay.floor * rest
    return np.log(np.maximum(value, least) / np.maximum(against, least)) / assay.noise


def readings(
    family: Family, designs: Designs, *, cells: int, processes: int = 1, progress: Progress | None = None
) -> Readings:
    """Read every experiment in the first cells of a family.

    Parameters
    ----------
    family : Family
        Cells in random order.
    designs : Designs
        Experiments and assays.
    cells : int
        How many; fewer if the family has fewer.
    processes : int, optional
        Worker processes; the result does not depend on their number.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    Readings
        One row for each cell.
    """
    count = min(cells, len(family))
    with on_processes(processes) as run:
        done = run(_Reader(designs=designs), [family.cell(i) for i in range(count)])
        rows = list(done if progress is None else progress(done, count))
    nothing = np.full(len(designs.readings), np.nan)
    return Readings(
        values=np.array([nothing if isinstance(row, SimulationError) else row for row in rows]),
        failures=[row for row in rows if isinstance(row, SimulationError)],
    )


@dataclass(frozen=True)
class _Reader:
    """Reads all experiments in one cell."""

    designs: Designs

    def __call__(self, parameters: dict[str, float]) -> Array | SimulationError:
        names = [assay.readout for assay in self.designs.assays]
        columns = {name: i for i, name in enumerate(names)}
        signals: dict[tuple[str, float], Array] = {}
        rest = np.array([])
        try:
            for name, times in self.designs.runs.items():
                values = simulate(
                    self.designs.scenario(name),
                    model=self.designs.model,
                    parameters=parameters,
                    times=[0.0, *times],
                    readouts=names,
                ).values
                rest = values[0]
                signals.update(((name, time), row) for time, row in zip(times, values[1:], strict=True))
        except SimulationError as error:
            return error
        found = np.empty(len(self.designs.readings))
        for i, reading in enumerate(self.designs.readings):
            column = columns[reading.assay.readout]
            value = signals[reading.experiment, reading.time][column]
            against = rest[column]
            if reading.against == "control":
                control = self.designs.experiments[reading.experiment].control
                against = signals[control, reading.time][column]
            found[i] = relative(reading.assay, value, against, rest[column])
        return found


def courses(
    family: Family,
    designs: Designs,
    reading: Reading,
    times: Sequence[float],
    *,
    cells: int,
    run: Callable[..., Iterable[Array | None]] = map,
) -> Array:
    """Follow a reading over time in the first cells of a family.

    Parameters
    ----------
    family : Family
        Cells in random order.
    designs : Designs
        To which the reading belongs.
    reading : Reading
        Its experiment, assay, and what it is taken against; its time does not matter.
    times : sequence of float
        When to look, s.
    cells : int
        How many; cells that cannot be simulated are left out.
    run : callable, optional
        A ``map``, as `zinc_sbml.processes.on_processes` gives it.

    Returns
    -------
    numpy.ndarray
        In units of noise, shape (cells, times).
    """
    drawer = _Drawer(designs, reading, tuple(times))
    rows = run(drawer, [family.cell(i) for i in range(min(cells, len(family)))])
    return np.array([row for row in rows if row is not None])


@dataclass(frozen=True)
class _Drawer:
    designs: Designs
    reading: Reading
    times: tuple[float, ...]

    def __call__(self, parameters: dict[str, float]) -> Array | None:
        experiment = self.reading.experiment
        try:
            value = self._signal(experiment, parameters)
            against = value[:1]
            if self.reading.against == "control":
                against = self._signal(self.designs.experiments[experiment].control, parameters)[1:]
        except SimulationError:
            return None
        return relative(self.reading.assay, value[1:], against, value[:1])

    def _signal(self, experiment: str, parameters: dict[str, float]) -> Array:
        """Signal at rest, then at the times."""
        return simulate(
            self.designs.scenario(experiment, duration=self.times[-1]),
            model=self.designs.model,
            parameters=parameters,
            times=[0.0, *self.times],
            readouts=[self.reading.assay.readout],
        ).values[:, 0]
