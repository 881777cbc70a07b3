"""A sample in; where it guesses what the picture decides or cannot show out, and how often it hedges.

Hedging is normal: of GPT-4's published answers, 13 % of those in conversations and 83 % of those that reason hedge
somewhere. So hedges are counted, and nothing here ever fails. Doubtful is a guess in answer to a question that a look
decides ("Is there a dog?" "There might be."), and a guess about what lies outside the picture. "Appears to be" is a
hedge that is counted and no guess. English only.
"""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from ..component import Component
from ..records import Context, Sample, Span, Turn, Verdict
from ..text import word_set
from .wording import sentence_of
from .words import look_out_for, split, words_of

_PASSED = Verdict(check="hedges", outcome="pass")

_GUESSES = word_set(
    "probably possibly perhaps maybe presumably likely might may could guess assume suppose think possible"
)
_SOFT = word_set("appears appear seems seem seemingly apparently suggests suggesting suggest looks indicating")
_ELSEWHERE = word_set(
    "frame picture image photo view shot camera scene photographer screen visible shown pictured seen"
)
look_out_for(_GUESSES | _SOFT)

_GUESS = re.compile(
    r"\b(?:probably|possibly|perhaps|maybe|presumably|(?:most |very |quite )?likely|might|possible that"
    r"|(?:may|could)(?= (?:well |also )?(?:be|have)\b)"
    r"|(?:i|we|one) (?:(?:would|can|could) )?(?:guess|assume|suppose|think))\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    rf"{_GUESS.pattern}"
    r"|\b(?:appears?|seems?|seemingly|apparently|suggest(?:s|ing)?|looks? (?:like|as if)|indicating)\b",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"\b(?:outside|beyond|out of|off|past) (?:of )?(?:the |this )?"
    r"(?:frame|picture|image|photo|view|shot|camera|scene)\b"
    r"|\bnot (?:visible|shown|pictured|seen)\b|\boff-?(?:camera|screen)\b|\bbehind the (?:camera|photographer)\b",
    re.IGNORECASE,
)
_DECIDABLE = re.compile(
    r"(?:.*[.!?]\s+)?(?:<image>\s*)?(?:how many|is|are|does|do|has|have|can you see)\b", re.I | re.S
)
_ASKS_TO_GUESS = re.compile(
    r"\b(?:likely|might|could|would|may|probably|possible|possibly|think|suppose|guess|seem|seems|appear|appears|suggest"
    r"|infer|estimate|approximately|about how|feel|safe|why)\b",
    re.IGNORECASE,
)
_HINTS = {
    "hedged_answer": "Ask only what the picture decides, and answer it without a guess.",
    "guess_at_unseen": "Say nothing of what lies outside the picture.",
}


class HedgesCheck(Component):
    """Counts hedges, and doubts guesses where a look at the picture decides or cannot help; never fails."""

    name: ClassVar[str] = "hedges"
    version: ClassVar[int] = 1

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; ``hedged_answer`` goes before ``guess_at_unseen``."""
        if words_of(sample.turns).noticed.isdisjoint(_GUESSES):
            return _PASSED
        found = sorted(_guesses(sample), key=lambda pair: pair[0] != "hedged_answer")
        if not found:
            return _PASSED
        reason = found[0][0]
        spans = tuple(span for why, span in found if why == reason)
        return Verdict(check=self.name, outcome="doubtful", reason=reason, evidence=spans, hint=_HINTS[reason])

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:  # noqa: ARG002
        """Count answers, those with a hedge, and hedges."""
        answers = [turn.text for turn in sample.turns if turn.role == "gpt"]
        if words_of(sample.turns).noticed.isdisjoint(_GUESSES | _SOFT):
            return {"answers": len(answers), "hedged": 0, "hedges": 0}
        hedges = [sum(1 for _ in _HEDGE.finditer(text)) for text in answers]
        return {"answers": len(answers), "hedged": sum(map(bool, hedges)), "hedges": sum(hedges)}


def _guesses(sample: Sample) -> Iterator[tuple[str, Span]]:
    """Give each guess that counts, with its reason."""
    words = words_of(sample.turns)
    for number, turn in enumerate(sample.turns):
        if turn.role != "gpt" or _GUESSES.isdisjoint(words.words[number]):
            continue
        first = turn.text[: min((at for mark in ".!?\n" if (at := turn.text.find(mark)) > 0), default=None)]
        if number and not _GUESSES.isdisjoint(split(first.lower())) and _decidable(sample.turns[number - 1]):
            yield from (("hedged_answer", _span(number, 0, guess)) for guess in _GUESS.finditer(first))
        if _ELSEWHERE.isdisjoint(words.words[number]):
            continue
        for unseen in _UNSEEN.finditer(turn.text):
            sentence = sentence_of(turn.text, unseen.start(), unseen.end())
            start = turn.text.find(sentence)
            yield from (("guess_at_unseen", _span(number, start, guess)) for guess in _GUESS.finditer(sentence))


def _span(turn: int, shift: int, found: re.Match[str]) -> Span:
    return Span(turn=turn, start=shift + found.start(), end=shift + found.end())


def _decidable(question: Turn) -> bool:
    """Tell whether a look at the picture should decide a question: yes or no, or how many, and no call for a guess."""
    return bool(_DECIDABLE.match(question.text)) and not _ASKS_TO_GUESS.search(question.text)
