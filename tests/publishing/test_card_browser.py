"""A card as the Hub would show it, in a real Chromium: its pictures, its width, and texts that mean harm."""

from pathlib import Path

import pytest
from laying import demo_run, laid_out, write
from rendered import opened

from instructgen.publishing.card import card
from instructgen.records import Turn
from instructgen.reviews import append, review_of
from instructgen.run import Run

pytestmark = pytest.mark.browser

HARM = (
    '<img src="http://evil.example/a.png" onerror="document.title=1"> ![b](http://evil.example/b.png) | **bold** | '
    "</blockquote><script>document.title=1</script> [link](javascript:alert(1)) https://evil.example `code`"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a demo run into a folder in which people and the recipe say things that mean harm."""
    place = tmp_path_factory.mktemp("card")
    run = demo_run(place / "run", f"about='{HARM}'", "checks.repetition.action=tag")
    turns = (Turn(role="human", text=f"<image>\nWhat is here?\n\n# {HARM}"), Turn(role="gpt", text=f"- This. {HARM}"))
    append(run.folder, [review_of(sample, "edit", "somebody", turns) for sample in run.samples("detail")])
    found = laid_out(Run.open(run.folder.path), place / "set")
    write(card(found), found.folder)
    return found.folder


@pytest.mark.parametrize("width", [340, 900])
def test_it_shows_its_pictures_and_nothing_else_from_anywhere(folder: Path, width: int) -> None:
    with opened(folder, width) as (page, trouble):
        assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 100)")
        assert page.evaluate("document.images.length") == 3
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("document.title + document.scripts.length") == "0"
        assert not trouble


def test_harmful_texts_are_shown_as_they_are(folder: Path) -> None:
    with opened(folder) as (page, _):
        said = page.locator("blockquote").nth(1).inner_text()
        assert f"# {HARM}" in said and f"- This. {HARM}" in said
        assert HARM in page.locator("h1 + p").inner_text()
        links = page.eval_on_selector_all("a", "all => all.map(one => one.getAttribute('href'))")
        assert not [link for link in links if "evil" in link or "javascript" in link]
        assert {link for link in links if "://" not in link} == {
            f"{kind}/{task}.{end}"
            for task in ("conversation", "detail", "complex_reasoning")
            for kind, end in (("prompts", "jinja"), ("seeds", "yaml"))
        }
