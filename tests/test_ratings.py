"""Judges' replies in every layout in; scores, choices or a fault with a stable reason out."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.errors import Declined, ReplyFault
from instructgen.forms import ASPECTS, FORMS
from instructgen.ratings import Rating, read_choice, read_rating
from instructgen.records import Completion, Slot

SLOT = Slot(context="7", asker="conversation#0!judge", attempt=1, round=0, position=0)
POINTS = {"accuracy": 4, "completeness": 5, "usefulness": 3, "fluency": 2}


def completion(text: str, finish: str = "stop") -> Completion:
    return Completion(slot=SLOT, digest="d", text=text, finish=finish, model="m", at="now")


def read(text: str) -> Rating:
    return read_rating(completion(text))


def points(text: str) -> dict[str, int]:
    return {score.aspect: score.points for score in read(text).scores}


def as_json(overall: str = "keep", **scores: object) -> str:
    rated = {a: {"reason": f"So {a}.", "quote": "a dog", "score": p} for a, p in (POINTS | scores).items()}
    return json.dumps({**rated, "overall": overall})


def as_plain(overall: str = "keep") -> str:
    parts = [f"{a.capitalize()}:\nReason: So {a}.\nQuote: a dog\nScore: {p}" for a, p in POINTS.items()]
    return "\n===\n".join([*parts, f"Overall: {overall}"])


@pytest.mark.parametrize("text", [as_json(), as_plain()])
def test_both_layouts_say_the_same(text: str) -> None:
    rating = read(text)
    assert points(text) == POINTS
    assert not rating.drop
    assert [(s.reason, s.quote) for s in rating.scores] == [(f"So {a}.", "a dog") for a in ASPECTS]


def test_the_layouts_that_are_asked_for_are_those_that_are_read() -> None:
    form = FORMS["rating"]
    filled = form.json_layout.replace("1 to 5", "3").replace('"keep" or "drop"', '"drop"')
    assert points(filled[filled.index("{") : filled.rindex("}") + 1]) == dict.fromkeys(ASPECTS, 3)
    plain = form.plain_layout.replace("(1 to 5)", "3").replace("(keep or drop)", "drop").partition("\n")[2]
    assert points(plain) == dict.fromkeys(ASPECTS, 3) and read(plain).drop
    chosen = FORMS["comparison"].plain_layout.replace("(first, second or tie)", "second").partition("\n")[2]
    assert read_choice(completion(chosen))[0] == "second"


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{as_json()}\n```",
        f"Here is my rating:\n{as_json()}\nI hope it helps.",
        f"<think>\nLet me see.\n</think>\n{as_json()}",
        json.dumps({"rating": json.loads(as_json())}),
        as_json().replace('"accuracy"', '"Accuracy"'),
        as_json(accuracy="4", completeness="5/5", usefulness=3.0, fluency="2 out of 5"),
        json.dumps(POINTS),
        as_plain().replace("===\n", ""),
        as_plain().replace("Accuracy:", "**Accuracy:**").replace("Fluency:", "## Fluency"),
        as_plain().replace("Score: 4", "**Score:** 4/5"),
        "\n".join(f"{n}. {a.capitalize()}: {p}/5 - So {a}." for n, (a, p) in enumerate(POINTS.items(), 1)),
        "\n".join(f"- {a}: {p}" for a, p in POINTS.items()),
    ],
)
def test_usual_liberties_are_read(text: str) -> None:
    assert points(text) == POINTS


def test_a_number_is_followed_by_its_reason() -> None:
    rating = read("Accuracy: 2/5 - The couch is red.\nCompleteness: 5\nUsefulness: (4) good\nFluency: 5, fine")
    assert [(s.points, s.reason) for s in rating.scores] == [
        (2, "The couch is red."), (5, ""), (4, "good"), (5, "fine")
    ]  # fmt: skip


@pytest.mark.parametrize(("overall", "drop"), [("drop", True), ("Drop.", True), ("keep", False), ("", False)])
def test_what_a_judge_would_do_with_the_whole(overall: str, drop: bool) -> None:
    assert read(as_json(overall)).drop is drop
    assert read(as_plain(overall)).drop is drop


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty_reply"),
        ("It is a fine sample.", "missing_score"),
        (as_json()[:90], "truncated"),
        (as_json(accuracy=6), "unclear_score"),
        (as_json(accuracy=0), "unclear_score"),
        (as_json(accuracy=3.5), "unclear_score"),
        (as_json(accuracy=True), "unclear_score"),
        (as_json(accuracy="high"), "unclear_score"),
        (json.dumps({"accuracy": 4}), "missing_score"),
        ("[1, 2, 3]", "not_json"),
        (as_plain().replace("Score: 4", "Score: 45"), "unclear_score"),
        (as_plain().replace("Score: 4", "Score: good"), "unclear_score"),
        (as_plain() + "\n" + as_plain().replace("Score: 4", "Score: 1"), "unclear_score"),
        (f"{as_json()}\n{as_json()}", "unknown_keys"),
    ],
)
def test_what_leaves_a_score_open_is_a_fault(text: str, reason: str) -> None:
    with pytest.raises(ReplyFault) as caught:
        read(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize("finish", ["length", "content_filter", "refusal", "refused_request"])
def test_a_completion_without_an_end_of_its_own_is_a_fault_by_its_finish(finish: str) -> None:
    for reader in (read_rating, read_choice):
        with pytest.raises(ReplyFault) as caught:
            reader(completion(as_json(), finish))
        assert caught.value.reason == finish
        with pytest.raises(Declined):
            reader(completion("unknown_form: no", "declined"))


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ('{"reason": "R.", "better": "first"}', "first"),
        ('```json\n{"reason": "R.", "better": "Tie"}\n```', "tie"),
        ("Reason: R.\nBetter: second", "second"),
        ("R.\n\n**Better:** First", "first"),
        ("Better: tie", "tie"),
    ],
)
def test_a_choice_is_read(text: str, better: str) -> None:
    found, reason = read_choice(completion(text))
    assert found == better and reason in ("R.", "")


@pytest.mark.parametrize("text", ["Both are fine.", '{"better": "third"}', "Better: first\nBetter: second", "[]"])
def test_an_open_choice_is_a_fault(text: str) -> None:
    with pytest.raises(ReplyFault):
        read_choice(completion(text))


@given(st.text(max_size=200) | st.text("AcuryScore:12345/={}\"' \n*#.-", max_size=200))
def test_any_text_is_read_or_is_a_fault(text: str) -> None:
    for reader in (read_rating, read_choice):
        try:
            reader(completion(text))
        except ReplyFault as fault:
            assert re.fullmatch(r"[a-z_]+", fault.reason)


@given(st.fixed_dictionaries({a: st.integers(1, 5) for a in ASPECTS}), st.text(), st.booleans())
def test_every_rating_as_json_is_read_back(scores: dict[str, int], words: str, drop: bool) -> None:
    words = words.encode("utf-8", "replace").decode()
    rated = {a: {"reason": words, "quote": words, "score": p} for a, p in scores.items()}
    rating = read(json.dumps({**rated, "overall": "drop" if drop else "keep"}, ensure_ascii=False))
    assert {s.aspect: s.points for s in rating.scores} == scores and rating.drop is drop
    assert {s.reason for s in rating.scores} == {" ".join(words.split())}


@pytest.mark.timeout(5)
@pytest.mark.parametrize("odd", ["*", "#", " ", "=", "1.", "Score: ", "accuracy", "- "])
def test_a_long_odd_reply_is_done_with_at_once(odd: str) -> None:
    for reader in (read_rating, read_choice):
        with pytest.raises(ReplyFault):
            reader(completion(f"x\n{odd * 20_000}\n{odd * 20_000}"))
