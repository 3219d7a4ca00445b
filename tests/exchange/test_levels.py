"""Older levels of SBML: read without errors by libSBML and by any XML parser, run alike, and honest about losses."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable

import libsbml
import pytest

import zinc_sbml as zs
from zinc_sbml.exchange.levels import LEVELS, lost_facts, to_level
from zinc_sbml.exchange.timed_changes import scenario_sbml
from zinc_sbml.model import Model

OLDER = [level for level in LEVELS if level != (3, 2)]

# What libSBML warns of at level 2, beside nothing else. 99505: numbers have no units there, so units of formulas with
# numbers cannot be checked.
ALLOWED = {(3, 1): set(), (2, 4): {99505}}

# A scenario with events for the cell; the test tube has none of its own.
CASES = {
    "cell": ("er_zinc_redox", "baseline"),
    "events": ("er_zinc_redox", "dtt_pulse"),
    "tube": ("ero1_assay", "ero1_assay_zinc"),
}

CELL = pytest.mark.parametrize("case", list(CASES))
LEVEL = pytest.mark.parametrize("level", OLDER, ids=lambda level: "L{}V{}".format(*level))


def text_of(case: str) -> str:
    model, scenario = CASES[case]
    return scenario_sbml(zs.load_scenario(scenario), zs.load_model(model))


def text_of_any(case: str) -> str:
    """The plain model, or one with events."""
    return text_of(case) if case == "events" else zs.load_model(CASES[case][0]).sbml


@LEVEL
@CELL
def test_libsbml_finds_no_errors(case: str, level: tuple[int, int]) -> None:
    document = libsbml.readSBMLFromString(to_level(text_of_any(case), *level))
    assert (document.getLevel(), document.getVersion()) == level
    for category in range(libsbml.LIBSBML_CAT_MODELING_PRACTICE + 1):
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    found = [document.getError(number) for number in range(document.getNumErrors())]
    assert not [one.getMessage() for one in found if one.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    assert {one.getErrorId() for one in found} <= ALLOWED[level], Counter(one.getErrorId() for one in found)
    assert document.getModel().getNumEvents() == (1 if case == "events" else 0)


@LEVEL
@CELL
def test_any_parser_reads_the_file(case: str, level: tuple[int, int]) -> None:
    text = to_level(text_of_any(case), *level)
    root = ElementTree.fromstring(text)
    assert (root.get("level"), root.get("version")) == tuple(map(str, level))
    assert zs.model.read_model(text).quantities.keys() >= zs.model.read_model(text_of_any(case)).quantities.keys()


@LEVEL
def test_people_and_dates_stay(level: tuple[int, int]) -> None:
    """By our own reading of the RDF: libSBML writes the creators of level 2 so that it does not read them itself."""
    text = to_level(zs.load_model("er_zinc_redox").sbml, *level)
    rdf = ElementTree.fromstring(text).find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF")
    assert rdf is not None
    texts = Counter(element.text.strip() for element in rdf.iter() if element.text and element.text.strip())
    assert texts["zinc-sbml developers"] == (2 if level[0] == 3 else 1), "name and organisation"
    document = libsbml.readSBMLFromString(text)
    history = document.getModel().getModelHistory()
    assert history.getNumCreators() == 1
    assert history.getCreator(0).getOrganization() == "zinc-sbml developers"
    original = libsbml.readSBMLFromString(zs.load_model("er_zinc_redox").sbml)
    before = original.getModel().getModelHistory()
    assert history.getCreatedDate().getDateAsString() == before.getCreatedDate().getDateAsString() != ""
    assert history.getModifiedDate(0).getDateAsString() == before.getModifiedDate(0).getDateAsString() != ""
    names = {child.tag.rpartition("}")[2] for child in rdf.iter()}
    assert {"creator", "created", "modified", "license", "hasTaxon"} <= names
    if level[0] == 2:
        # An organisation has no family name, but Level 2 has nothing else, and libSBML warns of a file without one.
        assert (texts["zinc-sbml"], texts["developers"]) == (1, 1)
        assert "{http://purl.org/dc/elements/1.1/}creator" in {child.tag for child in rdf.iter()}


@LEVEL
@CELL
def test_copasi_runs_it_as_we_do(
    case: str, level: tuple[int, int], deviation: Callable[[str, zs.Scenario, Model], float]
) -> None:
    model, scenario = CASES[case]
    text = to_level(text_of(case), *level)
    assert f'level="{level[0]}" version="{level[1]}"' in text
    assert deviation(text, zs.load_scenario(scenario), zs.load_model(model)) < 1e-6


def test_a_wrong_value_would_be_seen(deviation: Callable[[str, zs.Scenario, Model], float]) -> None:
    text = to_level(text_of("events"), 2, 4)
    changed, number = re.subn(r'(id="dtt_change_1_time"[^>]*? value=")300"', r'\g<1>310"', text)
    assert number == 1
    assert deviation(changed, zs.load_scenario("dtt_pulse"), zs.load_model("er_zinc_redox")) > 1e-3


# Levels that cannot be


@pytest.mark.parametrize("level", [(1, 2), (2, 5), (3, 3), (2, 2), (0, 0)])
def test_other_levels(level: tuple[int, int]) -> None:
    with pytest.raises(zs.InvalidInputError, match="level 3 version 2, level 3 version 1, level 2 version 4"):
        to_level(zs.load_model("ero1_assay").sbml, *level)


EVENT = "model own; var k = 1; compartment c = 1; species S in c = 1; J: S -> ; c*k*S; {}; end"


@pytest.mark.parametrize(
    ("statement", "refused", "reason"),
    [
        ("at time > 5: k = 2", (), ""),
        ("at 3 after time > 5, fromTrigger=false: k = 2", (), ""),
        ("at time > 5, priority=2: k = 2", ((2, 4),), "priority"),
        ("at time > 5, persistent=false: k = 2", ((2, 4),), "persistent"),
        ("at time > 5, t0=false: k = 2", ((2, 4),), "Initialvalue"),
        ("speed := rateOf(S)", ((2, 4), (3, 1)), "MathML"),
        ("most := max(S, 2)", ((2, 4), (3, 1)), "MathML"),
    ],
)
def test_what_a_level_cannot_say_is_refused(
    compiled: Callable[[str], Model], statement: str, refused: tuple[tuple[int, int], ...], reason: str
) -> None:
    text = compiled(EVENT.format(statement)).sbml
    for level in OLDER:
        if level in refused:
            words = f"cannot be written as SBML level {level[0]} version {level[1]}: .*{reason}"
            with pytest.raises(zs.InvalidInputError, match=words):
                to_level(text, *level)
        else:
            assert lost_facts(text, to_level(text, *level)) == {}


# What is lost


def test_nothing_is_lost_to_the_same_text() -> None:
    for case in CASES:
        text = text_of_any(case)
        assert lost_facts(text, text) == {}
        assert to_level(text, 3, 2) == text
        assert lost_facts(text, to_level(text, 3, 1)) == {}


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        (' units="per_uM_s"', "", {"parameter units": 1}),
        (' constant="false"', "", {"species constant": 0}),
        ("<delay>", "", {}),
        (' sboTerm="SBO:0000247"', "", {"species sboTerm": 1}),
    ],
)
def test_a_seeded_loss_is_found(old: str, new: str, lost: dict[str, int]) -> None:
    text = zs.load_model("ero1_assay").sbml
    changed = text.replace(old, new, 1)
    expected = {name: number for name, number in lost.items() if number}
    if old in text:
        assert changed != text
    assert lost_facts(text, changed) == expected
    assert lost_facts(changed, text) == {}, "what is more is not lost"


@pytest.mark.parametrize("tag", ["parameter", "reaction", "unit", "initialAssignment", "assignmentRule"])
def test_a_lost_element_is_found(tag: str) -> None:
    root = ElementTree.fromstring(zs.load_model("er_zinc_redox").sbml)
    parents = [parent for parent in root.iter() for child in parent if child.tag.endswith("}" + tag)]
    if not parents:
        pytest.fail(f"the cell has no {tag}")
    victim = next(child for child in parents[0] if child.tag.endswith("}" + tag))
    parents[0].remove(victim)
    found = lost_facts(zs.load_model("er_zinc_redox").sbml, ElementTree.tostring(root, encoding="unicode"))
    assert found[tag] == 1
    assert set(found) >= {f"{tag} {name}" for name in victim.attrib if name in ("id", "symbol", "variable", "kind")}


def test_what_level_2_means_anyway_is_not_lost() -> None:
    """Only units of numbers and those of the model as a whole have no place at level 2."""
    text = zs.load_model("er_zinc_redox").sbml
    numbers = sum(
        element.tag.endswith("}cn") and any("units" in name for name in element.attrib)
        for element in ElementTree.fromstring(text).iter()
    )
    assert lost_facts(text, to_level(text, 2, 4)) == {
        "cn units": numbers,
        "model extentUnits": 1,
        "model substanceUnits": 1,
        "model timeUnits": 1,
        "model volumeUnits": 1,
    }
