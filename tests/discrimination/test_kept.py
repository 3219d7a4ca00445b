"""What is kept of the search: it follows from the kept readings, and cells give their readings again."""

import csv
import io
import itertools
import shutil

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.discrimination import kept
from zinc_sbml.discrimination.search import STEP_PAYS
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.quantities import parse_duration
from zinc_sbml.table_text import read_rows


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the tables, so that no test writes into the repository."""
    copy = tmp_path / "hypotheses"
    shutil.copytree(catalog.rival_directory(), copy)
    monkeypatch.setattr(catalog, "rival_directory", lambda name="": copy / name)
    return copy


def rewrite(path, change):
    rows = read_rows(path)
    change(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def test_the_shipped_tables_agree_with_the_readings_and_the_cells():
    assert kept.disagreements() == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("experiments", "separation"),
        ("experiments", "other_low"),
        ("pairs", "told_apart"),
        ("predictions", "erad_median"),
    ],
)
def test_a_changed_number_is_told(table, column, folder):
    def change(rows):
        rows[1][column] = str(float(rows[1][column]) * 1.1 + 0.01)

    rewrite(folder / f"{table}.tsv", change)
    assert kept.disagreements() == [f"{table}.tsv is stale"]


def test_a_changed_reading_of_a_cell_is_told(folder):
    label = next(iter(read_rows(folder / "readings.tsv")[0].keys() - {"hypothesis", "set"}))

    def change(rows):
        rows[0][label] = str(float(rows[0][label]) * 2)

    rewrite(folder / "readings.tsv", change)
    assert any(f"trap_erad, first cell: {label} is" in line for line in kept.disagreements())


def test_an_experiment_that_is_no_more_is_told(folder):
    def change(rows):
        rows[0]["experiment"] = "nothing at all"

    rewrite(folder / "experiments.tsv", change)
    with pytest.raises(InvalidInputError, match=r"experiments\.tsv.*nothing at all.*not among the readings"):
        kept.disagreements()
    readings = folder / "readings.tsv"
    readings.write_text(readings.read_text(encoding="utf-8").replace("DTT 5 mM", "DTT 7 mM"), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"readings\.tsv.*DTT 7 mM.*not among the designs"):
        kept.disagreements()
    readings.unlink()
    with pytest.raises(InvalidInputError, match=r"readings\.tsv"):
        kept.disagreements()


def test_every_pair_has_its_best_experiment():
    pairs = {frozenset((row["one"], row["other"])) for row in read_rows(catalog.rival_directory() / "pairs.tsv")}
    assert pairs == {frozenset(pair) for pair in itertools.combinations(zs.load_hypotheses(), 2)}


def test_the_five_best_are_ranked_and_of_different_kinds():
    designs = zs.load_designs()
    rows = read_rows(catalog.rival_directory() / "experiments.tsv")
    for pair in kept.SHOWN:
        mine = [row for row in rows if (row["one"], row["other"]) == pair]
        assert [row["rank"] for row in mine] == ["1", "2", "3", "4", "5"]
        sizes = [abs(float(row["separation"])) for row in mine]
        assert sizes == sorted(sizes, reverse=True)
        kinds = [designs.experiments[row["experiment"]].kinds for row in mine]
        assert len(set(kinds)) == 5
        for (longer, size), (shorter, other) in itertools.permutations(zip(kinds, sizes, strict=True), 2):
            if set(shorter) < set(longer):
                assert size > STEP_PAYS * other * (1 - 1e-3)


def test_shares_told_apart_by_counting():
    """From the readings as they are written: ratios are apart if they differ by more than 1.96 root 2 x 20 percent."""
    readings = read_rows(catalog.rival_directory() / "readings.tsv")
    limit = np.exp(1.96 * 2**0.5 * 0.2)
    checked = 0
    for table in ("experiments", "pairs"):
        for row in read_rows(catalog.rival_directory() / f"{table}.tsv"):
            if row["readout"] == "glutathione_potential":
                continue
            [label] = [
                label
                for label in readings[0]
                if label.startswith(f"{row['experiment']} | {row['readout']} | ")
                and label.endswith(f" | {row['against']}")
                and parse_duration(label.split(" | ")[2]) == 60 * float(row["minutes_after"])
            ]
            one, other = (
                [float(reading[label]) for reading in readings if reading["hypothesis"] == row[side]]
                for side in ("one", "other")
            )
            assert len(one) == len(other) == 200
            apart = np.mean([max(a, b) / min(a, b) > limit for a in one for b in other])
            assert float(row["told_apart"]) == pytest.approx(apart, abs=1e-3)
            assert float(row["one_median"]) == pytest.approx(np.median(one), rel=2e-3)
            checked += 1
    assert checked > 20


def test_predictions_are_told_for_every_hypothesis():
    rows = read_rows(catalog.rival_directory() / "predictions.tsv")
    designs = zs.load_designs()
    assert [row["question"] for row in rows] == [one.question for one in designs.predictions]
    for row in rows:
        for name in zs.load_hypotheses():
            low, median, high = (float(row[f"{name}_{word}"]) for word in ("low", "median", "high"))
            assert low <= median <= high


def test_what_is_made_is_what_is_checked(folder, monkeypatch):
    """A whole run over two hypotheses, three cells and a few experiments, then the check."""
    designs = zs.load_designs()
    few = [name for name, one in designs.experiments.items() if len(one.kinds) == 1][:7]
    few += ["ZIP7 inhibitor 1 uM", "ZIP7 inhibitor 1 uM, after 24 h DTT 5 mM for 5 min"]
    small = type(designs)(
        model=designs.model,
        experiments={name: designs.experiments[name] for name in few},
        assays=designs.assays[:4],
        predictions=designs.predictions[:1],
    )
    hypotheses = {name: one for name, one in zs.load_hypotheses().items() if name in ("trap", "erad")}
    monkeypatch.setattr(kept, "load_designs", lambda: small)
    monkeypatch.setattr(kept, "load_hypotheses", lambda: hypotheses)
    monkeypatch.setattr(kept, "SHOWN", (("trap", "erad"),))
    written = kept.make(cells=3)
    assert written == ["readings.tsv", "pairs.tsv", "experiments.tsv", "predictions.tsv", "trap_or_erad.svg"]
    assert len(read_rows(folder / "readings.tsv")) == 6
    assert len(read_rows(folder / "experiments.tsv")) == 5
    assert kept.disagreements() == []
    again = {name: (folder / name).read_bytes() for name in written}
    kept.make(cells=3, processes=2)
    assert {name: (folder / name).read_bytes() for name in written} == again
