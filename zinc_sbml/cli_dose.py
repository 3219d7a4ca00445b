"""The command about doses: tables, Hill curves and synergy of two inputs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zinc_sbml.cli_output import busy, number_text, print_json, print_table, show, track
from zinc_sbml.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

    from zinc_sbml.doses import DoseResponse, DoseSurface, HillFit, Synergy
    from zinc_sbml.doses.runs import Labels
    from zinc_sbml.model import Model

__all__ = ["dose_response"]

_SUMMARY = (
    "half_dose: half of the effect of the largest dose, read between the doses; ec50 and slope: Hill curve; "
    "low and high: middle 90 % of the plausible cells"
)
_SYNERGY = (
    "excess: effect beyond independence (Bliss) or beyond the stronger input alone, mean over all pairs of doses, more "
    "than 0 is synergy; loewe_index: geometric mean where it is defined, less than 1 is synergy"
)


def dose_response(
    input: Annotated[str, typer.Argument(help="Id of an input.")],
    doses: Annotated[str, typer.Argument(help="Doses, with or without units, separated by commas: 0,0.1uM,1uM.")],
    readout: Annotated[list[str], typer.Option("--readout", "-r", help="What to read; can be given again.")],
    scenario: Annotated[str, typer.Option("--scenario", help="What else is done.")] = "baseline",
    statistic: Annotated[str, typer.Option(help="initial, final, max, min or mean.")] = "final",
    duration: Annotated[str | None, typer.Option("--duration", "-d", help="End of the run: 90, 24h, 3 days.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", metavar="ID=VALUE", help="Another value, the same at every dose."),
    ] = None,
    with_: Annotated[
        str | None,
        typer.Option("--with", metavar="ID=DOSES", help="A second input and its doses: er_chelator=0,1,10uM."),
    ] = None,
    hill: Annotated[bool, typer.Option("--hill", help="Fit a Hill curve.")] = False,
    cells: Annotated[int, typer.Option(help="Plausible cells to run too, evenly spaced over the family.")] = 0,
    plot: Annotated[Path | None, typer.Option("--plot", "-p", help="Draw to a file (png, svg, pdf).")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the values to a CSV file.")] = None,
    processes: Annotated[
        int, typer.Option("--processes", "-j", min=1, help="Worker processes; the numbers stay the same.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Run a scenario at several doses of one input, or of two; tell half doses and synergy."""
    from zinc_sbml.doses import dose_response as one_input
    from zinc_sbml.doses import dose_surface as two_inputs
    from zinc_sbml.files import check_target
    from zinc_sbml.model import load_model
    from zinc_sbml.plots import check_picture_target
    from zinc_sbml.quantities import parse_assignments, parse_duration
    from zinc_sbml.scenarios import load_scenario

    chosen = load_scenario(scenario)
    loaded = load_model(chosen.model)
    if output:
        check_target(output)
    if plot:
        check_picture_target(plot)
    if plot and with_ and len(readout) > 1:
        raise InvalidInputError(f"--plot with --with draws one readout, not {', '.join(readout)}")
    given: dict[str, Any] = {
        "scenario": chosen,
        "model": loaded,
        "duration": parse_duration(duration, loaded.time_unit) if duration is not None else None,
        "statistic": statistic,
        "parameters": parse_assignments(set_ or (), loaded),
        "cells": cells,
        "processes": processes,
        "progress": track("running plausible cells"),
    }
    values = _doses(doses, loaded, input)
    if with_ is None:
        with _waiting(cells):
            response = one_input(input, values, readout, **given)
        _one(response, hill, plot, output, as_json)
        return
    second, equals, text = with_.partition("=")
    if not equals:
        raise InvalidInputError(f"--with {with_!r}: expected ID=DOSES, for example er_chelator=0,1,10uM")
    second = second.strip()
    doses_of_both = (values, _doses(text, loaded, second))
    with _waiting(cells):
        surface = two_inputs((input, second), doses_of_both, readout, **given)
    _two(surface, hill, plot, output, as_json)


def _waiting(cells: int) -> AbstractContextManager[object]:
    # Plausible cells have a bar of their own, and two of these would write over each other.
    return nullcontext() if cells else busy("running the doses")


