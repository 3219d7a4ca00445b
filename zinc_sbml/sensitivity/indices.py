"""Global sensitivities: Sobol' indices and Morris' effects over the ranges of the parameters, computed by SALib.

What is analysed is any function from parameter values to `Answers`; a scenario on a model is one of them. Cells that
fail have no answer. A Sobol' index needs three cells of each base sample (one, another, and the first with one
parameter of the other): a sample that lacks one of the three is left out for that parameter. A Morris trajectory with a
failed cell is left out as a whole. Both are told, and the indices are then those of the cells that can be simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.calibration.problem import FittedParameter
from zinc_sbml.calibration.screening import elementary_effects
from zinc_sbml.ensembles.cells import Answers, ask, question
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.extras import need
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import Model, load_model
from zinc_sbml.processes import Progress
from zinc_sbml.scenarios import Scenario, load_scenario
from zinc_sbml.sensitivity.local import ABSOLUTE, LOGARITHM
from zinc_sbml.sensitivity.space import parameter_space, values_at
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GlobalSensitivities", "Method", "global_sensitivities", "morris_effects", "sobol_indices"]

Method = Literal["sobol", "morris"]

Outcome = Callable[[Array], Answers]
"""From values of the parameters, shape (cells, parameters), to what the cells answer."""

# A readout that is positive in all cells and spans more than this ratio is analysed on its logarithm: its variance
# would otherwise be that of a handful of cells.
WIDE = 100.0

RESAMPLES = 200
LEVELS = 4

# With fewer base samples or trajectories than this a confidence interval means nothing.
FEWEST = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GlobalSensitivities(Shown):
    """Global sensitivities of readouts.

    Attributes
    ----------
    method : {"sobol", "morris"}
        How.
    space : tuple of FittedParameter
        The parameters with their ranges.
    readouts : tuple of str
        What was read.
    times : tuple of float
        When, in seconds.
    frame : pandas.DataFrame
        Long table: parameter, time, readout, scale, used (base samples or trajectories), and for Sobol' ``first``,
        ``first_confidence``, ``total``, ``total_confidence`` (half widths of the interval), for Morris ``effect`` (mean
        absolute effect of moving through the whole range) and ``spread`` (standard deviation of the effects).
    samples : int
        Base samples or trajectories.
    seed : int
        Of the samples and of the resampling.
    cells : int
        Cells that were simulated.
    failures : dict of int to str
        Reason by number of the cell.
    """

    method: Method
    space: tuple[FittedParameter, ...]
    readouts: tuple[str, ...]
    times: tuple[float, ...]
    frame: pd.DataFrame
    samples: int
    seed: int
    cells: int
    failures: Mapping[int, str]

    def _line(self) -> str:
        return f"{self.method}, {', '.join(self.readouts)}, {len(self.space)} parameters, {self.cells} cells"

    def of(self, readout: str, time: float | None = None) -> pd.DataFrame:
        """Rows of one readout at one time (the last by default), indexed by parameter, the largest first.

        Raises
        ------
        UnknownIdError
            If the readout was not read.
        InvalidInputError
            If nothing was read at that time.
        """
        if readout not in self.readouts:
            raise UnknownIdError("readout", readout, self.readouts)
        at = self.times[-1] if time is None else time
        if at not in self.times:
            raise InvalidInputError(f"time {at:g} s is none of {', '.join(f'{one:g}' for one in self.times)} s")
        rows = self.frame[(self.frame["readout"] == readout) & (self.frame["time"] == at)]
        by = "total" if self.method == "sobol" else "effect"
        return rows.set_index("parameter").drop(columns=["readout", "time"]).sort_values(by, ascending=False)


def global_sensitivities(
    scenario: str | Scenario,
    *,
    readouts: Iterable[str],
    method: Method = "sobol",
    parameters: Iterable[str] | None = None,
    within: float | None = None,
    times: Iterable[float] | None = None,
    samples: int | None = None,
    seed: int = 1,
    model: str | Path | Model | None = None,
    logarithmic: bool | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> GlobalSensitivities:
    """Find out which parameters a scenario's readouts depend on, over the whole of their ranges.

    Parameters
    ----------
    scenario : str or Scenario
        Id of a shipped scenario, or one of your own.
    readouts : iterable of str
        Readouts, species, computed parameters or reactions.
    method : {"sobol", "morris"}, optional
        Sobol' indices, or the cheaper screening by Morris.
    parameters : iterable of str, optional
        The fitted parameters by default (in a model without passports all that have a range).
    within : float, optional
        Only up to this factor around the values of the model; see `parameter_space`.
    times : iterable of float, optional
        In seconds; the end of the scenario by default.
    samples : int, optional
        Base samples (a power of 2; each costs the number of parameters plus 2 cells), by default 256; or trajectories
        (each costs the number of parameters plus 1), by default 16.
    seed : int, optional
        The same seed gives the same numbers.
    model : str, path or Model, optional
        The scenario's by default.
    logarithmic : bool, optional
        Whether to analyse the logarithm of the readouts; by default where one is positive and spans more than `WIDE`.
    processes : int, optional
        Worker processes; the numbers are the same for any.
    progress : callable, optional
        See `zinc_sbml.processes.Progress`.

    Raises
    ------
    UnknownIdError, InvalidInputError
        If the scenario, a readout or a parameter does not exist, a parameter has no range, or the number of samples
        cannot be used.
    """
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    loaded = model if isinstance(model, Model) else load_model(model or scenario.model)
    if method not in ("sobol", "morris"):
        raise UnknownIdError("method", str(method), ("sobol", "morris"))
    space = parameter_space(loaded, parameters, within=within)
    asked = question(scenario, parameters=[one.id for one in space], readouts=readouts, times=times, model=loaded)
    analyse = sobol_indices if method == "sobol" else morris_effects
    return analyse(
        partial(ask, asked, processes=processes, progress=progress),
        space,
        readouts=asked.readouts,
        times=asked.times,
        seed=seed,
        logarithmic=logarithmic,
        **({} if samples is None else {"samples": samples}),
    )


def sobol_indices(
    outcome: Outcome,
    space: Sequence[FittedParameter],
    *,
    readouts: Sequence[str],
    times: Sequence[float] = (0.0,),
    samples: int = 256,
    seed: int = 1,
    logarithmic: bool | None = None,
    confidence: float = 0.95,
) -> GlobalSensitivities:
    """Sobol' indices of any function (Saltelli's samples, Jansen's and Saltelli's estimators, as in SALib).

    Parameters
    ----------
    outcome : callable
        From values of the parameters, shape (cells, parameters), to `Answers`.
    space : sequence of FittedParameter
        Ranges; values are uniform, or their logarithms are.
    readouts, times : sequence
        What the answers hold.
    samples : int, optional
        Base samples, a power of 2.
    seed : int, optional
        Of the samples and of the resampling.
    logarithmic : bool, optional
        See `global_sensitivities`.
    confidence : float, optional
        Of the intervals, from bootstrap.

    Raises
    ------
    InvalidInputError
        If the number of samples is not a power of 2, at least `FEWEST`.
    """
    need("Sobol' indices", "SALib")
    from SALib.sample import sobol as sampling

    if samples < FEWEST or samples & (samples - 1):
        raise InvalidInputError(f"samples: {samples}, expected a power of 2, at least {FEWEST}")
    count = len(space)
    points = sampling.sample(_salib(space), samples, calc_second_order=False, seed=seed)
    answered = outcome(values_at(space, points))
    values, scales, lost = _columns(answered, len(points), logarithmic)
    failed = lost.reshape(samples, count + 2)
    blocks = values.reshape(samples, count + 2, -1)
    rows = []
    for number, one in enumerate(space):
        # SALib's order within a base sample: one cell, it with each parameter of the other cell in turn, the other.
        triple = [0, number + 1, count + 1]
        whole = ~failed[:, triple].any(axis=1)
        for column, (time, readout) in enumerate(_labels(times, readouts)):
            found = _sobol_of_one(blocks[whole][:, triple, column], seed, confidence)
            rows.append(
                {
                    "parameter": one.id, "time": time, "readout": readout, "scale": scales[column],
                    "used": int(whole.sum()), **found,
                }
            )  # fmt: skip
    return _result("sobol", rows, space, readouts, times, samples, seed, answered, len(points))


def morris_effects(
    outcome: Outcome,
    space: Sequence[FittedParameter],
    *,
    readouts: Sequence[str],
    times: Sequence[float] = (0.0,),
    samples: int = 16,
    seed: int = 1,
    logarithmic: bool | None = None,
) -> GlobalSensitivities:
    """Elementary effects of any function by Morris' method; parameters as `sobol_indices`, `samples` trajectories.

    Raises
    ------
    InvalidInputError
        If there are fewer trajectories than `FEWEST`, or no trajectory is without a failure.
    """
    need("Morris' effects", "SALib")
    from SALib.sample import morris as sampling

    if samples < FEWEST:
        raise InvalidInputError(f"samples: {samples}, expected at least {FEWEST} trajectories")
    described = _salib(space)
    points = sampling.sample(described, samples, num_levels=LEVELS, seed=seed)
    answered = outcome(values_at(space, points))
    values, scales, failed = _columns(answered, len(points), logarithmic)
    try:
        effects, spread, whole = elementary_effects(described, points, values, failed, seed=seed)
    except RuntimeError as error:
        raise InvalidInputError(f"{error}; ask for more, or narrow the ranges") from None
    rows = [
        {
            "parameter": one.id, "time": time, "readout": readout, "scale": scales[column], "used": whole,
            "effect": effects[number, column], "spread": spread[number, column],
        }
        for number, one in enumerate(space)
        for column, (time, readout) in enumerate(_labels(times, readouts))
    ]  # fmt: skip
    return _result("morris", rows, space, readouts, times, samples, seed, answered, len(points))


def _salib(space: Sequence[FittedParameter]) -> dict[str, object]:
    bounds = [[one.to_scale(one.lower), one.to_scale(one.upper)] for one in space]
    return {"num_vars": len(space), "names": [one.id for one in space], "bounds": bounds}


def _labels(times: Sequence[float], readouts: Sequence[str]) -> list[tuple[float, str]]:
    return [(time, readout) for time in times for readout in readouts]


def _columns(answered: Answers, cells: int, logarithmic: bool | None) -> tuple[Array, list[str], NDArray[np.bool_]]:
    """Give answers on their scales, shape (cells, times * readouts); the scales; which cells lack an answer."""
    values = answered.values.reshape(cells, -1).copy()
    lost = np.array(~np.isfinite(values).all(axis=1))
    scales = []
    for column in range(values.shape[1]):
        known = values[~lost, column]
        positive = bool(known.size) and float(known.min()) > 0
        wide = positive and float(known.max()) > WIDE * float(known.min())
        if logarithmic and not positive:
            raise InvalidInputError("a readout that is zero or negative in some cell has no logarithm")
        takes = wide if logarithmic is None else logarithmic
        if takes:
            values[~lost, column] = np.log(known)
        scales.append(LOGARITHM if takes else ABSOLUTE)
    values[lost] = 0.0
    return values, scales, lost


def _sobol_of_one(values: Array, seed: int, confidence: float) -> dict[str, float]:
    """Indices of one parameter from its triples of cells, shape (samples, 3); NaN from too few, 0 if nothing varies."""
    from SALib.analyze import sobol as analysis

    names = ("first", "first_confidence", "total", "total_confidence")
    if len(values) < FEWEST:
        return dict.fromkeys(names, float("nan"))
    if np.ptp(values) == 0:
        return dict.fromkeys(names, 0.0)
    found = analysis.analyze(
        {"num_vars": 1, "names": ["x"], "bounds": [[0.0, 1.0]]},
        values.ravel(),
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=confidence,
        seed=seed,
    )
    keys = ("S1", "S1_conf", "ST", "ST_conf")
    return {name: float(np.squeeze(found[key])) for name, key in zip(names, keys, strict=True)}


def _result(
    method: Method,
    rows: list[dict[str, object]],
    space: Sequence[FittedParameter],
    readouts: Sequence[str],
    times: Sequence[float],
    samples: int,
    seed: int,
    answered: Answers,
    cells: int,
) -> GlobalSensitivities:
    import pandas as pd

    return GlobalSensitivities(
        method=method,
        space=tuple(space),
        readouts=tuple(readouts),
        times=tuple(times),
        frame=pd.DataFrame(rows),
        samples=samples,
        seed=seed,
        cells=cells,
        failures=answered.failures,
    )
