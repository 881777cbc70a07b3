"""Counts in; bars, stacked bars and histograms out, as shares of a width or height that a template draws.

Every bar bears its numbers in words, so that the chart, its table and what a screen reader says are one.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

MOST_BINS = 14
_STEPS = [m * 10**e for e in range(4) for m in (1, 2, 5)]


class Segment(NamedTuple):
    """A stretch of a bar."""

    name: str
    number: int
    start: float
    """Per cent of the chart's width."""
    width: float
    tone: str
    """The custom property that colours it, such as ``good``."""


class Bar(NamedTuple):
    """A row of a bar chart."""

    label: str
    said: str
    """Its number, as it is printed at the end of its label."""
    segments: tuple[Segment, ...]


class Bin(NamedTuple):
    """A column of a histogram."""

    label: str
    tick: str
    """What stands below it: where it begins."""
    number: int
    height: float
    """Per cent of the chart's height."""


class Histogram(NamedTuple):
    """A distribution, with its quantiles."""

    name: str
    bins: list[Bin]
    narrow: bool
    """Each bin holds one number."""
    total: int
    median: int
    high: int
    """95 of 100 are at most this."""


def thousands(number: float) -> str:
    """Write a whole number with thin spaces between thousands."""
    return f"{number:,.0f}".replace(",", "\u202f")


def percent(part: float, whole: float) -> str:
    """Write a share as per cent; a dash of nothing. Only none is 0 %, and only all is 100 %."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if part in (0, whole):
        return f"{share:.0f} %"
    if share < 0.005:
        return "< 0.01 %"
    return "> 99.9 %" if share >= 99.95 else f"{share:.{1 if share >= 0.05 else 2}f} %"


def bars(counts: Iterable[tuple[str, int]], tone: str = "accent", of: int | None = None) -> list[Bar]:
    """Give one bar for each count, the longest over the whole width; ``of`` adds each one's share of a total."""
    rows = list(counts)
    most = max((count for _, count in rows), default=0)
    return [
        Bar(
            label,
            f"{thousands(count)} · {percent(count, of)}" if of else thousands(count),
            (Segment(label, count, 0.0, 100 * count / most if most else 0.0, tone),),
        )
        for label, count in rows
    ]


def stacked(rows: Iterable[tuple[str, str, Sequence[tuple[str, int, str]]]]) -> list[Bar]:
    """Give bars of several stretches: each row is label, what is said, and name, count and tone of each stretch.

    The longest bar takes the whole width.
    """
    listed = list(rows)
    most = max((sum(count for _, count, _ in stretches) for *_, stretches in listed), default=0) or 1
    drawn = []
    for label, said, stretches in listed:
        starts = [0, *accumulate(count for _, count, _ in stretches)]
        segments = tuple(
            Segment(name, count, 100 * start / most, 100 * count / most, tone)
            for (name, count, tone), start in zip(stretches, starts, strict=False)
            if count
        )
        drawn.append(Bar(label, said, segments))
    return drawn


def histograms(distributions: Mapping[str, Mapping[int, int]]) -> list[Histogram]:
    """Put distributions of whole numbers into the same bins, the last one open, at one scale of shares."""
    total: Counter[int] = Counter()
    for counts in distributions.values():
        total.update(counts)
    starts = _starts(total)
    filled = {name: _filled(counts, starts) for name, counts in distributions.items()}
    top = max((max(held) / sum(held) for held in filled.values() if sum(held)), default=1.0)
    return [
        Histogram(
            name,
            [
                Bin(label, label.partition("–")[0], number, 100 * number / sum(held) / top if number else 0.0)
                for label, number in zip(_labels(starts, max(total, default=0)), held, strict=True)
            ],
            len(starts) < 2 or starts[1] == starts[0] + 1,
            sum(held),
            quantile(distributions[name], 0.5),
            quantile(distributions[name], 0.95),
        )
        for name, held in filled.items()
    ]


def _starts(total: Mapping[int, int]) -> list[int]:
    """Choose where bins begin: round widths, so many that 99 of 100 do not lie in the last, open one."""
    if not total:
        return [0]
    low, high = min(total), quantile(total, 0.99)
    step = next((step for step in _STEPS if (high - low) // step < MOST_BINS - 1), _STEPS[-1])
    first = low // step * step if step > 1 else low
    return list(range(first, high + 1, step))


def _filled(counts: Mapping[int, int], starts: Sequence[int]) -> list[int]:
    held = [0] * len(starts)
    for value, number in counts.items():
        held[max(0, bisect_right(starts, value) - 1)] += number
    return held


def _labels(starts: Sequence[int], most: int) -> list[str]:
    ends = [start - 1 for start in starts[1:]]
    closed = [f"{start}" if start == end else f"{start}–{end}" for start, end in zip(starts, ends, strict=False)]
    return [*closed, f"{starts[-1]}" if most <= starts[-1] else f"{starts[-1]}+"]


def quantile(counts: Mapping[int, int], share: float) -> int:
    """Give the smallest value that so large a share of all does not exceed; 0 of nothing."""
    wanted, seen = share * sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return 0
