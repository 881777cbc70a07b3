"""The counts check: a part may be smaller than the boxes, a total may not, and neither may be larger."""

from pathlib import Path

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
    verdict = said_of(CHECK, scene(*row_of(boxes, "dog")), answer, "Who barks?")
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
        ("There are three dogs: two brown ones and a black one.", "pass"),
        ("There are two dogs in the picture, with one of them asleep.", "fail"),
        ("There are two: a brown one and a black one.", "fail"),
        ("There aren't two dogs, but three.", "pass"),
        ("There might be two dogs.", "pass"),
        ("Two on the left and one on the right.", "pass"),
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
        ("In the picture there are two dogs.", "fail"),
        ("There are two dogs in the picture, and a cat.", "fail"),
        ("There are two dogs on the grass.", "fail"),
        ("There are two dogs, both of them asleep.", "fail"),
        ("A lone dog runs over the grass.", "fail"),
        ("There are two brown dogs in the picture.", "pass"),
        ("There are two dogs with collars.", "pass"),
        ("There are two dogs behind the fence.", "pass"),
        ("There are two dogs on the grass, and another dog sleeps.", "pass"),
        ("On the left there are two dogs.", "pass"),
        ("One of them is asleep. Two dogs bark.", "pass"),
    ],
)
def test_a_sentence_that_only_says_that_they_are_there_gives_a_total(answer: str, outcome: str) -> None:
    verdict = said_of(CHECK, scene(*row_of(3, "dog")), answer)
    assert verdict.outcome == outcome
    assert verdict.reason in ("wrong_total", None)


def test_slices_are_held_to_the_captions_slices_only() -> None:
    plain, told = scene(*row_of(2, "pizza")), scene(*row_of(2, "pizza"), captions=["Two slices of pizza."])
    assert said_of(CHECK, plain, "Four slices of hot pizza lie there.").outcome == "pass"
    assert said_of(CHECK, told, "Four slices of hot pizza lie there.").outcome == "fail"
    assert said_of(CHECK, told, "Two pieces of pizza lie there.").outcome == "pass"


def test_a_third_dog_needs_three() -> None:
    assert said_of(CHECK, scene(*row_of(2, "dog")), "A third black dog sleeps.").outcome == "fail"
    assert said_of(CHECK, scene(*row_of(3, "dog")), "A third black dog sleeps.").outcome == "pass"


def test_a_caption_that_counts_what_is_boxed_makes_a_number_of_books_sure() -> None:
    books = row_of(2, "book")
    assert said_of(CHECK, scene(*books, captions=["Two books."]), "Three books lie there.").outcome == "fail"


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


def test_the_same_things_in_two_pictures_are_not_counted_twice() -> None:
    again = [shown.model_copy(update={"image": 1}) for shown in row_of(2, "dog")]
    context = scene(*row_of(2, "dog"), *again)
    assert said_of(CHECK, context, "Two.", HOW_MANY).outcome == "pass"
    assert said_of(CHECK, context, "Four.", HOW_MANY).outcome == "pass"
    assert said_of(CHECK, context, "One.", HOW_MANY).outcome == "fail"


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


def test_what_is_boxed_as_a_class_like_it_makes_a_number_doubtful_only() -> None:
    context = scene(*row_of(2, "truck"), box("car", 0.1, 0.1, 0.2, 0.2))
    assert said_of(CHECK, context, "Three trucks pass.").outcome == "doubtful"
    assert said_of(CHECK, context, "Four trucks pass.").outcome == "fail"


def test_a_vocabulary_of_other_classes_is_counted_too(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("lamp\npillow\n", encoding="utf-8")
    context = scene(*row_of(2, "lamp"))
    assert said_of(CHECK, context, "Three lamps stand there.").outcome == "pass"
    assert said_of(built("counts", {"vocabulary": names}), context, "Three lamps stand there.").outcome == "fail"


def test_a_pair_of_skis_is_one_thing() -> None:
    context = scene(*row_of(1, "skis"))
    assert said_of(CHECK, context, "A pair of skis leans there.").outcome == "pass"
    assert said_of(CHECK, context, "Two skis lean there.").outcome == "pass"
    assert said_of(CHECK, context, "Three skis lean there.").outcome == "fail"
    crowd = scene(*row_of(1, "skis"), box("skis", 0, 0, 1, 0.3, crowd=True))
    assert said_of(CHECK, crowd, "A pair of skis leans there.").outcome == "pass"


@pytest.mark.parametrize(
    "answer",
    [
        "No, there are not five dogs.",
        "There might be five dogs behind the house.",
        "A painting of five dogs hangs there.",
        "The five-dog sled stands there.",
        'The sign says "five dogs".',
        "Dog number five barks.",
        "Five dogs could live here.",
        "A drawing of a house and five dogs hangs there.",
        "Five dogs are printed on the towel.",
        "Are five dogs there?",
        "This is a basket for five dogs.",
        "The kennel accommodates five dogs.",
    ],
)
def test_what_is_not_asserted_of_the_things_is_not_judged(answer: str) -> None:
    assert said_of(CHECK, scene(*row_of(2, "dog")), answer).outcome == "pass"


def test_the_evidence_names_both_numbers_and_the_boxes() -> None:
    (span,) = said_of(CHECK, scene(*row_of(2, "dog")), "Look: three brown dogs play.").evidence
    assert (span.start, span.end) == (6, 22)
    assert span.contradicts == "the text says 3, the boxes show 2 dogs"
    assert span.boxes == (0, 1)


def test_none_is_borne_out_only_by_boxes_of_other_things() -> None:
    assert isinstance(CHECK, Measured)
    sample = dialogue((HOW_MANY, "There are no dogs."))
    undecidable = {"claims": 1, "undecidable": 1}
    assert CHECK.figures(sample, scene()) == undecidable
    assert CHECK.figures(sample, scene(*row_of(1, "cat"), captions=["A dog."])) == undecidable
    assert CHECK.figures(sample, scene(*row_of(1, "cat"))) == {"claims": 1, "supported": 1}


def test_the_figures_count_the_numbers_by_outcome() -> None:
    context = scene(*row_of(2, "dog"), *row_of(1, "cat"))
    assert isinstance(CHECK, Measured)
    said = "Two dogs and three cats play. Five horses watch. The dogs are brown."
    figures = {"claims": 3, "supported": 1, "contradicted": 1, "undecidable": 1}
    assert CHECK.figures(dialogue(("What is there?", said)), context) == figures
