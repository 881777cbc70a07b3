"""A judge's completion in; scores with their reasons, or which of two is better, or a ReplyFault, out.

As for other replies, JSON and the plain layout are both always read, whichever was asked for. Reasons, beside those of
``responses``: ``missing_score``, ``unclear_score`` (no whole number from 1 to 5, or two of them), ``unclear_choice``.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from .errors import ReplyFault
from .forms import ASPECTS
from .records import Completion
from .responses import unfinished, unwrapped
from .torn_json import values_of

Choice = Literal["first", "second", "tie"]


class Score(NamedTuple):
    """What a judge says of one aspect."""

    aspect: str
    """One of ``forms.ASPECTS``."""
    points: int
    """From 1, the worst, to 5."""
    reason: str
    quote: str
    """The words that are meant; empty where none are."""


class Rating(NamedTuple):
    """What a judge says of a sample."""

    scores: tuple[Score, ...]
    """One of each aspect, in the order of ``forms.ASPECTS``."""
    drop: bool
    """Whether the judge would drop the sample; False where it does not say."""


def read_rating(completion: Completion) -> Rating:
    """Read a reply of the form ``rating``. Raises ReplyFault, and Declined where the judge would not judge."""
    text = _text(completion)
    said = _fields(text) if _is_json(text, ASPECTS[0]) else _sections(text)
    missing = [aspect for aspect in ASPECTS if aspect not in said]
    if missing:
        raise ReplyFault("missing_score", ", ".join(missing))
    overall = str(said.get("overall", "")).strip(" .*\"'").lower()
    return Rating(tuple(_score(aspect, said[aspect]) for aspect in ASPECTS), overall.startswith("drop"))


def read_choice(completion: Completion) -> tuple[Choice, str]:
    """Read a reply of the form ``comparison``: which is better, and why. Raises ReplyFault and Declined."""
    text = _text(completion)
    if _is_json(text, "better"):
        fields = _fields(text)
        reason, better = _words(fields.get("reason")), _words(fields.get("better"))
    else:
        found = list(_BETTER.finditer(text))
        better = found[-1][1] if len({match[1].lower() for match in found}) == 1 else ""
        reason = _REASON.sub("", text[: found[0].start()]).strip() if found else text
    match better.lower():
        case "first" | "second" | "tie" as choice:
            return choice, reason
    raise ReplyFault("unclear_choice", text[:80])


def _text(completion: Completion) -> str:
    if completion.finish != "stop":
        raise unfinished(completion)
    return unwrapped(completion.text)


_BETTER = re.compile(r"^[ \t#*_\-]*+better[*_ \t]*:[*_ \t]*(first|second|tie)\b", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(r"\A[#*_\s\-]*reason[*_ \t]*:[*_ \t]*", re.IGNORECASE)


def _is_json(text: str, key: str) -> bool:
    return text[0] in "{[" or "```" in text or re.search(rf"\{{\s*[\"']{key}[\"']\s*:", text, re.IGNORECASE) is not None


def _fields(text: str) -> dict[str, object]:
    """Give the keys of the one JSON object in a text, in lower case; one that only wraps another is taken off."""
    values = values_of(text)
    value = values[-1]
    if isinstance(value, dict) and len(value) == 1 and isinstance(inner := next(iter(value.values())), dict):
        value = inner
    if len(values) > 1 or not isinstance(value, dict):
        raise ReplyFault("unknown_keys", "expected one JSON object")
    return {str(key).strip().lower(): given for key, given in value.items()}


def _score(aspect: str, said: object) -> Score:
    fields = {str(k).lower(): v for k, v in said.items()} if isinstance(said, Mapping) else {"score": said}
    points = fields.get("score")
    if isinstance(points, str):
        written = re.fullmatch(r"([1-5])(?:\.0)?(?:\s*(?:/|of|out of)\s*5)?", points.strip(" .*"))
        points = int(written[1]) if written else None
    if isinstance(points, bool) or not isinstance(points, int | float) or points not in (1, 2, 3, 4, 5):
        raise ReplyFault("unclear_score", f"{aspect}: {str(fields.get('score'))[:40]}")
    return Score(aspect, int(points), _words(fields.get("reason")), _words(fields.get("quote")))


def _words(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


# ── the plain layout ─────────────────────────────────────────────────────────────────────────────────────────

_HEAD = re.compile(
    rf"^[ \t#*_\-]*+(?:\d+[.)][ \t*_]*)?({'|'.join(ASPECTS)}|overall)\b[ \t*_]*(?::[ \t*_]*|$)",
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(r"^[ \t#*_\-]*+(reason|quote|score)[ \t*_]*:[ \t*_]*", re.IGNORECASE | re.MULTILINE)
_POINTS = re.compile(r"\A\(?([1-5](?:\s*/\s*5)?)\b(?![.,]?\d)\)?[ \t*_]*(?:[-–—:.,(]+[ \t]*)?")


def _sections(text: str) -> dict[str, object]:
    """Give what stands under each head: an aspect's fields, or the word after ``Overall:``."""
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise ReplyFault("missing_score", "there is neither JSON nor a line that begins with 'Accuracy:'")
    said: dict[str, object] = {}
    for head, end in zip(heads, [*(h.start() for h in heads[1:]), len(text)], strict=True):
        name, words = head[1].lower(), re.sub(r"^=+[ \t]*$", "", text[head.end() : end], flags=re.MULTILINE).strip()
        found: object = words.lower() if name == "overall" else _section(words)
        if said.setdefault(name, found) != found:
            raise ReplyFault("unclear_score", f"{name} is rated twice")
    return said


def _section(words: str) -> dict[str, str]:
    """Read an aspect's fields: labelled lines, or a number and then the reason."""
    lines = list(_LINE.finditer(words))
    if not any(line[1].lower() == "score" for line in lines) and (points := _POINTS.match(words)):
        words = f"Score: {points[1]}\nReason: {words[points.end() :]}"
        lines = list(_LINE.finditer(words))
    ends = [*(line.start() for line in lines[1:]), len(words)]
    return {line[1].lower(): words[line.end() : end].strip() for line, end in zip(lines, ends, strict=True)}
