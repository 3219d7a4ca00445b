"""The certificate: the exported files mean the same in other engines.

Every shipped scenario is exported, run by each engine from the exported files alone, and compared with `simulate` at
tight tolerances. The figure of a scenario is the largest difference of any readout or species at any output time,
divided by the largest value of that readout or species in the run. Rows at time 0 and at the time of a change are left
out: engines disagree there by convention, on the side of the change that the row shows.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zinc_sbml import catalog
from zinc_sbml.certificate_record import LARGEST_DEVIATION, inputs, record_path, sha256
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.engines import ARCHIVE, ENGINES, Outcome, Run, run_engine
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.exchange.archive_content import archive_files
from zinc_sbml.exchange.copasi import copasi_file
from zinc_sbml.exchange.omex import archive
from zinc_sbml.exchange.sedml import SEDML_FILE, steps
from zinc_sbml.exchange.writing import write_export
from zinc_sbml.files import write_atomically
from zinc_sbml.model import load_model
from zinc_sbml.provenance import versions
from zinc_sbml.scenarios import Scenario, load_scenarios
from zinc_sbml.shown import Shown
from zinc_sbml.simulation import default_readouts, simulate
from zinc_sbml.steady_state import ZERO_MULTIPLE

__all__ = ["Certificate", "Comparison", "certify", "write_record"]

REFERENCE_TOLERANCES = Tolerances(relative=1e-12, absolute=1e-18)
"""Tolerances of the reference: a thousand times tighter than the difference that is looked for, and converged."""

# What is smaller than this all along is zero to the solver.
_LEAST_PEAK = ZERO_MULTIPLE * DEFAULT_TOLERANCES.absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One engine on one scenario.

    Attributes
    ----------
    engine, scenario : str
        Names.
    deviation : float
        Largest difference relative to the peak; NaN if the engine failed.
    worst : str
        Readout or species that has it.
    compared : int
        Number of readouts and species compared.
    failure : str
        Why the engine failed; empty if it ran.
    """

    engine: str
    scenario: str
    deviation: float
    worst: str
    compared: int
    failure: str = ""

    @property
    def passed(self) -> bool:
        """Whether it ran and agrees."""
        return not self.failure and self.deviation <= LARGEST_DEVIATION


@dataclass(frozen=True, kw_only=True, repr=False)
class Certificate(Shown):
    """What all engines made of all scenarios.

    Attributes
    ----------
    comparisons : tuple of Comparison
        By engine, then scenario.
    not_run : tuple of str
        Engines that are not installed: neither passed nor failed.
    facts : dict
        Hashes of models and exported files, scenarios, versions, tolerances.
    """

    comparisons: tuple[Comparison, ...]
    not_run: tuple[str, ...]
    facts: Mapping[str, Any]

    def _line(self) -> str:
        return f"{len(self.comparisons)} comparisons; not run: {', '.join(self.not_run) or 'none'}"

    @property
    def passed(self) -> bool:
        """Whether at least one engine ran, and all that ran agree on every scenario."""
        return bool(self.comparisons) and all(one.passed for one in self.comparisons)

    def of(self, engine: str) -> list[Comparison]:
        """Comparisons of one engine."""
        return [one for one in self.comparisons if one.engine == engine]

    def record(self) -> dict[str, Any]:
        """The certificate as plain values for JSON."""
        engines: dict[str, Any] = {}
        for name, engine in ENGINES.items():
            about = {"about": engine.about, "reads": engine.reads}
            if not self.of(name):
                engines[name] = {**about, "ran": False}
                continue
            engines[name] = {
                **about,
                "ran": True,
                "versions": engine.versions(),
                "scenarios": {
                    one.scenario: (
                        {"failure": one.failure}
                        if one.failure
                        else {"deviation": one.deviation, "worst": one.worst, "compared": one.compared}
                    )
                    for one in self.of(name)
                },
            }
        return {**self.facts, "engines": engines}


