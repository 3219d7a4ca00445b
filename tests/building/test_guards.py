"""Each trap, seeded once in a model that is otherwise clean, is caught by its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from zinc_sbml.building import ISSUE_CODES, build, check_source, read_source, validate_sbml
from zinc_sbml.building.antimony_text import Statement, targets


def codes(issues) -> set[str]:
    return {issue.code for issue in issues}


def test_the_model_without_defects_is_clean(write_models):
    path = write_models()
    assert validate_sbml(path) == []
    assert build(path.parent).issues == ()


SEEDED = {
    "misspelled unit": ("ZS001", "loss_k", ("loss_k has per_s", "loss_k has per_sec")),
    "misspelled unit of a number": ("ZS001", "gain", ("(1 uM)", "(1 um)")),
    "value set twice": ("ZS002", "loss_k", ("loss_k = 0.2;", "loss_k = 0.2;\n  loss_k = 0.4;")),
    "value, then rule": ("ZS002", "loss_k", ("loss_k = 0.2;", "loss_k = 0.2; loss_k := 0.1 per_s;")),
    "range set twice": (
        "ZS002",
        "loss_k.range",
        ("loss_k.range = {0.1, 1};", "loss_k.range = {0.1, 1}; loss_k.range = {0, 1};"),
    ),
    "reaction written twice": (
        "ZS002",
        "loss",
        ("  step: exchange", "  loss: B_in => $Sink; lumen * loss_k * B_in;\n  step: exchange"),
    ),
    "unit defined twice": ("ZS002", "uM", ("  supply = 1;", "  unit uM = 1e-3 mole / litre;\n  supply = 1;")),
    "joined symbol set under both names": (
        "ZS002",
        "A_in",
        ("  step.box is lumen;", "  step.A = 2; step.box is lumen;"),
    ),
    "input nobody reads": ("ZS003", "supply", ("supply_rate * supply;", "supply_rate;")),
    "readout without a unit": ("ZS004", "step_flux", ("flux has uM_per_s;", "")),
    "parameter never joined": ("ZS005", "step_gain", (" step.gain is gain;", "")),
    "species never joined": ("ZS006", "step_B", (" step.B is B_in;", "")),
    "range given as a distribution": (
        "ZS007",
        "step_k",
        ("k.range = {0.05, 5};", "k.distribution = uniform(0.05, 5);"),
    ),
    "unit never joined": ("ZS008", "step_per_s", (" step.per_s is per_s;", "")),
    "no SBO term": ("ZS009", "B_in", ("B_in.sboTerm = 247; ", "")),
    "rate constant called a simple chemical": ("ZS010", "step_k", (" k.sboTerm = 35;", " k.sboTerm = 247;")),
    "reaction called a rate law": ("ZS010", "loss", ("loss.sboTerm = 185;", "loss.sboTerm = 12;")),
    "no name": ("ZS011", "loss", ('loss is "loss"; ', "")),
    "no annotation": ("ZS012", "lumen", ('lumen identity "https://identifiers.org/GO:0005788";', "")),
    "no annotation of a reaction": ("ZS012", "loss", ('loss part "https://identifiers.org/CHEBI:15379";', "")),
    "no taxon": ("ZS014", "cell", ('model taxon "https://identifiers.org/taxonomy:9606";', "")),
}


def test_rule_lost_by_the_order_of_joins(tmp_path):
    """Two modules share y; the one that only has a value is joined first, and the rule is gone without a word."""
    for name, body in (("maker", "x = 1; y := 2 * x;"), ("reader", "y = 7; z := 3 * y;")):
        (tmp_path / f"{name}.ant").write_text(f"model {name}()\n  {body}\nend\n")
    top = 'import "maker.ant"\nimport "reader.ant"\nmodel *both()\n  m: maker(); r: reader();\n  {joins}\nend\n'
    found = {}
    for order, joins in (("reader first", "r.y is y; m.y is y;"), ("maker first", "m.y is y; r.y is y;")):
        path = tmp_path / "both.ant"
        path.write_text(top.format(joins=joins))
        found[order] = [issue.element for issue in check_source(read_source(path)) if issue.code == "ZS015"]
    assert found == {"reader first": ["y"], "maker first": []}


@pytest.mark.parametrize("seed", SEEDED, ids=lambda seed: seed.replace(" ", "-"))
def test_a_seeded_defect_is_caught(write_models, seed):
    code, element, change = SEEDED[seed]
    found = [issue for issue in check_source(read_source(write_models(change))) if issue.code == code]
    assert [issue.element for issue in found] == [element]
    assert found[0].message
    assert found[0].file is not None
    assert found[0].line is not None


def test_most_traps_are_not_seen_by_libsbml(write_models):
    # If libSBML learns one of these, the guard can go.
    ours_alone = ["value set twice", "reaction written twice", "input nobody reads", "parameter never joined"]
    for seed in ours_alone:
        sbml = read_source(write_models(SEEDED[seed][2])).sbml
        assert validate_sbml(sbml) == [], seed


def test_a_reserved_word_is_no_id(write_models):
    path = write_models()
    path.write_text(path.read_text().replace("loss_k", "lambda"))
    assert {issue.element for issue in check_source(read_source(path)) if issue.code == "ZS013"} == {"lambda"}


def test_the_line_is_that_of_the_second_assignment(write_models):
    path = write_models(("  B_reference has uM;", "  loss_k = 0.4;\n  B_reference has uM;"))
    (issue,) = [issue for issue in check_source(read_source(path)) if issue.code == "ZS002"]
    assert path.read_text().splitlines()[issue.line - 1] == "  loss_k = 0.4;"


def test_an_override_in_the_top_model_is_legal_once(write_models):
    once = write_models(("  step.box is", "  step.k = 0.7; step.box is"))
    assert codes(check_source(read_source(once))) == set()
    twice = write_models(("  step.box is", "  step.k = 0.7; step.k = 0.8; step.box is"))
    assert codes(check_source(read_source(twice))) == {"ZS002"}


def test_comments_strings_and_attributes_are_no_assignments(write_models):
    harmless = """  // note; loss_k = 9
  # note; loss_k = 9
  /* loss_k = 9;
     loss_k = 9; */
  model notes ```loss_k = 9;
  loss_k = 10```;
"""
    path = write_models(
        (" model notes ```A test.```;", "\n" + harmless),
        ("loss_k notes ```Assumed.```", "loss_k notes ```loss_k = 7```"),
    )
    assert check_source(read_source(path)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k = 1", [("value", "k")]),
        ("const k = 1", [("value", "k")]),
        ("species A = 3, $B = 4, C in cell", [("value", "A"), ("value", "B")]),
        ("x := a == b", [("value", "x")]),
        ("x' = -k*x", [("rate rule", "x")]),
        ("k.range = {1, 2}", [("value", "k.range")]),
        ("J: A -> B", [("reaction or instance", "J")]),
        ("E: at (time > 3): k = 2", []),
        ("at (time > 3): k = 2", []),
        ("a.k is k", [("join", "a.k")]),
        ('k is "k = 3"', [("name", "k")]),
        ("unit uM = 1e-6 mole", [("unit definition", "uM")]),
        ("k*A", []),
    ],
)
def test_what_a_statement_sets(text, expected):
    assert targets(Statement(text=text, line=1, block="m", file=Path("m.ant"))) == expected


def test_every_code_that_is_seeded_is_documented():
    assert {code for code, _, _ in SEEDED.values()} <= set(ISSUE_CODES)
