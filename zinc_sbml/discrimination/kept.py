"""What is kept of the search: the best experiment for every pair, the five best for some, and their readings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml import catalog
from zinc_sbml.discrimination.designs import Designs, load_designs
from zinc_sbml.discrimination.pictures import predicted_curves
from zinc_sbml.discrimination.readings import Readings, courses
from zinc_sbml.discrimination.search import CELLS, Discrimination, as_read, between, read_families, summary
from zinc_sbml.discrimination.separation import separation, told_apart
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.files import write_atomically
from zinc_sbml.findings.family import load_family
from zinc_sbml.hypotheses import load_hypotheses
from zinc_sbml.processes import Progress
from zinc_sbml.table_text import read_rows, to_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SHOWN", "disagreements", "make"]

SHOWN = (("trap", "erad"), ("trap_erad", "erad"), ("trap_erad", "reversible_erad"))
"""Pairs whose five best experiments are kept and drawn: each explanation alone, the shipped one against degradation
alone, and the two ways in which zinc may act on Ero1alpha."""

# A number that is made again may differ by this part: other processors round differently.
AGREEMENT = 1e-3


def make(*, cells: int = CELLS, processes: int = 1, progress: Progress | None = None) -> list[str]:
    """Search for every pair of hypotheses and write what is kept; gives the names of the files."""
    names = list(load_hypotheses())
    # Either order is the same search; those that are shown keep theirs.
    pairs = [next((shown for shown in SHOWN if set(shown) == set(pair)), pair) for pair in combinations(names, 2)]
    designs = load_designs()
    read = read_families(names, designs, cells=cells, processes=processes, progress=progress)
    found = {pair: between(*pair, read, designs) for pair in pairs}
    folder = catalog.rival_directory()
    texts = {
        folder / "pairs.tsv": to_text(_best(found)),
        folder / "experiments.tsv": to_text(_shown(found)),
        folder / "readings.tsv": to_text(_readings(found), digits=6),
        folder / "predictions.tsv": to_text(_predictions(read, designs)),
    }
    write_atomically(texts)
    written = [path.name for path in texts]
    for one, other in SHOWN:
        picture = folder / f"{one}_or_{other}.svg"
        predicted_curves(found[one, other], picture, cells=cells, processes=processes)
        written.append(picture.name)
    return written


def _best(found: Mapping[tuple[str, str], Discrimination]) -> pd.DataFrame:
    """One row for each pair: its best experiment."""
    import pandas as pd

    rows = []
    for (one, other), each in found.items():
        table = each.frame
        rows.append({"one": one, "other": other, **table.loc[1].to_dict()})
    return pd.DataFrame(rows)


def _shown(found: Mapping[tuple[str, str], Discrimination]) -> pd.DataFrame:
    import pandas as pd

    tables = []
    for one, other in SHOWN:
        table = found[one, other].frame.reset_index()
        table.insert(0, "other", other)
        table.insert(0, "one", one)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _readings(found: Mapping[tuple[str, str], Discrimination]) -> pd.DataFrame:
    """Readings of the experiments that are shown, cell by cell."""
    import pandas as pd

    rows = []
    for pair in SHOWN:
        each = found[pair]
        for hypothesis, side in ((each.one, "one"), (each.other, "other")):
            columns = [as_read(best.reading, getattr(best, side)) for best in each.best]
            ids = load_family(hypothesis=hypothesis).ids
            for number, values in enumerate(zip(*columns, strict=True)):
                rows.append(
                    {
                        "one": pair[0],
                        "other": pair[1],
                        "hypothesis": hypothesis,
                        "set": ids[number],
                        **{f"best_{rank}": float(value) for rank, value in enumerate(values, 1)},
                    }
                )
    return pd.DataFrame(rows)


def _predictions(read: Mapping[str, Readings], designs: Designs) -> pd.DataFrame:
    """What each hypothesis predicts for the readings that the lists of designs name."""
    import pandas as pd

    rows = []
    for prediction in designs.predictions:
        column = designs.readings.index(prediction.reading)
        row: dict[str, object] = {
            "question": prediction.question,
            "experiment": prediction.reading.experiment,
            "readout": prediction.reading.assay.readout,
            "minutes_after": prediction.after / 60,
            "against": prediction.reading.against,
        }
        for name, one in read.items():
            row |= summary(name, prediction.reading, one.values[:, column])
        rows.append(row)
    return pd.DataFrame(rows)


def disagreements() -> list[str]:
    """Make the numbers of the kept experiments again and tell where the tables say something else.

    Separations and shares are counted again from the kept readings, and the first cell of each hypothesis is simulated
    again.

    Returns
    -------
    list of str
        One line for each number that differs.

    Raises
    ------
    InvalidInputError
        If a table is missing or does not name an experiment that there is.
    """
    folder = catalog.rival_directory()
    experiments, kept = (read_rows(folder / f"{name}.tsv") for name in ("experiments", "readings"))
    designs = load_designs()
    assays = {assay.readout: assay for assay in designs.assays}
    lines = []
    for row in experiments:
        where = f"{row['one']} or {row['other']}, experiment {row['rank']}"
        if row["experiment"] not in designs.experiments or row["readout"] not in assays:
            raise InvalidInputError(f"{folder / 'experiments.tsv'}, {where}: it is not among the designs any more")
        experiment, assay = designs.experiments[row["experiment"]], assays[row["readout"]]
        column = f"best_{row['rank']}"
        sides = {}
        for hypothesis in (row["one"], row["other"]):
            read = np.array(
                [
                    float(reading[column])
                    for reading in kept
                    if (reading["one"], reading["other"], reading["hypothesis"])
                    == (row["one"], row["other"], hypothesis)
                ]
            )
            sides[hypothesis] = (read if assay.absolute else np.log(read)) / assay.noise
            again = courses(
                load_family(hypothesis=hypothesis),
                designs,
                experiment,
                assay,
                row["against"],
                [experiment.last_change + 60 * float(row["minutes_after"])],
                cells=1,
            ).values[0, 0]
            lines += _differs(f"{where}, first cell of {hypothesis}", sides[hypothesis][0], float(again), absolute=1e-2)
        one, other = sides[row["one"]], sides[row["other"]]
        apart = float(separation(one[:, None], other[:, None])[0])
        lines += _differs(f"{where}: separation", float(row["separation"]), apart)
        lines += _differs(f"{where}: told apart", float(row["told_apart"]), told_apart(one, other))
    return lines


def _differs(what: str, kept: float, now: float, absolute: float = 0.0) -> list[str]:
    if math.isclose(kept, now, rel_tol=AGREEMENT, abs_tol=absolute):
        return []
    return [f"{what} is {now:.5g}, the table says {kept:.5g}"]
