"""A context with its picture in; the picture's caption, written anew by a teacher that sees, out as a sample.

The asking is that of the prompted task: one description, the picture in the request, no examples. A style is a prompt,
``prompts/recaption_STYLE.jinja``, and a pool of instructions for the human turn in ``seeds/recaption.yaml``.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import ClassVar

from pydantic import Field, PrivateAttr

from ..component import Component, site_of
from ..protocols import Rounds
from ..records import Context, Sample, Turn, Verdict
from .prompted import PromptedTask, with_image

_LEAD = re.compile(
    r"(?P<bold>\*\*)?(?:(?:new|image|picture|photo|short|detailed|dense|alt(?:ernative)?)[ -])*"
    r"(?:caption|description|text)(?(bold)(?::\*\*|\*\*:)|:)\s+(?=\S)",
    re.IGNORECASE,
)
"""A head before the caption. Only such words with a colon: ``A sign: …`` is the caption's own."""
_QUOTES = {'"': '"', "“": "”", "«": "»"}


class RecaptionTask(Component):
    """Has a teacher that sees write each picture's caption anew."""

    name: ClassVar[str] = "recaption"
    version: ClassVar[int] = 1

    style: str = Field(default="detailed", pattern=r"^[\w-]+$")
    """What kind of caption: ``detailed``, ``short`` (a sentence), ``dense`` (every detail, and the text that can be
    read in the picture), ``fused`` (detailed, and joined with what the captions know that came with the picture). A
    style of your own is a prompt ``prompts/recaption_STYLE.jinja`` beside your recipe."""
    questions: str | None = None
    """The pool in ``seeds/recaption.yaml`` that the human turn is drawn from; the one named like the style if left
    out."""
    instruction: str | None = Field(default=None, min_length=1)
    """One wording for the human turn of every sample, after ``<image>``, in place of one that is drawn."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Longest reply, in the teacher's tokens; longer ones are rejected as cut off."""

    _asking: PromptedTask = PrivateAttr()

    def model_post_init(self, context: object) -> None:
        """Make the prompted task that does the asking; raises SetupError."""
        site = site_of(context)
        block = {
            "form": "description",
            "prompt": f"recaption_{self.style}",
            "seeds": "recaption",
            "questions": self.questions or self.style,
            "boxes": False,
            "picture": True,
            "max_tokens": self.max_tokens,
        }
        self._asking = PromptedTask.build(block, site, f"tasks.{site.name}")

    def own_words(self) -> Sequence[str]:
        """Give the system message."""
        return self._asking.own_words()

    def rounds(self, context: Context, attempt: int, hints: Sequence[Verdict], draw: Random) -> Rounds[list[Sample]]:
        """Ask once. Declines a context without a picture as ``no_picture``."""
        samples = yield from self._asking.rounds(context, attempt, hints, draw)
        return [self._captioned(sample) for sample in samples]

    def _captioned(self, sample: Sample) -> Sample:
        question, reply = sample.turns
        turns: tuple[Turn, ...] = (question, Turn(role="gpt", text=bare_caption(reply.text)))
        if self.instruction is not None:
            asked = Turn(role="human", text=self.instruction)
            turns = with_image((asked, *turns[1:]), len(sample.images), first=True)
        return sample.model_copy(update={"turns": turns})


def bare_caption(text: str) -> str:
    """Take a head such as ``Caption:`` off, and quotation marks around the whole.

    Marks stay where others of their kind stand inside: ``"Stop" and "Go"`` is no quotation.
    """
    text = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    closing = _QUOTES.get(text[:1])
    if closing and len(text) > 2 and text.endswith(closing):
        inner = text[1:-1]
        if text[0] not in inner and closing not in inner and inner.strip():
            return inner.strip()
    return text
