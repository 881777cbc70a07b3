"""A sample in; whether it loops, says the same twice or echoes its question out.

The usual ends of a model gone astray: a word or phrase over and over, a sentence written twice, the same question
twice in a dialogue, the question given back as the answer, long rows of one sign.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations, islice
from operator import eq
from typing import ClassVar

from pydantic import Field, PrivateAttr

from ..component import Component
from ..records import Context, Sample, Span, Turn, Verdict
from .question_echo import echoes, may_echo
from .words import WORD, Words, split, words_of

_PASSED = Verdict(check="repetition", outcome="pass")

_SENTENCE = re.compile(r"[^.!?\n。！？]+[.!?。！？]*")
_LONGEST_PHRASE = 12
_SHARE_FROM = 40
"""Words from which on the share of repeated phrases says anything."""

_HINTS = {
    "looped_words": "Say each thing once; do not repeat a word or phrase over and over.",
    "repeated_sentence": "Write no sentence twice in an answer.",
    "repeated_phrases": "Vary the wording; the answer says nearly the same again and again.",
    "character_run": "Write no rows of the same sign.",
    "repeated_question": "Ask a different question each time.",
    "repeated_answer": "Give each question an answer of its own.",
    "answer_echoes_question": "Answer the question instead of repeating it.",
}


class RepetitionCheck(Component):
    """Finds loops and repeats within a sample."""

    name: ClassVar[str] = "repetition"
    version: ClassVar[int] = 4

    phrase_repeats: int = Field(default=3, ge=2)
    """A phrase of two words or more so many times in a row is a loop."""
    word_repeats: int = Field(default=4, ge=2)
    """A single word so many times in a row is a loop; numbers and single letters are let be."""
    sentence_words: int = Field(default=5, ge=1)
    """A sentence of at least so many words may stand once in an answer."""
    character_repeats: int = Field(default=10, ge=3)
    """The same sign so many times in a row is a fault; digits are let be."""
    repeated_share: float = Field(default=0.3, gt=0, le=1)
    """Largest share of an answer's five-word phrases, from 40 words on, that may have stood in it before."""

    _row: re.Pattern[str] = PrivateAttr(default=re.compile(""))

    def model_post_init(self, context: object) -> None:  # noqa: ARG002
        """Compile the pattern of a row of signs."""
        self._row = re.compile(rf"([^\d\s])\1{{{self.character_repeats - 1},}}")

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; the first fault found is the reason."""
        known = words_of(sample.turns)
        if self._surely_fine(known):
            return _PASSED
        for reason, span in self._faults(known):
            return Verdict(check=self.name, outcome="fail", reason=reason, evidence=(span,), hint=_HINTS[reason])
        return _PASSED

    def _surely_fine(self, known: Words) -> bool:
        """Tell at a glance what holds for most samples: no two turns alike, no answer that repeats itself or asks.

        Whatever is a fault within an answer repeats two triples of words, but for a row of signs or of one word.
        """
        if self.word_repeats < 4 or _may_run(known.whole, self.character_repeats):
            return False
        first = _without_image(known)
        if first is None:
            return False
        turns = [first, *known.words[1:]]
        # only turns of as many words with the same ends may be alike
        ends = {(len(words), words[0], words[-1]) if words else () for words in turns}
        if len(ends) < len(turns):
            return False
        question = first
        for turn, words in zip(known.turns, turns, strict=True):
            if turn.role == "human":
                question = words
            elif turn.text.rstrip().endswith("?") or may_echo(words, question):
                return False
            elif len(words) > 3:
                again = len(words) - 2 - len(set(zip(words, words[1:], words[2:], strict=False)))
                # a single one may still be a word four times in a row
                if again > 1 or (again and any(map(eq, words, words[1:]))):
                    return False
        return True

    def _faults(self, known: Words) -> Iterator[tuple[str, Span]]:
        asked: set[tuple[str, ...]] = set()
        answered: set[tuple[str, ...]] = set()
        question: tuple[str, ...] = ()
        said = ""
        may_run = _may_run(known.whole, self.character_repeats)
        for number, turn in enumerate(known.turns):
            low, words = known.low[number], known.words[number]
            if not number and "<image>" in low:
                words = split(low.replace("<image>", " "))
            key = tuple(words)
            if turn.role == "human":
                if key and key in asked:
                    yield "repeated_question", _whole(number, turn)
                asked.add(key)
                question, said = key, low.replace("<image>", " ")
                continue
            if key and (key == question or echoes(key, question, low, said)):
                yield "answer_echoes_question", _whole(number, turn)
            if len(key) >= 8 and key in answered:
                yield "repeated_answer", _whole(number, turn)
            answered.add(key)
            for reason, start, end in self._within(turn.text, words, may_run):
                yield reason, Span(turn=number, start=start, end=end)

    def _within(self, text: str, words: list[str], may_run: bool) -> Iterator[tuple[str, int, int]]:
        if may_run and (found := self._row.search(text)):
            yield "character_run", *found.span()
        if len(words) < 4:
            return
        # Anything below repeats a triple of words; most answers repeat none, or one.
        again = len(words) - 2 - len(set(zip(words, words[1:], words[2:], strict=False)))
        if again >= 2:
            yield from self._phrases(text, words)
        elif again or self.word_repeats < 4:
            yield from self._loop(text, words, 1, self.word_repeats)

    def _phrases(self, text: str, words: list[str]) -> Iterator[tuple[str, int, int]]:
        yield from self._loop(text, words, 1, self.word_repeats)
        for length in _periods(words):
            yield from self._loop(text, words, length, self.phrase_repeats)
        yield from self._sentences(text)
        if len(words) >= _SHARE_FROM:
            phrases = list(zip(*(words[k:] for k in range(5)), strict=False))
            if len(phrases) - len(set(phrases)) > self.repeated_share * len(phrases):
                yield "repeated_phrases", 0, len(text)

    def _loop(self, text: str, words: list[str], length: int, repeats: int) -> Iterator[tuple[str, int, int]]:
        wanted, same = length * (repeats - 1), 0
        for at, equal in enumerate(map(eq, words, islice(words, length, None))):
            same = same + 1 if equal else 0
            if same < wanted:
                continue
            first = at + 1 - wanted
            if length == 1 and (len(words[first]) == 1 or words[first].isdigit()):
                continue
            if all(word.isdigit() for word in words[first : first + length]):
                continue
            places = list(islice(WORD.finditer(text), first, at + length + 1))
            yield "looped_words", places[0].start(), places[-1].end()
            return

    def _sentences(self, text: str) -> Iterator[tuple[str, int, int]]:
        places = [(match, " ".join(split(match.group().lower()))) for match in _SENTENCE.finditer(text)]
        counts = Counter(words for _, words in places)
        for match, words in reversed(places):
            if counts[words] > 1 and words.count(" ") + 1 >= self.sentence_words:
                yield "repeated_sentence", match.start(), match.end()
                return


def _without_image(known: Words) -> list[str] | None:
    """Give the words of the first turn without its one ``<image>``; None where there are more, or in the midst."""
    low, words = known.low[0], known.words[0]
    if "<image>" not in low:
        return words
    if low.count("<image>") > 1:
        return None
    return words[1:] if low.startswith("<image>") else words[:-1] if low.endswith("<image>") else None


def _whole(number: int, turn: Turn) -> Span:
    return Span(turn=number, start=0, end=len(turn.text))


def _periods(words: list[str]) -> list[int]:
    """Give the lengths that a looped phrase can have: how far apart equal triples of words stand."""
    places: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for at, triple in enumerate(zip(words, words[1:], words[2:], strict=False)):
        places[triple].append(at)
    longest = min(_LONGEST_PHRASE, len(words) // 2)
    apart = {b - a for spots in places.values() if len(spots) > 1 for a, b in combinations(spots[:20], 2)}
    return sorted(length for length in apart if 2 <= length <= longest)


def _may_run(low: str, run: int) -> bool:
    """Tell whether a text may hold a row of ``run`` equal characters; surely not when it says no.

    The bytes, taken as one number, are laid over themselves one byte on: equal neighbours become zeros.
    """
    if not low.isascii():
        return True
    data = low.encode()
    number = int.from_bytes(data)
    return bytes(run - 1) in (number ^ (number >> 8)).to_bytes(len(data))
