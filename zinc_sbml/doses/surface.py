"""Two inputs at several doses each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.doses.response import DoseResponse, column_of
from zinc_sbml.doses.runs import Labels, Statistic, Treatment, checked_doses, treatment
from zinc_sbml.doses.synergy import (
    Scores,
    Synergy,
    bliss_excess,
    effects_of,
    full_effect,
    loewe_index,
    scores_of,
    single_agent_excess,
)
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.findings.family import Family
from zinc_sbml.model import Model
from zinc_sbml.processes import Progress
from zinc_sbml.provenance import provenance
from zinc_sbml.scenarios import Scenario
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["DoseSurface", "dose_surface"]

Array = NDArray[np.float64]

# Each input alone is run at this many more doses between two of the table: doses of the same effect are read between
# them, and with steps of a factor of 3 alone a Hill curve would be read wrong by several percent of the dose.
_BETWEEN = 4


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DoseSurface(Shown):
    """Readouts at all pairs of doses of two inputs.

    Attributes
    ----------
    inputs : tuple of str
        The inputs.
    doses : tuple of numpy.ndarray
        The untreated value first, then the others in order; shapes (n,) and (m,), in the unit of each input.
    readouts : tuple of str
        What was read.
    values : numpy.ndarray
        Shape (n, m, readouts), each in its own unit.
    alone : tuple of (numpy.ndarray, numpy.ndarray)
        For each input more doses, shape (k,), and the values at these alone, shape (k, readouts).
    labels : Labels
        Names, units and title.
    cells : tuple of str
        Ids of the plausible cells that were run too; may be empty.
    cell_values : numpy.ndarray
        Shape (cells, n, m, readouts); NaN for a cell that failed.
    cell_alone : tuple of numpy.ndarray
        For each input shape (cells, k, readouts), at the doses of `alone`.
    failures : dict of str to str
        Reason by cell.
    provenance : dict
        What made it: model and hash, scenario, parameters, tolerances, versions.
    """

    inputs: tuple[str, str]
    doses: tuple[Array, Array]
    readouts: tuple[str, ...]
    values: Array
    alone: tuple[tuple[Array, Array], tuple[Array, Array]]
    labels: Labels
    cells: tuple[str, ...] = ()
    cell_values: Array = field(default_factory=lambda: np.empty((0, 0, 0, 0)))
    cell_alone: tuple[Array, Array] = field(default_factory=lambda: (np.empty((0, 0, 0)), np.empty((0, 0, 0))))
    failures: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def _line(self) -> str:
        return (
            f"{', '.join(self.readouts)} at {len(self.doses[0])} x {len(self.doses[1])} doses of "
            f"{self.inputs[0]} and {self.inputs[1]}, {len(self.cells)} plausible cells"
        )

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each pair of doses, one column per readout; index both doses."""
        import pandas as pd

        index = pd.MultiIndex.from_product([row.tolist() for row in self.doses], names=list(self.inputs))
        return pd.DataFrame(self.values.reshape(-1, len(self.readouts)), index=index, columns=list(self.readouts))

    def table(self, readout: str | None = None, *, relative: bool = False) -> pd.DataFrame:
        """One readout: rows are doses of the first input, columns of the second.

        Parameters
        ----------
        readout : str, optional
            Which; may be left out if there is only one.
        relative : bool, optional
            As parts of the untreated value.
        """
        import pandas as pd

        values = self.values[:, :, column_of(self.readouts, readout)]
        rows, columns = (pd.Index(row, name=name) for row, name in zip(self.doses, self.inputs, strict=True))
        return pd.DataFrame(values / values[0, 0] if relative else values, index=rows, columns=columns)

    def responses(self) -> dict[float, DoseResponse]:
        """Give the dose responses of the first input, one at each dose of the second."""
        return {
            float(dose): DoseResponse(
                input=self.inputs[0],
                doses=self.doses[0],
                readouts=self.readouts,
                values=self.values[:, column],
                labels=self.labels,
                cells=self.cells,
                cell_values=self.cell_values[:, :, column] if self.cells else np.empty((0, 0, 0)),
                failures=self.failures,
                provenance=self.provenance,
            )
            for column, dose in enumerate(self.doses[1])
        }

    def synergy(self, readout: str | None = None, *, full: float | None = None) -> Synergy:
        """Compare what both inputs do together with what each does alone.

        Parameters
        ----------
        readout : str, optional
            Which; may be left out if there is only one.
        full : float, optional
            Value of the readout that counts as a full effect. By default 0 for a readout that falls, and the value
            farthest from the untreated one for a readout that rises (then the Bliss excess depends on the doses).

        Returns
        -------
        Synergy
            Definitions and signs stand in `zinc_sbml.doses.synergy`. Cells that fail or do not respond have no scores.

        Raises
        ------
        InvalidInputError
            If the readout does not respond, `full` is the untreated value, or an input is not zero where untreated.
        """
        for name, row in zip(self.inputs, self.doses, strict=True):
            if row[0] != 0:
                raise InvalidInputError(
                    f"{name} is {row[0]:g} {self.labels.units[name]} without treatment; "
                    f"synergy is about inputs that are 0 without treatment"
                )
        column = column_of(self.readouts, readout)
        name = self.readouts[column]
        try:
            own = self._tables(self.values, self.alone[0][1], self.alone[1][1], column, full)
        except InvalidInputError as error:
            raise InvalidInputError(f"{name}: {error}") from None
        scores: dict[str, Scores] = {}
        for number, cell in enumerate(self.cells):
            if cell in self.failures:
                continue
            try:
                tables = self._tables(
                    self.cell_values[number], self.cell_alone[0][number], self.cell_alone[1][number], column, full
                )
            except InvalidInputError:  # This cell does not respond.
                continue
            scores[cell] = scores_of(tables.bliss_excess, tables.single_agent_excess, tables.loewe_index)
        return replace(own, cell_scores=scores)

    def plot(self, readout: str | None = None, path: str | Path | None = None) -> Figure:
        """Draw the readout over both doses, with Bliss excess and Loewe index.

        Parameters
        ----------
        readout : str, optional
            Which; may be left out if there is only one.
        path : path, optional
            Also write the picture there (format by suffix: png, svg, pdf).
        """
        from zinc_sbml.doses.pictures import plot_surface

        return plot_surface(self, readout, path)

    def _tables(self, values: Array, first: Array, second: Array, column: int, full: float | None) -> Synergy:
        """Effects, excess and index of one cell, from its values at all pairs and of each input alone."""
        table = values[:, :, column]
        untreated = float(table[0, 0])
        full = full_effect(table) if full is None else full
        if full == untreated:
            raise InvalidInputError(f"full: {full:g} is the untreated value, expected that of a full effect")
        as_effects = partial(effects_of, untreated=untreated, full=full)
        effects = as_effects(table)
        alone = [as_effects(rows[:, column]) for rows in (first, second)]
        curves = ((self.alone[0][0], alone[0]), (self.alone[1][0], alone[1]))
        return Synergy(
            inputs=self.inputs,
            readout=self.readouts[column],
            doses=self.doses,
            untreated=untreated,
            full=full,
            effects=effects,
            bliss_excess=bliss_excess(effects),
            single_agent_excess=single_agent_excess(effects),
            loewe_index=loewe_index(self.doses, effects, curves),
            largest_alone=(float(alone[0].max()), float(alone[1].max())),
        )


