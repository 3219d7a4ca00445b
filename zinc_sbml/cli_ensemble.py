"""The command that runs a scenario on many cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zinc_sbml.cli_output import number_text, print_json, print_table
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.extras import need

if TYPE_CHECKING:
    from zinc_sbml.ensembles import Ensemble

__all__ = ["ensemble"]


def ensemble(
    scenario: Annotated[str, typer.Argument(help="Id of a scenario; see `zinc-sbml scenarios`.")],
    n: Annotated[int | None, typer.Option("-n", help="Number of cells; all plausible cells by default.")] = None,
    parameters: Annotated[
        str, typer.Option("--parameters", "-p", help="plausible, prior, ids separated by commas, or a file of cells.")
    ] = "plausible",
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 0,
    readout: Annotated[
        list[str] | None, typer.Option("--readout", "-r", help="What to read; can be given again.")
    ] = None,
    points: Annotated[int, typer.Option(help="Evenly spaced times, the end included; 1 is the end alone.")] = 25,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the run; the same command goes on with it.")
    ] = None,
    processes: Annotated[int | None, typer.Option("--processes", "-j", help="Worker processes.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler of a cluster: tcp://host:8786.")] = None,
    tolerance: Annotated[float, typer.Option(help="Relative tolerance of the solver.")] = 1e-8,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw bands to a file (png, svg, pdf).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Run a scenario on many cells; print quantiles of each readout at the end."""
    import numpy as np

    from zinc_sbml.engine import Tolerances
    from zinc_sbml.ensembles import ensemble as run
    from zinc_sbml.plots import check_picture_target
    from zinc_sbml.scenarios import load_scenario

    chosen = load_scenario(scenario)
    if points < 1:
        raise InvalidInputError(f"--points {points}: expected at least 1")
    if plot is not None:
        check_picture_target(plot)
    if scheduler is not None and processes is not None:
        raise InvalidInputError("--processes and --scheduler: choose one of them")
    times = [chosen.duration] if points == 1 else np.linspace(0, chosen.duration, points).tolist()
    with _cluster(scheduler) as client, _progress() as progress, _kept(output):
        done = run(
            chosen,
            n,
            seed=seed,
            parameters=_parameters(parameters, chosen.model),
            readouts=readout or None,
            times=times,
            path=output,
            processes=processes,
            client=client,
            # The two tolerances keep their distance.
            tolerances=Tolerances(relative=tolerance, absolute=tolerance * 1e-6),
            progress=progress,
        )
    if plot is not None:
        done.plot(path=plot)
    _show(done, as_json)


def _show(done: Ensemble, as_json: bool) -> None:
    failed = done.failed
    bands = {} if len(failed) == len(done) else {name: done.bands(name).iloc[-1] for name in done.readouts}
    if as_json:
        print_json(
            {
                "path": str(done.path),
                "cells": len(done),
                "failed": [
                    {"cell": cell, "reason": reason}
                    for cell, reason in zip(failed.index.tolist(), failed["failure"].tolist(), strict=True)
                ],
                "end": done.times[-1],
                "bands": {name: {f"{q:g}": value for q, value in band.items()} for name, band in bands.items()},
            }
        )
        return
    rows = [
        (name, *(number_text(value) for value in band.to_numpy()), done.units[name]) for name, band in bands.items()
    ]
    header = ("readout", "5 %", "25 %", "median", "75 %", "95 %", "unit")
    print_table(header, rows, title=f"{done.record['scenario']['id']}, at the end", numbers=range(1, 6))
    typer.echo(f"{len(done)} cells, {len(failed)} failed: {done.path}")
    for reason, count in failed["failure"].value_counts().head(5).items():
        typer.echo(f"  {count} x {reason}")


def _parameters(text: str, model: str) -> str | list[str]:
    """Ids, if it is no source and no file."""
    from zinc_sbml.model import load_model

    if text in ("prior", "plausible") or Path(text).is_file():
        return text
    if "," in text:
        return text.split(",")
    known = load_model(model).parameters.index.tolist()
    if text in known:
        return [text]
    raise UnknownIdError("parameter or source of parameters, and no file", text, ("prior", "plausible", *known))


@contextmanager
def _kept(folder: Path | None) -> Iterator[None]:
    """Say where the blocks are that were done, if somebody stops the run."""
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None and folder.is_dir():
            typer.echo(f"what was done is kept in {folder}; the same command goes on", err=True)
        raise


@contextmanager
def _cluster(scheduler: str | None) -> Iterator[Any]:
    """Connection to a cluster, if one is asked for."""
    if scheduler is None:
        yield None
        return
    need("--scheduler", "distributed")
    from distributed import Client

    try:
        client = Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        yield client


_PATIENCE = "10s"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Bar with rate and time left for a person; a pipe sees nothing of it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("cells", total=None, rate="")

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            speed = bar.tasks[0].speed
            bar.update(task, rate=f"{speed:.0f}/s" if speed else "")

        yield told
