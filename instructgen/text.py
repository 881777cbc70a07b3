"""Text as a source holds it in; the same text on one line, without characters that hide or reorder it, out.

Captions are data: nothing in them is interpreted, and template syntax such as ``{{`` is left as it is.
"""

import re

_SPACES = re.compile(r"\s+")
_DROPPED = dict.fromkeys(
    [
        *range(0x00, 0x20),  # C0 controls; those that are white space have become spaces before
        *range(0x7F, 0xA0),  # delete and C1 controls
        0x061C, 0x200E, 0x200F,  # marks of direction
        *range(0x202A, 0x202F),  # embeddings and overrides of direction
        *range(0x2066, 0x206A),  # isolates of direction
        0xFEFF,  # byte-order mark
    ]
) | dict.fromkeys(range(0xD800, 0xE000), "�")  # fmt: skip
"""What is left out; halves of surrogate pairs, which no file can hold as UTF-8, become the replacement character."""


def clean(text: str) -> str:
    """Give ``text`` with white space at its ends removed, inner white space as single spaces, and no control marks.

    Text that needs nothing done, as nearly all does, is given back as it is.
    """
    text = text.strip()
    if text.isprintable() and "  " not in text:
        return text
    # Twice: a character that is left out may have stood between two spaces.
    return _SPACES.sub(" ", _SPACES.sub(" ", text).translate(_DROPPED)).strip()


def encodable(text: str) -> bool:
    """Tell whether UTF-8 can hold ``text``: whether it is free of halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def word_set(words: str) -> frozenset[str]:
    """Give the words of a text as a set: how lists of words are written in code."""
    return frozenset(words.split())
