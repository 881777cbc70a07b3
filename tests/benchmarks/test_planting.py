"""Errors planted into good samples: their grammar, and that they are errors."""

import re
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructgen.records import Box, Context, Turn
from instructgen.vocabulary import CLASSES, WEAKLY_ANNOTATED, article_for

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "benchmarks"))
from grammar import held, indefinite, nouns, numbered, swapped
from labelled import Pair, one_turn, sample_of
from planting import SAMPLERS, Frequencies, add_object, deny, presence, raise_count, swap_object, totals_of
from planting_places import centre, change_side, statements
from planting_texts import cuts, echo, empty, leak, refuse
from wordings import KNOWN_LEAKS, UNSEEN_LEAKS


def box(label: str, x1: float, x2: float) -> Box:
    return Box(label=label, x1=x1, y1=0.2, x2=x2, y2=0.8)


YARD = Context(
    id="yard",
    row=0,
    captions=("A dog sleeps beside an umbrella.", "The dog lies on the grass."),
    boxes=(box("dog", 0.1, 0.3), box("umbrella", 0.7, 0.9), box("bowl", 0.35, 0.4), box("bowl", 0.5, 0.55)),
)
STATISTICS = Frequencies([YARD, Context(id="b", row=1, boxes=(box("dog", 0, 1), box("frisbee", 0, 1)))])


def first_noun(text: str) -> str:
    return next(nouns(text)).name


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("A dog sleeps on the grass.", "umbrella", None),
        ("A dog is on the grass.", "umbrella", "An umbrella is on the grass."),
        ("An orange is on a plate.", "carrot", "A carrot is on a plate."),
        ("We see a small dog on a rug.", "elephant", "We see a small elephant on a rug."),
        ("Two dogs are here.", "knife", "Two knives are here."),
        ("There is a dog in the yard.", "scissors", "There is a pair of scissors in the yard."),
        ("There is a big dog in the yard.", "scissors", None),
    ],
)
def test_a_swapped_object_takes_its_article_and_number(before: str, name: str, after: str | None) -> None:
    found = next(nouns(before), None)
    assert (swapped(before, found, name) if found else None) == after


@pytest.mark.parametrize("text", ["A dog bowl is here.", "A dog-shaped cake", "a single dog", "dogs galore"])
def test_half_a_compound_is_no_plantable_noun(text: str) -> None:
    assert not [noun for noun in nouns(text) if noun.name == "dog" or noun.name == "truck"]


@pytest.mark.parametrize(
    ("before", "number", "after"),
    [
        ("A dog is on the grass.", 2, "Two dogs are on the grass."),
        ("There is a black cat on the bed.", 3, "There are three black cats on the bed."),
        ("A cat sits on its tail.", 2, "Two cats sit on their tail."),
        ("Two knives in a drawer", 4, "Four knives in a drawer"),
        ("A horse that he owns is in a field.", 2, None),
        ("A sheep is in a field.", 2, None),
    ],
)
def test_a_raised_count_takes_plural_verb_and_pronoun_along(before: str, number: int, after: str | None) -> None:
    assert numbered(before, next(nouns(before)), number) == after


@settings(deadline=None)
@given(name=st.sampled_from(sorted(CLASSES)), seed=st.integers(0, 99))
def test_no_planted_sentence_has_a_wrong_article(name: str, seed: int) -> None:
    pair = one_turn("s", "A cat is on a bed.", Context(id="c", row=0, boxes=(box(name, 0.1, 0.2),)))
    draw = Random(seed)
    put = [f(pair, s, STATISTICS, draw) for f in (swap_object, add_object) for s in SAMPLERS]
    put += [presence(pair, True, True, draw), presence(pair, False, False, draw)]
    texts = [turn.text for planted in put if planted for turn in planted.pair.sample.turns]
    texts += [place.words for truth in (True, False) for place in statements(pair.context, truth, draw)]
    for article, word in re.findall(r"\b([Aa]n?) ([a-z]+)", " ".join(texts)):
        assert article.lower() == article_for(word), (article, word)
    assert not re.search(r"\b(?:a|one) (?:scissors|skis)\b", " ".join(texts))


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("put", [swap_object, add_object])
def test_a_planted_object_is_in_neither_boxes_nor_captions(sampler: str, put: type) -> None:
    pair = one_turn("s", "A dog is beside an umbrella.", YARD)
    for seed in range(30):
        planted = put(pair, sampler, STATISTICS, Random(seed))
        assert planted.words not in held(YARD) | WEAKLY_ANNOTATED
        text = planted.pair.sample.turns[-1].text
        assert planted.words in text or CLASSES[planted.words].plural in text
        if sampler == "co-occurring":
            assert planted.words == "frisbee"


def test_a_class_that_a_caption_has_by_a_near_word_counts_as_held() -> None:
    assert {"cup", "wine glass"} <= held(Context(id="c", row=0, captions=("A glass on a shelf.",)))


def test_a_raised_count_is_past_boxes_and_captions() -> None:
    pair = one_turn("s", "A dog is beside an umbrella.", YARD)
    for seed in range(20):
        planted = raise_count(pair, Random(seed))
        assert planted is not None
        assert planted.words in {"2 dog", "3 dog", "2 umbrella", "3 umbrella"}
    told = YARD.model_copy(update={"captions": ("Three dogs sleep.",)})
    assert raise_count(one_turn("s", "A dog is here with a toy.", told), Random(1)) is None
    vague = YARD.model_copy(update={"captions": ("Several dogs sleep.",)})
    assert raise_count(one_turn("s", "A dog is in the yard.", vague), Random(1)) is None


