"""Texts with few changed words: what is found is within the bound, and what is within it is found."""

from hypothesis import given, settings
from hypothesis import strategies as st

from instructgen.checks.changed_words import ChangedWords, in_order

WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=12)


def longest(some: list[str], others: list[str]) -> int:
    """Give the length of the longest common subsequence, by the table."""
    row = [0] * (len(others) + 1)
    for word in some:
        before = 0
        for at, other in enumerate(others, 1):
            before, row[at] = row[at], before + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]


@given(WORDS, WORDS)
def test_bits_count_as_the_table_does(some: list[str], others: list[str]) -> None:
    assert in_order([ord(w) for w in some], [ord(w) for w in others]) == longest(some, others)


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 60), min_size=8, max_size=14), min_size=1, max_size=20), st.data())
def test_what_is_found_is_like_it_and_a_text_itself_is_found(texts: list[list[int]], data: st.DataObject) -> None:
    known = ChangedWords(0.7)
    words = [[f"w{n}" for n in text] for text in texts]
    for text in words:
        known.count(text)
    for text in words:
        known.put(text)
    asked = list(data.draw(st.sampled_from(words)))
    first = known.first(asked)
    assert first is not None
    assert first <= words.index(asked)
    asked[data.draw(st.integers(0, len(asked) - 1))] = "new"
    number = known.first(asked)
    if number is not None:
        assert longest(asked, words[number]) >= 0.7 * max(len(asked), len(words[number])) - 1e-9


def test_only_the_first_words_are_compared() -> None:
    known = ChangedWords(0.7)
    known.put([f"w{n}" for n in range(60)])
    assert known.first([f"w{n}" for n in range(48)]) == 0
    assert len(known) == 1
