"""Boxes and captions in; contexts, and what a check says of an answer about them, out."""

from collections.abc import Sequence

from dialogues import dialogue

from instructgen.protocols import Check
from instructgen.records import Box, Context, Image, Verdict

PICTURE = Image(path="7.jpg", width=640, height=480)


def box(label: str, x1: float, y1: float, x2: float, y2: float, crowd: bool = False) -> Box:
    return Box(label=label, x1=x1, y1=y1, x2=x2, y2=y2, crowd=crowd)


def row_of(number: int, label: str) -> list[Box]:
    """Give so many boxes of a class, side by side."""
    return [box(label, k / (number + 1), 0.4, (k + 0.8) / (number + 1), 0.7) for k in range(number)]


def scene(*boxes: Box, captions: Sequence[str] = ()) -> Context:
    return Context(id="7", row=0, images=(PICTURE,), boxes=boxes, captions=tuple(captions))


def said_of(check: Check, context: Context, answer: str, question: str = "What is in the picture?") -> Verdict:
    """Judge an answer; its evidence must lie within its turn, and say what it is against."""
    sample = dialogue((question, answer))
    verdict = check.verdict(sample, context)
    for span in verdict.evidence:
        assert 0 <= span.start < span.end <= len(sample.turns[span.turn].text)
        assert span.contradicts and all(0 <= index < len(context.boxes) for index in span.boxes)
    assert (verdict.outcome == "pass") == (verdict.reason is None) == (verdict.hint is None)
    return verdict
