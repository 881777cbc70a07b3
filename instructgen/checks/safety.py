"""A sample in; words of sex, violence, self-harm, hate, drugs and profanity in it out. English only.

A word is no judgement: "a corpse flower" is a plant. So this check is meant for ``action: tag``, which keeps the sample
and has its findings counted, to be looked at. The words are in `safety_words.py`, with phrases in which they are
harmless.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from ..component import Component
from ..records import Context, Sample, Span, Verdict
from .safety_words import HARMLESS, KIND_OF
from .words import look_out_for, words_of

_PASSED = Verdict(check="safety", outcome="pass")
_LISTED = frozenset(KIND_OF)
look_out_for(_LISTED)


class SafetyCheck(Component):
    """Finds words that a public dataset should not hold unseen; made for ``action: tag``."""

    name: ClassVar[str] = "safety"
    version: ClassVar[int] = 1

    allow: list[str] = Field(default=[])
    """Words of the list that this dataset may use, such as ``nude`` for one of paintings."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; the reason is the kind of the first word found, the evidence all words of that kind."""
        words = words_of(sample.turns)
        listed = ((words.asked | words.answered) & _LISTED).difference(word.lower() for word in self.allow)
        if not listed:
            return _PASSED
        found = list(_places(sample, sorted(listed)))
        if not found:
            return _PASSED
        kind = found[0][0]
        spans = tuple(span for other, span in found if other == kind)
        return Verdict(check=self.name, outcome="fail", reason=kind, evidence=spans, hint="Leave such words out.")


def _places(sample: Sample, listed: Sequence[str]) -> Iterator[tuple[str, Span]]:
    """Give kind and place of each listed word that is not part of a harmless phrase."""
    pattern = re.compile(rf"\b(?:{'|'.join(listed)})\b", re.IGNORECASE)
    for number, turn in enumerate(sample.turns):
        harmless = [match.span() for match in HARMLESS.finditer(turn.text)]
        for match in pattern.finditer(turn.text):
            if not any(start <= match.start() < end for start, end in harmless):
                kind = KIND_OF[match.group().lower()]
                yield kind, Span(turn=number, start=match.start(), end=match.end())
