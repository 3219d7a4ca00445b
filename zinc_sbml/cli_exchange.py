"""Commands that take the model elsewhere: exports, and the certificate that they mean the same there."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zinc_sbml.cli_output import busy, number_text, print_json, print_table
from zinc_sbml.errors import InvalidInputError

if TYPE_CHECKING:
    from zinc_sbml.certificate import Certificate

__all__ = ["certify", "export"]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def export(
    format: Annotated[str | None, typer.Argument(help="Format; without one, all formats are listed.")] = None,
    path: Annotated[Path | None, typer.Argument(help="File or folder to write.")] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="Id of a shipped model, or a file.")] = None,
    scenario: Annotated[str | None, typer.Option("--scenario", help="One scenario; see `zinc-sbml scenarios`.")] = None,
    level: Annotated[int, typer.Option(help="Level of SBML.")] = 3,
    version: Annotated[int, typer.Option(help="Version of the level: 3.2, 3.1 or 2.4.")] = 2,
    force: Annotated[bool, typer.Option("--force", help="Replace an older export.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the model and its scenarios for other tools."""
    from zinc_sbml.exchange import FORMATS
    from zinc_sbml.exchange import export as write

    if format is None:
        if as_json:
            print_json({name: {"about": one.about, "folder": one.folder} for name, one in FORMATS.items()})
            return
        rows = [
            (name, "folder" if one.folder else "file", one.about, ", ".join(f"--{option}" for option in one.options))
            for name, one in FORMATS.items()
        ]
        print_table(("format", "is a", "holds", "takes"), rows)
        return
    if path is None:
        raise InvalidInputError(f"export {format}: expected the file or folder to write, as in `export {format} PATH`")
    with busy(f"writing {path}"):
        done = write(format, path, model=model, scenario=scenario, level=level, version=version, force=force)
    if as_json:
        print_json(
            {
                "format": done.format,
                "path": str(done.path),
                "files": [str(file) for file in done.files],
                "lost": dict(done.lost),
                "missing": list(done.missing),
            }
        )
        return
    files = "" if done.files == (done.path,) else f" ({len(done.files)} files)"
    typer.echo(f"written: {done.path}{files}")
    for what, number in done.lost.items():
        typer.echo(f"not in this format: {what} ({number})")
    for point in done.missing:
        typer.echo(f"missing for a submission: {point}")


def certify(
    engine: Annotated[list[str] | None, typer.Option(help="Only this engine; can be given again.")] = None,
    scenario: Annotated[list[str] | None, typer.Option(help="Only this scenario; can be given again.")] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit 1 if the kept certificate is stale or above the limit."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the exported scenarios on independent engines; exit 1 if one says something else."""
    from zinc_sbml import certificate
    from zinc_sbml.certificate_record import read_record, stale_facts

    holds = True
    if check:
        stale = stale_facts(read_record())
        for fact in stale:
            typer.echo(fact)
        typer.echo(f"kept certificate: {len(stale)} facts do not hold")
        holds = not stale
    if engine or scenario or not check:
        with busy("certifying") as status:
            made = certificate.certify(
                engines=engine or None, scenarios=scenario or None, progress=getattr(status, "update", lambda _: None)
            )
        if as_json:
            print_json(made.record())
        else:
            _print(made)
        if not (check or engine or scenario):
            for path in certificate.write_record(made):
                typer.echo(f"written: {path}")
        holds = holds and made.passed
    if not holds:
        raise typer.Exit(1)


def _print(made: Certificate) -> None:
    """Largest deviation by engine, then all failures."""
    from zinc_sbml.certificate_record import engine_summary

    rows = []
    for name, engine in made.record()["engines"].items():
        program = (name, engine["about"], engine["reads"])
        if engine["ran"]:
            found = engine_summary(engine["scenarios"])
            deviation = "" if math.isnan(found.deviation) else number_text(found.deviation)
            rows.append((*program, f"{found.agree} of {found.scenarios}", deviation, found.where))
        elif name in made.not_run:
            rows.append((*program, "", "", "not installed: not run"))
    print_table(("engine", "program", "reads", "agree", "deviation", "where"), rows, numbers=(3, 4))
    failed = [one for one in made.comparisons if not one.passed]
    for one in failed:
        typer.echo(f"{one.engine} on {one.scenario}: {one.failure or f'{one.worst} deviates by {one.deviation:.2g}'}")
    typer.echo(f"largest deviation allowed: {made.facts['limit']:g} of the peak")
