"""Boxes that a detector drew, which bear a score: what they show holds, what they do not show proves little."""

import pytest
from dialogues import answer, built

from instructgen.records import Box, Context, Verdict


def scene(score: float | None) -> Context:
    boxes = tuple(
        Box(label="dog", x1=0.1 + 0.3 * n, y1=0.2, x2=0.3 + 0.3 * n, y2=0.6, score=score, id=str(n)) for n in range(2)
    )
    return Context(id="7", row=0, captions=("Animals on a lawn.",), boxes=boxes)


def judged(check: str, text: str, score: float | None) -> Verdict:
    return built(check).verdict(answer(text), scene(score))


@pytest.mark.parametrize(("score", "outcome"), [(None, "fail"), (0.97, "doubtful")])
def test_what_a_detector_has_not_found_may_be_there(score: float | None, outcome: str) -> None:
    assert judged("objects", "A giraffe stands beside the dogs.", score).outcome == outcome
    assert judged("counts", "There are four dogs in the picture.", score).outcome == outcome


@pytest.mark.parametrize("score", [None, 0.97])
def test_what_it_has_found_is_there(score: float | None) -> None:
    assert judged("objects", "Two dogs play.", score).outcome == "pass"
    assert judged("counts", "Two dogs play.", score).outcome == "pass"
    assert judged("objects", "There are no dogs in the picture.", score).reason == "denied_object"
