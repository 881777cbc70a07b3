"""Original and new captions in; samples and verdicts on them out, for the tests of the checks of captions."""

from dialogues import ORIGIN

from instructgen.protocols import Check, Measured
from instructgen.records import Context, Image, Passage, Sample, Turn, Verdict

ASKED = "<image>\nDescribe the picture."


def captioned(*originals: str, read: tuple[str, ...] = ()) -> Context:
    """Make a context of captions, and of lines that an OCR read."""
    passages = tuple(Passage(kind="ocr", text=line) for line in read)
    return Context(id="7", row=0, captions=originals, passages=passages)


def caption(text: str) -> Sample:
    """Make a sample of one new caption."""
    turns = (Turn(role="human", text=ASKED), Turn(role="gpt", text=text))
    return Sample(id="7/recaption/0", task="recaption", images=(Image(path="7.jpg"),), turns=turns, origin=ORIGIN)


def held(check: Check, text: str, context: Context) -> tuple[str, str, list[str]]:
    """Judge a new caption; give outcome, reason and the stretches that are the evidence."""
    verdict: Verdict = check.verdict(caption(text), context)
    assert (verdict.outcome == "pass") == (not verdict.reason) == (not verdict.hint) == (not verdict.evidence)
    assert all(span.turn == 1 and span.start < span.end for span in verdict.evidence)
    return verdict.outcome, verdict.reason or "", [text[span.start : span.end] for span in verdict.evidence]


def figures(check: Check, text: str, context: Context) -> dict[str, int]:
    """Give what a check counts of a new caption."""
    assert isinstance(check, Measured)
    return dict(check.figures(caption(text), context))