def dose_surface(
    inputs: tuple[str, str],
    doses: tuple[Iterable[float], Iterable[float]],
    readout: str | Sequence[str],
    *,
    scenario: str | Scenario = "baseline",
    duration: float | None = None,
    statistic: Statistic = "final",
    model: str | Path | Model | None = None,
    parameters: Mapping[str, float] | None = None,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
    cells: int = 0,
    family: Family | str | Path | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> DoseSurface:
    """Run a scenario at all pairs of doses of two inputs.

    Parameters
    ----------
    inputs : tuple of str
        Ids of two different inputs.
    doses : tuple of iterable of float
        Doses of each, in its own unit. They are put in order, and the untreated value is added if it is missing.
    readout : str or sequence of str
        What to read.
    scenario, duration, statistic, model, parameters, tolerances, cells, family, processes, progress : optional
        As `zinc_sbml.doses.dose_response`.

    Returns
    -------
    DoseSurface
        With `synergy` for each readout.

    Raises
    ------
    UnknownIdError, InvalidInputError, SimulationError
        As `zinc_sbml.doses.dose_response`; also if the two inputs are the same.
    """
    done = treatment(
        readout,
        scenario=scenario,
        duration=duration,
        statistic=statistic,
        model=model,
        parameters=parameters,
        tolerances=tolerances,
    )
    one, other = _two(inputs, "inputs")
    if one == other:
        raise InvalidInputError(f"inputs: {one} is given twice, expected two different inputs")
    given = _two(doses, "doses")
    rows = (_with_untreated(done, one, given[0]), _with_untreated(done, other, given[1]))
    finer = (_finer(rows[0]), _finer(rows[1]))
    pairs = list(itertools.product(*rows))
    more = [
        *((dose, rows[1][0]) for dose in finer[0] if dose not in rows[0]),
        *((rows[0][0], dose) for dose in finer[1] if dose not in rows[1]),
    ]
    settings = [{one: first, other: second} for first, second in (*pairs, *more)]
    values, many = done.run(settings, cells=cells, family=family, processes=processes, progress=progress)
    shape = (len(rows[0]), len(rows[1]), len(done.readouts))
    places = {pair: number for number, pair in enumerate((*pairs, *more))}
    along = (
        [places[dose, rows[1][0]] for dose in finer[0]],
        [places[rows[0][0], dose] for dose in finer[1]],
    )
    return DoseSurface(
        inputs=(one, other),
        doses=(np.array(rows[0]), np.array(rows[1])),
        readouts=done.readouts,
        values=values[: len(pairs)].reshape(shape),
        alone=((np.array(finer[0]), values[along[0]]), (np.array(finer[1]), values[along[1]])),
        labels=done.labels(one, other),
        cells=many.ids,
        cell_values=many.values[:, : len(pairs)].reshape(-1, *shape),
        cell_alone=(many.values[:, along[0]], many.values[:, along[1]]),
        failures=many.failures,
        provenance=provenance(done.model, done.scenario, done.parameters, tolerances),
    )


def _two(given: Any, what: str) -> tuple[Any, Any]:
    if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != 2:
        raise InvalidInputError(f"{what}: {given!r}, expected a pair, one for each of two inputs")
    return given[0], given[1]


def _with_untreated(done: Treatment, input: str, doses: Iterable[float]) -> list[float]:
    found = checked_doses(done, input, doses)
    untreated = float(done.model.quantities[input].value)
    rest = sorted(dose for dose in found if dose != untreated)
    if not rest:
        raise InvalidInputError(f"doses: {input} has its untreated value {untreated:g} only, expected another dose")
    return [untreated, *rest]


def _finer(doses: list[float]) -> list[float]:
    """Doses with more of them between: evenly from zero to the first, by equal factors above."""
    if doses[0] != 0:  # No drug, so no synergy either, and nothing to be read between.
        return doses
    found = [doses[0]]
    for low, high in itertools.pairwise(doses):
        spaced = np.geomspace if low > 0 else np.linspace
        found += [*spaced(low, high, _BETWEEN + 2)[1:-1].tolist(), high]
    return found