def _doses(text: str, model: Model, input: str) -> list[float]:
    from zinc_sbml.quantities import parse_value

    return [parse_value(dose, model, input) for dose in text.split(",")]


def _one(response: DoseResponse, hill: bool, plot: Path | None, output: Path | None, as_json: bool) -> None:
    table = response.table
    _write(table, response.labels.with_unit, output)
    if plot:
        response.plot(path=plot)
    if as_json and not hill and not response.cells:
        show(table, as_json, columns=())
        return
    if as_json:
        print_json(
            {
                "values": table.reset_index().to_dict(orient="records"),
                "hill": {name: _fitted(response, name) for name in response.readouts} if hill else {},
                "failures": dict(response.failures),
                "provenance": dict(response.provenance),
            }
        )
        return
    show(table, as_json, columns=tuple(table.columns))
    if hill:
        for name in response.readouts:
            _print_fit(response, name)
        typer.echo(_SUMMARY)
    _tell_failures(response)


def _fitted(response: DoseResponse, name: str) -> dict[str, object]:
    from dataclasses import asdict

    return {"fit": asdict(response.hill(name)), "summary": response.summary(name).to_dict(orient="index")}


def _print_fit(response: DoseResponse, name: str) -> None:
    labels = response.labels
    fit = response.hill(name)
    summary = response.summary(name)
    many = bool(response.cells)
    header = ["", "value", "unit", *(("median", "low", "high", "determined in") if many else ())]
    rows = []
    for word, row in summary.to_dict(orient="index").items():
        numbers = [_number(row[column]) for column in ("median", "low", "high")] if many else []
        counted = [f"{row['cells'] - row['undetermined']} of {row['cells']} cells"] if many else []
        unit = "" if word == "slope" else labels.units[response.input]
        rows.append((word, _number(row["value"]), unit, *numbers, *counted))
    # Not as a title, which is broken at the width of the table.
    typer.echo(f"{name}: {_curve(fit, labels.units[name])}")
    print_table(header, rows, numbers=(1, 3, 4, 5))


def _curve(fit: HillFit, unit: str) -> str:
    if not fit.determined:
        return f"no Hill curve, {fit.reason}"
    unit = "" if unit == "fraction" else f" {unit}"
    return (
        f"Hill curve from {number_text(fit.untreated)} to {number_text(fit.saturated)}{unit}, "
        f"R2 {fit.r_squared:.4f}, largest residual {fit.largest_residual:.2g}{unit}"
    )


def _two(surface: DoseSurface, hill: bool, plot: Path | None, output: Path | None, as_json: bool) -> None:
    found: dict[str, Synergy | str] = {}
    for name in surface.readouts:
        try:
            found[name] = surface.synergy(name)
        except InvalidInputError as error:  # The table says something even where there is no effect to compare.
            found[name] = str(error)
    _write(surface.frame, surface.labels.with_unit, output)
    if plot:
        surface.plot(path=plot)
    if as_json:
        print_json(_surface_record(surface, found, hill))
        return
    for name, synergy in found.items():
        _print_surface(surface, name, synergy)
        if hill:
            _print_fits(surface, name)
    if any(not isinstance(synergy, str) for synergy in found.values()):
        typer.echo(_SYNERGY)
    if hill:
        typer.echo(_SUMMARY)
    _tell_failures(surface)


def _surface_record(surface: DoseSurface, found: dict[str, Synergy | str], hill: bool) -> dict[str, object]:
    record: dict[str, object] = {
        "values": surface.frame.reset_index().to_dict(orient="records"),
        "synergy": {
            name: {"undefined": one}
            if isinstance(one, str)
            else {
                "untreated": one.untreated,
                "full": one.full,
                "largest_alone": dict(zip(one.inputs, one.largest_alone, strict=True)),
                "pairs": one.frame.reset_index().to_dict(orient="records"),
                "summary": one.summary.to_dict(orient="index"),
            }
            for name, one in found.items()
        },
        "failures": dict(surface.failures),
        "provenance": dict(surface.provenance),
    }
    if hill:
        second = surface.inputs[1]
        record["hill"] = {
            name: [{second: dose, **_fitted(one, name)} for dose, one in surface.responses().items()]
            for name in surface.readouts
        }
    return record


