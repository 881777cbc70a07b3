"""Turns in; messages with content parts, as chat templates read them, out.

The ``<image>`` placeholder becomes a part in its place, before or after the question's text, and does not stay in the
text, where TRL would stop at it and Axolotl would count it twice. Content is always a list of parts, for answers too,
so that a columnar loader sees one type.
"""

from collections.abc import Iterator, Sequence

from ..records import Turn
from .rows import IMAGE, Json

ROLES = {"human": "user", "gpt": "assistant"}


def messages(turns: Sequence[Turn], pictures: Sequence[Json]) -> list[Json]:
    """Give the messages; the first turn has as many placeholders as there are ``pictures``, which are parts each."""
    said: list[Json] = []
    for turn in turns:
        said.append({"role": ROLES[turn.role], "content": [*_parts(turn.text, () if said else pictures)]})
    return said


def _parts(text: str, pictures: Sequence[Json]) -> Iterator[Json]:
    if not pictures:
        yield _text(text)
        return
    for number, words in enumerate(text.split(IMAGE)):
        if number:
            yield pictures[number - 1]
        if words.strip():
            yield _text(words.strip())


def _text(words: str) -> Json:
    return {"type": "text", "text": words}
