"""A run's samples in; those that answer a question about a picture differently from another one out.

Only yes and no and single numbers are compared, and only where the question stands for itself: "Is it red?" may be
about two things. Of two answers that differ one is wrong, and nobody knows which: both samples fail.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from ..component import Component
from ..records import Sample, Span, Turn, Verdict
from ..text import word_set
from .words import split

_POINTERS = word_set(
    "it its they them their theirs he him his she her hers this that these those one ones other others another else"
    " same also too still former latter such so above below first second last"
)
"""With one of these, a question may lean on what was said before."""
_SMALL = word_set("a an the in on of at is are there visible shown seen any")
_PICTURES = word_set("image picture photo photograph scene")
_OPENERS = word_set("is are was were does do did has have can")
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_COUNT_OF = {word: number for number, word in enumerate(_NUMBERS.split())}
_COUNT_OF |= {"no": 0, "none": 0}
_VAGUE = word_set(
    "about around approximately roughly least most over more fewer less than or maybe perhaps probably possibly several"
    " nearly almost between up may might could appears appear seems seem visible half"
)
_WORD = re.compile(r"[^\W_]+")
_YES, _NO = -1, -2
"""Codes of answers; others are numbers."""


class _Answer(NamedTuple):
    code: int
    end: int
    """Where in the turn the answering words end."""


class AgreementCheck(Component):
    """Finds the same question about the same picture answered differently within a run (run-wide).

    A million such questions take about 0.2 GB: no text is kept.
    """

    name: ClassVar[str] = "agreement"
    version: ClassVar[int] = 1

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Judge; both samples of a disagreement fail, and all further ones with that question about that picture."""
        known: dict[int, int] = {}
        """Where an answer stands in the columns below, by hash of picture and question."""
        ids, columns = list[str](), [array("i") for _ in range(4)]
        disputed: set[int] = set()
        for sample in samples:
            noted = False
            for number, key, answer in _answers(sample):
                first = known.get(key)
                if first is None:
                    if not noted:
                        ids.append(sample.id)
                        noted = True
                    known[key] = len(columns[0])
                    for column, value in zip(columns, (len(ids) - 1, number, answer.end, answer.code), strict=True):
                        column.append(value)
                    continue
                owner, turn, end, code = (column[first] for column in columns)
                if ids[owner] == sample.id or (code == answer.code and first not in disputed):
                    continue
                if first not in disputed:
                    disputed.add(first)
                    yield ids[owner], self._differs(turn, end, sample.id, answer.code)
                yield sample.id, self._differs(number, answer.end, ids[owner], code)

    def _differs(self, turn: int, end: int, other: str, code: int) -> Verdict:
        said = {_YES: "yes", _NO: "no"}.get(code, str(code))
        span = Span(turn=turn, start=0, end=end, contradicts=f'{other} answers the same question with "{said}"')
        return Verdict(check=self.name, outcome="fail", reason="answered_differently", evidence=(span,))


def _answers(sample: Sample) -> Iterator[tuple[int, int, _Answer]]:
    """Give each answer that can be compared: its turn, a hash of picture and question, what it says."""
    if len(sample.images) > 1:
        return
    pictures = tuple((image.path, image.url, image.seconds) for image in sample.images) or sample.origin.context
    for number, turn in enumerate(sample.turns[1:], 1):
        asked = sample.turns[number - 1]
        if asked.role != "human" or turn.role != "gpt" or len(asked.text) > 300:
            continue
        words = split(asked.text.lower().replace("<image>", " "))
        if len(words) < 3 or asked.text.count("?") != 1 or not _POINTERS.isdisjoint(words):
            continue
        answer = _counted(turn) if words[:2] == ["how", "many"] else _decided(turn) if words[0] in _OPENERS else None
        if answer is not None:
            yield number, hash((pictures, words[0], *_plain(words))), answer


def _plain(words: Sequence[str]) -> Iterator[str]:
    """Give a question's words without small ones, and one word for the picture: "a dog in the photo" is as good."""
    return (word for word in words if word not in _SMALL and word not in _PICTURES)


def _decided(turn: Turn) -> _Answer | None:
    found = _WORD.search(turn.text)
    code = {"yes": _YES, "no": _NO}.get(found.group().lower()) if found else None
    return _Answer(code, found.end()) if found and code is not None else None


def _counted(turn: Turn) -> _Answer | None:
    """Give the number that an answer of one sentence or its first sentence names; None for a vague one or several."""
    sentence = turn.text.partition(".")[0]
    found = [(match.end(), match.group().lower()) for match in _WORD.finditer(sentence)]
    numbers = [(end, int(w) if w.isdecimal() else _COUNT_OF[w]) for end, w in found if w.isdecimal() or w in _COUNT_OF]
    if len(numbers) != 1 or not _VAGUE.isdisjoint(word for _, word in found):
        return None
    end, count = numbers[0]
    return _Answer(count, end) if count < 10_000 else None
