"""The strict check on SBML, Antimony and on what is neither."""

from __future__ import annotations

import pytest

from zinc_sbml.building import compile_antimony, validate_sbml
from zinc_sbml.errors import ModelBuildError


def test_clean_sbml_has_no_issue_as_text_or_file(write_models, tmp_path):
    sbml = compile_antimony(write_models())
    path = tmp_path / "cell.xml"
    path.write_text(sbml)
    assert validate_sbml(sbml) == []
    assert validate_sbml(path) == []


# One defect for each category of libSBML, to see that all seven are on; the number is libSBML's rule.
DEFECTS = {
    "general": ('species="B_in" stoichiometry', 'species="nobody" stoichiometry', "SBML21111"),
    "identifier": ('id="loss_k"', 'id="supply"', "SBML10301"),
    "units": ('value="0.2" units="per_s"', 'value="0.2" units="uM"', "SBML10541"),
    "mathml": ("<ci> loss_k </ci>", "<ci> nobody </ci>", "SBML10215"),
    "sbo": ('sboTerm="SBO:0000035" id="loss_k"', 'sboTerm="SBO:0000247" id="loss_k"', "SBML10703"),
    "modelling practice": ('value="0.2" units="per_s"', 'units="per_s"', "SBML80702"),
}


@pytest.mark.parametrize("category", DEFECTS)
def test_each_category_is_on(write_models, category):
    old, new, code = DEFECTS[category]
    sbml = compile_antimony(write_models())
    assert old in sbml
    issues = validate_sbml(sbml.replace(old, new, 1))
    assert code in {issue.code for issue in issues}


def test_an_overdetermined_model_is_found(write_models):
    sbml = compile_antimony(write_models())
    rule = sbml[sbml.index('<assignmentRule sboTerm="SBO:0000064" variable="gain">') :]
    rule = rule[: rule.index("</assignmentRule>") + len("</assignmentRule>")]
    algebraic = rule.replace('assignmentRule sboTerm="SBO:0000064" variable="gain"', "algebraicRule")
    algebraic = algebraic.replace("assignmentRule", "algebraicRule")
    assert "SBML10601" in {issue.code for issue in validate_sbml(sbml.replace(rule, rule + algebraic))}


def test_unit_defects_are_errors_once(write_models):
    sbml = compile_antimony(write_models()).replace('value="0.2" units="per_s"', 'value="0.2" units="uM"')
    found = [issue for issue in validate_sbml(sbml) if issue.code == "SBML10541"]
    assert [issue.severity for issue in found] == ["error"]


def test_a_unit_defect_does_not_hide_the_rest(write_models):
    sbml = compile_antimony(write_models()).replace('value="0.2" units="per_s"', 'units="uM"')
    assert {"SBML10541", "SBML80702"} <= {issue.code for issue in validate_sbml(sbml)}


def test_line_and_element_lead_to_the_defect(write_models):
    sbml = compile_antimony(write_models()).replace(
        'sboTerm="SBO:0000035" id="loss_k"', 'sboTerm="SBO:0000247" id="loss_k"'
    )
    (issue,) = [issue for issue in validate_sbml(sbml) if issue.code == "SBML10703"]
    assert issue.element == "loss_k"
    assert 'id="loss_k"' in sbml.splitlines()[issue.line - 1]


def test_in_antimony_the_line_is_that_of_the_source(write_models):
    path = write_models((" k.sboTerm = 35;", " k.sboTerm = 247;"))
    (issue,) = [issue for issue in validate_sbml(path) if issue.code == "SBML10703"]
    assert issue.file.name == "exchange.ant"
    assert "k = 0.5" in issue.file.read_text().splitlines()[issue.line - 1]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("table.tsv", b"a\tb,c\n1\t2\n", 1),
        ("page.xml", b"<html>\n<body>\n<p>text\n</body></html>\n", 4),
        ("page.html", b"<html><body><p>text</p></body></html>", 1),
        ("prose.txt", b"model fine()\n  k = 1;\n  and now, prose\nend\n", 3),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\xff\xfe", 1),
        ("empty.ant", b"", 1),
    ],
)
def test_what_is_neither_sbml_nor_antimony_is_refused(tmp_path, name, content, line):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelBuildError) as caught:
        validate_sbml(path)
    assert caught.value.file == path
    assert caught.value.line == line


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelBuildError, match=r"nothing\.xml: no such file"):
        validate_sbml(tmp_path / "nothing.xml")
