"""Code that sbmlode writes from the SBML of each scenario, integrated by SciPy: another reader, other equations."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

from zinc_sbml.engines import Course, Run

__all__ = ["prepare"]

_RELATIVE_TOLERANCE = 1e-10
_ABSOLUTE_TOLERANCE = 1e-16


def prepare(folder: Path, runs: Sequence[Run]) -> Callable[[Run], Course]:
    """Write, import and run the code of one scenario at a time."""
    from sbmlode import OdeSystem

    def run_one(run: Run) -> Course:
        path = folder / f"{run.scenario}_ode.py"
        path.write_text(OdeSystem.from_sbml(str(folder / f"{run.scenario}.xml")).render("python"), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(f"{run.scenario}_ode", path)
        assert spec is not None
        assert spec.loader is not None
        code = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(code)
        table = code.simulate(
            t_end=run.duration, points=run.steps + 1, rtol=_RELATIVE_TOLERANCE, atol=_ABSOLUTE_TOLERANCE
        )
        return {name: table[name].to_numpy(dtype=float) for name in run.columns}

    return run_one
