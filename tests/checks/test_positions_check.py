"""The positions check: sides of the picture and relations of two things, held against boxes; the rest is let be."""

import pytest
from box_scenes import box, said_of, scene
from dialogues import built, dialogue

from instructgen.protocols import Measured

CHECK = built("positions")
DOG_LEFT = box("dog", 0.05, 0.6, 0.25, 0.9)
CAT_RIGHT = box("cat", 0.75, 0.1, 0.95, 0.3)
COUCH = box("couch", 0.35, 0.4, 0.65, 0.8)
ROOM = scene(DOG_LEFT, CAT_RIGHT, COUCH)
SIDES = [
    "A dog is sitting on the {} side of the image.",
    "There is a dog on the {}.",
    "A brown dog, visible on the far {}, sleeps.",
    "On the {} side of the picture, there is a brown dog.",
    "On the {}, a small dog sleeps.",
    "A cat sleeps, and on the {} there is a dog.",
    "The dog is in the lower {} corner of the picture.",
    "The dog can be seen in the bottom {} part of the photo.",
    "The dog is in the {} third of the picture.",
    "The {} dog sleeps.",
    "A dog on {} wearing a hat.",
    "The dog that is lying on the {}-hand side sleeps.",
    "A dog is to the {} of the couch.",
    "To the {} of the couch, there is a dog.",
    "The dog is sitting to the {} of a green couch.",
    "A dog is {} of the couch.",
    "The {} half of the picture shows a dog.",
    "A dog hangs on the wall at the lower {}.",
    "The dog near the cat is on the {}.",
    "A group of dogs is on the {}.",
    "The dog is on the {} side of the couch.",
    "A dog in a red vest on the {} sleeps.",
    "A dog holding a stick on the {} side of the image waits.",
    "A dog running on the {} side of the image barks.",
    "The cat is on the wall. The dog is on the {} of the image.",
    "Dog on the far {}, asleep.",
    "On the {} side is a dog.",
    "On the {}, someone has placed a dog.",
    "Far away in the lower {}, a dog sleeps.",
    "To the {} of the couch sits a dog.",
    "Toward the {}, a long line of dogs sleeps.",
    "A dog takes up the {}-hand side of the picture.",
    "The dog, which occupies the {} edge of the photo, sleeps.",
    "On the {} side of the room there is a brown dog.",
    "The dog is {} of center.",
    "The dog is on the picture's {} side.",
    "The {} of the picture shows a dog.",
    "A dog with brown fur on the {} sleeps.",
    "A couch stands there. A dog sleeps to the {} of it.",
    "There is a couch on a rug; to its {} a dog sleeps.",
    "A dog sleeps there. It is on the {} side of the image.",
]


@pytest.mark.parametrize("sentence", SIDES)
def test_a_changed_side_fails_and_the_right_one_passes(sentence: str) -> None:
    assert said_of(CHECK, ROOM, sentence.format("left")).outcome == "pass"
    verdict = said_of(CHECK, ROOM, sentence.format("right"))
    assert verdict.outcome == "fail"
    assert verdict.reason in ("wrong_side", "wrong_relation")
    claims = CHECK.figures(dialogue(("Say.", sentence.format("left"))), ROOM)  # type: ignore[attr-defined]
    assert claims["supported"] == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("It is on the left side of the picture.", "pass"),
        ("It is on the right side of the picture.", "fail"),
        ("On the right side of the picture.", "fail"),
        ("No, it is on the right side of the picture.", "fail"),
        ("It is to the right of the couch.", "fail"),
        ("It is to the left of the couch.", "pass"),
    ],
)
def test_an_answer_is_of_the_thing_whose_place_was_asked(answer: str, outcome: str) -> None:
    assert said_of(CHECK, ROOM, answer, "Where in the picture is the dog?").outcome == outcome


@pytest.mark.parametrize(
    ("question", "answer", "outcome"),
    [
        ("On which side is the dog?", "The left.", "pass"),
        ("On which side is the dog?", "The right side of the picture.", "fail"),
        ("Which side of the table is the dog on?", "It's on the right.", "fail"),
        ("Where is the dog?", "Down in the lower right corner.", "fail"),
        ("Is the dog to the left or right of the couch?", "Right.", "fail"),
        ("Is the dog to the left or right of the couch?", "Left.", "pass"),
        ("Is the dog on the right side of the picture?", "Yes.", "fail"),
        ("Is the dog on the left side of the picture?", "Yes, it is.", "pass"),
        ("Is the dog to the right of the couch?", "Yes, it sleeps there.", "fail"),
        ("What is to the left of the couch?", "A dog.", "pass"),
        ("What is to the left of the couch?", "There is a cat on the floor.", "fail"),
        ("What is to the left of the couch?", "Nothing; the dog sleeps to the right of it.", "fail"),
        ("What can be seen on the right?", "A brown dog.", "fail"),
        ("Who sleeps on the right?", "No dog does.", "pass"),
        ("What is the dog on the right doing?", "The dog sleeps.", "pass"),
    ],
)
def test_an_answer_is_read_with_its_question(question: str, answer: str, outcome: str) -> None:
    assert said_of(CHECK, ROOM, answer, question).outcome == outcome


