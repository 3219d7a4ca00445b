"""What is kept of the search: the best experiment for every pair, the five best for some, and answers to questions.

All of it is counted from one table, the readings of the kept experiments in the cells of every hypothesis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zinc_sbml import catalog
from zinc_sbml.discrimination.designs import Designs, Reading
from zinc_sbml.discrimination.lists import load_designs
from zinc_sbml.discrimination.pictures import predicted_curves
from zinc_sbml.discrimination.readings import courses
from zinc_sbml.discrimination.search import CELLS, as_read, between, described, read_families, summary
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.files import write_atomically
from zinc_sbml.findings.family import load_family
from zinc_sbml.hypotheses import load_hypotheses
from zinc_sbml.processes import Progress
from zinc_sbml.quantities import duration_text
from zinc_sbml.table_text import read_rows, stale_tables, to_text

__all__ = ["SHOWN", "disagreements", "make"]

Array = NDArray[np.float64]

SHOWN = (("trap", "erad"), ("trap_erad", "erad"), ("trap_erad", "reversible_erad"))
"""Pairs whose five best experiments are kept and drawn: each explanation alone, the shipped one against degradation
alone, and the two ways in which zinc may act on Ero1alpha."""

# A reading that is made again may differ by this part of its noise: other processors round differently.
AGREEMENT = 1e-2


@dataclass(frozen=True, slots=True)
class _Choice:
    """A reading that was chosen for a pair of hypotheses."""

    one: str
    other: str
    rank: int
    reading: Reading


def make(*, cells: int = CELLS, processes: int = 1, progress: Progress | None = None) -> list[str]:
    """Search for every pair of hypotheses and write what is kept; gives the names of the files."""
    names = list(load_hypotheses())
    # Either order is the same search; those that are shown keep theirs.
    pairs = [next((shown for shown in SHOWN if set(shown) == set(pair)), pair) for pair in combinations(names, 2)]
    designs = load_designs()
    read = read_families(names, designs, cells=cells, processes=processes, progress=progress)
    found = {pair: between(*pair, read, designs) for pair in pairs}
    best = [_Choice(*pair, 1, each.best[0].reading) for pair, each in found.items()]
    shown = [_Choice(*pair, rank, one.reading) for pair in SHOWN for rank, one in enumerate(found[pair].best, 1)]
    chosen = [choice.reading for choice in (*best, *shown)] + [one.reading for one in designs.predictions]
    wanted = {_label(reading, designs): reading for reading in chosen}
    columns = {label: designs.readings.index(reading) for label, reading in wanted.items()}
    values = {name: {label: one.values[:, i] for label, i in columns.items()} for name, one in read.items()}
    folder = catalog.rival_directory()
    texts = {folder / "readings.tsv": _readings_text(values, wanted), **_tables(best, shown, values, designs)}
    write_atomically(texts)
    written = [path.name for path in texts]
    for one, other in SHOWN:
        picture = folder / f"{one}_or_{other}.svg"
        predicted_curves(found[one, other], picture, cells=cells, processes=processes)
        written.append(picture.name)
    return written


def _label(reading: Reading, designs: Designs) -> str:
    """Name of the column of a reading."""
    after = reading.time - designs.experiments[reading.experiment].last_change
    return _column(reading.experiment, reading.assay.readout, after, reading.against)


def _column(experiment: str, readout: str, after: float, against: str) -> str:
    return f"{experiment} | {readout} | {duration_text(after)} | {against}"


def _readings_text(values: Mapping[str, Mapping[str, Array]], wanted: Mapping[str, Reading]) -> str:
    """Readings of every hypothesis, cell by cell, as a laboratory writes them."""
    import pandas as pd

    parts = []
    for name, columns in values.items():
        table = pd.DataFrame({label: as_read(wanted[label], column) for label, column in columns.items()})
        table.insert(0, "set", load_family(hypothesis=name).ids[: len(table)])
        table.insert(0, "hypothesis", name)
        parts.append(table)
    return to_text(pd.concat(parts, ignore_index=True), digits=7)


def _tables(
    best: Sequence[_Choice],
    shown: Sequence[_Choice],
    values: Mapping[str, Mapping[str, Array]],
    designs: Designs,
) -> dict[Path, str]:
    """Tables of the best experiments and of the predictions, from readings in units of noise."""
    import pandas as pd

    def row(choice: _Choice) -> dict[str, object]:
        label = _label(choice.reading, designs)
        one, other = values[choice.one][label], values[choice.other][label]
        first = {"one": choice.one, "other": choice.other, "rank": choice.rank}
        return first | described(choice.reading, designs, one, other)

    predictions = []
    for prediction in designs.predictions:
        label = _label(prediction.reading, designs)
        told: dict[str, object] = {
            "question": prediction.question,
            "experiment": prediction.reading.experiment,
            "readout": prediction.reading.assay.readout,
            "minutes_after": prediction.after / 60,
            "against": prediction.reading.against,
        }
        for name, columns in values.items():
            told |= summary(name, prediction.reading, columns[label])
        predictions.append(told)
    folder = catalog.rival_directory()
    return {
        folder / "pairs.tsv": to_text(pd.DataFrame([row(choice) for choice in best])),
        folder / "experiments.tsv": to_text(pd.DataFrame([row(choice) for choice in shown])),
        folder / "predictions.tsv": to_text(pd.DataFrame(predictions)),
    }


def disagreements() -> list[str]:
    """Make what is kept again and tell where it says something else.

    The tables are counted again from the kept readings, and all of these are simulated again in the first cell of each
    hypothesis.

    Returns
    -------
    list of str
        One line for each table and each reading that differs.

    Raises
    ------
    InvalidInputError
        If a table is missing or names a reading that is not among the designs.
    """
    folder = catalog.rival_directory()
    designs = load_designs()
    known = {_label(reading, designs): reading for reading in designs.readings}
    rows = read_rows(folder / "readings.tsv")
    labels = [label for label in rows[0] if label not in ("hypothesis", "set")]
    for label in labels:
        if label not in known:
            raise InvalidInputError(f"{folder / 'readings.tsv'}: {label!r} is not among the designs any more")
    names = list(dict.fromkeys(row["hypothesis"] for row in rows))
    values = {
        name: {
            label: _in_noise(known[label], [float(row[label]) for row in rows if row["hypothesis"] == name])
            for label in labels
        }
        for name in names
    }
    best, shown = (_choices(folder / f"{name}.tsv", values, known) for name in ("pairs", "experiments"))
    lines = [f"{path.name} is stale" for path in stale_tables(_tables(best, shown, values, designs))]
    for name in names:
        family = load_family(hypothesis=name)
        for label in labels:
            reading = known[label]
            again = courses(family, designs, reading, [reading.time], cells=1)[0, 0]
            kept = values[name][label][0]
            if not math.isclose(kept, again, rel_tol=1e-3, abs_tol=AGREEMENT):
                lines.append(f"{name}, first cell: {label} is {again:.5g} times its noise, the table says {kept:.5g}")
    return lines


def _in_noise(reading: Reading, values: Sequence[float]) -> Array:
    """Undo `as_read`."""
    read = np.array(values)
    return (read if reading.assay.absolute else np.log(read)) / reading.assay.noise


def _choices(path: Path, values: Mapping[str, Mapping[str, Array]], known: Mapping[str, Reading]) -> list[_Choice]:
    found = []
    for row in read_rows(path):
        label = _column(row["experiment"], row["readout"], 60 * float(row["minutes_after"]), row["against"])
        if label not in known or any(label not in values.get(row[side], {}) for side in ("one", "other")):
            raise InvalidInputError(
                f"{path}: {label!r} under {row['one']} and {row['other']} is not among the readings"
            )
        found.append(_Choice(row["one"], row["other"], int(row["rank"]), known[label]))
    return found
