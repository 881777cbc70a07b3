"""The page in a real Chromium: what a person sees, hovers, types and decides, by mouse and keys, on a phone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from viewing import FILE, HOSTILE, Client, demo_run, hostile, other_run, page

from instructgen.reviews import Reviews
from instructgen.run import Run
from instructgen.run_folder import RunFolder

__all__ = ["demo_run", "hostile", "other_run"]
pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = "000000000001/conversation/0"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.fixture(scope="module")
def browser(demo_run: Path, other_run: Path, hostile: Path) -> Iterator[Browser]:
    """A Chromium. The runs are made before it starts: its driver's event loop would be in their way."""
    assert CHROMIUM, "no Chromium was found: 'make test-browser' installs Debian's where there is apt"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def client(demo_run: Path, other_run: Path) -> Iterator[Client]:
    with page(demo_run, other_run) as served:
        yield served


@pytest.fixture
def own(demo_run: Path, tmp_path: Path) -> Iterator[tuple[Path, Client]]:
    """A copy of the demo's run, to be changed, and its page."""
    shutil.copytree(demo_run, tmp_path / "own")
    with page(tmp_path / "own") as served:
        yield tmp_path / "own", served


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """An empty tab; a complaint in its console, such as a breach of the policy, fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 860})
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


def sample_of(client: Client, name: str = SAMPLE, **query: object) -> str:
    more = "".join(f"&{key}={value}" for key, value in query.items())
    return f"{client.address}sample?id={name}{more}"


def boxes_lit(tab: Page) -> list[str]:
    return [str(box.get_attribute("aria-label")) for box in tab.locator("svg .lit").all()]


def mention(tab: Page, word: str) -> Locator:
    return tab.locator("mark.mention", has_text=word).first


def test_the_grid_opens_with_its_pictures_and_a_filter_is_a_click(tab: Page, client: Client) -> None:
    tab.goto(client.address)
    expect(tab).to_have_title("demo: 55 samples")
    expect(tab.locator(".card")).to_have_count(48)
    first = tab.locator(".card img").first
    assert first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    tab.get_by_role("link", name="detail 15").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("15 samples")
    tab.get_by_label("Search in ids and texts").fill("raccoon")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("2 samples")
    tab.get_by_role("link", name="Without task detail").click()
    expect(tab.locator(".card").first).to_contain_text("raccoon", ignore_case=True)


def test_a_box_lights_its_mentions_and_a_mention_its_box(tab: Page, client: Client) -> None:
    tab.goto(sample_of(client))
    mention(tab, "patch").hover()
    assert boxes_lit(tab) == ["patch"]
    assert {mark.inner_text() for mark in tab.locator("mark.lit").all()} == {"patch"}
    tab.locator("h1").hover()
    assert boxes_lit(tab) == [] and tab.locator(".lit").count() == 0
    box = tab.locator("svg g[aria-label=patch] .over").bounding_box()
    assert box
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert boxes_lit(tab) == ["patch"] and tab.locator("mark.lit").count() >= 2
    tab.locator(".labels li", has_text="space shuttle").hover()
    assert boxes_lit(tab) == ["space shuttle"]


def test_what_the_mouse_does_the_keyboard_does_too(tab: Page, client: Client) -> None:
    tab.goto(sample_of(client))
    tab.locator("svg g[aria-label=patch]").focus()
    assert tab.locator("mark.lit").count() >= 2
    mention(tab, "patch").focus()
    assert boxes_lit(tab) == ["patch"]
    outline = mention(tab, "patch").evaluate("mark => getComputedStyle(mark).outlineStyle")
    assert outline == "solid"
    tab.keyboard.press("b")
    expect(tab.locator("#boxes-on")).not_to_be_checked()
    expect(tab.locator("svg g[aria-label=flag]")).to_have_css("opacity", "0")
    expect(tab.locator("svg g[aria-label=patch]")).to_have_css("opacity", "1")


def test_evidence_is_underlined_and_explained(tab: Page, client: Client) -> None:
    tab.goto(f"{client.address}?status=rejected")
    tab.locator(".card h2 a").first.click()
    mark = tab.locator("mark.evidence").first
    assert "wavy" in mark.evaluate(
        "mark => getComputedStyle(mark).textDecorationLine + getComputedStyle(mark).textDecorationStyle"
    )
    described = (mark.get_attribute("aria-describedby") or "").split()
    assert "answer too long" in tab.locator(f"#{described[0]}").inner_text()
    tab.locator("a.ref").first.click()
    assert tab.url.endswith("#note-1")


def test_a_run_is_walked_through_and_reviewed_by_keys_alone(tab: Page, own: tuple[Path, Client]) -> None:
    run, client = own
    tab.goto(client.address)
    tab.keyboard.press("j")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("k")
    focused = "document.activeElement.textContent"
    assert tab.evaluate(focused) == SAMPLE
    tab.keyboard.press("j")
    second = str(tab.evaluate(focused))
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text(second)
    tab.keyboard.press("k")
    expect(tab.locator("h1")).to_have_text(SAMPLE)
    tab.keyboard.press("n")
    tab.keyboard.type("a j in a note is a letter")
    tab.keyboard.press("Escape")
    tab.keyboard.press("r")
    expect(tab.locator(".standing")).to_contain_text("rejected by")
    assert [(r.decision, r.note) for r in dict(Reviews(RunFolder(run)))[SAMPLE]] == [
        ("reject", "a j in a note is a letter")
    ]
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("h1")).to_have_text(second)
    tab.keyboard.press("a")
    expect(tab.locator(".standing")).to_contain_text("accepted by")
    tab.keyboard.press("u")
    expect(tab.locator(".card .decided")).to_have_count(2)
    tab.keyboard.press("/")
    tab.keyboard.type("rocket")
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_contain_text("sample")
    tab.keyboard.press("?")
    expect(tab.locator("#keys dl")).to_be_visible()


def test_an_edit_is_saved_survives_a_reload_and_is_exported(tab: Page, own: tuple[Path, Client]) -> None:
    run, client = own
    tab.goto(sample_of(client))
    tab.keyboard.press("e")
    answer = tab.locator("#edit textarea[name=turn1]")
    expect(tab.locator("#edit textarea[name=turn0]")).to_be_focused()
    assert "<image>" not in tab.locator("#edit textarea[name=turn0]").input_value()
    answer.fill("It is orange, with patches.")
    tab.get_by_role("button", name="Save the edit").click()
    expect(tab.locator(".standing")).to_contain_text("edited by")
    tab.reload()
    expect(tab.get_by_label("As edited", exact=True)).to_contain_text("It is orange, with patches.")
    opened = Run.open(run)
    changed = next(sample for sample in opened.samples(reviews=opened.reviews()) if sample.id == SAMPLE)
    assert changed.turns[1].text == "It is orange, with patches." and changed.turns[0].text.count("<image>") == 1


def test_hostile_words_stay_words(tab: Page, hostile: Path) -> None:
    (sample,) = Run.open(hostile).samples()
    with page(hostile, hostile) as client:
        tab.goto(client.address)
        expect(tab.locator(".card")).to_contain_text(HOSTILE)
        tab.locator(".card h2 a").click()
        expect(tab.locator("h1")).to_have_text(sample.id)
        expect(tab.locator("figcaption")).to_have_text(FILE)
        assert tab.locator(".canvas img").evaluate("i => i.decode().then(() => i.naturalWidth)") > 0
        expect(tab.locator(".turns .gpt")).to_contain_text(HOSTILE)
        tab.locator("#note").fill(HOSTILE)
        tab.keyboard.press("Enter")
        expect(tab.locator(".standing q")).to_have_text(HOSTILE)
        for details in tab.locator(".asked > details > summary").all():
            details.click()
        tab.locator("svg .over").first.hover()
        tab.goto(f"{client.address}compare")
        expect(tab.locator(".pair")).to_contain_text(HOSTILE)
        assert tab.locator("a[href^='javascript:']").count() == 0
        assert tab.evaluate("window.owned") is None


def test_two_runs_are_compared_and_followed_to_their_samples(tab: Page, client: Client) -> None:
    tab.goto(client.address)
    tab.get_by_role("link", name="Side by side").click()
    expect(tab.locator(".pair")).to_have_count(8)
    tab.get_by_role("link", name="detail", exact=True).click()
    expect(tab.locator(".pair").first.locator("h4").first).to_contain_text("detail/0")
    name = tab.locator(".pair").nth(1).locator("h2 a").inner_text()
    tab.locator(".pair").nth(1).locator("h2 a").click()
    expect(tab.locator(".pair")).to_have_count(1)
    expect(tab.locator(".pair h2")).to_have_text(name)
    tab.go_back()
    tab.locator(".rows > .made a").nth(1).click()
    expect(tab.locator("h1")).to_contain_text("/detail/")
    expect(tab.locator(".runs a[aria-current]")).to_have_text("other")


def test_everything_but_hovering_and_keys_works_without_a_script(browser: Browser, own: tuple[Path, Client]) -> None:
    run, client = own
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(client.address)
    tab.get_by_role("link", name="conversation 24").click()
    tab.locator(".card h2 a").first.click()
    tab.get_by_role("button", name="Reject").click()
    expect(tab.locator(".standing")).to_contain_text("rejected by")
    tab.get_by_role("link", name="Next").click()
    tab.locator("#edit summary").click()
    tab.locator("#edit textarea[name=turn1]").fill("Yes.")
    tab.get_by_role("button", name="Save the edit").click()
    expect(tab.locator(".standing")).to_contain_text("edited by")
    context.close()
    assert len(Reviews(RunFolder(run))) == 2


@pytest.mark.parametrize("path", ["", f"sample?id={SAMPLE}", "compare"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, client: Client, path: str) -> None:
    tab = browser.new_page(viewport={"width": 360, "height": 740})
    tab.goto(client.address + path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", f"sample?id={SAMPLE}", "compare", "nowhere"])
def test_text_can_be_read_in_light_and_dark(browser: Browser, client: Client, scheme: str, path: str) -> None:
    tab = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    tab.goto(client.address + path)
    low = tab.evaluate((Path(__file__).parent / "contrast.js").read_text(encoding="utf-8"))
    tab.close()
    assert low == []


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_million_samples_are_filtered_and_opened(tab: Page, tmp_path: Path) -> None:
    script = "import page_large, pathlib, sys; page_large.write_large(pathlib.Path(sys.argv[1]), 1_000_000)"
    environment = os.environ | {"OPENAI_API_KEY": "none"}
    command = [sys.executable, "-c", script, str(tmp_path)]
    subprocess.run(command, cwd=ROOT / "benchmarks", check=True, env=environment)
    with page(tmp_path / "run") as client:
        tab.goto(client.address)
        expect(tab.locator("h1")).to_have_text("1,000,000 samples", timeout=60_000)
        tab.get_by_role("link", name="leaks: source words 40,000").click()
        expect(tab.locator("h1")).to_have_text("40,000 samples")
        tab.get_by_label("Search in ids and texts").fill("quagga")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**q=quagga**", timeout=20_000)
        tab.goto(f"{client.address}?q=quagga")
        expect(tab.locator("h1")).to_have_text("50 samples", timeout=20_000)
        tab.locator(".card h2 a").last.click()
        expect(tab.locator(".turns")).to_contain_text("Quagga.")
        tab.goto(f"{client.address}?page=last")
        expect(tab.locator(".card")).not_to_have_count(0)
