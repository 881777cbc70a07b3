"""Answers in; what they name that is not there, or deny that is, out."""

from pathlib import Path

import pytest
from annotated import boxed
from dialogues import answer, built, dialogue, shown
from hypothesis import given
from hypothesis import strategies as st

from instructgen.checks.objects import ObjectsCheck
from instructgen.component import Site
from instructgen.errors import SetupError
from instructgen.library import Library
from instructgen.protocols import Measured
from instructgen.records import Box, Context, Verdict

PARK = boxed("dog", "bench", "person", captions=("A man and his dog sit on a bench.", "A brown dog near a goat."))


def judged(text: str, context: Context = PARK) -> Verdict:
    return built("objects").verdict(answer(text), context)


def test_what_boxes_or_captions_bear_out_passes() -> None:
    assert judged("A man sits with his puppy on the bench; a goat is near.").outcome == "pass"


def test_an_object_without_box_and_caption_fails_with_its_place() -> None:
    sample = answer("The dog lies beside a bicycle and two giraffes.")
    verdict = built("objects").verdict(sample, PARK)
    assert (verdict.outcome, verdict.reason) == ("fail", "hallucinated_object")
    assert shown(sample, verdict) == "bicycle" and len(verdict.evidence) == 2
    assert verdict.evidence[1].contradicts == "no box and no caption shows a giraffe"
    assert verdict.hint == "Nothing that was given shows a bicycle: leave out 'bicycle'."


@pytest.mark.parametrize(
    ("text", "why"),
    [("A woman passes a car.", "annotators often leave cars out"), ("Two sheep graze.", "a caption has a near word"),
     ("A zebra painted-on look.", "a noun may follow")],
)  # fmt: skip
def test_what_annotations_cannot_rule_out_is_doubtful(text: str, why: str) -> None:
    assert judged(text).outcome == "doubtful", why


def test_several_captions_make_up_for_boxes_that_are_often_left_out() -> None:
    context = boxed("dog", captions=("A dog.", "A brown dog.", "A dog on a lawn."))
    for text in ("A man walks the dog.", "Two girls pet the dog.", "The dog sits by a car.", "Some chairs."):
        assert judged(text, context).outcome == "fail", text
    for text in (
        "Some people sit.",
        "The driver has parked.",
        "A passenger.",
        "The man.",
        "For a person, it is small.",
    ):
        assert judged(text, context).outcome == "doubtful", text
    assert judged("A man.", boxed("dog", captions=("A dog.", "A rider's dog.", "A dog."))).outcome == "doubtful"


@pytest.mark.parametrize(
    "text",
    ["There might be a cat around.", "There is no cat.", "A statue of a horse.", "An orange leash.", "A bird house.",
     "Cats often hide from dogs.", "It looks like a bear."],
)  # fmt: skip
def test_what_is_not_asserted_or_names_another_thing_passes(text: str) -> None:
    assert judged(text).outcome == "pass"


def test_a_denied_object_that_is_there_fails() -> None:
    verdict = judged("There is no dog in the picture.")
    assert (verdict.outcome, verdict.reason) == ("fail", "denied_object")
    assert verdict.evidence[0].boxes == (0,) and verdict.evidence[0].contradicts == "the boxes show a dog"
    assert judged("There is no dog on the left.").outcome == "doubtful"
    assert judged("No other dogs are there.").outcome == "pass"
    captioned = judged("There is no kite.", boxed("dog", captions=("A kite.",)))
    assert captioned.evidence[0].contradicts == "a caption names a kite"


def test_captions_alone_only_raise_doubt() -> None:
    assert judged("A dog and a zebra.", boxed(captions=("A dog.",))).outcome == "doubtful"


def test_boxes_with_labels_of_another_set_only_raise_doubt() -> None:
    assert judged("A dog and a zebra.", boxed("dog", "lamp post")).outcome == "doubtful"


def test_nothing_to_hold_against_passes() -> None:
    assert judged("A zebra.", Context(id="7", row=0)).outcome == "pass"


def test_questions_are_not_judged_here() -> None:
    assert built("objects").verdict(dialogue(("What is the zebra doing?", "Nothing.")), PARK).outcome == "pass"


