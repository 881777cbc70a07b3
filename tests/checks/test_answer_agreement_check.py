"""Questions and answers in; whether they agree with the annotation out."""

import pytest
from annotated import boxed
from dialogues import built, dialogue, shown

from instructgen.records import Context

SOFA = boxed("cat", "couch", "tv", captions=("A cat on a couch.", "A goat on a TV."))


def outcome(question: str, text: str, context: Context = SOFA) -> tuple[str, str | None]:
    verdict = built("answer_agreement").verdict(dialogue((question, text)), context)
    return verdict.outcome, verdict.reason


@pytest.mark.parametrize(
    "question",
    ["Is there a dog in the image?", "Are there any dogs?", "Can you see a dog?", "Do you see any dogs here?",
     "Does the picture show a dog?", "Is a dog visible in the photo?", "Is a dog part of the scene?"],
)  # fmt: skip
def test_yes_needs_the_object(question: str) -> None:
    assert outcome(question, "Yes, on the right.") == ("fail", "yes_without_object")
    assert outcome(question, "No.")[0] == "pass"
    assert outcome(question, "Yes.", boxed("dog"))[0] == "pass"
    assert outcome(question, "No, I cannot find any.", boxed("dog")) == ("fail", "no_despite_object")


@pytest.mark.parametrize(
    ("question", "text"),
    [("Is there a cat on the floor?", "No."), ("Are there any other cats?", "No."), ("Is there a black cat?", "No."),
     ("Is it a cat or a dog?", "Yes, a cat."), ("Is the cat asleep?", "No."), ("Is there a sheep?", "It has horns.")],
)  # fmt: skip
def test_a_bounded_question_may_be_answered_no(question: str, text: str) -> None:
    assert outcome(question, text)[0] == "pass"


def test_no_before_the_same_thing_denies_it() -> None:
    question, black = "Is there a black cat in the picture?", "No, a black cat is lying on the couch."
    assert outcome(question, black) == ("fail", "no_despite_object")
    assert outcome(question, "No, a white cat is lying there.")[0] == "pass"


def test_what_annotations_cannot_rule_out_is_doubtful() -> None:
    assert outcome("Is there a person?", "Yes.")[0] == "doubtful"
    assert outcome("Is there a sheep?", "Yes.")[0] == "doubtful"
    assert outcome("Is the cat near a dog?", "Yes.") == ("doubtful", "yes_without_object")


def test_a_false_premise_must_be_corrected() -> None:
    sample = dialogue(("Where is the cat?", "On the couch."), ("What is the dog doing?", "It sleeps."))
    verdict = built("answer_agreement").verdict(sample, SOFA)
    assert (verdict.outcome, verdict.reason, shown(sample, verdict)) == ("fail", "false_premise", "dog")
    assert verdict.evidence[0].contradicts == "no box and no caption shows a dog"
    for text in ("There is no dog in the picture.", "Actually, that is a cat.", "The picture doesn't show one."):
        assert outcome("What is the dog doing?", text)[0] == "pass"


def test_what_is_only_supposed_is_no_premise() -> None:
    assert outcome("What would the dog do?", "Bark.")[0] == "pass"
    assert outcome("Describe the dog.", "Brown.")[0] == "pass"


def test_without_annotation_all_passes() -> None:
    assert outcome("Is there a dog?", "Yes.", Context(id="7", row=0))[0] == "pass"


def test_a_fault_is_reported_before_a_doubt() -> None:
    sample = dialogue(("Is there a person?", "Yes."), ("Is there a dog?", "Yes."))
    verdict = built("answer_agreement").verdict(sample, SOFA)
    assert (verdict.outcome, verdict.evidence[0].turn, verdict.evidence[1].turn) == ("fail", 2, 3)
