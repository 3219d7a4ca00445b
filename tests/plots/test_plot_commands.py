"""``zinc-sbml plot``: pictures from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

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