def test_totals_are_of_plainly_boxed_classes_and_off_by_what_is_asked() -> None:
    (lowered,), (right,) = (list(totals_of(YARD, change, Random(1))) for change in (-1, 0))
    assert (lowered.words, right.words) == ("1 bowl", "2 bowl")
    crowd = YARD.model_copy(update={"boxes": (*YARD.boxes, Box(label="bowl", x1=0, y1=0, x2=1, y2=1, crowd=True))})
    assert not list(totals_of(crowd, -1, Random(1)))


@settings(deadline=None)
@given(
    left=st.floats(0, 0.8),
    other=st.floats(0, 0.8),
    width=st.floats(0.02, 0.2),
    seed=st.integers(0, 99),
    truth=st.booleans(),
)
def test_a_statement_of_side_is_true_or_false_as_asked(
    left: float, other: float, width: float, seed: int, truth: bool
) -> None:
    boxes = {"cat": box("cat", left, left + width), "dog": box("dog", other, other + width)}
    for place in statements(Context(id="c", row=0, boxes=tuple(boxes.values())), truth, Random(seed)):
        side = re.search(r"left|right", place.words)
        named = sorted(boxes.keys() & set(re.findall(r"cat|dog", place.words)))
        assert side is not None and named
        if len(named) == 1:
            is_left = centre(boxes[named[0]]) < 0.5
        else:
            placed = re.match(r".*?(?:The|[Tt]here is a|A) (cat|dog) (?:is|can|left|right)", place.words)
            subject = placed[1] if placed else re.findall(r"cat|dog", place.words)[-1]
            reference = next(n for n in named if n != subject)
            is_left = centre(boxes[subject]) < centre(boxes[reference])
        assert (is_left == (side[0] == "left")) == truth, place.words


def test_a_changed_side_is_one_that_the_boxes_gave_otherwise() -> None:
    changed = change_side(one_turn("s", "The dog lies on the left side of the picture.", YARD), 1)
    assert changed is not None and changed.decidable
    assert changed.pair.sample.turns[1].text == "The dog lies on the right side of the picture."
    for said in ("The dog is on the right.", "A bowl is on the left.", "The dog is left of the bowl.", "No side here."):
        assert change_side(one_turn("s", said, YARD), 1) is None


def test_answers_about_presence_are_right_or_wrong_as_asked() -> None:
    pair = one_turn("s", "A yard.", YARD)
    for seed in range(40):
        for truth in (True, False):
            for there in (True, False):
                planted = presence(pair, truth, there, Random(seed))
                assert planted is not None
                question, answer = (turn.text for turn in planted.pair.sample.turns[-2:])
                assert answer.startswith("Yes" if truth == there else "No"), (question, answer)
    denied = deny(pair, Random(3))
    assert denied is not None and first_noun(YARD.captions[0]) == "umbrella"
    assert any(name in denied.words or CLASSES[name].plural in denied.words for name in ("dog", "umbrella", "bowl"))


@pytest.mark.parametrize("wording", [*KNOWN_LEAKS, *UNSEEN_LEAKS])
def test_a_leak_keeps_the_rest_of_the_answer(wording: str) -> None:
    planted = leak(one_turn("s", "The dog sleeps well. It is hot.", YARD), wording)
    assert planted is not None
    text = planted.pair.sample.turns[-1].text
    assert "dog sleeps well." in text and text.endswith("It is hot.") and "{" not in text


def test_known_and_unseen_leaks_share_no_wording() -> None:
    assert not set(KNOWN_LEAKS) & set(UNSEEN_LEAKS)
    assert len(set(UNSEEN_LEAKS)) == len(UNSEEN_LEAKS) >= 50


def test_cuts_end_inside_a_word_inside_a_sentence_and_after_a_clause() -> None:
    text = (
        "The dog sleeps quietly beside the umbrella, but everybody else is already awake because breakfast smells good."
    )
    for seed in range(20):
        found = {kind: put.pair.sample.turns[-1].text for kind, put in cuts(one_turn("s", text, YARD), Random(seed))}
        assert found.keys() == {"cut_word", "cut_sentence", "cut_clause"}
        assert all(text.startswith(cut) and cut[-1] not in ".!? " for cut in found.values())
        assert text[len(found["cut_word"])].isalpha() and text[len(found["cut_sentence"])] == " "
        assert found["cut_clause"].endswith("awake")
    assert not list(cuts(one_turn("s", "Too short to cut.", YARD), Random(1)))


def test_only_the_last_answer_becomes_a_refusal_an_echo_or_nothing() -> None:
    turns = [Turn(role="human", text="Where?"), Turn(role="gpt", text="Here."), Turn(role="human", text="Why?")]
    pair = Pair(sample_of("s", "conversation", [*turns, Turn(role="gpt", text="So.")], YARD), YARD)
    for put in (refuse(pair, 0), echo(pair, 0), empty(pair, 0)):
        assert put is not None
        assert put.pair.sample.turns[:3] == pair.sample.turns[:3]
    echoed, emptied = echo(pair, 0), empty(pair, 0)
    assert echoed is not None
    assert echoed.pair.sample.turns[3].text == "Why?"
    assert emptied is not None
    assert emptied.pair.sample.turns[3].text == ""


def test_an_article_goes_with_the_name() -> None:
    assert [indefinite(n) for n in ("umbrella", "dog", "skis")] == ["an umbrella", "a dog", "a pair of skis"]
