"""The mask that the benchmark of question forms lays over a question."""

import sys
from pathlib import Path

import pytest

from instructgen.records import Box, Context

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "benchmarks"))
from question_forms import form_of

SCENE = Context(
    id="c",
    row=0,
    captions=("A man rides a brown horse on a beach.", "A small kitten sits on wooden chairs"),
    boxes=(Box(label="rocket", x1=0, y1=0, x2=1, y2=1),),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the man riding?", "What is the kitten riding?"),
        ("How many dogs are there in the picture?", "How many wine glasses are there in the picture?"),
        ("Is the horse brown or white?", "Is the chair red or blue?"),
        ("Is the dog to the left of the cat?", "Is the rocket to the right of the horse?"),
        ("Are there any rockets in the picture?", "Are there any sheep in the picture?"),
        ("Which is bigger, the two small kittens or the man?", "Which is bigger, the horse or the beach?"),
    ],
)
def test_questions_that_differ_only_in_what_the_context_holds_have_one_form(one: str, other: str) -> None:
    assert form_of(one, SCENE) == form_of(other, SCENE)


def test_questions_put_in_other_words_have_other_forms() -> None:
    forms = {form_of(q, SCENE) for q in ("What is the man doing?", "Where is the man?", "Can you see the man?")}
    assert len(forms) == 3
