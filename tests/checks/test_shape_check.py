"""The shape check: each trap of the trainers fails, and what merely looks like it passes."""

import pytest
from dialogues import ORIGIN, QUESTION, answer, built, judged, of_turns, shown

from instructgen.records import Image, Sample, Turn

CHECK = built("shape")
H, G = "human", "gpt"
FIRST = (H, f"<image>\n{QUESTION}")

BROKEN = {
    "no_turns": of_turns(),
    "wrong_role": of_turns((G, "Hello."), (H, QUESTION)),
    "ends_with_question": of_turns(FIRST, (G, "A dog."), (H, "And then?"), pictures=1),
    "empty_turn": of_turns(FIRST, (G, " \n"), pictures=1),
    "question_without_text": of_turns((H, "<image>\n  "), (G, "A dog."), pictures=1),
    "image_in_answer": of_turns(FIRST, (G, "In <image> there is a dog."), pictures=1),
    "image_in_later_turn": of_turns(FIRST, (G, "A dog."), (H, "<image>\nWhich?"), (G, "This one."), pictures=1),
    "image_count": of_turns((H, QUESTION), (G, "A dog."), pictures=1),
    "image_misplaced": of_turns((H, "What is in <image> here?"), (G, "A dog."), pictures=1),
    "reserved_token": answer("A dog.</s>"),
    "role_marker": answer("A dog. ASSISTANT: And a cat."),
    "control_character": answer("A\x00dog."),
}


@pytest.mark.parametrize("reason", BROKEN)
def test_a_broken_shape_fails_with_its_reason(reason: str) -> None:
    verdict = judged(CHECK, BROKEN[reason])
    assert (verdict.outcome, verdict.reason) == ("fail", reason)


def test_two_turns_of_one_role_fail() -> None:
    assert judged(CHECK, of_turns((H, "Who?"), (H, "Who else?"))).reason == "wrong_role"


def test_a_picture_without_path_and_url_fails() -> None:
    turns = (Turn(role="human", text=FIRST[1]), Turn(role="gpt", text="A dog."))
    sample = Sample(id="7/x/0", task="x", images=(Image(width=3),), turns=turns, origin=ORIGIN)
    assert judged(CHECK, sample).reason == "image_nowhere"


@pytest.mark.parametrize(
    "token", ["<s>", "<|im_start|>", "<|im_end|>", "[INST]", "[/INST]", "<unk>", "<pad>", "<video>"]
)
def test_every_reserved_token_fails_in_questions_and_answers(token: str) -> None:
    for sample in (answer(f"It says {token} here."), answer("Yes.", question=f"What does {token} mean?")):
        verdict = judged(CHECK, sample)
        assert verdict.reason == "reserved_token"
        assert shown(sample, verdict) == token


@pytest.mark.parametrize("text", ["Yes.\nUSER: why?", "### Human", "Human: hi", "Yes.\nUser: and?", "a SYSTEM: b"])
def test_role_markers_fail(text: str) -> None:
    assert judged(CHECK, answer(text)).reason == "role_marker"


@pytest.mark.parametrize("sign", ["\x1b", "\x7f", "\u202e", "\ufffd", "\ud800", "\r", "\ufeff"])
def test_control_characters_and_half_characters_fail(sign: str) -> None:
    sample = answer(f"A dog{sign} runs.")
    assert shown(sample, judged(CHECK, sample)) == sign


@pytest.mark.parametrize(
    "text",
    [
        "The time is 10:35: a user looks at the clock.",
        "The assistant hands the surgeon a tool.",
        "Row #2 of the shelf holds <3 books [sic].",
        "First line.\n\tSecond line, indented.",
        "שלום, אמר הכלב. “Hi”, 犬 🙂",
        "Operating system: unknown.",
    ],
)
def test_near_misses_pass(text: str) -> None:
    assert judged(CHECK, answer(text)).outcome == "pass"


@pytest.mark.parametrize(
    ("first", "pictures"),
    [(f"<image>\n{QUESTION}", 1), (f"{QUESTION}\n<image>", 1), (f"<image>\n<image>\n{QUESTION}", 2), (QUESTION, 0)],
)
def test_placeholders_stand_first_or_last_once_for_each_picture(first: str, pictures: int) -> None:
    assert (
        judged(CHECK, of_turns((H, first), (G, "A dog."), (H, "More?"), (G, "No."), pictures=pictures)).outcome
        == "pass"
    )


@pytest.mark.parametrize(
    "first", [f"<image>\n{QUESTION}\n<image>", f"{QUESTION} <image>", f"Look:\n<image>\n{QUESTION}"]
)
def test_placeholders_elsewhere_fail(first: str) -> None:
    sample = of_turns((H, first), (G, "A dog."), pictures=first.count("<image>"))
    assert judged(CHECK, sample).reason == "image_misplaced"