def test_things_in_their_order_lie_so_to_each_other() -> None:
    assert said_of(CHECK, ROOM, "From left to right: a dog, a couch and a cat.").outcome == "pass"
    assert said_of(CHECK, ROOM, "From right to left there are a cat, a couch, and a dog.").outcome == "pass"
    assert said_of(CHECK, ROOM, "From left to right: a cat, then a couch.").reason == "wrong_relation"
    assert said_of(CHECK, ROOM, "From left to right, a couch with a cat and a dog.").outcome == "fail"
    assert said_of(CHECK, ROOM, "From left to right, a dog by a cat, a couch.").outcome == "pass"


def test_what_is_said_of_both_holds_of_each() -> None:
    context = scene(DOG_LEFT, box("dog", 0.8, 0.5, 0.95, 0.8), COUCH)
    assert said_of(CHECK, context, "Both dogs are to the left of the couch.").outcome == "fail"
    assert said_of(CHECK, context, "Two dogs are on the right side of the image.").outcome == "fail"
    assert said_of(CHECK, context, "Dogs are on the right side of the image.").outcome == "pass"
    assert said_of(CHECK, context, "There are two dogs, one on the left of the couch.").outcome == "pass"


@pytest.mark.parametrize(
    "answer",
    [
        "A couch and a cat are there. To the right of it, the dog sleeps.",
        "The dog is to the right of her.",
        "The dog lies on the right of its basket.",
        "A laptop is open at the top, a coffee mug stands at the right.",
        "In the mirror, the dog is on the right.",
        "The dog fills the right side of the couch.",
        "A car and a couch stand there. It is on the left side of the image.",
    ],
)
def test_what_a_pronoun_or_a_side_may_mean_is_let_be_where_it_is_open(answer: str) -> None:
    assert said_of(CHECK, ROOM, answer).outcome == "pass"


def test_a_mirror_matters_only_to_what_is_in_it() -> None:
    assert said_of(CHECK, ROOM, "The dog is on the right side of the image, below the mirror.").outcome == "fail"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("The cat is at the top of the picture.", "pass"),
        ("The cat is at the bottom of the picture.", "fail"),
        ("The couch is in the middle of the picture.", "pass"),
        ("The cat is in the centre of the image.", "fail"),
        ("The cat is above the dog.", "pass"),
        ("The dog is above the cat.", "fail"),
        ("The cat is under the dog.", "fail"),
        ("The dog is on the couch.", "pass"),
        ("The cat is on the couch.", "pass"),
        ("The dog is next to the couch.", "pass"),
        ("The couch is near the cat.", "pass"),
    ],
)
def test_heights_centres_and_touching(answer: str, outcome: str) -> None:
    context = scene(DOG_LEFT, CAT_RIGHT, COUCH)
    found = said_of(CHECK, context, answer).outcome
    assert found == outcome


@pytest.mark.parametrize(
    "answer",
    [
        "The dog is facing right.",
        "The dog is behind the couch on the wall.",
        "The dog is running to the right.",
        "The dog looks to the right.",
        "The dog lifts its right paw.",
        "The couch is on the dog's right.",
        "The dog is on the right side of the road.",
        "The dog is not on the right.",
        "The dog might be on the right side of the image.",
        "If the dog were on the right, it would see us.",
        "The dog on the right arm of the couch sleeps.",
        "A lamp is on the right.",
        "A statue of a dog is on the right.",
        'The sign says "dog on the right".',
        "A horse is on the right.",
        "The dog turned right in the middle of the night.",
        "The dog has a toy on the right.",
        "The corner of the room holds a dog.",
        "The dog's bowl is on the right.",
        "The tail of the dog is on the right side of the image.",
        "The lamp next to the dog is on the right.",
        "Either the cat or the dog is on the right.",
        "Is the dog on the right?",
        "From the cat's perspective, the dog is on the right.",
        "A poster hangs there and shows a dog on the right.",
        "The dog usually sleeps on the right.",
        "The dog is walking to the right side of the image.",
        "The dog looking at a lamp on the right barks.",
        "The dog is right next to the couch.",
    ],
)
def test_what_boxes_cannot_tell_is_let_be(answer: str) -> None:
    assert said_of(CHECK, ROOM, answer).outcome == "pass"


def test_things_in_opposite_corners_are_not_near_each_other() -> None:
    context = scene(box("dog", 0, 0, 0.1, 0.1), box("cat", 0.9, 0.9, 1, 1))
    assert said_of(CHECK, context, "The dog is next to the cat.").reason == "wrong_relation"


def test_one_on_each_side_needs_one_on_each_side() -> None:
    answer = "Two dogs sleep, one on the left and another on the right."
    two = "There are two dogs. One is lying on the left side, while the other is on the right side of the image."
    apart = scene(DOG_LEFT, box("dog", 0.7, 0.5, 0.9, 0.8))
    together = scene(DOG_LEFT, box("dog", 0.25, 0.5, 0.4, 0.8))
    assert said_of(CHECK, apart, answer).outcome == said_of(CHECK, apart, two).outcome == "pass"
    assert said_of(CHECK, together, answer).reason == said_of(CHECK, together, two).reason == "wrong_side"


