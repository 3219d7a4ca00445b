"""The commands about competing explanations: what each makes of the findings, and what would tell them apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zinc_sbml.cli_output import busy, number_text, print_json, print_table, track
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.quantities import duration_text

if TYPE_CHECKING:
    from zinc_sbml.findings.rivals import HypothesisComparison

__all__ = ["discriminate", "hypotheses"]

NO = 1

# Each of the two explanations alone.
DEFAULT_PAIR = ("trap", "erad")

Processes = Annotated[
    int, typer.Option("--processes", "-j", min=1, help="Worker processes; the numbers stay the same.")
]


def hypotheses(
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit 1 if a table is stale or a family gives other numbers."),
    ] = False,
    update: Annotated[bool, typer.Option("--update", help="Also write the tables in validation/hypotheses.")] = False,
    cells: Annotated[
        int | None, typer.Option(min=1, help="With --check: cells of each family to simulate again, by default 1.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Judge every finding under every hypothesis, over the cells that each allows, and tell how well each fits."""
    from zinc_sbml.files import write_atomically
    from zinc_sbml.findings.rivals import compare_hypotheses

    if check and update:
        raise InvalidInputError("--check writes nothing: it does not go with --update")
    if cells is not None and not check:
        raise InvalidInputError("--cells goes with --check")
    with busy("judging the families"):
        comparison = compare_hypotheses()
    if check:
        _check(comparison, cells or 1)
        return
    if update:
        made = _tables(comparison)
        write_atomically(made)
        typer.echo("written: " + ", ".join(path.name for path in made))
    if as_json:
        print_json(
            {
                "hypotheses": {
                    name: {"statement": one.statement, "switches": dict(one.switches), "evidence": one.evidence}
                    for name, one in comparison.hypotheses.items()
                },
                "shares": comparison.shares.drop(columns="calibration").to_dict(orient="index"),
                "fit": comparison.fit.to_dict(orient="index"),
                "compromises": {
                    name: [
                        {"finding": finding, "criterion": words, "median": median, "interval": [low, high]}
                        for finding, words, median, low, high in comparison.compromises(name)
                    ]
                    for name in comparison.hypotheses
                },
            }
        )
        return
    _print(comparison)


def _print(comparison: HypothesisComparison) -> None:
    from zinc_sbml.findings import Calibration

    names = list(comparison.hypotheses)
    shares = comparison.shares
    for words, group in (
        ("Findings that were not used to fit: share of cells", shares[shares["calibration"] == Calibration.NONE]),
        ("Findings that were used to fit: share of cells", shares[shares["calibration"] != Calibration.NONE]),
    ):
        rows = [(str(finding), *(f"{row[name]:.0%}" for name in names)) for finding, row in group.iterrows()]
        print_table(("finding", *names), rows, title=words, numbers=tuple(range(1, len(names) + 1)))
    rows = [
        (
            str(name), str(row["parameters"]), number_text(row["cost"]), f"{row['aic']:.1f}",
            f"{row['log10_bayes']:+.1f} +- {row['log10_spread']:.1f}", str(row["cells"]), f"{row['accepted']:.0%}",
        )
        for name, row in comparison.fit.to_dict(orient="index").items()
    ]  # fmt: skip
    header = ("hypothesis", "fitted", "best cost", "AIC above least", "log10 Bayes factor", "cells", "of draws")
    print_table(header, rows, title="How well each fits", numbers=(1, 2, 3, 4, 5, 6))
    rows = [
        (name, finding, f"{number_text(median)} ({number_text(low)} .. {number_text(high)})", words)
        for name in names
        for finding, words, median, low, high in comparison.compromises(name)
    ]
    if rows:
        print_table(("hypothesis", "gives up", "has instead (90 %)", "wanted"), rows, title="Best compromises", ids=1)


def _tables(comparison: HypothesisComparison) -> dict[Path, str]:
    from zinc_sbml import catalog
    from zinc_sbml.table_text import to_text

    folder = catalog.rival_directory()
    return {
        folder / "shares.tsv": to_text(comparison.shares),
        folder / "fit.tsv": to_text(comparison.fit),
    }


