"""What two inputs do together, against what each does alone.

All definitions are about *effects*: 0 without treatment, more for a stronger effect, 1 for a full one.

* Bliss independence (Bliss 1939): two drugs that act independently leave ``(1 - a) * (1 - b)`` of what there was, so
  their effect is ``a + b - a * b``. The *excess* is what was found minus this: positive is synergy.
* Highest single agent (Gaddum 1940): together no stronger than the stronger one. Excess as before.
* Loewe additivity (Loewe and Muischnek 1926; Berenbaum 1989): of two drugs that are dilutions of each other, doses
  ``a`` and ``b`` have the effect of ``A`` of the first or ``B`` of the second alone when ``a / A + b / B = 1``. This
  sum is the *index*: below 1 is synergy, above 1 antagonism. A drug combined with itself has index 1 (a sham
  experiment). It is not defined where one of the drugs alone never has the effect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.findings.measure import LEAST_CHANGE, dose_reaching
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Scores",
    "Synergy",
    "bliss_excess",
    "effects_of",
    "full_effect",
    "loewe_index",
    "scores_of",
    "single_agent_excess",
]

Array = NDArray[np.float64]
Curve = tuple[Array, Array]


def bliss_excess(effects: Array) -> Array:
    """Effect beyond that of independent drugs.

    Parameters
    ----------
    effects : numpy.ndarray
        Shape (n, m): rows are doses of the first drug, columns of the second, the first of each is no drug.

    Returns
    -------
    numpy.ndarray
        Shape (n, m); positive is synergy, 0 where one of the drugs is absent.
    """
    one, other = effects[:, :1], effects[:1, :]
    return _both(effects - (one + other - one * other))


def single_agent_excess(effects: Array) -> Array:
    """Effect beyond that of the stronger drug alone; shapes and sign as `bliss_excess`."""
    return _both(effects - np.maximum(effects[:, :1], effects[:1, :]))


def loewe_index(doses: tuple[Array, Array], effects: Array, alone: tuple[Curve, Curve]) -> Array:
    """Combination index of Loewe additivity.

    Parameters
    ----------
    doses : tuple of numpy.ndarray
        Of both drugs, shapes (n,) and (m,), from 0 on.
    effects : numpy.ndarray
        Shape (n, m), as in `bliss_excess`.
    alone : tuple of (numpy.ndarray, numpy.ndarray)
        For each drug increasing doses and the effects of these doses alone. Doses with the same effect are read between
        them on the logarithm of the dose; of several the smallest.

    Returns
    -------
    numpy.ndarray
        Shape (n, m); below 1 is synergy. NaN where one of the drugs alone never has the effect, where there is none
        (up to `zinc_sbml.findings.measure.LEAST_CHANGE`), and in the row and column of a single drug.
    """
    index = np.full(effects.shape, np.nan)
    for i, j in np.ndindex(*effects.shape):
        if i == 0 or j == 0 or not effects[i, j] > LEAST_CHANGE:
            continue
        same = [dose_reaching(*curve, float(effects[i, j])) for curve in alone]
        index[i, j] = doses[0][i] / same[0] + doses[1][j] / same[1]
    return index


def full_effect(values: Array) -> float:
    """Value of a readout that counts as full effect where nobody says another one.

    Parameters
    ----------
    values : numpy.ndarray
        Of all treatments, the first of all dimensions being none.

    Returns
    -------
    float
        0 for a readout that is positive and falls; otherwise the value that is farthest from the untreated one.

    Raises
    ------
    InvalidInputError
        If nothing changes (by more than `zinc_sbml.findings.measure.LEAST_CHANGE`).
    """
    untreated = float(values.flat[0])
    farthest = float(values.flat[int(np.argmax(np.abs(values - untreated)))])
    if not abs(farthest - untreated) > LEAST_CHANGE * float(np.abs(values).max()):
        raise InvalidInputError("the readout does not respond to these doses, so there is no effect to compare")
    return 0.0 if farthest < untreated and values.min() >= 0 else farthest


def effects_of(values: Array, untreated: float, full: float) -> Array:
    """Turn values into effects: 0 at `untreated`, 1 at `full`."""
    # Adding nothing takes the sign off a zero.
    return (values - untreated) / (full - untreated) + 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Synergy of one table in three numbers: means over all pairs of doses of both drugs.

    Attributes
    ----------
    bliss_excess, single_agent_excess : float
        Mean excess, in parts of the full effect; positive is synergy.
    loewe_index : float
        Geometric mean over the pairs in which it is defined; below 1 is synergy.
    undefined : int
        Pairs in which the Loewe index is not defined.
    """

    bliss_excess: float
    single_agent_excess: float
    loewe_index: float
    undefined: int


