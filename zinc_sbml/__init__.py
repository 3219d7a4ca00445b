"""Zinc-redox crosstalk in the endoplasmic reticulum: a model, its scenarios, and published findings.

Names are looked up where they live when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zinc_sbml import plots as plots
    from zinc_sbml.building import build as build
    from zinc_sbml.building import validate_sbml as validate
    from zinc_sbml.certificate import Certificate, certify
    from zinc_sbml.discrimination import Designs, Discrimination, discriminate, load_designs
    from zinc_sbml.doses import DoseResponse, DoseSurface, HillFit, Synergy, dose_response, dose_surface
    from zinc_sbml.engine import Tolerances
    from zinc_sbml.ensembles import Ensemble, ensemble, load_ensemble
    from zinc_sbml.errors import (
        InvalidInputError,
        ModelBuildError,
        SimulationError,
        UnknownIdError,
        ZincSbmlError,
    )
    from zinc_sbml.exchange import Export, export
    from zinc_sbml.findings import (
        Family,
        FamilyComparison,
        Finding,
        HypothesisComparison,
        Verdict,
        compare,
        compare_hypotheses,
        compare_plausible,
        list_findings,
        load_family,
    )
    from zinc_sbml.hypotheses import Hypothesis, list_hypotheses, load_hypotheses
    from zinc_sbml.listing import inputs, list_models, list_scenarios, parameters, readouts
    from zinc_sbml.model import Model, load_model
    from zinc_sbml.reports import report
    from zinc_sbml.result import Result
    from zinc_sbml.scenarios import Period, Scenario, load_scenario, load_scenarios, save_scenarios
    from zinc_sbml.sensitivity.constraints import finding_sensitivities
    from zinc_sbml.sensitivity.control import control_coefficients
    from zinc_sbml.sensitivity.explanation import explain
    from zinc_sbml.sensitivity.indices import global_sensitivities
    from zinc_sbml.sensitivity.local import local_sensitivities
    from zinc_sbml.simulation import resting_state, simulate
    from zinc_sbml.steady_state import RestingState

__all__ = [
    "Certificate",
    "Designs",
    "Discrimination",
    "DoseResponse",
    "DoseSurface",
    "Ensemble",
    "Export",
    "Family",
    "FamilyComparison",
    "Finding",
    "HillFit",
    "Hypothesis",
    "HypothesisComparison",
    "InvalidInputError",
    "Model",
    "ModelBuildError",
    "Period",
    "RestingState",
    "Result",
    "Scenario",
    "SimulationError",
    "Synergy",
    "Tolerances",
    "UnknownIdError",
    "Verdict",
    "ZincSbmlError",
    "build",
    "certify",
    "compare",
    "compare_hypotheses",
    "compare_plausible",
    "control_coefficients",
    "discriminate",
    "dose_response",
    "dose_surface",
    "ensemble",
    "explain",
    "export",
    "finding_sensitivities",
    "global_sensitivities",
    "inputs",
    "list_findings",
    "list_hypotheses",
    "list_models",
    "list_scenarios",
    "load_designs",
    "load_ensemble",
    "load_family",
    "load_hypotheses",
    "load_model",
    "load_scenario",
    "load_scenarios",
    "local_sensitivities",
    "parameters",
    "plots",
    "readouts",
    "report",
    "resting_state",
    "save_scenarios",
    "simulate",
    "validate",
]

# Where each public name lives, with the name it has there.
_HOMES = {
    "Certificate": ("certificate", "Certificate"),
    "Designs": ("discrimination", "Designs"),
    "Discrimination": ("discrimination", "Discrimination"),
    "DoseResponse": ("doses", "DoseResponse"),
    "DoseSurface": ("doses", "DoseSurface"),
    "Ensemble": ("ensembles", "Ensemble"),
    "Export": ("exchange", "Export"),
    "Family": ("findings", "Family"),
    "FamilyComparison": ("findings", "FamilyComparison"),
    "Finding": ("findings", "Finding"),
    "HillFit": ("doses", "HillFit"),
    "Hypothesis": ("hypotheses", "Hypothesis"),
    "HypothesisComparison": ("findings", "HypothesisComparison"),
    "InvalidInputError": ("errors", "InvalidInputError"),
    "Model": ("model", "Model"),
    "ModelBuildError": ("errors", "ModelBuildError"),
    "Period": ("scenarios", "Period"),
    "RestingState": ("steady_state", "RestingState"),
    "Result": ("result", "Result"),
    "Scenario": ("scenarios", "Scenario"),
    "SimulationError": ("errors", "SimulationError"),
    "Synergy": ("doses", "Synergy"),
    "Tolerances": ("engine", "Tolerances"),
    "UnknownIdError": ("errors", "UnknownIdError"),
    "Verdict": ("findings", "Verdict"),
    "ZincSbmlError": ("errors", "ZincSbmlError"),
    "build": ("building", "build"),
    "certify": ("certificate", "certify"),
    "compare": ("findings", "compare"),
    "compare_hypotheses": ("findings", "compare_hypotheses"),
    "compare_plausible": ("findings", "compare_plausible"),
    "control_coefficients": ("sensitivity.control", "control_coefficients"),
    "discriminate": ("discrimination", "discriminate"),
    "dose_response": ("doses", "dose_response"),
    "dose_surface": ("doses", "dose_surface"),
    "ensemble": ("ensembles", "ensemble"),
    "explain": ("sensitivity.explanation", "explain"),
    "export": ("exchange", "export"),
    "finding_sensitivities": ("sensitivity.constraints", "finding_sensitivities"),
    "global_sensitivities": ("sensitivity.indices", "global_sensitivities"),
    "inputs": ("listing", "inputs"),
    "list_findings": ("findings", "list_findings"),
    "list_hypotheses": ("hypotheses", "list_hypotheses"),
    "list_models": ("listing", "list_models"),
    "list_scenarios": ("listing", "list_scenarios"),
    "load_designs": ("discrimination", "load_designs"),
    "load_ensemble": ("ensembles", "load_ensemble"),
    "load_family": ("findings", "load_family"),
    "load_hypotheses": ("hypotheses", "load_hypotheses"),
    "load_model": ("model", "load_model"),
    "load_scenario": ("scenarios", "load_scenario"),
    "load_scenarios": ("scenarios", "load_scenarios"),
    "local_sensitivities": ("sensitivity.local", "local_sensitivities"),
    "parameters": ("listing", "parameters"),
    "readouts": ("listing", "readouts"),
    "report": ("reports", "report"),
    "resting_state": ("simulation", "resting_state"),
    "save_scenarios": ("scenarios", "save_scenarios"),
    "simulate": ("simulation", "simulate"),
    "validate": ("building", "validate_sbml"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            value: Any = version("zinc-sbml")
        except PackageNotFoundError:
            value = "0+not.installed"
    elif name == "plots":
        value = import_module("zinc_sbml.plots")
    elif name in _HOMES:
        module, name_there = _HOMES[name]
        value = getattr(import_module(f"zinc_sbml.{module}"), name_there)
    else:
        raise AttributeError(f"module 'zinc_sbml' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
