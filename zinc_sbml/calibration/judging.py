"""From chains to the family of plausible cells.

Cells are drawn, judged as `compare` judges, and kept if they meet what they were fitted to: the family holds draws of
the posterior, restricted to cells that meet every finding used for calibration.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zinc_sbml.calibration.problem import Array, Problem
from zinc_sbml.calibration.sampling import Chains
from zinc_sbml.errors import InvalidInputError, SimulationError
from zinc_sbml.files import write_atomically
from zinc_sbml.findings import Calibration, Finding, load_findings
from zinc_sbml.findings.family import REST_PREFIX, SET_COLUMN, Family, columns_of
from zinc_sbml.findings.runs import Plan, Runs, holds
from zinc_sbml.processes import Progress, on_processes
from zinc_sbml.simulation import simulate

__all__ = ["Judged", "disagreements", "draw", "given_up", "judge", "write_family"]

# Digits that are kept: parameters are rounded before they are judged, so that the table says exactly what was judged.
PARAMETER_DIGITS = 7
VALUE_DIGITS = 6

# What is kept of the resting cell beside the findings.
REST = (
    "Zn_er", "Zn_cytosol", "er_zinc_probe", "pdi_oxidised_fraction", "ero1_active_fraction", "ero1_zinc_bound_fraction",
    "ero1_flux", "glutathione_potential", "glutathione_ratio", "glutathione_total", "er_h2o2",
    "disulfide_formation_rate", "misfolded_protein",
)  # fmt: skip

# A rival's family is as strict as leaves it this part of its draws.
LEAST_ACCEPTED = 0.05

# A recomputed number may differ by this part of itself: other processors and library versions round differently, and
# half-times are read between rows.
AGREEMENT = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One cell, judged.

    Attributes
    ----------
    id : str
        Ensemble, step and walker.
    parameters : dict of str to float
        Rounded as in the table.
    values : dict of str to float
        Numbers of all criteria, by column.
    rest : dict of str to float
        Resting values.
    unmet : frozenset of str
        Findings used as a penalty that do not hold.
    failure : SimulationError or None
        Why it could not be judged.
    """

    id: str
    parameters: dict[str, float]
    values: dict[str, float]
    rest: dict[str, float]
    unmet: frozenset[str] = frozenset()
    failure: SimulationError | None = None

    def accepted(self, given_up: Iterable[str] = ()) -> bool:
        """Whether every finding used as a penalty holds, but for those that are given up."""
        return self.failure is None and self.unmet <= set(given_up)


def draw(chains: Chains, problem: Problem, count: int, seed: int) -> list[tuple[str, dict[str, float]]]:
    """Draw different positions of the chains in random order.

    Parameters
    ----------
    chains : Chains
        Without their burn-in.
    problem : Problem
        Names and scales of the coordinates.
    count : int
        How many; fewer if the chains have visited fewer.
    seed : int
        Of the order.

    Returns
    -------
    list of (str, dict)
        Id and rounded parameters of each cell, with the values that the problem holds.

    Notes
    -----
    Positions at which a walker stood for several steps are drawn once for each step, as they weigh in the posterior,
    and the repeats are left out; with few draws from long chains this hardly changes the weights.
    """
    ensembles, steps, walkers, _ = chains.coordinates.shape
    order = np.random.default_rng(seed).permutation(ensembles * steps * walkers)
    found: list[tuple[str, dict[str, float]]] = []
    seen: set[tuple[float, ...]] = set()
    for flat in order.tolist():
        if len(found) == count:
            break
        e, s, w = np.unravel_index(flat, (ensembles, steps, walkers))
        if not math.isfinite(chains.log_posterior[e, s, w]):
            continue
        position = tuple(chains.coordinates[e, s, w].tolist())
        if position in seen:
            continue
        seen.add(position)
        values = problem.values_of(position)
        rounded = {name: _rounded(value, PARAMETER_DIGITS) for name, value in values.items()}
        found.append((f"e{e}s{s}w{w}", {**problem.fixed, **rounded}))
    return found


class _Judge:
    """Judges cells by the shipped register; made once in each process."""

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return load_findings()

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.findings)

    def __call__(self, cell: tuple[str, dict[str, float]]) -> Judged:
        name, parameters = cell
        runs = Runs(self.plan, parameters)
        values: dict[str, float] = {}
        unmet: set[str] = set()
        try:
            rest = simulate("baseline", parameters=parameters, times=[0.0], readouts=REST).values[0].tolist()
            for column, finding, criterion in columns_of(self.findings):
                # Judged as it is kept, so that shares counted from the table are these.
                value = _rounded(runs.value(criterion), VALUE_DIGITS)
                values[column] = value
                if finding.calibration is Calibration.PENALTY and not holds(criterion, value):
                    unmet.add(finding.id)
        except SimulationError as error:
            return Judged(id=name, parameters=parameters, values={}, rest={}, failure=error)
        rest_values = {item: _rounded(value, VALUE_DIGITS) for item, value in zip(REST, rest, strict=True)}
        return Judged(id=name, parameters=parameters, values=values, rest=rest_values, unmet=frozenset(unmet))

    def __getstate__(self) -> dict[str, Any]:
        return {}