def _print_surface(surface: DoseSurface, name: str, synergy: Synergy | str) -> None:
    labels = surface.labels
    first, second = surface.inputs
    table = surface.table(name)
    header = [_unit_text(labels, first), *(f"{second} {dose:g}" for dose in surface.doses[1])]
    rows = [(f"{dose:g}", *map(number_text, row)) for dose, row in zip(surface.doses[0], table.to_numpy(), strict=True)]
    print_table(header, rows, title=f"{_unit_text(labels, name)}: {labels.title}", numbers=range(len(header)))
    if isinstance(synergy, str):
        typer.echo(f"no synergy: {synergy}")
        return
    many = bool(surface.cells)
    rows = []
    for word, row in synergy.summary.to_dict(orient="index").items():
        numbers = [_number(row[column]) for column in ("median", "low", "high")] if many else []
        share = [f"{row['synergy']:.0%} of {row['cells']}" if row["cells"] else ""] if many else []
        rows.append((word, _number(row["value"]), *numbers, *share))
    header = ["", "value", *(("median", "low", "high", "synergy in cells") if many else ())]
    print_table(header, rows, numbers=(1, 2, 3, 4))
    for one, effect in zip(synergy.inputs, synergy.largest_alone, strict=True):
        typer.echo(f"{one} alone reaches {100 * effect:.3g} % of the full effect ({_number(synergy.full)})")
    row = synergy.summary.loc["loewe_index"]
    if row["undefined"] or row["cells_undefined"] > 0:
        pairs = (len(surface.doses[0]) - 1) * (len(surface.doses[1]) - 1)
        others = f" ({row['cells_undefined']:g} in the median cell)" if many else ""
        typer.echo(
            f"loewe_index is not defined in {row['undefined']:g} of {pairs} pairs{others}, "
            f"where an input alone never has the effect; it speaks for the others only"
        )


def _print_fits(surface: DoseSurface, name: str) -> None:
    """Fits of the first input, one row for each dose of the second."""
    first, second = surface.inputs
    many = bool(surface.cells)
    rows = []
    for dose, response in surface.responses().items():
        fit, summary = response.hill(name), response.summary(name)
        cells = []
        if many:
            for word in ("half_dose", "ec50"):
                median, low, high, count, missing = summary.loc[
                    word, ["median", "low", "high", "cells", "undetermined"]
                ]
                text = f"{_number(median)} ({_number(low)} .. {_number(high)})" if missing < count else "none"
                cells.append(f"{text}, {count - missing:g} cells")
        numbers = [_number(value) for value in (response.half_dose(name), fit.ec50, fit.slope)]
        rows.append((f"{dose:g}", *numbers, *cells, fit.reason))
    header = [_unit_text(surface.labels, second), "half_dose", "ec50", "slope"]
    header += ["half_dose of cells", "ec50 of cells"] if many else []
    title = f"{name}: doses of {_unit_text(surface.labels, first)}"
    print_table([*header, ""], rows, title=title, numbers=(0, 1, 2, 3))


def _write(table: pd.DataFrame, with_unit: Callable[[str], str], output: Path | None) -> None:
    """Write CSV with units in the head: ``zip7_inhibitor [uM]``, ``notch_maturation_rate [fraction] median``."""
    from zinc_sbml.files import write_atomically

    if output is None:
        return

    def named(column: str) -> str:
        name, _, word = column.partition(" ")
        return f"{with_unit(name)} {word}".rstrip()

    plain = table.reset_index()
    write_atomically({output: plain.rename(columns=named).to_csv(index=False, lineterminator="\n")})


def _tell_failures(done: DoseResponse | DoseSurface) -> None:
    if done.failures:
        cell, reason = next(iter(done.failures.items()))
        typer.echo(
            f"{len(done.failures)} of {len(done.cells)} cells could not be simulated, the first ({cell}): {reason}"
        )


def _unit_text(labels: Labels, name: str) -> str:
    """Id and unit; brackets would be markup in a heading."""
    return f"{name} ({labels.units[name]})" if labels.units[name] else name


def _number(value: float) -> str:
    return "" if value != value else number_text(value)
