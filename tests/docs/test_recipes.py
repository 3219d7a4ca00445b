"""Recipes of how-it-is-built.md, done once in a copy of the repository: what they say happens, happens."""

import re
import shutil

import pytest

from .pages import ROOT, blocks

PAGE = "how-it-is-built.md"
KINDS = {"not run", "insert", "append", "changes the models"}


def change(root, block):
    """Put what a block holds into the file that its mark names."""
    if block.kind == "append":
        path, text = root / block.argument, block.code
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        return
    found = re.fullmatch(r'(\S+) (before|after) "(.*)"', block.argument)
    assert found, block.mark
    path = root / found[1]
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    [place] = [number for number, line in enumerate(lines) if line.startswith(found[3])]
    lines.insert(place + (found[2] == "after"), block.code)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of what a recipe may change."""
    root = tmp_path_factory.mktemp("copy")
    for name in ("zinc_sbml", "models", "validation", "docs", "README.md", "pyproject.toml"):
        source, target = ROOT / name, root / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return root


def section(title):
    """Blocks below a heading of the page."""
    text = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
    found = re.search(rf"(?ms)^## {title}$(.*?)(?=^## |\Z)", text)
    assert found, title
    return [block for block in blocks(PAGE) if block.code in found[1]]


def do(title, root, run):
    """Follow a recipe; give what its commands print."""
    told = ""
    for block in section(title):
        if block.kind == "changes the models":
            told += run("bash", block.code, root, root)
        elif block.kind in {"insert", "append"}:
            change(root, block)
    return told


def test_scenario_and_finding(copy, run):
    told = do("Add a scenario", copy, run)
    assert "xbp1s_fold" in told
    # The finding of the page is of the new scenario; the command ends with 0 only if its status is what is seen.
    told = do("Add a finding", copy, run)
    assert "example_hypoxia_adds" in told
    # What the page says of a register with a new finding.
    with pytest.raises(AssertionError, match="judged by another register"):
        run("bash", "zinc-sbml compare --plausible", copy, copy)
    register = copy / "validation/findings.toml"
    head, tail = register.read_text(encoding="utf-8").split('id = "example_hypoxia_adds"')
    wished = tail.replace('"missed"', '"reproduced"')
    register.write_text(f'{head}id = "example_hypoxia_adds"{wished}', encoding="utf-8")
    with pytest.raises(AssertionError, match="1 differ from the record"):
        run("bash", "zinc-sbml compare", copy, copy)


def test_parameter_and_reaction(copy, run):
    # Findings that need a new judgement of the family would stop the documents.
    shutil.copy(ROOT / "validation/findings.toml", copy / "validation/findings.toml")
    do("Add a parameter", copy, run)
    table = copy / "validation/annotations.tsv"
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines(keepends=True)]
    [row] = [row for row in rows if row[0] == "GO:0036503"]
    row[2] += " quality_erad_other"
    table.write_text("".join("\t".join(row) for row in rows), encoding="utf-8")
    told = do("Add a reaction", copy, run)
    assert "resting state found" in told
    assert "written: er_zinc_redox.xml" in told
    assert "not at rest" not in told
    science = (copy / "docs/science.md").read_text(encoding="utf-8")
    assert r"v_{\mathrm{quality\_erad\_other}}" in science
    assert r"quality\_erad\_other" not in (ROOT / "docs/science.md").read_text(encoding="utf-8")


def test_marks_are_known_and_give_reasons():
    for block in blocks(PAGE):
        assert block.kind in KINDS, block.mark
        if block.kind == "not run":
            assert len(block.argument.split()) >= 4, block.mark
