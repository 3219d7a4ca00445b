"""The search for the experiment that tells two hypotheses apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.discrimination.designs import Designs, Reading
from zinc_sbml.discrimination.lists import load_designs
from zinc_sbml.discrimination.readings import Readings, readings
from zinc_sbml.discrimination.separation import separation, told_apart
from zinc_sbml.errors import InvalidInputError, SimulationError
from zinc_sbml.findings.family import load_family
from zinc_sbml.processes import Progress
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CELLS",
    "STEP_PAYS",
    "Discrimination",
    "Ranked",
    "as_read",
    "between",
    "described",
    "discriminate",
    "rank",
    "read_families",
    "summary",
]

Array = NDArray[np.float64]

CELLS = 200
"""Cells of each family that are read."""

TOP = 5

STEP_PAYS = 1.25
"""A further step of an experiment must separate better by this factor: nobody adds work for less."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """One reading, with what it gives under both hypotheses.

    Attributes
    ----------
    reading : Reading
        Experiment, assay and time.
    separation : float
        See `zinc_sbml.discrimination.separation.separation`.
    told_apart : float
        Share of pairs of cells that noise cannot confuse.
    one, other : numpy.ndarray
        Readings of the cells, in units of noise.
    """

    reading: Reading
    separation: float
    told_apart: float
    one: Array
    other: Array


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Discrimination(Shown):
    """The best experiments to tell two hypotheses apart.

    Attributes
    ----------
    one, other : str
        Ids of the hypotheses.
    best : tuple of Ranked
        Best first; each of another kind.
    designs : Designs
        That were searched.
    failures : list of SimulationError
        Cells that could not be simulated.
    """

    one: str
    other: str
    best: tuple[Ranked, ...]
    designs: Designs
    failures: list[SimulationError]

    def _line(self) -> str:
        return f"{self.one} against {self.other}, {len(self.best)} experiments"

    @property
    def frame(self) -> pd.DataFrame:
        """Table by rank, as people read it.

        Returns
        -------
        pandas.DataFrame
            Columns experiment, readout, assay, hours (time of the reading, from the first step; h), minutes_after (the
            last change), against, separation, told_apart, and with ``one_`` and ``other_`` before them median, low and
            high of the reading (middle 90 percent): a ratio to what it is taken against, or a difference in the unit of
            the readout.
        """
        import pandas as pd

        rows = [
            {"rank": number, **described(one.reading, self.designs, one.one, one.other)}
            for number, one in enumerate(self.best, 1)
        ]
        return pd.DataFrame(rows).set_index("rank")


def described(reading: Reading, designs: Designs, one: Array, other: Array) -> dict[str, object]:
    """Tell a reading and what it gives under two hypotheses, as a row of `Discrimination.frame`."""
    experiment = designs.experiments[reading.experiment]
    return {
        "experiment": reading.experiment,
        "readout": reading.assay.readout,
        "assay": reading.assay.words,
        "hours": reading.time / 3600,
        "minutes_after": (reading.time - experiment.last_change) / 60,
        "against": reading.against,
        "separation": float(separation(one[:, None], other[:, None])[0]),
        "told_apart": told_apart(one, other),
        **summary("one", reading, one),
        **summary("other", reading, other),
    }


def as_read(reading: Reading, values: Array) -> Array:
    """Readings as a laboratory writes them: ratios, or differences in the unit of the readout."""
    scaled = values * reading.assay.noise
    return scaled if reading.assay.absolute else np.exp(scaled)


def summary(of: str, reading: Reading, values: Array) -> dict[str, float]:
    """Median, low and high (middle 90 percent) of readings as a laboratory writes them, each named ``{of}_median``."""
    shown = as_read(reading, np.nanquantile(values, (0.5, 0.05, 0.95))).tolist()
    return {f"{of}_{word}": value for word, value in zip(("median", "low", "high"), shown, strict=True)}


def discriminate(
    one: str = "trap",
    other: str = "erad",
    *,
    cells: int = CELLS,
    top: int = TOP,
    designs: Designs | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Discrimination:
    """Search for the experiments that tell two hypotheses apart best.

    Parameters
    ----------
    one, other : str, optional
        Ids of hypotheses; by default zinc that traps Ero1alpha against cytosolic zinc that limits degradation.
    cells : int, optional
        Cells of each family that are read.
    top : int, optional
        How many experiments to give.
    designs : Designs, optional
        What is searched; the shipped lists by default.
    processes : int, optional
        Worker processes; the result does not depend on their number.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    Discrimination
        The best reading of each kind of experiment, best first.

    Raises
    ------
    UnknownIdError
        If there is no such hypothesis.
    InvalidInputError
        If both are the same, a number is below its least value, or a family is not shipped.
    """
    if one == other:
        raise InvalidInputError(f"both hypotheses are {one}; name two different ones")
    if top < 1:
        raise InvalidInputError(f"top: {top}, expected at least 1")
    searched = designs or load_designs()
    read = read_families((one, other), searched, cells=cells, processes=processes, progress=progress)
    return between(one, other, read, searched, top=top)


def read_families(
    hypotheses: Iterable[str],
    designs: Designs,
    *,
    cells: int = CELLS,
    processes: int = 1,
    progress: Progress | None = None,
) -> dict[str, Readings]:
    """Read every experiment in the first cells of the family of each hypothesis."""
    if cells < 2:
        raise InvalidInputError(f"cells: {cells}, expected at least 2")
    families = {name: load_family(hypothesis=name) for name in hypotheses}
    return {
        name: readings(family, designs, cells=cells, processes=processes, progress=progress)
        for name, family in families.items()
    }


def between(one: str, other: str, read: Mapping[str, Readings], designs: Designs, *, top: int = TOP) -> Discrimination:
    """Rank the experiments for two hypotheses whose families were read."""
    return Discrimination(
        one=one,
        other=other,
        best=rank(read[one].values, read[other].values, designs, top=top),
        designs=designs,
        failures=[*read[one].failures, *read[other].failures],
    )


def rank(one: Array, other: Array, designs: Designs, *, top: int = TOP) -> tuple[Ranked, ...]:
    """Give the best reading of each kind of experiment, best first.

    A further step has to pay: a kind that adds steps to a shorter one that is given is left out unless it separates
    better by `STEP_PAYS`.

    Parameters
    ----------
    one, other : numpy.ndarray
        Readings of the cells, shapes (cells, readings), as `Readings.values`.
    designs : Designs
        That were read.
    top : int, optional
        How many kinds.

    Returns
    -------
    tuple of Ranked
        By the size of the separation.
    """
    found = separation(one, other)
    # What cannot be read in a single cell comes last, in the order of the designs.
    size = np.nan_to_num(np.abs(found))
    best: dict[tuple[str, ...], int] = {}
    for i in np.argsort(-size, kind="stable").tolist():
        best.setdefault(designs.experiments[designs.readings[i].experiment].kinds, i)
    kept: dict[tuple[str, ...], int] = {}
    for kinds in sorted(best, key=len):
        shorter = max((size[i] for fewer, i in kept.items() if set(fewer) < set(kinds)), default=-1.0)
        if size[best[kinds]] > STEP_PAYS * shorter:
            kept[kinds] = best[kinds]
    chosen = sorted(kept.values(), key=lambda i: -size[i])
    return tuple(
        Ranked(
            reading=designs.readings[i],
            separation=float(found[i]),
            told_apart=told_apart(one[:, i], other[:, i]),
            one=one[:, i],
            other=other[:, i],
        )
        for i in chosen[:top]
    )
