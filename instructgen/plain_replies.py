"""A plain reply of ``Question:`` and ``Answer:`` parts in; (question, answer) pairs out, or a ReplyFault.

Heads may be numbered, bold or headings, stand on their own line or before the words, and be said in other words
(``Q:``/``A:``, ``User:``/``Assistant:``, ``Human:``/``GPT:``). The first head settles which words are heads: a line
that begins with ``A:`` in an answer of a ``Question:`` dialogue is text. Separators may be missing.
"""

import re
from typing import Literal

from .errors import ReplyFault
from .forms import SEPARATOR

Kind = Literal["question", "answer"]

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("question", "answer"),
    ("q", "a"),
    ("user", "assistant|ai|gpt"),
    ("human", "assistant|ai|gpt"),
)
# Nothing is given back (``*+``), else a reply of ten thousand asterisks takes seconds, one ten times as long a hundred
# times as many.
_MARKS = r"[ \t]*+(?:[#>*_\-]++[ \t]*+)?+"
_NUMBER = r"(?:(?=[*_]*+\(?\d)[*_]*+\(?\d++[.):]*+[ \t]*+[*_]*+[ \t]*+)?+"
_SEPARATOR = re.compile(r"^[ \t]*+={3,}+[ \t]*$", re.MULTILINE)
_RULED = ("-", "*", "_")
"""A part that ends with one may end with a rule, of one sign or several."""
_RULE = re.compile(r"[ \t]*+[-*_]{3,}+[ \t]*+")


def _heads(question: str, answer: str) -> re.Pattern[str]:
    return re.compile(
        rf"^{_MARKS}{_NUMBER}(?:(?P<question>{question})|(?P<answer>{answer}))[ \t]*+[#(]?\d*+\)?[.]?"
        r"[ \t]*+(?:[*_]{1,2}[ \t]*:|:[ \t]*[*_]{1,2}(?![*_\w])|:)[ \t]*",
        re.MULTILINE | re.IGNORECASE,
    )


_HEADS = tuple(_heads(question, answer) for question, answer in _FAMILIES)


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Give the pairs of a plain reply.

    Raises ReplyFault: ``no_question`` when there is no head or an answer comes first, ``unpaired`` when questions and
    answers do not alternate, ``stray_text`` when a separator is followed by words without a head.
    """
    exact = _exact(text)
    if exact:
        return exact
    found = [first for first in (heads.search(text) for heads in _HEADS) if first]
    if not found:
        raise ReplyFault("no_question", "there is neither JSON nor a line that begins with 'Question:'")
    heads = list(min(found, key=lambda first: first.start()).re.finditer(text))
    if heads[0].lastgroup == "answer":
        raise ReplyFault("no_question", "an answer comes first")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    parts: list[tuple[str | None, str]] = [
        (head.lastgroup, _part(text[head.end() : end])) for head, end in zip(heads, ends, strict=True)
    ]
    kinds = [kind for kind, _ in parts]
    if kinds != ["question", "answer"] * (len(parts) // 2):
        raise ReplyFault("unpaired", f"questions and answers do not alternate: {', '.join(map(str, kinds))[:80]}")
    texts = [words for _, words in parts]
    return list(zip(texts[::2], texts[1::2], strict=True))


def _exact(text: str) -> list[tuple[str, str]]:
    """Give the pairs of a reply that keeps to the layout and says neither head's word elsewhere; otherwise none."""
    parts = text.split(f"\n{SEPARATOR}\n")
    said = text.lower()
    if (
        len(parts) % 2
        or text.count(SEPARATOR) >= len(parts)
        or said.count("question") + said.count("answer") > len(parts)
    ):
        return []
    questions = [part[10:].strip() for part in parts[::2] if part.startswith("Question:\n")]
    answers = [part[8:].strip() for part in parts[1::2] if part.startswith("Answer:\n")]
    if len(questions) + len(answers) < len(parts) or any(words[-1:] in _RULED for words in (*questions, *answers)):
        return []
    return list(zip(questions, answers, strict=True))


def _part(text: str) -> str:
    """Give a part's words without the separator that ends it."""
    words, *rest = _SEPARATOR.split(text)
    if any(piece.strip() for piece in rest):
        raise ReplyFault("stray_text", f"a separator is followed by words without a head: {rest[0].strip()[:60]}")
    lines = words.rstrip().split("\n")
    while len(lines) > 1 and _RULE.fullmatch(lines[-1]):
        lines.pop()
    return "\n".join(lines).strip()
