"""A card in; a page that looks as the Hub shows it out: for tests, and to look at.

python tests/publishing/rendered.py FOLDER PICTURE.png
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

STYLE = """
body { margin: 0 auto; padding: 24px 28px 60px; max-width: 840px; background: #fff; color: #374151;
  font: 16px/1.6 "Source Sans Pro", "DejaVu Sans", sans-serif; overflow-wrap: break-word }
h1, h2, h3 { color: #111827; line-height: 1.3; margin: 1.6em 0 .6em } h1 { font-size: 30px } h2 { font-size: 23px;
  border-bottom: 1px solid #e5e7eb; padding-bottom: .3em } h3 { font-size: 18px }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 14px; margin: 1em 0 }
th, td { border: 1px solid #e5e7eb; padding: 6px 12px; text-align: left; vertical-align: top }
th { background: #f9fafb }
[style*="right"] { text-align: right; white-space: nowrap }
code { background: #f3f4f6; border-radius: 4px; padding: .1em .35em; font-size: 85% }
pre { background: #f3f4f6; border-radius: 8px; padding: 12px 16px; overflow-x: auto } pre code { padding: 0 }
blockquote { border-left: 3px solid #e5e7eb; margin: 1em 0; padding: 0 1em; color: #4b5563 }
blockquote p { margin: .4em 0 }
img { max-width: 100% } a { color: #2563eb } sub { color: #6b7280 }
"""


def body(card: str) -> str:
    """Give a card's HTML, the metadata left out."""
    text = re.sub(r"\A---\n.*?\n---\n", "", card, flags=re.DOTALL)
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def page(card: str) -> str:
    """Give a card as a page of its own."""
    return f"<!doctype html><html lang=en><meta charset=utf-8><style>{STYLE}</style><body>{body(card)}</body></html>"


@contextmanager
def opened(folder: Path, width: int = 900) -> Iterator[tuple[Any, list[str]]]:
    """Open a folder's card in Chromium, with whatever it asked of the network and complained about."""
    playwright = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert chromium, "no Chromium found; `make test-browser` installs one where there is apt"
    (folder / "card.html").write_text(page((folder / "README.md").read_text(encoding="utf-8")), encoding="utf-8")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
        trouble: list[str] = []
        shown.on("console", lambda message: trouble.append(message.text))
        shown.on("request", lambda request: trouble.append(request.url) if "file://" not in request.url else None)
        shown.goto((folder / "card.html").resolve().as_uri())
        yield shown, trouble
        browser.close()


def picture(folder: Path, out: Path) -> None:
    """Save a picture of a card: its upper half beside its lower one."""
    from PIL import Image

    with opened(folder) as (shown, trouble):
        assert not trouble, trouble
        shown.screenshot(path=str(out), full_page=True)
        half = int(shown.evaluate("document.getElementsByTagName('h2')[2].offsetTop")) - 20
    with Image.open(out) as whole:
        page = whole.convert("RGB")
    made = Image.new("RGB", (page.width * 2, half), "white")
    made.paste(page.crop((0, 0, page.width, half)), (0, 0))
    made.paste(page.crop((0, half, page.width, half * 2)), (page.width, 0))
    made.resize((made.width // 2, half // 2)).quantize(96).save(out, optimize=True)


if __name__ == "__main__":
    picture(Path(sys.argv[1]), Path(sys.argv[2]))
