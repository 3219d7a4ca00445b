"""What is done to the cell, and when.

Scenarios live in PEtab version 2 tables, so that other tools run the same experiments. The tables are small;
they are read here line by line, because importing `petab` takes longer than running every scenario.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from numbers import Real
from pathlib import Path

from zinc_sbml.catalog import DEFAULT_MODEL, experiments_directory
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.files import write_atomically

__all__ = ["Period", "Scenario", "load_experiments", "load_scenario", "load_scenarios", "read_table", "save_scenarios"]

_SCENARIO_COLUMNS = ("id", "title", "question", "model", "duration")
_EXPERIMENT_COLUMNS = ("experimentId", "time", "conditionId")
_CONDITION_COLUMNS = ("conditionId", "targetId", "targetValue")
_PETAB_ID = re.compile(r"[A-Za-z_]\w*", re.ASCII)

_Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Values that are set at one time and stay until they are set again.

    Attributes
    ----------
    start : float
        Time in seconds; ``-math.inf`` means that the cell comes to rest under these values before time 0.
    changes : mapping of str to float
        New values by id: inputs, parameters, or concentrations of species, each in its own unit.
    """

    start: float
    changes: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        start = _finite(self.start, "start of a period", allow_minus_infinity=True)
        if start < 0 and start != -math.inf:
            raise InvalidInputError(f"start of a period: {start:g} s, expected at least 0 s or -inf")
        if not isinstance(self.changes, Mapping):
            raise InvalidInputError(f"changes at {start:g} s: expected a mapping of id to value, not {self.changes!r}")
        changes = {str(name): _finite(value, f"{name} at {start:g} s") for name, value in self.changes.items()}
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "changes", changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A course of changes of a model over time.

    Attributes
    ----------
    id : str
        Its name in tables and commands.
    title, question : str
        What it is, and what it asks.
    model : str
        Id of the model it is for.
    periods : tuple of Period
        In the order of time; before the first one everything is as in the model. May be empty.
    duration : float
        End of the run in seconds.

    Raises
    ------
    InvalidInputError
        If times are not finite (-inf is allowed for the first), do not increase, or lie at or after the end.
    """

    id: str
    duration: float
    periods: tuple[Period, ...] = ()
    title: str = ""
    question: str = ""
    model: str = DEFAULT_MODEL

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id.strip():
            raise InvalidInputError(f"id of a scenario: {self.id!r}, expected a word")
        duration = _finite(self.duration, f"duration of scenario {self.id}")
        if duration <= 0:
            raise InvalidInputError(f"duration of scenario {self.id}: {duration:g} s, expected more than 0 s")
        periods = tuple(self.periods)
        for period in periods:
            if not isinstance(period, Period):
                raise InvalidInputError(f"scenario {self.id}: {period!r} is not a Period")
            if period.start >= duration:
                raise InvalidInputError(
                    f"scenario {self.id}: the period at {period.start:g} s does not begin before the end "
                    f"({duration:g} s)"
                )
        for earlier, later in pairwise(periods):
            if not later.start > earlier.start:
                raise InvalidInputError(
                    f"scenario {self.id}: periods must follow each other in time, "
                    f"but {later.start:g} s comes after {earlier.start:g} s"
                )
        object.__setattr__(self, "duration", duration)
        object.__setattr__(self, "periods", periods)

    @property
    def preparation(self) -> Period | None:
        """The period before time 0, if the cell comes to rest under other values first."""
        return self.periods[0] if self.periods and self.periods[0].start == -math.inf else None

    def describe(self) -> str:
        """Tell the changes in one line, e.g. ``"0 s: dtt = 5000; 300 s: dtt = 0"``."""
        parts = []
        for period in self.periods:
            when = "at rest before" if period.start == -math.inf else f"{period.start:g} s"
            what = ", ".join(f"{name} = {value:g}" for name, value in period.changes.items()) or "no change"
            parts.append(f"{when}: {what}")
        return "; ".join(parts) or "no change"


def load_scenario(scenario_id: str, directory: str | Path | None = None) -> Scenario:
    """Read one scenario.

    Parameters
    ----------
    scenario_id : str
        Its id.
    directory : path, optional
        As for `load_scenarios`; the shipped ones by default.

    Raises
    ------
    UnknownIdError
        If there is none of this id; the message names near ids.
    """
    scenarios = load_scenarios(directory)
    if not isinstance(scenario_id, str) or scenario_id not in scenarios:
        raise UnknownIdError("scenario", str(scenario_id), scenarios)
    return scenarios[scenario_id]


def load_scenarios(directory: str | Path | None = None) -> dict[str, Scenario]:
    """Read the scenarios of a directory.

    Parameters
    ----------
    directory : path, optional
        Where ``scenarios.tsv`` lies, and beside it for each model a directory of its id with
        ``experiments.tsv`` and ``conditions.tsv`` (PEtab version 2). The shipped ones by default.

    Returns
    -------
    dict of str to Scenario
        By id, in the order of ``scenarios.tsv``.

    Raises
    ------
    InvalidInputError
        If a table or a column is missing or a cell cannot be used; the message names file and row.
    UnknownIdError
        If a row names a scenario or condition that has no row of its own; likewise.
    """
    root = experiments_directory() if directory is None else Path(directory)
    # Scenarios are asked for by name again and again; reading the tables takes as long as running one.
    tables = sorted(root.glob("**/*.tsv"))
    return dict(_read_scenarios(root, tuple((str(path), path.stat().st_mtime_ns) for path in tables)))


@lru_cache(maxsize=8)
def _read_scenarios(root: Path, _modified: tuple[tuple[str, int], ...]) -> dict[str, Scenario]:
    """Read the tables; their times of modification are part of the key, so that an edited table is read again."""
    table = root / "scenarios.tsv"
    found: dict[str, Scenario] = {}
    experiments: dict[str, dict[str, tuple[Period, ...]]] = {}
    for line, row in read_table(table, _SCENARIO_COLUMNS):
        where = f"{table}:{line}"
        scenario_id, model = row["id"], row["model"]
        if scenario_id in found:
            raise InvalidInputError(f"{where}: a second row for scenario {scenario_id!r}")
        if model not in experiments:
            if not (root / model / "experiments.tsv").is_file():
                raise InvalidInputError(f"{where}: model {model!r} has no table {root / model / 'experiments.tsv'}")
            experiments[model] = load_experiments(root / model)
        if scenario_id not in experiments[model]:
            raise UnknownIdError("experiment", scenario_id, experiments[model], where)
        try:
            found[scenario_id] = Scenario(
                id=scenario_id,
                title=row["title"],
                question=row["question"],
                model=model,
                periods=experiments[model][scenario_id],
                duration=_number(row["duration"], f"{where}: duration"),
            )
        except InvalidInputError as error:
            raise InvalidInputError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None
    return found


def save_scenarios(scenarios: Iterable[Scenario], directory: str | Path) -> None:
    """Write scenarios as the tables that `load_scenarios` reads.

    All files are written beside their places first and then moved there, so that a failure leaves none of
    them half written. Tables of the same names are replaced.

    Parameters
    ----------
    scenarios : iterable of Scenario
        With different ids.
    directory : path
        Made if it does not exist.

    Raises
    ------
    InvalidInputError
        If there is no scenario, two have the same id, or an id is none of PEtab's.
    """
    root = Path(directory)
    tables: dict[Path, list[Iterable[str]]] = {root / "scenarios.tsv": [_SCENARIO_COLUMNS]}
    seen: set[str] = set()
    for scenario in scenarios:
        if not _PETAB_ID.fullmatch(scenario.id):
            raise InvalidInputError(
                f"a table cannot hold the scenario id {scenario.id!r}: expected letters, digits and underscores, "
                "not beginning with a digit"
            )
        if scenario.id in seen:
            raise InvalidInputError(f"two scenarios have the id {scenario.id!r}")
        seen.add(scenario.id)
        tables[root / "scenarios.tsv"].append(
            [scenario.id, scenario.title, scenario.question, scenario.model, repr(scenario.duration)]
        )
        experiments = tables.setdefault(root / scenario.model / "experiments.tsv", [_EXPERIMENT_COLUMNS])
        conditions = tables.setdefault(root / scenario.model / "conditions.tsv", [_CONDITION_COLUMNS])
        periods = scenario.periods
        # PEtab lets an experiment begin at its first time, so time 0 has a row even where nothing happens.
        if not any(period.start == 0 for period in periods):
            after = 1 if scenario.preparation else 0
            periods = (*periods[:after], Period(start=0.0), *periods[after:])
        for number, period in enumerate(periods):
            condition = f"{scenario.id}_{number}" if period.changes else ""
            experiments.append([scenario.id, repr(period.start), condition])
            conditions.extend([condition, name, repr(value)] for name, value in period.changes.items())
    if not seen:
        raise InvalidInputError("there is no scenario to save")
    texts = {}
    for path, rows in tables.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = io.StringIO()
        csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
        texts[path] = text.getvalue()
    write_atomically(texts)


def load_experiments(directory: Path) -> dict[str, tuple[Period, ...]]:
    """Read the experiments of one model, whether or not they are scenarios.

    Parameters
    ----------
    directory : path
        Where ``experiments.tsv`` and ``conditions.tsv`` (PEtab version 2) lie.

    Returns
    -------
    dict of str to tuple of Period
        By experiment id.

    Raises
    ------
    InvalidInputError, UnknownIdError
        As `load_scenarios`.
    """
    conditions = _read_conditions(directory / "conditions.tsv")
    table = directory / "experiments.tsv"
    changes: dict[str, dict[float, dict[str, float]]] = {}
    first_row: dict[str, int] = {}
    for line, row in read_table(table, _EXPERIMENT_COLUMNS):
        where = f"{table}:{line}"
        time = _number(row["time"], f"{where}: time", allow_minus_infinity=True)
        if time < 0 and time != -math.inf:
            raise InvalidInputError(f"{where}: time {time:g} s, expected at least 0 s or -inf")
        first_row.setdefault(row["experimentId"], line)
        at_time = changes.setdefault(row["experimentId"], {}).setdefault(time, {})
        if not row["conditionId"]:
            continue
        if row["conditionId"] not in conditions:
            raise UnknownIdError("condition", row["conditionId"], conditions, where)
        for name, value in conditions[row["conditionId"]].items():
            if name in at_time:
                raise InvalidInputError(f"{where}: {name} is set twice at {time:g} s in {row['experimentId']!r}")
            at_time[name] = value
    for experiment, by_time in changes.items():
        if 0.0 not in by_time:
            raise InvalidInputError(
                f"{table}:{first_row[experiment]}: experiment {experiment!r} has no row at time 0, so "
                f"PEtab would let it begin later; add one with an empty conditionId"
            )
    return {
        experiment: tuple(
            Period(start=time, changes=by_time[time])
            for time in sorted(by_time)
            # The row at time 0 may be there for PEtab only. Rest before time 0 is something even without
            # changes.
            if by_time[time] or time == -math.inf
        )
        for experiment, by_time in changes.items()
    }


def _read_conditions(table: Path) -> dict[str, dict[str, float]]:
    """Read the changes by condition id."""
    conditions: dict[str, dict[str, float]] = {}
    for line, row in read_table(table, _CONDITION_COLUMNS):
        changes = conditions.setdefault(row["conditionId"], {})
        if row["targetId"] in changes:
            raise InvalidInputError(f"{table}:{line}: {row['targetId']} is set twice in {row['conditionId']!r}")
        changes[row["targetId"]] = _number(row["targetValue"], f"{table}:{line}: targetValue")
    return conditions


def read_table(table: Path, columns: tuple[str, ...]) -> list[_Row]:
    """Read rows of a tab-separated table with their line numbers; further columns are allowed and ignored.

    Raises
    ------
    InvalidInputError
        If the table or a column is missing, or the first column of a row is empty.
    """
    if not table.is_file():
        below = next(table.parent.glob(f"*/{table.name}"), None)
        hint = f"; {below.parent} holds one" if below else ""
        raise InvalidInputError(f"there is no table {table}{hint}")
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", restval="")
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise InvalidInputError(
                f"{table}:1: missing column {', '.join(missing)}; "
                f"the columns are {', '.join(reader.fieldnames or ['none'])}"
            )
        rows = []
        for row in reader:
            cells = {column: row[column].strip() for column in columns}
            if not cells[columns[0]]:
                raise InvalidInputError(f"{table}:{reader.line_num}: {columns[0]} is empty")
            rows.append((reader.line_num, cells))
        return rows


def _number(text: str, what: str, *, allow_minus_infinity: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InvalidInputError(f"{what}: {text!r} is not a number") from None
    return _finite(value, what, allow_minus_infinity=allow_minus_infinity)


def _finite(value: object, what: str, *, allow_minus_infinity: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InvalidInputError(f"{what}: {value!r} is not a number")
    number = float(value)
    if math.isfinite(number) or (allow_minus_infinity and number == -math.inf):
        return number
    raise InvalidInputError(f"{what}: {number:g} is not finite")
