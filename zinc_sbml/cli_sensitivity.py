"""The command ``zinc-sbml sensitivity``: parses, calls one function, prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zinc_sbml.cli_output import busy, number_text, print_json, print_table, track
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.quantities import duration_text, parse_duration

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["sensitivity"]

NO = 1

# Rows of each readout that are printed; --output holds all.
TOLD = 10

Time = Annotated[
    list[str] | None, typer.Option("--time", "-t", help="When: 0, 90, 24h; by default at the end. 0 is the rest.")
]


def sensitivity(
    scenario: Annotated[str, typer.Argument(help="Id of a scenario; see `zinc-sbml scenarios`.")] = "baseline",
    readout: Annotated[
        list[str] | None, typer.Option("--readout", "-r", help="What to read; can be given again.")
    ] = None,
    parameter: Annotated[list[str] | None, typer.Option(help="What to change; can be given again.")] = None,
    local: Annotated[bool, typer.Option("--local", help="Small changes around the model (the default).")] = False,
    control: Annotated[
        bool, typer.Option("--control", help="Control coefficients of processes at the rest of the model.")
    ] = False,
    sobol: Annotated[bool, typer.Option("--sobol", help="Sobol' indices over the ranges of the passports.")] = False,
    morris: Annotated[bool, typer.Option("--morris", help="Morris' effects over the ranges, cheaper.")] = False,
    findings: Annotated[bool, typer.Option("--findings", help="Which finding constrains which parameter.")] = False,
    set_: Annotated[
        list[str] | None, typer.Option("--set", "-s", metavar="ID=VALUE", help="With --control: zip7_inhibitor=0.5uM.")
    ] = None,
    time: Time = None,
    within: Annotated[
        float | None, typer.Option(help="With --sobol and --morris: only up to this factor around the model.")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", "-n", help="Base samples (Sobol, a power of 2), or Morris' trajectories."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.")] = 1,
    processes: Annotated[
        int, typer.Option("--processes", "-j", min=1, help="Worker processes; the numbers stay the same.")
    ] = 1,
    model: Annotated[str | None, typer.Option("--model", "-m", help="Another model than the scenario's.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the whole table to a CSV file.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", "-p", help="Draw a picture (png, svg, pdf).")] = None,
    update: Annotated[
        bool, typer.Option("--update", help="With --findings: write the tables in validation/sensitivity.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="With --findings: exit 1 if the table that is kept says otherwise.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Tell what the readouts of a scenario depend on."""
    from zinc_sbml.files import check_target
    from zinc_sbml.plots import check_picture_target

    flags = {"--local": local, "--control": control, "--sobol": sobol, "--morris": morris, "--findings": findings}
    chosen = [name for name, given in flags.items() if given]
    if len(chosen) > 1:
        raise InvalidInputError(f"{' and '.join(chosen)} are different questions; give one")
    kind = chosen[0] if chosen else "--local"
    _refuse(kind, ("--sobol", "--morris"), {"--samples": samples is not None, "--within": within is not None})
    _refuse(kind, ("--findings",), {"--update": update, "--check": check})
    _refuse(kind, ("--control",), {"--set": bool(set_)})
    _refuse(kind, ("--local", "--sobol", "--morris"), {"--time": bool(time)})
    if output:
        check_target(output)
    if plot:
        check_picture_target(plot)
    if kind == "--findings":
        if readout or model:
            raise InvalidInputError(
                "--findings is about the numbers of the findings in the cell: it takes no readout, no model"
            )
        table = _findings(parameter, processes, plot, update=update, check=check, as_json=as_json)
    elif kind == "--control":
        table = _control(scenario, readout, model, set_, plot, as_json=as_json)
    else:
        times = [parse_duration(one) for one in time] if time else None
        columns = _readouts(scenario, readout, model)
        if kind == "--local":
            table = _local(scenario, columns, parameter, times, model, processes, plot, as_json=as_json)
        else:
            table = _global(
                kind, scenario, columns, parameter, times, model, within, samples, seed, processes, plot,
                as_json=as_json,
            )  # fmt: skip
    if output:
        from zinc_sbml.files import write_atomically

        write_atomically({output: table.to_csv(index=False, lineterminator="\n")})
        typer.echo(f"written: {output}", err=as_json)
    if plot:
        typer.echo(f"drawn: {plot}", err=as_json)


def _refuse(kind: str, takers: Sequence[str], given: dict[str, bool]) -> None:
    for option, is_given in given.items():
        if is_given and kind not in takers:
            raise InvalidInputError(f"{option} goes with {' or '.join(takers)}, not with {kind}")


