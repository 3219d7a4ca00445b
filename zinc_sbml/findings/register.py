"""The register of findings: what it holds, and how it is read from TOML.

Everything is checked while it is read, so that a misspelled key or scenario is told with file and finding before
anything is simulated.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from zinc_sbml import catalog
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.files import read_toml
from zinc_sbml.quantities import parse_duration

__all__ = ["Calibration", "Criterion", "Finding", "Kind", "Measure", "Statistic", "Status", "load_findings"]


_Word = TypeVar("_Word", bound=StrEnum)


class Status(StrEnum):
    """What the model does with a finding; DIVIDED is for a family of cells that do not agree."""

    REPRODUCED = "reproduced"
    DIVIDED = "divided"
    MISSED = "missed"
    OUT_OF_SCOPE = "out of scope"


class Calibration(StrEnum):
    """How a finding is used to fit the model."""

    NONE = "none"
    DATA = "data"
    PENALTY = "penalty"


class Statistic(StrEnum):
    """How one number is taken from the course of a readout."""

    FINAL = "final"
    INITIAL = "initial"
    MIN = "min"
    MAX = "max"
    MEAN = "mean"
    VALUE = "value"
    CHANGE = "change"
    HALF_TIME = "half_time"
    TIME_TO_REACH = "time_to_reach"


class Kind(StrEnum):
    """How a criterion turns measures into a yes or no."""

    VALUE = "value"
    RATIO = "ratio"
    DIFFERENCE = "difference"
    DESCENDING = "descending"
    HALF_EFFECT_DOSE = "half_effect_dose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number of one scenario.

    Attributes
    ----------
    scenario, readout : str
        Ids; a readout may be any species, reaction or parameter of the scenario's model.
    statistic : Statistic
        What is taken from its course.
    time : float
        When (s), for ``value`` and ``change``.
    since : float
        From when on (s), for ``half_time`` and ``time_to_reach``.
    level : Measure or None
        For ``time_to_reach``: `fraction` of this measure is the level to be reached.
    fraction : float
        See `level`.
    """

    scenario: str
    readout: str
    statistic: Statistic = Statistic.FINAL
    time: float = 0.0
    since: float = 0.0
    level: Measure | None = None
    fraction: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A bound on one number, or an order of several.

    Attributes
    ----------
    kind : Kind
        How the number is made: the measure itself, a ratio or difference of two, the dose with half of the effect of
        the highest dose, or (``descending``) each measure of `order` above the next by at least `by_factor`.
    of, to : Measure or None
        The measure, and what it is compared with.
    at_least, at_most : float
        The number must lie in between.
    order : tuple of Measure
        For ``descending``.
    by_factor : float
        For ``descending``: the least ratio of neighbours; 1 means above.
    input : str
        For ``half_effect_dose``: the input that gets each dose wherever the scenario sets it
        (except back to its baseline).
    doses : tuple of float
        For ``half_effect_dose``: increasing, in the unit of the input, the first being the control.
    """

    kind: Kind
    of: Measure | None = None
    to: Measure | None = None
    at_least: float = -math.inf
    at_most: float = math.inf
    order: tuple[Measure, ...] = ()
    by_factor: float = 1.0
    input: str = ""
    doses: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A published statement and what the model must show for it to count as reproduced.

    Attributes
    ----------
    id, statement, source, place : str
        What is stated, where (URL of the work), and at which place in it.
    evidence : tuple of str
        Rows of the evidence tables it rests on.
    size : str
        Why the least effect that counts is what it is.
    calibration : Calibration
        How the finding is used to fit the model: not at all, through point data of the PEtab problem that say the
        same, or through a penalty for leaving the bounds of its criteria.
    wall : float
        For a penalty: standard deviation of the soft wall at a bound, as a part of the bound (of the natural logarithm;
        absolute for differences and for bounds that are not positive).
    status : Status
        What the model was last seen to do.
    reason : str
        Why, for what is missed or out of scope.
    criteria : tuple of Criterion
        All must hold; none for what is out of scope.
    """

    id: str
    statement: str
    source: str
    place: str
    evidence: tuple[str, ...] = ()
    size: str = ""
    calibration: Calibration = Calibration.NONE
    wall: float = math.nan
    status: Status = Status.REPRODUCED
    reason: str = ""
    criteria: tuple[Criterion, ...] = ()


