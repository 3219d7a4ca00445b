"""The command ``zinc-sbml explain``: parses, calls one function, prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zinc_sbml.cli_output import busy, number_text, print_json, print_table
from zinc_sbml.quantities import parse_duration

__all__ = ["explain"]

# Rows that are printed; --output holds all.
TOLD = 10


def explain(
    a: Annotated[str, typer.Argument(help="Id of a scenario, e.g. baseline.")],
    b: Annotated[str, typer.Argument(help="Id of the scenario to compare with it.")],
    readout: Annotated[str, typer.Argument(help="What differs: a readout or species.")],
    time: Annotated[
        str | None, typer.Option("--time", "-t", help="When: 90, 24h; by default at the end of the shorter one.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write all reactions to a CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Tell which fluxes account for the difference between two scenarios."""
    from zinc_sbml.files import check_target, write_atomically
    from zinc_sbml.sensitivity.explanation import explain as run

    if output:
        check_target(output)
    with busy("running both scenarios"):
        found = run(a, b, readout, time=None if time is None else parse_duration(time))
    if output:
        write_atomically({output: found.fluxes.to_csv(lineterminator="\n")})
    if as_json:
        print_json(
            {
                "text": found.text,
                "time": found.time,
                "values": {a: found.value_a, b: found.value_b},
                "behind": found.behind.reset_index().to_dict(orient="records"),
                "pool": dict(found.pool),
                "pool_values": {a: found.pool_a, b: found.pool_b},
                "start": found.start,
                "not_settled": found.not_settled,
                "fluxes": found.fluxes.reset_index().to_dict(orient="records"),
            }
        )
        return
    typer.echo(found.text)
    rows = [
        (
            str(row["process"]), str(row["role"]), number_text(row["rate_a"]), number_text(row["rate_b"]),
            number_text(row["contribution_at_end"]), number_text(row["contribution_over_time"]),
        )
        for row in found.processes.reset_index().head(TOLD).to_dict(orient="records")
    ]  # fmt: skip
    if rows:
        header = ("process", "", f"per s in {a}", f"per s in {b}", "contribution at end", "over time")
        print_table(header, rows, title=f"Fluxes of {' + '.join(found.pool)}", numbers=(2, 3, 4, 5))
    if output:
        typer.echo(f"written: {output}")
