"""How well one reading tells two hypotheses apart, given how much it varies between plausible cells and by noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONFUSED", "separation", "told_apart"]

Array = NDArray[np.float64]

CONFUSED = 1.96 * math.sqrt(2)
"""Two readings that differ by no more than this many units of noise can be the same: noise alone makes two readings of
one value differ by more in only 5 percent of the cases."""

# Ends of the middle 68 percent: half their distance is the standard deviation of a normal distribution, and a few wild
# cells do not move it.
MIDDLE = (0.15865525393145707, 0.8413447460685429)


def separation(one: Array, other: Array) -> Array:
    """Distance of the medians of two hypotheses over the spread of what would be read.

    Parameters
    ----------
    one, other : numpy.ndarray
        Readings in units of noise, shapes (cells, readings); rows of NaN are left out.

    Returns
    -------
    numpy.ndarray
        Shape (readings,): difference of the medians, over the root of the mean of the two variances, each the variance
        between cells and that of the noise. Above 0 where `one` reads more.
    """
    (low, middle, high), (other_low, other_middle, other_high) = (
        np.nanquantile(values, (MIDDLE[0], 0.5, MIDDLE[1]), axis=0) for values in (one, other)
    )
    variance = (((high - low) / 2) ** 2 + ((other_high - other_low) / 2) ** 2) / 2 + 1
    return (middle - other_middle) / np.sqrt(variance)


def told_apart(one: Array, other: Array) -> float:
    """Share of pairs of cells, one of each hypothesis, whose readings noise cannot confuse.

    Parameters
    ----------
    one, other : numpy.ndarray
        Readings in units of noise, shapes (cells,) and (other cells,). A reading that is missing tells nothing apart.

    Returns
    -------
    float
        Between 0 and 1.
    """
    return float((np.abs(one[:, None] - other[None, :]) > CONFUSED).mean())
