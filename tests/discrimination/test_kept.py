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


def test_a_changed_number_is_told(folder):
    def change(rows):
        rows[1]["separation"] = str(float(rows[1]["separation"]) * 1.1)
        rows[2]["told_apart"] = "0.123"

    rewrite(folder / "experiments.tsv", change)
    lines = kept.disagreements()
    assert len(lines) == 2
    assert "experiment 2: separation" in lines[0]
    assert "experiment 3: told apart" in lines[1]


def test_a_changed_reading_of_a_cell_is_told(folder):
    def change(rows):
        rows[0]["best_1"] = str(float(rows[0]["best_1"]) * 2)

    rewrite(folder / "readings.tsv", change)
    assert any("first cell of" in line for line in kept.disagreements())


def test_an_experiment_that_is_no_more_is_told(folder):
    def change(rows):
        rows[0]["experiment"] = "nothing at all"

    rewrite(folder / "experiments.tsv", change)
    with pytest.raises(InvalidInputError, match="not among the designs"):
        kept.disagreements()
    (folder / "readings.tsv").unlink()
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
    rows = read_rows(catalog.rival_directory() / "experiments.tsv")
    checked = 0
    for row in rows:
        if row["readout"] == "glutathione_potential":
            continue
        one, other = (
            [
                float(reading[f"best_{row['rank']}"])
                for reading in readings
                if (reading["one"], reading["other"], reading["hypothesis"]) == (row["one"], row["other"], row[side])
            ]
            for side in ("one", "other")
        )
        assert len(one) == len(other) == 200
        limit = np.exp(1.96 * 2**0.5 * 0.2)
        apart = np.mean([max(a, b) / min(a, b) > limit for a in one for b in other])
        assert float(row["told_apart"]) == pytest.approx(apart, abs=1e-3)
        checked += 1
    assert checked > 9


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
    small = type(designs)(
        model=designs.model,
        experiments={name: designs.experiments[name] for name in few},
        assays=designs.assays[:4],
    )
    hypotheses = {name: one for name, one in zs.load_hypotheses().items() if name in ("trap", "erad")}
    monkeypatch.setattr(kept, "load_designs", lambda: small)
    monkeypatch.setattr(kept, "load_hypotheses", lambda: hypotheses)
    monkeypatch.setattr(kept, "SHOWN", (("trap", "erad"),))
    written = kept.make(cells=3)
    assert written == ["pairs.tsv", "experiments.tsv", "readings.tsv", "predictions.tsv", "trap_or_erad.svg"]
    assert all((folder / name).stat().st_size for name in written if name != "predictions.tsv")
    assert len(read_rows(folder / "readings.tsv")) == 6
    assert len(read_rows(folder / "experiments.tsv")) == 5
    assert kept.disagreements() == []
    again = {name: (folder / name).read_bytes() for name in written}
    kept.make(cells=3, processes=2)
    assert {name: (folder / name).read_bytes() for name in written} == again
