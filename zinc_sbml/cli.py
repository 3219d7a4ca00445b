"""The command line: parses, calls one function, prints.

Exit codes: 0 done; 1 the answer is no (a verdict that differs from its record, a stale build, an invalid file);
2 bad input; 70 an error that nobody foresaw.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from zinc_sbml import (
    cli_dose,
    cli_ensemble,
    cli_exchange,
    cli_explain,
    cli_explore,
    cli_hypotheses,
    cli_plot,
    cli_report,
    cli_sensitivity,
)
from zinc_sbml.catalog import DEFAULT_MODEL
from zinc_sbml.cli_calibrate import steps
from zinc_sbml.cli_complete import add_completions
from zinc_sbml.cli_examples import FIRST_STEPS, PROGRAM, panel_of
from zinc_sbml.cli_group import NO, WITHOUT_EXAMPLES, Command, Commands
from zinc_sbml.cli_output import busy, number_text, print_issues, print_json, print_table, show
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.quantities import duration_text

__all__ = ["app", "main"]

app = typer.Typer(
    name=PROGRAM,
    help="Zinc-redox crosstalk in the endoplasmic reticulum: the model, its scenarios, and what was published.",
    cls=Commands,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
ModelOption = Annotated[str, typer.Option("--model", "-m", help="Id of a shipped model, or an SBML or Antimony file.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", metavar="ID=VALUE", help="Another value, with or without a unit: zip7_inhibitor=0.5uM."
    ),
]
DurationOption = Annotated[str | None, typer.Option("--duration", "-d", help="End of the run: 90, 24h, 3 days.")]
ReadoutOption = Annotated[list[str] | None, typer.Option("--readout", "-r", help="What to record; can be given again.")]


def main() -> None:
    """Entry point of the command ``zinc-sbml``."""
    app()


def _tell_version(wanted: bool) -> None:
    if wanted:
        import zinc_sbml

        typer.echo(f"{PROGRAM} {zinc_sbml.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def begin(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Tell the version.", callback=_tell_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Zinc-redox crosstalk in the endoplasmic reticulum: the model, its scenarios, and what was published."""
    # `Commands` takes --debug from wherever it stands; here it is for the help.
    if ctx.invoked_subcommand is None:
        typer.echo("Begin with one of these:\n")
        for command, purpose in FIRST_STEPS:
            typer.echo(f"  {command}\n      {purpose}")
        typer.echo("\nAll commands; `zinc-sbml COMMAND --help` tells more and has examples:\n")
        # The first steps stand above; the help does not repeat them.
        ctx.meta[WITHOUT_EXAMPLES] = True
        typer.echo(ctx.get_help())


def _command(name: str | None = None, on: typer.Typer = app) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command: under its heading, with its examples, and with what the shell completes."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        called = name or function.__name__.replace("_", "-")
        add_completions(function)
        on.command(called, cls=Command, rich_help_panel=panel_of(called) if on is app else None)(function)
        return function

    return register


@_command()
def models(as_json: AsJson = False) -> None:
    """List the models."""
    from zinc_sbml import listing

    show(listing.list_models(), as_json, columns=("name", "species", "reactions", "inputs", "readouts"))


