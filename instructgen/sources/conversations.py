"""A row of a conversation file as found in the wild in; its pictures, its turns and what was answered out."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from instructgen.errors import RecordError

TURNS = ("conversations", "conversation", "messages", "conversatons")
"""Keys of the list of turns; the last is a slip in a published file."""

PICTURES = ("image", "images")
ANSWERS = ("gpt", "assistant")
_QUESTIONS = ("human", "user", "system")

IMAGE = "<image>"


class Spoken(NamedTuple):
    """A turn as the row has it."""

    role: Literal["human", "gpt", "system"]
    text: str
    """Where the content is a list of parts: their texts, a line each, with ``<image>`` for each picture."""
    shown: tuple[object, ...]
    """The pictures among the parts: a path, a URL, an object with one, or None where the part does not say."""


def answers(row: Mapping[str, object]) -> list[str]:
    """Give the texts of the turns that answer; raises RecordError for another shape of row."""
    found = []
    for number, turn in enumerate(_turns(row)):
        role, text = _role_and_text(turn)
        if role not in ANSWERS + _QUESTIONS or not isinstance(text, str):
            raise _bad_turn(number, turn)
        if role in ANSWERS:
            found.append(text)
    return found


def turns(row: Mapping[str, object]) -> list[Spoken]:
    """Give all turns; raises RecordError for another shape of row."""
    found = []
    for number, turn in enumerate(_turns(row)):
        role, content = _role_and_text(turn)
        texts, shown = _parts(content) if isinstance(content, list) else ([content], ())
        if role not in ANSWERS + _QUESTIONS or not all(isinstance(text, str) for text in texts):
            raise _bad_turn(number, turn)
        text = texts[0] if len(texts) == 1 else "\n".join(map(str, texts))
        kind: Literal["human", "gpt", "system"] = "human"
        if role in ANSWERS:
            kind = "gpt"
        elif role == "system":
            kind = "system"
        found.append(Spoken(kind, str(text), shown))
    return found


def pictures(row: Mapping[str, object]) -> object:
    """Give what the row says of its pictures: a path, a list of them, or None."""
    return next((row[key] for key in PICTURES if row.get(key)), None)


def _turns(row: Mapping[str, object]) -> list[object]:
    turns = next((row[key] for key in TURNS if key in row), None)
    if not isinstance(turns, list) or not turns:
        raise RecordError("bad_turns", f"expected a list of turns as '{TURNS[0]}', found {_shown(turns)}")
    return turns


def _bad_turn(number: int, turn: object) -> RecordError:
    return RecordError("bad_turns", f"turn {number}: expected 'from' human or gpt and 'value', found {_shown(turn)}")


def _parts(content: list[object]) -> tuple[list[object], tuple[object, ...]]:
    """Give the texts of a list of content parts, as in the OpenAI API, and the pictures."""
    texts: list[object] = []
    shown: list[object] = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(part, dict) and kind in ("image", "image_url"):
            named = (part.get(key) for key in ("image_url", "image", "path", "url"))
            shown.append(next((value for value in named if value), None))
            texts.append(IMAGE)
        else:
            texts.append(part.get("text") if isinstance(part, dict) else part)
    return texts, tuple(shown)


def _role_and_text(turn: object) -> tuple[object, object]:
    if not isinstance(turn, dict):
        return None, None
    return turn.get("from", turn.get("role")), turn.get("value", turn.get("content"))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
