"""A chat completion's body in; a sensible reply out: a pure function of the request, made of its last message's words.

The replies are English, say nothing twice, and never mention where they come from, so that they pass the checks that
real replies pass.
"""

import re
from hashlib import blake2b

import msgspec


class Part(msgspec.Struct):
    """One part of a message's content."""

    type: str
    text: str = ""


class Said(msgspec.Struct):
    """One message."""

    role: str
    content: str | list[Part]


class Schema(msgspec.Struct):
    """A schema's outermost properties."""

    properties: dict[str, msgspec.Raw] = {}


class Named(msgspec.Struct):
    """A named schema."""

    schema: Schema


class Format(msgspec.Struct):
    """What the reply is to be held to."""

    type: str
    json_schema: Named | None = None


class Chat(msgspec.Struct):
    """The parts of a request's body that shape the reply."""

    model: str
    messages: list[Said]
    response_format: Format | None = None
    temperature: float | None = None
    max_tokens: int | None = None


decode = msgspec.json.Decoder(Chat).decode
_encode = msgspec.json.Encoder().encode

_WORD = re.compile(r"[A-Za-z]{4,14}")
_COMMON = (
    "about above according again answer answers around based because been before being below between bounding boxes "
    "caption captions common context conversation coordinates describe described description detail detailed dialogue "
    "does doing down each every false following from given have here image images into just know like list listed "
    "lots many mentioned more most near next none object objects only other over people photo picture please provided "
    "question questions reasoning region regions reply said seen sentence sentences several should show shown shows "
    "some something such than that their them then there these they thing this those through true under user view "
    "visible what when where which while with would write your"
)
_NO_WORDS = frozenset(_COMMON.split())
_SPARE = ("table", "window", "street", "garden", "animal", "vehicle", "building", "water")

_SENTENCES: tuple[tuple[str, str, str], ...] = (
    ("The ", " draws attention first, while the ", " gives the scene its balance."),
    ("Light falls evenly on the ", ", so its surface contrasts with the ", " nearby."),
    ("Someone arriving here would probably walk past the ", " before reaching the ", "."),
    ("It seems that the ", " has been in use for a while, unlike the ", "."),
    ("Close to the ", ", a little free space separates it from the ", "."),
    ("In everyday life the ", " and the ", " are often found together."),
    ("The colours of the ", " stay muted, which makes the ", " easier to notice."),
    ("A calm mood comes from the way the ", " is placed beside the ", "."),
    ("Nothing blocks the way to the ", ", and the ", " stays within reach."),
    ("From this angle the ", " appears larger than one would expect of a ", "."),
    ("The shape of the ", " leads the eye further on, towards the ", "."),
    ("Behind all this, the ", " adds depth, and the ", " closes off the edge."),
    ("The texture of the ", " is easy to make out, even if the ", " is less sharp."),
    ("Whoever arranged the ", " took care not to hide the ", "."),
    ("Its position suggests that the ", " matters more here than the ", "."),
    ("Small marks on the ", " hint at regular use, and the ", " looks well kept."),
    ("The distance from the ", " to the ", " is short enough for a few steps."),
    ("Weather and season leave their trace on the ", " rather than on the ", "."),
    ("Much of the middle is taken up by the ", ", with the ", " to one side."),
    ("The ", " makes the place feel lived in, helped along by the ", "."),
    ("At a second glance the ", " turns out to match the ", " in tone."),
    ("The outline of the ", " is clear, whereas the ", " blends in a little."),
    ("One could easily sketch the ", " and then add the ", " with a few lines."),
    ("Taken together, the ", " and the ", " tell of an ordinary moment."),
)
_QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("What role does the ", " play next to the ", "?"),
    ("How is the ", " placed in relation to the ", "?"),
    ("Why might the ", " matter to someone looking at the ", "?"),
    ("What could happen next around the ", " and the ", "?"),
    ("Which impression do the ", " and the ", " leave?"),
    ("Is the ", " easy to tell apart from the ", "?"),
)
_PLAIN = {
    "Lay the dialogue out like this": "dialogue",
    "Lay your reply out like this": "single_question",
    "Write the description as plain prose": "description",
    "Lay your rating out like this": "rating",
    "Lay your judgement out like this": "comparison",
}
_TELLING = {"turns": "dialogue", "question": "single_question", "accuracy": "rating", "better": "comparison"}
"""The form by a property that no other form's schema has."""
_ASPECTS = ("accuracy", "completeness", "usefulness", "fluency")


