"""Totals in other words than "there are two": only, all, both, a group of three; and acts that captions tell of all."""

import pytest
from box_scenes import box, said_of, scene
from dialogues import built, dialogue

CHECK = built("counts")
DOGS = scene(*(box("dog", x, 0.5, x + 0.15, 0.8) for x in (0.1, 0.4, 0.7)))
SHEEP = scene(*(box("sheep", x, 0.5, x + 0.15, 0.8) for x in (0.1, 0.4, 0.7)))


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("The only dog in the picture sleeps.", "fail"),
        ("The only dog with a collar sleeps.", "pass"),
        ("All two dogs are sleeping.", "fail"),
        ("All three dogs are wearing a collar.", "pass"),
        ("Both dogs are sleeping.", "fail"),
        ("Both dogs on the rug are sleeping.", "pass"),
    ],
)
def test_what_is_said_of_all(words: str, outcome: str) -> None:
    assert said_of(CHECK, DOGS, words).outcome == outcome


def test_sheep_are_counted_though_they_have_no_plural() -> None:
    assert said_of(CHECK, SHEEP, "Five sheep graze.").outcome == "fail"
    assert said_of(CHECK, SHEEP, "Three sheep graze.").outcome == "pass"
    assert CHECK.verdict(dialogue(("How many sheep are there?", "Two sheep.")), SHEEP).outcome == "fail"


def test_a_number_beside_that_of_another_class_is_the_answer() -> None:
    for number, outcome in (("two", "fail"), ("three", "pass")):
        answer = dialogue(("How many dogs can you count?", f"I count {number} dogs and one cat."))
        assert CHECK.verdict(answer, DOGS).outcome == outcome


def test_an_act_that_a_caption_tells_of_several_is_of_all() -> None:
    people = scene(*(box("person", x, 0.3, x + 0.1, 0.8) for x in (0.1, 0.4, 0.7)))
    told = people.model_copy(update={"captions": ("People watch a game.",)})
    asked = dialogue(("How many people are watching?", "Two people."))
    assert CHECK.verdict(asked, told).outcome == "fail"
    assert CHECK.verdict(asked, people).outcome == "pass"
