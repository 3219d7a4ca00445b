"""The report as people meet it: opened from the disk, with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import zinc_sbml as zs
from zinc_sbml.ensembles import ensemble
from zinc_sbml.plots import STORY

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SCENARIOS = ("baseline", "zip7_inhibition", "dtt_pulse", "ero1_assay_zinc")

HOSTILE = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'><b>bold</b>"
REGISTER = f"""
[[finding]]
id = "{HOSTILE}"
statement = '''{HOSTILE}'''
source = "javascript:window.harmed=1"
place = "nowhere"
status = "missed"
reason = '''{HOSTILE}'''
[[finding.criterion]]
kind = "ratio"
of = {{ scenario = "zip7_inhibition", readout = "xbp1s_fold" }}
to = {{ scenario = "baseline", readout = "xbp1s_fold" }}
at_most = 0.5
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    for name, times in (("course", [0, 3600, 86400]), ("end", [86400])):
        ensemble("zip7_inhibition", 4, readouts=["xbp1s_fold"], times=times, path=folder / name, processes=1)
    return zs.report(folder / "report", scenarios=SCENARIOS, results=[folder / "course", folder / "end"])


def opened(browser: Browser, file: Path, size: dict[str, int]) -> Iterator[Page]:
    """Open a file; at the end nothing may have been complained about or asked for."""
    context = browser.new_context(viewport=size)
    context.set_offline(True)
    page = context.new_page()
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("#story .main-svg")
    yield page
    context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [file.as_uri()]


# One page for all that look at it: it takes longer to open than to be looked at.
@pytest.fixture(scope="module")
def desktop(browser: Browser, report: Path) -> Iterator[Page]:
    yield from opened(browser, report, DESKTOP)


@pytest.fixture
def phone(browser: Browser, report: Path) -> Iterator[Page]:
    yield from opened(browser, report, PHONE)


def first_cells(page: Page, table: str) -> list[str]:
    return page.eval_on_selector_all(
        f"#{table} tbody tr:not([hidden])", "rows => rows.map(row => row.cells[0].innerText)"
    )


