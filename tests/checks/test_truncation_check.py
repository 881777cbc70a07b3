"""The truncation check: answers that break off fail, whole ones pass, with or without an end mark."""

import pytest
from dialogues import answer, built, dialogue, judged, of_turns, shown
from hypothesis import given
from hypothesis import strategies as st

CHECK = built("truncation")
WHERE = "Where is the dog?"

CUT = {
    "no_end_mark": [
        "A dog lies on the rug. Beside it a child is playing with wooden bloc",
        "The dog lies on the rug in front of the firepl",
        "The dog is lying on the rug",
        "The kitchen is small and bright. On the left there is a stove, and on the right a table with four chairs",
        "1. A red cup.\n2. A blue plate.\n3. A gree",
    ],
    "ends_on_word": [
        "On the rug there is a dog next to a",
        "It lies in front of",
        "The dog lies there because",
        "a brown dog on a rug with its",
        "The dog waits while",
    ],
    "ends_on_mark": ["The dog lies on the rug,", "It has three toys:", "A dog -", "The dog;"],
    "unclosed": ["The dog (a brown poodle", "It holds a ball (", 'The sign says "Beware of'],
}

WHOLE = [
    "Two",
    "Yes",
    "on",
    "Left",
    "On the rug",
    "a man riding a wave on top of a surfboard",
    "A man is riding a horse.",
    "Yes, it is",
    'The sign says "Stop"',
    "The dog lies on the rug (the red one)",
    "It weighs 5.2 kg.",
    "The U.S. flag",
    "What fun! 🎉",
    "- a cup\n- a plate\n- a fork",
    "1. cup\n2. plate\n3. fork",
    "the bench that she sits on",
    "狗躺在地毯上。",
    "He said: “Wait!”",
    "The coat costs 5 €.",
    "It is 5'10\" tall.",
]


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in CUT.items() for text in texts])
def test_an_answer_that_breaks_off_fails_at_its_end(reason: str, text: str) -> None:
    sample = answer(text, WHERE)
    verdict = judged(CHECK, sample)
    assert (verdict.outcome, verdict.reason) == ("fail", reason)
    assert text.endswith(shown(sample, verdict))


@pytest.mark.parametrize("text", WHOLE)
def test_whole_answers_pass(text: str) -> None:
    assert judged(CHECK, answer(text, WHERE)).outcome == "pass"


def test_a_caption_needs_no_end_mark_unless_it_is_long() -> None:
    caption = "A woman is standing at the counter with a cup"
    assert judged(CHECK, answer(caption, "Describe the picture briefly.")).outcome == "pass"
    assert judged(CHECK, answer(caption, "What do you see in the picture?")).outcome == "pass"
    assert (
        judged(
            CHECK,
            answer(f"{caption} and a man who is wearing a grey coat hands her a bag of bread over", "Describe it."),
        ).outcome
        == "fail"
    )


def test_a_detailed_description_or_an_explanation_is_made_of_sentences() -> None:
    assert judged(CHECK, answer("A woman at the counter with a c", "Describe the picture in detail.")).outcome == "fail"
    assert judged(CHECK, answer("The red coat of the wom", "Why does she stand out?")).outcome == "fail"
    assert judged(CHECK, answer("The red coat of the woman", "What stands out most?")).outcome == "pass"


def test_the_other_answers_show_whether_this_one_would_have_an_end_mark() -> None:
    cut = ("Now tell me about the cat", "Beside the window on the left")
    assert (
        judged(CHECK, dialogue((WHERE, "On the rug."), ("Is it asleep?", "Yes, it is."), cut)).reason == "no_end_mark"
    )
    assert judged(CHECK, dialogue((WHERE, "On the rug"), ("Is it asleep?", "Yes, it is"), cut)).outcome == "pass"


def test_an_open_bracket_in_a_finished_sentence_is_doubtful() -> None:
    verdict = judged(CHECK, answer("The dog (a brown poodle lies on the rug.", WHERE))
    assert (verdict.outcome, verdict.reason) == ("doubtful", "unclosed")


def test_questions_are_not_judged() -> None:
    assert judged(CHECK, of_turns(("human", "Tell me about the"), ("gpt", "A dog."))).outcome == "pass"


WHOLE_ANSWER = (
    "The woman in the red coat is waiting at the bus stop, and a small dog sits beside her suitcase. "
    "Behind them a cyclist passes by, while the lights of the shops are already lit."
)


@given(st.integers(100, len(WHOLE_ANSWER) - 2))
def test_wherever_a_second_sentence_is_cut_it_is_found(at: int) -> None:
    assert judged(CHECK, answer(WHOLE_ANSWER[:at], WHERE)).outcome == "fail"


@given(st.text(max_size=120))
def test_any_text_can_be_judged(text: str) -> None:
    judged(CHECK, answer(text))
