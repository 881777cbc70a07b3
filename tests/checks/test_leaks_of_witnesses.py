"""Leaks of one who passes on what others wrote, and what stands near to them in talk of pictures."""

import pytest
from annotated import boxed
from dialogues import answer, built

CHECK = built("leaks")


@pytest.mark.parametrize(
    "text",
    [
        "All five observers agree that a dog sits there.",
        "Accounts vary as to whether the dog is asleep.",
        "In the second sentence, the dog sleeps.",
        "I can only relay that a dog sits there.",
        "From the little that reached me, a dog sits there.",
        "The use of the plural tells us that there are more dogs.",
        "The rectangle around the dog is on the left.",
        "Nobody noted whether the dog is asleep.",
        "What others have noted is a dog.",
    ],
)
def test_what_others_wrote_is_a_leak(text: str) -> None:
    assert CHECK.verdict(answer(text), boxed("dog")).outcome == "fail"


@pytest.mark.parametrize(
    "text",
    [
        "Two observers have binoculars.",
        "In the second row, the dog sleeps.",
        "The dog does not come up the stairs.",
        "The first line of the poster says that a dog is missing.",
        "The material of the couch has a pattern.",
        "One of the men says something to the dog.",
        "He is absorbed in writing a letter.",
        "The region around its eyes is dark.",
    ],
)
def test_what_is_seen_is_none(text: str) -> None:
    assert CHECK.verdict(answer(text), boxed("dog")).outcome == "pass"
