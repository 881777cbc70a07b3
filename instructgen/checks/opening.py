"""A sample in; whether its answers open by speaking of the picture ("The image shows …") out.

Captions that all open so teach a model the phrase. Which share does is counted; a caption is no worse for it, so
nothing fails unless the recipe wants it. What kind of picture it is says something ("A black and white photo of …",
"A drawing of …") and does not count. English only.
"""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from ..component import Component
from ..records import Context, Sample, Span, Verdict

_PASSED = Verdict(check="opening", outcome="pass")

_PICTURE = r"(?:image|picture|photo|photograph|snapshot|scene|shot|visual)"
_OPENED = re.compile(
    "|".join(
        (
            # "The image shows", "In this picture, …", "The main subject of the photo is"
            rf"(?:(?:in|within|throughout|across) )?(?:the|this) (?:[\w-]+ ){{0,3}}?{_PICTURE}"
            r"(?:,| (?:prominently |primarily |mainly |clearly |also |vividly )?"
            r"(?:shows|showing|depicts|depicting|displays|displaying|features|featuring|captures|capturing|presents"
            r"|portrays|portraying|illustrates|contains|includes|reveals|highlights|showcases|showcasing|offers|provides"
            r"|focuses|consists|conveys|is|was|appears|seems|has|of|there (?:is|are)|we|you|i)\b)",
            r"(?:(?:in|at|on) )?the (?:[\w-]+ ){0,2}?"
            r"(?:subject|focus|cent(?:er|re)|middle|side|corner|foreground|background)"
            rf" of (?:the|this) {_PICTURE}\b",
            # "This is a picture of", "This appears to be a photo showing", "A picture of"
            r"(?:(?:this|here|it|that|there)(?: is|['’]s| appears to be| seems to be) )?an? "
            r"(?:(?:beautiful|nice|detailed|vivid|vibrant|clear|high-quality|colou?rful|colou?r|great|stunning) )?"
            r"(?:image|picture|photo|photograph|snapshot) "
            r"(?:of|showing|depicting|displaying|featuring|that shows|which shows|taken|with|captures|shows|depicts)\b",
            # "We can see", "Pictured here is", "Depicted in the image"
            r"(?:here,? )?(?:we|you|i|one) (?:can )?(?:see|observe|notice)\b",
            rf"(?:pictured|shown|depicted|featured|captured|seen|visible) "
            rf"(?:here|above|is|are|in (?:the|this) {_PICTURE})\b",
        )
    ),
    re.IGNORECASE,
)


class OpeningCheck(Component):
    """Counts answers that open by speaking of the picture, such as "The image shows" or "This is a photo of"."""

    name: ClassVar[str] = "opening"
    version: ClassVar[int] = 1

    fails: bool = False
    """Such an answer fails; left out, it passes and is only counted."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; the opening words are the evidence."""
        found = tuple(_openings(sample)) if self.fails else ()
        if not found:
            return _PASSED
        hint = "Begin with what there is to see, not with words about the picture such as 'The image shows'."
        return Verdict(check=self.name, outcome="fail", reason="speaks_of_picture", evidence=found, hint=hint)

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:  # noqa: ARG002
        """Count answers, and those that open so."""
        answers = sum(turn.role == "gpt" for turn in sample.turns)
        return {"texts": answers, "opened": sum(1 for _ in _openings(sample))}


def _openings(sample: Sample) -> Iterator[Span]:
    for number, turn in enumerate(sample.turns):
        if turn.role == "gpt" and (found := _OPENED.match(turn.text)):
            yield Span(turn=number, start=0, end=found.end())
