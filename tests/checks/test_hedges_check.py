"""The hedges check: never fails, counts hedges, doubts guesses where a look decides or cannot help."""

import pytest
from dialogues import answer, built, dialogue, judged, shown

from instructgen.protocols import Measured
from instructgen.records import Context, Sample

CHECK = built("hedges")


def figures(sample: Sample) -> dict[str, int]:
    assert isinstance(CHECK, Measured)
    return dict(CHECK.figures(sample, Context(id="7", row=0)))


@pytest.mark.parametrize(
    ("question", "text", "guess"),
    [
        ("Is there a dog in the picture?", "There might be one behind the fence.", "might"),
        ("How many people are there?", "Probably four people.", "Probably"),
        ("Does she wear a hat?", "Yes, I think she does.", "I think"),
        ("Are the lights on?", "They could be on.", "could"),
    ],
)
def test_a_guess_where_a_look_decides_is_doubtful(question: str, text: str, guess: str) -> None:
    sample = answer(text, question)
    verdict = judged(CHECK, sample)
    assert (verdict.outcome, verdict.reason) == ("doubtful", "hedged_answer")
    assert shown(sample, verdict) == guess


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is there a dog in the picture?", "Yes, there appears to be a dog on the left."),
        ("Is it likely to rain?", "Yes, it will probably rain soon."),
        ("Could they be friends?", "They might be."),
        ("Why is he running?", "He is probably late."),
        ("Is there a dog?", "Yes. It is perhaps waiting for its owner."),
        ("Is there a table?", "Yes, and eight people could eat at it."),
        ("Is the month on the calendar May?", "No, it is June."),
    ],
)
def test_normal_hedges_pass(question: str, text: str) -> None:
    assert judged(CHECK, answer(text, question)).outcome == "pass"


def test_a_guess_about_what_is_outside_the_picture_is_doubtful() -> None:
    text = "The boy smiles. Perhaps his parents stand just outside the frame. He holds a kite."
    sample = answer(text, "Why does the boy smile?")
    verdict = judged(CHECK, sample)
    assert (verdict.outcome, verdict.reason) == ("doubtful", "guess_at_unseen")
    assert shown(sample, verdict) == "Perhaps"
    assert judged(CHECK, answer("The tail of the kite is outside the frame.")).outcome == "pass"


def test_answers_with_hedges_are_counted() -> None:
    sample = dialogue(("Why?", "It seems that he is probably late."), ("Where?", "At a station."))
    assert figures(sample) == {"answers": 2, "hedged": 1, "hedges": 2}
    assert figures(answer("A dog.")) == {"answers": 1, "hedged": 0, "hedges": 0}
