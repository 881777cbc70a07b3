"""A sample in; whether the teacher declined to answer, apologised, saw no picture or no message, or left a gap out.

Only answers are judged. "I can't see any dog" is a definite answer about the picture and passes; "I can't see the
image" is not. An answer that the picture does not tell ("cannot be determined") is doubtful: it may be right, but a
set full of them teaches a model to give up. English only.
"""

import re
from typing import ClassVar

from ..component import Component
from ..records import Context, Sample, Span, Verdict
from .refusal_words import HINTS, RULES
from .wording import RuleBook, judge

_PASSED = Verdict(check="refusal", outcome="pass")

_BOOK = RuleBook(RULES)

_GAP = re.compile(
    r"\W*(?:n/a\b.{0,20}|not applicable|nil|null|nan|undefined|error|unanswerable|unknown|skip(?:ped)?|redacted|x{3,}"
    r"|asdf\w*"
    r"|(?:todo|tbd|lorem ipsum|to be (?:filled|added|determined|written|done)|placeholder)\b.*"
    r"|no (?:answer|response|output|description|caption|comment|data|text)(?: \w+)?"
    r"|(?:error|warning)\W+no .*"
    r"|(?:your |the |an? )?(?:answer|response|reply|description|caption|text)"
    r" ?(?:here|goes here|unavailable|not available|missing|pending|tbd)"
    r"|(?:insert|put|write|add|fill in|enter) (?:\w+ ){0,2}(?:here|answer|text|description|response|caption)(?: here)?"
    r"|(?:a|q|answer|question|response|assistant|reply) ?[:：])\W*",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETED = re.compile(
    r"[\[{<(]+ ?(?:answer|response|reply|text|description|caption|blank|empty|none|null|image|\w+ answer) ?[\]}>)]+\W*"
)
_NOTHING = re.compile(r"\W*none\W*", re.IGNORECASE)
_ASKS_WHICH = re.compile(r"\b(?:how (?:many|much)|which (?:of|\w+s)|what (?:kind|type|sort)|any)\b", re.IGNORECASE)
_GAP_LENGTH = 60
"""Characters up to which an answer may be nothing but a gap."""


class RefusalCheck(Component):
    """Finds refusals, apologies, and answers that saw no picture or no message."""

    name: ClassVar[str] = "refusal"
    version: ClassVar[int] = 4

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge the answers; one that holds nothing goes before wordings."""
        for number, turn in enumerate(sample.turns):
            if (
                len(turn.text) <= _GAP_LENGTH
                and turn.role == "gpt"
                and _is_gap(turn.text, sample.turns[number - 1].text)
            ):
                span = Span(turn=number, start=0, end=len(turn.text))
                hint = HINTS["placeholder"]
                return Verdict(check=self.name, outcome="fail", reason="placeholder", evidence=(span,), hint=hint)
        return judge(self.name, _BOOK, HINTS, sample, _PASSED)


def _is_gap(text: str, question: str) -> bool:
    """Tell whether a short answer holds nothing; "none" says something only of how many and which."""
    if text.isascii() and not any(map(str.isalnum, text)):
        return bool(text) and not text.isspace()
    if _NOTHING.fullmatch(text):
        return not _ASKS_WHICH.search(question)
    return _GAP.fullmatch(text) is not None or _BRACKETED.fullmatch(text.strip()) is not None
