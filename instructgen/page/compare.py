"""Two runs in; the contexts that both have out, with what each made of them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from .table import Table

SHOWN = ("", "first", "second")
"""What a reader may ask for: all contexts of both, or those with accepted samples in one run only."""

_CONTEXT = "/[^/]*(/[0-9]+)?$"
"""What follows the context in an id: ``/task/number``, or ``/task`` of a lost reply or a declined context."""


class Shared(NamedTuple):
    """The contexts of two runs, by whose they are."""

    rows: Any
    """For each context of both, its first row in the first run, in order."""
    both: int
    only_first: int
    only_second: int


class Sides:
    """Two runs' tables by identity and version: the key under which what they share is kept."""

    def __init__(self, first: Table, second: Table) -> None:
        self.tables = (first, second)
        self._key = tuple((id(table.run), table.version) for table in self.tables)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sides) and self._key == other._key


@lru_cache(maxsize=2)
def shared(sides: Sides, task: str, shown: str) -> Shared:
    """Bring two runs' contexts together; of one task, if one is given. Contexts are told apart by hash."""
    import polars as pl

    mine, other = (_by_context(table.frame, task) for table in sides.tables)
    both = mine.join(other, on="context", how="inner", suffix="_other", maintain_order="left")
    a, b = pl.col("accepted"), pl.col("accepted_other")
    found = both.filter({"first": a & ~b, "second": b & ~a}.get(shown, pl.lit(True)))
    return Shared(found["row"], len(both), len(mine) - len(both), len(other) - len(both))


def _by_context(frame: Any, task: str) -> Any:
    """Give the hash of each context, its first row, and whether a sample of it was accepted, in order."""
    import polars as pl

    context = pl.col("id").str.replace(_CONTEXT, "").hash().alias("context")
    rows = frame.lazy().with_row_index("row").select(context, "row", "task", accepted=pl.col("kind") == "accepted")
    rows = rows.filter(pl.col("task") == task) if task else rows
    return rows.group_by("context", maintain_order=True).agg(pl.col("row").first(), pl.col("accepted").any()).collect()


def contexts_of(table: Table, rows: Sequence[int]) -> list[str]:
    """Give the contexts of rows."""
    import polars as pl

    return [str(name) for name in table.frame[list(rows)].select(pl.col("id").str.replace(_CONTEXT, "")).to_series()]


def rows_of(table: Table, context: str, task: str) -> list[int]:
    """Give the rows of a context; of one task, if one is given."""
    import polars as pl

    near = table.frame.with_row_index("row").filter(pl.col("id").str.starts_with(f"{context}/"))
    found = near.filter(pl.col("id").str.replace(_CONTEXT, "") == context)
    found = found.filter(pl.col("task") == task) if task else found
    return [int(row) for row in found["row"]]
