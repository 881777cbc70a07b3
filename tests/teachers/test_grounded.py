"""The grounded teacher's manners: what it returns, that it repeats itself exactly, and what it declines."""

import asyncio
import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructgen.errors import Declined
from instructgen.records import Box, Context, Image, Message, Reply, Request, Slot
from instructgen.teachers import TABLE
from instructgen.teachers.grounded import GroundedTeacher
from instructgen.teachers.grounded.wordings import read_wordings
from instructgen.text import word_set

CAPTIONS = (
    "A man in a blue shirt is riding a brown horse on a sandy beach.",
    "Two dogs are running next to a white horse trailer.",
    "A man rides a horse along the ocean.",
    "There is a man wearing a hat and holding a rope.",
    "A brown horse with a saddle standing near the water",
)
BOXES = (
    Box(label="person", x1=0.40, y1=0.20, x2=0.55, y2=0.60),
    Box(label="horse", x1=0.35, y1=0.40, x2=0.65, y2=0.90),
    Box(label="dog", x1=0.02, y1=0.70, x2=0.14, y2=0.85),
    Box(label="dog", x1=0.80, y1=0.72, x2=0.92, y2=0.88),
    Box(label="truck", x1=0.70, y1=0.10, x2=0.99, y2=0.40),
)
FORMS = ("dialogue", "single_question", "description")


def context(captions: tuple[str, ...] = CAPTIONS, boxes: tuple[Box, ...] = BOXES) -> Context:
    return Context(id="beach", row=3, images=(Image(path="beach.jpg"),), captions=captions, boxes=boxes)


def request(form: str) -> Request:
    return Request(role="teacher", messages=(Message(role="user", parts=("Write.",)),), form=form)


def slot(form: str = "dialogue", position: int = 0, attempt: int = 0) -> Slot:
    return Slot(context="beach", asker=form, attempt=attempt, round=0, position=position)


def replies(of: Context, form: str, number: int) -> Iterator[Reply]:
    teacher = GroundedTeacher()
    for position in range(number):
        try:
            yield teacher.reply(slot(form, position), form, of)
        except Declined:
            return


@pytest.mark.parametrize("form", FORMS)
def test_a_completion_is_json_of_its_form_and_names_grounded_as_its_model(form: str) -> None:
    done = asyncio.run(GroundedTeacher().complete(slot(form), "d" * 32, request(form), context()))
    keys = {"dialogue": {"turns"}, "single_question": {"question", "answer"}, "description": {"description"}}
    assert json.loads(done.text).keys() == keys[form]
    assert (done.model, done.finish, done.usage, done.usd, done.digest) == ("grounded", "stop", None, 0.0, "d" * 32)
    assert done.at.endswith("+00:00")


def test_the_table_names_it() -> None:
    assert TABLE["grounded"] == "instructgen.teachers.grounded:GroundedTeacher"


@pytest.mark.parametrize("form", FORMS)
def test_the_same_slot_always_gets_the_same_reply(form: str) -> None:
    again = context(tuple(CAPTIONS), tuple(BOXES))
    assert GroundedTeacher().reply(slot(form), form, context()) == GroundedTeacher().reply(slot(form), form, again)


def test_another_attempt_gets_another_dialogue() -> None:
    teacher = GroundedTeacher()
    assert teacher.reply(slot(attempt=0), "dialogue", context()) != teacher.reply(
        slot(attempt=1), "dialogue", context()
    )


