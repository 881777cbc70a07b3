"""A page of sections in; one HTML file out: no network, no script, for light and dark, for paper and keyboard.

Texts of samples, captions, names and reasons are escaped by the templates; the page's own policy forbids whatever is
not in the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .. import __version__
from .charts import Bar, Histogram
from .examples import ShownTurn

TEMPLATES = Path(__file__).parent / "templates"


class Table(NamedTuple):
    """Words and numbers in rows; all columns after the first ``texts`` are numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1


class Chart(NamedTuple):
    """Bars or histograms, with a table that says the same."""

    title: str
    note: str
    bars: Sequence[Bar] = ()
    histograms: Sequence[Histogram] = ()
    legend: Sequence[tuple[str, str]] = ()
    """Tone and name of what the stretches of the bars are."""


class ShownExample(NamedTuple):
    """A sample as the page shows it."""

    name: str
    turns: Sequence[ShownTurn]
    against: Sequence[str]
    """What it was held against, in words: captions, classes of boxes, a server's words."""
    picture: str | None = None
    """A small copy of the picture as a ``data:`` address."""


class Reason(NamedTuple):
    """A finding with a few samples that show it."""

    name: str
    said: str
    tone: str
    examples: Sequence[ShownExample]


@dataclass
class Section:
    """A part of the page."""

    key: str
    """The anchor that leads to it."""
    title: str
    lead: str = ""
    charts: list[Chart] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.charts or self.tables or self.reasons)


class Fact(NamedTuple):
    """One of the figures at the top."""

    value: str
    name: str


class Page(NamedTuple):
    """All that the file shows."""

    title: str
    about: str
    provisional: str
    """Why the figures are not final, as a sentence; empty when they are."""
    facts: Sequence[Fact]
    sections: Sequence[Section]


def render(page: Page) -> str:
    """Write the page as HTML; sections that show nothing are left out."""
    sections = [section for section in page.sections if section]
    template = _environment().get_template("report.html.jinja")
    return template.render(page=page, sections=sections, version=__version__) + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
