"""A sample's turns in; their lower-case words out, once for all the checks that judge the sample.

A word is a run of letters, digits and underscores; a Chinese or Japanese character is a word of its own.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..records import Turn

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
_BLANKS = bytes(code if code > 127 or chr(code).isalnum() or chr(code) == "_" else 32 for code in range(256))
_BORDERED = b"\x00" + _BLANKS[1:]


class Words(NamedTuple):
    """The words of a sample."""

    turns: Sequence[Turn]
    low: list[str]
    """Each turn's text in lower case."""
    whole: str
    """All of them in one."""
    words: list[list[str]]
    """Each turn's words."""
    flat: list[str]
    """The words of all turns in a row; what stands between turns may be among them."""
    noticed: set[str]
    """Those words that are looked out for."""


BORDER = " \x00 "
"""Stands between turns where they are split in one pass."""

_looked_for: set[str] = set()
_latest = Words((), [], "", [], [], set())


def look_out_for(words: Iterable[str]) -> None:
    """Have these words noticed in every sample from now on."""
    _looked_for.update(words)


def words_of(turns: Sequence[Turn]) -> Words:
    """Give the words of all turns. The latest answer is kept: several checks judge one sample in a row."""
    global _latest
    latest = _latest
    if latest.turns is turns:
        return latest
    low = [turn.text.lower() for turn in turns]
    whole = BORDER.join(low)
    if whole.isascii() and whole.count("\x00") == len(low) - 1:
        flat = whole.encode().translate(_BORDERED).decode().split()
        words = _apart(flat, len(low))
    else:
        words = [split(text) for text in low]
        flat = [word for said in words for word in said]
    latest = Words(turns, low, whole, words, flat, _looked_for.intersection(flat))
    _latest = latest
    return latest


def _apart(flat: list[str], turns: int) -> list[list[str]]:
    """Cut the words of all turns, split in one pass, where a border stands."""
    words: list[list[str]] = []
    begin = 0
    for _ in range(turns - 1):
        end = flat.index("\x00", begin)
        words.append(flat[begin:end])
        begin = end + 1
    words.append(flat[begin:])
    return words


def split(low: str) -> list[str]:
    """Split a lower-case text into words."""
    # For ASCII, translating bytes and splitting takes a fraction of the time of a regular expression.
    return low.encode().translate(_BLANKS).decode().split() if low.isascii() else WORD.findall(low)
