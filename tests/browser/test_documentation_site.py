"""The site: built strictly, read without internet, and with the same links as on GitHub."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import zinc_sbml as zs

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial.ipynb"

# Ten seconds on an idle machine, the tutorial included.
TIME_LIMIT = 200


def build(folder):
    # Not --quiet: it keeps warnings from being counted, and nothing would fail.
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING -" not in done.stdout + done.stderr
    return folder


class Reader(HTMLParser):
    """Ids of a page, what it loads, and where its links lead."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.loads, self.links = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in {"script", "img", "iframe", "source"} and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") != "canonical" and found.get("href"):
            self.loads.append(found["href"])


@pytest.fixture(scope="module")
def pages(site):
    return {path: Reader(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_nothing_is_loaded_from_elsewhere(site, pages):
    assert len(pages) > 20
    for path, page in pages.items():
        for address in page.loads:
            if not address.startswith("data:"):
                assert not re.match(r"(https?:)?//", address), (path, address)
                if path.name != "404.html":
                    assert (path.parent / address.partition("?")[0]).resolve().is_file(), (path, address)
    for sheet in site.rglob("*.css"):
        assert not re.search(r"@import\s|url\(['\"]?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_every_link_and_anchor_of_the_site_leads_somewhere(pages):
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            there = (path.parent / unquote(target)).resolve() if target else path
            assert there.exists(), (path, link)
            if anchor and there in pages:
                assert unquote(anchor) in pages[there].ids | {"__tabbed", "__top"}, (path, link)


def test_equations_are_drawn_without_a_script(site):
    text = (site / "science.html").read_text(encoding="utf-8")
    written = (DOCS / "science.md").read_text(encoding="utf-8").count("```math\n")
    assert written > 100
    assert len(re.findall(r'<math [^>]*display="block"', text)) == written
    body = re.sub(r"(?s)<(script|style).*?</\1>", "", text)
    assert "\\mathrm" not in body
    assert "$`" not in body


def test_the_reference_has_every_public_name(pages, site):
    ids = pages[site / "reference.html"].ids
    assert not [name for name in zs.__all__ if name not in ids]
    text = (site / "reference.html").read_text(encoding="utf-8")
    assert "If the register is wrong, or names a scenario" in text  # errors of `compare`, from its docstring


def test_the_tutorial_is_run(site):
    notebook = json.loads(TUTORIAL.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    # Kept without outputs, which differ between machines; the site has those of its own build.
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    text = (site / "tutorial.html").read_text(encoding="utf-8")
    assert text.count('src="data:image/png') == 1
    table = text[text.index("both arms</th>") :]
    row = re.search(r"<th>pdi_oxidised_fraction</th><td>([\d.]+)</td><td>([\d.]+)</td>", table)
    assert row
    for value, switches in ((row[1], {}), (row[2], {"zinc_inhibits_ero1": 0})):
        final = zs.simulate("zip7_inhibition", parameters=switches).final["pdi_oxidised_fraction"]
        assert float(value) == pytest.approx(final, abs=6e-4)


def test_a_cell_that_fails_stops_the_build(tmp_path, monkeypatch):
    from nbclient.exceptions import CellExecutionError

    monkeypatch.syspath_prepend(str(DOCS / "site"))
    from notebook import run_notebook  # pyright: ignore[reportMissingImports]

    notebook = json.loads(TUTORIAL.read_text(encoding="utf-8"))
    notebook["cells"] = [notebook["cells"][1] | {"source": "1 / 0"}]
    path = tmp_path / "broken.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run_notebook(path)


def slug(heading):
    """Anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip()).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(path):
    text = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
    return {slug(heading) for heading in re.findall(r"(?m)^#+ (.*)$", text)}


@pytest.mark.parametrize("path", [*sorted(DOCS.rglob("*.md")), ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_links_hold_on_github(path):
    text = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        there = (path.parent / target).resolve() if target else path
        assert there.exists(), target
        assert there.is_relative_to(ROOT)
        if anchor:
            assert anchor in anchors(there), (target, anchor)


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_site_is_read_from_disk_with_the_network_off(site, browser, width, height):
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # What is still being loaded when the next page is asked for is given up, which is no failure.
    page.on(
        "requestfailed",
        lambda request: complaints.append(request.url) if request.failure != "net::ERR_ABORTED" else None,
    )
    for name in ("index.html", "science.html", "tutorial.html", "how-it-is-built.html"):
        page.goto((site / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.goto((site / "index.html").as_uri())
    page.locator("label[for=__search]").first.click() if width < 900 else page.locator(".md-search__input").click()
    page.keyboard.type("glutathione")
    page.locator(".md-search-result__item").first.wait_for()
    assert "science.html" in (page.locator(".md-search-result__item a").first.get_attribute("href") or "")
    assert complaints == []
    context.close()


def test_the_generated_site_is_not_kept():
    assert "/site/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert Path(ROOT / "docs/site/hooks.py").is_file()
