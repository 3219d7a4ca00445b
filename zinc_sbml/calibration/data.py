"""Point data of a PEtab problem, each with the row of the evidence it comes from.

The measurements are PEtab version 2; where each comes from, in which unit and how sure it is, stands beside them in
``measurement_sources.tsv``, joined by ``datasetId``. The tables are small and read line by line, because importing
`petab` takes longer than fitting begins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Scenario, load_experiments, read_table

__all__ = ["LEAST_RECALLED_NOISE", "STATUSES", "Measurement", "load_measurements"]

STATUSES = ("READ", "SECONDARY", "RECALLED", "DERIVED")
"""How sure a row of the evidence is; the words of docs/evidence."""

LEAST_RECALLED_NOISE = math.log(3) - 1e-3
"""A number that was recalled and not read is known to a factor of 3 at best (a rule of docs/evidence)."""

_MEASUREMENT_COLUMNS = ("observableId", "experimentId", "time", "measurement", "noiseParameters", "datasetId")
_OBSERVABLE_COLUMNS = ("observableId", "observableFormula", "noiseDistribution")
_SOURCE_COLUMNS = ("datasetId", "unit", "status", "system", "noise", "source")
_DISTRIBUTIONS = ("normal", "log-normal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One number that was measured.

    Attributes
    ----------
    id : str
        Row of the evidence.
    readout : str
        What was measured: id in the model.
    scenario : Scenario
        What was done to the cell; ends after the measurement.
    time : float
        When, in seconds.
    value : float
        In the unit of the readout.
    noise : float
        Standard deviation, of the natural logarithm if `logarithmic`.
    logarithmic : bool
        Whether the noise is on the logarithm.
    unit, status, system, source : str
        Unit of the value, how sure the row is, where it was measured, and by whom.
    """

    id: str
    readout: str
    scenario: Scenario
    time: float
    value: float
    noise: float
    logarithmic: bool
    unit: str
    status: str
    system: str
    source: str

    def residual(self, simulated: float) -> float:
        """Difference of simulation and measurement in standard deviations; inf where there is no logarithm."""
        if not self.logarithmic:
            return (simulated - self.value) / self.noise
        if not simulated > 0:
            return -math.inf
        return math.log(simulated / self.value) / self.noise


def load_measurements(directory: Path, model: Model) -> tuple[Measurement, ...]:
    """Read the point data of a PEtab problem.

    Parameters
    ----------
    directory : path
        With ``measurements.tsv``, ``measurement_sources.tsv``, ``observables.tsv``, ``experiments.tsv`` and
        ``conditions.tsv``.
    model : Model
        The model of the problem.

    Returns
    -------
    tuple of Measurement
        In the order of the table; empty if it has no rows.

    Raises
    ------
    UnknownIdError
        For an observable, experiment, source or status that does not exist.
    InvalidInputError
        If a cell is not a number, a unit is not that of the readout, or a recalled number is given less noise than
        a factor of 3; names file and row.
    """
    table = directory / "measurements.tsv"
    rows = list(read_table(table, _MEASUREMENT_COLUMNS))
    if not rows:
        return ()
    observables = _by_first(directory / "observables.tsv", _OBSERVABLE_COLUMNS)
    sources = _by_first(directory / "measurement_sources.tsv", _SOURCE_COLUMNS)
    experiments = load_experiments(directory)
    found = []
    for line, row in rows:
        where = f"{table}:{line}"
        observable = _row(row["observableId"], observables, "observable", where)
        source = _row(row["datasetId"], sources, "source of a measurement", where)
        if row["experimentId"] not in experiments:
            raise UnknownIdError("experiment", row["experimentId"], experiments, where)
        readout = observable["observableFormula"]
        unit = model.quantity(readout, "observable").unit
        if source["unit"] != unit:
            raise InvalidInputError(
                f"{where}: {row['datasetId']} is given in {source['unit'] or 'no unit'}, but {readout} is in {unit}"
            )
        if source["status"] not in STATUSES:
            raise UnknownIdError("status", source["status"], STATUSES, where)
        if observable["noiseDistribution"] not in _DISTRIBUTIONS:
            raise UnknownIdError("noise distribution", observable["noiseDistribution"], _DISTRIBUTIONS, where)
        logarithmic = observable["noiseDistribution"] == "log-normal"
        value, noise, time = (
            _number(row[name], f"{where}: {name}") for name in ("measurement", "noiseParameters", "time")
        )
        if noise <= 0 or time < 0 or (logarithmic and value <= 0):
            raise InvalidInputError(
                f"{where}: noise and a measurement with log-normal noise must be above 0, time at least 0"
            )
        if source["status"] == "RECALLED" and logarithmic and noise < LEAST_RECALLED_NOISE:
            raise InvalidInputError(
                f"{where}: {row['datasetId']} is recalled, not read: "
                f"its noise must be a factor of 3 (1.0986), not {noise:g}"
            )
        found.append(
            Measurement(
                id=row["datasetId"],
                readout=readout,
                # A run needs some length; what is measured at time 0 does not depend on it.
                scenario=Scenario(
                    id=row["experimentId"],
                    model=model.id,
                    periods=experiments[row["experimentId"]],
                    duration=time or 1.0,
                ),
                time=time,
                value=value,
                noise=noise,
                logarithmic=logarithmic,
                unit=unit,
                status=source["status"],
                system=source["system"],
                source=source["source"],
            )
        )
    return tuple(found)


def _by_first(table: Path, columns: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return {row[columns[0]]: row for _, row in read_table(table, columns)}


def _row(key: str, rows: dict[str, dict[str, str]], kind: str, where: str) -> dict[str, str]:
    if key not in rows:
        raise UnknownIdError(kind, key, rows, where)
    return rows[key]


def _number(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InvalidInputError(f"{what}: {text!r} is not a number") from None
    if not math.isfinite(value):
        raise InvalidInputError(f"{what}: {text} is not finite")
    return value