def test_a_vocabulary_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "classes.txt"
    file.write_text("lamp_post\ntree|trees||oak|bush\n", encoding="utf-8")
    check = built("objects", {"vocabulary": str(file)})
    context = boxed("lamp post")
    assert check.verdict(answer("Two oaks and a dog by the lamp post."), context).outcome == "fail"
    assert check.verdict(answer("A bush and a dog."), context).outcome == "pass"


def test_a_changed_vocabulary_shapes_the_result_anew(tmp_path: Path) -> None:
    site, file = Site("objects", Library(())), tmp_path / "classes.txt"

    def shaping(text: str) -> object:
        file.write_text(text, encoding="utf-8")
        return ObjectsCheck.build({"vocabulary": str(file)}, site, "checks.objects").shaping()["vocabulary"]

    assert shaping("tree\n") != shaping("bush\n")


@pytest.mark.parametrize("content", [None, "# only a comment\n", b"\xff\xfe"])
def test_an_unusable_vocabulary_is_one_line(tmp_path: Path, content: str | bytes | None) -> None:
    file = tmp_path / "classes.txt"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SetupError, match=r"vocabulary .*classes\.txt: [^\n]+$"):
        built("objects", {"vocabulary": str(file)})


def test_chair_is_counted_as_published_beside_our_own_figures() -> None:
    check = built("objects")
    assert isinstance(check, Measured)
    sample = dialogue(("What is the zebra doing?", "It might hide. A dog, a cat and a goat."))
    figures = check.figures(sample, PARK)
    assert (figures["chair_mentions"], figures["chair_hallucinated"], figures["chair_texts"]) == (2, 1, 1)
    assert (figures["mentions"], figures["supported"], figures["contradicted"]) == (3, 1, 1)
    assert (figures["texts"], figures["words"]) == (1, 10)
    assert (figures["question_chair_mentions"], figures["question_contradicted"]) == (1, 1)
    supposed = check.figures(answer("A cat might come."), PARK)
    assert (supposed["chair_hallucinated"], supposed["contradicted"], supposed["contradicted_texts"]) == (1, 0, 0)
    colour = check.figures(answer("The ceiling is orange."), PARK)
    assert (colour["chair_hallucinated"], colour["mentions"]) == (1, 0)
    assert check.figures(sample, Context(id="7", row=0)) == {}


TWO_DOGS = boxed("person", "dog", "bench", captions=("A man and a dog.", "A dog by a man.", "A man.", "A dog."))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How should he stay safe?", "He wears a vest, because cars are fast, and keeps a phone in a dry bag."),
        ("Why is there a fence?", "A barrier also keeps cats away from the birds."),
        ("What makes it healthier?", "Many people keep a potted plant, and some even take an apple from the bowl."),
        ("How did people travel then?", "Horses pulled carts, and boys sold newspapers at the corner."),
        ("What do owners need?", "Two bowls, a basket, and a bottle of something against fleas."),
        ("What is it dreaming of?", "Mice, or a bowl of milk."),
        ("How can it be made safer?", "A chair near the stove tempts a toddler to climb up."),
        ("What would they do?", "If a cat came by, it is clear that the cat is in danger on this bench."),
        ("Describe it.", "The dog has the yellow of a school bus and runs the way a horse does."),
        ("Describe it.", "It is a street where one finds a cafe with a cake."),
        ("What is on TV?", "A film; there is a zebra on the screen."),
        ("Which animal is it?", "It is a dog, not a cat."),
        ("Describe it.", "All that is missing is a kite, a frisbee and a couple of bowls."),
        ("Describe it.", "A cat, perhaps, would like it here. There is a picture of a cat on the wall."),
        ("Describe it.", "Someone has left. The dog watches for birds."),
        ("Describe it.", "A cushion with a cat on it, a hot dog stand, a sofa bed, and an umbrella stand."),
        ("Describe it.", "A painting with a bowl of apples, and a bakery called The Golden Donut."),
        ("What is on the towel?", "A cat, and a row of sheep along the edge."),
        ("What does it tell?", 'It tells "Beware of the cat" to all.'),
        ("Which are there?", "Motorcycles and trucks are absent."),
        ("Is it happy?", "Happy as a horse, as firmly on its feet as others on a skateboard."),
        ("Is there enough space?", "Not for a dinner with chairs and a cake. Apples, for instance, fit."),
    ],
)  # fmt: skip
def test_what_is_usual_wise_possible_or_pictured_does_not_fail(question: str, text: str) -> None:
    assert built("objects").verdict(dialogue((question, text)), TWO_DOGS).outcome != "fail"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why is he calm?", "There is also a kite in his hand, which is a common pastime."),
        ("Why is he calm?", "He may like it, and there is a cat beside him."),
        ("Why is he calm?", "In the picture a cat sleeps."),
        ("Why is he calm?", "He is petting a cat on his lap."),
        ("Why is he calm?", "Close by, you can make out a cat."),
        ("Describe it.", "Two trees, perhaps oaks, stand by a kite."),
        ("Describe it.", "A small cat snoozes in the sun."),
        ("Describe it.", "From his arm hangs an umbrella slung over the shoulder, as well as a kite."),
        ("Describe it.", "The dog is brown, like the cat next to it."),
        ("Describe it.", "It looks as if it waited for the guest, whose suitcase is open."),
        ("Describe it.", "A kid types on one of two laptops."),
    ],
)  # fmt: skip
def test_what_a_sentence_puts_into_the_picture_fails(question: str, text: str) -> None:
    assert built("objects").verdict(dialogue((question, text)), TWO_DOGS).outcome == "fail"


