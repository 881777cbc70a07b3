"""Texts in; Markdown that shows just these texts out: nothing in them is markup, a link, a picture or HTML."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from markupsafe import Markup

_SIGNS = re.compile(r"[!#$&*<>@\[\\\]`|~]|(?<!\w)_|_(?!\w)|:(?=//|\w)|(?<=www)\.|^[-+=]", re.IGNORECASE)
"""What may be markup in a line: of Markdown, its tables and extensions, and HTML."""
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
"""What begins a list."""
_ADDRESS = "%/:?#[]@!$&'()*+,;=~"
"""Signs of an address, none of which ends a link or a cell of a table."""
_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, among them those that turn the direction of text, and what no file can hold."""


def escaped(text: str) -> Markup:
    """Give a text as Markdown within a line; its line breaks become ``<br>``.

    Punctuation that could be markup becomes character references, which Markdown reads as the signs themselves.
    """
    shown = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", _BREAK.sub("\n", text))
    return Markup("<br>".join(map(_line, shown.split("\n"))))


def _line(text: str) -> str:
    line = _SIGNS.sub(lambda found: _reference(found.group()), text.strip())
    return _NUMBERED.sub(lambda found: found[1] + _reference(found[2]), line)


def _reference(sign: str) -> str:
    return f"&#{ord(sign)};"


def code(text: object) -> Markup:
    """Give a name as code."""
    return Markup(f"<code>{escaped(str(text))}</code>")


def link(text: Markup | str, url: str) -> Markup:
    """Give a link to a page of the web; the text alone where the address is none of http or https."""
    shown = text if isinstance(text, Markup) else escaped(text)
    return Markup(f"[{shown}](<{quote(url, safe=_ADDRESS)}>)") if url.startswith(("http://", "https://")) else shown


def table(head: Sequence[object], rows: Iterable[Sequence[object]], numbers: int | None = None) -> Markup:
    """Give a table; columns from ``numbers`` on, counted from 0, are set to the right."""
    start = len(head) if numbers is None else numbers
    rule = ["---:" if place >= start else "---" for place in range(len(head))]
    lines = [map(_cell, head), rule, *(map(_cell, row) for row in rows)]
    return Markup("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _cell(value: object) -> str:
    return str(value if isinstance(value, Markup) else escaped(str(value)))
