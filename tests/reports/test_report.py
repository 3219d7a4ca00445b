"""The page as text: what it holds, what it lets in, and what is left on the disk."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.cli import app
from zinc_sbml.ensembles import ensemble
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.plots import STORY
from zinc_sbml.reports import write
from zinc_sbml.reports.write import page

from .conftest import HOSTILE

LARGEST_PAGE = 8_000_000  # bytes; what issue 7 allows


class Page(HTMLParser):
    """Elements of a page with their attributes and the text inside each."""

    EMPTY = frozenset({"meta", "link", "img", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self.open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(text)
        assert [name for name, _, _ in self.open] == [], "elements are left open"

    def handle_starttag(self, tag, attrs):
        element = (tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in self.EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, f"</{tag}> closes something else at {self.getpos()}"

    def handle_data(self, data):
        for _, _, texts in self.open:
            texts.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def text(self, tag: str, **wanted: str) -> list[str]:
        return [
            " ".join("".join(texts).split())
            for name, attributes, texts in self.elements
            if name == tag and wanted.items() <= attributes.items()
        ]


@pytest.fixture(scope="module")
def shipped_text() -> str:
    return page()


@pytest.fixture(scope="module")
def shipped(shipped_text: str) -> Page:
    return Page(shipped_text)


@pytest.fixture(scope="module")
def data(shipped_text: str) -> dict:
    return json.loads(shipped_text.split('id="data">', 1)[1].split("</script>", 1)[0])


def test_page_is_small_enough_and_refers_to_nothing_outside(shipped_text: str, shipped: Page) -> None:
    assert len(shipped_text.encode()) < LARGEST_PAGE
    for tag, attributes, _ in shipped.elements:
        for name in ("src", "srcset", "data", "poster", "action"):
            assert attributes.get(name, "data:").startswith("data:"), (tag, attributes)
        # Links wait for a click; any other href would be loaded.
        if tag != "a":
            assert attributes.get("href", "data:").startswith("data:"), (tag, attributes)


def test_only_the_scripts_of_the_page_may_run(shipped_text: str, shipped: Page) -> None:
    policy = next(one["content"] for one in shipped.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "script-src 'unsafe" not in policy
    scripts = [part.split("</script>", 1)[0] for part in shipped_text.split("<script>")[1:]]
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy


def test_findings_are_all_there_misses_first(shipped: Page) -> None:
    verdicts = {one.finding.id: one.status.value for one in zs.compare_plausible().verdicts}
    text = " ".join(shipped.text("table", id="findings-table"))
    assert all(finding in text for finding in verdicts)
    told = [
        " ".join("".join(texts).split())
        for name, attributes, texts in shipped.elements
        if name == "span" and "badge" in attributes.get("class", "")
    ]
    assert sorted(told) == sorted(verdicts.values())
    order = ["missed", "divided", "reproduced", "out of scope"]
    assert [order.index(one) for one in told] == sorted(order.index(one) for one in told)


def test_parameters_are_all_there_with_sources(shipped: Page) -> None:
    table = zs.parameters()
    ids = set(shipped.text("code"))
    assert set(table.index) <= ids
    links = {one["href"] for one in shipped.all("a")}
    sources = {source for cell in table["source"] for source in cell.split()}
    assert sources
    assert sources <= links


def test_scenarios_are_all_there_with_the_values_of_simulate(shipped: Page, data: dict) -> None:
    assert [one["id"] for one in data["courses"]] == list(zs.list_scenarios().index)
    drawn = next(one for one in data["courses"] if one["id"] == "dtt_pulse")
    result = zs.simulate("dtt_pulse")
    curves = {curve["id"]: curve for panel in drawn["panels"] for curve in panel["curves"]}
    assert list(curves) == [name for _, names in STORY for name in names]
    for name, curve in curves.items():
        assert curve["unit"] == result.units[name]
        # Five digits are drawn.
        assert np.allclose(curve["values"], result[name], rtol=6e-5, atol=0), name
    assert np.allclose(drawn["times"], result.times, rtol=6e-5)


def test_hashes_are_those_of_the_models(shipped: Page) -> None:
    told = shipped.text("dd")
    for model in zs.list_models().index:
        assert zs.load_model(model).sha256 in told


def test_headings_ids_and_names_for_those_who_do_not_see(shipped: Page) -> None:
    levels = [int(tag[1]) for tag, _, _ in shipped.elements if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes, _ in shipped.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for attributes in shipped.all("a"):
        if attributes["href"].startswith("#"):
            assert attributes["href"][1:] in ids
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _, _ in shipped.elements}
    assert all(len(one["alt"]) > 20 for one in shipped.all("img"))
    assert all(one.get("aria-label") for one in shipped.all("div") if one.get("role") in ("img", "region"))
    assert shipped.all("html") == [{"lang": "en"}]


def test_what_comes_from_files_is_text(hostile_register: Path, hostile_scenario: zs.Scenario) -> None:
    found = Page(page(scenarios=[hostile_scenario, "baseline"], findings=hostile_register))
    assert len(found.all("script")) == 3
    assert not any("onerror" in attributes for _, attributes, _ in found.elements)
    assert not any(one["href"].startswith("javascript") for one in found.all("a"))
    shown = " ".join(HOSTILE.split())
    assert any(shown in text for text in found.text("th"))
    assert any(shown in text for text in found.text("option"))
    # An address with marks in it stays one address.
    assert "https://example.org/?a=1&b=<i>" in {one["href"] for one in found.all("a")}


def test_commands_that_make_it_again_are_those_of_its_register(shipped: Page, hostile_register: Path) -> None:
    def commands(found: Page) -> str:
        (told,) = (text for text in found.text("code") if "# the verdicts" in text)
        return told

    assert "zinc-sbml compare --plausible #" in commands(shipped)
    own = commands(Page(page(scenarios=["baseline"], findings=hostile_register)))
    assert f"zinc-sbml compare --findings {hostile_register.name} #" in own
    assert "--plausible" not in own


def test_network_stands_for_a_pathway_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def pictures() -> tuple[int, list[dict[str, str]]]:
        found = Page(page(scenarios=["baseline"]))
        return len(found.all("img")), found.all("details")

    assert pictures() == (2, [{}])
    monkeypatch.setattr(catalog, "pathway_picture_path", lambda: tmp_path / "missing.svg")
    assert pictures() == (1, [{"open": ""}])


def test_same_inputs_same_bytes(shipped_text: str) -> None:
    """In another process, where sets have another order."""
    code = (
        "import hashlib; import zinc_sbml.building; from zinc_sbml.reports.write import page; "
        "print(hashlib.sha256(page().encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(shipped_text.encode()).hexdigest()


# --- the disk ---


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> str:
    """A page that takes no time; what is written is what is looked at here."""
    monkeypatch.setattr(write, "page", lambda **_: "<p>short</p>")
    return "<p>short</p>"


def names(folder: Path) -> list[str]:
    return sorted(item.relative_to(folder).as_posix() for item in folder.rglob("*"))


def test_folder_or_file(tmp_path: Path, short: str) -> None:
    assert zs.report(tmp_path / "one") == tmp_path / "one" / "index.html"
    assert zs.report(tmp_path / "two.html") == tmp_path / "two.html"
    (tmp_path / "three").mkdir()
    zs.report(tmp_path / "three")
    assert names(tmp_path) == ["one", "one/index.html", "three", "three/index.html", "two.html"]
    assert (tmp_path / "two.html").read_text() == (tmp_path / "three/index.html").read_text() == short


@pytest.mark.parametrize("target", ["old", "old.html"])
def test_older_report_is_replaced_only_on_demand(tmp_path: Path, short: str, target: str) -> None:
    page_file = tmp_path / "old" / "index.html" if target == "old" else tmp_path / target
    page_file.parent.mkdir(exist_ok=True)
    page_file.write_text("older")
    with pytest.raises(InvalidInputError, match="exists"):
        zs.report(tmp_path / target)
    assert page_file.read_text() == "older"
    zs.report(tmp_path / target, force=True)
    assert page_file.read_text() == short


def test_files_of_others_are_never_replaced(tmp_path: Path, short: str) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    for force in (False, True):
        with pytest.raises(InvalidInputError):
            zs.report(tmp_path / "thesis", force=force)
    assert names(tmp_path) == ["thesis", "thesis/chapter.txt"]


@pytest.mark.parametrize("target", ["report", "report.html"])
def test_no_permission_is_one_clear_line_and_leaves_nothing(
    tmp_path: Path, short: str, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Permissions do not bind the user that tests may run as, so the disk refuses here.
    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    done = CliRunner().invoke(app, ["report", str(tmp_path / target)])
    assert done.exit_code == 2
    assert done.output.strip() == f"error: cannot write {tmp_path / target}: Permission denied"
    assert names(tmp_path) == []


def test_no_folder_to_write_to(tmp_path: Path, short: str) -> None:
    with pytest.raises(InvalidInputError, match="there is no folder"):
        zs.report(tmp_path / "missing" / "report")
    assert names(tmp_path) == []


def test_nothing_is_left_when_the_page_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(UnknownIdError, match="zip7_inhibition"):
        zs.report(tmp_path / "report", scenarios=["zip7_inhibitio"])
    assert names(tmp_path) == []


def test_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(InvalidInputError, match=r"needs plotly: pip install 'zinc-sbml\[report\]'"):
        zs.report(tmp_path / "report")
    assert names(tmp_path) == []


# --- results of other runs ---


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "run"
    ensemble(
        "zip7_inhibition",
        4,
        readouts=["er_zinc_probe", "xbp1s_fold"],
        times=[0, 3600, 86400],
        path=folder,
        processes=1,
    )
    return folder


def test_results_are_shown_as_bands(run: Path) -> None:
    text = page(scenarios="baseline", results=[run])
    bundle = json.loads(text.split('id="data">', 1)[1].split("</script>", 1)[0])["bundles"][0]
    values = zs.load_ensemble(run).values("xbp1s_fold")
    panel = next(one for one in bundle["panels"] if one["id"] == "xbp1s_fold")
    assert bundle["cells"] == 4
    assert np.allclose(panel["quantiles"][2], np.median(values, axis=0), rtol=6e-5)
    assert np.allclose(panel["quantiles"][4], np.quantile(values, 0.95, axis=0), rtol=6e-5)
    # One id for each place that the script draws into.
    assert all(f'id="band-0-{number}"' in text for number in range(len(bundle["panels"])))


@pytest.mark.parametrize("damage", ["empty", "missing", "garbage", "cut"])
def test_broken_results_are_one_clear_line(run: Path, tmp_path: Path, damage: str) -> None:
    results = tmp_path / "results"
    if damage != "missing":
        results.mkdir()
    whole = next(run.glob("*.parquet")).read_bytes()
    if damage in ("garbage", "cut"):
        # Cut: the numbers are gone, but the end of the file, which tells what it should hold, is there.
        end = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
        content = b"no table" if damage == "garbage" else whole[:4] + bytes(end - 4) + whole[end:]
        (results / next(run.glob("*.parquet")).name).write_bytes(content)
    done = CliRunner().invoke(app, ["report", str(tmp_path / "report"), "--results", str(results)])
    assert done.exit_code == 2, done.output
    assert done.output.startswith("error: ")
    assert str(results) in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert not (tmp_path / "report").exists()


def test_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(tmp_path / "report"), "--scenario", "baseline"])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "written:" in done.output
    assert Page(text).text("option", value="0") == ["Resting cell"] * 2
