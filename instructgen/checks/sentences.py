"""A turn's text in; its words out, with their places, what stands between them and the sentences that they are in."""

import re
from bisect import bisect_left
from itertools import accumulate

from .wording import straight

_WORDS = re.compile(r"(\d++(?:[.,:]\d++)++|[^\W_]++(?:['-][^\W_]++)*+)")
_ASCII_WORDS = re.compile(r"([0-9]++(?:[.,:][0-9]++)++|[a-z0-9]++(?:['-][a-z0-9]++)*+)")
"""The same for texts in lower case and ASCII, in half the time. Both keep the word: they split a text with it."""
_SENTENCE_END = re.compile(r"[.!?\n]+[\"'”’)\]]*(?:(?=\s)|(?<=\n))")
"""Begins with one class of characters, no alternative, so that ``re`` skips to where one is: twice as fast."""
_ABBREVIATION = re.compile(r"\b(?:mrs?|dr|st|vs)\.$")
_SHORT = ("mr.", "mrs.", "dr.", "st.", "vs.")
_LONGEST = 120
"""Words after which a run-on reply is cut as though a sentence ended: time stays linear in its length."""


class Tokens:
    """A turn's words as lists that go side by side: an object for each word would take as long as all its reading."""

    __slots__ = ("bounds", "ends", "gaps", "low", "sentences", "starts")

    def __init__(self, text: str) -> None:
        low = text.lower()
        if not text.isascii():
            if len(low) != len(text):  # a few letters have a longer lower case; places must stay
                low = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
            low = straight(low)
        marked = "<image>" in low
        if marked:
            low = low.replace("<image>", "       ")
        # Without a line of Python for each word: what stands between words and the words themselves take turns.
        pieces = (_ASCII_WORDS if low.isascii() else _WORDS).split(low)
        places = list(accumulate(map(len, pieces)))
        self.low: list[str] = pieces[1::2]
        """In lower case, apostrophes straight."""
        self.starts: list[int] = places[:-1:2]
        """Code points of the turn's text."""
        self.ends: list[int] = places[1::2]
        self.gaps: list[str] = pieces[::2]
        """What stands before each word, and after the last."""
        if marked:
            self.gaps = [text[a:b] for a, b in zip((0, *self.ends), (*self.starts, len(text)), strict=True)]
        self.sentences: list[int] = []
        """Number of the sentence in its turn."""
        self.bounds: list[int] = []
        """The index past the last word of each sentence."""
        past = 0
        for end in _sentence_ends(low):
            last = bisect_left(self.starts, end, past)
            while past < last:
                first, past = past, min(last, past + _LONGEST)
                self.sentences += [len(self.bounds)] * (past - first)
                self.bounds.append(past)

    def around(self, first: int, last: int) -> tuple[int, int]:
        """Give the bounds of the sentence around words, of the first one's where they are of two."""
        number = self.sentences[first]
        return self.bounds[number - 1] if number else 0, max(last, self.bounds[number])


def _sentence_ends(low: str) -> list[int]:
    ends = [match.end() for match in _SENTENCE_END.finditer(low)]
    ends = [e for e in ends if not low.endswith(_SHORT, 0, e) or not _ABBREVIATION.search(low, max(0, e - 5), e)]
    return [*ends, len(low)]