def load_findings(path: str | Path | None = None) -> tuple[Finding, ...]:
    """Read a register of findings.

    Parameters
    ----------
    path : str or path, optional
        A TOML file with an array of tables ``finding``; the shipped register by default.

    Returns
    -------
    tuple of Finding
        In the order of the file.

    Raises
    ------
    InvalidInputError
        If the file cannot be read or an entry is wrong; names file, finding and key.
    UnknownIdError
        For an unknown key or word, with near ones.
    """
    file = Path(path) if path is not None else catalog.findings_path()
    content = read_toml(file, "register of findings")
    _check_keys(content, {"finding"}, str(file))
    entries = content.get("finding", [])
    if not isinstance(entries, list) or not entries:
        hint = "; write each finding as [[finding]], with two brackets" if entries else ""
        raise InvalidInputError(f"{file} holds no [[finding]]{hint}")
    findings = tuple(
        _Entry(f"{file}, finding {entry.get('id', number)!r}").finding(entry) for number, entry in enumerate(entries, 1)
    )
    seen: set[str] = set()
    for finding in findings:
        if finding.id in seen:
            raise InvalidInputError(f"{file} holds two findings with the id {finding.id!r}")
        seen.add(finding.id)
    return findings


_FINDING_KEYS = {
    "id", "statement", "source", "place", "evidence", "size", "calibration", "wall", "status", "reason",
    "criterion",
}  # fmt: skip

