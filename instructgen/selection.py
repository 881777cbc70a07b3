"""The ids of a whole source in; for each task the range of hashes that it takes out.

A context belongs to a task when its hash lies in the task's range. So the choice is made once, in one pass over the
ids, is spread evenly over the source, and a record that is dropped or added moves no other.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from .errors import SetupError
from .recipe import Recipe, Take

Range = tuple[int, int]
"""Half-open range of 64-bit hashes."""

_ALL = 1 << 64


def needs_pass(recipe: Recipe) -> bool:
    """Tell whether choosing needs to see all ids first."""
    return any(task.take != "all" for task in recipe.tasks.values()) or not recipe.overlap


def chosen(ranges: Mapping[str, Range], seed: int, overlap: bool, context: str, task: str) -> bool:
    """Tell whether a context belongs to a task."""
    low, high = ranges[task]
    if (low, high) == (0, _ALL):
        return True
    return low <= _hash(seed, context, task if overlap else "") < high


def all_ranges(recipe: Recipe) -> dict[str, Range]:
    """Give the ranges of a recipe whose tasks take everything."""
    return dict.fromkeys(recipe.tasks, (0, _ALL))


def ranges_of(recipe: Recipe, ids: Iterable[str]) -> dict[str, Range]:
    """Draw the ranges from all ids; 8 bytes of memory an id (and a task, with overlap).

    Without overlap the tasks cut one order of the ids into consecutive pieces, so that no context serves two; only
    the last may then take ``all``, which means all that is left.
    """
    takes = {name: task.take for name, task in recipe.tasks.items()}
    if not recipe.overlap:
        early = [name for name in list(takes)[:-1] if takes[name] == "all"]
        if early:
            raise SetupError(
                f"tasks.{early[0]}.take: with overlap: false only the last task may take 'all'; "
                "give a number or a share"
            )
        return _pieces(takes, _sorted(_hash(recipe.seed, i, "") for i in ids))
    counted = {name: array("Q") for name, take in takes.items() if take != "all"}
    for context in ids:
        for name, hashes in counted.items():
            hashes.append(_hash(recipe.seed, context, name))
    return {
        name: (0, _cut(_sorted(counted[name]), wanted(take, len(counted[name]))) if name in counted else _ALL)
        for name, take in takes.items()
    }


def unfilled(recipe: Recipe, ranges: Mapping[str, Range]) -> bool:
    """Tell whether a task found fewer contexts than the number that it takes, and so takes all there are.

    If the source grows, its range must be drawn again: it would take all that comes.
    """
    numbers = [name for name, task in recipe.tasks.items() if isinstance(task.take, int)]
    return any(name in ranges and ranges[name][1] == _ALL for name in numbers)


def wanted(take: Take, total: int) -> int:
    """Give how many of ``total`` contexts a ``take`` asks for."""
    if take == "all":
        return total
    if isinstance(take, str):
        return round(float(take.rstrip("%")) / 100 * total)
    return min(take, total)


def _pieces(takes: Mapping[str, Take], hashes: Sequence[int]) -> dict[str, Range]:
    drawn, start, used = {}, 0, 0
    for name, take in takes.items():
        used = len(hashes) if take == "all" else min(len(hashes), used + wanted(take, len(hashes)))
        end = _ALL if take == "all" else _cut(hashes, used)
        drawn[name] = (start, end)
        start = end
    return drawn


def _cut(hashes: Sequence[int], count: int) -> int:
    """Give the bound below which the ``count`` smallest lie."""
    return _ALL if count >= len(hashes) else hashes[count]


def _sorted(hashes: Iterable[int]) -> "array[int]":
    return array("Q", sorted(array("Q", hashes)))


def _hash(seed: int, context: str, task: str) -> int:
    return int.from_bytes(blake2b(f"{seed}:{context}:{task}".encode(), digest_size=8).digest())
