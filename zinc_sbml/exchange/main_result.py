"""The model's own main result, as it is shown where an archive or a submission needs a picture."""

from __future__ import annotations

from zinc_sbml.model import Model
from zinc_sbml.plots import picture_bytes
from zinc_sbml.scenarios import Scenario
from zinc_sbml.simulation import simulate

__all__ = ["MAIN_READOUTS", "MAIN_SCENARIO", "main_picture"]

MAIN_SCENARIO = "zip7_inhibition"
"""Scenario of the model's own main result."""

MAIN_READOUTS = (
    "er_zinc_probe",
    "ero1_zinc_bound_fraction",
    "pdi_oxidised_fraction",
    "bulk_maturation_rate",
    "egfr_maturation_rate",
    "notch_maturation_rate",
    "misfolded_protein",
    "xbp1s_fold",
)
"""What its figure shows: from zinc to the stress response."""


def main_picture(model: Model, scenario: Scenario) -> bytes:
    """Picture (PNG) of a scenario: from zinc to the stress response, or all that a model without these has."""
    from matplotlib import style

    readouts = [name for name in MAIN_READOUTS if name in model.quantities] or None
    result = simulate(scenario, model=model, readouts=readouts)
    # Not as the matplotlibrc of whoever exports would have it: the same model gives the same bytes.
    with style.context("default"):
        return picture_bytes(result.plot(), "png")
