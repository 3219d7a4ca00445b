"""A Hill curve through the points of a dose response, and whether the doses determine it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.findings.measure import LEAST_CHANGE

__all__ = ["HillFit", "fit_hill", "hill"]

Array = NDArray[np.float64]

# The fit looks this factor beyond the doses, so that an EC50 outside of them is seen as such, not as one at the edge.
_BEYOND = 10.0
_SLOPES = (0.1, 30.0)

# The search starts from the best point of a grid of EC50 and slope: no start is left to chance.
_GRID = (24, 8)

# A free plateau is seen only if the doses come this near to it, in parts of the fitted effect: with less, curves of
# very different EC50 go through the same points.
_NEAR_PLATEAU = 0.2

# EC50 and slope are two numbers: they need two doses whose effect is neither none nor all.
_NONE, _ALL = 0.02, 0.98
_DOSES_ON_SLOPE = 2

# A curve that comes back by more than this part of its range is not one that a Hill curve can be fitted to.
_TURNS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class HillFit:
    """A fitted Hill curve, or the reason why there is none.

    The curve is ``untreated + (saturated - untreated) * dose**slope / (ec50**slope + dose**slope)``.

    Attributes
    ----------
    untreated, saturated : float
        Plateaus at dose zero and at large doses, in the unit of the readout.
    ec50 : float
        Dose halfway between the plateaus, in the unit of the input.
    slope : float
        Hill coefficient; positive, whether the readout falls or rises.
    r_squared : float
        Share of the variance of the points that the curve explains.
    largest_residual : float
        Largest distance of a point from the curve, in the unit of the readout.
    reason : str
        Empty, or why the doses do not determine the curve; then all numbers are NaN.
    """

    untreated: float = math.nan
    saturated: float = math.nan
    ec50: float = math.nan
    slope: float = math.nan
    r_squared: float = math.nan
    largest_residual: float = math.nan
    reason: str = ""

    @property
    def determined(self) -> bool:
        """Whether the doses determine the curve."""
        return not self.reason

    @property
    def lower(self) -> float:
        """The lower one of the plateaus."""
        return min(self.untreated, self.saturated)

    @property
    def upper(self) -> float:
        """The upper one of the plateaus."""
        return max(self.untreated, self.saturated)

    def at(self, doses: Iterable[float] | Array) -> Array:
        """Value of the curve at doses, shape (doses,); NaN if it is not determined."""
        share = hill(np.asarray(doses, dtype=float), self.ec50, self.slope)
        return self.untreated + (self.saturated - self.untreated) * share


def hill(doses: Array, ec50: float, slope: float) -> Array:
    """Hill function ``dose**slope / (ec50**slope + dose**slope)``: from 0 at dose zero to 1, shape as `doses`."""
    positive = doses > 0
    # By way of logarithms: a power of 30 of a dose is soon beyond the range of numbers.
    exponent = slope * (math.log(ec50) - np.log(np.where(positive, doses, 1.0)))
    return np.where(positive, 1.0 / (1.0 + np.exp(np.minimum(exponent, 700.0))), 0.0 * exponent)


def fit_hill(
    doses: Iterable[float],
    values: Iterable[float],
    *,
    untreated: float | None = None,
    saturated: float | None = None,
) -> HillFit:
    """Fit a Hill curve by least squares.

    Parameters
    ----------
    doses : iterable of float
        Different doses of at least 0, in any order.
    values : iterable of float
        What was read at each.
    untreated, saturated : float, optional
        Hold a plateau at this value instead of fitting it; a maturation rate that can only fall to nothing has
        ``saturated=0``.

    Returns
    -------
    HillFit
        With a reason instead of numbers if the values do not respond or turn round, if there are fewer than one dose
        more than numbers to fit, if a free plateau is not reached, or if less than two doses lie between the plateaus.

    Raises
    ------
    InvalidInputError
        If the doses are negative, given twice, or not as many as the values, or if a number is not finite.
    """
    x, y = _checked(doses, values)
    for name, plateau in (("untreated", untreated), ("saturated", saturated)):
        if plateau is not None and not math.isfinite(plateau):
            raise InvalidInputError(f"{name}: {plateau!r}, expected a finite number or None")
    reason = _unfit(x, y, free=2 + (untreated is None) + (saturated is None))
    if reason:
        return HillFit(reason=reason)
    # In units of the range of the values, so that the same convergence criteria fit every readout.
    low, span = float(y.min()), float(np.ptp(y))
    fixed = [None if plateau is None else (plateau - low) / span for plateau in (untreated, saturated)]
    ec50, slope, plateaus = _least_squares(x, (y - low) / span, fixed)
    begin, end = (low + span * plateau for plateau in plateaus)
    # A plateau that was given is given back to the last digit.
    begin, end = begin if untreated is None else untreated, end if saturated is None else saturated
    reason = _undetermined(x, ec50, slope, free_begin=untreated is None, free_end=saturated is None)
    if reason:
        return HillFit(reason=reason)
    fit = HillFit(untreated=float(begin), saturated=float(end), ec50=ec50, slope=slope)
    residuals = y - fit.at(x)
    return HillFit(
        untreated=fit.untreated,
        saturated=fit.saturated,
        ec50=ec50,
        slope=slope,
        r_squared=1.0 - float(residuals @ residuals) / float(((y - y.mean()) ** 2).sum()),
        largest_residual=float(np.abs(residuals).max()),
    )


def _checked(doses: Iterable[float], values: Iterable[float]) -> tuple[Array, Array]:
    x, y = np.asarray(list(doses), dtype=float), np.asarray(list(values), dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise InvalidInputError(f"doses and values: shapes {x.shape} and {y.shape}, expected two rows of one length")
    for name, row in (("doses", x), ("values", y)):
        if not np.isfinite(row).all():
            raise InvalidInputError(f"{name}: {row[~np.isfinite(row)][0]:g}, expected finite numbers")
    if (x < 0).any():
        raise InvalidInputError(f"doses: {x[x < 0][0]:g}, expected at least 0")
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    if (twice := x[1:][np.diff(x) == 0]).size:
        raise InvalidInputError(f"doses: {twice[0]:g} is given twice")
    return x, y


def _unfit(x: Array, y: Array, *, free: int) -> str:
    """Why no curve should be fitted to these points, or nothing."""
    if x.size <= free:
        return f"{x.size} doses do not determine {free} numbers; expected at least {free + 1}"
    span = float(np.ptp(y))
    if not span > LEAST_CHANGE * float(np.abs(y).max()):
        return "the readout does not respond to these doses"
    if span - abs(float(y[-1] - y[0])) > _TURNS * span:
        return "the response turns round within the doses"
    return ""


def _undetermined(x: Array, ec50: float, slope: float, *, free_begin: bool, free_end: bool) -> str:
    """Why the doses do not determine this curve, or nothing."""
    shares = hill(x, ec50, slope)
    if free_end and shares[-1] < 1 - _NEAR_PLATEAU:
        return f"no plateau: the largest dose has {shares[-1]:.0%} of the effect that the curve would reach"
    if free_begin and shares[0] > _NEAR_PLATEAU:
        return f"no plateau at small doses: the smallest one has {shares[0]:.0%} of the effect already"
    if not x[x > 0][0] <= ec50 <= x[-1]:
        return "half of the effect lies outside of the doses"
    between = int(((shares > _NONE) & (shares < _ALL)).sum())
    if between < _DOSES_ON_SLOPE:
        return f"{between} of the doses lie between the plateaus, expected at least {_DOSES_ON_SLOPE}"
    if not _SLOPES[0] * 1.01 < slope < _SLOPES[1] / 1.01:
        return f"the slope is beyond {_SLOPES[0]:g} to {_SLOPES[1]:g}"
    return ""


def _least_squares(x: Array, y: Array, fixed: list[float | None]) -> tuple[float, float, tuple[float, float]]:
    """EC50, slope and plateaus of the best curve; only the first two are searched for, see `_plateaus`."""
    try:
        from scipy.optimize import least_squares
    except ImportError as error:
        raise InvalidInputError(f"a Hill curve needs scipy: pip install scipy ({error})") from error

    def residuals(point: Array) -> Array:
        share = hill(x, math.exp(point[0]), math.exp(point[1]))
        begin, end = _plateaus(share, y, fixed)
        return begin + (end - begin) * share - y

    positive = x[x > 0]
    low = (math.log(positive[0] / _BEYOND), math.log(_SLOPES[0]))
    high = (math.log(positive[-1] * _BEYOND), math.log(_SLOPES[1]))
    grid = itertools.product(np.linspace(low[0], high[0], _GRID[0]), np.linspace(low[1], high[1], _GRID[1]))
    start = min(grid, key=lambda point: float((residuals(np.array(point)) ** 2).sum()))
    done = least_squares(residuals, start, jac="3-point", bounds=(low, high), xtol=1e-12, ftol=1e-12, gtol=1e-12)
    ec50, slope = (math.exp(value) for value in done.x.tolist())
    return ec50, slope, _plateaus(hill(x, ec50, slope), y, fixed)


def _plateaus(share: Array, y: Array, fixed: list[float | None]) -> tuple[float, float]:
    """Plateaus that fit best, given the share of the effect at each dose: the curve is linear in them."""
    begin, end = fixed
    if begin is None and end is None:
        centred = share - share.mean()
        spread = float(centred @ centred)
        step = float(centred @ y) / spread if spread else 0.0
        begin = float(y.mean()) - step * float(share.mean())
        return begin, begin + step
    if end is None:
        assert begin is not None
        return begin, begin + _part(share, y - begin)
    if begin is None:
        return end + _part(1.0 - share, y - end), end
    return begin, end


def _part(column: Array, y: Array) -> float:
    square = float(column @ column)
    return float(column @ y) / square if square else 0.0
