"""Whoever runs a scenario is told at once what cannot be used, and why."""

from __future__ import annotations

import math

import pytest

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Scenario
from zinc_sbml.simulation import simulate

NOTHING_DONE = Scenario(id="test", duration=100.0)


@pytest.mark.parametrize(
    ("parameters", "error", "parts"),
    [
        ({"drugg": 1}, UnknownIdError, ("'drugg'", "'drug'", "small_cell")),
        ({"drug": math.nan}, InvalidInputError, ("drug = nan", "finite")),
        ({"drug": math.inf}, InvalidInputError, ("drug = inf",)),
        ({"drug": "much"}, InvalidInputError, ("'much'", "uM")),
        ({"drug": True}, InvalidInputError, ("True",)),
        ({"Zn_fold": 1}, InvalidInputError, ("Zn_fold is a readout", "computes")),
        ({"helper": 1}, InvalidInputError, ("helper", "computes")),
        ({"Drug": 1}, InvalidInputError, ("Drug", "computes")),
        ({"J0": 1}, InvalidInputError, ("J0", "computes")),
        ({"Zn_reference": 1}, InvalidInputError, ("Zn_reference", "resting state")),
        ({"lumen": 1}, InvalidInputError, ("lumen", "compartment")),
        ({"Zn": -1}, InvalidInputError, ("Zn = -1", "at least 0")),
    ],
)
def test_values_that_cannot_be_set(
    small_cell: Model, parameters: dict[str, float], error: type[Exception], parts: tuple[str, ...]
) -> None:
    with pytest.raises(error) as caught:
        simulate(NOTHING_DONE, model=small_cell, parameters=parameters)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(("value", "part"), [(-0.1, "0 to"), (1e9, "0 to")])
def test_inputs_stay_in_their_domain(value: float, part: str) -> None:
    with pytest.raises(InvalidInputError, match=f"zip7_inhibitor = .* uM, expected {part}"):
        simulate("baseline", parameters={"zip7_inhibitor": value})


def test_parameters_are_not_negative_where_their_range_is_not() -> None:
    with pytest.raises(InvalidInputError, match="ero1_kcat = -1 per_s, expected a value of at least 0"):
        simulate("baseline", parameters={"ero1_kcat": -1})


@pytest.mark.parametrize(
    ("times", "part"),
    [
        ([0, 5, 3], "3 s at position 2 follows 5 s"),
        ([0, 5, 5], "5 s at position 2 follows 5 s"),
        ([-1, 5], "-1 s at position 0"),
        ([0, math.nan], "nan s at position 1"),
        ([0, math.inf], "inf s at position 1"),
        ([0, 101], "101 s lies beyond the end of the run (100 s)"),
        ([], "expected a row of numbers"),
        ([[0, 1], [2, 3]], "expected a row of numbers"),
        (["soon"], "times"),
        (3, "times"),
    ],
)
def test_output_times_that_cannot_be_used(decay: Model, times: list[float], part: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        simulate(NOTHING_DONE, model=decay, times=times)
    assert part in str(caught.value)


@pytest.mark.parametrize("duration", [0, -1, math.nan, math.inf, "long", True])
def test_durations_that_cannot_be_used(decay: Model, duration: float) -> None:
    with pytest.raises(InvalidInputError, match="duration"):
        simulate(NOTHING_DONE, model=decay, duration=duration)


def test_unknown_readouts_name_near_ids(small_cell: Model) -> None:
    with pytest.raises(UnknownIdError, match=r"unknown readout 'Zn_folt'.*'Zn_fold'"):
        simulate(NOTHING_DONE, model=small_cell, readouts=["Zn_folt"])
    with pytest.raises(InvalidInputError, match="at least one"):
        simulate(NOTHING_DONE, model=small_cell, readouts=[])
