from __future__ import annotations

import math
import pickle
from pathlib import Path

import pytest

from zinc_sbml.errors import InvalidInputError, ModelBuildError, SimulationError, UnknownIdError, ZincSbmlError

SCENARIOS = ["baseline", "zip7_inhibition", "zip7_knockout", "dtt_pulse", "ero1_knockout"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zip7_inhibitoin", "zip7_inhibition"),
        ("BASELINE", "baseline"),
        ("dtt", "dtt_pulse"),
        ("ero1-knockout", "ero1_knockout"),
    ],
)
def test_near_ids_are_named(typed: str, meant: str) -> None:
    error = UnknownIdError("scenario", typed, SCENARIOS)
    assert error.close_matches[0] == meant
    assert repr(typed) in str(error)
    assert repr(meant) in str(error)


def test_without_near_ids_the_known_ones_are_listed_if_they_are_few() -> None:
    assert "known: baseline" in str(UnknownIdError("scenario", "qqq", SCENARIOS))
    assert "nothing like it among the 100 known" in str(UnknownIdError("x", "qqq", [f"a{i}" for i in range(100)]))
    assert "there is no scenario to choose from" in str(UnknownIdError("scenario", "qqq", []))


def test_unknown_id_is_a_key_error_with_a_readable_message() -> None:
    error = UnknownIdError("readout", "x", ["y"], "table.tsv:3")
    assert isinstance(error, KeyError)
    assert isinstance(error, ZincSbmlError)
    assert str(error).startswith("unknown readout 'x' in table.tsv:3")


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (ModelBuildError("bad", file="a.ant", line=3), "a.ant:3: bad"),
        (ModelBuildError("bad", file="a.ant"), "a.ant: bad"),
        (ModelBuildError("bad"), "bad"),
    ],
)
def test_build_errors_begin_with_their_place(error: ModelBuildError, start: str) -> None:
    assert str(error) == start


def test_simulation_error_tells_scenario_time_reason_and_values() -> None:
    text = str(SimulationError(scenario="s", time=12.5, reason="too stiff", parameters={"k": 3.0}))
    for part in ("'s'", "12.5 s", "too stiff", "k=3"):
        assert part in text
    assert "search for its resting state" in str(SimulationError(scenario="s", time=math.nan, reason="r"))


@pytest.mark.parametrize(
    "error",
    [
        UnknownIdError("scenario", "zip7", SCENARIOS, "here"),
        ModelBuildError("bad", file="a.ant", line=3),
        SimulationError(scenario="s", time=1.0, reason="r", parameters={"k": 1.0}),
        InvalidInputError("no"),
    ],
)
def test_errors_survive_the_way_back_from_a_worker(error: ZincSbmlError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_the_file_of_a_build_error_is_a_path() -> None:
    assert ModelBuildError("bad", file="a.ant").file == Path("a.ant")
