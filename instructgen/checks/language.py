"""A sample in; whether it is written in another language than the recipe wants out, by the library py3langid.

Whole samples are judged, and only from 100 letters on: short texts are taken for anything ("Yes." for Catalan). Where
English is wanted, a text of which a fifth are common English words is not put to the model, which takes 0.5 ms.
The model is loaded when it is first needed, which takes a second or two and 60 MB.
"""

from functools import cache
from typing import Any, ClassVar

from pydantic import Field, field_validator

from ..component import Component
from ..records import Context, Sample, Span, Verdict
from ..text import word_set
from .words import words_of

_PASSED = Verdict(check="language", outcome="pass")

_ENGLISH = word_set(
    "the a an is are of and in on with to there it its this that at he she they his her which from for as"
)
_ENGLISH_SHARE = 0.2
_ENOUGH = 1000
"""Characters that are put to the model."""
_SURE = 0.9


class LanguageCheck(Component):
    """Fails samples in another language; doubts those that the model is unsure of."""

    name: ClassVar[str] = "language"
    version: ClassVar[int] = 1

    languages: list[str] = Field(default=["en"], min_length=1)
    """ISO 639-1 codes of the languages that a sample may be written in."""
    min_letters: int = Field(default=100, ge=20)
    """Samples with fewer letters are not judged."""

    @field_validator("languages")
    @classmethod
    def _known(cls, languages: list[str]) -> list[str]:
        wrong = [code for code in languages if len(code) != 2 or not code.isalpha() or not code.islower()]
        if wrong:
            raise ValueError(f"expected codes of two letters such as en, de, zh; found {wrong[0]!r}")
        return languages

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge all turns as one text."""
        words = words_of(sample.turns)
        if "en" in self.languages and _is_english(words.flat):
            return _PASSED
        text = " ".join(turn.text.replace("<image>", " ") for turn in sample.turns)[:_ENOUGH]
        if sum(map(str.isalpha, text)) < self.min_letters:
            return _PASSED
        found, share = _model().classify(text)
        if found in self.languages:
            return _PASSED
        longest = max(range(len(sample.turns)), key=lambda number: len(sample.turns[number].text))
        span = Span(turn=longest, start=0, end=len(sample.turns[longest].text), contradicts=f"this reads as '{found}'")
        return Verdict(
            check=self.name,
            outcome="fail" if share >= _SURE else "doubtful",
            reason="other_language",
            evidence=(span,),
            hint=f"Write in the language with the code {' or '.join(self.languages)}.",
        )


def _is_english(words: list[str]) -> bool:
    return sum(map(_ENGLISH.__contains__, words)) >= _ENGLISH_SHARE * len(words) and len(words) >= 10


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
