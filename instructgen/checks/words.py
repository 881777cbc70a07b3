"""A sample's turns in; their lower-case words out, once for all the checks that judge the sample.

A word is a run of letters, digits and underscores; a Chinese or Japanese character is a word of its own.
"""

import re
from collections.abc import Sequence
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
    asked: set[str]
    """All words of the questions."""
    answered: set[str]
    """All words of the answers."""


_BORDER = " \x00 "
"""Stands between turns where they are split in one pass."""

_latest = Words((), [], "", [], set(), set())


def words_of(turns: Sequence[Turn]) -> Words:
    """Give the words of all turns. The latest answer is kept: several checks judge one sample in a row."""
    global _latest
    latest = _latest
    if latest.turns is turns:
        return latest
    low = [turn.text.lower() for turn in turns]
    whole = _BORDER.join(low)
    together = whole.isascii() and whole.count("\x00") == len(low) - 1
    words = _split_all(whole, len(low)) if together else [split(text) for text in low]
    asked, answered = set[str](), set[str]()
    for turn, said in zip(turns, words, strict=True):
        (answered if turn.role == "gpt" else asked).update(said)
    latest = Words(turns, low, whole, words, asked, answered)
    _latest = latest
    return latest


def _split_all(whole: str, turns: int) -> list[list[str]]:
    """Split the joined ASCII texts of all turns: one pass costs half of a pass for each."""
    words: list[list[str]] = []
    begin, found = 0, whole.encode().translate(_BORDERED).decode().split()
    for _ in range(turns - 1):
        end = found.index("\x00", begin)
        words.append(found[begin:end])
        begin = end + 1
    words.append(found[begin:])
    return words


def split(low: str) -> list[str]:
    """Split a lower-case text into words."""
    # For ASCII, translating bytes and splitting takes a fraction of the time of a regular expression.
    return low.encode().translate(_BLANKS).decode().split() if low.isascii() else WORD.findall(low)
