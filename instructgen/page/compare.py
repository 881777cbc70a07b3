"""Two runs in; the contexts that both have out, with what each made of them."""

from typing import Any, NamedTuple

from .table import Table

SHOWN = ("", "first", "second")
"""What a reader may ask for: all contexts of both, or those with accepted samples in one run only."""


class Shared(NamedTuple):
    """The contexts of two runs, by whose they are."""

    contexts: Any
    """A polars frame, ``context`` and the ``rows`` of each run, ``first`` and ``second``, in the first run's order."""
    both: int
    only_first: int
    only_second: int


def shared(first: Table, second: Table, task: str, shown: str) -> Shared:
    """Bring two runs' rows together by context; of one task, if one is given."""
    import polars as pl

    mine, other = (_by_context(table.frame, task) for table in (first, second))
    both = mine.join(other, on="context", how="inner", suffix="_other", maintain_order="left")
    found = both.select("context", first="rows", second="rows_other", a="accepted", b="accepted_other")
    wanted = {"first": pl.col("a") & ~pl.col("b"), "second": pl.col("b") & ~pl.col("a")}.get(shown, pl.lit(True))
    return Shared(found.filter(wanted), len(both), len(mine) - len(both), len(other) - len(both))


def _by_context(frame: Any, task: str) -> Any:
    """Give each context's rows, and whether a sample of it was accepted, in order."""
    import polars as pl

    # a sample's id is context/task/number, that of a lost reply or a declined context is context/task
    context = pl.col("id").str.replace("/[^/]*(/[0-9]+)?$", "").alias("context")
    rows = frame.lazy().with_row_index("rows")
    if task:
        rows = rows.filter(pl.col("task") == task)
    made = (pl.col("kind") == "accepted").any().alias("accepted")
    return rows.group_by(context, maintain_order=True).agg(pl.col("rows"), made).collect()