def test_plots_are_drawn_with_the_values_of_simulate(desktop: Page) -> None:
    desktop.select_option("#scenario", "2")
    desktop.wait_for_function("document.querySelector('#numbers-caption').textContent.includes('dtt_pulse')")
    result = zs.simulate("dtt_pulse")
    panels = desktop.query_selector_all("#story .panel")
    assert len(panels) == len(STORY)
    for number, (title, names) in enumerate(STORY):
        assert panels[number].query_selector("h3").inner_text() == title
        traces = desktop.evaluate(f"document.getElementById('panel-{number}').data.map(({{x, y}}) => ({{x, y}}))")
        for trace, name in zip(traces, names, strict=True):
            assert np.allclose(trace["y"], result[name], rtol=6e-5, atol=0), name
            # The run takes 65 minutes, the axis has minutes.
            assert np.allclose(np.array(trace["x"]) * 60, result.times, rtol=6e-5), name
        widths = "all => all.map(one => one.getBoundingClientRect().width)"
        drawn = desktop.eval_on_selector_all(f"#panel-{number} .scatterlayer .js-line", widths)
        assert len(drawn) == len(names)
        assert min(drawn) > 200
    cells = desktop.eval_on_selector_all(
        "#numbers tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    )
    rows = {head.splitlines()[-1]: values for head, _, *values in cells}
    pdi = result["pdi_oxidised_fraction"]
    expected = [pdi.iloc[0], pdi.min(), pdi.max(), pdi.iloc[-1]]
    assert [float(text) for text in rows["pdi_oxidised_fraction"]] == pytest.approx(expected, rel=6e-3)


def test_a_second_scenario_is_drawn_dashed_and_taken_away_again(desktop: Page) -> None:
    lines = "document.getElementById('panel-0').data.map(trace => trace.line.dash)"
    desktop.select_option("#scenario", "1")
    assert desktop.evaluate(lines) == ["solid"]
    desktop.select_option("#other", "0")
    assert desktop.evaluate(lines) == ["solid", "dash"]
    desktop.select_option("#other", "")
    assert desktop.evaluate(lines) == ["solid"]


def test_another_model_has_panels_of_its_own(desktop: Page) -> None:
    desktop.select_option("#scenario", "3")
    names = list(zs.readouts("ero1_assay")["name"])
    assert desktop.eval_on_selector_all("#story h3", "all => all.map(one => one.innerText)") == names


def test_findings_chart_and_bands_are_drawn(desktop: Page) -> None:
    undecided = [one for one in zs.compare_plausible().verdicts if one.status.value in ("missed", "divided")]
    labels = " ".join(
        desktop.eval_on_selector_all("#margins .annotation-text", "all => all.map(one => one.textContent)")
    )
    assert undecided
    assert all(f"{one.finding.id}:" in labels for one in undecided)
    assert len(desktop.query_selector_all("#margins .scatterlayer .point")) > len(undecided)
    assert len(desktop.query_selector_all("#band-0-0 .scatterlayer .js-line")) == 5
    assert len(desktop.query_selector_all("#band-1-0 .scatterlayer .errorbar")) == 1


def test_table_sorts_numbers_by_keyboard(desktop: Page) -> None:
    values = "rows => rows.map(row => Number(row.cells[1].dataset.value))"
    head = desktop.locator("#parameters-table thead th").nth(1)
    assert head.get_attribute("aria-sort") == "none"
    expected = sorted(zs.parameters()["value"])
    head.locator("button").focus()
    desktop.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert desktop.eval_on_selector_all("#parameters-table tbody tr", values) == expected
    desktop.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert desktop.eval_on_selector_all("#parameters-table tbody tr", values) == expected[::-1]
    # Sorting by words takes the mark from the column before.
    desktop.locator("#parameters-table thead th button").first.click()
    assert head.get_attribute("aria-sort") == "none"
    shown = [text.lower() for text in first_cells(desktop, "parameters-table")]
    assert shown[0][0] <= shown[len(shown) // 2][0] <= shown[-1][0]
    assert len(shown) == len(expected)


def test_rows_without_a_number_come_last_both_ways(desktop: Page) -> None:
    button = desktop.locator("#findings-table thead th button").nth(2)
    shares = "rows => rows.map(row => row.cells[2].dataset.value)"
    for _ in range(2):
        button.click()
        told = desktop.eval_on_selector_all("#findings-table tbody tr", shares)
        known = [one for one in told if one]
        assert "" in told
        assert told[: len(known)] == known


def test_table_searches(desktop: Page) -> None:
    field = desktop.get_by_label("Search parameters, notes and sources")
    field.fill("ZINC trap")
    table = zs.parameters()
    words = table.drop(columns=["sbo", "evidence"]).astype(str).agg(" ".join, axis=1) + " " + table.index
    expected = [name for name, text in words.str.lower().items() if "zinc" in text and "trap" in text]
    shown = [text.splitlines()[-1] for text in first_cells(desktop, "parameters-table")]
    assert 0 < len(shown) < len(table)
    assert sorted(shown) == sorted(expected)
    assert desktop.locator("[data-count=parameters-table]").inner_text() == f"{len(shown)} of {len(table)} rows shown"
    field.fill("no such thing")
    assert first_cells(desktop, "parameters-table") == []
    field.fill("")
    assert len(first_cells(desktop, "parameters-table")) == len(table)


def test_phone_scrolls_down_only(phone: Page) -> None:
    width = "[document.documentElement.scrollWidth, document.body.scrollWidth]"
    assert phone.evaluate(width) == [PHONE["width"]] * 2
    # Nothing sticks out but what has a container to scroll in.
    outside = phone.evaluate(
        "[...document.querySelectorAll('main *')].filter(one => !one.closest('.scroll, pre') && !one.closest('svg')"
        " && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 80))"
    )
    assert outside == []
    assert phone.evaluate("document.getElementById('panel-0').getBoundingClientRect().width") > 300


def test_focus_can_be_seen_and_first_leads_to_the_content(phone: Page) -> None:
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.getAttribute('href')") == "#content"
    assert phone.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    for place in ("#scenario", "#parameters-table button", ".scroll"):
        phone.locator(place).first.focus()
        assert phone.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px", place


def test_text_stands_out_from_its_ground(desktop: Page) -> None:
    """Contrast of every text outside of plots, at least 4.5 to 1 (WCAG 2.2 AA)."""
    poor = desktop.evaluate(
        """() => {
          const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
          const light = (color) => {
            const [r, g, b] = numbers(color).map((one) => {
              const part = one / 255;
              return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ground = (one) => {
            for (; one; one = one.parentElement) {
              const color = getComputedStyle(one).backgroundColor;
              if (!/, 0\\)$/.test(color)) return color;
            }
            return "rgb(255, 255, 255)";
          };
          const found = new Set();
          let seen = 0;
          for (const one of document.querySelectorAll("body *:not(script):not(style)")) {
            if (one.closest("svg, .js-plotly-plot, script") || !one.getClientRects().length) continue;
            if (![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
            seen += 1;
            const [a, b] = [light(getComputedStyle(one).color), light(ground(one))];
            const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (contrast < 4.5) found.add(`${one.tagName}.${one.className}: ${contrast.toFixed(2)}`);
          }
          return [seen, [...found]];
        }"""
    )
    assert poor[0] > 500
    assert poor[1] == []


def test_paper_shows_whole_tables(desktop: Page) -> None:
    desktop.emulate_media(media="print")
    cut = desktop.eval_on_selector_all(
        ".scroll", "all => all.filter(one => getComputedStyle(one).overflowY !== 'visible').length"
    )
    visible = [desktop.locator("nav").is_visible(), desktop.locator("#findings-table").is_visible()]
    desktop.emulate_media(media="screen")
    assert cut == 0
    assert visible == [False, True]


def test_marks_in_titles_are_shown_and_not_obeyed(browser: Browser, tmp_path: Path) -> None:
    register = tmp_path / "findings.toml"
    register.write_text(REGISTER, encoding="utf-8")
    scenario = zs.Scenario(
        id="odd", title=HOSTILE, question=HOSTILE, duration=3600.0, periods=[zs.Period(start=0, changes={"dtt": 1.0})]
    )
    file = zs.report(tmp_path / "report.html", scenarios=[scenario], findings=register)
    for page in opened(browser, file, DESKTOP):
        assert page.evaluate("window.harmed") is None
        assert page.locator("#numbers-caption").inner_text() == f"{HOSTILE} (odd)"
        assert HOSTILE in page.locator("#question").inner_text()
        assert HOSTILE in page.locator("#findings-table").inner_text()
        assert page.locator("#scenario option").inner_text() == HOSTILE
        assert HOSTILE in page.locator("#margins .annotation-text").first.text_content()
        assert page.locator("#findings-table a").count() == 0