def test_of_several_one_is_always_the_left_one() -> None:
    right_half = scene(box("dog", 0.6, 0.5, 0.7, 0.8), box("dog", 0.85, 0.5, 0.95, 0.8))
    assert said_of(CHECK, right_half, "The dog on the left barks.").outcome == "pass"
    assert said_of(CHECK, right_half, "The left dog barks.").outcome == "pass"
    assert said_of(CHECK, right_half, "A dog is on the left side of the image.").outcome == "fail"


def test_a_relation_holds_if_it_does_for_any_pair() -> None:
    context = scene(DOG_LEFT, box("dog", 0.8, 0.5, 0.95, 0.8), COUCH)
    assert said_of(CHECK, context, "A dog is to the left of the couch.").outcome == "pass"
    assert said_of(CHECK, context, "A dog is to the right of the couch.").outcome == "pass"


def test_a_sentence_that_may_be_of_two_things_fails_only_if_both_are_elsewhere() -> None:
    context = scene(box("person", 0.7, 0.2, 0.9, 0.9), box("dog", 0.1, 0.6, 0.2, 0.8), box("kite", 0.1, 0.1, 0.2, 0.2))
    assert said_of(CHECK, context, "A man with a dog on the right side of the image waits.").outcome == "pass"
    assert said_of(CHECK, context, "A dog with a kite on the right side of the image waits.").outcome == "fail"


def test_a_crowd_contradicts_nothing() -> None:
    context = scene(box("dog", 0.4, 0.2, 0.9, 0.9, crowd=True))
    assert said_of(CHECK, context, "A dog is on the left side of the image.").outcome == "pass"


def test_classes_of_which_annotators_boxed_a_few_are_only_doubtful() -> None:
    assert said_of(CHECK, scene(box("book", 0.8, 0.2, 0.9, 0.9)), "A book is on the left.").outcome == "doubtful"
    cups = scene(box("cup", 0.8, 0.2, 0.9, 0.3), box("dining table", 0.1, 0.5, 0.4, 0.9))
    assert said_of(CHECK, cups, "A cup is on the wooden dining table.").outcome == "doubtful"


def test_the_bottle_is_one_of_the_few_that_have_boxes() -> None:
    context = scene(box("bottle", 0.8, 0.2, 0.9, 0.9))
    assert said_of(CHECK, context, "A bottle is on the left.").outcome == "fail"
    three = scene(*(box("bottle", x, 0.2, x + 0.1, 0.9) for x in (0.7, 0.8, 0.9)))
    assert said_of(CHECK, three, "A bottle is on the left.").outcome == "doubtful"
    assert said_of(CHECK, three, "The bottle is on the left.").outcome == "fail"


def test_what_may_be_boxed_as_a_class_like_it_is_doubtful_only() -> None:
    truck, car = box("truck", 0.8, 0.5, 0.9, 0.8), box("car", 0.1, 0.5, 0.2, 0.8)
    assert said_of(CHECK, scene(truck), "A truck is on the left.").outcome == "fail"
    assert said_of(CHECK, scene(truck, car), "A truck is on the left.").outcome == "doubtful"


def test_boxes_of_different_pictures_do_not_lie_beside_each_other() -> None:
    cat = CAT_RIGHT.model_copy(update={"image": 1})
    assert said_of(CHECK, scene(DOG_LEFT, cat), "The dog is to the right of the cat.").outcome == "pass"


def test_a_caption_that_says_the_same_overrides_the_boxes() -> None:
    context = scene(CAT_RIGHT, captions=["A cat on the left side of the picture."])
    assert said_of(CHECK, context, "A cat is on the left.").outcome == "pass"
    assert said_of(CHECK, context, "A cat is at the bottom of the picture.").outcome == "fail"


def test_the_tolerances_are_fields() -> None:
    context = scene(box("dog", 0.55, 0.5, 0.75, 0.8))
    assert said_of(CHECK, context, "The dog is on the left side of the image.").outcome == "fail"
    lenient = built("positions", {"side": 0.7})
    assert said_of(lenient, context, "The dog is on the left side of the image.").outcome == "pass"


def test_the_evidence_says_where_the_boxes_are() -> None:
    (span,) = said_of(CHECK, ROOM, "Look: a dog is on the right side of the image.").evidence
    assert span.contradicts == "the boxes show dog on the left at the bottom"
    assert span.boxes == (0,)


def test_the_figures_count_places_by_outcome() -> None:
    assert isinstance(CHECK, Measured)
    said = "A dog is on the left. A cat is on the left. A horse is on the left."
    figures = {"claims": 3, "supported": 1, "contradicted": 1, "undecidable": 1}
    assert CHECK.figures(dialogue(("What is there?", said)), ROOM) == figures
