"""Local sensitivities: what a small relative change of each parameter does to each readout.

Central differences on the logarithm of the parameter, with two steps: their extrapolation (Richardson) is the value,
and what it moves by is the error that is told. Each changed cell comes to its own rest first and its folds divide by
that rest, as in `simulate`; a fold at rest therefore has no sensitivity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.checks import as_ids
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.ensembles.cells import ask, question
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import Model, load_model
from zinc_sbml.processes import Progress
from zinc_sbml.scenarios import Scenario, load_scenario
from zinc_sbml.sensitivity.steps import POTENTIAL, check_movable, is_movable, moved, unit_of_change
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ABSOLUTE", "LOGARITHM", "LocalSensitivities", "local_sensitivities", "movable_ids"]

LOGARITHM = "logarithm"
"""Scale of a readout: change of its natural logarithm, d ln readout / d ln parameter."""

ABSOLUTE = "itself"
"""Scale of a readout: change in its own unit, d readout / d ln parameter."""

# A step of 2 percent: the solver's error of 1e-7 makes an error of 1e-5, and the bend over it is extrapolated away.
STEP = 0.02

# Two steps agree if the extrapolation moves the value by less than this part of it, or by this much: for a readout on
# the logarithm 1e-4 is a ten-thousandth of a proportional response.
AGREEMENT = 0.01
NEGLIGIBLE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LocalSensitivities(Shown):
    """Sensitivities of readouts over time.

    Attributes
    ----------
    scenario : Scenario
        What was done to the cell.
    parameters : tuple of str
        Ids of the parameters, each changed alone.
    times : tuple of float
        In seconds; 0 is the rest before any change.
    readouts : tuple of str
        Ids of the readouts.
    values : numpy.ndarray
        Shape (parameters, times, readouts): d ln readout / d ln parameter, or d readout / d ln parameter in the unit of
        the readout where `absolute`; NaN for a parameter whose cells failed.
    errors : numpy.ndarray
        What the second step moves each value by, same shape.
    absolute : numpy.ndarray of bool
        Shape (times, readouts): the readout is a potential, or zero, or changes its sign.
    per : tuple of str
        For each parameter what the sensitivity is per: an e-fold change, that is the derivative by its logarithm, or
        for a potential RT/2F (see `zinc_sbml.sensitivity.steps`).
    failures : dict of str to str
        Reason by parameter.
    """

    scenario: Scenario
    parameters: tuple[str, ...]
    times: tuple[float, ...]
    readouts: tuple[str, ...]
    values: Array
    errors: Array
    absolute: NDArray[np.bool_]
    per: tuple[str, ...]
    failures: Mapping[str, str]

    def _line(self) -> str:
        return f"{', '.join(self.readouts)} of {self.scenario.id}, {len(self.parameters)} parameters"

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """Whether the two steps agree, same shape as `values`; not for failed cells."""
        return self.errors <= np.maximum(AGREEMENT * np.abs(self.values), NEGLIGIBLE * self._sizes)

    @property
    def _sizes(self) -> Array:
        """What counts as large: 1 on the logarithm, the largest sensitivity to any parameter otherwise."""
        largest = np.nan_to_num(np.abs(self.values)).max(axis=0, initial=0.0)
        return np.where(self.absolute, np.maximum(largest, np.finfo(float).tiny), 1.0)

    @property
    def frame(self) -> pd.DataFrame:
        """Long table: parameter, time, readout, sensitivity, error, scale (of the readout), per, agrees."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [self.parameters, self.times, self.readouts], names=["parameter", "time", "readout"]
        )
        scales = np.where(self.absolute, ABSOLUTE, LOGARITHM)
        return pd.DataFrame(
            {
                "sensitivity": self.values.ravel(),
                "error": self.errors.ravel(),
                "scale": np.broadcast_to(scales, self.values.shape).ravel(),
                "per": np.repeat(self.per, self.values[0].size),
                "agrees": self.agrees.ravel(),
            },
            index=index,
        ).reset_index()

    def matrix(self, time: float | None = None) -> pd.DataFrame:
        """Parameters by readouts at one time (s), the last by default.

        Raises
        ------
        InvalidInputError
            If it is not one of the times.
        """
        import pandas as pd

        at = self.times[-1] if time is None else time
        if at not in self.times:
            raise InvalidInputError(f"time {at:g} s is none of {', '.join(f'{one:g}' for one in self.times)} s")
        return pd.DataFrame(
            self.values[:, self.times.index(at)].copy(),
            index=pd.Index(self.parameters, name="parameter"),
            columns=list(self.readouts),
        )


