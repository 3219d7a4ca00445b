"""The commands ``zinc-sbml calibrate STEP``: each parses, calls one function, and writes one table."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from zinc_sbml import catalog
from zinc_sbml.cli_output import busy, number_text, print_json, print_table, track
from zinc_sbml.errors import InvalidInputError

__all__ = ["steps"]

NO = 1

Processes = Annotated[
    int, typer.Option("--processes", "-j", min=1, help="Worker processes; the numbers stay the same.")
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Work = Annotated[Path, typer.Option("--work", help="Folder of the chains; a stopped sampling goes on there.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", "-s", metavar="ID=VALUE", help="A value that is held: zinc_traps_ero1=0.")
]

BurnIn = Annotated[int, typer.Option(min=0, help="Steps to leave out at the beginning.")]
HypothesisId = Annotated[
    str | None, typer.Option("--hypothesis", help="A rival explanation; see `zinc-sbml hypotheses`.")
]


def targets(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False) -> None:
    """Show every target of the calibration with value and residual of the shipped cell; exit 1 if one is not met."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.tables import targets as make
    from zinc_sbml.findings.family import load_family

    with busy("simulating the targets"):
        table = make(load_problem(), load_family())
    if as_json:
        print_json(table.reset_index().to_dict(orient="records"))
    else:
        rows = [
            (
                str(name), str(row["wanted"]), number_text(row["value"]), f"{row['residual']:.2f}", str(row["met"]),
                f"{number_text(row['family_low'])} .. {number_text(row['family_high'])}", str(row["evidence"]),
            )
            for name, row in table.to_dict(orient="index").items()
        ]  # fmt: skip
        header = ("target", "wanted", "value", "residual", "met", "plausible cells, 90 %", "evidence")
        print_table(header, rows, numbers=(2, 3))
    if "no" in table["met"].tolist():
        raise typer.Exit(NO)


def screen(
    trajectories: Annotated[int, typer.Option(min=2, help="Each costs one run more than there are parameters.")] = 12,
    seed: Seed = 1,
    processes: Processes = 1,
) -> None:
    """Rank all parameters by their influence on the targets (Morris); writes screening.tsv."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.screening import screen as run
    from zinc_sbml.calibration.tables import screening_table
    from zinc_sbml.files import write_atomically
    from zinc_sbml.scenarios import read_table
    from zinc_sbml.table_text import to_text

    rows = read_table(catalog.petab_directory(catalog.DEFAULT_MODEL) / "parameters.tsv", ("parameterId",))
    problem = load_problem(parameters=[row["parameterId"] for _, row in rows])
    table = run(problem, trajectories=trajectories, seed=seed, processes=processes, progress=track("screening"))
    failed, (whole, all_) = table.attrs["failed"], table.attrs["trajectories"]
    path = catalog.calibration_directory() / "screening.tsv"
    write_atomically({path: to_text(screening_table(table, load_problem().names), 3)})
    typer.echo(f"written: {path.name}; {len(table)} parameters, {whole} of {all_} trajectories, {failed} failed runs")


def fit(
    starts: Annotated[int, typer.Option(min=1, help="The shipped cell and points around it.")] = 16,
    iterations: Annotated[int, typer.Option(min=1, help="Most iterations of a start.")] = 18,
    seed: Seed = 1,
    processes: Processes = 1,
    hypothesis: HypothesisId = None,
    set_: Set = None,
    also: Annotated[list[str] | None, typer.Option(help="Fit this parameter too; can be given again.")] = None,
) -> None:
    """Least squares from many starts; writes starts.tsv and the waterfall, or only prints with --set or --also."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.fitting import best_fit
    from zinc_sbml.calibration.fitting import fit as run
    from zinc_sbml.calibration.pictures import waterfall
    from zinc_sbml.calibration.tables import starts_table
    from zinc_sbml.files import write_atomically
    from zinc_sbml.table_text import to_text

    rival = _rival(hypothesis)
    problem = load_problem(hypothesis=hypothesis, fixed=_held(set_))
    if also:
        problem = load_problem(hypothesis=hypothesis, fixed=_held(set_), parameters=[*problem.names, *also])
    fits = run(problem, starts=starts, seed=seed, iterations=iterations, processes=processes, progress=track("fitting"))
    table = starts_table(fits, problem)
    if not set_ and not also:
        path = catalog.starts_path(rival)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically({path: to_text(table)})
        if not rival:
            waterfall(fits, path.with_name("waterfall.svg"))
        typer.echo(f"written: {path.name}" + ("" if rival else ", waterfall.svg"))
    rows = [(str(i), number_text(row["start_cost"]), number_text(row["cost"]), str(row["evaluations"])) for i, row in
            table.to_dict(orient="index").items()]  # fmt: skip
    print_table(("start", "cost before", "cost", "cells looked at"), rows, numbers=(1, 2, 3))
    if not rival:
        typer.echo(f"to be shipped: start {best_fit(fits, problem).number}")


