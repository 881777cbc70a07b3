"""Answers in their question's words that choose, order, affirm, deny or fill in; they are no echoes, and echoes are."""

from pathlib import Path

import pytest
import yaml
from dialogues import answer, built, judged

from instructgen.checks.choices import Offer

CHECK = built("repetition")
DATA: dict[str, list[tuple[str, str]]] = yaml.safe_load(
    (Path(__file__).parent.parent / "data" / "choices.yaml").read_text(encoding="utf-8")
)
WHICH = "Of the table, the oven and the refrigerator, which one is furthest to the right?"
ORDER = "In what order do the cup, the plate and the fork stand from left to right?"


def echo(question: str, text: str) -> bool:
    return judged(CHECK, answer(text, question)).reason == "answer_echoes_question"


@pytest.mark.parametrize(("question", "text"), [*DATA["answers"], *DATA["later_answers"]])
def test_an_answer_that_adds_something_without_a_new_word_is_no_echo(question: str, text: str) -> None:
    assert not echo(question, text)


def test_echoes_of_questions_that_offer_something_are_caught() -> None:
    for written in ("echoes", "later_echoes"):
        missed = [pair for pair in DATA[written] if not echo(*pair)]
        assert len(missed) <= 0.02 * len(DATA[written]), missed


@pytest.mark.parametrize(
    ("question", "says", "leaves_open"),
    [
        (WHICH, "The oven is furthest right.", "The table, the oven and the refrigerator is furthest right."),
        (WHICH, "It is the oven that is furthest to the right.", "It is the one that is furthest to the right."),
        (WHICH, "The table is furthest to the right.", "One of the table and the oven is furthest to the right."),
        (ORDER, "From left to right stand the plate, the cup, the fork.", "They stand in an order."),
        (ORDER, "From left: the cup, the plate, the fork.", "The cup, the plate, the fork stand in some order."),
        ("Is the door open or shut?", "The door is shut.", "The door is open or shut."),
        ("Which are red, the cup or the plate?", "The cup and the plate are red.", "Some are red."),
        ("What colour is the orange?", "The orange is orange.", "The orange is a colour."),
        ("What is the man by the bus repairing?", "The man is repairing the bus.", "The man by the bus is repairing."),
    ],
)  # fmt: skip
def test_an_offer_is_answered_by_what_names_some_of_it(question: str, says: str, leaves_open: str) -> None:
    offer = Offer(question.lower())
    assert offer.answered(says.lower()) and not offer.answered(leaves_open.lower())
    assert not echo(question, says) and echo(question, leaves_open)


def test_what_a_question_is_read_as() -> None:
    assert Offer("which of the cat and the dog is asleep?").choice
    assert not Offer("which sport do the boys and the girls play?").choice
    assert not Offer("what sort of food do the boys and the girls order?").ordered
    assert Offer("is the man who sits old?").yes_or_no and not Offer("can you say who is old?").yes_or_no
    assert Offer(ORDER.lower()).ordered and Offer("is it a cat or a dog?").either
