"""How to cite the project, and what changed in it, agree with what it is."""

import re
import tomllib

import yaml

from .pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_is_of_this_version_and_licence():
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["version"] == PROJECT["version"]
    assert PROJECT["license"] in CITATION["abstract"]
    assert CITATION["license"] in PROJECT["license"].split(" AND ")
    assert [author["name"] for author in CITATION["authors"]] == [author["name"] for author in PROJECT["authors"]]


def test_the_changelog_knows_this_version_and_its_date():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    titles = re.findall(r"(?m)^## (.*)$", text)
    assert titles[0] == "Unreleased"
    assert titles[1] == f"{PROJECT['version']} ({CITATION['date-released']})"
    parts = re.findall(r"(?m)^### (.*)$", text.split("\n## ")[1])
    assert parts == [part for part in ("Added", "Changed", "Removed", "Fixed", "Security") if part in parts]
    assert parts
