"""The counts check: which numbers are of all there are, by their question, their sentence and the captions."""

import pytest
from box_scenes import box, row_of, said_of, scene
from dialogues import built

CHECK = built("counts")


@pytest.mark.parametrize(
    "answer", ["Two dogs play in a field.", "A boy with two dogs is seen.", "A pair of dogs runs."]
)
def test_the_answer_to_what_there_is_to_be_seen_begins_with_all_of_them(answer: str) -> None:
    context = scene(*row_of(3, "dog"))
    assert said_of(CHECK, context, answer).reason == "wrong_total"
    assert said_of(CHECK, context, answer, "Who barks?").outcome == "pass"
    assert said_of(CHECK, scene(*row_of(2, "dog")), answer).outcome == "pass"
    much_smaller = scene(*row_of(2, "dog"), box("dog", 0.9, 0.1, 0.94, 0.15))
    assert said_of(CHECK, much_smaller, answer).outcome == "pass"


@pytest.mark.parametrize(
    ("question", "answer", "outcome"),
    [
        ("How many dogs are in the yard?", "Two dogs.", "fail"),
        ("How many dogs are in the yard?", "Just two.", "fail"),
        ("How many dogs are in the yard?", "I count two of them.", "fail"),
        ("How many dogs are in the yard?", "A pair.", "fail"),
        ("How many dogs can you find?", "Only a single one.", "fail"),
        ("How many dogs can you find?", "There's just the one, close to us.", "fail"),
        ("How many dogs can you find?", "Two small ones.", "fail"),
        ("How many dogs can you find?", "The only dog is asleep.", "fail"),
        ("How many dogs can you find?", "A trio.", "pass"),
        ("Are there dogs in the yard?", "Yes, two dogs are waiting there.", "fail"),
        ("Are there any dogs?", "Yes, there are two.", "fail"),
        ("Are there any dogs?", "Two of them sleep, and the third plays.", "pass"),
        ("Are there two dogs?", "Yes.", "fail"),
        ("Are there three dogs?", "Yes.", "pass"),
        ("Is there more than one dog?", "There is only one.", "fail"),
        ("How many dogs are black?", "Two.", "pass"),
        ("How many dogs are behind the fence?", "Two.", "pass"),
        ("How many dogs does the boy hold with a leash?", "Two.", "pass"),
        ("How many dogs are in the yard?", "Two, and another one is in the house.", "pass"),
    ],
)
def test_a_question_after_those_in_the_scene_asks_for_all(question: str, answer: str, outcome: str) -> None:
    assert said_of(CHECK, scene(*row_of(3, "dog")), answer, question).outcome == outcome


def test_a_place_with_a_box_or_a_side_holds_only_those_that_lie_there() -> None:
    asked, in_boat = "How many dogs are on the bench?", "There are two dogs on the bench."
    beside = scene(*row_of(3, "dog"), box("bench", 0, 0.5, 0.5, 0.9))
    below = scene(*row_of(3, "dog"), box("bench", 0, 0.5, 1, 0.9))
    assert said_of(CHECK, beside, "Two.", asked).outcome == said_of(CHECK, beside, in_boat).outcome == "pass"
    assert said_of(CHECK, below, "Two.", asked).outcome == said_of(CHECK, below, in_boat).outcome == "fail"
    high = scene(*(box("dog", at, 0.1, at + 0.05, 0.15) for at in (0.1, 0.2, 0.3)))
    assert said_of(CHECK, high, "There are two dogs in the upper left part.").outcome == "fail"
    assert said_of(CHECK, high, "There are two dogs in the lower left part.").outcome == "pass"


def test_what_they_do_tells_living_things_apart_unless_a_caption_counts_them_all() -> None:
    dogs, boats = row_of(3, "dog"), row_of(3, "boat")
    asked = "How many {} are heading out?"
    assert said_of(CHECK, scene(*dogs), "Two.", asked.format("dogs")).outcome == "pass"
    assert said_of(CHECK, scene(*dogs, captions=["Three dogs run."]), "Two.", asked.format("dogs")).outcome == "fail"
    assert said_of(CHECK, scene(*boats), "Two.", asked.format("boats")).outcome == "fail"


