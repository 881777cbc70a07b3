"""What people edited in; pairs of answers to the same question, of which the edited one is preferred, out."""

from collections.abc import Iterator

from .records import Pair, Sample
from .reviews import Reviews
from .run import Run


def pairs(run: Run, reviews: Reviews, task: str | None = None) -> Iterator[Pair]:
    """Give a pair for each answer that a person edited, in source order; edits that do not count give none.

    The turns before it are as they were edited. Where a question itself was changed, what had been answered was
    another question: no pair comes of it, nor of what follows. A pair's sample bears the number of its answer in its
    id, from 1: ``000000033471/conversation/0#2``.
    """
    for before, after in run.edited(reviews, task):
        yield from _of(before, after)


def _of(before: Sample, after: Sample) -> Iterator[Pair]:
    for number, (was, now) in enumerate(zip(before.turns, after.turns, strict=False)):
        if was == now:
            continue
        if now.role == "human":
            return
        changed = {"id": f"{after.id}#{number // 2 + 1}", "turns": after.turns[: number + 1]}
        yield Pair(after.model_copy(update=changed), was.text)