REFUSALS: dict[str, tuple[int, str, str]] = {
    "429": (429, "Rate limit reached", "rate_limit_exceeded"),
    "429-after": (429, "Rate limit reached", "rate_limit_exceeded"),
    "429-date": (429, "Rate limit reached", "rate_limit_exceeded"),
    "500": (500, "The server had an error", "server_error"),
    "503": (503, "The server is overloaded", "overloaded"),
    "400": (400, "The request holds what this server does not take", "invalid_request_error"),
    "401": (401, "Incorrect API key provided: {key}", "invalid_api_key"),
    "404": (404, "The model '{model}' does not exist", "model_not_found"),
    "quota": (429, "You exceeded your current quota, check your plan", "insufficient_quota"),
    "azure-filter": (400, "The response was filtered by the content management policy", "content_filter"),
    "no-schema": (400, "response_format of type json_schema is not supported", "invalid_request_error"),
    "no-temperature": (400, "Unsupported parameter: 'temperature' or 'max_tokens'", "unsupported_parameter"),
}
"""Status, message and code by fault."""


def digest_of(body: bytes) -> bytes:
    """Give the 16 bytes that stand for a request."""
    return blake2b(body, digest_size=16).digest()


def form_of(chat: Chat) -> str | None:
    """Give the form that is asked for, by schema or by the plain layout's sentence; None for a free answer."""
    if chat.response_format is not None and chat.response_format.json_schema is not None:
        wanted = chat.response_format.json_schema.schema.properties
        return next((form for key, form in _TELLING.items() if key in wanted), "description")
    system = _text(chat.messages[0])
    return next((name for layout, name in _PLAIN.items() if layout in system), None)


