"""A row of a conversation file as found in the wild in; its pictures and what was answered out."""

from collections.abc import Mapping

from instructgen.errors import RecordError

TURNS = ("conversations", "conversation", "messages", "conversatons")
"""Keys of the list of turns; the last is a slip in a published file."""

PICTURES = ("image", "images")
ANSWERS = ("gpt", "assistant")
_QUESTIONS = ("human", "user", "system")


def answers(row: Mapping[str, object]) -> list[str]:
    """Give the texts of the turns that answer; raises RecordError for another shape of row."""
    turns = next((row[key] for key in TURNS if key in row), None)
    if not isinstance(turns, list) or not turns:
        raise RecordError("bad_turns", f"expected a list of turns as '{TURNS[0]}', found {_shown(turns)}")
    found = []
    for number, turn in enumerate(turns):
        role, text = _role_and_text(turn)
        if role not in ANSWERS + _QUESTIONS or not isinstance(text, str):
            raise RecordError(
                "bad_turns", f"turn {number}: expected 'from' human or gpt and 'value', found {_shown(turn)}"
            )
        if role in ANSWERS:
            found.append(text)
    return found


def pictures(row: Mapping[str, object]) -> object:
    """Give what the row says of its pictures: a path, a list of them, or None."""
    return next((row[key] for key in PICTURES if row.get(key)), None)


def _role_and_text(turn: object) -> tuple[object, object]:
    if not isinstance(turn, dict):
        return None, None
    return turn.get("from", turn.get("role")), turn.get("value", turn.get("content"))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
