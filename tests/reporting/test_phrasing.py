"""Questions in; their kind, opening and verb–noun pairs out."""

import pytest

from instructgen.checks.words import split
from instructgen.reporting.phrasing import kind, opening, verb_noun_pairs


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is on the table?", "what"),
        ("What colour is the bus?", "what colour"),
        ("In what kind of place was this taken?", "what kind"),
        ("How many kites are there?", "how many"),
        ("What number of kites is there?", "how many"),
        ("How does the boat stay up?", "how"),
        ("Whose hat is it?", "who"),
        ("Is there a dog?", "yes or no"),
        ("Isn't it late?", "yes or no"),
        ("Can you see a boat?", "yes or no"),
        ("Could you please describe the boat?", "request"),
        ("Describe what you see.", "request"),
        ("Please list the animals.", "request"),
        ("Judging by the shadows, when was it taken?", "when"),
        ("A boat.", "other"),
        ("", "other"),
    ],
)
def test_a_question_has_a_kind(question: str, wanted: str) -> None:
    assert kind(split(question.lower())) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Describe the large brown dog in detail.", ["describe dog"]),
        ("What is the man holding an umbrella doing?", ["hold umbrella"]),
        ("Analyze the photo and explain the relationship of its parts.", ["analyze photo", "explain relationship"]),
        ("Look at the left side carefully.", ["look side"]),
        ("Who is sitting on the bench?", ["sit bench"]),
        ("Explain why it is wet.", []),
        ("Did you enjoy the play?", ["enjoy play"]),
        ("Is there a dog?", []),
    ],
)
def test_verbs_are_paired_with_the_noun_of_the_phrase_after_them(question: str, wanted: list[str]) -> None:
    assert list(verb_noun_pairs(split(question.lower()))) == wanted


def test_an_opening_is_three_words() -> None:
    assert opening(["what", "is", "the", "dog"]) == "what is the"
    assert opening(["why"]) == "why"
