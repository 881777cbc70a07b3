"""A completion, or its text, and the form that was asked for in; turns, or a ReplyFault with a stable reason, out.

JSON and the plain layout are both always read, whichever was asked for. Usual faults are mended where no word is
lost, added or guessed: code fences, prose before or after JSON, numbering, bold heads, missing separators, trailing
commas, single quotes, raw line breaks in strings. A reply that was cut off is never mended into a shorter one.

Reasons, beside a completion's own finish (``length``, ``content_filter``, ``refusal``, ``refused_request``):
``empty_reply``, ``truncated``, ``not_json``, ``unknown_keys``, ``no_question``, ``empty_question``, ``unpaired``,
``empty_answer``, ``several_questions``, ``not_a_description``, ``stray_text``, ``bad_text``.
"""

import re
from collections.abc import Mapping

import msgspec
from pydantic import TypeAdapter

from .errors import Declined, RecordError, ReplyFault
from .plain_replies import pairs_of
from .records import Completion, Turn, Verdict
from .torn_json import values_of

Pairs = list[tuple[str, str]]

HINTS: Mapping[str, str] = {
    "length": "The last reply was cut off for its length; write a shorter one.",
    "truncated": "The last reply was cut off; write a shorter, complete one.",
    "not_json": "The last reply was not valid JSON; keep exactly to the layout that was asked for.",
    "unknown_keys": "The last reply had keys that were not asked for; keep exactly to the layout.",
    "several_questions": "The last reply held several questions; write exactly one.",
    "not_a_description": "The last reply was a dialogue; write only the description.",
    "empty_answer": "The last reply left an answer empty; answer every question.",
}
"""What to tell a teacher whose reply could not be read, by reason."""

_turns = TypeAdapter(tuple[Turn, ...])

_OTHER_HINT = "The last reply could not be read; keep exactly to the layout that was asked for."


class _Pair(msgspec.Struct, forbid_unknown_fields=True):
    question: str
    answer: str


class _Dialogue(msgspec.Struct, forbid_unknown_fields=True):
    turns: list[_Pair]


class _Description(msgspec.Struct, forbid_unknown_fields=True):
    description: str


_dialogue = msgspec.json.Decoder(_Dialogue)
_single = msgspec.json.Decoder(_Pair)
_description = msgspec.json.Decoder(_Description)


def read(completion: Completion, form: str) -> tuple[Turn, ...]:
    """Read a completion. Raises ReplyFault, and Declined for one whose teacher found the context too poor."""
    if completion.finish != "stop":
        raise unfinished(completion)
    return parse(form, completion.text)


def unfinished(completion: Completion) -> RecordError:
    """Give the fault of a completion that did not come to its own end; its reason is the completion's finish."""
    if completion.finish == "declined":
        reason, _, detail = completion.text.partition(": ")
        return Declined(reason, detail)
    return ReplyFault(completion.finish, _shown(completion.text))


def parse(form: str, text: str) -> tuple[Turn, ...]:
    """Read a reply's text as ``form``: question and answer turns in pairs, or one ``gpt`` turn for a description.

    The turns' margins are cut, nothing else. Raises ReplyFault.
    """
    text = unwrapped(text)
    if form == "description":
        return (Turn(role="gpt", text=_described(text)),)
    pairs = _paired(form, text)
    if form == "single_question" and len(pairs) > 1:
        raise ReplyFault("several_questions", f"one question was asked for, {len(pairs)} came")
    turns: list[dict[str, str]] = []
    for number, (question, answer) in enumerate(pairs, 1):
        turns.append({"role": "human", "text": _filled(question, "empty_question", number)})
        turns.append({"role": "gpt", "text": _filled(answer, "empty_answer", number)})
    return _turns.validate_python(turns)


def fault_verdict(fault: ReplyFault) -> Verdict:
    """Give the fault as a failed verdict of the check ``reply``, with the hint for the next attempt."""
    return Verdict(check="reply", outcome="fail", reason=fault.reason, hint=HINTS.get(fault.reason, _OTHER_HINT))


def _filled(text: str, reason: str, number: int) -> str:
    text = text.strip()
    if not text:
        raise ReplyFault(reason, f"pair {number}")
    return text


def unwrapped(text: str) -> str:
    """Cut margins, a reasoning model's thoughts and a code fence around the whole. Raises ReplyFault."""
    text = text.strip().removeprefix("\ufeff").lstrip()
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if text.startswith("<think>"):
        _, end, text = text.partition("</think>")
        if not end:
            raise ReplyFault("truncated", "the thoughts have no end")
        text = text.strip()
    if text.startswith("```"):
        fenced = re.fullmatch(r"```\w*[ \t]*\n(.*?)\n?[ \t]*```", text, re.DOTALL)
        text = fenced[1].strip() if fenced else text
    if not text:
        raise ReplyFault("empty_reply")
    return text


