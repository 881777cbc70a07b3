"""A caption and the lines that were read in its picture in; which of its quotations nobody read out.

A reader of letters errs (O and 0, l and 1) and overlooks what is small, bent or drawn by hand: words are compared
without signs, case and such pairs, with some letters' tolerance, and a quotation of which nothing was read is for
noting. Where nothing was read at all, there is nothing to hold a caption against.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import ClassVar, Literal, NamedTuple

from ..component import Component
from ..records import Context, Sample, Span, Verdict
from .words import WORD

_PASSED = Verdict(check="ocr_agreement", outcome="pass")

_QUOTED = re.compile(
    r"[\"“](?P<double>[^\"“”\n]{1,200})[\"”]"
    r"|(?<!\w)['‘](?P<single>[^'‘’\"\n]{2,100})['’](?!\w)"
    r"|\b(?:reads?|reading|says?|saying|spells|words?|letters|text|label(?:l?ed)?|titled)[:,]? "
    r"(?P<bare>[A-Z0-9][A-Z0-9&'.-]+(?: [A-Z0-9][A-Z0-9&'.-]*)*)"
)
"""In quotation marks, or in capitals after "reads" and the like."""
_LOOKALIKE = str.maketrans("0158|!l", "oisbiii")
"""Signs that readers of letters take for each other."""
_CLOSE = 0.75
"""How like words must be by difflib's ratio: one letter of four may be read wrongly."""
_HALF = 0.5
_SHORT = 3
_MOST = 200


class Quotation(NamedTuple):
    """A quoted text and how much of it was read."""

    turn: int
    start: int
    end: int
    read: float
    """Share of its letters that are in words that were read."""
    numbers: bool
    """All its numbers were read."""

    @property
    def fine(self) -> bool:
        """At least half of it was read, and no other number."""
        return self.numbers and self.read >= _HALF


class OcrAgreementCheck(Component):
    """Holds what a caption quotes to the lines that the extractor ``ocr`` read in the picture.

    Fails a quotation of which no word was read; doubtful is one of which less than half was read, or another number.
    """

    name: ClassVar[str] = "ocr_agreement"
    version: ClassVar[int] = 1

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge; the quotations that share the gravest outcome are the evidence."""
        lines = _lines(context)
        found = [q for q in _quotations(sample, lines) if not q.fine] if lines else []
        if not found:
            return _PASSED
        worst = [q for q in found if not q.read] or found
        outcome: Literal["fail", "doubtful"] = "doubtful" if worst[0].read else "fail"
        read = "read: " + ", ".join(lines)[:_MOST]
        spans = tuple(Span(turn=q.turn, start=q.start, end=q.end, contradicts=read) for q in worst)
        hint = "Quote only words that can be read in the picture, letter by letter."
        return Verdict(check=self.name, outcome=outcome, reason="quoted_text_unread", evidence=spans, hint=hint)

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Count quotations and those that were read, and the lines that were read and those that the answers tell."""
        lines = _lines(context)
        if not lines:
            return {}
        quotations = list(_quotations(sample, lines))
        said = _Text(turn.text for turn in sample.turns if turn.role == "gpt")
        told = sum(said.share(line)[0] >= _HALF for line in lines)
        read = sum(quotation.fine for quotation in quotations)
        return {"quotations": len(quotations), "read": read, "lines": len(lines), "told": told}


class _Text:
    """Lines or turns, to look up words in."""

    def __init__(self, texts: Iterable[str]) -> None:
        words = [_plain(word) for text in texts for word in WORD.findall(text.lower())]
        self._whole = "".join(words)  # readers leave out blanks
        self._words = dict.fromkeys(words)

    def share(self, text: str) -> tuple[float, bool]:
        """Give the share of a text's letters that are in words that are here, 1 where it has none; and whether all
        its numbers are.
        """
        words = WORD.findall(text.lower())
        lacking = [word for word in words if not self._has(word)]
        letters = sum(map(len, words))
        share = 1 - sum(map(len, lacking)) / letters if letters else 1.0
        return share, not any(map(str.isdigit, lacking))

    def _has(self, word: str) -> bool:
        plain, number = _plain(word), word.isdigit()
        if plain in self._words or (len(word) >= _SHORT - number and plain in self._whole):
            return True
        # Another number is another number.
        exact = len(word) <= _SHORT or any(map(str.isdigit, word))
        return not exact and bool(get_close_matches(plain, self._words, 1, _CLOSE))


def _plain(word: str) -> str:
    return word.translate(_LOOKALIKE)


def _lines(context: Context) -> list[str]:
    return [passage.text for passage in context.passages if passage.kind == "ocr"]


def _quotations(sample: Sample, lines: Sequence[str]) -> Iterator[Quotation]:
    text = _Text(lines)
    for number, turn in enumerate(sample.turns):
        for found in _QUOTED.finditer(turn.text) if turn.role == "gpt" else ():
            start, end = found.span(found.lastgroup or 0)
            yield Quotation(number, start, end, *text.share(turn.text[start:end]))
