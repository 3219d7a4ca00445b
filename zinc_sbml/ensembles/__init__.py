"""Many cells: the same question put to thousands of parameter sets, on one core or on a cluster."""

from zinc_sbml.ensembles.ensemble import ensemble
from zinc_sbml.ensembles.execution import LostWorkersError
from zinc_sbml.ensembles.result import Ensemble, load_ensemble

__all__ = ["Ensemble", "LostWorkersError", "ensemble", "load_ensemble"]
