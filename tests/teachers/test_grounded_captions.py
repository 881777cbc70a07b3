"""What the grounded teacher understands of captions, and that what it asks of them is grammatical."""

import re

import pytest

from instructgen.errors import Declined
from instructgen.records import Context, Image, Slot
from instructgen.teachers.grounded import GroundedTeacher
from instructgen.teachers.grounded.caption_facts import read_captions
from instructgen.teachers.grounded.clauses import Clause, read_caption
from instructgen.teachers.grounded.phrases import Phrase, read_joined
from instructgen.teachers.grounded.spoken import safe, words_of


def clause(caption: str) -> Clause:
    found, _ = read_caption(words_of(caption), frozenset())
    assert found is not None
    return found


def phrase(text: str) -> Phrase:
    found = read_joined(words_of(text), 0, frozenset())
    assert found is not None
    return found[0]


def context(*captions: str) -> Context:
    return Context(id="c", row=0, images=(Image(path="c.jpg"),), captions=captions)


def questions(of: Context, form: str = "dialogue", attempts: int = 60) -> list[tuple[str, str]]:
    teacher, found = GroundedTeacher(), []
    for attempt in range(attempts):
        slot = Slot(context="c", asker=form, attempt=attempt, round=0, position=0)
        turns = teacher.reply(slot, form, of).turns
        found += [(q.text, a.text) for q, a in zip(turns[::2], turns[1::2], strict=True)]
    return found


@pytest.mark.parametrize(
    ("text", "first", "again"),
    [
        ("a big brown dog", "a big brown dog", "the dog"),
        ("umbrella", "an umbrella", "the umbrella"),
        ("two men", "two men", "the two men"),
        ("a couple of children", "two children", "the two children"),
        ("a herd of elephants", "a herd of elephants", "the elephants"),
        ("a plate of food", "a plate of food", "the plate of food"),
        ("a pair of scissors", "a pair of scissors", "the scissors"),
        ("a lot of people", "many people", "the people"),
        ("man and woman", "a man and a woman", "the man and the woman"),
        ("rice, beans and meat", "rice, beans and meat", "the rice, the beans and the meat"),
        ("a black and white cat", "a black and white cat", "the cat"),
        ("a snow covered slope", "a snow-covered slope", "the slope"),
        ("grass", "grass", "the grass"),
        ("wii", "Wii", "the Wii"),
    ],
)
def test_a_phrase_is_mentioned_first_and_again(text: str, first: str, again: str) -> None:
    assert (phrase(text).a(), phrase(text).the()) == (first, again)


@pytest.mark.parametrize("text", ["a women", "the two dog", "living", "a couple", "statue of a man"])
def test_what_is_no_whole_phrase_is_not_one(text: str) -> None:
    assert read_joined(words_of(text), 0, frozenset()) is None


@pytest.mark.parametrize(
    ("caption", "subject", "acts"),
    [
        ("A man riding a horse on a beach.", "a man", ["riding a horse on a beach"]),
        ("A man rides a horse along the beach", "a man", ["riding a horse along the beach"]),
        ("Two boys play soccer in a field.", "two boys", ["playing soccer in a field"]),
        ("There is a cat that is laying on top of a bed.", "a cat", ["lying on a bed"]),
        ("A close up photo of a bird perched on a branch", "a bird", ["perched on a branch"]),
        ("A girl sitting at a table and eating pizza.", "a girl", ["sitting at a table", "eating pizza"]),
        ("A plate topped with rice and meat.", "a plate", ["topped with rice and meat"]),
    ],
)
def test_a_clause_is_read_whole(caption: str, subject: str, acts: list[str]) -> None:
    found = clause(caption)
    assert found.whole
    assert (found.subject.a(), [act.text() for act in found.acts]) == (subject, acts)


@pytest.mark.parametrize(
    "caption",
    [
        "A man sitting next to a woman reading a book.",
        "A boy holding a bowl filled with rice.",
        "A bird with a white stripe on its head.",
        "A man eating something on a bench",
    ],
)
def test_what_cannot_be_told_apart_is_left_alone(caption: str) -> None:
    found = clause(caption)
    assert not found.whole
    assert not any("reading" in act.text() or "filled" in act.text() for act in found.acts)


@pytest.mark.parametrize(
    "caption",
    ["A man without a helmet", "There is no dog here", "A statue of a horse", "It looks like a bus", "A toy train",
     "A dog on the screen", "A man about to throw a ball", "A reflection of a cat"],
)  # fmt: skip
def test_denied_supposed_and_depicted_things_are_not_plain(caption: str) -> None:
    assert not safe(words_of(caption))


def test_colours_that_captions_disagree_on_are_dropped() -> None:
    facts = read_captions(context("A red bus on a street", "A blue bus near a white car", "A white car"))
    assert facts.colors.keys() == {"car"}


def test_captions_that_disagree_on_man_or_woman_tell_of_neither() -> None:
    facts = read_captions(context("A man holding an umbrella", "A woman holds an umbrella"))
    assert not facts.acts


SCENE = (
    "A man in a red shirt is riding a brown horse on a beach.",
    "Two dogs are sitting next to a wooden fence.",
    "A man riding a horse while holding a rope",
    "A small boat is parked near a pier",
)


def test_no_answer_to_a_colour_question_contradicts_the_captions() -> None:
    told = " ".join(answer for _, answer in questions(context(*SCENE), attempts=80))
    assert re.search(r"shirt is red|horse is brown", told)
    assert not re.search(r"(?:shirt|it) is (?:blue|green|black|white)\b|horse is (?:blue|green|red|black|white)", told)


def test_verbs_agree_and_articles_fit() -> None:
    for pair in questions(context(*SCENE)) + questions(context(*SCENE), "single_question"):
        for text in pair:
            assert not re.search(
                r"(?i)\bdogs is\b|\bhorse are\b|\bman are\b|\ba (?:two|dogs|elephant)\b|\bthe (?:a|the)\b", text
            )
            assert not re.search(r"\b(\w+) \1\b", text), text
            assert text[0].isupper() or text[0] == "("


def test_what_is_absent_is_asked_about_only_where_several_captions_say_nothing_of_it() -> None:
    one = context("A man in a red shirt is riding a brown horse on a beach and holding a rope near a small boat.")
    teacher = GroundedTeacher()
    for attempt in range(30):
        try:
            reply = teacher.reply(Slot(context="c", asker="a", attempt=attempt, round=0, position=0), "dialogue", one)
        except Declined:
            continue
        assert not any(" no " in turn.text for turn in reply.turns if not turn.text.startswith("No, "))
    assert not any("no horse" in answer or "no dog" in answer for _, answer in questions(context(*SCENE)))


def test_descriptions_of_one_context_open_in_different_words() -> None:
    teacher, openings = GroundedTeacher(), []
    for position in range(5):
        slot = Slot(context="c", asker="d", attempt=0, round=0, position=position)
        (turn,) = teacher.reply(slot, "description", context(*SCENE)).turns
        openings.append(turn.text[:14])
    assert len(set(openings)) == 5


def test_a_description_says_nothing_twice() -> None:
    teacher = GroundedTeacher()
    for attempt in range(20):
        slot = Slot(context="c", asker="d", attempt=attempt, round=0, position=0)
        (turn,) = teacher.reply(slot, "description", context(*SCENE)).turns
        sentences = re.split(r"(?<=\.) ", turn.text)
        assert len(sentences) == len(set(sentences)) >= 2
