from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.result import Result
from zinc_sbml.scenarios import Period, Scenario

SCENARIO = Scenario(id="made", duration=10, periods=(Period(start=4, changes={"k": 1}),))


@pytest.fixture
def result() -> Result:
    """Four rows by hand: `up` rises from 0 to 8, `dip` falls and comes back, `level` stays."""
    return Result(
        scenario=SCENARIO,
        times=np.array([0.0, 2.0, 4.0, 10.0]),
        values=np.array([[0.0, 3.0, 5.0], [2.0, 1.0, 5.0], [6.0, 1.0, 5.0], [8.0, 3.0, 5.0]]),
        columns=("up", "dip", "level"),
        units={"up": "uM", "dip": "fraction", "level": ""},
        names={"up": "rising", "dip": "dipping", "level": "level"},
        readouts=("up",),
    )


def test_frame_is_a_labelled_copy(result: Result) -> None:
    frame = result.frame
    assert frame.index.name == "time (s)"
    assert [*frame.columns] == ["up", "dip", "level"]
    frame.loc[0.0, "up"] = 99
    assert result.frame.loc[0.0, "up"] == 0
    pd.testing.assert_series_equal(result["dip"], result.frame["dip"])
    with pytest.raises(ValueError, match="read-only"):
        result.values[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        result.times[0] = 1


def test_first_and_last_row(result: Result) -> None:
    assert result.initial.to_dict() == {"up": 0, "dip": 3, "level": 5}
    assert result.final.to_dict() == {"up": 8, "dip": 3, "level": 5}


def test_extremes_and_means_of_windows(result: Result) -> None:
    assert (result.max("up"), result.min("dip"), result.max("dip", 1.0, 4.0)) == (8, 1, 2)
    assert result.mean("up") == pytest.approx((2 + 8 + 42) / 10)
    assert result.mean("dip", 3.0, 5.0) == pytest.approx((1 * 1 + (1 + 4 / 3) / 2) / 2)
    assert result.mean("up", 4.0, 4.0) == 6


def test_values_between_rows_lie_on_straight_lines(result: Result) -> None:
    assert result.at("up", 4.0) == 6
    assert result.at("up", 7.0) == 7
    with pytest.raises(InvalidInputError, match=r"time 11 s lies outside the rows \(0 to 10 s\)"):
        result.at("up", 11)


def test_half_times(result: Result) -> None:
    assert result.half_time("up") == pytest.approx(3.0)  # 4 on the way from 2 to 6
    assert result.half_time("up", start=4.0) == pytest.approx(3.0)
    assert result.half_time("up", start=0.0, end=4.0) == pytest.approx(2.5)
    assert result.half_time("dip", start=0.0, end=4.0) == pytest.approx(1.0)
    assert math.isnan(result.half_time("level"))
    assert math.isnan(result.half_time("dip"))  # ends where it began: no change to halve


def test_half_time_of_a_decay_is_its_half_life() -> None:
    times = np.concatenate([[0], np.geomspace(1e-3, 100, 400)])
    decay = Result(
        scenario=Scenario(id="d", duration=100),
        times=times,
        values=7 * np.exp(-0.3 * times)[:, None],
        columns=("x",),
        units={"x": ""},
        names={"x": "x"},
    )
    assert decay.half_time("x") == pytest.approx(math.log(2) / 0.3, rel=1e-3)
    assert decay.half_time("x", start=1.0) == pytest.approx(math.log(2) / 0.3, rel=1e-3)


def test_time_to_a_level(result: Result) -> None:
    assert result.time_to("up", 7.0) == pytest.approx(7.0)
    assert result.time_to("dip", 2.0) == pytest.approx(1.0)
    assert result.time_to("dip", 2.0, start=2.0) == pytest.approx(5.0)
    assert result.time_to("up", 0.0) == 0
    assert math.isnan(result.time_to("up", 9.0))
    assert math.isnan(result.time_to("up", 7.0, end=5.0))


def test_noise_of_the_solver_is_no_change() -> None:
    values = 5 + 1e-8 * np.array([[0.0], [1.0], [-1.0]])
    flat = Result(
        scenario=SCENARIO,
        times=np.array([0.0, 1.0, 2.0]),
        values=values,
        columns=("x",),
        units={"x": ""},
        names={"x": ""},
    )
    assert math.isnan(flat.half_time("x"))
    assert flat.steady()


def test_steady_looks_at_the_last_part(result: Result) -> None:
    assert not result.steady()
    assert result.steady(tolerance=0.12, part=0.1)  # in the last second dip moves by 1/3 of 3
    assert not result.steady(tolerance=0.1, part=0.1)


@pytest.mark.parametrize("call", ["max", "min", "mean", "half_time"])
def test_unknown_columns_and_windows_are_refused(result: Result, call: str) -> None:
    with pytest.raises(UnknownIdError, match=r"unknown column 'upp' in the result of made.*'up'"):
        getattr(result, call)("upp")
    with pytest.raises(InvalidInputError, match="outside"):
        getattr(result, call)("up", 3.0, 12.0)
    with pytest.raises(InvalidInputError, match="before its start"):
        getattr(result, call)("up", 3.0, 2.0)
    with pytest.raises(UnknownIdError):
        result["upp"]


def test_csv_keeps_every_digit(tmp_path: Path) -> None:
    values = np.array([[1 / 3, 1e-300], [math.pi, -2.5e17]])
    made = Result(
        scenario=SCENARIO, times=np.array([0.0, 0.1]), values=values, columns=("a", "b"),
        units={"a": "uM", "b": "per_s"}, names={"a": "", "b": ""},
    )  # fmt: skip
    path = made.to_csv(tmp_path / "run.csv")
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["time [s]", "a [uM]", "b [per_s]"]
    assert np.array(rows, dtype=float).tolist() == [[0.0, 1 / 3, 1e-300], [0.1, math.pi, -2.5e17]]
    assert [item.name for item in tmp_path.iterdir()] == ["run.csv"]


def test_csv_needs_a_directory(result: Result, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no directory"):
        result.to_csv(tmp_path / "nowhere" / "run.csv")
    assert not [*tmp_path.iterdir()]
