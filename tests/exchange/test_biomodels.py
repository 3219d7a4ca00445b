"""The folder for BioModels: flat, described to the byte, and silent about what nobody knows."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import struct
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml.cli import app
from zinc_sbml.exchange import Export

SEDML = "{http://sed-ml.org/sed-ml/level1/version4}"


@pytest.fixture(scope="module")
def done(exported: Any) -> Export:
    return exported("biomodels")


@pytest.fixture(scope="module")
def record(submission: Path) -> dict[str, Any]:
    return json.loads((submission / "submission-metadata.json").read_text(encoding="utf-8"))


def described(record: dict[str, Any]) -> list[dict[str, str]]:
    return record["files"]["main"] + record["files"]["additional"]


def test_the_folder_is_flat_with_legal_names(submission: Path) -> None:
    names = [item.name for item in submission.iterdir()]
    assert all(item.is_file() for item in submission.iterdir())
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in names)
    assert not [name for name in names if name.endswith((".zip", ".omex"))]
    assert {name.rpartition(".")[2] for name in names} == {"xml", "sedml", "cps", "png", "md", "json"}


def test_each_file_is_described_to_the_byte(submission: Path, record: dict[str, Any]) -> None:
    rows = described(record)
    assert {row["name"] for row in rows} == {item.name for item in submission.iterdir()} - {"submission-metadata.json"}
    assert len(rows) == len({row["name"] for row in rows})
    for row in rows:
        content = (submission / row["name"]).read_bytes()
        assert row["fileSize"] == str(len(content))
        assert row["sha256sum"] == hashlib.sha256(content).hexdigest()
        assert row["description"]
    types = {row["name"].rpartition(".")[2]: row["mimeType"] for row in rows}
    assert types == {
        "xml": "application/xml", "sedml": "application/xml", "cps": "application/xml",
        "png": "image/png", "md": "text/markdown",
    }  # fmt: skip
    assert [row["name"] for row in record["files"]["main"]] == ["er_zinc_redox.xml"]


def test_the_record_says_what_the_model_says(submission: Path, record: dict[str, Any]) -> None:
    model = zs.load_model(submission / "er_zinc_redox.xml")
    assert model.sha256 == zs.load_model("er_zinc_redox").sha256
    assert record["name"] == model.name
    assert zs.__version__ in record["comment"]
    assert record["format"] == {"name": "SBML", "version": "L3V2"}
    # There is no publication and no identifier yet, and none is made up.
    assert not {"publication", "submissionId", "modellers"} & record.keys()


def test_the_picture_is_one(submission: Path) -> None:
    content = (submission / "zip7_inhibition.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content[12:16] == b"IHDR"
    width, height = struct.unpack(">II", content[16:24])
    assert 600 <= width <= 4000
    assert 400 <= height <= 4000
    assert content.endswith(b"IEND\xaeB`\x82")


def test_the_sedml_runs_a_file_beside_it(submission: Path) -> None:
    root = ElementTree.parse(submission / "zip7_inhibition.sedml").getroot()
    (model,) = root.iter(f"{SEDML}model")
    assert model.get("source") == "zip7_inhibition.xml"
    scenario = zs.load_model(submission / "zip7_inhibition.xml")
    assert (
        scenario.quantities["zip7_inhibitor"].value
        == zs.load_scenario("zip7_inhibition").periods[0].changes["zip7_inhibitor"]
    )
    (course,) = root.iter(f"{SEDML}uniformTimeCourse")
    assert 100 <= int(course.get("numberOfSteps", "0")) <= 1000
    assert float(course.get("outputEndTime", "0")) == zs.load_scenario("zip7_inhibition").duration


def test_the_picture_comes_from_the_command_in_the_notes(
    submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = (submission / "curation_notes.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"```bash\n(.*?)\n```", notes, re.DOTALL)
    program, *arguments = shlex.split(command)
    assert program == "zinc-sbml"
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "zip7_inhibition.png").read_bytes() == (submission / "zip7_inhibition.png").read_bytes()


def test_every_open_point_is_reported(done: Export, submission: Path) -> None:
    text = (submission / "checklist.md").read_text(encoding="utf-8")
    points = re.findall(r"^- \[( |x)\] (.*)$", text, re.MULTILINE)
    still_open = [words for mark, words in points if mark == " "]
    assert list(done.missing) == still_open
    assert f"{len(still_open)} of {len(points)} points are not met." in text
    # What nobody here can do: it must stay open, whatever else gets done.
    for words in (
        "each encoder with name", "bqmodel:isDescribedBy", "a published figure reproduced", "identifier of the entry",
        "review by persons",
    ):  # fmt: skip
        assert sum(words in point for point in still_open) == 1, words
    for words in ("SBML without errors", "dates of creation", "SED-ML", "COPASI file", "names of letters"):
        assert sum(words in point for mark, point in points if mark == "x") == 1, words


def test_points_that_are_claimed_hold(submission: Path) -> None:
    assert zs.validate(submission / "er_zinc_redox.xml") == []
    sbml = (submission / "er_zinc_redox.xml").read_text(encoding="utf-8")
    text = (submission / "checklist.md").read_text(encoding="utf-8")
    for words in ("https://identifiers.org/taxonomy:9606", "https://creativecommons.org/publicdomain/zero/1.0/"):
        assert words in sbml
        assert words in text
    for command in re.findall(r"`zinc-sbml ([a-z-]+)", text):
        assert command in {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}


@pytest.mark.parametrize("seeded", ["issues", "dates", "sedml", "copasi", "name"])
def test_a_point_that_fails_is_open(submission: Path, seeded: str) -> None:
    from zinc_sbml.exchange.biomodels import checklist, missing
    from zinc_sbml.model import read_model

    model = zs.load_model("er_zinc_redox")
    files = {item.name: item.read_bytes() for item in submission.iterdir()}
    before = {one.point for one in missing(checklist(model, files))}
    if seeded == "issues":
        model = read_model(model.sbml.replace('units="per_s"', 'units="uM"', 1))
    elif seeded == "dates":
        model = read_model(re.sub(r"<dcterms:license [^>]*/>", "", model.sbml))
    elif seeded == "name":
        files["a name with spaces.txt"] = b""
    else:
        del files["zip7_inhibition.sedml" if seeded == "sedml" else "er_zinc_redox.cps"]
    now = {one.point for one in missing(checklist(model, files))}
    (new,) = now - before
    words = {"issues": "SBML", "dates": "licence", "sedml": "SED-ML", "copasi": "COPASI", "name": "names"}
    assert words[seeded] in new


def test_no_person_is_named(submission: Path) -> None:
    """Creators are the developers as a group, in each file that has creators."""
    people = {"zinc-sbml developers"}
    with (Path(__file__).parents[2] / "pyproject.toml").open("rb") as file:
        assert {one["name"] for one in tomllib.load(file)["project"]["authors"]} == people
    for item in submission.iterdir():
        if item.suffix not in (".xml", ".cps", ".sedml", ".json", ".md"):
            continue
        text = item.read_text(encoding="utf-8")
        assert not re.search(r"[\w.+-]+@[\w-]+\.\w+", text), "an e-mail address"
        assert "orcid.org" not in text
        named = re.findall(
            r"<(?:vCard4?:)?(?:FN|fn|Family|Given|family-name|given-name)[ >]\s*(?:<[^>]*>)?([^<]+)", text
        )
        named += re.findall(r"<(?:vCard4?:)?(?:organization-name|Orgname)>([^<]*)", text)
        assert {name.strip() for name in named} <= people
        if item.suffix == ".xml":
            assert named, f"{item.name} has no creator"


def test_no_figure_is_claimed(submission: Path, record: dict[str, Any]) -> None:
    """Whatever speaks of a figure says that it is the model's own."""
    notes = (submission / "curation_notes.md").read_text(encoding="utf-8")
    assert "not curated" in notes
    assert "shows the main result of the model itself" in notes
    for text in (notes, (submission / "checklist.md").read_text(encoding="utf-8"), json.dumps(record)):
        words = " ".join(text.split())
        assert not re.search(r"reproduces? (Fig|figure)", words, re.IGNORECASE)
        # Figures with numbers are those of papers.
        assert not re.search(r"\bFig(ure|\.)? ?\d", words)
