from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from zinc_sbml.model import Model, load_model


def test_roles_are_read_from_the_first_word_of_the_notes(small_cell: Model) -> None:
    assert [*small_cell.inputs.index] == ["drug", "pump"]
    assert [*small_cell.readouts.index] == ["free_fraction", "drug_effect", "Zn_fold"]
    assert {*small_cell.parameters.index} == {"gain", "load", "kout", "ki", "kon", "koff", "ktrap", "krel"}
    assert small_cell.quantities["faraday"].role == "constant"
    assert small_cell.quantities["helper"].role == "derived"
    assert small_cell.references == {"Zn_reference": "Zn"}


def test_units_of_species_are_found_among_the_units_of_the_model(small_cell: Model, decay: Model) -> None:
    assert small_cell.quantities["enzyme"].unit == "uM"
    assert small_cell.time_unit == "s"
    # The decay model names no unit of concentration, so it is spelt out.
    assert decay.quantities["S"].unit == "1e-06 * litre**-1 * mole"


def test_level_2_units_are_built_in(tmp_path: Path) -> None:
    path = tmp_path / "old.xml"
    path.write_text(
        '<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="old">'
        '<listOfCompartments><compartment id="c" size="2"/></listOfCompartments>'
        '<listOfSpecies><species id="S" compartment="c" initialAmount="3"/>'
        '<species id="T" compartment="c" initialAmount="3" hasOnlySubstanceUnits="true"/></listOfSpecies>'
        '<listOfParameters><parameter id="k" value="1"/></listOfParameters></model></sbml>',
        encoding="utf-8",
    )
    model = load_model(path)
    assert model.time_unit == "s"
    assert model.quantities["S"].value == 1.5
    assert model.quantities["S"].unit == "litre**-1 * mole"
    assert model.quantities["T"].value == 3
    assert model.quantities["T"].amount
    assert model.quantities["k"].unit == ""


def test_what_a_rate_law_reads_is_found_through_rules_and_fluxes(compiled: Callable[[str], Model]) -> None:
    model = compiled(
        """function twice(x) 2*x; end
model m
 compartment c = 1; species A in c = 1; species B in c = 1; species C in c = 1; k = 1; free = 0; seen = 0;
 seen := A + k; free := twice(seen);
 J: A -> B; free*c; K: B -> C; k*B*c; L: -> C; J/2; M: -> C; 1;
end"""
    )
    reads = {name: ids & {"A", "B", "C", "k", "seen"} for name, ids in model.read_by_rate_laws.items()}
    assert reads == {"J": {"A", "k", "seen"}, "K": {"B", "k"}, "L": {"A", "k", "seen"}, "M": set()}


def test_a_rate_law_that_takes_a_rate_of_change_reads_whatever_fluxes_read(
    compiled: Callable[[str], Model],
) -> None:
    model = compiled(
        """model rates
 compartment c = 1; species A in c = 1, B in c = 1, C in c = 0; k = 1;
 slope := rateOf(A);
 J: A -> B; k*A*c; K: B -> C; B*c; L: -> C; slope;
end"""
    )
    reads = {name: ids & {"A", "B", "C", "k"} for name, ids in model.read_by_rate_laws.items()}
    assert {"A", "B", "k"} <= reads["L"]
    assert reads["K"] == {"B"}
