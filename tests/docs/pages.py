"""Blocks of code in the pages of the documentation, and what the marks above them say.

A mark stands in the line above a block:

- ``<!-- not run: WHY -->``: the block is not run.
- ``<!-- file: NAME -->``: what the block holds is written to a file of this name, for the blocks that follow.
- ``<!-- append: PATH -->``, ``<!-- insert: PATH before|after "LINE" -->``: a recipe changes a file of the repository.
- ``<!-- changes the models -->``: commands of a recipe that write into the repository; run in a copy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DOCS", "PAGES", "ROOT", "Block", "blocks"]

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

PAGES = (
    "first-steps.md",
    "own-scenario.md",
    "own-findings.md",
    "doses-and-sensitivities.md",
    "many-cells.md",
    "submit.md",
)
"""Pages whose blocks are run in the order of the page. Those of use-elsewhere.md have a test of their own."""

_BLOCK = re.compile(
    r"(?m)(?:^<!-- (?P<mark>.*?) -->\n)?^(?P<fence>```+)(?P<language>\w*)\n(?P<code>[\s\S]*?)^(?P=fence)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a page: the mark above it (empty without one), its language and what it holds."""

    mark: str
    language: str
    code: str

    @property
    def kind(self) -> str:
        """The word of the mark before its colon."""
        return self.mark.partition(":")[0]

    @property
    def argument(self) -> str:
        """What follows the colon of the mark."""
        return self.mark.partition(":")[2].strip()


def blocks(page: str) -> list[Block]:
    """Blocks of a page of ``docs/`` in their order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        Block(mark=found["mark"] or "", language=found["language"], code=found["code"])
        for found in _BLOCK.finditer(text)
    ]
