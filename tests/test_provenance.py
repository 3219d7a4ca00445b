from __future__ import annotations

from zinc_sbml.engine import DEFAULT_TOLERANCES
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Period, Scenario
from zinc_sbml.simulation import simulate


def test_provenance_tells_what_made_the_numbers(small_cell: Model) -> None:
    course = Scenario(id="test", duration=100.0, periods=(Period(start=0.0, changes={"drug": 1}),))
    result = simulate(course, model=small_cell, parameters={"kout": 2})
    made = result.provenance
    assert made["model"] == "small_cell"
    assert made["sha256"] == small_cell.sha256
    assert made["relative_tolerance"] == DEFAULT_TOLERANCES.relative
    assert made["absolute_tolerance"] == DEFAULT_TOLERANCES.absolute
    assert made["scenario"] == "test"
    assert made["parameters"] == {"kout": 2.0}
    assert made["periods"] == [{"start": 0.0, "changes": {"drug": 1.0}}]
    assert {"zinc_sbml", "libroadrunner", "numpy", "python"} <= {*made["versions"]}
