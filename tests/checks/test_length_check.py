"""The length check: bounds count words as readers of each script would."""

import pytest
from dialogues import answer, built, dialogue, judged

from instructgen.checks.length import word_count

CHECK = built("length")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("A dog's life.", 3),
        ("Two lines\nof words", 4),
        ("café au lait", 3),
        ("一只狗在草地上奔跑", 6),
        ("犬が走る", 3),
        ("강아지가 달린다", 2),
        ("สุนัขกำลังวิ่งอยู่", 5),
        ("A 犬 runs", 3),
    ],
)
def test_words_are_counted_by_script(text: str, words: int) -> None:
    assert word_count(text) == words


def test_one_word_is_enough_and_400_are_not_too_many() -> None:
    assert judged(CHECK, answer("Yes.")).outcome == "pass"
    assert judged(CHECK, answer("word " * 400)).outcome == "pass"
    assert judged(CHECK, answer("word " * 401)).reason == "answer_too_long"


def test_a_long_answer_without_blanks_fails() -> None:
    assert judged(CHECK, answer("狗" * 590)).outcome == "pass"
    assert judged(CHECK, answer("狗" * 610)).reason == "answer_too_long"
    assert judged(CHECK, answer("a" * 4001)).reason == "answer_too_long"


def test_too_few_words_fail_where_the_recipe_wants_more() -> None:
    assert judged(built("length", {"min_words": 3}), answer("A dog.")).reason == "answer_too_short"
    assert judged(built("length", {"min_words": 3}), answer("A brown dog.")).outcome == "pass"


def test_signs_alone_are_no_answer_but_a_number_is() -> None:
    assert judged(CHECK, answer("*")).reason == "answer_without_words"
    assert judged(CHECK, answer("...", question="!")).reason == "answer_without_words"
    assert judged(CHECK, answer("7")).outcome == "pass"


def test_a_long_question_fails() -> None:
    assert judged(CHECK, answer("Yes.", question="why " * 201)).reason == "question_too_long"
    assert judged(CHECK, answer("Yes.", question="why " * 150)).outcome == "pass"


def test_a_dialogue_that_trainers_would_cut_fails() -> None:
    pairs = [(f"Question {number}?", "word " * 240) for number in range(4)]
    assert judged(CHECK, dialogue(*pairs)).outcome == "pass"
    assert judged(CHECK, dialogue(*pairs, ("One more?", "word " * 240))).reason == "dialogue_too_long"
