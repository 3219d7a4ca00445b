"""``zinc-sbml plot``: pictures from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml.cli import app


def run(*words: str):
    return CliRunner().invoke(app, ["plot", *words])


@pytest.mark.parametrize(
    "words",
    [
        ("storyboard", "zip7_inhibition", "--against", "baseline"),
        ("compare", "zip7_inhibition", "ero1_inhibition", "-r", "pdi_oxidised_fraction"),
        ("compare", "zip7_inhibition", "--set-other", "zip7_inhibitor=0.1uM", "-r", "er_zinc_probe"),
        ("findings", "--shipped-only"),
        ("fluxes", "zip7_inhibition"),
    ],
)
def test_each_picture_is_written(words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    done = run(*words, "-o", str(path))
    assert done.exit_code == 0, done.output
    assert str(path) in done.output
    assert path.read_text(encoding="utf-8").startswith("<?xml")


def test_settings_of_both_runs_reach_the_picture(tmp_path: Path) -> None:
    one, other = (
        zs.simulate("zip7_inhibition", readouts=["er_zinc_probe"], parameters={"zip7_inhibitor": dose, "oxygen": 50})
        for dose in (0.5, 0.1)
    )
    zs.plots.compare_results(one, other, path=tmp_path / "expected.svg")
    words = ["-s", "zip7_inhibitor=0.5uM", "-s", "oxygen=50uM", "--set-other", "zip7_inhibitor=0.1uM"]
    done = run("compare", "zip7_inhibition", *words, "-r", "er_zinc_probe", "-o", str(tmp_path / "drawn.svg"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "drawn.svg").read_bytes() == (tmp_path / "expected.svg").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("storyboard", "zip7_inhibitio", "-o", "a.svg"), "did you mean 'zip7_inhibition'"),
        (("storyboard", "zip7_inhibition", "-o", "a.gif"), "pdf, png, svg"),
        (("storyboard", "zip7_inhibition", "-o", "nowhere/a.svg"), "there is no directory"),
        (("compare", "zip7_inhibition", "-o", "a.svg"), "expected a second scenario"),
        (("compare", "zip7_inhibition", "baseline", "-r", "xbp1s_fol", "-o", "a.svg"), "xbp1s_fold"),
        (("fluxes", "ero1_assay_zinc", "-o", "a.svg"), "expected one model"),
        (("findings", "--findings", "none.toml", "-o", "a.svg"), "none.toml"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert done.exit_code == 2
    assert told in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert not [*tmp_path.iterdir()]