def _readouts(scenario: str, readout: list[str] | None, model: str | None) -> list[str]:
    """Ids as given, or all readouts of the model."""
    from zinc_sbml.model import load_model
    from zinc_sbml.scenarios import load_scenario

    loaded = load_model(model or load_scenario(scenario).model)
    columns = readout or [item.id for item in loaded.having("readout")]
    if not columns:
        raise InvalidInputError(f"model {loaded.id} has no readouts; name what to read with --readout")
    return columns


def _local(
    scenario: str,
    readouts: list[str],
    parameters: list[str] | None,
    times: list[float] | None,
    model: str | None,
    processes: int,
    plot: Path | None,
    *,
    as_json: bool,
) -> pd.DataFrame:
    from zinc_sbml.sensitivity.local import ABSOLUTE, local_sensitivities

    found = local_sensitivities(
        scenario,
        readouts=readouts,
        parameters=parameters,
        times=sorted(set(times)) if times else None,
        model=model,
        processes=processes,
        progress=track("simulating"),
    )
    table = found.frame
    if plot:
        from zinc_sbml.sensitivity.pictures import heat_map

        absolute = found.absolute[-1]
        matrix = found.matrix().drop(
            columns=[name for name, bare in zip(found.readouts, absolute, strict=True) if bare]
        )
        heat_map(
            matrix,
            plot,
            title=f"{scenario} at {duration_text(found.times[-1])}",
            label="relative change of the readout\nper relative change of the parameter",
        )
    if as_json:
        print_json({"failures": dict(found.failures), "sensitivities": table.to_dict(orient="records")})
        return table
    records = [row for row in table.to_dict(orient="records") if row["sensitivity"] == row["sensitivity"]]
    for time in found.times:
        for name in found.readouts:
            here = [row for row in records if row["time"] == time and row["readout"] == name and row["sensitivity"]]
            here.sort(key=lambda row: -abs(row["sensitivity"]))
            rows = [
                (row["parameter"], f"{row['sensitivity']:+.4f}", row["per"], "" if row["agrees"] else "steps disagree")
                for row in here[:TOLD]
            ]
            what = "change of the readout" if here and here[0]["scale"] == ABSOLUTE else "change of ln readout"
            print_table(
                ("parameter", what, "per", ""),
                rows,
                title=f"{name} of {scenario} at {duration_text(time)}" + ("" if rows else ": nothing changes it"),
                numbers=(1,),
            )
    for name, reason in found.failures.items():
        typer.echo(f"failed: {name}: {reason}")
    unsure = int((~found.agrees).sum())
    counts = f"{len(found.parameters)} parameters; {len(found.failures)} failed"
    typer.echo(f"{counts}; {unsure} values on which steps disagree")
    return table


def _control(
    scenario: str, readouts: list[str] | None, model: str | None, set_: list[str] | None, plot: Path | None, *,
    as_json: bool,
) -> pd.DataFrame:  # fmt: skip
    from zinc_sbml.model import load_model
    from zinc_sbml.quantities import parse_assignments
    from zinc_sbml.scenarios import load_scenario
    from zinc_sbml.sensitivity.control import control_coefficients

    if scenario != "baseline":
        raise InvalidInputError("--control is about a steady state, not about a scenario; give its values with --set")
    loaded = load_model(model or load_scenario(scenario).model)
    with busy("differentiating"):
        found = control_coefficients(loaded, readouts=readouts, changes=parse_assignments(set_ or [], loaded))
    if plot:
        from zinc_sbml.sensitivity.pictures import heat_map

        heat_map(found.processes, plot, title=f"Control of the rest of {loaded.id}", label="control coefficient")
    table = found.reactions.reset_index()
    if as_json:
        print_json(
            {
                "values": found.values.to_dict(),
                "sums": found.sums.to_dict(),
                "expected_sums": found.expected.to_dict(),
                "processes": found.processes.reset_index().to_dict(orient="records"),
                "reactions": table.to_dict(orient="records"),
            }
        )
        return table
    sums, expected = found.sums.to_dict(), found.expected.to_dict()
    for name in map(str, found.processes.columns):
        column = {str(process): float(value) for process, value in found.processes[name].to_dict().items()}
        largest = sorted(column, key=lambda process: -abs(column[process]))[:TOLD]
        rows = [(process, f"{column[process]:+.3f}") for process in largest]
        rows.append(("sum over all", f"{round(sums[name], 6) + 0.0:+.3f}"))
        rows.append(("sum by theorem", f"{round(expected[name], 6) + 0.0:+.3f}"))
        print_table(("process", "control coefficient"), rows, title=f"{name} at rest", numbers=(1,))
    return table


