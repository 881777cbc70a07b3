"""Answers in; what they name that is not there, or deny that is, out."""

from pathlib import Path

import pytest
from annotated import boxed
from dialogues import answer, built, dialogue, shown

from instructgen.checks.objects import ObjectsCheck
from instructgen.component import Site
from instructgen.errors import SetupError
from instructgen.library import Library
from instructgen.protocols import Measured
from instructgen.records import Context, Verdict

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
    assert judged("No other dogs are there.").outcome == "doubtful"
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