# What each kind of criterion and each statistic needs, and may have.
_CRITERION_KEYS = {
    Kind.VALUE: ({"of"}, {"at_least", "at_most"}),
    Kind.RATIO: ({"of", "to"}, {"at_least", "at_most"}),
    Kind.DIFFERENCE: ({"of", "to"}, {"at_least", "at_most"}),
    Kind.DESCENDING: ({"order"}, {"by_factor"}),
    Kind.HALF_EFFECT_DOSE: ({"of", "input", "doses"}, {"at_least", "at_most"}),
}
_STATISTIC_KEYS = {
    Statistic.VALUE: ({"time"}, set[str]()),
    Statistic.CHANGE: ({"time"}, set[str]()),
    Statistic.HALF_TIME: (set[str](), {"since"}),
    Statistic.TIME_TO_REACH: ({"level"}, {"since", "fraction"}),
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the file; `where` is told in errors."""

    where: str

    def finding(self, entry: Mapping[str, Any]) -> Finding:
        _check_keys(entry, _FINDING_KEYS, self.where)
        criteria = tuple(self.criterion(item) for item in self._list(entry, "criterion"))
        status = self._word(entry, "status", Status)
        if (status is Status.OUT_OF_SCOPE) == bool(criteria):
            raise InvalidInputError(f"{self.where}: a finding has criteria, or is out of scope and has none")
        if status is not Status.REPRODUCED and not entry.get("reason"):
            raise InvalidInputError(f"{self.where}: a finding that is {status} needs a reason")
        calibration = self._word(entry, "calibration", Calibration, default=Calibration.NONE)
        wall = self._number(entry["wall"], "wall") if "wall" in entry else math.nan
        if (calibration is Calibration.PENALTY) != (wall > 0):
            raise InvalidInputError(f"{self.where}: a penalty needs a wall above 0, and nothing else has one")
        return Finding(
            id=self._text(entry, "id"),
            statement=self._text(entry, "statement"),
            source=self._text(entry, "source"),
            place=self._text(entry, "place", default=""),
            evidence=tuple(str(row) for row in self._list(entry, "evidence")),
            size=self._text(entry, "size", default=""),
            calibration=calibration,
            wall=wall,
            status=status,
            reason=self._text(entry, "reason", default=""),
            criteria=criteria,
        )

    def criterion(self, entry: Mapping[str, Any]) -> Criterion:
        self._table(entry, "criterion")
        kind = self._word(entry, "kind", Kind)
        needed, allowed = _CRITERION_KEYS[kind]
        self._check_needed(entry, needed, f"a criterion of kind {kind}")
        _check_keys(entry, needed | allowed | {"kind"}, self.where)
        if kind is not Kind.DESCENDING and not entry.keys() & {"at_least", "at_most"}:
            raise InvalidInputError(f"{self.where}: a criterion of kind {kind} needs at_least or at_most")
        order = tuple(self.measure(item) for item in self._list(entry, "order"))
        if kind is Kind.DESCENDING and len(order) < 2:
            raise InvalidInputError(f"{self.where}: order needs two measures or more")
        doses = tuple(self._number(dose, "doses") for dose in self._list(entry, "doses"))
        if kind is Kind.HALF_EFFECT_DOSE and (
            len(doses) < 3 or doses[0] < 0 or any(b <= a for a, b in itertools.pairwise(doses))
        ):
            raise InvalidInputError(
                f"{self.where}: doses must be three or more increasing numbers, the first the control"
            )
        at_least = self._number(entry.get("at_least", -math.inf), "at_least")
        at_most = self._number(entry.get("at_most", math.inf), "at_most")
        if at_least > at_most:
            raise InvalidInputError(f"{self.where}: at_least {at_least:g} is above at_most {at_most:g}")
        return Criterion(
            kind=kind,
            of=self.measure(entry["of"]) if "of" in entry else None,
            to=self.measure(entry["to"]) if "to" in entry else None,
            at_least=at_least,
            at_most=at_most,
            order=order,
            by_factor=self._number(entry.get("by_factor", 1.0), "by_factor"),
            input=self._text(entry, "input", default=""),
            doses=doses,
        )

    def measure(self, entry: Mapping[str, Any]) -> Measure:
        self._table(entry, "measure")
        statistic = self._word(entry, "statistic", Statistic, default=Statistic.FINAL)
        needed, allowed = _STATISTIC_KEYS.get(statistic, (set[str](), set[str]()))
        self._check_needed(entry, needed, f"a measure with the statistic {statistic}")
        _check_keys(entry, needed | allowed | {"scenario", "readout", "statistic"}, self.where)
        return Measure(
            scenario=self._text(entry, "scenario"),
            readout=self._text(entry, "readout"),
            statistic=statistic,
            time=self._time(entry.get("time", 0.0)),
            since=self._time(entry.get("since", 0.0)),
            level=self.measure(entry["level"]) if "level" in entry else None,
            fraction=self._number(entry.get("fraction", 1.0), "fraction"),
        )

    def _check_needed(self, entry: Mapping[str, Any], needed: set[str], what: str) -> None:
        missing = sorted(needed - entry.keys())
        if missing:
            raise InvalidInputError(f"{self.where}: {what} needs {', '.join(missing)}")

    def _table(self, entry: object, what: str) -> None:
        if not isinstance(entry, Mapping):
            raise InvalidInputError(f"{self.where}: a {what} must be a table, not {entry!r}")

    def _text(self, entry: Mapping[str, Any], key: str, default: str | None = None) -> str:
        value = entry.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise InvalidInputError(f"{self.where}: {key} must be a text, not {value!r}")
        return value

    def _list(self, entry: Mapping[str, Any], key: str) -> list[Any]:
        value = entry.get(key, [])
        if not isinstance(value, list):
            raise InvalidInputError(f"{self.where}: {key} must be an array, not {value!r}")
        return value

    def _word(self, entry: Mapping[str, Any], key: str, words: type[_Word], default: _Word | None = None) -> _Word:
        value = entry.get(key, default)
        try:
            return words(value)
        except ValueError:
            raise UnknownIdError(key, str(value), [word.value for word in words], self.where) from None

    def _number(self, value: object, key: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise InvalidInputError(f"{self.where}: {key} must be a number, not {value!r}")
        return float(value)

    def _time(self, value: object) -> float:
        """Seconds, or a text such as ``"24 h"``."""
        try:
            seconds = parse_duration(value) if isinstance(value, str) else self._number(value, "a time")
        except InvalidInputError as error:
            raise InvalidInputError(f"{self.where}: {error}") from None
        if not 0 <= seconds < math.inf:
            raise InvalidInputError(f"{self.where}: a time must be finite and not negative, not {value!r}")
        return seconds


def _check_keys(entry: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in entry:
        if key not in known:
            raise UnknownIdError("key", key, sorted(known), where)
