"""The leaks check: teachers that name their source fail, people who talk about a picture pass."""

import time
from pathlib import Path

import pytest
import yaml
from dialogues import answer, built, dialogue, judged, shown
from hypothesis import given
from hypothesis import strategies as st

CHECK = built("leaks")
WORDINGS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "data/leak_wordings.yaml").read_text(encoding="utf-8")
)

LEAKS = {
    "speaks_as_model": [
        "As an AI, I would call it a dog.",
        "As a language model I infer rain.",
        "I'm just an AI but it is red.",
    ],
    "box_mentioned": [
        "The bounding box of the dog is large.",
        "Going by the coordinates of the cup, it is left of the plate.",
        "The detected objects include a knife.",
    ],
    "coordinates": [
        "The dog lies at [0.12, 0.34, 0.5, 0.66].",
        "The dog (0.1, 0.25) is left of the cat.",
        "It spans 0.12, 0.34, 0.50, 0.66 of it.",
        "It is at [12, 30, 200, 310].",
    ],
    "caption_mentioned": [
        "The captions mention a brown dog.",
        "Based on the captions, it is a party.",
        "In the second caption he is a boy.",
        "As the human annotations show, it is a bus.",
        "From what is written in the captions, it is summer.",
    ],
    "description_mentioned": [
        "The description does not say which dog.",
        "According to the given description, it rains.",
        "According to the image description, he is a chef.",
    ],
    "text_mentioned": [
        "From the provided information, it is noon.",
        "Based on the text, the man is a chef.",
        "The first sentence suggests that it is winter.",
        "The data indicates that a person stands near the door.",
        'The word "crowded" suggests that many people are there.',
    ],
    "objects_listed": ["The objects listed include a clock.", "The list of objects contains three umbrellas."],
    "told_detail": ["The chairs are described as old.", "As described, the street is lined with trees."],
    "request_mentioned": ["As instructed, I leave out the numbers.", "Here's a conversation about the picture."],
    "untold_detail": [
        "The color of the shirt is not mentioned.",
        "It isn't specified how old she is.",
        "There is no mention of animals.",
        "The weather goes unmentioned.",
    ],
    "layout_remnant": [
        "Answer: a dog",
        "A dog.\n===\nQuestion:\nWhere?",
        '{"question": "Where?", "answer": "There"}',
        "```\nA dog\n```",
        "<think>hm</think> A dog.",
    ],
}

FINE = [
    "The caption at the bottom of the meme reads “Monday”.",
    'A sign says "based on the captions".',
    "The newspaper shows a photo with a caption below it.",
    "A policeman coordinates the traffic.",
    "Her bag coordinates with the outfit.",
    "As mentioned earlier, the dog is asleep.",
    "Shade is provided by two umbrellas.",
    "The menu lists the details of each dish; no price is listed on it.",
    "The box on the left holds two puppies.",
    "The GPS on the boat shows the coordinates of the harbour.",
    "He hopes for aid as an aide brings water.",
    "The score of 0.5, 3 and 7 stands on the board.",
    "There are 3, 5 and 7 apples (from left to right).",
    "The question on the blackboard is hard to answer.",
    "No, there is no dog.",
    "The provided image shows a park.",
]


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in LEAKS.items() for text in texts])
def test_a_named_source_fails_with_its_reason_and_place(reason: str, text: str) -> None:
    sample = answer(text)
    verdict = judged(CHECK, sample)
    assert (verdict.outcome, verdict.reason) == ("fail", reason)
    assert shown(sample, verdict).strip()


@pytest.mark.parametrize("text", FINE)
def test_what_people_say_of_pictures_passes(text: str) -> None:
    assert judged(CHECK, answer(text)).outcome == "pass"


def test_a_leak_in_a_question_is_found_there() -> None:
    verdict = judged(CHECK, dialogue(("What is it?", "A dog."), ("Do the captions mention a cat?", "No.")))
    assert (verdict.reason, verdict.evidence[0].turn) == ("caption_mentioned", 2)


def test_a_lone_source_noun_is_doubtful() -> None:
    verdict = judged(CHECK, answer("Perhaps a caption would help."))
    assert (verdict.outcome, verdict.reason) == ("doubtful", "source_noun")


def test_hearsay_is_doubtful() -> None:
    for text in ("As you noted, it is white.", "The suspects were described."):
        verdict = judged(CHECK, answer(text))
        assert (verdict.outcome, verdict.reason) == ("doubtful", "described_as")


