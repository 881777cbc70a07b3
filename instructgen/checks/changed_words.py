"""Texts as lists of words in; for each the first earlier one of which at most a share of the words is changed out.

At a share of 0.3, two texts of n words are alike when 0.7 n of them are the same in the same order (longest common
subsequence, by bits: Hyyrö, "Bit-parallel LCS-length computation revisited", 2004), and the words that are in both
weigh half of all, by how rare they are: "Is it on the left of the wall?" and "Is it on the left of the jetty?" are two
questions. Two texts that share 0.7 n words share one of the 0.3 n + 1 rarest of each, so that only under these do they
stand in an index (prefix filter: Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins in data
cleaning", ICDE 2006).
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from math import ceil, log
from zlib import crc32

MOST_WORDS = 48
"""Words of a text that are compared: the first ones."""
_LEAST_WEIGHT = 0.5
_MOST_CANDIDATES = 1000
"""Texts that one text is compared with; those that share its rarest words."""
_ROOM = 1 << 14
"""Texts that there is room for at first."""


class ChangedWords:
    """Texts put in, 4 bytes a word; asked for those that differ from another one in few words."""

    def __init__(self, common: float) -> None:
        """``common`` is the share of words that two texts must have in common, of the longer one's."""
        import numpy as np

        self._common = common
        self._number = 0
        self._words = np.zeros((_ROOM, MOST_WORDS), dtype=np.uint32)
        self._lengths = np.zeros(_ROOM, dtype=np.uint8)
        self._found_in: dict[int, array[int]] = {}
        self._seen = Counter[int]()

    def __len__(self) -> int:
        """Give the number of texts."""
        return self._number

    def count(self, words: Sequence[str]) -> None:
        """Count a text's words, by which it is told how rare they are, before it or others are put in."""
        self._seen.update(set(_hashed(words)))

    def put(self, words: Sequence[str]) -> int:
        """Put a text in; give its number."""
        import numpy as np

        if self._number == len(self._words):
            self._words = np.concatenate([self._words, np.zeros_like(self._words)])
            self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])
        own = _hashed(words)
        self._words[self._number, : len(own)] = own
        self._lengths[self._number] = len(own)
        for word in self._rarest(own):
            self._found_in.setdefault(word, array("I")).append(self._number)
        self._number += 1
        return self._number - 1

    def first(self, words: Sequence[str]) -> int | None:
        """Give the number of the first text in which so many words are the same; None where there is none."""
        import numpy as np

        own = _hashed(words)
        room, places = _MOST_CANDIDATES, [array("I")]
        for word in self._rarest(own):
            places.append(self._found_in.get(word, places[0])[:room])
            room -= len(places[-1])
        if room == _MOST_CANDIDATES:
            return None
        numbers = np.unique(np.concatenate(places)).astype(np.intp)
        lengths = self._lengths[numbers]
        least = np.ceil(np.maximum(lengths, len(own)) * self._common - 1e-9)
        fits = (lengths >= least) & (len(own) >= least)
        numbers, least = numbers[fits], least[fits]
        rows = self._words[numbers, : int(len(own) / self._common) + 1]
        shared = np.zeros(rows.shape, dtype=bool)
        for word in set(own):
            shared |= rows == word
        enough = numbers[shared.sum(1) >= least]
        return next((number for number in enough.tolist() if self._alike(own, number)), None)

    def _rarest(self, own: Sequence[int]) -> list[int]:
        """Give the rarest words, one of which a text that is alike must have among its own, the rarest first."""
        ordered = sorted(own, key=lambda word: (self._seen[word], word))
        return list(dict.fromkeys(ordered[: len(own) - self._least(len(own)) + 1]))

    def _least(self, length: int) -> int:
        """Give the fewest words that a text of so many must share with any other that is alike."""
        return ceil(length * self._common - 1e-9)

    def _alike(self, own: list[int], number: int) -> bool:
        other = self._words[number, : self._lengths[number]].tolist()
        if in_order(own, other) < self._least(max(len(own), len(other))):
            return False
        mine, theirs = set(own), set(other)
        return self._weight(mine & theirs) >= _LEAST_WEIGHT * max(self._weight(mine), self._weight(theirs))

    def _weight(self, words: set[int]) -> float:
        """Give how much words weigh: each the logarithm of one in how many texts has it."""
        return sum(log((self._number + 2) / (self._seen[word] + 1) + 1) for word in words)


def in_order(some: Sequence[int], others: Sequence[int]) -> int:
    """Give the length of the longest common subsequence."""
    places: dict[int, int] = {}
    for at, word in enumerate(some):
        places[word] = places.get(word, 0) | 1 << at
    every = (1 << len(some)) - 1
    unmatched = every
    for word in others:
        taken = unmatched & places.get(word, 0)
        unmatched = (unmatched + taken | unmatched - taken) & every
    return len(some) - unmatched.bit_count()


def _hashed(words: Sequence[str]) -> list[int]:
    """Give a number above zero for each of the first words."""
    return [crc32(word.encode("utf-8", "replace")) or 1 for word in words[:MOST_WORDS]]