def _check(comparison: HypothesisComparison, cells: int) -> None:
    from zinc_sbml.calibration.judging import disagreements
    from zinc_sbml.findings import load_family
    from zinc_sbml.table_text import stale_tables

    made = _tables(comparison)
    stale = stale_tables(made)
    for path in stale:
        typer.echo(f"stale: {path.name}")
    lines = [
        f"{name}: {line}"
        for name in comparison.hypotheses
        for line in disagreements(load_family(hypothesis=name), cells=cells)
    ]
    for line in lines:
        typer.echo(line)
    typer.echo(
        f"{len(comparison.hypotheses)} hypotheses: {len(stale)} tables stale; "
        f"{len(lines)} numbers of {cells} cells of each differ from the families"
    )
    if stale or lines:
        raise typer.Exit(NO)


def discriminate(
    one: Annotated[str, typer.Argument(help="Id of a hypothesis; see `zinc-sbml hypotheses`.")] = DEFAULT_PAIR[0],
    other: Annotated[str, typer.Argument(help="Id of another one.")] = DEFAULT_PAIR[1],
    every_pair: Annotated[
        bool, typer.Option("--every-pair", help="All hypotheses; writes the tables and pictures that are kept.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if the tables that are kept say otherwise.")
    ] = False,
    cells: Annotated[int, typer.Option(help="Cells of each family to read.")] = 200,
    top: Annotated[int, typer.Option(help="How many kinds of experiments to show.")] = 5,
    plot: Annotated[
        Path | None, typer.Option("--plot", "-p", help="Draw the predicted curves to a file (png, svg, pdf).")
    ] = None,
    processes: Processes = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Search for the experiments that tell two hypotheses apart, given how much plausible cells and readings vary."""
    from zinc_sbml.discrimination import discriminate as search
    from zinc_sbml.plots import check_picture_target

    if check and every_pair:
        raise InvalidInputError("--check writes nothing: it does not go with --every-pair")
    if (check or every_pair) and (plot or as_json or (one, other) != DEFAULT_PAIR):
        raise InvalidInputError("--check and --every-pair are about all hypotheses: they take no other question")
    if check:
        from zinc_sbml.discrimination.kept import disagreements

        lines = disagreements()
        for line in lines:
            typer.echo(line)
        typer.echo(f"{len(lines)} tables and readings differ from what is kept")
        if lines:
            raise typer.Exit(NO)
        return
    if every_pair:
        from zinc_sbml.discrimination.kept import make

        typer.echo("written: " + ", ".join(make(cells=cells, processes=processes, progress=track("reading"))))
        return
    if plot:
        check_picture_target(plot)
    found = search(one, other, cells=cells, top=top, processes=processes, progress=track("reading"))
    if plot:
        from zinc_sbml.discrimination.pictures import predicted_curves

        predicted_curves(found, cells=cells, path=plot, processes=processes)
    table = found.frame
    if as_json:
        print_json({"one": one, "other": other, "best": table.reset_index().to_dict(orient="records")})
        return
    rows = []
    for rank, row in table.to_dict(orient="index").items():
        later = duration_text(60 * row["minutes_after"])
        read = f"{row['readout']} ({row['assay']})\n{later} after the last step, against {row['against']}"
        values = [
            number_text(row[f"{side}_median"])
            + f"\n{number_text(row[f'{side}_low'])} .. {number_text(row[f'{side}_high'])}"
            for side in ("one", "other")
        ]
        rows.append(
            (str(rank), row["experiment"], read, *values, f"{abs(row['separation']):.1f}", f"{row['told_apart']:.0%}")
        )
    header = ("", "experiment", "reading", one, other, "separation", "told apart")
    print_table(header, rows, title=f"{one} or {other}?", numbers=(5, 6), lines=True)
    typer.echo(
        "separation: difference of the medians over the spread of cells and noise; told apart: share of pairs of "
        "cells, one of each hypothesis, whose readings noise cannot confuse; "
        f"{len(found.failures)} cells could not be simulated"
    )