def scores_of(bliss: Array, single: Array, loewe: Array) -> Scores:
    """Summarise tables of excess and index."""
    index = loewe[1:, 1:]
    defined = index[~np.isnan(index)]
    return Scores(
        bliss_excess=float(bliss[1:, 1:].mean()),
        single_agent_excess=float(single[1:, 1:].mean()),
        loewe_index=float(np.exp(np.log(defined).mean())) if defined.size else math.nan,
        undefined=int(index.size - defined.size),
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Synergy(Shown):
    """Effects of two inputs on one readout, alone and together.

    Attributes
    ----------
    inputs : tuple of str
        The inputs.
    readout : str
        The readout.
    doses : tuple of numpy.ndarray
        Shapes (n,) and (m,), the first of each is no drug.
    untreated, full : float
        Values of the readout that count as effect 0 and 1.
    effects, bliss_excess, single_agent_excess, loewe_index : numpy.ndarray
        Shape (n, m); see `zinc_sbml.doses.synergy`.
    largest_alone : tuple of float
        Largest effect of each input alone: beyond it the Loewe index is not defined.
    cell_scores : dict of str to Scores
        By plausible cell; may be empty.
    """

    inputs: tuple[str, str]
    readout: str
    doses: tuple[Array, Array]
    untreated: float
    full: float
    effects: Array
    bliss_excess: Array
    single_agent_excess: Array
    loewe_index: Array
    largest_alone: tuple[float, float]
    cell_scores: Mapping[str, Scores] = field(default_factory=dict)

    def _line(self) -> str:
        return f"{self.inputs[0]} and {self.inputs[1]} on {self.readout}"

    @property
    def scores(self) -> Scores:
        """Means over all pairs of doses."""
        return scores_of(self.bliss_excess, self.single_agent_excess, self.loewe_index)

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each pair of doses: effect, excess and index; index both doses."""
        import pandas as pd

        index = pd.MultiIndex.from_product([row.tolist() for row in self.doses], names=list(self.inputs))
        names = ("effects", "bliss_excess", "single_agent_excess", "loewe_index")
        table = pd.DataFrame({name: getattr(self, name).ravel() for name in names}, index=index)
        return table.rename(columns={"effects": "effect"})

    @property
    def summary(self) -> pd.DataFrame:
        """Scores of the cell, and how they vary over the plausible cells.

        Returns
        -------
        pandas.DataFrame
            Rows ``bliss_excess``, ``single_agent_excess`` and ``loewe_index``; columns ``value`` (mean over the pairs
            of doses) and ``undefined`` (pairs) of the cell itself; ``median``, ``low``, ``high`` (middle 90 percent) of
            the values of the plausible cells in which it is defined, ``synergy`` (share of these in which it tells
            synergy), ``cells`` (how many these are) and ``cells_undefined`` (median of the pairs in which it is not
            defined, over all cells). An index that is defined in few pairs speaks for these only, and those where both
            inputs together do most are not among them.
        """
        import pandas as pd

        own = self.scores
        table = {}
        for name in ("bliss_excess", "single_agent_excess", "loewe_index"):
            numbers = np.array([getattr(one, name) for one in self.cell_scores.values()], dtype=float)
            numbers = numbers[~np.isnan(numbers)]
            low, median, high = np.quantile(numbers, (0.05, 0.5, 0.95)).tolist() if numbers.size else (math.nan,) * 3
            meant = numbers < 1 if name == "loewe_index" else numbers > 0
            share = float(meant.mean()) if numbers.size else math.nan
            missing = [one.undefined if name == "loewe_index" else 0 for one in (own, *self.cell_scores.values())]
            typical = float(np.median(missing[1:])) if self.cell_scores else math.nan
            table[name] = [getattr(own, name), missing[0], median, low, high, share, numbers.size, typical]
        columns = ["value", "undefined", "median", "low", "high", "synergy", "cells", "cells_undefined"]
        return pd.DataFrame.from_dict(table, orient="index", columns=columns).astype({"undefined": int, "cells": int})


def _both(excess: Array) -> Array:
    """Set what is compared with itself to exactly nothing."""
    excess[0, :] = 0.0
    excess[:, 0] = 0.0
    return excess
