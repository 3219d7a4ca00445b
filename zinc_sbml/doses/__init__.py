"""Doses of one input or of two: tables, Hill curves, spread over plausible cells, synergy.

The package is not called like its function `dose_response`: a submodule of that name would hide it in `zinc_sbml`.
"""

from zinc_sbml.doses.hill import HillFit, fit_hill, hill
from zinc_sbml.doses.response import DoseResponse, dose_response
from zinc_sbml.doses.surface import DoseSurface, dose_surface
from zinc_sbml.doses.synergy import Synergy, bliss_excess, loewe_index, single_agent_excess

__all__ = [
    "DoseResponse",
    "DoseSurface",
    "HillFit",
    "Synergy",
    "bliss_excess",
    "dose_response",
    "dose_surface",
    "fit_hill",
    "hill",
    "loewe_index",
    "single_agent_excess",
]
