"""The commands ``zinc-sbml plot PICTURE``: each runs what it needs, and draws one picture to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zinc_sbml.cli_output import busy
from zinc_sbml.errors import InvalidInputError

if TYPE_CHECKING:
    from zinc_sbml.result import Result

__all__ = ["pictures"]

Target = Annotated[Path, typer.Option("--output", "-o", help="The picture: png, svg or pdf by suffix.")]
ScenarioId = Annotated[str, typer.Argument(help="Id of a scenario; see `zinc-sbml scenarios`.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", "-s", metavar="ID=VALUE", help="Another value in all runs: zip7_inhibitor=0.5uM."),
]


def storyboard(
    scenario: ScenarioId,
    output: Target,
    against: Annotated[str | None, typer.Option("--against", help="A second scenario, in dashed lines.")] = None,
    set_: Set = None,
) -> None:
    """Draw the story of a scenario: zinc, Ero1, PDI, disulfides, misfolded protein, stress response."""
    from zinc_sbml.plots import check_picture_target
    from zinc_sbml.plots import storyboard as draw

    check_picture_target(output)
    with busy("running the scenarios"):
        one = _run(scenario, set_)
        other = _run(against, set_) if against is not None else None
    draw(one, against=other, path=output)
    typer.echo(f"written: {output}")


def compare(
    scenario: ScenarioId,
    output: Target,
    other: Annotated[str | None, typer.Argument(help="Another scenario; the same by default.")] = None,
    readout: Annotated[
        list[str] | None, typer.Option("--readout", "-r", help="What to draw; can be given again.")
    ] = None,
    set_: Set = None,
    set_other: Annotated[
        list[str] | None,
        typer.Option("--set-other", metavar="ID=VALUE", help="Another value in the second run alone; wins over --set."),
    ] = None,
) -> None:
    """Draw two scenarios, or one with two settings, one panel per readout."""
    from zinc_sbml.plots import check_picture_target, compare_results

    check_picture_target(output)
    if other is None and not set_other:
        raise InvalidInputError("there is nothing to compare: expected a second scenario, or --set-other ID=VALUE")
    with busy("running the scenarios"):
        one = _run(scenario, set_, readout)
        second = _run(other or scenario, [*(set_ or ()), *(set_other or ())], readout, repeated=True)
    compare_results(one, second, readout or None, path=output)
    typer.echo(f"written: {output}")


def findings(
    output: Target,
    register: Annotated[Path | None, typer.Option("--findings", help="A register of your own (TOML).")] = None,
    plausible: Annotated[
        bool, typer.Option("--plausible/--shipped-only", help="With or without the family of plausible cells.")
    ] = True,
) -> None:
    """Draw every finding against its criterion, with the share of plausible cells that meet it."""
    from zinc_sbml.findings import compare, compare_plausible
    from zinc_sbml.plots import check_picture_target, findings_chart

    check_picture_target(output)
    with busy("judging the findings"):
        comparison = compare(register)
        shares = compare_plausible(register) if plausible else None
    findings_chart(comparison, shares, path=output)
    typer.echo(f"written: {output}")


def fluxes(
    scenario: ScenarioId,
    output: Target,
    baseline: Annotated[str, typer.Option("--baseline", help="What it is drawn against.")] = "baseline",
) -> None:
    """Draw the fluxes at the end of a scenario on the network diagram, against those of another one."""
    from zinc_sbml.plots import check_picture_target, flux_map

    check_picture_target(output)
    with busy("running the scenarios"):
        flux_map(baseline, scenario, path=output)
    typer.echo(f"written: {output}")


def _run(scenario: str, set_: list[str] | None, readouts: list[str] | None = None, *, repeated: bool = False) -> Result:
    """Run a scenario; of a value that is given again (`repeated`) the last counts."""
    from zinc_sbml.model import load_model
    from zinc_sbml.quantities import parse_assignments
    from zinc_sbml.scenarios import load_scenario
    from zinc_sbml.simulation import simulate

    chosen = load_scenario(scenario)
    model = load_model(chosen.model)
    given = set_ or []
    if repeated:
        given = list({text.partition("=")[0].strip(): text for text in given}.values())
    return simulate(chosen, model=model, parameters=parse_assignments(given, model), readouts=readouts or None)


pictures = {"storyboard": storyboard, "compare": compare, "findings": findings, "fluxes": fluxes}
"""The commands by name."""
