"""A run's samples in; those whose text is nearly that of an earlier one out: the first is kept.

Texts are compared as sets of three words in a row by MinHash (Broder, "On the resemblance and containment of
documents", 1997), by the library rensa: 64 numbers stand for a text, and the share of equal ones estimates the Jaccard
similarity of the sets, with a standard error of at most 0.06. Candidates are texts of which four numbers in a row are
equal, in any of sixteen places (locality-sensitive hashing): a pair that is 80 % alike becomes one with a probability
of 0.9998, one that is 50 % alike with 0.64.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from ..component import Component
from ..records import Sample, Span, Turn, Verdict
from .words import split

_NUMBERS = 64
_ROWS = 4
"""Numbers of a band; 64 / 4 = 16 bands."""
_SEED = 1
_PHRASE = 3
_AT_ONCE = 100_000
"""Pairs compared at a time: 50 MB."""


class NearDuplicatesCheck(Component):
    """Finds samples that nearly repeat an earlier one of the run (run-wide).

    A million samples take about 0.55 GB: 256 bytes of MinHash, an id and two numbers each, and no text.
    """

    name: ClassVar[str] = "near_duplicates"
    version: ClassVar[int] = 1

    threshold: float = Field(default=0.8, gt=0, le=1)
    """Share of three-word phrases that two texts must have in common, as MinHash estimates it."""
    compare: Literal["all", "questions", "answers"] = "all"
    """Which turns of a sample are its text. Questions that are drawn from a fixed list, as for descriptions, are the
    same by design."""
    min_words: int = Field(default=10, ge=3)
    """Texts of fewer words are not compared: "Yes, there is." may be said of many pictures."""

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Judge; the verdicts come when all samples have been seen."""
        ids, ends, turns = list[str](), array("I"), array("I")
        numbers = array("I")
        for sample in samples:
            number, words = self._words(sample)
            if len(words) < self.min_words:
                continue
            numbers.extend(_minhash(words))
            ids.append(sample.id)
            turns.append(number)
            ends.append(len(sample.turns[number].text))
        for later, first in _repeats(numbers, self.threshold):
            text = f"nearly the same as {ids[first]}"
            span = Span(turn=turns[later], start=0, end=ends[later], contradicts=text)
            yield ids[later], Verdict(check=self.name, outcome="fail", reason="near_duplicate", evidence=(span,))

    def _words(self, sample: Sample) -> tuple[int, list[str]]:
        """Give the number of the first turn compared, and the words of all that are."""
        chosen = [(number, turn) for number, turn in enumerate(sample.turns) if self._wanted(turn)]
        words = [word for _, turn in chosen for word in split(turn.text.lower().replace("<image>", " "))]
        return (chosen[0][0] if chosen else 0), words

    def _wanted(self, turn: Turn) -> bool:
        return self.compare == "all" or (turn.role == "human") == (self.compare == "questions")


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
