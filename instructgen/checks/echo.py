"""A task's own texts in; where a sample repeats a long run of their words out.

Every stretch of four consecutive words of the own texts is kept in a table. Of a sample, only every ``run - 3``-th
stretch is looked up: no run of ``run`` words can slip between two look-ups, and most samples are done after a few dozen
of them. A hit is then widened word by word and measured.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress, count

from ..records import Span, Turn
from .words import WORD, split, words_of

_STEP = 4


class Echo:
    """Finds runs of at least ``run`` words that stand in one of the own texts too."""

    def __init__(self, texts: Sequence[str], run: int) -> None:
        self._run = max(run, _STEP)
        self._own = [split(text.lower()) for text in texts]
        self._places: defaultdict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        for number, words in enumerate(self._own):
            for at in range(len(words) - _STEP + 1):
                self._places[tuple(words[at : at + _STEP])].append((number, at))

    def spans(self, turns: Sequence[Turn]) -> Iterator[Span]:
        """Give each repeated run of the turns, longest possible, in order."""
        stride = self._run - _STEP + 1
        spoken = words_of(turns)
        # One pass over all turns as if they were one; only a hit is worth a look at each.
        if next(self._hits(spoken.flat, stride), None) is None:
            return
        for number, words in enumerate(spoken.words):
            done = 0
            for at in self._hits(words, stride):
                if at + _STEP <= done:
                    continue
                first, last = self._widest(words, at)
                if last - first >= self._run:
                    yield _span(number, turns[number].text, first, last)
                    done = last

    def _hits(self, words: Sequence[str], stride: int) -> Iterator[int]:
        """Give where the stretches looked up begin that one of the own texts has too."""
        stretches = zip(*[words[shift::stride] for shift in range(_STEP)], strict=False)
        return compress(count(0, stride), map(self._places.__contains__, stretches))

    def _widest(self, words: Sequence[str], at: int) -> tuple[int, int]:
        best = (at, at)
        for text, place in self._places[tuple(words[at : at + _STEP])]:
            own = self._own[text]
            first, last, shift = at, at + _STEP, place - at
            while first > 0 and first + shift > 0 and words[first - 1] == own[first + shift - 1]:
                first -= 1
            while last < len(words) and last + shift < len(own) and words[last] == own[last + shift]:
                last += 1
            best = max(best, (first, last), key=lambda pair: pair[1] - pair[0])
        return best


def _span(number: int, text: str, first: int, last: int) -> Span:
    # Lower-casing can change a text's length, so the words are counted off in the text as it is.
    found = list(WORD.finditer(text))
    first, last = min(first, len(found) - 1), min(last, len(found))
    return Span(turn=number, start=found[first].start(), end=found[last - 1].end())
