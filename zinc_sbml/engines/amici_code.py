"""AMICI: compiles its own equations from the SBML of each scenario. Needs a C++ compiler, swig, cmake and a BLAS.

Compiling takes half a minute; scenarios whose files differ only in values of constant parameters share one.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zinc_sbml.engines import Course, Run

__all__ = ["prepare"]

_RELATIVE_TOLERANCE = 1e-12
_ABSOLUTE_TOLERANCE = 1e-18
_MAX_STEPS = 1_000_000

_CONSTANT = re.compile(r'<parameter [^>]*\bid="(?P<id>\w+)"[^>]*\bvalue="(?P<value>[^"]*)"[^>]*\bconstant="true"[^>]*>')
_TOLD = re.compile(r"<notes>.*?</notes>", re.DOTALL)
_MODEL = re.compile(r"<model [^>]*>")


def prepare(folder: Path, runs: Sequence[Run]) -> Callable[[Run], Course]:
    """Compile what has not been compiled yet, set the parameters of the scenario, run."""
    # AMICI takes the first swig and cmake it finds: those installed beside this Python fit it.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    compiled: dict[str, Any] = {}

    def run_one(run: Run) -> Course:
        path = folder / f"{run.scenario}.xml"
        sbml = path.read_text(encoding="utf-8")
        # The same model but for values of constants (and but for what it is called): the same equations.
        shape = hashlib.sha256(_CONSTANT.sub(r"\g<id>", _TOLD.sub("", _MODEL.sub("", sbml))).encode()).hexdigest()[:12]
        if shape not in compiled:
            compiled[shape] = _compile(path, folder, f"scenario_{shape}")
        model = compiled[shape].get_model()
        for name, value in {match["id"]: float(match["value"]) for match in _CONSTANT.finditer(sbml)}.items():
            if name in model.get_free_parameter_ids():
                model.set_free_parameter_by_id(name, value)
        solver = model.create_solver()
        solver.set_relative_tolerance(_RELATIVE_TOLERANCE)
        solver.set_absolute_tolerance(_ABSOLUTE_TOLERANCE)
        solver.set_max_steps(_MAX_STEPS)
        model.set_timepoints(run.times())
        result = model.simulate(solver=solver)
        if result.status != 0:
            raise RuntimeError(f"AMICI ended with status {result.status}")
        found = dict(zip(model.get_state_ids(), np.asarray(result.x).T, strict=True))
        found |= dict(zip(model.get_expression_ids(), np.asarray(result.w).T, strict=True))
        return {name: found[name] for name in run.columns}

    return run_one


def _compile(path: Path, folder: Path, name: str) -> Any:
    import amici  # pyright: ignore[reportMissingImports]

    # Compiled models need it to be there, and do not bring it.
    import amici.sim.sundials  # pyright: ignore[reportMissingImports]

    amici.SbmlImporter(str(path)).sbml2amici(name, str(folder / name), verbose=False, generate_sensitivity_code=False)
    return amici.import_model_module(name, str(folder / name))
