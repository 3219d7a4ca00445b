"""The experiments that are searched: what can be done to cells, and what can be read from them and when.

How they are built from the lists in ``validation/designs.toml`` stands in `zinc_sbml.discrimination.lists`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from zinc_sbml.model import Model
from zinc_sbml.scenarios import Period, Scenario
from zinc_sbml.shown import Shown

__all__ = ["Assay", "Designs", "Experiment", "Prediction", "Reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assay:
    """One readout as a laboratory reads it.

    Attributes
    ----------
    readout, words : str
        Id in the model, and how it is read.
    noise : float
        Standard deviation of a reading: of its natural logarithm, or in the unit of the readout if `absolute`.
    floor : float
        Part of the resting signal below which nothing is told from none; 0 if `absolute`.
    absolute : bool
        Whether differences are read (a potential) and not ratios.
    """

    readout: str
    words: str
    noise: float
    floor: float
    absolute: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Something done to cells in one, two or three steps.

    Attributes
    ----------
    words : str
        The steps, in words.
    kinds : tuple of str
        Kinds of its steps, without doses and times; experiments with the same are variants of each other.
    periods : tuple of Period
        What is changed when, from time 0 on.
    last_change : float
        Time after which it is read, s.
    reads : tuple of float
        Times of the readings, s.
    control : str
        Words of the experiment without the last step; empty for one that has no other step.
    """

    words: str
    kinds: tuple[str, ...]
    periods: tuple[Period, ...]
    last_change: float
    reads: tuple[float, ...]
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One number of one experiment.

    Attributes
    ----------
    experiment : str
        Words of the experiment.
    assay : Assay
        What is read.
    time : float
        When, s.
    against : str
        ``"rest"`` or ``"control"``.
    """

    experiment: str
    assay: Assay
    time: float
    against: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A reading that answers a question.

    Attributes
    ----------
    question : str
        In words.
    reading : Reading
        What is read.
    after : float
        Time after the last change, s.
    """

    question: str
    reading: Reading
    after: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Designs(Shown):
    """All experiments and assays.

    Attributes
    ----------
    model : Model
        What they are done to.
    experiments : dict of str to Experiment
        By their words.
    assays : tuple of Assay
        What is read in each of them.
    predictions : tuple of Prediction
        Readings of which is told what every hypothesis predicts.
    """

    model: Model
    experiments: Mapping[str, Experiment]
    assays: tuple[Assay, ...]
    predictions: tuple[Prediction, ...] = ()

    def _line(self) -> str:
        return f"{len(self.experiments)} experiments, {len(self.assays)} assays"

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Every reading of every experiment, in a fixed order."""
        return tuple(
            Reading(experiment=one.words, assay=assay, time=time, against=against)
            for one in self.experiments.values()
            for assay in self.assays
            for time in one.reads
            for against in (("rest", "control") if one.control else ("rest",))
        )

    @cached_property
    def runs(self) -> dict[str, tuple[float, ...]]:
        """When each experiment has to be looked at: for its own readings, and as the control of others."""
        times: dict[str, set[float]] = {name: set(one.reads) for name, one in self.experiments.items()}
        for one in self.experiments.values():
            if one.control:
                times[one.control] |= set(one.reads)
        return {name: tuple(sorted(found)) for name, found in times.items()}

    def scenario(self, experiment: str, duration: float | None = None) -> Scenario:
        """Make an experiment a scenario, until its last reading or as long as wanted."""
        one = self.experiments[experiment]
        return Scenario(
            id="experiment",
            title=one.words,
            model=self.model.id,
            periods=one.periods,
            duration=duration or self.runs[experiment][-1],
        )