@_command()
def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios."""
    from zinc_sbml import listing

    table = listing.list_scenarios()
    if not as_json:
        table = table.assign(lasts=[duration_text(seconds) for seconds in table["duration"]])
    show(table, as_json, columns=("question", "lasts", "changes"))


@_command()
def findings(
    findings: Annotated[Path | None, typer.Option("--findings", help="A register of your own (TOML).")] = None,
    as_json: AsJson = False,
) -> None:
    """List the published findings and what counts as reproducing them."""
    from zinc_sbml.findings import list_findings

    show(list_findings(findings), as_json, columns=("statement", "status", "criteria"))


@_command()
def inputs(model: ModelOption = DEFAULT_MODEL, as_json: AsJson = False) -> None:
    """List the inputs: what can be done to the cell."""
    from zinc_sbml import listing

    show(listing.inputs(model), as_json, columns=("name", "value", "unit", "lower", "upper", "notes"))


@_command()
def readouts(model: ModelOption = DEFAULT_MODEL, as_json: AsJson = False) -> None:
    """List the readouts: what can be measured."""
    from zinc_sbml import listing

    show(listing.readouts(model), as_json, columns=("name", "unit", "notes"))


@_command()
def parameters(model: ModelOption = DEFAULT_MODEL, as_json: AsJson = False) -> None:
    """List the parameters with their ranges and where they come from."""
    from zinc_sbml import listing

    show(listing.parameters(model), as_json, columns=("value", "unit", "lower", "upper", "notes"))


@_command()
def simulate(
    scenario: Annotated[str, typer.Argument(help="Id of a scenario; see `zinc-sbml scenarios`.")],
    scenarios: Annotated[
        Path | None, typer.Option("--scenarios", help="Folder of scenarios of your own, as PEtab tables.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="Another model than the scenario's.")] = None,
    set_: SetOption = None,
    duration: DurationOption = None,
    readout: ReadoutOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the whole course to a CSV file.")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", "-p", help="Draw the course to a file (png, svg, pdf).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario; print each readout at the start and at the end."""
    from zinc_sbml.files import check_target
    from zinc_sbml.model import load_model
    from zinc_sbml.plots import check_picture_target
    from zinc_sbml.quantities import parse_assignments, parse_duration
    from zinc_sbml.scenarios import load_scenario
    from zinc_sbml.simulation import simulate as run

    chosen = load_scenario(scenario, scenarios)
    loaded = load_model(model or chosen.model)
    seconds = parse_duration(duration, loaded.time_unit) if duration is not None else None
    if output:
        check_target(output)
    if plot:
        check_picture_target(plot)
    with busy(f"running {chosen.id}"):
        result = run(
            chosen,
            model=loaded,
            parameters=parse_assignments(set_ or (), loaded),
            duration=seconds,
            readouts=readout or None,
        )
    if output:
        result.to_csv(output)
        typer.echo(f"written: {output}", err=True)
    if plot:
        with busy(f"drawing {plot}"):
            result.plot(readout, plot)
        typer.echo(f"drawn: {plot}", err=True)
    if as_json:
        print_json(
            {
                "scenario": result.scenario.id,
                "time": {"start": result.times[0], "end": result.times[-1], "unit": result.time_unit},
                "readouts": {
                    name: {"start": result.values[0, i], "end": result.values[-1, i], "unit": result.units[name]}
                    for i, name in enumerate(result.columns)
                },
                "provenance": result.provenance,
            }
        )
        return
    shown = [
        (
            name,
            number_text(result.values[0, i]),
            number_text(result.values[-1, i]),
            result.units[name],
            result.names[name] if result.names[name] != name else "",
        )
        for i, name in enumerate(result.columns)
        if readout or loaded.quantities[name].role != "species" or not loaded.having("readout")
    ]
    # The title of a scenario speaks of its own model.
    what = chosen.title or chosen.id if model is None else f"{loaded.name}, {chosen.id}"
    title = f"{what}, {duration_text(result.times[-1])}"
    print_table(("", "start", "end", "unit", ""), shown, title=title, numbers=(1, 2))


