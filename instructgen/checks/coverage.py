"""A detailed description and its context in; whether it names the objects that matter in the picture out.

An object matters when its boxes are large or when several captions name it. CHAIR's authors give recall beside
hallucination for the same reason: a text that names nothing hallucinates nothing.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ..records import Context, Sample, Span, Verdict
from ..vocabulary import Vocabulary
from .annotation import AnnotationCheck
from .mentions import Reading
from .truth import Truth

_PASSED = Verdict(check="coverage", outcome="pass")


class CoverageCheck(AnnotationCheck):
    """Bounds the share of a picture's salient objects that a detailed description names, by whatever word."""

    name: ClassVar[str] = "coverage"
    version: ClassVar[int] = 2

    tasks: tuple[str, ...] = ("detail",)
    """Tasks whose samples are detailed descriptions; others pass unjudged. Empty: all are."""
    least: float = Field(default=0.5, ge=0, le=1)
    """Smallest share of the salient classes that must be named."""
    large: float = Field(default=0.05, gt=0, le=1)
    """Share of the picture from which on a box makes its class salient. A class that half of the captions name, and
    at least two, is salient too."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge; the answer is the evidence, with the boxes that it does not name."""
        reading, truth, salient = self._salient(sample, context)
        if not salient:
            return _PASSED
        missed = sorted(salient - _named(sample, reading))
        if len(salient) - len(missed) >= self.least * len(salient):
            return _PASSED
        turn = max(number for number, turn in enumerate(sample.turns) if turn.role == "gpt")
        boxes = tuple(sorted(index for name in missed for index in truth.boxes.get(name, ())))
        listed = ", ".join(missed)
        evidence = Span(
            turn=turn, start=0, end=len(sample.turns[turn].text), boxes=boxes, contradicts=f"it does not name: {listed}"
        )
        hint = f"Also tell of: {listed}."
        return Verdict(check=self.name, outcome="fail", reason="low_coverage", evidence=(evidence,), hint=hint)

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Give the number of salient classes and of those named: coverage is ``named / salient``."""
        reading, _, salient = self._salient(sample, context)
        return {"salient": len(salient), "named": len(salient & _named(sample, reading))} if salient else {}

    def _salient(self, sample: Sample, context: Context) -> tuple[Reading, Truth, set[str]]:
        reading, truth = self.seen(sample, context)
        judged = (not self.tasks or sample.task in self.tasks) and any(turn.role == "gpt" for turn in sample.turns)
        return reading, truth, salient_classes(truth, self.large, self._vocabulary) if judged else set()


def salient_classes(truth: Truth, large: float, vocabulary: Vocabulary) -> set[str]:
    """Give the classes with a box of at least a share of the picture, or that half of the captions name."""
    found = {name for name, boxes in truth.boxes.items() if truth.areas[boxes[0]] >= large}
    said: dict[str, set[int]] = {}
    for mention in truth.captions.mentions:
        if mention.certain and mention.polarity == "asserted":
            said.setdefault(mention.name, set()).add(mention.turn)
    half = max(2, len(truth.captions.tokens) / 2)
    found |= {name for name, captions in said.items() if len(captions) >= half}
    return found & vocabulary.classes.keys()


def _named(sample: Sample, reading: Reading) -> set[str]:
    """Give the classes that the answers name, a near word or an uncertain sense among them."""
    mentions = (m for m in reading.mentions if sample.turns[m.turn].role == "gpt" and m.polarity != "negated")
    return {name for mention in mentions for name in mention.classes}