def test_a_dialogue_has_three_to_five_pairs_that_alternate() -> None:
    for reply in replies(context(), "dialogue", 8):
        roles = [turn.role for turn in reply.turns]
        assert roles == ["human", "gpt"] * (len(roles) // 2)
        assert 3 <= len(roles) // 2 <= 5


def test_no_wording_of_a_question_comes_twice_among_the_samples_of_one_context() -> None:
    asked = [t.text for reply in replies(context(), "dialogue", 5) for t in reply.turns if t.role == "human"]
    masked = [re.sub(r"\b(?:man|horse|dogs?|person|truck|two)\b", "X", text) for text in asked]
    assert len(asked) > 12
    assert len(set(masked)) == len(masked)


def test_positions_give_different_single_questions_until_the_context_is_exhausted() -> None:
    asked = [reply.turns[0].text for reply in replies(context(), "single_question", 50)]
    assert 5 < len(asked) < 50
    assert len(set(asked)) == len(asked)


def test_identity_covers_what_is_read_and_nothing_else() -> None:
    teacher, plain = GroundedTeacher(), context()
    moved = plain.model_copy(update={"row": 9, "images": (Image(path="beach.jpg", size=5, mtime_ns=7),)})
    other = plain.model_copy(update={"captions": (*CAPTIONS, "A beach.")})
    assert teacher.identity(request("dialogue"), plain) == teacher.identity(request("dialogue"), moved)
    assert teacher.identity(request("dialogue"), plain) != teacher.identity(request("dialogue"), other)
    assert teacher.identity(request("dialogue"), plain)["use"] == "grounded"


@pytest.mark.parametrize("form", FORMS)
def test_too_poor_a_context_is_declined_with_a_reason(form: str) -> None:
    with pytest.raises(Declined) as declined:
        GroundedTeacher().reply(slot(form), form, context(captions=("Nice!",), boxes=()))
    assert declined.value.reason == "too_little_context"


def test_several_pictures_and_unknown_forms_are_declined() -> None:
    two = context().model_copy(update={"images": (Image(path="a.jpg"), Image(path="b.jpg"))})
    for form, of, reason in (("dialogue", two, "several_pictures"), ("poem", context(), "unknown_form")):
        with pytest.raises(Declined) as declined:
            GroundedTeacher().reply(slot(form), form, of)
        assert declined.value.reason == reason


def test_open_vocabulary_labels_follow_general_rules() -> None:
    boxes = (
        Box(label="coffee cup", x1=0.1, y1=0.5, x2=0.3, y2=0.8),
        Box(label="kitten", x1=0.6, y1=0.3, x2=0.9, y2=0.8),
        Box(label="octopus", x1=0.4, y1=0.05, x2=0.5, y2=0.15),
    )
    of = context(captions=("A kitten looks at a coffee cup.", "An octopus toy above a table"), boxes=boxes)
    said = " ".join(t.text for form in FORMS for reply in replies(of, form, 6) for t in reply.turns)
    assert "coffee cup" in said
    assert "octopus" in said
    assert not re.search(r"\ba octopus|octopuss|kittenes|coffees cup", said.lower())
    assert "no cat" not in said


def test_every_wording_asks_or_tells_and_ends_in_a_mark() -> None:
    for family, wording in read_wordings("captions", "boxes", "reasoning").items():
        for text in (*wording.questions, *wording.answers):
            assert text[-1] in ".?" or text.endswith("{two}"), (family, text)
            assert "  " not in text
        assert len(set(wording.questions)) == len(wording.questions)


VOCABULARY = """a the two man woman dogs horse is are riding sitting on with next to of in red and kitchen not table"""
WORDS = st.sampled_from([*sorted(word_set(VOCABULARY)), ","])


PHRASES = """a man with two dogs in it|next to each other|is standing|are|two women|holding a red bag|of food|on top of
with his hands|that is|a plate|many grass|there is|and a cat|, a bench and trees|on a bed|full of|sits|covered in snow
while eating|a herd of|made of wood|wearing a hat|in the middle of"""
PIECE = st.one_of(WORDS, st.sampled_from(re.split(r"[|\n]", PHRASES)))
CAPTION = st.lists(PIECE, max_size=6).map(" ".join)


@given(st.lists(CAPTION, max_size=5), st.sampled_from(FORMS))
@settings(max_examples=400, deadline=None)
def test_any_captions_give_a_clean_reply_or_are_declined(captions: list[str], form: str) -> None:
    for reply in replies(context(tuple(captions), BOXES[:2]), form, 2):
        for turn in reply.turns:
            assert turn.text.strip() == turn.text != ""
            assert turn.text[-1] in ".?"
            assert not re.search(
                r"[{}<>]|\bcaption|\bbox(?:es)?\b|\bannotat|coordinate| {2}|\ba [aeio][a-z]+s?\b", turn.text
            )
