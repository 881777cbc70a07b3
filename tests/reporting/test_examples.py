"""Judged samples in; a few for each reason out, the same in whatever order they come, with their evidence marked."""

from itertools import chain
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from instructgen.records import Span, Turn
from instructgen.reporting.examples import LONGEST, MOST_TURNS, PER_REASON, Drawn, pieces, shown

THINGS = st.lists(st.tuples(st.sampled_from(["long", "short"]), st.text(max_size=3)), unique=True)
SPANS = st.lists(st.builds(lambda a, b: Span(turn=0, start=a, end=b), st.integers(0, 60), st.integers(0, 60)))


def drawn(things: list[tuple[str, str]], seed: int = 1) -> Drawn[str]:
    found: Drawn[str] = Drawn(seed)
    for reason, name in things:
        found.add((reason,), name, name.upper())
    return found


@given(st.lists(THINGS, max_size=4), st.randoms())
def test_the_same_examples_are_drawn_in_any_order_and_from_merged_parts(
    parts: list[list[tuple[str, str]]], draw: Random
) -> None:
    things = list(dict.fromkeys(chain.from_iterable(parts)))
    merged: Drawn[str] = Drawn(1)
    for part in parts:
        merged.merge(drawn(part))
    shuffled = sorted(things, key=lambda _: draw.random())
    for reason in ("long", "short"):
        one = drawn(things).of(reason)
        assert one == drawn(shuffled).of(reason)
        assert len(one) == min(PER_REASON, sum(found == reason for found, _ in things))
        assert merged.of(reason) == one


def test_another_seed_draws_others() -> None:
    things = [("long", str(number)) for number in range(100)]
    assert len({tuple(drawn(things, seed).of("long")) for seed in range(5)}) == 5


@given(st.text(max_size=50), SPANS)
def test_pieces_of_a_short_text_are_the_text_and_what_is_marked_is_the_evidence(text: str, spans: list[Span]) -> None:
    found = list(pieces(text, spans))
    assert "".join(piece.text for piece in found) == text
    marked = [piece.marked for piece in found for _ in piece.text]
    assert marked == [any(span.start <= at < span.end for span in spans) for at in range(len(text))]


def test_of_a_long_text_what_is_around_the_evidence_is_left() -> None:
    text = "".join(f"word{number} " for number in range(1000))
    at = text.index("word700")
    found = list(pieces(text, [Span(turn=0, start=at, end=at + 7, contradicts="no such word")]))
    assert [piece.text for piece in found if piece.marked] == ["word700"]
    assert [piece.contradicts for piece in found if piece.marked] == ["no such word"]
    assert found[0].text.startswith("…") and found[-1].text.endswith("…")
    assert sum(len(piece.text) for piece in found) <= LONGEST + 4
    (plain, more) = pieces(text, [])
    assert (plain.text, more.text) == (text[:LONGEST], " …")


def test_turns_with_evidence_are_shown_with_their_questions() -> None:
    turns = [Turn(role="human" if n % 2 == 0 else "gpt", text=f"turn {n}") for n in range(20)]
    first = shown(turns, [Span(turn=5, start=0, end=4), Span(turn=99, start=0, end=1)])
    assert [turn.pieces[0].text for turn in first] == ["turn 4", "turn"]
    assert len(shown(turns, [])) == MOST_TURNS
    (asked,) = shown([Turn(role="human", text="<image>\nWhat is it?")], [])
    assert [piece.text for piece in asked.pieces] == ["What is it?"]
