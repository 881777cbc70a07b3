"""The refusal check: who declines or sees nothing fails, who answers no passes."""

from pathlib import Path

import pytest
import yaml
from dialogues import answer, built, judged

CHECK = built("refusal")
WORDINGS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "data/refusal_wordings.yaml").read_text(encoding="utf-8")
)

REFUSALS = {
    "no_image": [
        "I cannot see the image you mean.",
        "I'm unable to view images.",
        "No image was provided.",
        "Please upload the image first.",
        "I am unable to see a picture above.",
        "There is no image here to describe.",
        "I don't have access to pictures.",
        "The image did not load.",
    ],
    "empty_message": [
        "The message is empty.",
        "Your message appears to be blank.",
        "You haven't provided anything.",
        "How can I help you today?",
    ],
    "refusal": [
        "I'm sorry, but I can't help with that.",
        "I cannot identify the person.",
        "Sorry, I won't be able to answer.",
        "I apologize for the confusion.",
        "It is against my guidelines to say.",
        "I must decline to answer.",
    ],
}

FINE = [
    "No, I can't see any dog in the picture.",
    "No, there is no picture on the wall.",
    'The sign reads "Sorry, we cannot accept cards".',
    "The man cannot see the road because of the fog.",
    "He cannot reach the shelf, so the woman helps him.",
    "The girl looks sorry for breaking the vase.",
    "The bowl is empty, and so is the text field on the screen.",
    "The coach helps the boy hold the bat.",
    "They have no access to the pool, which is closed.",
]


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in REFUSALS.items() for text in texts])
def test_a_refusal_fails_with_its_reason(reason: str, text: str) -> None:
    verdict = judged(CHECK, answer(text))
    assert (verdict.outcome, verdict.reason) == ("fail", reason)


@pytest.mark.parametrize("text", FINE)
def test_a_definite_answer_passes(text: str) -> None:
    assert judged(CHECK, answer(text)).outcome == "pass"


@pytest.mark.parametrize("text", ["It cannot be determined from here.", "It is hard to tell.", "The brand is unclear."])
def test_an_answer_that_gives_up_is_doubtful(text: str) -> None:
    verdict = judged(CHECK, answer(text))
    assert (verdict.outcome, verdict.reason) == ("doubtful", "undetermined")


def test_a_list_of_refusals_is_caught_and_near_misses_are_not() -> None:
    failing = {
        kind: [t for t in texts if judged(CHECK, answer(t)).outcome == "fail"] for kind, texts in WORDINGS.items()
    }
    assert len(failing["refusals"]) >= 0.95 * len(WORDINGS["refusals"])
    assert len(failing["unknown"]) >= 0.95 * len(WORDINGS["unknown"])
    assert not failing["near_misses"]


@pytest.mark.parametrize("text", ["N/A", "null", "[No answer]", "...", "-", "{{answer}}", "None", "TODO: describe it"])
def test_a_gap_that_was_left_is_a_placeholder(text: str) -> None:
    assert judged(CHECK, answer(text)).reason == "placeholder"


def test_none_answers_how_many_and_which() -> None:
    assert judged(CHECK, answer("None.", "How many dogs are there?")).outcome == "pass"
    assert judged(CHECK, answer("None", "Which of them wears a hat?")).outcome == "pass"
    assert judged(CHECK, answer("None", "Describe the dog.")).reason == "placeholder"


def test_an_offer_of_further_help_is_doubtful() -> None:
    verdict = judged(CHECK, answer("It is a poodle. I hope this helps!"))
    assert (verdict.outcome, verdict.reason) == ("doubtful", "chatter")


def test_questions_are_not_judged() -> None:
    assert judged(CHECK, answer("A dog.", question="Sorry, I can't see the image: what is on it?")).outcome == "pass"
