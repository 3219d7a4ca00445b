"""What an ensemble answers, against answers by hand and against `simulate`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import zinc_sbml as zs
from zinc_sbml.ensembles import ensemble, load_ensemble
from zinc_sbml.errors import InvalidInputError, UnknownIdError

from .conftest import DRUG, READOUTS, TIMES, cells


@pytest.fixture
def done(run, tmp_path):
    return run(600, path=tmp_path / "run")


def test_answers_by_hand(done):
    """drug_effect = 1/(1 + drug/ki) from the first moment on; at time 0 the row is the one before the change."""
    given = cells(600)
    effect = done.values("drug_effect")
    assert effect.shape == (600, len(TIMES))
    assert np.allclose(effect[:, 0], 1.0, rtol=0, atol=1e-12)
    assert np.allclose(effect[:, 1:], (1 / (1 + 0.05 / given["ki"]))[:, None], rtol=1e-12)
    # Each cell is measured against its own rest, whatever its pump does.
    assert np.allclose(done.values("Zn_fold")[:, 0], 1.0, rtol=1e-8)
    assert done.values("Zn_fold")[:, 3].min() > 1


def test_cells_start_at_their_own_rest(done, small_cell_rest):
    given = cells(600)
    free = done.values("free_fraction")[:, 0]
    for number in range(0, 600, 50):
        rest = small_cell_rest(kout=given["kout"][number])
        assert free[number] == pytest.approx(rest["enzyme"] / 0.65, rel=1e-8)


def test_a_cell_is_what_simulate_makes_of_it():
    """The rest is found another way, so bits differ, but nothing else may."""
    done = ensemble("dtt_pulse", n=6, seed=2, readouts=["pdi_oxidised_fraction", "Zn_er"], times=[0, 60, 400, 3900])
    table = done.cells()
    for number, cell in table.iterrows():
        alone = zs.simulate("dtt_pulse", parameters=cell.to_dict(), times=[0, 60, 400, 3900], readouts=done.readouts)
        for readout in done.readouts:
            # Both are off by the tolerance of the solver, 1e-8, times the number of steps.
            assert done.values(readout)[number] == pytest.approx(alone[readout].to_numpy(), rel=1e-6), readout


def test_bands_are_quantiles(done):
    bands = done.bands("drug_effect", (0.1, 0.5, 0.99))
    assert list(bands.columns) == [0.1, 0.5, 0.99]
    assert bands.index.tolist() == list(TIMES)
    expected = np.quantile(1 / (1 + 0.05 / cells(600)["ki"]), [0.1, 0.5, 0.99])
    assert bands.loc[50.0].to_numpy() == pytest.approx(expected, rel=1e-12)


def test_bands_are_the_same_when_read_in_slices(done, monkeypatch):
    from zinc_sbml.ensembles import result

    whole = done.bands("free_fraction")
    monkeypatch.setattr(result, "_LARGEST_SLICE", 600)
    pd.testing.assert_frame_equal(done.bands("free_fraction"), whole)


def test_summaries(done):
    values = done.values("free_fraction")
    for statistic, expected in (
        ("initial", values[:, 0]),
        ("final", values[:, -1]),
        ("max", values.max(axis=1)),
        ("min", values.min(axis=1)),
        ("mean", values.mean(axis=1)),
    ):
        found = done.summary("free_fraction", statistic)
        assert np.array_equal(found.to_numpy(), expected), statistic
        assert found.index.name == "cell"


def test_it_can_be_opened_again(done, tmp_path):
    for path in (tmp_path / "run", tmp_path / "run" / "ensemble.parquet"):
        again = load_ensemble(path)
        assert len(again) == 600
        assert again.readouts == READOUTS
        assert np.array_equal(again.values("Zn_fold"), done.values("Zn_fold"))
        assert again.units["free_fraction"] == "fraction"
    # Any reader of Parquet sees the same.
    table = pd.read_parquet(tmp_path / "run" / "ensemble.parquet")
    assert table["cell"].tolist() == list(range(600))
    assert np.array_equal(table["ki"], cells(600)["ki"])
    assert np.array_equal(np.stack(table["drug_effect"]), done.values("drug_effect"))


def test_failures_are_recorded_and_counted(run, tmp_path):
    """Zinc that is pumped against nothing grows for ever: there is no rest."""
    given = {"kout": np.array([1.0, 0.0, 1.0, 0.0]), "ki": np.full(4, 0.05)}
    done = run(parameters=given, path=tmp_path / "run")
    assert done.failed.index.tolist() == [1, 3]
    assert done.failed["kout"].tolist() == [0.0, 0.0]
    assert done.failed["failure"].str.contains("no resting state found").all()
    assert np.isnan(done.values("Zn_fold")[[1, 3]]).all()
    assert np.isfinite(done.values("Zn_fold")[[0, 2]]).all()
    # Quantiles are those of the others.
    assert done.bands("drug_effect", (0.0, 1.0)).loc[1.0].to_numpy() == pytest.approx([0.5, 0.5])
    assert done.summary("drug_effect").isna().tolist() == [False, True, False, True]


def test_a_cell_that_would_run_for_ever_fails_everywhere_alike(run, tmp_path, monkeypatch):
    from zinc_sbml import engine

    monkeypatch.setattr(engine, "MAX_STEPS", 5)
    engine._engines.clear()
    done = run(3, path=tmp_path / "run")
    engine._engines.clear()
    assert len(done.failed) == 3
    assert done.failed["failure"].str.contains("mxstep").all()
    with pytest.raises(InvalidInputError, match="all cells failed"):
        done.bands("Zn_fold")


@pytest.mark.parametrize(
    ("more", "error", "told"),
    [
        ({"readouts": ["Zn_folds"]}, UnknownIdError, "did you mean 'Zn_fold'"),
        ({"readouts": []}, InvalidInputError, "none given"),
        ({"times": [200.0]}, InvalidInputError, "lies beyond the end"),
        ({"processes": 0}, InvalidInputError, "processes: 0"),
        ({"parameters": {"kouts": [1.0]}}, UnknownIdError, "did you mean 'kout'"),
        ({"parameters": {"drug": [1.0]}}, InvalidInputError, "drug is an input"),
        ({"parameters": {"Zn": [1.0]}}, InvalidInputError, "starts at its rest whatever it was"),
        ({"parameters": {"free_fraction": [1.0]}}, InvalidInputError, "the model computes it"),
    ],
)
def test_nonsense_is_refused_before_anything_is_written(run, tmp_path, more, error, told):
    with pytest.raises(error, match=told):
        run(3, path=tmp_path / "run", **more)
    assert not (tmp_path / "run").exists()


def test_what_was_not_read_is_refused(done):
    with pytest.raises(UnknownIdError, match="did you mean 'Zn_fold'"):
        done.values("Zn_folds")
    with pytest.raises(UnknownIdError, match="did you mean 'final'"):
        done.summary("Zn_fold", "finale")
    with pytest.raises(InvalidInputError, match=r"quantiles: 1.5"):
        done.bands("Zn_fold", (0.5, 1.5))


def test_a_picture_of_bands(done, tmp_path):
    figure = done.plot(["free_fraction", "drug_effect"], tmp_path / "bands.svg")
    assert len(figure.axes) == 2
    lines = figure.axes[1].lines[0]
    assert lines.get_ydata() == pytest.approx(done.bands("drug_effect")[0.5].to_numpy())
    assert "600 cells" in figure.get_suptitle()
    assert (tmp_path / "bands.svg").read_text().startswith("<?xml")
    with pytest.raises(InvalidInputError, match="written as pdf, png, svg"):
        done.plot(path=tmp_path / "bands.gif")


def test_scenario_by_name_with_the_real_cell(tmp_path):
    done = ensemble("zip7_inhibition", n=3, readouts=["xbp1s_fold"], path=tmp_path / "run", processes=1)
    assert done.times.tolist() == [86_400.0]
    assert done.summary("xbp1s_fold").min() > 1.1
    assert DRUG.id not in done.record["scenario"]["id"]
