"""Pictures of the documents that are made from the model: drawings of the networks, and figures of its numbers.

A drawing is compared by its bytes. A figure is painted by matplotlib, whose bytes depend on its version, so it holds
what it was made from as its Dublin Core source, and is compared by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml import catalog
from zinc_sbml.drawing.picture import network_picture
from zinc_sbml.files import check_target, write_bytes_atomically
from zinc_sbml.findings import compare, compare_plausible
from zinc_sbml.findings.table import markdown_table
from zinc_sbml.model import load_model
from zinc_sbml.scenarios import load_scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DRAWINGS", "FIGURES", "stale_pictures", "write_pictures"]

DRAWINGS = {"network.svg": "er_zinc_redox", "network_ero1_assay.svg": "ero1_assay"}
"""Model by the name of its drawing."""

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
"""How a figure is drawn, and the text of what decides it, by its name."""


def stale_pictures(directory: Path) -> list[Path]:
    """Pictures in a directory that are missing, or are not those of the model as it is."""
    return [path for name in (*DRAWINGS, *FIGURES) if not _is_fresh(path := directory / name)]


def write_pictures(pictures: list[Path]) -> None:
    """Draw pictures again, each at its path.

    Raises
    ------
    InvalidInputError
        If the directory of one does not exist.
    """
    for path in pictures:
        check_target(path)
        write_bytes_atomically(path, _drawn(path.name))


def _is_fresh(path: Path) -> bool:
    if not path.is_file():
        return False
    content = path.read_bytes()
    return content == _drawn(path.name) if path.name in DRAWINGS else _source(path.name).encode() in content


def _drawn(name: str) -> bytes:
    from zinc_sbml.plots import picture_bytes

    if name in DRAWINGS:
        return network_picture(load_model(DRAWINGS[name]).sbml, "svg")
    draw, _ = FIGURES[name]
    return picture_bytes(draw(), "svg", made_from=_source(name))


def _source(name: str) -> str:
    _, source = FIGURES[name]
    return f"sha256:{hashlib.sha256(source().encode()).hexdigest()}"
