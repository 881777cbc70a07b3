"""A run's samples in; those whose text is nearly that of an earlier one out: the first is kept.

By phrases, texts are compared as sets of three words in a row by MinHash (Broder, "On the resemblance and containment
of documents", 1997), by the library rensa: 64 numbers stand for a text, and the share of equal ones estimates the
Jaccard similarity of the sets, with a standard error of at most 0.06. Candidates are texts of which four numbers in a
row are equal, in any of sixteen places (locality-sensitive hashing): a pair that is 80 % alike becomes one with a
probability of 0.9998, one that is 50 % alike with 0.64.
"""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar, Literal

from pydantic import Field

from ..component import Component
from ..records import Sample, Span, Turn, Verdict
from .changed_words import ChangedWords
from .neighbours import repeats
from .similarity import embedded, need_model
from .words import split

_NUMBERS = 64
_ROWS = 4
"""Numbers of a band; 64 / 4 = 16 bands."""
_SEED = 1
_PHRASE = 3
_AT_ONCE = 100_000
"""Pairs compared at a time: 50 MB."""


_ALIKE = {"phrases": 0.8, "words": 0.7, "meaning": 0.9}
_EMBEDDED = 256
"""Texts that are embedded together."""


class NearDuplicatesCheck(Component):
    """Finds samples that nearly repeat an earlier one of the run (run-wide).

    A million samples take about 0.55 GB: by phrases 256 bytes of MinHash, by words about as much for the first 48 of
    them, an id and two numbers each, and no text. By meaning it is 0.8 GB more.
    """

    name: ClassVar[str] = "near_duplicates"
    version: ClassVar[int] = 2

    by: Literal["phrases", "words", "meaning"] = "phrases"
    """How texts are compared: by the phrases of three words that they share, which finds long texts with a few changes;
    by the words that are the same in the same order, for short texts such as questions; by sentence embeddings, which
    find paraphrases and need ``instructgen[embedding]``."""
    threshold: float | None = Field(default=None, gt=0, le=1)
    """From when on two texts are nearly the same: share of phrases (0.8 unless given) or of words (0.7) that they have
    in common, or cosine of their embeddings (0.9)."""
    compare: Literal["all", "questions", "answers"] = "all"
    """Which turns of a sample are its text. Questions that are drawn from a fixed list, as for descriptions, are the
    same by design."""
    min_words: int = Field(default=10, ge=3)
    """Texts of fewer words are not compared: "Yes, there is." may be said of many pictures."""

    def ready(self) -> None:
        """Raise SetupError unless what is needed to compare by meaning is there."""
        if self.by == "meaning":
            need_model(self.name, "by: meaning")

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Judge; by words at once, else when all samples have been seen."""
        self.ready()
        texts = _Texts(self.min_words)
        given = texts.of((sample, *self._words(sample)) for sample in samples)
        pairs = {"phrases": _by_phrases, "words": _by_words, "meaning": _by_meaning}[self.by]
        for later, first in pairs(given, self.threshold or _ALIKE[self.by]):
            text = f"nearly the same as {texts.ids[first]}"
            span = Span(turn=texts.turns[later], start=0, end=texts.ends[later], contradicts=text)
            yield texts.ids[later], Verdict(check=self.name, outcome="fail", reason="near_duplicate", evidence=(span,))

    def _words(self, sample: Sample) -> tuple[int, list[str]]:
        """Give the number of the first turn compared, and the words of all that are."""
        chosen = [(number, turn) for number, turn in enumerate(sample.turns) if self._wanted(turn)]
        words = [word for _, turn in chosen for word in split(turn.text.lower().replace("<image>", " "))]
        return (chosen[0][0] if chosen else 0), words

    def _wanted(self, turn: Turn) -> bool:
        return self.compare == "all" or (turn.role == "human") == (self.compare == "questions")


class _Texts:
    """What is remembered of the texts that are compared."""

    def __init__(self, min_words: int) -> None:
        self._min_words = min_words
        self.ids = list[str]()
        self.ends, self.turns = array("I"), array("I")

    def of(self, found: Iterable[tuple[Sample, int, list[str]]]) -> Iterator[list[str]]:
        """Give the words of each text that is long enough."""
        for sample, turn, words in found:
            if len(words) >= self._min_words:
                self.ids.append(sample.id)
                self.turns.append(turn)
                self.ends.append(len(sample.turns[turn].text))
                yield words


def _by_phrases(texts: Iterable[list[str]], threshold: float) -> Iterator[tuple[int, int]]:
    numbers = array("I")
    for words in texts:
        numbers.extend(_minhash(words))
    return _repeats(numbers, threshold)


def _by_words(texts: Iterable[list[str]], threshold: float) -> Iterator[tuple[int, int]]:
    known, kept = ChangedWords(threshold), array("I")
    for number, words in enumerate(texts):
        known.count(words)
        first = known.first(words)
        if first is not None:
            yield number, kept[first]
        else:
            known.put(words)
            kept.append(number)


def _by_meaning(texts: Iterable[list[str]], threshold: float) -> Iterator[tuple[int, int]]:
    import numpy as np

    rest, found = iter(texts), [np.zeros((0, 384), np.float16)]
    while some := list(islice(rest, _EMBEDDED)):
        found.append(embedded([" ".join(words) for words in some]).astype(np.float16))
    return repeats(np.concatenate(found), threshold, lambda later, _: np.ones(len(later), dtype=bool))


def _minhash(words: list[str]) -> list[int]:
    from rensa import RMinHash

    sketch = RMinHash(num_perm=_NUMBERS, seed=_SEED)
    sketch.update(map(" ".join, zip(*(words[shift:] for shift in range(_PHRASE)), strict=False)))
    numbers: list[int] = sketch.digest()
    return numbers


def _repeats(numbers: "array[int]", threshold: float) -> Iterator[tuple[int, int]]:
    """Give each text that repeats an earlier one that is kept, with the first such one, in order."""
    import numpy as np

    sketches = np.frombuffer(numbers, dtype=np.dtype(numbers.typecode)).reshape(-1, _NUMBERS)
    earlier: dict[int, list[int]] = {}
    for later, first in sorted(_alike(sketches, threshold)):
        earlier.setdefault(later, []).append(first)
    repeated: dict[int, int] = {}
    for later, others in earlier.items():
        firsts = sorted({repeated.get(other, other) for other in others})
        # What repeats a repeat may be too far from the first one, which is the one that is kept.
        kept = next((f for f in firsts if np.mean(sketches[f] == sketches[later]) >= threshold), None)
        if kept is not None:
            repeated[later] = kept
            yield later, kept


def _alike(sketches: Any, threshold: float) -> set[tuple[int, int]]:
    """Give pairs (later, earlier) of like texts: of each bucket, every text with the first and with the one before.

    All pairs of a bucket would be quadratic in what repeats most; sixteen bands find the others' neighbours as well.
    """
    import numpy as np

    pairs: set[tuple[int, int]] = set()
    if not len(sketches):
        return pairs
    for band in range(0, _NUMBERS, _ROWS):
        bands = np.ascontiguousarray(sketches[:, band : band + _ROWS]).view(np.uint64)
        keys = bands[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ bands[:, 1]
        order = np.argsort(keys, kind="stable")
        fresh = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]])
        first = order[np.repeat(fresh, np.diff(np.r_[fresh, len(order)]))]
        before = np.r_[order[:1], order[:-1]]
        for other in (first, before):
            together = np.flatnonzero((keys[order] == keys[other]) & (other < order))
            for start in range(0, len(together), _AT_ONCE):
                some = together[start : start + _AT_ONCE]
                alike = np.mean(sketches[order[some]] == sketches[other[some]], axis=1) >= threshold
                pairs.update(zip(order[some][alike].tolist(), other[some][alike].tolist(), strict=True))
    return pairs
