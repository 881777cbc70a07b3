"""A turn's text in; its words out, with their places, what stands between them and the sentences that they are in."""

import re
from bisect import bisect_right
from itertools import accumulate, compress, count
from operator import add, sub

from .wording import straight

_WORDS = re.compile(r"(\d++(?:[.,:]\d++)+|[^\W_]++(?:['-][^\W_]++)*)")
"""It keeps the word: it splits a text. Groups give back: before Python 3.11.5 one that does not keeps half a match."""
_BLANKS = bytes(code if chr(code).isalnum() or chr(code) in "'-" else 32 for code in range(128)).ljust(256)
_DIGITS = b"0123456789"
_DECIMAL = re.compile("[0-9][.,:][0-9]")
_LOOSE = re.compile("(?<![a-z0-9])['-]|['-](?![a-z0-9])")
"""An apostrophe or hyphen that joins nothing to a word."""
_SENTENCE_END = re.compile(r"[.!?\n]+[\"'”’)\]]*(?:(?=\s)|(?<=\n))")
"""Begins with one class of characters, no alternative, so that ``re`` skips to where one is: twice as fast."""
_ABBREVIATION = re.compile(r"\b(?:mrs?|dr|st|vs)\.$")
_SHORT = ("mr.", "mrs.", "dr.", "st.", "vs.")
_LONGEST = 120
"""Words after which a run-on reply is cut as though a sentence ended: time stays linear in its length."""

_PADDING = [""] * 32


class Tokens:
    """A turn's words as lists that go side by side: an object for each word would take as long as all its reading."""

    __slots__ = ("bounds", "ends", "gaps", "low", "padded", "sentences", "starts", "text")

    starts: list[int]
    """Where the words start."""
    gaps: list[str]
    """What stands before each word, and after the last."""

    def __init__(self, text: str) -> None:
        low = text.lower()
        if not text.isascii():
            if len(low) != len(text):  # a few letters have a longer lower case; places must stay
                low = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
            low = straight(low)
        if "<image>" in low:
            low = low.replace("<image>", "       ")
        self.text = text
        self.low, self.ends = (_in_ascii(low) if low.isascii() else None) or _by_pattern(low)
        """Words in lower case, apostrophes straight; where they end, in code points of the turn's text."""
        self.padded = self.low + _PADDING
        """The words and some empty ones, so that a few places before the first and past the last there is no word."""
        self.sentences: list[int] = []
        """Number of the sentence in its turn."""
        self.bounds: list[int] = []
        """The index past the last word of each sentence."""
        past, words = 0, len(self.low)
        for match in _SENTENCE_END.finditer(low):
            end = match.end()
            if not low.endswith(_SHORT, 0, end) or not _ABBREVIATION.search(low, max(0, end - 5), end):
                past = self._end_sentence(past, bisect_right(self.ends, end, past))
        self._end_sentence(past, words)

    def _end_sentence(self, past: int, last: int) -> int:
        while past < last:
            first, past = past, min(last, past + _LONGEST)
            self.sentences += [len(self.bounds)] * (past - first)
            self.bounds.append(past)
        return past

    def __getattr__(self, name: str) -> object:
        """Make a list that not every turn needs."""
        if name == "starts":
            self.starts = list(map(sub, self.ends, map(len, self.low)))
            return self.starts
        if name == "gaps":
            places = zip([0, *self.ends], [*self.starts, len(self.text)], strict=True)
            self.gaps = [self.text[end:start] for end, start in places]
            return self.gaps
        raise AttributeError(name)

    def gap(self, at: int) -> str:
        """Give what stands before a word, or after the last, where few are asked for."""
        end = self.ends[at] - len(self.low[at]) if at < len(self.low) else len(self.text)
        return self.text[self.ends[at - 1] if at else 0 : end]

    def around(self, first: int, last: int) -> tuple[int, int]:
        """Give the bounds of the sentence around words, of the first one's where they are of two."""
        number = self.sentences[first]
        return self.bounds[number - 1] if number else 0, max(last, self.bounds[number])


def _in_ascii(low: str) -> tuple[list[str], list[int]] | None:
    """Give words and their ends without a pattern, which takes three times as long; None where decimals need one."""
    data = low.encode()
    if len(data.translate(None, _DIGITS)) != len(data) and _DECIMAL.search(low):
        return None
    if "'" in low or "-" in low:
        data = _LOOSE.sub(" ", low).encode()
    pieces = data.translate(_BLANKS).decode().split(" ")
    ends = map(add, accumulate(map(len, pieces)), count())
    return list(filter(None, pieces)), list(compress(ends, pieces))


def _by_pattern(low: str) -> tuple[list[str], list[int]]:
    # Without a line of Python for each word: what stands between words and the words themselves take turns.
    pieces = _WORDS.split(low)
    return pieces[1::2], list(accumulate(map(len, pieces)))[1::2]
