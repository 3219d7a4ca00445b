"""The command that writes a report for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zinc_sbml.cli_output import busy

__all__ = ["report"]


def report(
    path: Annotated[Path, typer.Argument(help="Folder to make, or a file whose name ends in .html.")],
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Show only this scenario; can be given again.")
    ] = None,
    results: Annotated[
        list[Path] | None,
        typer.Option("--results", help="Folder of an ensemble, shown as bands; can be given again."),
    ] = None,
    findings: Annotated[Path | None, typer.Option(help="Another register of findings (TOML).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older report.")] = False,
) -> None:
    """Write one page of HTML that needs no network: findings, courses, parameters, sources, versions."""
    from zinc_sbml.reports import report as write

    with busy("writing the report"):
        page = write(path, scenarios=scenario or None, results=results or (), findings=findings, force=force)
    typer.echo(f"written: {page} ({page.stat().st_size / 1e6:.1f} MB); open it in a browser, no network is needed")
