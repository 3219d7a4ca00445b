"""Figures of the README: drawn from numbers of the model.

They are compared by what they were made from, which each holds as its Dublin Core source: their bytes depend on the
version of matplotlib.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml import catalog
from zinc_sbml.files import write_bytes_atomically
from zinc_sbml.findings import compare, compare_plausible
from zinc_sbml.findings.table import markdown_table
from zinc_sbml.model import load_model
from zinc_sbml.scenarios import load_scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "stale_figures", "write_figures"]

_STORY = "zip7_inhibition"


def _story() -> Figure:
    from zinc_sbml.plots import storyboard
    from zinc_sbml.simulation import simulate

    return storyboard(simulate(_STORY))


def _story_source() -> str:
    return f"{load_model(catalog.DEFAULT_MODEL).mathematics_sha256} {load_scenario(_STORY)}"


def _findings() -> Figure:
    from zinc_sbml.plots import findings_chart

    return findings_chart(compare(), compare_plausible())


def _findings_source() -> str:
    return markdown_table(compare(), compare_plausible())


FIGURES: dict[str, tuple[Callable[[], Figure], Callable[[], str]]] = {
    "storyboard.svg": (_story, _story_source),
    "findings.svg": (_findings, _findings_source),
}
"""How each is drawn, and the text of what decides it."""


def stale_figures(directory: Path) -> list[Path]:
    """Figures in a directory that are missing, or were made from something else than what holds now."""
    return [directory / name for name in FIGURES if not _is_fresh(directory / name)]


def write_figures(figures: list[Path]) -> None:
    """Draw figures again, each at its path."""
    from zinc_sbml.plots import picture_bytes

    for path in figures:
        draw, _ = FIGURES[path.name]
        write_bytes_atomically(path, picture_bytes(draw(), "svg", made_from=_source(path.name)))


def _is_fresh(path: Path) -> bool:
    return path.is_file() and _source(path.name) in path.read_text(encoding="utf-8", errors="replace")


def _source(name: str) -> str:
    _, source = FIGURES[name]
    return f"sha256:{hashlib.sha256(source().encode()).hexdigest()}"
