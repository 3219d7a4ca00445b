"""Cell number i is what it is, whoever asks for it and how many there are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import zinc_sbml as zs
from zinc_sbml.ensembles.samples import BLOCK, samples_of
from zinc_sbml.errors import InvalidInputError, UnknownIdError


@pytest.fixture(scope="module")
def cell():
    return zs.load_model("er_zinc_redox")


def every(samples):
    return np.concatenate([samples.block(number) for number in range(-(-samples.size // BLOCK))])


def test_a_larger_ensemble_begins_with_the_smaller_one(cell):
    small = samples_of("prior", cell, n=300, seed=4)
    large = samples_of("prior", cell, n=1000, seed=4)
    assert every(small).shape == (300, len(small.names))
    assert np.array_equal(every(large)[:300], every(small))
    assert not np.array_equal(every(samples_of("prior", cell, n=300, seed=5)), every(small))


def test_blocks_can_be_asked_for_in_any_order(cell):
    samples = samples_of("prior", cell, n=3 * BLOCK, seed=0)
    forward = [samples.block(number) for number in range(3)]
    assert all(np.array_equal(samples.block(number), forward[number]) for number in (2, 0, 1))
    # Streams of different blocks have nothing in common.
    assert np.abs(np.corrcoef(forward[0][:, 0], forward[1][:, 0])[0, 1]) < 0.3


def test_draws_fill_the_ranges_of_the_passports(cell):
    samples = samples_of("prior", cell, n=4000, seed=2)
    drawn = pd.DataFrame(every(samples), columns=samples.names)
    table = cell.parameters
    assert len(samples.names) > 90
    for name in samples.names:
        lower, upper = table.loc[name, "lower"], table.loc[name, "upper"]
        assert lower <= drawn[name].min()
        assert drawn[name].max() <= upper
        # Uniform on the logarithm where the range is above zero: the middle of the scale is the median.
        middle = np.sqrt(lower * upper) if lower > 0 else (lower + upper) / 2
        assert abs((drawn[name] < middle).mean() - 0.5) < 0.04, name


def test_some_parameters_only(cell):
    samples = samples_of(["ero1_kcat", "zinc_zip7_vmax"], cell, n=5, seed=0)
    assert samples.names == ("ero1_kcat", "zinc_zip7_vmax")
    assert samples.block(0).shape == (5, 2)


def test_the_plausible_family(cell):
    family = zs.load_family()
    whole = samples_of("plausible", cell, n=None, seed=0)
    assert whole.size == len(family)
    assert dict(zip(whole.names, every(whole)[7], strict=True)) == family.cell(7)
    some = samples_of("plausible", cell, n=40, seed=3)
    rows = {tuple(row) for row in every(whole)}
    chosen = [tuple(row) for row in every(some)]
    assert len(set(chosen)) == 40
    assert set(chosen) <= rows
    assert not np.array_equal(every(samples_of("plausible", cell, n=40, seed=4)), every(some))


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_tables_and_files(cell, tmp_path, suffix):
    table = pd.DataFrame({"ero1_kcat": [1.0, 2.0, 3.0], "zinc_zip7_vmax": [0.01, 0.02, 0.03]})
    path = tmp_path / f"cells.{suffix}"
    if suffix == "parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, sep="\t" if suffix == "tsv" else ",", index=False)
    for source in (table, path, str(path), table.to_dict(orient="list")):
        samples = samples_of(source, cell, n=2, seed=0)
        assert samples.names == tuple(table)
        assert np.array_equal(samples.block(0), table.to_numpy()[:2])


@pytest.mark.parametrize(
    ("parameters", "n", "seed", "told"),
    [
        ("prior", 0, 0, "n: 0, expected a number of cells above 0"),
        ("prior", -3, 0, "n: -3"),
        ("prior", 1.5, 0, "n: 1.5"),
        ("prior", True, 0, "n: True"),
        ("prior", None, 0, "expected the number of cells to draw"),
        ("prior", 3, -1, "seed: -1"),
        ("plausible", 10**6, 0, "the family holds 1301"),
        (["zip7_inhibitor"], 3, 0, "zip7_inhibitor of model er_zinc_redox has no range"),
        (["bip_fold"], 3, 0, "bip_fold of model er_zinc_redox has no range"),
        ({"ero1_kcat": [1.0, float("nan")]}, None, 0, "ero1_kcat in row 2 is nan"),
        ({"ero1_kcat": ["a"]}, None, 0, "expected a column of numbers"),
        ({"ero1_kcat": [1.0]}, 2, 0, "the table has 1 rows"),
        ({}, None, 0, "it has no rows"),
    ],
)
def test_nonsense_is_refused(cell, parameters, n, seed, told):
    with pytest.raises(InvalidInputError, match=told):
        samples_of(parameters, cell, n=n, seed=seed)


def test_unknown_sources_are_refused(cell, small_cell, tmp_path):
    with pytest.raises(UnknownIdError, match="did you mean 'prior'"):
        samples_of("priors", cell, n=3, seed=0)
    with pytest.raises(UnknownIdError, match="did you mean 'ero1_kcat'"):
        samples_of(["ero1_kcats"], cell, n=3, seed=0)
    with pytest.raises(InvalidInputError, match="small_cell has no parameter with a range"):
        samples_of("prior", small_cell, n=3, seed=0)
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")
    with pytest.raises(InvalidInputError, match="cannot read the table"):
        samples_of(tmp_path / "broken.parquet", cell, n=None, seed=0)
