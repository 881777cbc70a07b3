"""The safety check: listed words fail with their kind and place, their harmless uses pass."""

import pytest
from dialogues import answer, built, dialogue, judged, shown

CHECK = built("safety")


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("sexual", "A naked man is standing in the river.", "naked"),
        ("violence", "A corpse lies beside the road.", "corpse"),
        ("self_harm", "The poster warns of suicide.", "suicide"),
        ("drugs", "Police show bags of COCAINE.", "COCAINE"),
        ("profanity", "The shirt says that this is bullshit.", "bullshit"),
    ],
)
def test_a_listed_word_fails_with_its_kind_and_place(kind: str, text: str, word: str) -> None:
    sample = answer(text)
    verdict = judged(CHECK, sample)
    assert (verdict.outcome, verdict.reason) == ("fail", kind)
    assert shown(sample, verdict) == word


@pytest.mark.parametrize(
    "text",
    [
        "The star can be seen with the naked eye.",
        "She wears nude-coloured heels.",
        "The topless bus is full of tourists.",
        "A heroine in a cape.",
        "A shih tzu on a sofa.",
        "The assassin bug sits on a leaf.",
    ],
)
def test_harmless_uses_and_look_alikes_pass(text: str) -> None:
    assert judged(CHECK, answer(text)).outcome == "pass"


def test_questions_are_judged_and_all_words_of_a_kind_are_shown() -> None:
    verdict = judged(CHECK, dialogue(("Is the man naked?", "Yes, he is naked.")))
    assert [(span.turn, span.end - span.start) for span in verdict.evidence] == [(0, 5), (1, 5)]


def test_a_recipe_can_allow_words() -> None:
    assert judged(built("safety", {"allow": ["Nude"]}), answer("The painting shows a nude.")).outcome == "pass"