def test_men_are_held_to_the_captions_men_and_gulls_are_all_birds_where_there_are_no_others() -> None:
    people, birds = row_of(3, "person"), row_of(3, "bird")
    men = "How many men are there?"
    assert said_of(CHECK, scene(*people, captions=["Three men talk."]), "Two.", men).outcome == "fail"
    assert said_of(CHECK, scene(*people, captions=["Three people talk."]), "Two.", men).outcome == "pass"
    gulls = "How many gulls are there?"
    assert said_of(CHECK, scene(*birds), "Two.", gulls).outcome == "pass"
    assert said_of(CHECK, scene(*birds, captions=["Gulls: these birds are loud."]), "Two.", gulls).outcome == "fail"
    assert said_of(CHECK, scene(*birds, captions=["Gulls and a duck."]), "Two.", gulls).outcome == "pass"


def test_cabs_are_some_of_the_cars() -> None:
    cars, cabs = row_of(3, "car"), "How many cabs are in the picture?"
    assert said_of(CHECK, scene(*cars), "One.", cabs).outcome == "pass"
    assert said_of(CHECK, scene(*cars, captions=["Cars and a cab."]), "One.", cabs).outcome == "pass"
    assert said_of(CHECK, scene(*cars, captions=["Cabs wait in a row."]), "One.", cabs).outcome == "fail"


def test_men_and_women_are_added_up_to_people() -> None:
    people = "How many people are there?"
    assert said_of(CHECK, scene(*row_of(3, "person")), "Two men and a woman.", people).outcome == "pass"
    assert said_of(CHECK, scene(*row_of(4, "person")), "Two men and a woman.", people).outcome == "fail"
    assert said_of(CHECK, scene(*row_of(4, "person")), "Two men.", people).outcome == "pass"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Describe it.", "Two dogs play, and a third one sleeps."),
        ("Describe it.", "Two dogs play, another sleeps."),
        ("Describe it.", "Two dogs play, and one sleeps."),
        ("Describe it.", "Two dogs play in the foreground."),
        ("Describe it.", "There are two dogs on the lawn, and another one sleeps."),
        ("Describe it.", "A dog sleeps while two others play. There is one dog on the lawn."),
        ("How many dogs are there?", "Two dogs and a puppy."),
        ("How many dogs are there?", "Two, plus a puppy."),
        ("How many dogs are there?", "Two dogs are in front, and one more is behind."),
        ("How many dogs are there?", "Two on the left, and one dog on the right."),
        ("How many other dogs are there?", "Two."),
        ("Besides this one, how many dogs are there?", "Two."),
        ("How many dogs wear a collar?", "Two."),
        ("Are there two dogs?", "No, three."),
        ("Is there more than one dog?", "Yes."),
        ("What do the two dogs do?", "The two dogs play."),
        ("Who plays?", "Two dogs."),
    ],
)
def test_a_part_is_no_total(question: str, answer: str) -> None:
    assert said_of(CHECK, scene(*row_of(3, "dog")), answer, question).outcome == "pass"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many dogs are there?", "There is a dog."),
        ("How many dogs are there?", "No more than two."),
        ("What is the number of dogs?", "The number of dogs is two."),
        ("Is there only one dog?", "Yes."),
        ("Are there exactly three dogs?", "No, there are two."),
        ("Describe it.", "The lawn is green. Altogether, two dogs are on it."),
        ("What can you see?", "Two dogs and a cat."),
    ],
)
def test_a_total_is_held_to_all(question: str, answer: str) -> None:
    assert said_of(CHECK, scene(*row_of(3, "dog")), answer, question).outcome == "fail"
