"""A sample in; whether its answers and the whole of it are neither too short nor too long out.

Words are what blanks separate; in scripts without blanks, characters stand for them: 1.5 Chinese or Japanese ones and
4 Thai, Lao, Khmer or Burmese ones count as a word. (LLaVA's own sampler counts a Chinese answer as one word.)
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from ..component import Component
from ..records import Context, Sample, Span, Turn, Verdict

_PASSED = Verdict(check="length", outcome="pass")

_CHINESE_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_SOUTH_EAST_ASIAN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def word_count(text: str) -> int:
    """Count words, in scripts without blanks by characters."""
    if text.isascii():
        return len(text.split())
    rest, dense = _CHINESE_JAPANESE.subn(" ", text)
    rest, loose = _SOUTH_EAST_ASIAN.subn(" ", rest)
    return len(rest.split()) + -(-dense * 2 // 3) + -(-loose // 4)


def _has_word(text: str) -> bool:
    """Tell whether there is a letter or digit near a text's begin."""
    return text[:1].isalnum() or any(map(str.isalnum, text[:12]))


class LengthCheck(Component):
    """Bounds the words of answers, questions and whole dialogues."""

    name: ClassVar[str] = "length"
    version: ClassVar[int] = 1

    min_words: int = Field(default=1, ge=0)
    """Fewest words of an answer."""
    max_words: int = Field(default=400, gt=0)
    """Most words of an answer."""
    max_chars: int = Field(default=4000, gt=0)
    """Most characters (code points) of an answer or a question."""
    max_question_words: int = Field(default=200, gt=0)
    """Most words of a question."""
    max_total_words: int = Field(default=1000, gt=0)
    """Most words of all turns. LLaVA-1.5 cuts what is beyond 2,048 tokens, 576 of them a picture's: about 1,000 words
    are left beside one picture, 600 beside two."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; the first turn out of bounds is the evidence."""
        if self._surely_within(sample.turns):
            return _PASSED
        total = 0
        for number, turn in enumerate(sample.turns):
            words = word_count(turn.text)
            total += words
            if reason := self._fault(turn, words):
                evidence = (Span(turn=number, start=0, end=len(turn.text)),)
                hint = self._hint(reason)
                return Verdict(check=self.name, outcome="fail", reason=reason, evidence=evidence, hint=hint)
        if total > self.max_total_words:
            hint = f"Keep the whole dialogue under {self.max_total_words} words."
            return Verdict(check=self.name, outcome="fail", reason="dialogue_too_long", hint=hint)
        return _PASSED

    def _surely_within(self, turns: Sequence[Turn]) -> bool:
        """Tell at a glance what holds for most samples: ASCII words are at most half as many as their characters."""
        most = min(self.max_words, self.max_question_words, self.max_chars // 2)
        total = 0
        for turn in turns:
            text = turn.text
            total += len(text)
            if len(text) >= 2 * most or not text.isascii() or not _has_word(text):
                return False
        return self.min_words <= 1 and total < 2 * self.max_total_words

    def _fault(self, turn: Turn, words: int) -> str | None:
        kind = "answer" if turn.role == "gpt" else "question"
        if len(turn.text) > self.max_chars or words > (self.max_words if kind == "answer" else self.max_question_words):
            return f"{kind}_too_long"
        if kind == "answer" and words < self.min_words:
            return "answer_too_short"
        # An answer of signs alone, such as "*", occurs in published sets and says nothing.
        if words < 4 and turn.text and not any(map(str.isalnum, turn.text)):
            return f"{kind}_without_words"
        return None

    def _hint(self, reason: str) -> str:
        if reason == "answer_too_long":
            return f"Keep each answer under {self.max_words} words."
        if reason == "question_too_long":
            return f"Keep each question under {self.max_question_words} words."
        if reason == "answer_too_short":
            return f"Give each answer at least {self.min_words} words."
        return "Write words, not signs alone."
