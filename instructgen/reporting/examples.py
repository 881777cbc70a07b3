"""Judged samples in; a few for each reason out, drawn by seed, with the stretches of text that are meant.

Which ones are drawn depends on the seed and the samples' ids alone, not on the order in which they come, so that
examples of two halves merge into those of the whole.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

from ..records import Context, Sample, Span, Turn

T = TypeVar("T")

_IMAGE = re.compile(r"<image>\n|\n<image>")

PER_REASON = 3
LONGEST = 900
"""Characters of a turn that are shown."""
AROUND = 160
"""Characters left standing before the evidence in a turn that is cut."""
MOST_TURNS = 6


class Example(NamedTuple):
    """One sample that shows a reason."""

    sample: Sample
    context: Context
    evidence: tuple[Span, ...]


class Piece(NamedTuple):
    """A stretch of a turn as it is shown."""

    text: str
    marked: bool = False
    contradicts: str | None = None


class ShownTurn(NamedTuple):
    """A turn cut into pieces."""

    role: str
    pieces: list[Piece]


class Drawn(Generic[T]):
    """At most ``PER_REASON`` things of different names for each reason."""

    def __init__(self, seed: int = 0) -> None:
        """``seed`` is the recipe's: the same run shows the same examples."""
        self._seed = seed
        self._kept: dict[tuple[str, ...], list[tuple[bytes, str, T]]] = {}

    def add(self, reason: tuple[str, ...], name: str, thing: T) -> None:
        """Consider one thing, known by its name, for a reason."""
        rank = blake2b(f"{self._seed}:{name}".encode(), digest_size=8).digest(), name
        kept = self._kept.setdefault(reason, [])
        if any(rank == known[:2] for known in kept):
            return
        if len(kept) < PER_REASON or rank < kept[-1][:2]:
            kept.append((*rank, thing))
            kept.sort(key=lambda one: one[:2])
            del kept[PER_REASON:]

    def merge(self, other: "Drawn[T]") -> None:
        """Consider what another has kept."""
        for reason, kept in other._kept.items():
            for _, name, thing in kept:
                self.add(reason, name, thing)

    def of(self, *reason: str) -> list[T]:
        """Give what was drawn for a reason."""
        return [thing for *_, thing in self._kept.get(reason, [])]


def shown(turns: Sequence[Turn], evidence: Iterable[Span]) -> list[ShownTurn]:
    """Give the turns that matter, cut into pieces: those with evidence and the question before, else the first."""
    spans = list(evidence)
    hit = {span.turn for span in spans if 0 <= span.turn < len(turns)}
    asked = {number - 1 for number in hit if turns[number].role == "gpt" and number}
    wanted = sorted(hit | asked) or range(len(turns))
    return [
        ShownTurn(turns[number].role, _marked(turns[number].text, [span for span in spans if span.turn == number]))
        for number in list(wanted)[:MOST_TURNS]
    ]


def _marked(text: str, spans: Sequence[Span]) -> list[Piece]:
    """Cut a text into pieces, without the mark that stands for the picture, which says nothing to a person."""
    return [piece if piece.marked else piece._replace(text=_IMAGE.sub("", piece.text)) for piece in pieces(text, spans)]


def pieces(text: str, spans: Sequence[Span]) -> Iterator[Piece]:
    """Cut a text where evidence begins and ends; of a long text, what is around its first evidence is left."""
    begin, stop = 0, len(text)
    if len(text) > LONGEST:
        begin = max(0, min((span.start for span in spans), default=0) - AROUND)
        stop = min(begin + LONGEST, len(text))
    if begin:
        yield Piece("… ")
    at = begin
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        start, end = max(at, span.start), min(span.end, stop)
        if start >= end:
            continue
        if at < start:
            yield Piece(text[at:start])
        yield Piece(text[start:end], True, span.contradicts)
        at = end
    if at < stop:
        yield Piece(text[at:stop])
    if stop < len(text):
        yield Piece(" …")
