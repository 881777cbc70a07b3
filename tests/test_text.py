"""Text in; text on one line without characters that hide or reorder it out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.text import clean


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("A dog on a bench.", "A dog on a bench."),
        ("  A  dog\ton a\nbench. ", "A dog on a bench."),
        ("a\u00a0dog\u2003runs", "a dog runs"),
        ("bell\x07 and\x00 null", "bell and null"),
        ("left \u202eright\u202c \u2066in\u2069", "left right in"),
        ("a \u202e dog", "a dog"),
        ("\ufeffa dog\u200f", "a dog"),
        ("{{ label }} {% x %}", "{{ label }} {% x %}"),
        ("чёрная собака 🐕", "чёрная собака 🐕"),
        ("half \ud83d pair", "half � pair"),
        (" \n ", ""),
    ],
)
def test_white_space_becomes_single_spaces_and_hidden_marks_go(given_text: str, expected: str) -> None:
    assert clean(given_text) == expected


@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_is_cleaning_once_and_leaves_what_can_be_encoded(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert "  " not in once
    once.encode()
