from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.explorer import answers as explorer_answers
from zinc_sbml.explorer.answers import Bands, curves, figure, verdicts
from zinc_sbml.explorer.page import settings_of
from zinc_sbml.explorer.settings import READOUTS, SAVED_AS, Settings, explored_scenarios, inputs, shipped_values

DOSES = {"zip7_inhibitor": 0.05, "er_chelator": 2.0}


def test_the_scenario_as_shipped_changes_nothing() -> None:
    for name, scenario in explored_scenarios().items():
        settings = Settings(scenario=name, doses=shipped_values(scenario))
        assert settings.changed == {}, name


def test_every_input_of_the_model_has_a_control() -> None:
    model = zs.load_model("er_zinc_redox")
    assert {one.id for one in inputs()} == set(model.inputs.index[~model.inputs["notes"].str.startswith("Switch")])


def test_curves_are_those_of_simulate() -> None:
    expected = zs.simulate("zip7_inhibition", parameters={**DOSES, "zinc_traps_ero1": 0.0}, readouts=READOUTS)
    found = curves(Settings(scenario="zip7_inhibition", doses=DOSES, mechanisms={"zinc_traps_ero1": 0.0}))
    np.testing.assert_array_equal(found.values, expected.values)


@pytest.mark.parametrize(
    ("doses", "reason"),
    [
        ({"zip7_inhibitor": -1.0}, "zip7_inhibitor"),
        ({"zip7_inhibitor": float("nan")}, "zip7_inhibitor"),
        ({"zip7_inhibitor": "much"}, "expected a finite number"),
        ({"zip7_inhibitor": None}, "expected a finite number"),
        ({"zip7_inhibitor": True}, "expected a finite number"),
        ({"zip7_inhibitor": 10**400}, "expected a finite number"),
    ],
)
def test_wrong_values_are_named(doses: dict[str, float], reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        Settings(scenario="zip7_inhibition", doses=doses)


@pytest.mark.parametrize(
    "controls",
    [
        ([], [], {"scenario": "baseline"}),
        (None, None, {"scenario": "baseline"}),
        (None, [], None),
        (None, [], {}),
        (None, [], {"scenario": ["baseline"]}),
        ("much", [], {"scenario": "baseline"}),
    ],
)
def test_a_page_with_other_controls_is_told_to_load_again(controls: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidInputError, match="load it again"):
        settings_of(*controls)


def test_cells_without_an_answer_are_counted_and_make_no_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    band = Bands().of(Settings(scenario="zip7_inhibition"))
    real = explorer_answers.answers
    monkeypatch.setattr(explorer_answers, "answers", lambda asked, rows: ["no rest" for _ in rows])
    assert band.upto(3) == (3, None)
    monkeypatch.setattr(explorer_answers, "answers", real)
    done, edges = band.upto(5)
    assert (done, band.failed) == (5, 3)
    assert edges is not None
    assert np.isfinite(edges).all()


def test_unknown_names_and_scenarios_of_the_test_tube_are_refused() -> None:
    with pytest.raises(UnknownIdError, match="zip7_inhibitor"):
        Settings(scenario="zip7_inhibition", doses={"zip7_inhibitr": 1.0})
    with pytest.raises(UnknownIdError, match="zip7_inhibition"):
        Settings(scenario="zip7_inhibitio")
    with pytest.raises(InvalidInputError, match="ero1_assay"):
        Settings(scenario="ero1_assay_zinc")
    with pytest.raises(InvalidInputError, match="0 or 1"):
        Settings(scenario="baseline", mechanisms={"zinc_traps_ero1": 0.5})


def test_a_downloaded_scenario_gives_the_same_numbers_on_the_command_line(tmp_path: Path) -> None:
    settings = Settings(scenario="zip7_inhibition_washout", doses=DOSES, mechanisms={"zinc_limits_erad": 0.0})
    with zipfile.ZipFile(io.BytesIO(settings.archive())) as archive:
        archive.extractall(tmp_path)
        command = archive.read(f"{SAVED_AS}/README.txt").decode().split("\n\n")[1].split()
    assert command[0] == "zinc-sbml"
    script = "from zinc_sbml.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *command[1:], "--json"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    end = {name: value["end"] for name, value in json.loads(done.stdout)["readouts"].items()}
    expected = settings.run()
    for number, name in enumerate(READOUTS):
        assert end[name] == pytest.approx(expected.values[-1, number], rel=1e-9), name
    assert settings.archive() == settings.archive()


def test_a_band_grows_to_the_same_edges_however_it_is_asked() -> None:
    settings = Settings(scenario="zip7_inhibition", doses=DOSES)
    bands = Bands()
    assert bands.of(settings).upto(4)[0] == 4
    done, edges = bands.of(settings).upto(12)
    assert done == 12
    at_once = Bands().of(settings).upto(12)[1]
    np.testing.assert_array_equal(edges, at_once)
    assert edges is not None
    assert (edges[0] <= edges[1]).all()
    assert (edges[0] < edges[1]).any()


def test_cells_of_a_band_are_those_of_its_hypothesis() -> None:
    """Plausible under other mechanisms is not plausible; and mechanisms that were never fitted have no cells."""
    rival = Settings(scenario="zip7_inhibition", mechanisms={"zinc_limits_erad": 0.0})
    _, edges = Bands().of(rival).upto(3)
    assert edges is not None
    band = zs.load_family(hypothesis="trap")
    ends = [
        zs.simulate(
            "zip7_inhibition", parameters={**band.cell(row), "zinc_limits_erad": 0.0}, readouts=["xbp1s_fold"]
        ).values[-1, 0]
        for row in (0, 1, 3)  # the first three of 200 places in 319 cells
    ]
    low, high = edges[:, -1, READOUTS.index("xbp1s_fold")]
    assert (low, high) == pytest.approx(tuple(np.quantile(ends, (0.05, 0.95))), rel=1e-6)
    unknown = Settings(scenario="zip7_inhibition", mechanisms={"zinc_inhibits_pdi": 1.0})
    with pytest.raises(InvalidInputError, match="trap_erad"):
        Bands().of(unknown)


def test_verdicts_follow_the_mechanisms() -> None:
    assert not any(row["changed"] for row in verdicts(Settings(scenario="baseline")))
    without = verdicts(Settings(scenario="baseline", mechanisms={"zinc_inhibits_ero1": 0.0}))
    changed = {row["finding"]: row["verdict"] for row in without if row["changed"]}
    # Zinc that does not act on the oxidase does not inhibit it.
    assert changed["P04"] == "missed"
    assert {row["finding"] for row in without} == {verdict.finding.id for verdict in zs.compare().verdicts}


def test_a_figure_holds_every_readout_and_the_kept_run() -> None:
    result, other = curves(Settings(scenario="zip7_inhibition")), curves(Settings(scenario="baseline"))
    drawn = {trace["meta"]: trace for trace in figure(result, other)["data"]}
    assert set(drawn) == {*READOUTS, *(f"kept {name}" for name in READOUTS)}
    assert drawn["xbp1s_fold"]["y"][-1] == result["xbp1s_fold"].iloc[-1]
