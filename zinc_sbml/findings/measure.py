"""One number from a result, or from a series of doses."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.findings.register import Measure, Statistic
from zinc_sbml.result import Result

__all__ = ["LEAST_CHANGE", "dose_reaching", "half_effect_dose", "number"]

Array = NDArray[np.float64]

# A change smaller than this, relative to the largest value, is noise of the solver (1e-8) and has no half.
LEAST_CHANGE = 1e-6


def number(measure: Measure, result: Result, level: float = math.nan) -> float:
    """Take a measure from a result of its scenario.

    Parameters
    ----------
    measure : Measure
        What to take.
    result : Result
        A run of the measure's scenario that records its readout.
    level : float, optional
        For ``time_to_reach``: the value of ``measure.level``.

    Returns
    -------
    float
        Seconds for times, the unit of the readout otherwise. NaN for the half-time of no change, inf for a level that
        is not reached.
    """
    name = measure.readout
    match measure.statistic:
        case Statistic.FINAL:
            return result.at(name, float(result.times[-1]))
        case Statistic.INITIAL:
            return result.at(name, float(result.times[0]))
        case Statistic.MIN:
            return result.min(name)
        case Statistic.MAX:
            return result.max(name)
        case Statistic.MEAN:
            return result.mean(name)
        case Statistic.VALUE:
            return result.at(name, measure.time)
        case Statistic.CHANGE:
            return result.at(name, measure.time) - result.at(name, float(result.times[0]))
        case Statistic.HALF_TIME:
            return result.half_time(name, measure.since)
        case Statistic.TIME_TO_REACH:
            time = result.time_to(name, measure.fraction * level, measure.since)
            return math.inf if math.isnan(time) else time


def half_effect_dose(doses: Array, effects: Array) -> float:
    """Dose with half of the effect of the highest dose.

    Parameters
    ----------
    doses : numpy.ndarray
        Increasing, shape (n,); the first is the control.
    effects : numpy.ndarray
        A number for each dose.

    Returns
    -------
    float
        Interpolated on the logarithm of the dose (linearly from a control of zero); NaN without an effect.
    """
    effect = float(effects[-1] - effects[0])
    if not abs(effect) > LEAST_CHANGE * float(np.abs(effects).max()):
        return math.nan
    return dose_reaching(doses, (effects - effects[0]) / effect, 0.5)


def dose_reaching(doses: Array, effects: Array, level: float) -> float:
    """Smallest dose whose effect reaches a level.

    Parameters
    ----------
    doses : numpy.ndarray
        Increasing, shape (n,).
    effects : numpy.ndarray
        Effect of each dose, counted so that more is stronger.
    level : float
        The effect to reach.

    Returns
    -------
    float
        Interpolated on the logarithm of the dose (linearly from a control of zero); the first dose if that reaches the
        level, NaN if none does.
    """
    reached = np.flatnonzero(effects >= level)
    if not reached.size:
        return math.nan
    after = int(reached[0])
    if after == 0:
        return float(doses[0])
    before = after - 1
    weight = (level - effects[before]) / (effects[after] - effects[before])
    if doses[before] == 0:
        return float(weight * doses[after])
    return float(doses[before] * (doses[after] / doses[before]) ** weight)
