"""The agreement check: one question about one picture with two answers fails both samples; what may differ passes."""

import pytest
from run_wide import built_run_check, found, numbered

CHECK = built_run_check("agreement")


def differ(question: str, first: str, second: str, other: str | None = None) -> bool:
    """Tell whether two samples about one picture are said to disagree."""
    samples = [
        numbered(1, (question, first), picture="a.jpg"),
        numbered(2, (other or question, second), picture="a.jpg"),
    ]
    verdicts = found(CHECK, samples)
    assert set(verdicts) in (set(), {"1", "2"})
    return bool(verdicts)


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Is there a dog on the sofa?", "Yes, a brown one.", "No, the sofa is empty."),
        ("How many cups are on the table?", "There are three cups.", "Two cups are on the table."),
        ("How many cups are on the table?", "3", "Four."),
        ("Does the man wear a hat?", "No.", "Yes, he does."),
        ("How many horses are there?", "No horses can be seen.", "One."),
    ],
)
def test_two_answers_to_one_question_fail_both_samples(question: str, first: str, second: str) -> None:
    assert differ(question, first, second)


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Is there a dog on the sofa?", "Yes, a brown one.", "Yes."),
        ("How many cups are on the table?", "There are three.", "3 cups."),
        ("How many cups are on the table?", "At least three.", "Four."),
        ("How many cups are on the table?", "There are two red cups and one blue cup.", "Three."),
        ("Is it red?", "Yes.", "No."),
        ("Are there any other animals?", "Yes.", "No."),
        ("What is the man doing?", "Reading.", "Sleeping."),
        ("Is the door open?", "It stands ajar.", "No."),
    ],
)
def test_answers_that_agree_or_cannot_be_compared_pass(question: str, first: str, second: str) -> None:
    assert not differ(question, first, second)


def test_small_words_and_the_word_for_the_picture_do_not_matter() -> None:
    assert differ("Is there a dog in the image?", "Yes.", "No.", other="Is there any dog in this photo?") is False
    assert differ("Is there a dog in the image?", "Yes.", "No.", other="Is there any dog in the photo?")


def test_other_pictures_and_the_same_sample_are_let_be() -> None:
    question = "Is the door open?"
    assert not found(CHECK, [numbered(1, (question, "Yes.")), numbered(2, (question, "No."))])
    assert not found(CHECK, [numbered(1, (question, "Yes."), (question, "No."))])


def test_the_evidence_names_the_other_sample_and_its_answer_and_a_third_one_fails_too() -> None:
    question = "Is the door open?"
    samples = [
        numbered(n, (question, text), picture="a.jpg")
        for n, text in ((1, "Yes."), (2, "No, shut."), (3, "Yes, it is."))
    ]
    verdicts = found(CHECK, samples)
    assert set(verdicts) == {"1", "2", "3"}
    assert verdicts["1"].evidence[0].contradicts == '2/conversation/0 answers the same question with "no"'
    assert verdicts["2"].evidence[0].contradicts == '1/conversation/0 answers the same question with "yes"'
    assert (verdicts["2"].evidence[0].start, verdicts["2"].evidence[0].end) == (0, 2)
