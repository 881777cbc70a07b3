"""Places in other words than a phrase with "on the": in notes, of crowds and of so many, taken up from a question."""

import pytest
from box_scenes import box, said_of, scene
from dialogues import built, dialogue

CHECK = built("positions")
DOG_LEFT = box("dog", 0.05, 0.6, 0.25, 0.9)
CAT_RIGHT = box("cat", 0.75, 0.1, 0.95, 0.3)
COUCH = box("couch", 0.35, 0.4, 0.65, 0.8)
ROOM = scene(DOG_LEFT, CAT_RIGHT, COUCH)


def test_a_crowd_that_lies_wholly_elsewhere_contradicts() -> None:
    context = scene(box("dog", 0.6, 0.2, 0.9, 0.9, crowd=True), box("cat", 0.1, 0.2, 0.3, 0.4))
    assert said_of(CHECK, context, "Dogs are on the left side of the image.").outcome == "fail"
    assert said_of(CHECK, context, "Dogs are on the right side of the image.").outcome == "pass"
    assert said_of(CHECK, context, "Dogs are to the left of the cat.").outcome == "fail"


def test_of_so_many_at_least_as_many_must_lie_there() -> None:
    dogs = scene(DOG_LEFT, *(box("dog", x, 0.5, x + 0.1, 0.8) for x in (0.7, 0.8, 0.9)))
    assert said_of(CHECK, dogs, "Three dogs are on the left side of the image.").outcome == "fail"
    assert said_of(CHECK, dogs, "Three dogs are on the right side of the image.").outcome == "pass"
    assert said_of(CHECK, dogs, "Three dogs form a line on the left.").outcome == "fail"


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("A couch, a dog upper right", "fail"),
        ("A couch, a dog lower left", "pass"),
        ("dog right, cat left", "fail"),
        ("dog left, cat right", "pass"),
        ("Dog right corner, couch.", "fail"),
        ("The dog left. The cat stayed.", "pass"),
        ("The couch is at the far left edge of the image.", "pass"),
        ("The dog is at the right border of the photo.", "fail"),
        ("In the right upper corner is a dog.", "fail"),
        ("The dog was left on the floor in the lower right of the picture.", "fail"),
        ("There is a dog in the lower right corner, where one could pet it.", "fail"),
        ("If there is a dog in the lower right corner, one could pet it.", "pass"),
    ],
)
def test_further_ways_to_name_a_side(words: str, outcome: str) -> None:
    assert said_of(CHECK, ROOM, words).outcome == outcome


@pytest.mark.parametrize(
    ("question", "answer", "outcome"),
    [
        ("Is there a dog?", "Yes, in the lower right part of the picture.", "fail"),
        ("Is there a dog?", "Yes, in the lower left part of the picture.", "pass"),
        ("Is a dog in the room?", "Yes, one lies on the right.", "fail"),
        ("Is there a dog?", "No, on the right is only a couch.", "pass"),
        ("Does the dog chase the cat?", "Yes, on the right.", "pass"),
        ("Which is farther to the left, the dog or the cat?", "The cat.", "fail"),
        ("Which is farther to the left, the dog or the cat?", "The dog.", "pass"),
    ],
)
def test_an_answer_takes_up_what_the_question_names(question: str, answer: str, outcome: str) -> None:
    assert CHECK.verdict(dialogue((question, answer)), ROOM).outcome == outcome
