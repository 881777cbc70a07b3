"""Counts and positions: any words in any order are read to the end, and a claim lies within its turn."""

from box_scenes import box, row_of, scene
from dialogues import built, dialogue
from hypothesis import given
from hypothesis import strategies as st

from instructgen.checks.counts import CountsCheck
from instructgen.checks.place_words import FRONTED, LINKS, OPENERS, STOPS
from instructgen.checks.positions import PositionsCheck
from instructgen.checks.quantities import WORDS

COUNTS, POSITIONS = built("counts"), built("positions")
NOUNS = [
    "dog",
    "dogs",
    "a cat",
    "the man",
    "two men",
    "couch",
    "both dogs",
    "it",
    "them",
    "him",
    "its",
    "one",
    "picture",
]
MARKS = [".", ",", ":", "?", "(left)", "how many", "which side", "what is", "from left to right", "Yes", "is there"]
SAID = st.lists(st.sampled_from([*NOUNS, *MARKS, *sorted(OPENERS | LINKS | FRONTED | STOPS | WORDS)]), max_size=14)
SCENE = scene(*row_of(3, "dog"), *row_of(1, "cat"), box("person", 0.1, 0.1, 0.4, 0.9), box("couch", 0.5, 0.5, 1, 1))


@given(SAID, SAID)
def test_any_words_are_read(question: list[str], answer: list[str]) -> None:
    assert isinstance(COUNTS, CountsCheck) and isinstance(POSITIONS, PositionsCheck)
    sample = dialogue((" ".join(question) or "?", " ".join(answer) or "."))
    for claim in (*COUNTS.claims(sample, SCENE), *POSITIONS.claims(sample, SCENE)):
        assert 0 <= claim.start < claim.end <= len(sample.turns[claim.turn].text)