def test_a_list_of_wordings_is_caught_and_near_misses_are_not() -> None:
    failing = {
        kind: [t for t in texts if judged(CHECK, answer(t)).outcome == "fail"] for kind, texts in WORDINGS.items()
    }
    assert len(failing["leaks"]) >= 0.95 * len(WORDINGS["leaks"])
    assert len(failing["unknown"]) >= 0.95 * len(WORDINGS["unknown"])
    assert len(failing["later"]) >= 0.85 * len(WORDINGS["later"])
    assert not failing["near_misses"]


def test_something_to_read_in_the_answer_or_the_question_lets_common_nouns_through() -> None:
    assert judged(CHECK, answer("The text describes a kitchen.")).outcome == "fail"
    assert judged(CHECK, answer("A poster hangs there. The text describes a kitchen.")).outcome == "pass"
    assert judged(CHECK, answer("The text describes a kitchen.", "What does the sign say?")).outcome == "pass"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Describe the image.", "Here is the description: a dog runs."),
        ("Write a caption for this picture.", "A fitting caption states the obvious: dogs love mud."),
        ("What does the caption say?", "The caption says that it is Monday."),
        ("What is drawn on the chart?", "The annotations indicate two peaks."),
        ("Give me the bounding box of the dog.", "The bounding box covers the left half."),
    ],
)
def test_what_the_question_asks_for_passes(question: str, text: str) -> None:
    assert judged(CHECK, answer(text, question)).outcome == "pass"


def test_typographic_apostrophes_and_line_breaks_hide_nothing() -> None:
    assert judged(CHECK, answer("The breed isn’t mentioned.")).reason == "untold_detail"
    assert judged(CHECK, answer("According to\nthe captions it rains.")).reason == "caption_mentioned"


def test_coordinates_pass_where_the_recipe_lets_them() -> None:
    sample = answer("The dog lies at [0.12, 0.34, 0.5, 0.66].", "Where is the dog?")
    assert judged(CHECK, sample).reason == "coordinates"
    assert judged(built("leaks", {"coordinates": True}), sample).outcome == "pass"


INSTRUCTIONS = "Write about what is surely there, and never about what the person beside you could not see at once."
EXAMPLE = "The kettle on the stove has just begun to boil, for a thin plume of steam rises from its spout to the lamp."
WORDED = built("leaks", own_words=[INSTRUCTIONS, EXAMPLE])


def test_eight_words_of_the_instructions_are_an_echo_and_seven_are_not() -> None:
    words = INSTRUCTIONS.split()
    echo = answer(f"A dog. {' '.join(words[2:10])} with it.")
    verdict = judged(WORDED, echo)
    assert (verdict.outcome, verdict.reason) == ("fail", "prompt_text")
    assert shown(echo, verdict) == "what is surely there, and never about what"
    assert judged(WORDED, answer(f"A dog. {' '.join(words[2:9])} with it.")).outcome == "pass"


def test_an_example_may_be_shared_for_longer_than_the_instructions() -> None:
    words = EXAMPLE.split()
    assert judged(WORDED, answer(" ".join(words[:13]) + " now.")).outcome == "pass"
    assert judged(WORDED, answer(" ".join(words[:14]) + " now.")).reason == "prompt_text"


def test_another_tasks_words_are_no_echo() -> None:
    sample = answer(EXAMPLE)
    assert judged(WORDED, sample.model_copy(update={"task": "detail"})).outcome == "pass"


@given(st.integers(0, 11), st.integers(8, 20), st.lists(st.sampled_from(["dog", "cat", "runs", "a"]), max_size=30))
def test_no_run_of_the_instructions_slips_between_two_look_ups(start: int, length: int, before: list[str]) -> None:
    run = INSTRUCTIONS.split()[start : start + length]
    verdict = judged(WORDED, answer(" ".join([*before, *run, "dog"])))
    assert (verdict.reason == "prompt_text") == (len(run) >= 8)


@given(st.text(max_size=200))
def test_any_text_can_be_judged(text: str) -> None:
    judged(WORDED, answer(text))


@pytest.mark.parametrize("said", ["the description ", "as an ", "captions ", "0.123, ", "*", "the "])
def test_a_reply_that_runs_on_costs_no_time(said: str) -> None:
    began = time.process_time()
    judged(CHECK, answer(said * (60_000 // len(said))))
    assert time.process_time() - began < 1.0