def judge(
    cells: Sequence[tuple[str, dict[str, float]]],
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> list[Judged]:
    """Judge cells by the shipped register, with the tolerances of `compare`.

    Parameters
    ----------
    cells : sequence of (str, dict)
        Id and parameters.
    processes : int, optional
        Worker processes; the result does not depend on their number.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    list of Judged
        In the order of the cells; a cell that could not be simulated is among them, with the reason.
    """
    with on_processes(processes) as run:
        done = run(_Judge(), cells)
        return list(done if progress is None else progress(done, len(cells)))


def given_up(judged: Sequence[Judged]) -> tuple[str, ...]:
    """Findings that a hypothesis cannot meet together with the rest: what its cells do instead is its best compromise.

    They are given up one by one, the one that fewest cells meet first, until at least `LEAST_ACCEPTED` of the cells
    meet all others.

    Parameters
    ----------
    judged : sequence of Judged
        Draws of the posterior.

    Returns
    -------
    tuple of str
        Ids, in the order in which they were given up; empty if enough cells meet everything.
    """
    living = [one for one in judged if one.failure is None]
    left = Counter(name for one in living for name in one.unmet)
    gone: list[str] = []
    while left and sum(one.accepted(gone) for one in living) < LEAST_ACCEPTED * len(living):
        gone.append(max(sorted(left), key=lambda name: left[name]))
        del left[gone[-1]]
    return tuple(gone)


def write_family(
    path: Path,
    judged: Sequence[Judged],
    provenance: Mapping[str, object],
    failed_while_sampling: Sequence[Mapping[str, object]] = (),
    without: Sequence[str] = (),
) -> int:
    """Write the accepted cells, and beside them the cells that could not be simulated.

    Parameters
    ----------
    path : path
        The table; ``failures.json`` goes beside it.
    judged : sequence of Judged
        All that were judged.
    provenance : mapping
        Written as comments at the head of the table.
    failed_while_sampling : sequence of mapping, optional
        Cells that could not be simulated before: parameters and reasons.
    without : sequence of str, optional
        Findings that accepted cells need not meet; see `given_up`.

    Returns
    -------
    int
        Number of cells in the family.

    Raises
    ------
    InvalidInputError
        If none was accepted.
    """
    accepted = [one for one in judged if one.accepted(without)]
    if not accepted:
        raise InvalidInputError(f"none of {len(judged)} cells meets every finding used for calibration; sample longer")
    failed = [one for one in judged if one.failure is not None]
    lines = io.StringIO()
    for key, value in {**provenance, "judged": len(judged), "accepted": len(accepted), "failed": len(failed)}.items():
        lines.write(f"# {key}: {value}\n")
    writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
    first = accepted[0]
    header = [SET_COLUMN, *first.parameters, *(f"{REST_PREFIX}{name}" for name in first.rest), *first.values]
    writer.writerow(header)
    for one in accepted:
        numbers = [*one.parameters.values(), *one.rest.values(), *one.values.values()]
        writer.writerow([one.id, *(f"{number:.7g}" for number in numbers)])
    failures: list[Mapping[str, object]] = [
        {
            "step": "judge",
            "scenario": one.failure.scenario,
            "reason": one.failure.reason,
            "parameters": one.parameters,
        }
        for one in failed
        if one.failure is not None
    ]
    failures += [{"step": "sample", **failure} for failure in failed_while_sampling]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically({path: lines.getvalue(), path.with_name("failures.json"): json.dumps(failures, indent=1) + "\n"})
    return len(accepted)


def disagreements(family: Family, *, cells: int = 5, processes: int = 1) -> list[str]:
    """Judge some cells of a family again and tell where the table says something else.

    Parameters
    ----------
    family : Family
        The table.
    cells : int, optional
        How many, spread over the table.
    processes : int, optional
        Worker processes.

    Returns
    -------
    list of str
        One line per number that differs by more than `AGREEMENT`, and per column that is missing; empty if all agree.
    """
    chosen = sorted({int(i) for i in np.linspace(0, len(family) - 1, cells)})
    again = judge([(family.ids[i], family.cell(i)) for i in chosen], processes=processes)
    lines = []
    for i, one in zip(chosen, again, strict=True):
        if one.failure is not None:
            lines.append(f"{one.id}: {one.failure}")
            continue
        for kept, found in ((family.values, one.values), (family.rest, one.rest)):
            lines += [f"{one.id}: no column {name}" for name in found.keys() - kept.keys()]
            lines += [f"{one.id}: {name} is of no use" for name in kept.keys() - found.keys()]
            for name in found.keys() & kept.keys():
                before, now = float(kept[name][i]), found[name]
                if not _agree(before, now):
                    lines.append(f"{one.id}: {name} is {now:.6g}, the table says {before:.6g}")
    return lines


def _agree(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other or abs(one - other) <= AGREEMENT * max(abs(one), abs(other), 1e-9)


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value


def cells_array(family: Family, problem: Problem) -> Array:
    """Coordinates of the cells of a family, shape (cells, parameters).

    Raises
    ------
    InvalidInputError
        If the family holds other parameters than are fitted.
    """
    if set(family.parameters) != set(problem.names):
        odd = sorted(set(family.parameters) ^ set(problem.names))
        raise InvalidInputError(f"the family and the fitted parameters differ in {', '.join(odd)}")
    return np.column_stack(
        [[one.to_scale(value) for value in family.parameters[one.id].tolist()] for one in problem.parameters]
    )
