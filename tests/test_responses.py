"""Replies as teachers write them, well and badly."""

import contextlib
import json
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from instructgen import plain_replies
from instructgen.errors import ReplyFault
from instructgen.forms import FORMS, JUDGING, pairs_reply, reply_text
from instructgen.records import Completion, Reply, Slot, Turn
from instructgen.responses import fault_verdict, parse, read

TWO = [("What is it?", "It is a dog."), ("Where does it lie?", "On a rug, left of the door.")]
CLEAN = json.dumps({"turns": [{"question": q, "answer": a} for q, a in TWO]})


def pairs(text: str, form: str = "dialogue") -> list[tuple[str, str]]:
    turns = parse(form, text)
    assert [turn.role for turn in turns] == ["human", "gpt"] * (len(turns) // 2)
    texts = [turn.text for turn in turns]
    return list(zip(texts[::2], texts[1::2], strict=True))


def reason(text: str, form: str = "dialogue") -> str:
    with pytest.raises(ReplyFault) as caught:
        parse(form, text)
    return caught.value.reason


def completion(text: str, finish: str) -> Completion:
    slot = Slot(context="c", asker="t", attempt=0, round=0, position=0)
    return Completion(slot=slot, digest="d", text=text, finish=finish, model="m", at="2026-01-01T00:00:00Z")


# ── what is written is read ──────────────────────────────────────────────────────────────────────────────────

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.strip).filter(bool)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=4))
def test_a_dialogue_as_json_is_read_back_whatever_it_says(said: list[tuple[str, str]]) -> None:
    assert pairs(reply_text("dialogue", pairs_reply(said), structured=True)) == said


@given(words, words)
def test_a_single_question_as_json_is_read_back_whatever_it_says(question: str, answer: str) -> None:
    text = reply_text("single_question", pairs_reply([(question, answer)]), structured=True)
    assert pairs(text, "single_question") == [(question, answer)]


@given(words)
def test_a_description_as_json_is_read_back_whatever_it_says(description: str) -> None:
    reply = Reply(turns=(Turn(role="gpt", text=description),))
    assert parse("description", reply_text("description", reply, structured=True)) == reply.turns


prose = (
    st.lists(
        st.text(
            st.characters(categories=["L", "N", "Zs"], include_characters=".,;!?'\"()[]{}%&/\n"),
            min_size=1,
            max_size=40,
        ),
        min_size=1,
        max_size=4,
    )
    .map(" ".join)
    .map(str.strip)
    .filter(bool)
)


@given(st.lists(st.tuples(prose, prose), min_size=1, max_size=4))
def test_a_plain_dialogue_is_read_back(said: list[tuple[str, str]]) -> None:
    assert pairs(reply_text("dialogue", pairs_reply(said), structured=False)) == said


@given(prose)
def test_a_plain_description_is_read_back(description: str) -> None:
    assume(not description.startswith("{"))
    reply = Reply(turns=(Turn(role="gpt", text=description),))
    assert parse("description", reply_text("description", reply, structured=False)) == reply.turns


# ── the usual faults are mended ──────────────────────────────────────────────────────────────────────────────

PLAIN = {
    "as asked": "Question:\nWhat is it?\n===\nAnswer:\nIt is a dog.\n===\nQuestion:\nWhere does it lie?\n===\n"
    "Answer:\nOn a rug, left of the door.",
    "no separators": "Question: What is it?\nAnswer: It is a dog.\n\nQuestion: Where does it lie?\n"
    "Answer: On a rug, left of the door.",
    "numbered heads": "Question 1: What is it?\nAnswer 1: It is a dog.\nQuestion 2: Where does it lie?\n"
    "Answer 2: On a rug, left of the door.",
    "short heads": "Q1: What is it?\nA1: It is a dog.\nQ2: Where does it lie?\nA2: On a rug, left of the door.",
    "numbers in front": "1. Question: What is it?\n   Answer: It is a dog.\n2. Question: Where does it lie?\n"
    "   Answer: On a rug, left of the door.",
    "bold, colon inside": "**Question:** What is it?\n**Answer:** It is a dog.\n\n---\n\n"
    "**Question:** Where does it lie?\n**Answer:** On a rug, left of the door.",
    "bold, colon outside": "**Question 1**: What is it?\n**Answer 1**: It is a dog.\n"
    "**Question 2**: Where does it lie?\n**Answer 2**: On a rug, left of the door.",
    "headings": "### Question:\nWhat is it?\n### Answer:\nIt is a dog.\n"
    "### Question:\nWhere does it lie?\n### Answer:\nOn a rug, left of the door.",
    "speakers": "User: What is it?\n\nAssistant: It is a dog.\n\nUser: Where does it lie?\n\n"
    "Assistant: On a rug, left of the door.",
    "prose in front": "Here is the dialogue.\n\nQuestion:\nWhat is it?\n===\nAnswer:\nIt is a dog.\n===\nQuestion:\n"
    "Where does it lie?\n===\nAnswer:\nOn a rug, left of the door.\n===",
    "fenced": "```\nQ: What is it?\nA: It is a dog.\nQ: Where does it lie?\nA: On a rug, left of the door.\n```",
    "windows line ends": "Question:\r\nWhat is it?\r\n===\r\nAnswer:\r\nIt is a dog.\r\n===\r\nQuestion:\r\n"
    "Where does it lie?\r\n===\r\nAnswer:\r\nOn a rug, left of the door.\r\n",
    "thoughts in front": "<think>Question: hm</think>\nQ: What is it?\nA: It is a dog.\nQ: Where does it lie?\n"
    "A: On a rug, left of the door.",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN.keys())
