"""Text that holds faulty JSON in; the JSON values in it out, or a ReplyFault.

No word may be lost or added on the way, and JSON that was cut off stays a fault: ``truncated``.
"""

import json
import re
from collections import Counter

from .errors import ReplyFault

_LENIENT = json.JSONDecoder(strict=False)
_CLOSERS = {"{": "}", "[": "]"}


def values_of(text: str) -> list[object]:
    """Give the JSON values in ``text``, in order; prose before, between and after them is left out.

    Raises ReplyFault: ``truncated`` when a bracket or a string is never closed, ``not_json`` when it cannot be read,
    ``bad_text`` when an escape stands for half a character, which no file can hold.
    """
    start = _start(text, 0)
    if start < 0:
        raise ReplyFault("not_json", "there is no JSON in the reply")
    values: list[object] = []
    while start >= 0:
        try:
            value, end = _LENIENT.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = _end(text, start)
            value = _mended(text[start:end])
        values.append(value)
        start = _start(text, end)
    if "\\u" in text:
        _refuse_half_characters(values)
    return values


def _refuse_half_characters(values: list[object]) -> None:
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ReplyFault("bad_text", f"\\u escape: {error.reason}") from None


def _start(text: str, begin: int) -> int:
    found = re.compile(r"""\{\s*["'}\w]|\[\s*[\[{\]]""").search(text, begin)
    return found.start() if found else -1


def _end(text: str, start: int) -> int:
    """Give where the value that begins at ``start`` ends; brackets inside double quotes are text."""
    waiting: list[str] = []
    quoted = False
    at = start
    while at < len(text):
        letter = text[at]
        if letter == "\\" and quoted:
            at += 1
        elif letter == '"':
            quoted = not quoted
        elif not quoted and letter in _CLOSERS:
            waiting.append(_CLOSERS[letter])
        elif not quoted and letter in "]}":
            if letter != waiting.pop():
                raise ReplyFault("not_json", f"character {at + 1}: brackets do not match")
            if not waiting:
                return at + 1
        at += 1
    raise ReplyFault("truncated", "the JSON is never closed")


def _mended(text: str) -> object:
    """Mend trailing and missing commas, single quotes and the like, if every word comes through."""
    import json_repair

    try:
        value: object = json_repair.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReplyFault("not_json", str(error)) from None
    if Counter(_words(_unescaped(text))) != Counter(_words(" ".join(_texts(value)))):
        raise ReplyFault("not_json", "it could not be mended without a change of words")
    return value


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (str(key), *_texts(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value if isinstance(value, str) else json.dumps(value)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _unescaped(text: str) -> str:
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\[bfnrt]", " ", text)