def adopt(
    start: Annotated[int, typer.Argument(help="Number of the start whose end becomes the shipped cell.")],
) -> None:
    """Write fitted values into the Antimony sources (then: zinc-sbml rest, zinc-sbml build)."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.adopting import adopt as write
    from zinc_sbml.scenarios import read_table

    problem = load_problem()
    path = catalog.starts_path()
    rows = {row["start"]: row for _, row in read_table(path, ("start", *problem.names))}
    if str(start) not in rows:
        raise InvalidInputError(f"start: {start}, expected one of {', '.join(sorted(rows, key=int))} ({path.name})")
    changed = write({name: float(rows[str(start)][name]) for name in problem.names})
    typer.echo("changed: " + (", ".join(file.name for file in changed) or "nothing"))


def sample(
    work: Work,
    hypothesis: HypothesisId = None,
    steps: Annotated[int, typer.Option(min=1, help="Length of each of the ensembles.")] = 1000,
    ensembles: Annotated[int, typer.Option(min=2, help="Independent ensembles.")] = 4,
    walkers: Annotated[int, typer.Option(help="Walkers of an ensemble.")] = 52,
    seed: Seed = 1,
    processes: Processes = 1,
) -> None:
    """Sample the posterior (emcee), from the ends of the fits; goes on where it was stopped."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.sampling import sample as run
    from zinc_sbml.calibration.tables import good_starts

    problem = load_problem(hypothesis=hypothesis)
    chains = run(
        problem,
        work,
        starts=good_starts(catalog.starts_path(_rival(hypothesis)), problem),
        steps=steps,
        ensembles=ensembles,
        walkers=walkers,
        seed=seed,
        processes=processes,
        progress=track("sampling"),
    )
    typer.echo(
        f"{chains.coordinates.shape[1]} steps of {ensembles} ensembles, {chains.evaluations} cells simulated, "
        f"{len(chains.failures)} of them failed; {chains.accepted:.1%} of the proposals accepted"
    )


def judge(
    work: Work,
    hypothesis: HypothesisId = None,
    burn_in: BurnIn = 100,
    draws: Annotated[int, typer.Option(min=1, help="Cells to judge; about half are accepted.")] = 2600,
    seed: Seed = 1,
    processes: Processes = 1,
) -> None:
    """Draw cells from the chains and judge each by every finding; writes the family and its tables."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.judging import draw, given_up, write_family
    from zinc_sbml.calibration.judging import judge as run
    from zinc_sbml.calibration.sampling import load_chains
    from zinc_sbml.model import load_model

    rival = _rival(hypothesis)
    problem = load_problem(hypothesis=hypothesis)
    chains = load_chains(work, problem)
    kept = chains.after(burn_in)
    found = kept.diagnostics()
    taus = found.autocorrelation_time
    judged = run(draw(kept, problem, draws, seed), processes=processes, progress=track("judging"))
    # The family of the shipped model stands for what is known and makes no concessions; a rival shows its best.
    gone = given_up(judged) if rival else ()
    ensembles, steps, walkers, _ = chains.coordinates.shape
    option = f" --hypothesis {rival}" if rival else ""
    provenance = {
        "what": "posterior draws of the cell er_zinc_redox that meet every finding used for calibration",
        **({"hypothesis": hypothesis, "but for": ", ".join(gone) or "nothing"} if rival else {}),
        "command": f"zinc-sbml calibrate sample{option} --steps {steps}; zinc-sbml calibrate judge{option} "
        f"--burn-in {burn_in} --draws {draws}",
        "seed": f"{chains.seed} (sampling), {seed} (drawing)",
        "versions": _versions(),
        "model": f"sha256 {load_model(catalog.DEFAULT_MODEL).sha256}",
        "mathematics": f"sha256 {load_model(catalog.DEFAULT_MODEL).mathematics_sha256}",
        "chains": f"{ensembles} ensembles of {walkers} walkers, {steps} steps, the first {burn_in} left out",
        "evaluations": chains.evaluations,
        "failed while sampling": len(chains.failures),
        "accepted proposals": f"{chains.accepted:.3f}",
        "autocorrelation time": f"{taus.min():.0f} to {taus.max():.0f} steps",
        "effective samples": f"{found.effective_samples.min():.0f} (least of the parameters)",
        "r-hat": f"{found.r_hat.max():.3f} (largest of the parameters, halves of the ensembles)",
    }  # fmt: skip
    path = catalog.family_path(rival)
    cells = write_family(path, judged, provenance, chains.failures, gone)
    failed = sum(one.failure is not None for one in judged)
    typer.echo(f"written: {path.name}; {cells} of {len(judged)} cells accepted, {failed} could not be simulated")
    living = [one for one in judged if one.failure is None]
    for name in gone:
        typer.echo(f"given up: {name}, met by {sum(name not in one.unmet for one in living) / len(living):.1%} of them")


def evidence(
    work: Work,
    hypothesis: HypothesisId = None,
    burn_in: BurnIn = 100,
    proposals: Annotated[int, typer.Option(min=10, help="Cells to simulate for each estimate.")] = 400,
    seed: Seed = 1,
    processes: Processes = 1,
) -> None:
    """Estimate the marginal likelihood of a hypothesis from its chains; writes evidence.json of the hypothesis."""
    import json

    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.evidence import log_evidence
    from zinc_sbml.calibration.sampling import load_chains
    from zinc_sbml.files import write_atomically
    from zinc_sbml.hypotheses import load_hypotheses

    problem = load_problem(hypothesis=hypothesis)
    chains = load_chains(work, problem)
    found = log_evidence(
        chains.after(burn_in),
        problem,
        proposals=proposals,
        seed=seed,
        processes=processes,
        progress=track("bridging"),
    )
    path = catalog.rival_directory(hypothesis or next(iter(load_hypotheses()))) / "evidence.json"
    option = f" --hypothesis {hypothesis}" if hypothesis else ""
    content = {
        "log_evidence": round(found.log, 4),
        "spread": round(found.spread, 4),
        "estimates": [round(one, 4) for one in found.estimates],
        "proposals": found.proposals,
        "steps": chains.coordinates.shape[1],
        "burn_in": burn_in,
        "seed": f"{chains.seed} (sampling), {seed} (bridging)",
        "command": f"zinc-sbml calibrate evidence{option} --burn-in {burn_in} --proposals {proposals}",
        "versions": _versions(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically({path: json.dumps(content, indent=1) + "\n"})
    typer.echo(f"written: {path.name}; log evidence {found.log:.2f}, estimates spread by {found.spread:.2f}")


def profile(
    parameters: Annotated[
        list[str] | None, typer.Argument(help="Fitted parameters; by default the ten most linked.")
    ] = None,
    points: Annotated[int, typer.Option(min=3, help="Values of each parameter.")] = 7,
    processes: Processes = 1,
) -> None:
    """Profile likelihood over the priors; writes profiles.tsv and its picture."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.identifiability import most_linked
    from zinc_sbml.calibration.identifiability import profile as run
    from zinc_sbml.calibration.pictures import profiles
    from zinc_sbml.files import write_atomically
    from zinc_sbml.findings.family import load_family
    from zinc_sbml.table_text import to_text

    problem = load_problem()
    chosen = parameters or most_linked(problem, load_family())
    table = run(problem, chosen, points=points, processes=processes, progress=track("profiles"))
    path = catalog.calibration_directory() / "profiles.tsv"
    write_atomically({path: to_text(table)})
    profiles(table, problem, path.with_suffix(".svg"))
    typer.echo(f"written: {path.name}, profiles.svg")