def test_a_plain_reply_with_a_usual_fault_is_read(text: str) -> None:
    assert pairs(text) == TWO


JSON = {
    "clean": CLEAN,
    "fenced": f"```json\n{CLEAN}\n```",
    "fence never closed": f"```json\n{CLEAN}",
    "prose in front": f"Here is the dialogue [as asked]:\n\n{CLEAN}",
    "prose around a fence": f"Sure!\n```json\n{CLEAN}\n```\nTell me if you want more.",
    "prose behind": f"{CLEAN}\n\nTell me if you want more.",
    "trailing commas": CLEAN.replace('"}', '",}').replace("]}", ",],}"),
    "missing comma between turns": CLEAN.replace("}, {", "} {"),
    "missing comma between keys": CLEAN.replace('", "answer', '" "answer'),
    "single quotes": CLEAN.replace('"', "'"),
    "bare keys": CLEAN.replace('"turns"', "turns").replace('"question"', "question").replace('"answer"', "answer"),
    "byte order mark": f"\ufeff{CLEAN}",
    "bare list": CLEAN.removeprefix('{"turns": ').removesuffix("}"),
    "another wrapper": CLEAN.replace("turns", "conversation"),
    "capital keys": CLEAN.replace("question", "Question").replace("answer", "Answer"),
    "objects one after the other": "\n".join(json.dumps({"question": q, "answer": a}) for q, a in TWO),
    "roles": json.dumps(
        {"turns": [t for q, a in TWO for t in ({"role": "user", "content": q}, {"role": "assistant", "content": a})]}
    ),
    "from and value": json.dumps(
        [t for q, a in TWO for t in ({"from": "human", "value": q}, {"from": "gpt", "value": a})]
    ),
}


@pytest.mark.parametrize("text", JSON.values(), ids=JSON.keys())
def test_a_json_reply_with_a_usual_fault_is_read(text: str) -> None:
    assert pairs(text) == TWO


def test_raw_line_breaks_in_a_string_are_kept() -> None:
    assert pairs('{"question": "Why?", "answer": "First.\n\nSecond."}', "single_question") == [
        ("Why?", "First.\n\nSecond.")
    ]


@given(st.lists(st.sampled_from([*"\n= aA:QU-*", "===", "Question:", "Answer:", "\n===\n"]), max_size=24).map("".join))
def test_the_short_way_through_a_plain_reply_reads_as_the_long_way(text: str) -> None:
    text = f"Question:\na\n===\nAnswer:\nb{text}"
    if exact := plain_replies._exact(text):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plain_replies, "_exact", lambda text: [])
            assert plain_replies.pairs_of(text) == exact


def test_an_answer_may_hold_lists_marks_and_other_heads() -> None:
    answer = "Two things.\n\nA: the left one.\n1. It is red.\n- {it} [is] near.\n--- So it is."
    assert pairs(f"Question:\nWhich?\n===\nAnswer:\n{answer}") == [("Which?", answer)]


@pytest.mark.parametrize("head", ["", "Description: ", "**Description:** ", "Description:\n", "```\n"])
def test_a_description_is_read_with_or_without_a_head(head: str) -> None:
    text = f"{head}A dog lies on a rug.{chr(10)}```" if head.startswith("`") else f"{head}A dog lies on a rug."
    assert parse("description", text) == (Turn(role="gpt", text="A dog lies on a rug."),)


@pytest.mark.parametrize(
    "text", ['{"description": "A dog."}', '```json\n{"description": "A dog.",}\n```', "{'Description': 'A dog.'}"]
)
def test_a_description_is_read_from_json(text: str) -> None:
    assert parse("description", text) == (Turn(role="gpt", text="A dog."),)


