"""Turns, boxes and verdicts in; the pieces that are lit and underlined out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.page.marks import Marked, bare, marked, restored
from instructgen.page.reading import Finding
from instructgen.records import Box, Context, Span, Turn, Verdict


def box(label: str, image: int = 0) -> Box:
    return Box(label=label, x1=0.1, y1=0.1, x2=0.4, y2=0.4, image=image)


def context(*labels: str) -> Context:
    return Context(id="c", row=0, boxes=tuple(map(box, labels)))


def turns(*texts: str) -> list[Turn]:
    return [Turn(role="gpt" if n % 2 else "human", text=text) for n, text in enumerate(texts)]


def finding(level: str, *spans: Span, check: str = "counts") -> Finding:
    return Finding(Verdict(check=check, outcome="fail", reason="wrong_count", evidence=spans), level)


def lit(shown: Marked) -> list[tuple[str, tuple[int, ...]]]:
    return [(piece.text, piece.boxes) for piece in shown.pieces if piece.boxes]


def test_a_mention_knows_the_boxes_of_its_class_in_any_wording() -> None:
    question, answer = marked(
        turns("Is the puppy near a man?", "Two dogs lie by a car."), [], context("dog", "person", "dog")
    )
    assert lit(question) == [("puppy", (0, 2)), ("man", (1,))]
    assert lit(answer) == [("dogs", (0, 2))]


def test_what_is_denied_or_not_boxed_is_not_lit() -> None:
    (answer,) = marked(turns("There is no dog, but there is a cat."), [], context("dog"))
    assert lit(answer) == []


def test_labels_that_coco_does_not_know_are_found_by_their_own_words() -> None:
    (said,) = marked(turns("A space suit and some patches, and a dog."), [], context("space suit", "patch", "dog"))
    assert lit(said) == [("space suit", (0,)), ("patches", (1,)), ("dog", (2,))]


def test_evidence_is_numbered_underlined_and_explained() -> None:
    spans = (Span(turn=1, start=0, end=10, boxes=(0, 1), contradicts="the boxes show 2 dogs"),)
    shown = marked(turns("How many?", "Three dogs bark."), [finding("reject", *spans)], context("dog", "dog"))
    (note,) = shown[1].notes
    assert (note.number, note.check, note.level, note.contradicts) == (1, "counts", "reject", "the boxes show 2 dogs")
    assert [(p.text, p.notes, p.level, p.ends) for p in shown[1].pieces] == [
        ("Three ", (1,), "reject", ()),
        ("dogs", (1,), "reject", (1,)),
        (" bark.", (), "", ()),
    ]


def test_where_stretches_overlap_the_graver_colours_and_passes_leave_no_mark() -> None:
    found = [
        finding("doubtful", Span(turn=0, start=0, end=8)),
        finding("reject", Span(turn=0, start=4, end=12)),
        finding("pass", Span(turn=0, start=0, end=20)),
    ]
    (shown,) = marked(turns("abcdefghijklmnopqrst"), found, None)
    assert [(p.text, p.level) for p in shown.pieces] == [
        ("abcd", "doubtful"),
        ("efgh", "reject"),
        ("ijkl", "reject"),
        ("mnopqrst", ""),
    ]


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50)), max_size=6),
)
def test_whatever_the_spans_every_letter_is_shown_once(text: str, places: list[tuple[int, int]]) -> None:
    spans = [Span(turn=0, start=a, end=b) for a, b in places]
    (shown,) = marked([Turn(role="gpt", text=text)], [finding("tag", *spans)], context("dog"))
    assert "".join(piece.text for piece in shown.pieces) == text.replace("<image>", "").strip("\n")


@pytest.mark.parametrize("text", ["<image>\nWhat?", "What?\n<image>", "What?", "<image>\n<image>\nWhich?", "a\n\nb"])
def test_the_placeholder_is_out_of_the_way_of_an_edit_and_comes_back(text: str) -> None:
    assert "<image>" not in bare(text)
    assert restored(text, bare(text)) == text
    assert restored(text, "Else?").replace("Else?", bare(text)) == text
