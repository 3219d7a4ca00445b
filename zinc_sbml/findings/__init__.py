"""Published findings: the register, the measures they are made of, and the verdict on each.

The register is a TOML file (`validation/findings.toml`); one evaluator judges all of it, and a user's own register
is judged the same way.
"""

from __future__ import annotations

from zinc_sbml.findings.compare import Comparison, Verdict, compare, list_findings
from zinc_sbml.findings.family import Family, FamilyComparison, compare_plausible, load_family
from zinc_sbml.findings.register import Calibration, Criterion, Finding, Kind, Measure, Statistic, Status, load_findings
from zinc_sbml.findings.rivals import HypothesisComparison, compare_hypotheses

__all__ = [
    "Calibration",
    "Comparison",
    "Criterion",
    "Family",
    "FamilyComparison",
    "Finding",
    "HypothesisComparison",
    "Kind",
    "Measure",
    "Statistic",
    "Status",
    "Verdict",
    "compare",
    "compare_hypotheses",
    "compare_plausible",
    "list_findings",
    "load_family",
    "load_findings",
]