@pytest.mark.parametrize(
    "text",
    ["There isn't a single dog around.", "I see no dog.", "Not one dog is in sight.", "The picture has no dog in it.",
     "There is no dog on this bench.", "No dog keeps him company, not a dog in sight.", "There's no bench either.",
     "There is no dog in the park.", "There is no bench to sit on.", "As there is no dog here, he must be alone."],
)  # fmt: skip
def test_denials_of_what_is_there_fail(text: str) -> None:
    assert judged(text, TWO_DOGS).outcome == "fail"


@pytest.mark.parametrize(
    "text",
    ["There are no children.", "No second dog is there.", "Without dogs, parks would be empty.", "No moving dog.",
     "You can't compare cats and dogs.", "No dog is under the bench.", "He walks without a dog."],
)  # fmt: skip
def test_denials_of_some_or_of_a_kind_do_not_fail(text: str) -> None:
    assert judged(text, TWO_DOGS).outcome != "fail"


def test_whatever_is_of_a_kind_is_denied_with_it() -> None:
    assert judged("There are no vehicles at all.", boxed("car", "dog")).outcome == "fail"
    assert judged("There are no vehicles at all.", boxed("dog")).outcome == "pass"


def test_a_young_animal_is_of_any_class_that_is_there() -> None:
    assert judged("A big one and a calf.", boxed("elephant", captions=("An elephant and its calf.",))).outcome == "pass"


KITCHEN = Context(
    id="7",
    row=0,
    captions=("A clock on the wall.",),
    boxes=(
        Box(label="bowl", x1=0.1, y1=0.5, x2=0.4, y2=0.9),
        Box(label="apple", x1=0.2, y1=0.55, x2=0.3, y2=0.65),
        Box(label="orange", x1=0.7, y1=0.55, x2=0.8, y2=0.65),
        Box(label="person", x1=0.6, y1=0.1, x2=0.95, y2=0.9),
    ),
)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("There are no apples in the bowl.", "fail"), ("There are no oranges in the bowl.", "doubtful"),
     ("She is not holding an orange.", "fail"), ("She is not holding an apple.", "doubtful"),
     ("There is no clock on the wall.", "fail"), ("There is no clock on the shelf.", "doubtful")],
)  # fmt: skip
def test_a_denial_of_a_part_fails_where_boxes_or_captions_have_the_thing_there(text: str, outcome: str) -> None:
    assert judged(text, KITCHEN).outcome == outcome


CUES = ["a", "the", "no", "not", "one", "there", "is", "any", "like", "of", "people", "next", "to", "in", "has", "what"]


@given(st.lists(st.sampled_from(["dog", "cats", "man", "vehicle", "missing", ".", ",", "?", *CUES])), st.booleans())
def test_any_words_can_be_judged(words: list[str], asked: bool) -> None:
    said = " ".join(words) or "Yes."
    sample = dialogue((f"Is there {said}", "No dog.") if asked else ("Why?", said), (f"{said} dog?", f"No {said}"))
    for check in ("objects", "answer_agreement"):
        assert built(check).verdict(sample, TWO_DOGS).outcome in ("pass", "fail", "doubtful")
