"""Which finding constrains which parameter: what a change of a parameter does to the numbers of findings.

A change is told in units of what it would take to matter: the noise of a measurement, or the margin, the distance of
the number to the bound that would be left first (at least the soft wall of the bound). The effect is per change of the
parameter's natural logarithm by 1 (a factor of 2.7; of a potential RT/2F), from small changes around the shipped cell:
an effect of 1 leaves the bounds with such a change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from zinc_sbml import catalog
from zinc_sbml.calibration.problem import Problem, load_problem
from zinc_sbml.checks import as_ids
from zinc_sbml.errors import InvalidInputError, SimulationError, UnknownIdError
from zinc_sbml.findings.compare import describe
from zinc_sbml.findings.family import columns_of
from zinc_sbml.findings.register import Criterion, Finding, Kind, load_findings
from zinc_sbml.findings.runs import Plan, Runs
from zinc_sbml.model import load_model
from zinc_sbml.processes import Progress, on_processes
from zinc_sbml.sensitivity.local import AGREEMENT, movable_ids
from zinc_sbml.sensitivity.steps import check_movable, moved
from zinc_sbml.shown import Shown
from zinc_sbml.table_text import read_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FindingSensitivities", "finding_sensitivities", "parameter_summary"]

STEP = 0.05

# A number that stands on its bound would make every parameter decisive: where no wall is given, a margin counts as at
# least this much of the natural logarithm (or of the unit of a difference), the wall of most findings.
LEAST_MARGIN = 0.05

# Effects smaller than this are no constraint: the parameter would have to change by more than e^20.
NEGLIGIBLE = 0.05

CONSTRAINTS_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FindingSensitivities(Shown):
    """Effects of parameters on the numbers of findings and measurements.

    Attributes
    ----------
    targets : pandas.DataFrame
        By target (finding with the number of its criterion, or row of the evidence): finding, words, value, measured in
        (``margin``, ``wall`` or ``noise``), size of this unit.
    effects : pandas.DataFrame
        Targets by parameters: change of the number in its unit per change of ln parameter by 1. NaN where the number is
        not defined or a run failed.
    agrees : pandas.DataFrame
        Same shape: whether a step of half the length says the same.
    failures : dict of str to str
        Reason by parameter.
    """

    targets: pd.DataFrame
    effects: pd.DataFrame
    agrees: pd.DataFrame
    failures: Mapping[str, str]

    def _line(self) -> str:
        return f"{len(self.targets)} numbers, {self.effects.shape[1]} parameters"

    def strongest(self, target: str, count: int = CONSTRAINTS_TOLD) -> pd.Series:
        """Parameters with the largest effects on a target (all its criteria if it is a finding), the largest first.

        Raises
        ------
        UnknownIdError
            If there is no such target.
        """
        import pandas as pd

        of = dict(zip(self.targets.index, self.targets["finding"], strict=True))
        rows = [number for number, (name, finding) in enumerate(of.items()) if target in (name, finding)]
        if not rows or not target:
            raise UnknownIdError("finding", target, dict.fromkeys([*of, *filter(None, of.values())]))
        effects = np.nan_to_num(self.effects.to_numpy()[rows])
        decisive = np.abs(effects).argmax(axis=0)
        values = effects[decisive, np.arange(effects.shape[1])]
        order = np.argsort(-np.abs(values), kind="stable")[:count]
        return pd.Series(values[order], index=self.effects.columns[order], name=target)


def finding_sensitivities(
    findings: Iterable[Finding] | None = None,
    *,
    parameters: Iterable[str] | None = None,
    step: float = STEP,
    processes: int = 1,
    progress: Progress | None = None,
) -> FindingSensitivities:
    """Differentiate the numbers of findings and measurements by the logarithms of parameters.

    Parameters
    ----------
    findings : iterable of Finding, optional
        A register of your own, without measurements; the shipped one with the measurements of the calibration by
        default.
    parameters : iterable of str, optional
        All ordinary parameters of the cell that are not zero by default.
    step : float, optional
        Larger step on the natural logarithm; the smaller one is half of it.
    processes : int, optional
        Worker processes; the numbers are the same for any.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    FindingSensitivities
        A parameter with a run that fails is told, not raised.

    Raises
    ------
    UnknownIdError
        If the cell has no such parameter.
    InvalidInputError
        If a parameter is zero or has no value of its own, or there is nothing to differentiate.
    SimulationError
        If the shipped cell itself fails.
    """
    import pandas as pd

    if not 0 < step < 1:
        raise InvalidInputError(f"step: {step!r}, expected a part between 0 and 1")
    judged = load_findings() if findings is None else tuple(findings)
    cell = load_model(catalog.DEFAULT_MODEL)
    names = movable_ids(cell) if parameters is None else as_ids(parameters)
    steps = (step, -step, step / 2, -step / 2)
    changed_to = {}
    for name in names:
        quantity = cell.quantity(name, "parameter")
        if quantity.role != "parameter":
            raise InvalidInputError(f"{name} is a {quantity.role}; findings constrain parameters")
        check_movable(quantity, quantity.value)
        changed_to[name] = [{name: moved(quantity, quantity.value, one)} for one in steps]
    measured = findings is None
    targets = _targets(judged, measured)
    if not targets or not names:
        raise InvalidInputError(
            f"{len(targets)} numbers and {len(names)} parameters: there is nothing to differentiate"
        )
    changed = [{}, *(one for name in names for one in changed_to[name])]
    with on_processes(processes) as run:
        made = run(partial(_numbers, judged, measured), changed)
        numbers = list(made if progress is None else progress(made, len(changed)))
    if isinstance(numbers[0], str):
        raise SimulationError(scenario="shipped cell", time=math.nan, reason=numbers[0])
    at_shipped = np.array(numbers[0])
    failures = {}
    scaled = np.full((len(names), len(steps), len(targets)), math.nan)
    for row, answer in enumerate(numbers[1:]):
        if isinstance(answer, str):
            failures[names[row // len(steps)]] = answer
        else:
            scaled[row // len(steps), row % len(steps)] = [
                one.scaled(value) for one, value in zip(targets, answer, strict=True)
            ]
    units = [one.unit(value) for one, value in zip(targets, at_shipped.tolist(), strict=True)]
    sizes = np.array([size for _, size in units])
    coarse = (scaled[:, 0] - scaled[:, 1]) / (2 * step) / sizes
    fine = (scaled[:, 2] - scaled[:, 3]) / step / sizes
    best = (4 * fine - coarse) / 3
    agrees = np.abs(best - fine) <= np.maximum(AGREEMENT * np.abs(best), NEGLIGIBLE)
    index = pd.Index([one.id for one in targets], name="target")
    return FindingSensitivities(
        targets=pd.DataFrame(
            {
                "finding": [one.finding for one in targets],
                "words": [one.words for one in targets],
                "value": at_shipped,
                "measured_in": [word for word, _ in units],
                "unit_size": sizes,
            },
            index=index,
        ),
        effects=pd.DataFrame(best.T, index=index, columns=list(names)),
        agrees=pd.DataFrame(agrees.T, index=index, columns=list(names)),
        failures=failures,
    )


def parameter_summary(found: FindingSensitivities) -> pd.DataFrame:
    """Tell for each parameter what constrains it.

    Parameters
    ----------
    found : FindingSensitivities
        Effects of parameters.

    Returns
    -------
    pandas.DataFrame
        By parameter: ``constrained_by`` (targets with the largest effects, with the effects), ``width`` (what the
        evidence leaves of the prior, 1 is all; empty if not fitted), ``along_profile`` (target that rises first where
        the parameter is held elsewhere), ``goes_with`` (parameter it is correlated with most over the plausible cells,
        with the rank correlation). The last three are those of the calibration.
    """
    import pandas as pd

    folder = catalog.calibration_directory()
    widths = {row["parameter"]: row["width"] for row in read_rows(folder / "parameters.tsv")}
    partners: dict[str, str] = {}
    for row in read_rows(folder / "correlations.tsv"):
        for one, other in ((row["one"], row["other"]), (row["other"], row["one"])):
            partners.setdefault(one, f"{other} ({float(row['spearman']):+.2f})")
    profiles: dict[str, tuple[float, str]] = {}
    for row in read_rows(folder / "profiles.tsv"):
        worst = (float(row["cost"]), row["worst"])
        profiles[row["parameter"]] = max(profiles.get(row["parameter"], worst), worst)
    rows = []
    for name in found.effects.columns:
        column = zip(found.effects.index, found.effects[name].to_numpy().tolist(), strict=True)
        # What is not a number is not large either.
        strong = {target: value for target, value in column if abs(value) >= NEGLIGIBLE}
        told = sorted(strong, key=lambda target: -abs(strong[target]))[:CONSTRAINTS_TOLD]
        rows.append(
            {
                "parameter": name,
                "constrained_by": ", ".join(f"{target} ({strong[target]:+.1f})" for target in told),
                "width": widths.get(name, ""),
                "along_profile": profiles[name][1] if name in profiles else "",
                "goes_with": partners.get(name, ""),
            }
        )
    return pd.DataFrame(rows).set_index("parameter")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """One number: of a criterion, or of a measurement."""

    id: str
    finding: str
    words: str
    logarithmic: bool
    noise: float = math.nan
    wall: float = math.nan
    bounds: tuple[float, ...] = ()

    def scaled(self, value: float) -> float:
        if not self.logarithmic:
            return value if math.isfinite(value) else math.nan
        return math.log(value) if 0 < value < math.inf else math.nan

    def unit(self, value: float) -> tuple[str, float]:
        if not self.bounds:
            return "noise", self.noise
        here = self.scaled(value)
        margin = min(abs(here - self.scaled(bound)) for bound in self.bounds)
        wall = LEAST_MARGIN if math.isnan(self.wall) else self.wall
        return ("margin", margin) if margin > wall else ("wall", wall)


def _targets(findings: Sequence[Finding], measured: bool) -> list[_Number]:
    numbers = [_of_criterion(name, finding, criterion) for name, finding, criterion in columns_of(findings)]
    if not measured:
        return numbers
    return numbers + [
        _Number(
            id=target.id,
            finding="",
            words=target.words,
            logarithmic=target.measurement.logarithmic,
            noise=target.measurement.noise,
        )
        for target in _problem().targets
        if target.measurement is not None
    ]


def _of_criterion(name: str, finding: Finding, criterion: Criterion) -> _Number:
    bounds = tuple(bound for bound in (criterion.at_least, criterion.at_most) if math.isfinite(bound))
    if criterion.kind is Kind.DESCENDING:
        bounds = (max(1.0, criterion.by_factor),)
    return _Number(
        id=name,
        finding=finding.id,
        words=describe(criterion),
        logarithmic=criterion.kind is not Kind.DIFFERENCE and min(bounds) > 0,
        wall=finding.wall,
        bounds=bounds,
    )


def _numbers(findings: tuple[Finding, ...], measured: bool, changed: Mapping[str, float]) -> list[float] | str:
    """All numbers of one cell, or why there are none."""
    runs = Runs(_plan(findings), changed)
    try:
        numbers = [runs.value(criterion) for _, _, criterion in columns_of(findings)]
        return numbers + _problem().simulated(changed) if measured else numbers
    except SimulationError as error:
        return error.reason


@lru_cache(maxsize=2)
def _plan(findings: tuple[Finding, ...]) -> Plan:
    return Plan(findings)


@lru_cache(maxsize=1)
def _problem() -> Problem:
    return load_problem()