def certify(
    *,
    engines: Iterable[str] | None = None,
    scenarios: Iterable[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Certificate:
    """Run exported scenarios on independent engines and compare them with `simulate`.

    Parameters
    ----------
    engines : iterable of str, optional
        Names from `zinc_sbml.engines.ENGINES`; all by default. One that is not installed is not run.
    scenarios : iterable of str, optional
        Ids of shipped scenarios; all by default.
    progress : callable, optional
        Told what begins.

    Returns
    -------
    Certificate
        Deviations, engines that were not run, and what it was made from.

    Raises
    ------
    UnknownIdError
        If there is no such engine or scenario.
    """
    names = _known("engine", engines, ENGINES)
    chosen = {name: load_scenarios()[name] for name in _known("scenario", scenarios, load_scenarios())}
    ready = [name for name in names if ENGINES[name].installed]
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name) / "files"
        progress("exporting the scenarios")
        hashes = _export(chosen, Path(folder_name))
        runs = [_run(scenario) for scenario in chosen.values()]
        progress("running the reference")
        reference = {
            run.scenario: simulate(
                chosen[run.scenario], times=run.times(), readouts=run.columns, tolerances=REFERENCE_TOLERANCES
            )
            for run in runs
        }
        comparisons = []
        for name in ready:
            progress(f"running {ENGINES[name].about}")
            outcomes = run_engine(name, folder, runs)
            comparisons += [
                _compared(name, run, chosen[run.scenario], outcomes[run.scenario], reference[run.scenario].values)
                for run in runs
            ]
    return Certificate(
        comparisons=tuple(comparisons),
        not_run=tuple(name for name in names if name not in ready),
        facts={**inputs(), "limit": LARGEST_DEVIATION, "reference": _reference(), "exported_files": hashes},
    )


def write_record(certificate: Certificate, path: Path | None = None) -> tuple[Path, Path]:
    """Write a certificate of all scenarios as JSON and, beside it, as a table.

    Raises
    ------
    InvalidInputError
        If it does not cover every scenario.
    """
    path = path or record_path()
    covered = {one.scenario for one in certificate.comparisons}
    if covered != set(load_scenarios()):
        raise InvalidInputError(f"the certificate covers {len(covered)} of {len(load_scenarios())} scenarios")
    beside = path.with_suffix(".tsv")
    text = io.StringIO()
    rows = csv.writer(text, delimiter="\t", lineterminator="\n")
    rows.writerow(("engine", "scenario", "deviation", "worst", "compared"))
    for one in certificate.comparisons:
        rows.writerow((one.engine, one.scenario, one.failure or f"{one.deviation:.2e}", one.worst, one.compared))
    write_atomically(
        {path: json.dumps(certificate.record(), indent=1, ensure_ascii=False) + "\n", beside: text.getvalue()}
    )
    return path, beside


def _known(kind: str, given: Iterable[str] | None, known: Mapping[str, Any]) -> list[str]:
    names = list(known) if given is None else list(dict.fromkeys(given))
    for name in names:
        if name not in known:
            raise UnknownIdError(kind, name, known)
    return names


def _export(scenarios: Mapping[str, Scenario], folder: Path) -> dict[str, str]:
    """Write the archive, what it holds and the COPASI files; hashes by name."""
    models = {name: load_model(name) for name in catalog.model_ids()}
    used = {name: model for name, model in models.items() if any(one.model == name for one in scenarios.values())}
    files = archive_files(used, scenarios, versions()["zinc_sbml"])
    files[ARCHIVE] = archive(files, SEDML_FILE)
    write_export(folder / "files", files)
    hashes = {name: sha256(content) for name, content in files.items() if name.endswith((".xml", ".omex"))}
    if ENGINES["copasi_radau5"].installed:
        for name, model in used.items():
            # Not hashed: COPASI numbers the parts of its files anew each time.
            text = copasi_file([one for one in scenarios.values() if one.model == name], model)
            (folder / "files" / f"{name}.cps").write_text(text, encoding="utf-8")
    return hashes


def _run(scenario: Scenario) -> Run:
    return Run(
        scenario=scenario.id,
        model=scenario.model,
        duration=scenario.duration,
        steps=steps(scenario),
        columns=default_readouts(load_model(scenario.model)),
    )


def _compared(engine: str, run: Run, scenario: Scenario, outcome: Outcome, reference: np.ndarray) -> Comparison:
    if outcome.course is None:
        return Comparison(
            engine=engine, scenario=run.scenario, deviation=float("nan"), worst="", compared=0, failure=outcome.failure
        )
    times = run.times()
    changes = np.array([0.0, *(period.start for period in scenario.periods if period.start > 0)])
    # A row may differ from the time of a change by the rounding of one of the two.
    inside = np.abs(times[:, None] - changes[None, :]).min(axis=1) > 1e-9 * run.duration
    worst, largest = "", -1.0
    for name, expected in zip(run.columns, reference.T, strict=True):
        values = outcome.course[name]
        if values.shape != expected.shape:
            failure = f"{name} has {values.shape[0]} rows, expected {expected.shape[0]}"
            return Comparison(
                engine=engine, scenario=run.scenario, deviation=float("nan"), worst=name, compared=0, failure=failure
            )
        peak = max(float(np.abs(expected).max()), _LEAST_PEAK)
        deviation = float(np.abs(values - expected)[inside].max()) / peak
        # NaN compares as false: it must be the worst there is.
        if not deviation <= largest:
            worst, largest = name, deviation
            if np.isnan(deviation):
                break
    return Comparison(engine=engine, scenario=run.scenario, deviation=largest, worst=worst, compared=len(run.columns))


def _reference() -> dict[str, Any]:
    return {
        "about": "libRoadRunner, CVODE, period by period",
        "relative_tolerance": REFERENCE_TOLERANCES.relative,
        "absolute_tolerance": REFERENCE_TOLERANCES.absolute,
        "versions": versions(),
    }
