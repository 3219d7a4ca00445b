"""The explorer as somebody sees it: a real server, a real browser."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import zinc_sbml as zs
from zinc_sbml.explorer.answers import Bands
from zinc_sbml.explorer.settings import READOUTS, Settings

SERVE = "from zinc_sbml.cli import main; main()"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen(
        [sys.executable, "-c", SERVE, "explore", "--no-browser", "--port", str(port)], stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address).close()
                break
            except urllib.error.URLError:
                assert running.poll() is None, "the server has ended"
                time.sleep(0.1)
        yield address
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, with whatever goes wrong on it or leaves this machine collected."""
    context = browser.new_context(viewport={"width": 1400, "height": 950}, accept_downloads=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    local = (address, "data:", f"blob:{address}")
    page.on("request", lambda request: None if request.url.startswith(local) else wrong.append(request.url))
    opened(page, address)
    yield page
    context.close()
    assert wrong == []


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_function("document.querySelector('#story .js-plotly-plot')?.data?.length > 0", timeout=30_000)


def field(page: Page, name: str) -> Locator:
    return page.locator(f"""[id='{{"name":"{name}","type":"field"}}']""")


def last(page: Page, readout: str) -> float:
    script = "name => document.querySelector('#story .js-plotly-plot').data.find(one => one.meta === name)?.y.at(-1)"
    return page.evaluate(script, readout)


def wait_for(page: Page, readout: str, value: float) -> None:
    """Until the curve ends at a value; numbers pass as text between server and browser, so equal is equal."""
    page.wait_for_function(
        """([name, value]) => Math.abs(document.querySelector('#story .js-plotly-plot').data
            .find(one => one.meta === name)?.y.at(-1) / value - 1) < 1e-9""",
        arg=[readout, value],
        timeout=20_000,
    )


def ends(readout: str, scenario: str = "zip7_inhibition", **doses: float) -> float:
    return float(zs.simulate(scenario, parameters=doses, readouts=[readout]).values[-1, 0])


def test_curves_follow_fields_and_sliders(page: Page) -> None:
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold"))
    field(page, "zip7_inhibitor").fill("0.05")
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", zip7_inhibitor=0.05))
    slider = page.locator("""[id='{"name":"zip7_inhibitor","type":"slider"}'] [role=slider]""").first
    slider.focus()
    slider.press("End")
    # The end of the slider is the largest value of the input.
    wait_for(page, "er_zinc_probe", ends("er_zinc_probe", zip7_inhibitor=100.0))
    assert field(page, "zip7_inhibitor").input_value() == "100"
    expect(page.locator("#command")).to_have_text("zinc-sbml simulate zip7_inhibition --set zip7_inhibitor=100.0")


def test_nonsense_is_told_at_its_field_and_the_curve_stays(page: Page) -> None:
    before = last(page, "xbp1s_fold")
    wrong = page.locator("""[id='{"name":"zip7_inhibitor","type":"wrong"}']""")
    for text, words in (
        ("much", "is not a number"),
        ("-1", "is too small"),
        ("1e9", "is too large"),
        ("", "not a num"),
        ("10,000", "can be read in two ways"),
    ):
        field(page, "zip7_inhibitor").fill(text)
        expect(wrong).to_contain_text(words)
        expect(wrong).to_contain_text("expected 0 to 100")
    assert last(page, "xbp1s_fold") == before
    field(page, "zip7_inhibitor").fill("0.2")
    expect(wrong).to_be_empty()
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", zip7_inhibitor=0.2))
    field(page, "zip7_inhibitor").fill("0,05")
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", zip7_inhibitor=0.05))


def test_settings_without_an_answer_say_so_and_the_next_ones_are_drawn(page: Page) -> None:
    page.click("#scenario")
    page.get_by_text(zs.load_scenario("dtt_pulse_ero1_knockout").title, exact=True).click()
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", "dtt_pulse_ero1_knockout"))
    page.get_by_label("band of plausible cells").check()
    before = last(page, "xbp1s_fold")
    # The knockout has to come to rest first, and a label that is always there fills up for ever.
    field(page, "pulse_label").fill("0.05")
    message = page.locator("#message")
    expect(message).to_contain_text("no resting state found", timeout=20_000)
    expect(page.locator("#command")).to_contain_text("pulse_label=0.05")
    expect(page.locator("#progress")).to_be_empty()
    assert last(page, "xbp1s_fold") == before
    field(page, "pulse_label").fill("0")
    expect(message).to_be_empty(timeout=20_000)
    expect(page.locator("#progress")).to_have_text("middle 90 percent of 200 plausible cells", timeout=60_000)


def test_another_scenario_sets_the_controls_and_a_kept_run_stays(page: Page) -> None:
    page.click("#keep")
    expect(page.locator("#kept_words")).to_have_text("Dashed: zip7_inhibition")
    page.click("#scenario")
    page.get_by_text("Ero1alpha inhibited by EN460", exact=True).click()
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", "ero1_inhibition"))
    assert field(page, "zip7_inhibitor").input_value() == "0"
    assert last(page, "kept xbp1s_fold") == pytest.approx(ends("xbp1s_fold"), rel=1e-9)
    page.click("#forget")
    page.wait_for_function(
        "!document.querySelector('#story .js-plotly-plot').data.some(one => one.meta.startsWith('kept'))"
    )


def test_mechanisms_change_the_verdicts(page: Page) -> None:
    expect(page.locator("#counts")).to_contain_text("0 differ", timeout=20_000)
    page.get_by_label("zinc acts on Ero1alpha").uncheck()
    expect(page.locator("#counts")).not_to_contain_text(" 0 differ", timeout=20_000)
    expect(page.locator("#verdicts tr").first).to_contain_text("was ")
    expect(page.locator("#hypothesis")).to_contain_text("none that was fitted")
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", zinc_inhibits_ero1=0.0))


def test_the_band_fills_in_and_begins_again(page: Page) -> None:
    box = page.get_by_label("band of plausible cells")
    box.check()
    progress = page.locator("#progress")
    expect(progress).to_have_text("middle 90 percent of 200 plausible cells", timeout=60_000)
    field(page, "zip7_inhibitor").fill("0.05")
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", zip7_inhibitor=0.05))
    expect(progress).to_have_text("middle 90 percent of 200 plausible cells", timeout=60_000)
    _, edges = Bands().of(Settings(scenario="zip7_inhibition", doses={"zip7_inhibitor": 0.05})).upto(200)
    # The outline goes along the upper edge, then back along the lower one.
    wait_for(page, "band xbp1s_fold", edges[0, 1, READOUTS.index("xbp1s_fold")])
    box.uncheck()
    expect(progress).to_be_empty()


def test_downloads(page: Page, tmp_path: Path) -> None:
    field(page, "zip7_inhibitor").fill("0.05")
    wait_for(page, "xbp1s_fold", ends("xbp1s_fold", zip7_inhibitor=0.05))
    content = {}
    for kind in ("csv", "svg", "zip"):
        with page.expect_download() as waiting:
            page.click(f"#{kind}")
        content[kind] = Path(waiting.value.path()).read_bytes()
    header, *rows = content["csv"].decode().splitlines()
    (column,) = (place for place, name in enumerate(header.split(",")) if name.startswith("xbp1s_fold ["))
    assert float(rows[-1].split(",")[column]) == ends("xbp1s_fold", zip7_inhibitor=0.05)
    assert content["svg"].lstrip().startswith(b"<?xml")
    assert content["zip"].startswith(b"PK")


def test_two_tabs_do_not_disturb_each_other(browser: Browser, page: Page, address: str) -> None:
    with browser.new_context() as context:
        other = context.new_page()
        opened(other, address)
        field(page, "zip7_inhibitor").fill("0.05")
        field(other, "zip7_inhibitor").fill("20")
        wait_for(page, "er_zinc_probe", ends("er_zinc_probe", zip7_inhibitor=0.05))
        wait_for(other, "er_zinc_probe", ends("er_zinc_probe", zip7_inhibitor=20.0))
        assert field(page, "zip7_inhibitor").input_value() == "0.05"


def test_a_phone_shows_all_without_sideways_scrolling(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        opened(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("path", ["assets/../settings.py", "..%2f..%2fsettings.py", "assets/%2e%2e/page.py"])
def test_no_file_of_its_own_is_given_away(address: str, path: str) -> None:
    host = address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host)
    connection.request("GET", f"/{path}")
    assert b"class Settings" not in connection.getresponse().read()
    connection.close()


def status(host: str, said: str) -> int:
    connection = http.client.HTTPConnection(host)
    connection.request("GET", "/", headers={"Host": said})
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_names_of_elsewhere_are_refused(address: str) -> None:
    # A page from elsewhere can point its own name to this machine.
    host = address.removeprefix("http://").rstrip("/")
    port = host.rpartition(":")[2]
    assert [status(host, f"{name}:{port}") for name in ("127.0.0.1", "localhost", "127.0.0.2")] == [200, 200, 200]
    assert [status(host, name) for name in ("elsewhere.example", f"127.0.0.1.example:{port}")] == [403, 403]


def test_a_port_in_use_is_told(address: str) -> None:
    port = address.rstrip("/").rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-c", SERVE, "explore", "--no-browser", "--port", port], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
