"""A demo run's report in a real Chromium: it loads nothing, fits a phone, follows light and dark, prints opened."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import finished
from playwright.sync_api import Browser, sync_playwright

pytestmark = pytest.mark.browser

DEMO = Path(__file__).resolve().parents[2] / "pipelines" / "demo.yaml"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the report of a demo run of which some samples were rejected; give its address."""
    run = tmp_path_factory.mktemp("report") / "run"
    finished("run", DEMO, "--out", run, "--set", "checks.length.max_words=12")
    finished("report", run)
    return (run / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    """Start Chromium, after the run: both want this thread's event loop."""
    del address
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "there is no Chromium on this machine"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.mark.parametrize("width", [340, 1100])
def test_the_file_alone_is_all_that_is_loaded_and_nothing_is_wider_than_the_screen(
    browser: Browser, address: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    loaded, complaints = list[str](), list[str]()
    page.on("request", lambda request: loaded.append(request.url[:5]))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert loaded[0] == "file:" and set(loaded[1:]) <= {"data:"} and not complaints
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.close()


def test_colours_follow_the_readers_and_paper_is_light_with_examples_opened(browser: Browser, address: str) -> None:
    colour = "getComputedStyle(document.body).color"
    page = browser.new_page(color_scheme="light")
    page.goto(address)
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) != light
    example = page.locator("article").first
    assert not example.is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colour) == light
    assert example.is_visible()
    page.close()


def test_every_chart_is_a_stop_of_the_keyboard(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    stops = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        stops.add(page.evaluate("document.activeElement.id"))
    assert set(page.eval_on_selector_all("figure", "all => all.map(one => one.id)")) <= stops
    page.close()
