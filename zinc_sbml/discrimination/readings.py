"""What each cell reads in each experiment, in units of the noise of its assay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.discrimination.designs import Assay, Designs, Experiment
from zinc_sbml.errors import SimulationError
from zinc_sbml.findings.family import Family
from zinc_sbml.processes import Progress, on_processes
from zinc_sbml.simulation import simulate

__all__ = ["Courses", "Readings", "courses", "readings", "relative"]

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Courses:
    """The course of one assay in one experiment, over the cells of a family.

    Attributes
    ----------
    times : numpy.ndarray
        Shape (times,), s.
    values : numpy.ndarray
        In units of noise, shape (cells, times).
    """

    times: Array
    values: Array


def courses(
    family: Family,
    designs: Designs,
    experiment: Experiment,
    assay: Assay,
    against: str,
    times: Sequence[float],
    *,
    cells: int,
    processes: int = 1,
) -> Courses:
    """Follow one assay through one experiment in the first cells of a family.

    Cells that cannot be simulated are left out.
    """
    drawer = _Drawer(designs, experiment.words, assay, against, tuple(times))
    with on_processes(processes) as run:
        rows = list(run(drawer, [family.cell(i) for i in range(min(cells, len(family)))]))
    return Courses(times=np.array(times), values=np.array([row for row in rows if row is not None]))


@dataclass(frozen=True)
class _Drawer:
    designs: Designs
    experiment: str
    assay: Assay
    against: str
    times: tuple[float, ...]

    def __call__(self, parameters: dict[str, float]) -> Array | None:
        try:
            value = self._signal(self.experiment, parameters)
            control = self.designs.experiments[self.experiment].control
            against = self._signal(control, parameters) if self.against == "control" else value[:1]
        except SimulationError:
            return None
        return relative(self.assay, value[1:], against[1:] if len(against) > 1 else against, value[:1])

    def _signal(self, experiment: str, parameters: dict[str, float]) -> Array:
        """Signal at rest, then at the times."""
        return simulate(
            self.designs.scenario(experiment, duration=self.times[-1]),
            model=self.designs.model,
            parameters=parameters,
            times=[0.0, *self.times],
            readouts=[self.assay.readout],
        ).values[:, 0]