def report(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a table is stale or the family says otherwise.")
    ] = False,
    cells: Annotated[int, typer.Option(min=1, help="With --check: cells of the family that are simulated again.")] = 5,
) -> None:
    """Make the tables that follow from the shipped cell and the family: targets, parameters, correlations, window."""
    from zinc_sbml.calibration import load_problem
    from zinc_sbml.calibration.judging import disagreements
    from zinc_sbml.calibration.tables import family_tables
    from zinc_sbml.files import write_atomically
    from zinc_sbml.findings.family import load_family
    from zinc_sbml.table_text import stale_tables

    with busy("making the tables"):
        family = load_family()
        made = family_tables(load_problem(), family)
    stale = stale_tables(made)
    for path in stale:
        typer.echo(f"{'stale' if check else 'written'}: {path.name}")
    if not check:
        write_atomically({path: made[path] for path in stale})
        return
    with busy("simulating cells again"):
        lines = disagreements(family, cells=cells)
    for line in lines:
        typer.echo(line)
    typer.echo(
        f"{len(stale)} tables stale; {len(lines)} numbers of {min(cells, len(family))} cells differ from the family"
    )
    if stale or lines:
        raise typer.Exit(NO)


steps = {
    "targets": targets,
    "screen": screen,
    "fit": fit,
    "adopt": adopt,
    "sample": sample,
    "judge": judge,
    "evidence": evidence,
    "profile": profile,
    "report": report,
}


def _rival(hypothesis: str | None) -> str | None:
    """Give the id by which the files of a hypothesis are found: none for what the shipped model does."""
    from zinc_sbml.hypotheses import load_hypothesis

    return None if hypothesis is None else load_hypothesis(hypothesis).rival


def _versions() -> str:
    packages = (f"{name} {version(name)}" for name in ("libroadrunner", "emcee", "numpy", "scipy"))
    return ", ".join([*packages, f"Python {platform.python_version()}"])


def _held(texts: Iterable[str] | None) -> dict[str, Any]:
    from zinc_sbml.model import load_model
    from zinc_sbml.quantities import parse_assignments

    return parse_assignments(texts or (), load_model(catalog.DEFAULT_MODEL))
