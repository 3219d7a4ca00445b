"""Builds every experiment from lists of what can be done and read (``validation/designs.toml``)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zinc_sbml import catalog
from zinc_sbml.checks import check_changes
from zinc_sbml.discrimination.designs import Assay, Designs, Experiment, Prediction
from zinc_sbml.errors import InvalidInputError, UnknownIdError, ZincSbmlError
from zinc_sbml.files import read_toml
from zinc_sbml.model import Model, load_model
from zinc_sbml.quantities import duration_text, parse_duration
from zinc_sbml.scenarios import Period

__all__ = ["load_designs"]


def load_designs(path: str | Path | None = None, *, model: Model | None = None) -> Designs:
    """Read the lists and build every experiment from them.

    Parameters
    ----------
    path : str or path, optional
        Other lists than the shipped ones.
    model : Model, optional
        What they are for; the cell by default.

    Returns
    -------
    Designs
        Checked: every input, readout, dose and time exists and is possible.

    Raises
    ------
    InvalidInputError
        If the file cannot be read or an entry lacks something; names file and entry.
    UnknownIdError
        For a key, input or readout that does not exist.
    """
    file = Path(path) if path is not None else catalog.designs_path()
    model = model or load_model(catalog.DEFAULT_MODEL)
    lists = _Lists(read_toml(file, "designs"), file, model)
    assays = lists.assays()
    experiments = {}
    for one in lists.experiments():
        if one.words in experiments:
            raise InvalidInputError(f"{file}: two experiments are the same: {one.words}")
        experiments[one.words] = one
    if not experiments or not assays:
        raise InvalidInputError(f"{file} holds {len(experiments)} experiments and {len(assays)} readouts")
    designs = Designs(model=model, experiments=experiments, assays=assays)
    return replace(designs, predictions=lists.predictions(designs))


_STEP_KEYS = {
    "background": ({"id", "name", "changes"}, set[str]()),
    "intervention": ({"kind", "name", "changes"}, {"needs"}),
    "pulse": ({"kind", "name", "changes", "lasts", "delays", "reads"}, set[str]()),
    "readout": ({"id", "assay"}, {"noise"}),
    "prediction": ({"question", "experiment", "readout", "after", "against"}, set[str]()),
}
_TABLE_KEYS = {"noise": {"relative", "floor"}, "timing": {"delays", "reads"}}


class _Lists:
    """The content of the file, read entry by entry."""

    def __init__(self, content: Mapping[str, Any], file: Path, model: Model) -> None:
        self._file = file
        self._model = model
        known = {*_STEP_KEYS, *_TABLE_KEYS}
        for key in content:
            if key not in known:
                raise UnknownIdError("key", key, known, str(file))
        for key, wanted in _TABLE_KEYS.items():
            table = content.get(key)
            if not isinstance(table, Mapping) or set(table) != wanted:
                raise InvalidInputError(f"{file}: [{key}] must hold {' and '.join(sorted(wanted))}")
        self._noise = {key: self._positive(value, f"[noise] {key}") for key, value in content["noise"].items()}
        self._delays = self._times(content["timing"]["delays"], "[timing] delays", "not below 0")
        self._reads = self._times(content["timing"]["reads"], "[timing] reads")
        self._entries = {key: self._checked(key, content.get(key, [])) for key in _STEP_KEYS}
        backgrounds = [entry["id"] for entry in self._entries["background"]]
        for entry in self._entries["intervention"]:
            if "needs" in entry and entry["needs"] not in backgrounds:
                where = f"{file}, intervention {entry['name']!r}"
                raise UnknownIdError("background", str(entry["needs"]), backgrounds, where)

    def assays(self) -> tuple[Assay, ...]:
        found = []
        for entry in self._entries["readout"]:
            where = f"{self._file}, readout {entry['id']!r}"
            unit = self._model.quantity(entry["id"], "readout").unit
            absolute = "noise" in entry
            if unit == "mV" and not absolute:
                raise InvalidInputError(f"{where}: a potential is read as a difference and needs a noise in {unit}")
            if any(assay.readout == entry["id"] for assay in found):
                raise InvalidInputError(f"{where}: it is listed twice")
            found.append(
                Assay(
                    readout=entry["id"],
                    words=entry["assay"],
                    noise=self._positive(entry["noise"], f"{where}: noise") if absolute else self._noise["relative"],
                    floor=0.0 if absolute else self._noise["floor"],
                    absolute=absolute,
                )
            )
        return tuple(found)

    def predictions(self, designs: Designs) -> tuple[Prediction, ...]:
        found = []
        for entry in self._entries["prediction"]:
            where = f"{self._file}, prediction {entry['question']!r}"
            if entry["experiment"] not in designs.experiments:
                raise UnknownIdError("experiment", entry["experiment"], designs.experiments, where)
            [after] = self._times([entry["after"]], "after")
            time = designs.experiments[entry["experiment"]].last_change + after
            for reading in designs.readings:
                if (reading.experiment, reading.assay.readout, reading.time, reading.against) == (
                    entry["experiment"], entry["readout"], time, entry["against"],
                ):  # fmt: skip
                    found.append(Prediction(question=entry["question"], reading=reading, after=after))
                    break
            else:
                raise InvalidInputError(
                    f"{where}: {entry['readout']} is not read {entry['after']} after the last change against "
                    f"{entry['against']}; expected a readout and a time of the lists, against rest or control"
                )
        return tuple(found)

    def experiments(self) -> Iterator[Experiment]:
        """Build every combination of a background, an intervention and a pulse, each of which may be absent."""
        for background in (None, *self._entries["background"]):
            starts = [_Course()] if background is None else [_Course().step(background["name"], background, 0.0)]
            courses = list(starts)
            for intervention in self._entries["intervention"]:
                if intervention.get("needs", background["id"] if background else None) != (
                    background["id"] if background else None
                ):
                    continue
                for start in starts:
                    for delay in self._delays if background else [0.0]:
                        if delay == 0 and "needs" in intervention:
                            continue  # taking away at once what was just given does nothing
                        courses.append(start.step(intervention["name"], intervention, delay))
            for course in courses:
                if course.periods:
                    yield course.experiment(self._reads)
                for pulse in self._entries["pulse"]:
                    lasts = self._times([pulse["lasts"]], "lasts of a pulse")[0]
                    reads = self._times(pulse["reads"], "reads of a pulse")
                    delays = (
                        self._times(pulse["delays"], "delays of a pulse", "not below 0") if course.periods else [0.0]
                    )
                    for delay in delays:
                        before = self._before(pulse["changes"], course)
                        after = course.step(pulse["name"], pulse, delay, before, lasts)
                        yield after.experiment(reads)

    def _before(self, changes: Mapping[str, float], course: _Course) -> dict[str, float]:
        """Values to which a pulse goes back: those set by an earlier step, or those of the model."""
        before = {name: float(self._model.quantities[name].value or 0.0) for name in changes}
        for period in course.periods:
            before |= {name: value for name, value in period.changes.items() if name in before}
        return before

    def _checked(self, key: str, entries: Any) -> list[Mapping[str, Any]]:
        needed, allowed = _STEP_KEYS[key]
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            raise InvalidInputError(f"{self._file}: write each {key} as [[{key}]], with two brackets")
        for number, entry in enumerate(entries, 1):
            where = f"{self._file}, {key} {entry.get('name', entry.get('id', number))!r}"
            for name in entry:
                if name not in needed | allowed:
                    raise UnknownIdError("key", name, sorted(needed | allowed), where)
            if missing := sorted(needed - entry.keys()):
                raise InvalidInputError(f"{where}: {', '.join(missing)} missing")
            if "changes" in entry:
                try:
                    check_changes(self._model, entry["changes"], where)
                except ZincSbmlError as error:
                    raise InvalidInputError(f"{where}: {error}") from error
        return entries

    def _times(self, texts: Sequence[str], what: str, least: str = "above 0") -> list[float]:
        if not isinstance(texts, list) or not texts:
            raise InvalidInputError(f"{self._file}: {what} must be an array of times such as '2 h', not {texts!r}")
        times = [parse_duration(str(text)) for text in texts]
        if min(times) < 0 or (min(times) == 0 and least == "above 0"):
            raise InvalidInputError(f"{self._file}: {what}: {texts}, expected times {least}")
        return times

    def _positive(self, value: Any, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise InvalidInputError(f"{self._file}: {what} must be a number above 0, not {value!r}")
        return float(value)


@dataclass(frozen=True, slots=True)
class _Course:
    """Steps so far; a step that follows begins after a delay."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    end: float = 0.0
    before: str = ""

    def step(
        self,
        name: str,
        entry: Mapping[str, Any],
        delay: float,
        ended_by: Mapping[str, float] | None = None,
        lasts: float = 0.0,
    ) -> _Course:
        start = self.end + delay
        changes = {key: float(value) for key, value in entry["changes"].items()}
        periods = self.periods
        if periods and periods[-1].start == start:
            changes = {**periods[-1].changes, **changes}
            periods = periods[:-1]
        periods = (*periods, Period(start=start, changes=changes))
        if ended_by is not None:
            periods = (*periods, Period(start=start + lasts, changes=ended_by))
        if not self.words:
            words = name
        elif delay == 0:
            words = f"{self.words} together with {name}"
        else:
            words = f"{self.words}, after {duration_text(delay)} {name}"
        return _Course(
            words=words,
            kinds=(*self.kinds, entry.get("kind", entry["name"])),
            periods=periods,
            end=start + lasts,
            before=self.words,
        )

    def experiment(self, reads: Sequence[float]) -> Experiment:
        return Experiment(
            words=self.words,
            kinds=self.kinds,
            periods=self.periods,
            last_change=self.end,
            reads=tuple(self.end + time for time in reads),
            control=self.before,
        )
