"""A request in, the JSON body of a chat completion out; a server's JSON in, what it says out.

The messages that all requests of a task share are encoded once: prompts hand over the same objects for every
context, and only the last message differs.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from ..forms import FORMS, laid_out_message
from ..records import Image, Message, Reply, Request, Usage

_encode = msgspec.json.Encoder().encode
_MOST_SHARED = 512


class _Said(msgspec.Struct):
    type: str | None = None
    text: str | None = None
    thinking: "str | list[_Said] | None" = None


class _Message(msgspec.Struct):
    content: str | list[_Said] | None = None
    refusal: str | None = None
    reasoning_content: object = None
    reasoning: object = None


class _Choice(msgspec.Struct):
    message: _Message | None = None
    finish_reason: str | None = None


class _PromptDetails(msgspec.Struct):
    cached_tokens: float | None = None


class _ReplyDetails(msgspec.Struct):
    reasoning_tokens: float | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: float | None = None
    completion_tokens: float | None = None
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _ReplyDetails | None = None
    prompt_cache_hit_tokens: float | None = None


class _Chat(msgspec.Struct):
    choices: list[_Choice]
    id: str | int | None = None
    model: str | None = None
    usage: _Usage | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What a server answered to one request."""

    text: str
    thoughts: str | None
    finish: str
    """Why it ended; empty where the server does not say."""
    model: str | None
    server_id: str | None
    usage: Usage | None

    def finish_within(self, most: int | None) -> str:
        """Give why it ended. Where the server does not say, a reply as long as ``most`` allows, in tokens, was cut."""
        cut = most is not None and self.usage is not None and self.usage.reply >= most
        return self.finish or ("length" if cut else "stop")


_decode = msgspec.json.Decoder(_Chat).decode

_FINISHES: dict[str, str] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "safety": "content_filter",
}


def read_outcome(body: bytes) -> Outcome:
    """Read a chat completion. Raises ValueError (also msgspec's) for anything else.

    Whatever stands beside the text may be missing or odd: a reply that is not taken is asked, and paid, for again.
    """
    chat = _decode(body)
    if not chat.choices:
        raise ValueError("no choices")
    choice = chat.choices[0]
    if choice.message is None and choice.finish_reason is None:
        raise ValueError("no message")
    message = choice.message or _Message()  # a content filter may leave none
    text, thoughts = _content(message.content)
    thoughts = next((t for t in (message.reasoning_content, message.reasoning) if t and isinstance(t, str)), thoughts)
    if "<think>" in text or "</think>" in text:
        text, thoughts = _without_thoughts(text, thoughts)
    said = choice.finish_reason or ""
    finish = _FINISHES.get(said, said)
    if message.refusal:
        text, finish = text or message.refusal, "refusal"
    server_id = None if chat.id is None else str(chat.id)
    return Outcome(text, thoughts or None, finish, chat.model, server_id, _usage(chat.usage))


def _usage(given: _Usage | None) -> Usage | None:
    if given is None:
        return None
    cached = given.prompt_tokens_details.cached_tokens if given.prompt_tokens_details else given.prompt_cache_hit_tokens
    thoughts = given.completion_tokens_details.reasoning_tokens if given.completion_tokens_details else 0
    return Usage(
        prompt=int(given.prompt_tokens or 0),
        cached=int(cached or 0),
        reply=int(given.completion_tokens or 0),
        thoughts=int(thoughts or 0),
    )


def _content(content: str | list[_Said] | None) -> tuple[str, str | None]:
    if content is None:
        return "", None
    if isinstance(content, str):
        return content, None
    text = "".join(part.text or "" for part in content if part.thinking is None)
    return text, "".join(_thinking(part.thinking) for part in content if part.thinking is not None) or None


def _thinking(given: str | list[_Said] | None) -> str:
    return given if isinstance(given, str) else "".join(part.text or "" for part in given or ())


def _without_thoughts(text: str, thoughts: str | None) -> tuple[str, str | None]:
    """Part a reply from the thoughts before it; templates may leave out the opening mark, or stop inside."""
    before, closed, after = text.partition("</think>")
    opening = re.match(r"\s*<think>", before)
    if not closed and not opening:
        return text, thoughts
    thought = before[opening.end() :] if opening else before
    return after.lstrip(), "\n".join(t for t in (thoughts, thought.strip()) if t) or None


class Bodies:
    """Writes the bodies of requests to one model."""

    def __init__(self, parameters: Mapping[str, object]) -> None:
        self._parameters = dict(parameters)
        self._heads: dict[tuple[str, bool, bool, int | None], bytes] = {}
        self._shared: dict[tuple[int, str, bool], tuple[Message, bytes]] = {}

    def body(
        self,
        request: Request,
        structured: bool,
        reasoning: bool,
        max_tokens: int | None,
        pictures: Mapping[Image, msgspec.Raw],
    ) -> bytes:
        """Write a request. ``pictures`` gives each image's URL, as JSON."""
        form, messages = request.form, request.messages
        key = (form, structured, reasoning, max_tokens)
        head = self._heads.get(key)
        if head is None:
            head = self._heads[key] = self._head(form, structured, reasoning, max_tokens)
        written = [self._prefix(form, message, structured, pictures) for message in messages[:-1]]
        written += [message_json(form, message, structured, pictures) for message in messages[-1:]]
        return b"%b[%b]}" % (head, b",".join(written))

    def _prefix(self, form: str, message: Message, structured: bool, pictures: Mapping[Image, msgspec.Raw]) -> bytes:
        # By identity: hashing a message would cost more than writing it. The message is kept, so its id stays its own.
        key = (id(message), form, structured)
        kept = self._shared.get(key)
        if kept is not None:
            return kept[1]
        written = message_json(form, message, structured, pictures)
        if not any(isinstance(part, Image) for part in message.parts):
            if len(self._shared) >= _MOST_SHARED:
                self._shared.clear()
            self._shared[key] = (message, written)
        return written

    def _head(self, form: str, structured: bool, reasoning: bool, max_tokens: int | None) -> bytes:
        fields = dict(self._parameters)
        if reasoning:
            fields.pop("temperature", None)
            fields.pop("top_p", None)
        if max_tokens is not None:
            fields["max_completion_tokens" if reasoning else "max_tokens"] = max_tokens
        if structured:
            schema = {"name": form, "strict": True, "schema": FORMS[form].schema}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        return b'%b,"messages":' % _encode(fields)[:-1]


def message_json(form: str, message: Message, structured: bool, pictures: Mapping[Image, msgspec.Raw]) -> bytes:
    """Write one message: its text as a string, or as parts where it holds images."""
    parts = laid_out_message(form, message, structured).parts
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return _encode({"role": message.role, "content": "".join(texts)})
    return _encode({"role": message.role, "content": _content_parts(parts, pictures)})


def _content_parts(
    parts: Sequence[str | Image | Reply], pictures: Mapping[Image, msgspec.Raw]
) -> list[dict[str, object]]:
    written: list[dict[str, object]] = []
    for part in parts:
        if isinstance(part, Image):
            written.append({"type": "image_url", "image_url": {"url": pictures[part]}})
        elif isinstance(part, str):
            written.append({"type": "text", "text": part})
    return written