def _global(
    kind: str,
    scenario: str,
    readouts: list[str],
    parameters: list[str] | None,
    times: list[float] | None,
    model: str | None,
    within: float | None,
    samples: int | None,
    seed: int,
    processes: int,
    plot: Path | None,
    *,
    as_json: bool,
) -> pd.DataFrame:
    from zinc_sbml.sensitivity.indices import global_sensitivities

    found = global_sensitivities(
        scenario,
        readouts=readouts,
        method="sobol" if kind == "--sobol" else "morris",
        parameters=parameters,
        within=within,
        times=sorted(set(times)) if times else None,
        samples=samples,
        seed=seed,
        model=model,
        processes=processes,
        progress=track("simulating"),
    )
    if plot:
        from zinc_sbml.sensitivity.pictures import tornado

        tornado(found, plot, title=f"{scenario} at {duration_text(found.times[-1])}, {found.cells} cells")
    if as_json:
        print_json(
            {
                "method": found.method, "samples": found.samples, "seed": found.seed, "cells": found.cells,
                "failed": len(found.failures), "reasons": sorted(set(found.failures.values())),
                "indices": found.frame.to_dict(orient="records"),
            }
        )  # fmt: skip
        return found.frame
    for time in found.times:
        for name in found.readouts:
            top = found.of(name, time).head(TOLD)
            if found.method == "sobol":
                header = ("parameter", "first order", "total", "samples")
                rows = [
                    (
                        str(one), f"{row['first']:.3f} +- {row['first_confidence']:.3f}",
                        f"{row['total']:.3f} +- {row['total_confidence']:.3f}", str(row["used"]),
                    )
                    for one, row in top.to_dict(orient="index").items()
                ]  # fmt: skip
            else:
                header = ("parameter", "mean absolute effect", "spread", "trajectories")
                rows = [
                    (str(one), number_text(row["effect"]), number_text(row["spread"]), str(row["used"]))
                    for one, row in top.to_dict(orient="index").items()
                ]
            scale = top["scale"].iloc[0]
            title = f"{name} ({scale}) of {scenario} at {duration_text(time)}"
            print_table(header, rows, title=title, numbers=(1, 2, 3))
    typer.echo(f"{found.cells} cells, {len(found.failures)} failed, seed {found.seed}")
    for reason in sorted(set(found.failures.values()))[:3]:
        typer.echo(f"failed: {reason}")
    return found.frame


def _findings(
    parameters: list[str] | None,
    processes: int,
    plot: Path | None,
    *,
    update: bool,
    check: bool,
    as_json: bool,
) -> pd.DataFrame:
    from zinc_sbml.files import write_atomically
    from zinc_sbml.sensitivity import kept
    from zinc_sbml.sensitivity.constraints import finding_sensitivities, parameter_summary

    if update and (check or parameters):
        raise InvalidInputError("--update writes the tables of all parameters: it takes no --check, no --parameter")
    found = finding_sensitivities(parameters=parameters, processes=processes, progress=track("simulating"))
    table = found.effects.reset_index()
    if plot:
        from zinc_sbml.sensitivity.pictures import heat_map

        heat_map(
            found.effects, plot, title="What findings say about parameters",
            label="change in margins or noise\nper e-fold of the parameter",
        )  # fmt: skip
    if check:
        lines = kept.disagreements(found)
        for line in lines:
            typer.echo(line)
        counts = f"{found.effects.shape[1]} parameters on {len(found.targets)} numbers"
        typer.echo(f"{counts}: {len(lines)} differ from the table")
        if lines:
            raise typer.Exit(NO)
        return table
    if update:
        made = kept.tables(found)
        next(iter(made)).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(made)
        typer.echo("written: " + ", ".join(path.name for path in made), err=as_json)
    summary = parameter_summary(found)
    if as_json:
        print_json(
            {
                "failures": dict(found.failures),
                "targets": found.targets.reset_index().to_dict(orient="records"),
                "effects": {str(name): column.to_dict() for name, column in found.effects.items()},
                "parameters": summary.reset_index().to_dict(orient="records"),
            }
        )
        return table
    rows = [
        (str(name), row["constrained_by"] or "nothing", row["width"], row["goes_with"])
        for name, row in summary.to_dict(orient="index").items()
    ]
    header = ("parameter", "constrained by (margins or noise per e-fold)", "of prior left", "goes with")
    print_table(header, rows, title="Which finding constrains which parameter", numbers=(2,))
    for name, reason in found.failures.items():
        typer.echo(f"failed: {name}: {reason}")
    return table
