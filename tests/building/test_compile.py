"""From Antimony to SBML: what is kept, what is added, what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import libsbml
import pytest

import zinc_sbml.building
from zinc_sbml.building import compile_antimony, read_source, validate_sbml
from zinc_sbml.building.extras import ExtraFact, read_extras
from zinc_sbml.errors import ModelBuildError


def model_of(sbml: str):
    document = libsbml.readSBMLFromString(sbml)
    return document, document.getModel()


def test_level_three_version_two_core_without_packages(write_models):
    sbml = compile_antimony(write_models())
    root = sbml[sbml.index("<sbml") : sbml.index("<model")]
    assert root.split() == [
        "<sbml",
        'xmlns="http://www.sbml.org/sbml/level3/version2/core"',
        'level="3"',
        'version="2">',
    ]
    assert "distrib" not in sbml
    assert "libAntimony" not in sbml


def test_ranges_are_harvested_from_module_and_top(write_models):
    source = read_source(write_models())
    assert source.ranges == {
        "step_k": (0.05, 5),
        "supply": (0, 10),
        "supply_rate": (0.1, 1),
        "loss_k": (0.1, 1),
    }


def test_a_range_of_the_top_replaces_that_of_the_module(write_models):
    source = read_source(write_models(("  step.box is", "  step.k.range = {0.4, 0.6}; step.box is")))
    assert source.ranges["step_k"] == (0.4, 0.6)


def test_the_range_of_a_joined_symbol_goes_to_the_symbol_of_the_top(write_models):
    source = read_source(
        write_models(("gain has fraction;\n  conversion", "gain has fraction; gain.range = {0.5, 2};\n  conversion"))
    )
    assert source.ranges["gain"] == (0.5, 2)


def test_instances_and_joins_are_known(write_models):
    source = read_source(write_models())
    assert source.instances == {"step": "exchange"}
    assert source.joins["step", "A"] == "A_in"
    assert source.joins["step", "uM"] == "uM"
    assert source.module_of("step_k") == "exchange"
    assert source.module_of("loss_k") == ""


def test_places_point_into_the_file_that_says_it(write_models):
    path = write_models()
    source = read_source(path)
    for element, word in [("step_k", "k = 0.5"), ("loss_k", "loss_k = 0.2"), ("filling", "filling:")]:
        file, line = source.place_of(element)
        assert word in file.read_text().splitlines()[line - 1]


def test_terms_without_antimony_syntax_are_set(write_models):
    _document, model = model_of(compile_antimony(write_models()))
    loss = model.getReaction("loss")
    assert loss.getReactant(0).getSBOTerm() == 10
    assert loss.getProduct(0).getSBOTerm() == 11
    assert model.getReaction("step_conversion").getModifier("Sink") is None
    assert model.getRuleByVariable("gain").getSBOTerm() == 64


def test_a_term_from_the_source_is_kept_and_a_missing_one_filled(write_models):
    path = write_models((" loss.kineticLaw.sboTerm = 12;", ""))
    _document, model = model_of(compile_antimony(path))
    assert model.getReaction("loss").getKineticLaw().getSBOTerm() == 1
    assert model.getReaction("filling").getKineticLaw().getSBOTerm() == 12


def test_modifiers_have_a_role_and_a_later_row_wins(write_models):
    path = write_models(("lumen * supply_rate * supply;", "lumen * supply_rate * supply * B_in / (1 uM);"))
    _document, model = model_of(compile_antimony(path))
    assert model.getReaction("filling").getModifier("B_in").getSBOTerm() == 19
    extras = (*read_extras(), ExtraFact(kind="modifier_sbo", pattern="filling:B_*", value="SBO:0000020"))
    _document, model = model_of(read_source(path, extras).sbml)
    assert model.getReaction("filling").getModifier("B_in").getSBOTerm() == 20


def test_the_licence_survives_reading_and_writing(write_models):
    address = "https://creativecommons.org/publicdomain/zero/1.0/"
    path = write_models()
    assert "dcterms:license" not in read_source(path).sbml
    extras = (*read_extras(), ExtraFact(kind="licence", pattern="cell", value=address))
    sbml = read_source(path, extras).sbml
    again = libsbml.writeSBMLToString(libsbml.readSBMLFromString(sbml))
    for text in (sbml, again):
        assert text.count(f'<dcterms:license rdf:resource="{address}"/>') == 1
        assert validate_sbml(text) == []
    _document, model = model_of(again)
    assert model.getModelHistory().getCreator(0).getOrganization() == "somebody"


def test_a_name_that_equals_its_id_is_not_lost(write_models):
    _document, model = model_of(compile_antimony(write_models()))
    assert model.getCompartment("lumen").getName() == "lumen"


def test_two_processes_compile_the_same_bytes(write_models):
    path = write_models()
    root = Path(zinc_sbml.building.__file__).parents[2]
    texts = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": f"UTC+{seed}"}
        command = "import sys, zinc_sbml.building as b; sys.stdout.write(b.compile_antimony(sys.argv[1]))"
        run = subprocess.run(
            [sys.executable, "-c", command, str(path)], capture_output=True, env=environment, check=True
        )
        texts.append(run.stdout)
    assert texts[0] == texts[1]
    assert texts[0].decode() == compile_antimony(path)


def test_modules_are_those_beside_the_file_wherever_the_process_is(write_models, tmp_path, monkeypatch):
    path = write_models()
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "modules").mkdir(parents=True)
    module = (path.parent / "modules" / "exchange.ant").read_text()
    (elsewhere / "modules" / "exchange.ant").write_text(module.replace("k = 0.5;", "k = 0.7;"))
    (elsewhere / "cell.ant").write_text(path.read_text())
    assert 'id="step_k" name="rate constant of the conversion" value="0.7"' in compile_antimony(elsewhere / "cell.ant")
    monkeypatch.chdir(elsewhere)
    assert 'id="step_k" name="rate constant of the conversion" value="0.5"' in compile_antimony(path)
    assert Path.cwd() == elsewhere


def test_a_missing_module_is_not_taken_from_a_folder_loaded_before(write_models, tmp_path):
    path = write_models()
    compile_antimony(path)
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "cell.ant").write_text(path.read_text())
    with pytest.raises(ModelBuildError, match=r"modules/exchange\.ant"):
        compile_antimony(alone / "cell.ant")


def test_a_relative_path_stays_relative_in_errors(write_models, monkeypatch):
    monkeypatch.chdir(write_models(("  k = 0.5;", "  k := (3;")).parent.parent)
    with pytest.raises(ModelBuildError) as caught:
        compile_antimony("models/cell.ant")
    assert caught.value.file == Path("models/modules/exchange.ant")


def test_compiling_another_model_before_changes_nothing(write_models, tmp_path):
    path = write_models()
    first = compile_antimony(path)
    other = tmp_path / "other.ant"
    other.write_text("model *other()\n  k = 3\n  species A = 2\nend\n")
    compile_antimony(other)
    assert compile_antimony(path) == first


@pytest.mark.parametrize(
    ("change", "file", "text"),
    [
        (("loss_k = 0.2;", "loss_k = 0.2 +* 3;"), "cell.ant", "loss_k = 0.2 +* 3"),
        (("  k = 0.5;", "  k := (3;"), "exchange.ant", "  k := (3;"),
        (("step.gain is gain", "step.k is supply"), "cell.ant", "step.k is supply"),
    ],
)
def test_errors_name_file_and_line(write_models, change, file, text):
    with pytest.raises(ModelBuildError) as caught:
        compile_antimony(write_models(change))
    assert caught.value.file.name == file
    assert text in caught.value.file.read_text().splitlines()[caught.value.line - 1]


def test_a_missing_file_or_module_is_named(write_models, tmp_path):
    with pytest.raises(ModelBuildError, match=r"nowhere\.ant.*no such file"):
        compile_antimony(tmp_path / "nowhere.ant")
    with pytest.raises(ModelBuildError, match=r"cell\.ant:1: .*modules/absent\.ant"):
        compile_antimony(write_models(("modules/exchange.ant", "modules/absent.ant")))


@pytest.mark.parametrize(
    ("table", "line"),
    [("kind\tpattern\tvalue\n", 1), ("kind\tpattern\tvalue\treason\ncolour\t*\tred\tx\n", 2)],
)
def test_a_damaged_table_of_extras_is_refused(tmp_path, table, line):
    path = tmp_path / "extras.tsv"
    path.write_text(table)
    with pytest.raises(ModelBuildError) as caught:
        read_extras(path)
    assert (caught.value.file, caught.value.line) == (path, line)


def test_missing_antimony_is_told(write_models, monkeypatch):
    """It is an extra: who only runs the model does not need it."""
    monkeypatch.setitem(sys.modules, "antimony", None)
    with pytest.raises(ModelBuildError, match=r"zinc-sbml\[build\]"):
        compile_antimony(write_models())