@_command()
def compare(
    findings: Annotated[Path | None, typer.Option("--findings", help="A register of your own (TOML).")] = None,
    set_: SetOption = None,
    plausible: Annotated[
        bool, typer.Option("--plausible", help="Judge over the family of plausible cells instead of the shipped one.")
    ] = False,
    sets: Annotated[int | None, typer.Option(help="With --plausible: only the first so many cells.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge every published finding; exit 1 if a verdict differs from its recorded status."""
    from zinc_sbml.cli_findings import print_comparison, print_shares
    from zinc_sbml.findings import compare as judge
    from zinc_sbml.findings import compare_plausible
    from zinc_sbml.model import load_model
    from zinc_sbml.quantities import parse_assignments

    if plausible:
        if set_:
            raise InvalidInputError("--plausible judges the cells of the family: it does not go with --set")
        with busy("judging the family"):
            shares = compare_plausible(findings, sets=sets)
        if as_json:
            print_json(shares.records())
        else:
            print_shares(shares)
        if shares.changed:
            raise typer.Exit(NO)
        return
    if sets is not None:
        raise InvalidInputError("--sets goes with --plausible")
    with busy("running the scenarios"):
        comparison = judge(findings, parameters=parse_assignments(set_ or (), load_model(DEFAULT_MODEL)))
    if as_json:
        print_json(comparison.records())
    else:
        print_comparison(comparison)
    if comparison.changed:
        raise typer.Exit(NO)


@_command()
def rest(model: Annotated[str, typer.Option("--model", "-m", help="Id of a shipped model.")] = DEFAULT_MODEL) -> None:
    """Find the resting state and write it into the Antimony source (then build)."""
    from zinc_sbml.rest import rest as find

    with busy("looking for the resting state"):
        report = find(model)
    typer.echo(
        f"{report.path.name}: resting state found after {report.horizon:g} s, residual {report.residual:.2g} per s; "
        f"largest change of a value {report.moved:.2g}"
    )


@_command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file is stale or the cell not at rest.")
    ] = False,
) -> None:
    """Compile the Antimony models to validated SBML, with all that is made from them."""
    from zinc_sbml.building import build as make
    from zinc_sbml.rest import LARGEST_RESIDUAL, residual

    with busy("compiling and checking the models"):
        report = make(check=check)
    print_issues(report.issues)
    for path in report.written:
        typer.echo(f"written: {path.name}")
    for path in set(report.stale) - set(report.written):
        typer.echo(f"stale: {path.name}")
    ok = report.ok
    if ok:
        species, rate = residual()
        at_rest = rate <= LARGEST_RESIDUAL
        typer.echo(f"residual of the resting state: {rate:.2g} per s ({species}), allowed {LARGEST_RESIDUAL:g}")
        if not at_rest:
            typer.echo("not at rest: run `zinc-sbml rest`, then `zinc-sbml build`")
        # A build after a change of parameters comes before the new rest; only the check demands it.
        ok = at_rest or not check
    typer.echo(f"{len(report.models)} models, {len(report.issues)} errors and warnings" + ("" if ok else ": not ok"))
    if not ok:
        raise typer.Exit(NO)


@_command()
def validate(
    file: Annotated[str, typer.Argument(help="An SBML or Antimony file.")],
    as_json: AsJson = False,
) -> None:
    """Check a model file strictly: all categories of libSBML, units and modelling practice included; annotations."""
    from zinc_sbml.building import inspect_model

    with busy(f"checking {file}"):
        report = inspect_model(Path(file))
    issues = report.issues
    if as_json:
        fields = ("severity", "code", "line", "element", "message", "category")
        counts = ("kind", "number", "with_sbo", "with_annotation", "complete", "share")
        print_json(
            {
                "issues": [{name: getattr(issue, name) for name in fields} for issue in issues],
                "coverage": [{name: getattr(one, name) for name in counts} for one in report.coverage],
            }
        )
    else:
        print_issues(issues)
        rows = [
            (one.kind, str(one.number), str(one.with_sbo), str(one.with_annotation), str(one.complete),
             f"{one.share:.0%}" if one.number else "")
            for one in report.coverage
        ]  # fmt: skip
        header = ("described", "number", "SBO term", "annotation", "complete", "share")
        print_table(header, rows, numbers=range(1, len(header)))
        errors = sum(issue.severity == "error" for issue in issues)
        typer.echo(f"{file}: {errors} errors, {len(issues) - errors} warnings")
    if issues:
        raise typer.Exit(NO)


@_command()
def docs(
    root: Annotated[Path, typer.Argument(help="Checkout of the repository that holds the documents.")] = Path(),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a part is stale.")] = False,
) -> None:
    """Write the parts of the documents that are made from the model and its tables."""
    from zinc_sbml.documents import DOCUMENTS, update_documents

    with busy("writing the documents"):
        changed = update_documents(root, check=check)
    for path in changed:
        typer.echo(f"{'stale' if check else 'written'}: {path}")
    typer.echo(f"{len(DOCUMENTS)} documents, {len(changed)} {'stale' if check else 'changed'}")
    if check and changed:
        raise typer.Exit(NO)


_command()(cli_dose.dose_response)
_command()(cli_hypotheses.hypotheses)
_command()(cli_hypotheses.discriminate)
_command()(cli_exchange.export)
_command()(cli_exchange.certify)
_command()(cli_ensemble.ensemble)
_command()(cli_sensitivity.sensitivity)
_command()(cli_explain.explain)
_command()(cli_report.report)
_command()(cli_explore.explore)

calibrate = typer.Typer(
    help="Calibration, step by step: what is fitted to what, and which cells the evidence allows.", no_args_is_help=True
)
app.add_typer(calibrate, name="calibrate", cls=Commands, rich_help_panel=panel_of("calibrate"))
for _name, _step in steps.items():
    _command(_name, calibrate)(_step)

plot = typer.Typer(help="Draw pictures: a story, a comparison, findings, fluxes.", no_args_is_help=True)
app.add_typer(plot, name="plot", cls=Commands, rich_help_panel=panel_of("plot"))
for _name, _picture in cli_plot.pictures.items():
    _command(_name, plot)(_picture)
