"""Pieces of Markdown that several documents share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["details", "inline_math", "symbol", "table"]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in lines)


def details(summary: str, text: str) -> str:
    """Fold text away under a summary."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def symbol(name: str) -> str:
    """Id of an element in LaTeX."""
    return r"\mathrm{" + name.replace("_", r"\_") + "}"


def inline_math(latex: str) -> str:
    """LaTeX within a line, in the form that survives Markdown's own reading of underscores."""
    return f"$`{latex}`$"
