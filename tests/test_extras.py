"""Libraries of the extras: each is brought by the extra that is named, and a missing one is told in one line."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml.cli import app
from zinc_sbml.extras import EXTRAS

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_library_is_in_the_extra_that_is_named() -> None:
    extras = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    brought = {
        extra: {canonical(re.split(r"[\[><=!~ ]", line, maxsplit=1)[0]) for line in lines}
        for extra, lines in extras.items()
    }
    assert set(EXTRAS.values()) <= set(brought)
    # Plotly comes with Dash, too; distributed is an extra of dask.
    homes = {library: {canonical(home) for home in homes} for library, homes in packages_distributions().items()}
    homes["distributed"] = {"dask"}
    known = {library: extra for library, extra in EXTRAS.items() if library in homes}
    assert len(known) > 10
    for library, extra in known.items():
        assert homes[library] & brought[extra], library


@pytest.mark.parametrize(
    ("library", "command"),
    [
        ("pyarrow", "ensemble zip7_inhibition -n 3 -p prior -r xbp1s_fold -o run"),
        ("SALib", "sensitivity zip7_inhibition -r xbp1s_fold --sobol -n 4"),
        ("SALib", "sensitivity zip7_inhibition -r xbp1s_fold --morris -n 4"),
        ("SALib", "calibrate screen"),
        ("dash", "explore"),
        ("plotly", "report page"),
        ("COPASI", "export copasi model.cps"),
        ("distributed", "ensemble zip7_inhibition -r xbp1s_fold -o run --scheduler tcp://nowhere:1"),
    ],
)
def test_a_missing_library_is_one_line(library, command, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 2, done.output
    assert done.stderr.count("\n") == 1
    assert f"needs {library}: pip install 'zinc-sbml[{EXTRAS[library]}]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_nobody_asked_for_beforehand_is_told_too(monkeypatch) -> None:
    def simulate(*_, **__):
        raise ModuleNotFoundError("No module named 'SALib.sample'", name="SALib.sample")

    monkeypatch.setattr("zinc_sbml.simulation.simulate", simulate)
    done = CliRunner().invoke(app, ["simulate", "zip7_inhibition"])
    assert done.exit_code == 2
    assert done.stderr == "error: this needs SALib: pip install 'zinc-sbml[calibration]'\n"


def test_python_is_told_the_same(monkeypatch, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(zs.InvalidInputError, match="an ensemble needs pyarrow"):
        zs.ensemble("zip7_inhibition", 3, parameters="prior", readouts=["xbp1s_fold"], path=tmp_path / "run")
    with pytest.raises(zs.InvalidInputError, match="an ensemble needs pyarrow"):
        zs.load_ensemble(tmp_path)
