"""From Antimony to checked SBML: compile, check, describe, build.

The only part of the package that imports antimony. It sits at the bottom: it knows the files of the models
and nothing of simulation.
"""

from __future__ import annotations

from zinc_sbml.building.build import BuildReport, build
from zinc_sbml.building.chemistry import (
    check_chemistry,
    conserved_moieties,
    reaction_balance,
    read_composition,
)
from zinc_sbml.building.compile import CompiledSource, compile_antimony, read_source
from zinc_sbml.building.guards import check_source
from zinc_sbml.building.issues import ISSUE_CODES, Issue
from zinc_sbml.building.passports import check_passports, passport_table
from zinc_sbml.building.restblock import read_rest, write_rest
from zinc_sbml.building.validate import ValidationReport, inspect_model, validate_sbml

__all__ = [
    "ISSUE_CODES",
    "BuildReport",
    "CompiledSource",
    "Issue",
    "ValidationReport",
    "build",
    "check_chemistry",
    "check_passports",
    "check_source",
    "compile_antimony",
    "conserved_moieties",
    "inspect_model",
    "passport_table",
    "reaction_balance",
    "read_composition",
    "read_rest",
    "read_source",
    "validate_sbml",
    "write_rest",
]
