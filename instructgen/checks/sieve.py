"""Regular expressions and a text in; which of them may be in it out, all at once.

Python's engine tries each alternative at each place: hundreds of them cost a millisecond a sample. RE2 runs all
patterns as one automaton in a few microseconds. It has no lookarounds, so these are left out here: what it finds is a
little more than what the patterns match, never less, and Python's engine has the last word.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

MOST_MEMORY = 64 << 20
"""Bytes that the automaton may take."""
_LOOKAROUND = re.compile(r"\(\?<?[=!]")


class Sieve:
    """Several lower-case patterns, to be found in texts that stand in one, with ``border`` between them."""

    def __init__(self, patterns: Sequence[str], border: str) -> None:
        self._patterns = patterns
        self._border = re.escape(border)

    def may_match(self, low: str) -> list[int]:
        """Give the numbers of the patterns that a lower-case text may hold, in order."""
        return sorted(self._set.Match(low if low.isascii() else low.translate(self._letters)) or ())

    @cached_property
    def _set(self) -> Any:
        import re2

        options = re2.Options()
        options.max_mem = MOST_MEMORY
        options.never_capture = True
        found = re2.Set.SearchSet(options)
        for pattern in self._patterns:
            found.Add(simplified(pattern, self._border))
        found.Compile()
        return found

    @cached_property
    def _letters(self) -> "_Letters":
        return _Letters("".join(self._patterns))


class _Letters(dict[int, int]):
    """Makes what RE2 takes for no letter one: it knows ASCII's alone. Signs that the patterns name stay."""

    def __init__(self, named: str) -> None:
        super().__init__({code: code for code in map(ord, named)} | {code: code for code in range(128)})

    def __missing__(self, code: int) -> int:
        letter = ord("e") if chr(code).isalnum() else ord(" ") if chr(code).isspace() else code
        if 0xD800 <= code < 0xE000:
            letter = ord("?")  # half of a surrogate pair, which RE2's UTF-8 cannot hold
        self[code] = letter
        return letter


def simplified(pattern: str, border: str) -> str:
    """Give a pattern without lookarounds; what stands for a text's begin and end stands for borders too."""
    kept, at = "", 0
    while at < len(pattern):
        if _LOOKAROUND.match(pattern, at):
            at = _end_of_group(pattern, at)
            continue
        width = 2 if pattern[at] == "\\" else _end_of_class(pattern, at) - at if pattern[at] == "[" else 1
        piece = pattern[at : at + width]
        if piece in (r"\A", "^"):
            piece = rf"(?:\A|{border})"
        elif piece in (r"\Z", "$"):
            piece = rf"(?:\z|{border})"
        kept += piece
        at += width
    return kept


def _end_of_group(pattern: str, at: int) -> int:
    depth = 0
    while True:
        sign = pattern[at]
        if sign == "\\":
            at += 2
        elif sign == "[":
            at = _end_of_class(pattern, at)
        else:
            at += 1
            depth += (sign == "(") - (sign == ")")
            if depth == 0:
                return at


def _end_of_class(pattern: str, at: int) -> int:
    at += 2 if pattern[at + 1] in "^]" else 1
    at += pattern[at] == "]"
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1
