"""Denials in other words than "there is no dog": wrong where boxes or captions show the thing, right elsewhere."""

import pytest
from dialogues import built, dialogue

from instructgen.records import Box, Context

OBJECTS, ANSWERS = built("objects"), built("answer_agreement")
MAN = Box(label="person", x1=0.3, y1=0.2, x2=0.6, y2=0.9)
DOG = Box(label="dog", x1=0.62, y1=0.6, x2=0.75, y2=0.9)
BAG = Box(label="backpack", x1=0.4, y1=0.3, x2=0.5, y2=0.5)
FAR = Box(label="bird", x1=0.05, y1=0.05, x2=0.1, y2=0.1)
WITH = Context(
    id="7",
    row=0,
    captions=("A man and his dog wait on a platform.", "People wait on a platform.", "A man, a dog and a bird."),
    boxes=(MAN, DOG, BAG, FAR),
)
WITHOUT = Context(id="8", row=0, captions=("An empty bench.",), boxes=(Box(label="bench", x1=0, y1=0, x2=1, y2=1),))


def fails(question: str, answer: str, context: Context) -> bool:
    """Tell whether either check of presence fails an answer."""
    sample = dialogue((question, answer))
    return "fail" in (OBJECTS.verdict(sample, context).outcome, ANSWERS.verdict(sample, context).outcome)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Describe it.", "There is no dog next to him."),
        ("Describe it.", "There is no bird in the sky."),
        ("Describe it.", "The dog cannot be seen in this shot."),
        ("Describe it.", "He is alone, without a single dog to keep him company."),
        ("Describe it.", "No dog has been brought along yet, and there is not one bird out there."),
        ("Is a man wearing a backpack?", "No."),
        ("What does he do?", "No man is waiting on the platform."),
        ("Are people waiting?", "No, nobody is waiting."),
        ("Is there a dog?", "I looked for one, but there is none."),
        ("Are there pets?", "There are no pets around; the station is quiet."),
    ],
)
def test_a_denial_of_what_is_there_fails(question: str, answer: str) -> None:
    assert fails(question, answer, WITH)
    assert not fails(question, answer, WITHOUT)


@pytest.mark.parametrize(
    "answer",
    [
        "There is no dog on the left of him.",
        "No second dog is there.",
        "He walks without a dog.",
        "Nobody is sitting on the platform.",
        "No dog is barking.",
        "There is no other dog.",
        "There is no bird on the roof.",
    ],
)
def test_a_denial_of_some_or_of_what_nobody_told_does_not(answer: str) -> None:
    assert not fails("Describe it.", answer, WITH)


def test_idioms_and_likenesses_name_nothing() -> None:
    for text in ("He goes by the book.", "He sits low as a cat.", "He is afraid of bears.", "Food cooks in a pot."):
        assert not fails("What is he like?", text, WITH)