def reply(chat: Chat, digest: bytes, tokens: int) -> str:
    """Write the reply, of about ``tokens`` tokens."""
    form = form_of(chat)
    if form == "rating":
        return _rating(chat, digest)
    if form == "comparison":
        return _comparison(chat)
    words = _words(chat)
    start = digest[0] + 256 * digest[1]
    count = max(3, tokens // 19)
    if form == "dialogue":
        each = max(1, count // 3)
        pairs = [(_line(_QUESTIONS, words, start, n), _prose(words, start, n * each, each)) for n in range(3)]
    elif form == "single_question":
        pairs = [(_line(_QUESTIONS, words, start, 0), _prose(words, start, 0, count))]
    else:
        text = _prose(words, start, 0, count)
        return _encode({"description": text}).decode() if form and chat.response_format else text
    if chat.response_format is None:
        return "\n===\n".join(f"Question:\n{q}\n===\nAnswer:\n{a}" for q, a in pairs)
    turns = [{"question": q, "answer": a} for q, a in pairs]
    return _encode(turns[0] if form == "single_question" else {"turns": turns}).decode()


def scores_of(digest: bytes) -> dict[str, int]:
    """Give the scores that a rating's request gets: one in eight is inaccurate."""
    inaccurate = digest[2] % 8 == 0
    return {a: (1 + digest[3] % 2 if inaccurate and not n else 3 + digest[n + 3] % 3) for n, a in enumerate(_ASPECTS)}


def _rating(chat: Chat, digest: bytes) -> str:
    answer = _text(chat.messages[-1]).rpartition("Answer:\n")[2]
    quote = " ".join(answer.split()[:4])
    rated = {
        aspect: {"reason": f"The {aspect} was looked at.", "quote": quote if points < 3 else "", "score": points}
        for aspect, points in scores_of(digest).items()
    }
    overall = "drop" if any(each["score"] in (1, 2) for each in rated.values()) else "keep"
    if chat.response_format is not None:
        return _encode({**rated, "overall": overall}).decode()
    sections = [
        f"{aspect.capitalize()}:\nReason: {r['reason']}\nQuote: {r['quote']}\nScore: {r['score']}"
        for aspect, r in rated.items()
    ]
    return "\n===\n".join([*sections, f"Overall: {overall}"])


def _comparison(chat: Chat) -> str:
    """Choose by the samples' words alone, whatever their order; where their hashes say so, choose the first place."""
    _, _, both = _text(chat.messages[-1]).partition("First sample:")
    first, _, second = both.partition("Second sample:")
    marks = [blake2b(part.strip().encode(), digest_size=2).digest() for part in (first, second)]
    swayed = (marks[0][0] + marks[1][0]) % 4 == 0
    better = "first" if swayed or marks[0] > marks[1] else "tie" if marks[0] == marks[1] else "second"
    if chat.response_format is not None:
        return _encode({"reason": "It was looked at.", "better": better}).decode()
    return f"Reason: It was looked at.\nBetter: {better}"


def _prose(words: list[str], start: int, first: int, count: int) -> str:
    return " ".join([_line(_SENTENCES, words, start, n) for n in range(first, first + count)])


def _line(lines: tuple[tuple[str, str, str], ...], words: list[str], start: int, n: int) -> str:
    # Steps of 1 through the sentences and of different strides through the words: no sentence comes twice soon.
    head, middle, tail = lines[(start + n) % len(lines)]
    a = words[(start + 3 * n) % len(words)]
    b = words[(start + 3 * n + 1 + n // len(lines)) % len(words)]
    return f"{head}{a}{middle}{b}{tail}"


def _words(chat: Chat) -> list[str]:
    found = dict.fromkeys(w.lower() for w in _WORD.findall(_text(chat.messages[-1])[-2000:]))
    words = [w for w in found if w not in _NO_WORDS][:16]
    return words if len(words) > 4 else [*words, *(w for w in _SPARE if w not in words)]


def _text(message: Said) -> str:
    content = message.content
    return content if isinstance(content, str) else "".join(part.text for part in content)


def completion(chat: Chat, digest: bytes, fault: str | None, tokens: int) -> bytes:
    """Write a whole completion, as a lasting fault would have it."""
    text = reply(chat, digest, tokens)
    message: dict[str, object] = {"role": "assistant", "content": text, "refusal": None}
    finish, thoughts = "stop", "Let me see. The answer has to be laid out as asked."
    if fault == "length":
        finish, message["content"] = "length", text[: len(text) * 2 // 3]
    elif fault == "content_filter":
        finish, message["content"] = "content_filter", ""
    elif fault == "refusal":
        message["content"], message["refusal"] = None, "I cannot help with that."
    elif fault == "think":
        message["content"] = f"<think>\n{thoughts}\n</think>\n\n{text}"
    elif fault == "reasoning":
        message["reasoning_content"] = thoughts
    elif fault == "empty":
        message["content"] = ""
    prompt = sum(len(_text(m)) for m in chat.messages) // 4
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": len(text) // 4,
        "total_tokens": prompt + len(text) // 4,
        "prompt_tokens_details": {"cached_tokens": prompt // 256 * 128},
        "completion_tokens_details": {"reasoning_tokens": 12 if fault in ("think", "reasoning") else 0},
    }
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    head = {"id": f"chatcmpl-{digest.hex()}", "object": "chat.completion", "created": 1, "model": chat.model}
    return _encode({**head, "choices": [choice], "usage": usage})
