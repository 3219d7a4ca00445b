"""The register of competing explanations: what it holds, what each does to the cell, and what is refused."""

import re
from pathlib import Path

import pytest

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.calibration import load_problem
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.hypotheses import load_hypothesis


@pytest.fixture(scope="module")
def hypotheses():
    return zs.load_hypotheses()


def test_the_first_is_what_the_shipped_model_does(hypotheses):
    model = zs.load_model("er_zinc_redox")
    first, *rivals = hypotheses.values()
    assert first.changes(model) == {}
    assert first.is_shipped
    for rival in rivals:
        assert rival.changes(model)
        assert not rival.is_shipped


def test_every_explanation_that_was_asked_for_is_there(hypotheses):
    """Each mechanism on Ero1alpha alone and with degradation, degradation alone, and zinc on PDI."""
    seen = {
        (one.switches["zinc_inhibits_ero1"], one.switches["zinc_traps_ero1"], one.switches["zinc_inhibits_pdi"],
         one.switches["zinc_limits_erad"])
        for one in hypotheses.values()
    }  # fmt: skip
    assert seen == {(1, 1, 0, 1), (1, 0, 0, 1), (1, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 1)}


def test_every_mechanism_rests_on_rows_of_the_evidence(hypotheses):
    folder = Path(__file__).resolve().parents[1] / "docs" / "evidence"
    rows = set(re.findall(r"^\| ([A-Z]\d+) \|", "".join(p.read_text() for p in folder.glob("*.md")), re.MULTILINE))
    assert len(rows) > 100
    for one in hypotheses.values():
        assert one.evidence
        assert set(one.evidence) <= rows, one.id


def test_a_mechanism_brings_its_own_parameters(hypotheses):
    """A parameter belongs to a hypothesis exactly if changing it changes the inhibited cell, and no other does so."""
    mechanisms = {name for one in hypotheses.values() for name in one.parameters}
    model = zs.load_model("er_zinc_redox")
    readouts = ["pdi_oxidised_fraction", "misfolded_protein", "Zn_er", "erad_capacity"]
    for one in hypotheses.values():
        start = {name: model.quantities[name].value for name in mechanisms}
        changes = one.changes(model)
        before = zs.simulate("zip7_inhibition", parameters=changes, readouts=readouts).final
        for name in sorted(mechanisms):
            after = zs.simulate(
                "zip7_inhibition", parameters={**changes, name: 3 * start[name]}, readouts=readouts
            ).final
            moved = abs(after / before - 1).max() > 1e-4
            assert moved == (name in one.parameters), f"{one.id}: {name}"


def test_each_is_fitted_to_the_same_targets(hypotheses):
    shipped = load_problem()
    for one in hypotheses.values():
        problem = load_problem(hypothesis=one.id)
        assert [target.id for target in problem.targets] == [target.id for target in shipped.targets]
        assert set(one.parameters) <= set(problem.names)
        others = {name for other in hypotheses.values() for name in other.parameters} - set(one.parameters)
        assert not others & set(problem.names)
        assert set(shipped.names) - set(problem.names) <= others
        assert problem.fixed == one.changes(shipped.model)
    assert load_problem(hypothesis="trap_erad").names == shipped.names


def test_the_table_lists_the_switches(hypotheses):
    table = zs.list_hypotheses()
    assert list(table.index) == list(hypotheses)
    assert table.loc["erad", "zinc_inhibits_ero1"] == 0
    assert table.loc["erad", "zinc_limits_erad"] == 1


def test_an_unknown_one_names_the_nearest():
    with pytest.raises(UnknownIdError, match="trap_erad"):
        load_hypothesis("trap_rad")
    with pytest.raises(UnknownIdError, match="erad"):
        zs.load_family(hypothesis="ered")
    with pytest.raises(InvalidInputError, match=r"family\.tsv and erad"):
        zs.load_family("family.tsv", hypothesis="erad")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "erad"', 'id = "trap"', ["two hypotheses", "trap"]),
        ('id = "erad"\n', 'id = "erad"\ncolour = "red"\n', ["colour", "erad"]),
        ('name = "ERAD"\n', "", ["erad", "name"]),
        ("zinc_traps_ero1 = 0, zinc_inhibits_pdi = 0", "zinc_inhibits_pdi = 0", ["zinc_traps_ero1", "value"]),
        ("{ zinc_inhibits_ero1 = 0,", "{ zinc_inhibits_er1 = 0,", ["zinc_inhibits_er1", "zinc_inhibits_ero1"]),
        ("zinc_inhibits_pdi = 1", "zinc_inhibits_pdi = 2", ["zinc_inhibits_pdi", "2", "0 or 1"]),
        ('parameters = ["ero1_zinc_ki"]', 'parameters = ["ero1_zinc_kj"]', ["ero1_zinc_kj", "ero1_zinc_ki"]),
        (
            "zinc_inhibits_pdi = 1, zinc_limits_erad = 1",
            "zinc_inhibits_pdi = 0, zinc_limits_erad = 1",
            ["same switches", "erad"],
        ),
        ('[[hypothesis]]\nid = "trap_erad"', '[[other]]\nid = "trap_erad"', ["other", "hypothesis"]),
        ('evidence = ["Z86", "Z68"]', 'evidence = "Z86"', ["evidence", "array", "Z86"]),
        ('name = "ERAD"', "name = 3", ["name", "3"]),
    ],
)  # fmt: skip
def test_a_broken_register_is_told(old, new, words, tmp_path):
    text = catalog.hypotheses_path().read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "hypotheses.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((InvalidInputError, UnknownIdError)) as caught:
        zs.load_hypotheses(path)
    for word in words:
        assert word in str(caught.value)


def test_the_first_must_be_what_is_shipped(tmp_path):
    text = catalog.hypotheses_path().read_text(encoding="utf-8")
    parts = text.split("[[hypothesis]]")
    path = tmp_path / "hypotheses.toml"
    path.write_text("[[hypothesis]]".join([parts[0], *parts[2:]]), encoding="utf-8")
    with pytest.raises(
        InvalidInputError, match="first hypothesis must be what er_zinc_redox ships, but reversible_erad"
    ):
        zs.load_hypotheses(path)


def test_the_null_hypothesis_can_be_written(tmp_path):
    """Nothing on, and so no parameter of a mechanism."""
    path = tmp_path / "hypotheses.toml"
    text = catalog.hypotheses_path().read_text(encoding="utf-8")
    off = "{ zinc_inhibits_ero1 = 0, zinc_traps_ero1 = 0, zinc_inhibits_pdi = 0, zinc_limits_erad = 0 }"
    path.write_text(
        f'{text}\n[[hypothesis]]\nid = "none"\nname = "none"\nstatement = "Zinc does nothing"\nevidence = []\n'
        f"switches = {off}\nparameters = []\n",
        encoding="utf-8",
    )
    assert zs.load_hypotheses(path)["none"].parameters == ()


@pytest.mark.parametrize(
    "text", ["", "hypothesis = 3", "hypothesis = ['a']", "[[hypothesis]]\nid = ", "[hypothesis]\nid = 'a'"]
)
def test_what_is_no_register_is_told(text, tmp_path):
    path = tmp_path / "hypotheses.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"hypotheses\.toml"):
        zs.load_hypotheses(path)
    with pytest.raises(InvalidInputError, match=r"none\.toml"):
        zs.load_hypotheses(tmp_path / "none.toml")
