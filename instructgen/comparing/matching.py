"""Two runs' shards in; which samples both have, with the same turns or others, and which only one has, out.

Where both cut their source into shards of the same size, a sample is first looked for in the other run's shard of the
same number. What has no counterpart there is kept by hash, 30 bytes a sample and 12 a lost one, and matched at the end:
70 bytes a sample in all, measured at a million. Runs over the same source need a few megabytes, whatever their size.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any, NamedTuple

from .entries import Entries, Reader, Turns, why

KINDS = ("same", "changed", "first", "second")
"""In both with the same turns, in both with others, in the first run only, in the second only."""

ABSENT = "not made"
"""Reason of a sample that the other run has no record of: another context, or another task."""

Told = Callable[[int, int], None]
"""Is told how many shards are read and how many there are."""

_MASK = (1 << 64) - 1
_SHARES = 16
"""In how many steps what lies in other shards is matched: sorting needs some 50 bytes for each hash of a step."""


class Change(NamedTuple):
    """A sample whose turns differ."""

    id: str
    turn: int
    """The first that does, from 0."""
    text: str
    """That turn around the change: ``… on the [red couch → blue sofa] beside …``."""


@dataclass
class Matched:
    """How two runs' samples go together."""

    samples: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By task and KINDS."""
    contexts: Counter[str] = field(default_factory=Counter)
    """``both``, ``first``, ``second``."""
    absent: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    """Why the other run lacks what only the first, or only the second, has."""
    changes: list[Change] = field(default_factory=list)


class _Pool:
    """What one run has without a counterpart in the other's shard of the same number, by hash."""

    def __init__(self) -> None:
        self.ids, self.units, self.turns = array("Q"), array("Q"), array("Q")
        self.tasks, self.shards = array("H"), array("I")
        self.lost, self.reasons = array("Q"), array("I")
        self.contexts = array("Q")

    def columns(self, *names: str) -> dict[str, Any]:
        """Give columns as numpy has them, without a copy."""
        import numpy as np

        found = {name: getattr(self, name) for name in names}
        return {name: np.frombuffer(a, a.typecode) if a else np.empty(0, a.typecode) for name, a in found.items()}