def movable_ids(model: Model) -> tuple[str, ...]:
    """Ids of the ordinary parameters that have a relative change: all but those that are zero."""
    return tuple(item.id for item in model.having("parameter") if is_movable(item))


def local_sensitivities(
    scenario: str | Scenario = "baseline",
    *,
    readouts: Iterable[str],
    parameters: Iterable[str] | None = None,
    times: Iterable[float] | None = None,
    model: str | Path | Model | None = None,
    step: float = STEP,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
    processes: int = 1,
    progress: Progress | None = None,
) -> LocalSensitivities:
    """Differentiate readouts of a scenario by the logarithms of parameters.

    Parameters
    ----------
    scenario : str or Scenario, optional
        Id of a shipped scenario, or one of your own.
    readouts : iterable of str
        Readouts, species, computed parameters or reactions.
    parameters : iterable of str, optional
        All ordinary parameters that are not zero by default.
    times : iterable of float, optional
        In seconds; the end of the scenario by default. Time 0 is the rest of the cell before any change.
    model : str, path or Model, optional
        The scenario's by default.
    step : float, optional
        Larger step on the natural logarithm; the smaller one is half of it.
    tolerances : Tolerances, optional
        Of the solver.
    processes : int, optional
        Worker processes; the numbers are the same for any.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Returns
    -------
    LocalSensitivities
        Cells that fail are told, not raised.

    Raises
    ------
    UnknownIdError
        If the scenario, the model, a parameter or a readout does not exist.
    InvalidInputError
        If a parameter is zero or cannot be set, a time is not usable, or the step is not between 0 and 1.
    """
    if not 0 < step < 1:
        raise InvalidInputError(f"step: {step!r}, expected a part between 0 and 1")
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    loaded = model if isinstance(model, Model) else load_model(model or scenario.model)
    names = movable_ids(loaded) if parameters is None else as_ids(parameters)
    if not names:
        raise InvalidInputError("parameters: none given, expected at least one id")
    asked = question(scenario, parameters=names, readouts=readouts, times=times, model=loaded, tolerances=tolerances)
    changed = [loaded.quantities[name] for name in names]
    for quantity in changed:
        check_movable(quantity, quantity.value)
    nominal = np.array([quantity.value for quantity in changed])
    steps = np.array([step, -step, step / 2, -step / 2])
    cells = np.repeat(nominal[None, :], len(steps) * len(names), axis=0)
    for number, quantity in enumerate(changed):
        rows = slice(number * len(steps), (number + 1) * len(steps))
        cells[rows, number] = [moved(quantity, quantity.value, one) for one in steps.tolist()]
    answered = ask(asked, cells, processes=processes, progress=progress)
    shape = (len(names), len(steps), len(asked.times), len(asked.readouts))
    values = answered.values.reshape(shape)
    failures = {names[cell // len(steps)]: reason for cell, reason in sorted(answered.failures.items(), reverse=True)}
    absolute = _without_logarithm(loaded, asked.readouts, values)
    # The logarithm of what is differentiated absolutely is not looked at.
    scaled = np.where(absolute, values, np.log(np.abs(np.where(absolute, 1.0, values))))
    coarse = (scaled[:, 0] - scaled[:, 1]) / (2 * step)
    fine = (scaled[:, 2] - scaled[:, 3]) / step
    best = (4 * fine - coarse) / 3
    return LocalSensitivities(
        scenario=scenario,
        parameters=names,
        times=asked.times,
        readouts=asked.readouts,
        values=best,
        errors=np.abs(best - fine),
        absolute=absolute,
        per=tuple(unit_of_change(quantity) for quantity in changed),
        failures=failures,
    )


def _without_logarithm(model: Model, readouts: tuple[str, ...], values: Array) -> NDArray[np.bool_]:
    """Which readouts are differentiated absolutely, shape (times, readouts)."""
    potential = np.array([model.quantities[name].unit == POTENTIAL for name in readouts])
    lowest, highest = (f(values, axis=(0, 1)) for f in (_least, _greatest))
    return potential[None, :] | ~((lowest > 0) | (highest < 0))


def _least(values: Array, axis: tuple[int, int]) -> Array:
    return np.where(np.isnan(values), np.inf, values).min(axis=axis)


def _greatest(values: Array, axis: tuple[int, int]) -> Array:
    return np.where(np.isnan(values), -np.inf, values).max(axis=axis)
