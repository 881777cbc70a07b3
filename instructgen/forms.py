"""A typed request in; the messages and the JSON schema that a server is sent out.

A *form* is the shape of a reply. Tasks ask for dialogues, single questions and descriptions, checks that ask somebody
for ratings and comparisons. Each has two layouts: a JSON schema for servers that hold their output to one, and a plain
one of heads such as ``Question:`` and ``Answer:`` for the rest. Few-shot replies stay typed in a request and are laid
out here, so that a request's digest does not depend on what the server can do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from .records import Image, Message, Reply, Request, Turn

SEPARATOR = "==="
"""Stands on a line of its own between the parts of a plain reply."""


@dataclass(frozen=True)
class Form:
    """The shape of a reply."""

    name: str
    schema: Mapping[str, object]
    json_layout: str
    """The sentence that asks for the JSON layout, added to the system message."""
    plain_layout: str
    """The sentence that asks for the plain layout, added to the system message."""


def _object(**fields: object) -> dict[str, object]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


_TEXT = {"type": "string"}

ASPECTS = ("accuracy", "completeness", "usefulness", "fluency")
"""What a rating scores, each from 1 to 5."""

_RATED = _object(reason=_TEXT, quote=_TEXT, score={"type": "integer", "enum": [1, 2, 3, 4, 5]})
_PLAIN_RATED = f"\n{SEPARATOR}\n".join(
    f"{aspect.capitalize()}:\nReason: (one sentence)\nQuote: (the words meant, or nothing)\nScore: (1 to 5)"
    for aspect in ASPECTS
)

FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form(
            "dialogue",
            _object(turns={"type": "array", "items": _object(question=_TEXT, answer=_TEXT)}),
            'Reply with one JSON object: {"turns": [{"question": "...", "answer": "..."}, ...]}. Write nothing else.',
            "Lay the dialogue out like this, and write nothing else:\nQuestion:\n(the question)\n===\nAnswer:\n"
            "(the answer)\n===\nQuestion:\n(the next question)\n===\nAnswer:\n(the next answer)",
        ),
        Form(
            "single_question",
            _object(question=_TEXT, answer=_TEXT),
            'Reply with one JSON object: {"question": "...", "answer": "..."}. Write nothing else.',
            "Lay your reply out like this, and write nothing else:\nQuestion:\n(the question)\n===\n"
            "Answer:\n(the answer)",
        ),
        Form(
            "description",
            _object(description=_TEXT),
            'Reply with one JSON object: {"description": "..."}. Write nothing else.',
            "Write the description as plain prose, and write nothing else.",
        ),
        Form(
            "rating",
            _object(**dict.fromkeys(ASPECTS, _RATED), overall={"type": "string", "enum": ["keep", "drop"]}),
            "Reply with one JSON object: {"
            + ", ".join(f'"{aspect}": {{"reason": "...", "quote": "...", "score": 1 to 5}}' for aspect in ASPECTS)
            + ', "overall": "keep" or "drop"}. Write nothing else.',
            "Lay your rating out like this, and write nothing else:\n"
            f"{_PLAIN_RATED}\n{SEPARATOR}\nOverall: (keep or drop)",
        ),
        Form(
            "comparison",
            _object(reason=_TEXT, better={"type": "string", "enum": ["first", "second", "tie"]}),
            'Reply with one JSON object: {"reason": "...", "better": "first" or "second" or "tie"}. '
            "Write nothing else.",
            "Lay your judgement out like this, and write nothing else:\nReason: (one or two sentences)\n"
            "Better: (first, second or tie)",
        ),
    )
}

JUDGING = frozenset({"rating", "comparison"})
"""The forms that only checks ask for: they shape a run that has such a check, and no other."""


def reply_text(form: str, reply: Reply, structured: bool) -> str:
    """Write a typed reply out, as JSON or in the plain layout."""
    if form == "description":
        (turn,) = reply.turns
        return _json({"description": turn.text}) if structured else turn.text
    if not structured:
        heads = {"human": "Question", "gpt": "Answer"}
        return f"\n{SEPARATOR}\n".join(f"{heads[t.role]}:\n{t.text}" for t in reply.turns)
    pairs = [{"question": q.text, "answer": a.text} for q, a in zip(reply.turns[::2], reply.turns[1::2], strict=True)]
    return _json(pairs[0] if form == "single_question" else {"turns": pairs})


def laid_out(request: Request, structured: bool) -> tuple[Message, ...]:
    """Give the request's messages with replies written out and the layout asked for in the system message."""
    return tuple(laid_out_message(request.form, message, structured) for message in request.messages)


def laid_out_message(form: str, message: Message, structured: bool) -> Message:
    """Give one message with its replies written out; a system message also asks for the layout."""
    parts: list[str | Image | Reply] = [
        reply_text(form, part, structured) if isinstance(part, Reply) else part for part in message.parts
    ]
    if message.role == "system":
        layout = FORMS[form].json_layout if structured else FORMS[form].plain_layout
        parts.append(f"\n\n{layout}")
    return Message(role=message.role, parts=tuple(parts))


def pairs_reply(pairs: list[tuple[str, str]]) -> Reply:
    """Make a typed reply of (question, answer) pairs."""
    turns: list[Turn] = []
    for question, answer in pairs:
        turns += [Turn(role="human", text=question), Turn(role="gpt", text=answer)]
    return Reply(turns=tuple(turns))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
