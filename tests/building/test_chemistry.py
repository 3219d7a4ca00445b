"""Balance of reactions and conserved totals, on networks small enough to do by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zinc_sbml import catalog
from zinc_sbml.building import (
    check_chemistry,
    compile_antimony,
    conserved_moieties,
    reaction_balance,
    read_composition,
)
from zinc_sbml.building.build import build
from zinc_sbml.building.chemistry import check_composition
from zinc_sbml.errors import InvalidInputError

# Two metals bind one buffer; a dimer forms; the metal comes from a store and is lost.
NETWORK = """model *network()
  species M, B, MB, D, $Store;
  M = 1; B = 1; MB = 1; D = 1; Store = 1;
  binding: M + B -> MB; M * B;
  dimerisation: 2 MB -> D; MB;
  entry: $Store -> M; Store;
  exit: M -> ; M;
end
"""
COMPOSITION = "species\tmetal\tbuffer\nM\t1\t0\nB\t0\t1\nMB\t1\t1\nD\t2\t2\nStore\t1\t0\n"


@pytest.fixture
def network(tmp_path: Path):
    """Compiler of the network with changes, and of its composition."""

    def make(*changes: tuple[str, str], composition: str = COMPOSITION):
        source = tmp_path / "network.ant"
        text = NETWORK
        for old, new in changes:
            assert text.count(old) == 1
            text = text.replace(old, new)
        source.write_text(text)
        table = tmp_path / "composition.tsv"
        table.write_text(composition)
        return compile_antimony(source), read_composition(table)

    return make


def test_balance_by_hand(network):
    sbml, composition = network()
    balance = reaction_balance(sbml, composition)
    assert balance.loc[["binding", "dimerisation", "entry"]].abs().to_numpy().sum() == 0
    # The exit drops its metal into nothing: one reservoir is missing.
    assert balance.loc["exit"].to_dict() == {"metal": -1, "buffer": 0}
    assert [(i.code, i.element) for i in check_chemistry(sbml, composition)] == [("ZC001", "exit")]


def test_a_wrong_stoichiometry_is_named_with_what_it_makes(network):
    sbml, composition = network(("2 MB -> D", "3 MB -> D"), ("exit: M -> ; M;", ""))
    (issue,) = [issue for issue in check_chemistry(sbml, composition) if issue.code == "ZC001"]
    assert issue.element == "dimerisation"
    assert "-1 metal" in issue.message
    assert "-1 buffer" in issue.message


def test_fractional_stoichiometry_balances_exactly(network):
    # 0.1 and 0.3 are not exact in binary: floating point would leave 5.6e-17.
    composition = COMPOSITION.replace("D\t2\t2", "D\t0.3\t0.3")
    sbml, table = network(("2 MB -> D", "0.1 MB + 0.2 MB -> D"), ("exit: M -> ; M;", ""), composition=composition)
    assert check_chemistry(sbml, table) == []


def test_a_species_without_a_row_and_a_row_without_a_species(network):
    sbml, composition = network(composition=COMPOSITION.replace("D\t2\t2\n", "") + "Ghost\t1\t0\n")
    assert ("ZC002", "D") in [(issue.code, issue.element) for issue in check_chemistry(sbml, composition)]
    assert [(issue.code, issue.element) for issue in check_composition([sbml], composition)] == [("ZC003", "Ghost")]


def test_conserved_totals_by_hand(network):
    sbml, composition = network()
    moieties = conserved_moieties(sbml, composition)
    # Without entry and exit, M + MB + 2 D and B + MB + 2 D cannot change.
    assert moieties.loc["metal"].to_dict() == {"M": 1, "B": 0, "MB": 1, "D": 2}
    assert moieties.loc["buffer"].to_dict() == {"M": 0, "B": 1, "MB": 1, "D": 2}
    assert list(moieties.index) == ["metal", "buffer"]


def test_a_total_nobody_named_is_reported(network):
    sbml, composition = network(composition="species\tmetal\nM\t1\nB\t0\nMB\t1\nD\t2\nStore\t1\n")
    moieties = conserved_moieties(sbml, composition)
    assert list(moieties.index) == ["metal", "unnamed_1"]
    binding, dimerisation = np.array([-1, -1, 1, 0]), np.array([0, 0, -2, 1])
    unnamed = moieties.loc["unnamed_1", ["M", "B", "MB", "D"]].to_numpy()
    assert unnamed @ binding == 0
    assert unnamed @ dimerisation == 0
    assert "ZC004" in {issue.code for issue in check_chemistry(sbml, composition)}


def test_a_thing_the_closed_network_makes_is_no_moiety(network):
    sbml, composition = network(("2 MB -> D", "3 MB -> D"))
    assert not {"metal", "buffer"} & set(conserved_moieties(sbml, composition).index)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("name\tmetal\nM\t1\n", "column 'species' is missing"),
        ("species\tmetal\nM\t1\nM\t2\n", "'M' stands in two rows"),
        ("species\tmetal\nM\tone\n", "'M': metal 'one' is not a number"),
        ("species\tmetal\nM\tnan\n", "'M': metal 'nan' is not a number"),
    ],
)
def test_a_damaged_composition_is_refused(tmp_path, table, message):
    path = tmp_path / "composition.tsv"
    path.write_text(table)
    with pytest.raises(InvalidInputError, match=message):
        read_composition(path)


def test_the_build_stops_at_an_unbalanced_reaction(write_models):
    path = write_models(("conversion: A => B;", "conversion: A => 2 B;"))
    report = build(path.parent)
    assert ("ZC001", "step_conversion") in {(issue.code, issue.element) for issue in report.issues}
    assert report.written == ()


def shipped_sources() -> list[Path]:
    return sorted(catalog.models_directory().glob("*.ant"))


@pytest.mark.parametrize("path", shipped_sources(), ids=lambda path: path.stem)
def test_the_shipped_models_balance(path):
    sbml = compile_antimony(path)
    composition = read_composition()
    balance = reaction_balance(sbml, composition)
    assert {"zinc", "pdi", "ero1", "glutathione", "disulfide"} <= set(balance.columns)
    unbalanced = balance[balance.abs().sum(axis=1) > 0]
    assert unbalanced.empty, unbalanced
    assert check_chemistry(sbml, composition) == []


@pytest.mark.parametrize("path", shipped_sources(), ids=lambda path: path.stem)
def test_the_null_space_of_the_shipped_models_has_the_size_that_numpy_finds(path):
    import libsbml

    sbml = compile_antimony(path)
    moieties = conserved_moieties(sbml)
    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    matrix = pd.DataFrame(0.0, index=moieties.columns, columns=[])
    for reaction in model.getListOfReactions():
        sides = [*reaction.getListOfReactants()], [*reaction.getListOfProducts()]
        species = [reference.getSpecies() for side in sides for reference in side]
        if all(sides) and not any(model.getSpecies(name).getBoundaryCondition() for name in species):
            matrix[reaction.getId()] = 0.0
            for sign, side in zip((-1, 1), sides, strict=True):
                for reference in side:
                    matrix.at[reference.getSpecies(), reaction.getId()] += sign * reference.getStoichiometry()
    assert len(moieties) == len(matrix.index) - np.linalg.matrix_rank(matrix.to_numpy())
    assert np.abs(moieties.to_numpy() @ matrix.to_numpy()).max() == 0