class Matching:
    """Matches two runs."""

    def __init__(self, first: Reader, second: Reader, limit: int) -> None:
        """``limit`` is how many changes are told in words."""
        self._readers = (first, second)
        self._limit = limit
        self._pools = (_Pool(), _Pool())
        self._tasks: dict[str, int] = {}
        self._reasons: dict[str, int] = {ABSENT: 0}
        self.found = Matched()

    def match(self, told: Told) -> Matched:
        """Read both runs once. Raises SetupError for a damaged part."""
        pairs = list(self._pairs())
        for done, (first, second) in enumerate(pairs):
            told(done, len(pairs))
            self._pair(first, second)
        self._strays()
        return self.found

    def _pairs(self) -> Iterator[tuple[int | None, int | None]]:
        first, second = self._readers
        if first.shard_size == second.shard_size:
            yield from ((shard, shard) for shard in sorted({*first.shards, *second.shards}))
            return
        yield from ((shard, None) for shard in first.shards)
        yield from ((None, shard) for shard in second.shards)

    # ── a shard of each ──────────────────────────────────────────────────────────────────────────────────────

    def _pair(self, first: int | None, second: int | None) -> None:
        one, other = (
            Entries(set(), {}, {}) if shard is None else reader.read(shard)
            for reader, shard in zip(self._readers, (first, second), strict=True)
        )
        for name, mine in one.accepted.items():
            theirs = other.accepted.pop(name, None)
            if theirs is None:
                self._alone(0, name, mine.task, mine.turns, other.lost, first or 0)
            elif mine.turns == theirs.turns:
                self.found.samples[mine.task]["same"] += 1
            else:
                self._changed(name, mine.task, mine.turns, theirs.turns)
        for name, theirs in other.accepted.items():
            self._alone(1, name, theirs.task, theirs.turns, one.lost, second or 0)
        for pool, entries in zip(self._pools, (one, other), strict=True):
            pool.lost.extend(map(_hash, entries.lost))
            pool.reasons.extend(map(self._reason, entries.lost.values()))
        self.found.contexts["both"] += len(one.contexts & other.contexts)
        self._pools[0].contexts.extend(map(_hash, one.contexts - other.contexts))
        self._pools[1].contexts.extend(map(_hash, other.contexts - one.contexts))

    def _reason(self, reason: str) -> int:
        return self._reasons.setdefault(reason, len(self._reasons))

    def _changed(self, name: str, task: str, before: Turns, after: Turns) -> None:
        self.found.samples[task]["changed"] += 1
        if len(self.found.changes) < self._limit:
            self.found.changes.append(change(name, before, after))

    def _alone(self, side: int, name: str, task: str, turns: Turns, lost: Mapping[str, str], shard: int) -> None:
        """Take in a sample that the other run's shard lacks: counted where that says why, else kept for the end."""
        reason = why(lost, name)
        if reason is not None:
            self.found.samples[task][KINDS[2 + side]] += 1
            self.found.absent[side][reason] += 1
            return
        pool = self._pools[side]
        pool.ids.append(_hash(name))
        pool.units.append(_hash(name.rpartition("/")[0]))
        pool.turns.append(hash(turns) & _MASK)
        pool.tasks.append(self._tasks.setdefault(task, len(self._tasks)))
        pool.shards.append(shard)

    # ── what lies in other shards ────────────────────────────────────────────────────────────────────────────

    def _strays(self) -> None:
        """Match what had no counterpart in the shard of the same number, a share of the hashes at a time."""
        import numpy as np

        sides = [pool.columns("ids", "units", "turns", "tasks", "shards") for pool in self._pools]
        lost = [pool.columns("lost", "reasons") for pool in self._pools]
        for each in lost:
            order = np.argsort(each["lost"])
            each.update({name: column[order] for name, column in each.items()})
        changed: list[tuple[int, int]] = []
        for share in range(_SHARES):
            rows = [np.flatnonzero(side["ids"] % _SHARES == share) for side in sides]
            some = [
                {name: column[chosen] for name, column in side.items()}
                for side, chosen in zip(sides, rows, strict=True)
            ]
            both, mine, theirs = np.intersect1d(some[0]["ids"], some[1]["ids"], return_indices=True)
            same = some[0]["turns"][mine] == some[1]["turns"][theirs]
            self._count("same", some[0]["tasks"][mine[same]])
            self._count("changed", some[0]["tasks"][mine[~same]])
            places = zip(rows[0][mine[~same]], rows[1][theirs[~same]], strict=True)
            changed = nsmallest(self._limit - len(self.found.changes), (*changed, *places))
            for side in (0, 1):
                self._only(side, some[side], both, lost[1 - side])
        for place, other in changed:
            wanted = int(sides[0]["ids"][place])
            before, after = (
                self._find(0, sides[0]["shards"][place], wanted),
                self._find(1, sides[1]["shards"][other], wanted),
            )
            self.found.changes.append(change(before[0], before[1], after[1]))
        contexts = [np.unique(pool.columns("contexts")["contexts"]) for pool in self._pools]
        common = len(np.intersect1d(contexts[0], contexts[1], assume_unique=True))
        self.found.contexts["both"] += common
        for name, alone in zip(("first", "second"), contexts, strict=True):
            self.found.contexts[name] += len(alone) - common

    def _only(self, side: int, some: Mapping[str, Any], both: Any, lost: Mapping[str, Any]) -> None:
        """Count what only one run has, and why the other lacks it, by what that has lost."""
        import numpy as np

        alone = np.unique(some["ids"], return_index=True)[1]
        alone = alone[~np.isin(some["ids"][alone], both)]
        self._count(KINDS[2 + side], some["tasks"][alone])
        known = np.zeros(len(alone), dtype=np.int64)
        if len(lost["lost"]):
            for names in (some["units"][alone], some["ids"][alone]):  # what is said of the sample itself counts most
                at = np.minimum(np.searchsorted(lost["lost"], names), len(lost["lost"]) - 1)
                hit = lost["lost"][at] == names
                known[hit] = lost["reasons"][at[hit]]
        numbers = np.bincount(known, minlength=len(self._reasons)).tolist()
        self.found.absent[side].update({reason: n for reason, n in zip(self._reasons, numbers, strict=True) if n})

    def _count(self, kind: str, tasks: Any) -> None:
        import numpy as np

        numbers = np.bincount(tasks, minlength=len(self._tasks)).tolist() if len(tasks) else ()
        for task, number in zip(self._tasks, numbers, strict=False):
            if number:
                self.found.samples[task][kind] += number

    def _find(self, side: int, shard: int, wanted: int) -> tuple[str, Turns]:
        accepted = self._readers[side].read(int(shard)).accepted
        return next((name, found.turns) for name, found in accepted.items() if _hash(name) == wanted)


def _hash(name: str) -> int:
    return hash(name) & _MASK


# ── a change in words ────────────────────────────────────────────────────────────────────────────────────────

_AROUND = 4
"""Words that are shown before and behind a change."""
_LONGEST = 12
"""Words of either side that are shown at most."""


def change(name: str, before: Turns, after: Turns) -> Change:
    """Tell in a few words how two versions of a sample's turns differ, which they do."""
    longer = max(len(before), len(after))
    sides = [[*turns, *[("", "")] * (longer - len(turns))] for turns in (before, after)]
    turn, (one, other) = next((n, pair) for n, pair in enumerate(zip(*sides, strict=True)) if pair[0] != pair[1])
    return Change(name, turn, _words(one[1], other[1]) if one[1] != other[1] else f"[{one[0]} → {other[0]}]")


def _words(before: str, after: str) -> str:
    one, other = before.split(), after.split()
    if one == other:
        return "[white space]"
    shorter = min(len(one), len(other))
    first = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    last = next((n for n in range(shorter - first) if one[-1 - n] != other[-1 - n]), shorter - first)
    ahead = one[max(0, first - _AROUND) : first]
    behind = one[len(one) - last :][:_AROUND]
    changed = f"[{_short(one[first : len(one) - last])} → {_short(other[first : len(other) - last])}]"
    words = ["…"] * (first > _AROUND) + ahead + [changed] + behind + ["…"] * (last > _AROUND)
    return " ".join(words)


def _short(words: list[str]) -> str:
    return " ".join(words[:_LONGEST]) + (" …" if len(words) > _LONGEST else "") if words else "nothing"
