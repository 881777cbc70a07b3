"""The words of an answer and of its question in; whether the answer only gives the question back out.

That is the question itself, twice, or after "you asked"; and a statement of its words that leaves open what was asked:
"Someone is riding the horse." Who repeats the question before answering it echoes nothing. The words are English.
"""

import re
from collections.abc import Sequence

from ..text import word_set
from .choices import Offer

_ASKING = word_set(
    "you ve have asked ask asking your the question was is so d would like want wanted to know wonder"
    " wondering if whether request said q here being i repeat again as follows"
)
_SAYS_NOTHING = word_set(
    "a an the is are was were be been being do does did has have had there it its that this these those"
    " they he she his her their them we i you of for to as and or so some something someone somebody"
    " somewhere somehow sometime anything things thing certain particular specific kind kinds type types sort way"
    " manner reason reasons number amount material various one ones which what who whose whom where when"
    " why how will would can could may might should if s t d re"
)
_NUMBERS = word_set("one ones number amount")
_OPEN = re.compile(r"\b(?:what|which|who|whose|whom|where|when|why|how|describe|explain|give|write|summari[sz]e)\b")
_ENDING = re.compile(r"(?<=\w{3})(?:ing|ed|es|s|e)$")
_OF_SO_MANY = word_set("two three four five")
_REPORTING = word_set("asked ask asking question wonder wondering know")
_SOMEHOW = re.compile(
    r"\bin (?:an?|some|one)(?: \w+)? (?:ways?|manner|order|sequence|arrangement)\b|\bat some (?:time|point)\b"
)
_FEW = 3
_LONG = 30


def may_echo(answer: Sequence[str], question: Sequence[str]) -> bool:
    """Tell at a glance whether an answer might be an echo: it has few words that are not in the question."""
    if len(answer) > _LONG or len(answer) < _FEW or not question:
        return bool(question) and list(answer[: len(question)]) == list(question)
    new = 0
    for word in answer:
        if word not in question and word not in _SAYS_NOTHING:
            new += 1
            if new > _FEW:
                return False
    return True


def echoes(answer: Sequence[str], question: Sequence[str], text: str, asked: str) -> bool:
    """Tell whether an answer says no more than its question.

    By their words and, as written but in lower case, the texts of the answer and of the question.
    """
    if not question or len(answer) < _FEW:
        return False
    answer, question = list(answer), list(question)
    begin = 0
    while begin < len(answer) and answer[begin] in _ASKING and answer[begin:] != question:
        begin += 1
    if answer[begin:] == question or answer == question * (len(answer) // len(question)):
        return True
    if len(question) < 4:
        return False
    said = {_stem(word) for word in answer}
    known = {_stem(word) for word in question}
    if text.rstrip().endswith("?"):
        return len(said & known) >= 0.8 * max(len(said), len(known))
    if not ("or" in question or _OPEN.search(" ".join(question))):
        return False
    nothing = _SAYS_NOTHING - _NUMBERS if "how" in question and {"many", "much"} & set(question) else _SAYS_NOTHING
    if "number" in answer and "a" in answer:
        nothing |= {"number"}
    if "one" in answer:
        nothing |= _OF_SO_MANY
    told = _SOMEHOW.sub(" ", " ".join(answer)).split()
    new = [word for word in told if word not in nothing and word not in _ASKING and _stem(word) not in known]
    if new or len(said & known) < 2:
        return False
    return bool(_REPORTING.intersection(answer) - set(question)) or not Offer(asked).answered(text)


def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) > 3 else word
