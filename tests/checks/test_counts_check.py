"""The counts check: a part may be smaller than the boxes, a total may not, and neither may be larger."""

import pytest
from box_scenes import box, row_of, said_of, scene
from dialogues import built, dialogue

from instructgen.protocols import Measured

CHECK = built("counts")
HOW_MANY = "How many dogs are in the picture?"


@pytest.mark.parametrize(
    ("boxes", "answer", "outcome"),
    [
        (3, "Three dogs play.", "pass"),
        (3, "Two dogs play.", "pass"),
        (3, "Four dogs play.", "fail"),
        (3, "At least two dogs play.", "pass"),
        (3, "At least five dogs play.", "fail"),
        (3, "Two to four dogs play.", "pass"),
        (7, "Eight dogs play.", "pass"),
        (7, "Nine dogs play.", "fail"),
        (10, "Twelve dogs play.", "pass"),
        (10, "Thirteen dogs play.", "fail"),
        (1, "Several dogs play.", "doubtful"),
        (1, "A couple of dogs play.", "doubtful"),
        (2, "Several dogs play.", "pass"),
    ],
)
def test_a_number_of_things_may_be_a_part_of_them_only(boxes: int, answer: str, outcome: str) -> None:
    verdict = said_of(CHECK, scene(*row_of(boxes, "dog")), answer)
    assert verdict.outcome == outcome
    assert verdict.reason in ({"fail": "too_many", "doubtful": "not_several"}.get(outcome), None)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("There are three dogs in the picture.", "pass"),
        ("Three.", "pass"),
        ("3", "pass"),
        ("There are at least two.", "pass"),
        ("There are two dogs.", "fail"),
        ("Two dogs sit on the grass.", "fail"),
        ("I can see two of them.", "fail"),
        ("Four.", "fail"),
        ("There are no dogs in the picture.", "fail"),
        ("Zero.", "fail"),
        ("There are two adult dogs and one puppy.", "pass"),
        ("The dogs are brown.", "pass"),
    ],
)
def test_the_answer_to_how_many_is_a_total(answer: str, outcome: str) -> None:
    assert said_of(CHECK, scene(*row_of(3, "dog")), answer, HOW_MANY).outcome == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("There are two dogs in the picture.", "fail"),
        ("A total of two dogs can be seen.", "fail"),
        ("Two dogs are visible.", "fail"),
        ("There is only one dog in the photo.", "fail"),
        ("There are two dogs on the grass.", "pass"),
        ("There are two brown dogs in the picture.", "pass"),
        ("Two dogs are sitting in the picture.", "pass"),
        ("A boy with two dogs is visible.", "pass"),
    ],
)
def test_a_sentence_that_only_says_that_they_are_there_gives_a_total(answer: str, outcome: str) -> None:
    verdict = said_of(CHECK, scene(*row_of(3, "dog")), answer)
    assert verdict.outcome == outcome
    assert verdict.reason in ("wrong_total", None)


@pytest.mark.parametrize("question", ["How many dogs are running?", "How many small dogs are there?"])
def test_a_question_after_some_of_them_asks_no_total(question: str) -> None:
    context = scene(*row_of(3, "dog"))
    assert said_of(CHECK, context, "Two.", question).outcome == "pass"
    assert said_of(CHECK, context, "Four.", question).outcome == "fail"


def test_men_are_only_some_of_the_people() -> None:
    context = scene(*row_of(3, "person"))
    assert said_of(CHECK, context, "Two.", "How many men are in the picture?").outcome == "pass"
    assert said_of(CHECK, context, "There are two men in the picture.").outcome == "pass"
    assert said_of(CHECK, context, "Four men stand there.").outcome == "fail"


def test_a_crowd_has_no_upper_number() -> None:
    context = scene(*row_of(3, "dog"), box("dog", 0, 0, 1, 0.3, crowd=True))
    assert said_of(CHECK, context, "Thirty dogs play.").outcome == "pass"
    assert said_of(CHECK, context, "There are two dogs in the picture.").outcome == "fail"


def test_very_small_things_need_not_be_counted() -> None:
    context = scene(*row_of(2, "dog"), box("dog", 0.9, 0.1, 0.91, 0.12))
    assert said_of(CHECK, context, "Two.", HOW_MANY).outcome == "pass"
    assert said_of(CHECK, context, "Three.", HOW_MANY).outcome == "pass"
    assert said_of(built("counts", {"small": 0}), context, "Two.", HOW_MANY).outcome == "fail"


def test_a_caption_overrides_the_boxes() -> None:
    context = scene(*row_of(2, "dog"), captions=["Five dogs on a lawn.", "Dogs play."])
    assert said_of(CHECK, context, "Five.", HOW_MANY).outcome == "pass"
    assert said_of(CHECK, context, "Four dogs play.").outcome == "pass"
    assert said_of(CHECK, context, "Six dogs play.").outcome == "fail"


def test_captions_alone_contradict_nothing() -> None:
    assert said_of(CHECK, scene(captions=["Two dogs on a lawn."]), "Five dogs play.").outcome == "pass"


def test_without_a_box_of_the_class_nothing_is_decided_but_a_total_of_none() -> None:
    context = scene(*row_of(2, "cat"))
    assert said_of(CHECK, context, "Two dogs play.").outcome == "pass"
    assert said_of(CHECK, context, "None.", HOW_MANY).outcome == "pass"
    assert said_of(CHECK, context, "There are no cats.", "How many cats are there?").outcome == "fail"


@pytest.mark.parametrize("label", ["book", "chair", "bottle", "banana"])
def test_classes_of_which_annotators_boxed_a_few_are_only_doubtful_upward(label: str) -> None:
    context = scene(*row_of(2, label))
    assert said_of(CHECK, context, f"Three {label}s are there.").outcome == "doubtful"
    assert said_of(CHECK, context, "One.", f"How many {label}s are there?").outcome == "fail"


def test_many_people_are_doubtful_and_few_are_not() -> None:
    assert said_of(CHECK, scene(*row_of(3, "person")), "Four people walk by.").outcome == "fail"
    assert said_of(CHECK, scene(*row_of(6, "person")), "Nine people walk by.").outcome == "doubtful"


def test_a_pair_of_skis_is_one_thing() -> None:
    context = scene(*row_of(1, "skis"))
    assert said_of(CHECK, context, "A pair of skis leans there.").outcome == "pass"


@pytest.mark.parametrize(
    "answer",
    [
        "No, there are not five dogs.",
        "There might be five dogs behind the house.",
        "A painting of five dogs hangs there.",
        "The five-dog sled stands there.",
        'The sign says "five dogs".',
        "Dog number five barks.",
    ],
)
def test_what_is_not_asserted_of_the_things_is_not_judged(answer: str) -> None:
    assert said_of(CHECK, scene(*row_of(2, "dog")), answer).outcome == "pass"


def test_the_evidence_names_both_numbers_and_the_boxes() -> None:
    (span,) = said_of(CHECK, scene(*row_of(2, "dog")), "Look: three brown dogs play.").evidence
    assert (span.start, span.end) == (6, 22)
    assert span.contradicts == "the text says 3, the boxes show 2 dogs"
    assert span.boxes == (0, 1)


def test_the_figures_count_the_numbers_by_outcome() -> None:
    context = scene(*row_of(2, "dog"), *row_of(1, "cat"))
    assert isinstance(CHECK, Measured)
    said = "Two dogs and three cats play. Five horses watch. The dogs are brown."
    figures = {"claims": 3, "supported": 1, "contradicted": 1, "undecidable": 1}
    assert CHECK.figures(dialogue(("What is there?", said)), context) == figures
