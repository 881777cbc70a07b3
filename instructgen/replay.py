"""A shard's rows and journal in; its outcomes out, without asking anyone.

Serves whatever reads a run: an open shard's provisional samples, and what a change of recipe would have to ask for.
"""

from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import TypeVar

from .assemble import Built
from .drive import Answers, Digester, Missing
from .errors import Declined
from .journal import Journal, Strays
from .records import Context, Request, Row
from .selection import Range, chosen
from .shard import Judge, Outcome

T = TypeVar("T")


def jobs(built: Built, ranges: Mapping[str, Range], contexts: Iterable[Context]) -> Iterator[tuple[Context, str]]:
    """Give each context with each task that takes it, in source order and the recipe's order of tasks."""
    recipe = built.recipe
    for context in contexts:
        for task in recipe.tasks:
            if chosen(ranges, recipe.seed, recipe.overlap, context.id, task):
                yield context, task


def outcomes(
    built: Built,
    ranges: Mapping[str, Range],
    rows: Iterable[Row],
    journal: Journal,
    *,
    strays: Strays | None = None,
    on_missing: Missing = lambda *_: None,
    judge: Judge | None = None,
) -> Iterator[Outcome]:
    """Play a shard from its journal; what an attempt lacks is reported, and its outcome is marked ``not_asked``."""
    judge = judge or Judge(built)
    answers = Answers(journal, built.teachers, Digester(), strays=strays, on_missing=on_missing)
    contexts = (row.item for row in rows if isinstance(row.item, Context))
    for context, task in jobs(built, ranges, contexts):
        yield finished(judge.settle(context, task, answers))


def finished(coroutine: Coroutine[object, None, T]) -> T:
    """Give the result of a coroutine that never waits, without an event loop (there may be one already)."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a replay waited for something")


def first_requests(
    built: Built, ranges: Mapping[str, Range], context: Context
) -> Iterator[tuple[str, Sequence[Request] | Declined]]:
    """Give, for each task that takes a context, the requests of its first round, or why it declines."""
    for _, task in jobs(built, ranges, [context]):
        draw = Random(f"{built.recipe.seed}:{context.id}:{task}:1")
        try:
            yield task, next(built.tasks[task].rounds(context, 1, (), draw))
        except Declined as declined:
            yield task, declined
        except StopIteration:
            yield task, ()