# ── the rest fails honestly ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty_reply"),
        (" \n ", "empty_reply"),
        ("``````", "no_question"),
        ("<think>well", "truncated"),
        ("It is a nice picture.", "no_question"),
        ("Answer: yes", "no_question"),
        ("Question: a?\nQuestion: b?\nAnswer: c", "unpaired"),
        ("Question: a?\nAnswer: b\nQuestion: c?", "unpaired"),
        ("Question: a?\nAnswer:", "empty_answer"),
        ("Question:\n===\nAnswer: b", "empty_question"),
        ("Question: a?\n===\nAnswer: b\n===\nand then?", "stray_text"),
        ('{"turns": []}', "no_question"),
        ('{"turns": [{"question": "a?", "answer": " "}]}', "empty_answer"),
        ('{"turns": [{"question": "", "answer": "b"}]}', "empty_question"),
        ('{"turns": [{"question": "a?"}]}', "unpaired"),
        ('{"turns": [{"answer": "a"}]}', "no_question"),
        ('{"turns": [{"question": "a?", "answer": "b", "box": "c"}]}', "unknown_keys"),
        ('{"turns": [{"question": "a?", "answer": 3}]}', "unknown_keys"),
        ('{"turns": [{"question": "a?", "answer": "b", "Answer": "c"}]}', "unknown_keys"),
        ('{"turns": [{"question": "a?", "answer": "b"}], "more": 1}', "unknown_keys"),
        ('{"turns": "none"}', "unknown_keys"),
        ("[1, 2]", "not_json"),
        ('{"turns": [{"question": "a?", "answer": "b"}, {"question": "c?", "answer": "d', "truncated"),
        ('{"turns": [{"question": "a?", "answer": "b"}', "truncated"),
        ('{"turns": [{"question": "a?", "answer": "b"}]', "truncated"),
        ('```json\n{"turns": [{"question": "a?", "answer": "b"},\n```', "truncated"),
        ('{"turns": [{"question": "a?", "answer": "b"}}]', "not_json"),
        ("{" * 100_000, "not_json"),
        ('{"a":' * 100_000, "truncated"),
        ('{"turns": [{"question": "a\\ud800?", "answer": "b"}]}', "bad_text"),
    ],
)
def test_an_unreadable_dialogue_has_a_reason(text: str, expected: str) -> None:
    assert reason(text) == expected


def test_a_single_question_may_not_be_several() -> None:
    assert reason(CLEAN, "single_question") == "several_questions"
    assert reason(PLAIN["as asked"], "single_question") == "several_questions"


def test_a_description_may_not_be_a_dialogue() -> None:
    assert reason(PLAIN["as asked"], "description") == "not_a_description"
    assert reason(CLEAN, "description") == "unknown_keys"
    assert reason('{"description": "A dog lies', "description") == "truncated"
    assert reason('{"description": " "}', "description") == "empty_answer"


@given(st.integers(min_value=1, max_value=len(CLEAN) - 1))
def test_json_that_was_cut_off_is_never_read(cut: int) -> None:
    with pytest.raises(ReplyFault):
        parse("dialogue", CLEAN[:cut])


@given(st.data())
def test_json_with_a_letter_lost_or_added_never_gains_or_loses_words(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(CLEAN) - 1))
    letter = data.draw(st.sampled_from(["", *"{}[]\",:'\\ x\n"]))
    text = CLEAN[:at] + letter + CLEAN[at + data.draw(st.integers(0, 2)) :]
    try:
        turns = parse("dialogue", text)
    except ReplyFault:
        return
    assert len(turns) == 4
    for turn in turns:
        assert all(word in text for word in turn.text.split())


@given(st.text(max_size=200), st.sampled_from(sorted(FORMS.keys() - JUDGING)))
def test_any_text_is_read_or_is_a_fault(text: str, form: str) -> None:
    try:
        turns = parse(form, text)
    except ReplyFault as fault:
        assert fault.reason.isidentifier()
    else:
        assert turns
        assert all(turn.text.strip() == turn.text != "" for turn in turns)


@pytest.mark.parametrize("piece", [*"*#_ \t(Q[{`", "1 ", "* ", " *", "*\n", "Question: ", '{"', "\n---", "<think>"])
@pytest.mark.parametrize("head", ["", "a", "Question: a\nAnswer: b"])
def test_a_model_that_repeats_itself_on_and_on_costs_no_time(head: str, piece: str) -> None:
    text = head + piece * (60_000 // len(piece)) + " x"
    began = time.process_time()
    with contextlib.suppress(ReplyFault):
        parse("dialogue", text)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("finish", ["length", "content_filter", "refusal", "refused_request"])
def test_a_reply_that_did_not_come_to_its_end_is_never_read(finish: str) -> None:
    with pytest.raises(ReplyFault) as caught:
        read(completion(CLEAN, finish), "dialogue")
    assert caught.value.reason == finish
    assert fault_verdict(caught.value).hint


def test_a_reply_that_came_to_its_end_is_read() -> None:
    assert len(read(completion(CLEAN, "stop"), "dialogue")) == 4