def _described(text: str) -> str:
    if text.startswith("{"):
        try:
            return _filled(_description.decode(text).description, "empty_answer", 1)
        except msgspec.DecodeError:
            return _filled(_loose_description(values_of(text)), "empty_answer", 1)
    if _fenced_json(text):
        return _filled(_loose_description(values_of(text)), "empty_answer", 1)
    if _QUESTION_HEAD.match(text):
        raise ReplyFault("not_a_description", _shown(text))
    return _filled(_DESCRIPTION_HEAD.sub("", text), "empty_answer", 1)


def _paired(form: str, text: str) -> Pairs:
    if text[0] == "{":
        try:
            if form == "single_question":
                pair = _single.decode(text)
                return [(pair.question, pair.answer)]
            turns = _dialogue.decode(text).turns
        except msgspec.DecodeError:
            turns = []
        if turns:
            return [(turn.question, turn.answer) for turn in turns]
    if text[0] in "{[" or _fenced_json(text) or _JSON_INSIDE.search(text):
        return _loose_pairs(values_of(text))
    return pairs_of(text)


_DESCRIPTION_HEAD = re.compile(r"\A[#*\s]*(?:description|answer)[*\s]*:[*\s]*", re.IGNORECASE)
_QUESTION_HEAD = re.compile(r"\A[#*\s]*(?:question|user|human|q)[\s\d]*[*\s]*:", re.IGNORECASE)
_JSON_INSIDE = re.compile(r"""[{\[]\s*(?:\{\s*)?["'](?:turns|question)["']\s*:""", re.IGNORECASE)


def _fenced_json(text: str) -> bool:
    return "```json" in text[:400] or bool(re.match(r"```\w*\s*[{\[]", text))


_QUESTIONS = frozenset({"question", "q", "human", "user"})
_ANSWERS = frozenset({"answer", "a", "gpt", "assistant"})
_ROLES = frozenset({"role", "from", "speaker"})
_SAID = frozenset({"content", "value", "text"})


def _loose_pairs(values: list[object]) -> Pairs:
    """Read pairs from JSON that is not quite in the layout: a bare list, another wrapper's name, roles as values."""
    items = _items(values)
    if not items:
        raise ReplyFault("no_question", "there are no turns")
    said: list[tuple[str, str]] = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise ReplyFault("unknown_keys", f"turn {number} is not an object")
        said += _said(item, number)
    kinds = [kind for kind, _ in said]
    if kinds[0] == "answer":
        raise ReplyFault("no_question", "the first turn is an answer")
    if kinds != ["question", "answer"] * (len(said) // 2):
        raise ReplyFault("unpaired", "questions and answers do not alternate")
    texts = [text for _, text in said]
    return list(zip(texts[::2], texts[1::2], strict=True))


def _items(values: list[object]) -> list[object]:
    """Give the turns: of a list, of an object that wraps one list, or of objects one after the other."""
    if len(values) != 1:
        return values
    (value,) = values
    if isinstance(value, dict) and len(value) == 1:
        (inner,) = value.values()
        value = inner if isinstance(inner, list) else value
    return value if isinstance(value, list) else [value]


def _said(item: Mapping[str, object], number: int) -> list[tuple[str, str]]:
    """Give what one object says, as (``question`` or ``answer``, text), questions first."""
    keyed = {str(key).strip().lower(): value for key, value in item.items()}
    texts = {key: value for key, value in keyed.items() if isinstance(value, str)}
    if len(keyed) != len(item) or len(texts) != len(keyed):
        raise ReplyFault("unknown_keys", f"turn {number}: {_shown(', '.join(map(str, item)))}")
    if len(texts) == 2 and (roles := _ROLES & texts.keys()) and (said := _SAID & texts.keys()):
        (role,), (words,) = roles, said
        texts = {texts[role].strip().lower(): texts[words]}
    questions = [("question", texts[key]) for key in texts if key in _QUESTIONS]
    answers = [("answer", texts[key]) for key in texts if key in _ANSWERS]
    if len(questions) + len(answers) != len(texts) or len(questions) > 1 or len(answers) > 1:
        raise ReplyFault("unknown_keys", f"turn {number}: {_shown(', '.join(texts))}")
    return questions + answers


def _loose_description(values: list[object]) -> str:
    if len(values) == 1 and isinstance(values[0], dict) and len(values[0]) == 1:
        ((key, value),) = values[0].items()
        if isinstance(value, str) and str(key).strip().lower() in ("description", "answer", "caption", "text"):
            return value
    raise ReplyFault("unknown_keys", 'expected {"description": "..."}')


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
