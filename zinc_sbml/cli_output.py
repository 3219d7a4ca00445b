"""How the command line prints: tables for people, JSON for machines."""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

    from zinc_sbml.building import Issue

__all__ = ["busy", "number_text", "print_issues", "print_json", "print_table", "show", "track"]

# Wider than any table.
_NO_WIDTH = 100_000


def busy(what: str) -> AbstractContextManager[object]:
    """Tell a person, not a pipe, that something takes a while."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(what)


def track(what: str) -> Callable[[Iterable[Any], int], Iterable[Any]]:
    """Make a progress bar for a person, with the time left; a pipe sees nothing of it."""
    from rich.console import Console
    from rich.progress import track as bar

    def shown(items: Iterable[Any], total: int) -> Iterable[Any]:
        console = Console(stderr=True)
        return bar(items, description=what, total=total, console=console, disable=not console.is_terminal)

    return shown


def show(table: pd.DataFrame, as_json: bool, columns: tuple[str, ...]) -> None:
    """Print some columns of a table, or all of it as JSON."""
    if as_json:
        records = table.reset_index().to_dict(orient="records")
        print_json(records)
        return
    rows = [(str(index), *(_cell(row[name]) for name in columns)) for index, row in table.iterrows()]
    numbers = tuple(i for i, name in enumerate(columns, 1) if table[name].dtype.kind in "if")
    print_table((str(table.index.name or ""), *columns), rows, numbers=numbers)


def print_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str = "",
    numbers: Sequence[int] = (),
    ids: int = 0,
    lines: bool = False,
) -> None:
    """Print a table; columns of `numbers` are right-aligned, they and the column `ids` are never broken."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    person = sys.stdout.isatty()
    table = Table(
        title=title or None,
        title_justify="left",
        box=SIMPLE if person else None,
        show_lines=lines and person,
        pad_edge=False,
        padding=(0, 1) if person else (0, 2, 0, 0),
    )
    for i, name in enumerate(header):
        # Ids are for copying, and a number that is cut is another number: a line may rather be too long.
        whole = i == ids or i in numbers
        table.add_column(
            name,
            justify="right" if i in numbers else "left",
            no_wrap=not person,
            overflow="fold",
            min_width=max((len(row[i]) for row in rows), default=0) if whole else None,
        )
    for row in rows:
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    if person:
        # Cropped, the last columns would be missing without a word.
        Console().print(table, crop=False)
        return
    # A file or pipe has no width; nothing is cut or broken there, and no line ends in spaces.
    text = io.StringIO()
    Console(file=text, width=_NO_WIDTH, color_system=None).print(table)
    typer.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def print_issues(issues: Sequence[Issue]) -> None:
    """Print issues, one to a line, as compilers do."""
    for issue in issues:
        place = f"{issue.file.name}:" if issue.file else ""
        line = f"{issue.line}: " if issue.line else " "
        element = f" [{issue.element}]" if issue.element else ""
        typer.echo(f"{place}{line}{issue.severity} {issue.code}{element}: {issue.message}")


def print_json(value: object) -> None:
    """Print a value as JSON; what is not finite becomes null."""
    typer.echo(json.dumps(_jsonable(value), indent=2, ensure_ascii=False))


def _jsonable(value: Any) -> object:
    """JSON has no NaN and no infinity; they become null."""
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else number_text(value)
    return str(value)


def number_text(value: float) -> str:
    """Write a number with four digits."""
    return f"{float(value):.4g}"
