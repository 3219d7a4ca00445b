"""The one style: units, labels, and who uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

import zinc_sbml
from zinc_sbml.plots.style import axis_label, plain_name, unit_text


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("uM", "µM"),
        ("uM_per_s", "µM/s"),
        ("per_s", "1/s"),
        ("per_uM_s", "1/(µM s)"),
        ("amol/s", "amol/s"),
        ("fraction", "fraction"),
        ("", ""),
        ("copper_ions", "copper_ions"),
    ],
)
def test_units_are_written_as_people_write_them(unit: str, text: str) -> None:
    assert unit_text(unit) == text


def test_a_fold_says_what_it_is_a_fold_of() -> None:
    assert axis_label("bip_fold", "BiP protein, rest = 1", "fraction") == "bip_fold\n(rest = 1)"
    assert axis_label("Zn", "zinc", "uM") == "Zn\n(µM)"
    assert axis_label("x", "x", "") == "x"
    assert plain_name("BiP protein, rest = 1") == "BiP protein"


def test_every_module_that_draws_uses_the_style() -> None:
    """Figures and their colours are made in one place; the network drawing, which is a map, has its own style."""
    package = Path(zinc_sbml.__file__).parent
    drawing = [
        file.relative_to(package)
        for file in package.rglob("*.py")
        if "matplotlib" in file.read_text(encoding="utf-8") and file.relative_to(package).parts[0] != "drawing"
    ]
    assert len(drawing) > 8
    for file in drawing:
        text = (package / file).read_text(encoding="utf-8")
        if file != Path("plots/style.py"):
            assert "Figure(" not in text, file
            assert "0072B2" not in text, file
