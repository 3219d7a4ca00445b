"""Calibration: what is fitted to what, how well, and which cells the evidence allows.

The steps follow each other, each with a command ``zinc-sbml calibrate STEP``: `screen`, `fit`, `adopt`, `sample`,
`judge`, `profile`, and the tables made from them.
"""

from __future__ import annotations

from zinc_sbml.calibration.data import Measurement, load_measurements
from zinc_sbml.calibration.problem import Evaluation, FittedParameter, Problem, Target, load_problem

__all__ = ["Evaluation", "FittedParameter", "Measurement", "Problem", "Target", "load_measurements", "load_problem"]
