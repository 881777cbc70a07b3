"""Samples in, from parts or from shards that are still open; the table out by which the page filters and finds them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..parts import Columns
from ..run import Run
from ..shard import Judged

KINDS = ("accepted", "rejected", "declined", "not_asked")
"""What became of a sample."""


class Provisional(NamedTuple):
    """A sample of an open shard: accepted with its verdicts, or a row as the rejected part will have it."""

    judged: Judged | None
    lost: Columns | None


class Table(NamedTuple):
    """A run's rows as they were at a time."""

    run: Run
    frame: Any
    """A polars frame: ``shard``, ``kind``, ``place`` in the part, ``id``, ``task``, ``model``, ``found``, ``open``."""
    provisional: Mapping[int, Sequence[Provisional]]
    """Samples of open shards, by shard; a row's ``place`` is its place in here."""
    version: int
    """Grows with every change."""


def texts() -> dict[str, Any]:
    """Give the columns that are not numbers, with plain types."""
    import polars as pl

    return dict.fromkeys(("id", "task", "kind", "model", "found"), pl.String) | {"open": pl.Boolean}


def typed(frame: Any) -> Any:
    """Give a table the types and the order of columns that all have."""
    import polars as pl

    types: dict[str, Any] = {"shard": pl.UInt32, "kind": pl.Enum(KINDS), "place": pl.UInt32, "id": pl.String}
    types |= {"task": pl.Categorical(), "model": pl.Categorical(), "found": pl.Categorical(), "open": pl.Boolean()}
    return frame.select(pl.col(name).cast(kind) for name, kind in types.items())


def level_of() -> Any:
    """Say how grave a verdict is that did not pass: as ``level`` does, over columns."""
    import polars as pl

    field = pl.element().struct.field
    tagged = (field("outcome") == "fail") & (field("action") == "tag")
    return (
        pl.when(tagged)
        .then(pl.lit("tag"))
        .when(field("outcome") == "fail")
        .then(pl.lit("reject"))
        .otherwise(pl.lit("doubtful"))
    )


def level(outcome: str, action: str | None) -> str:
    """Say how grave a verdict is: ``pass``, ``tag``, ``doubtful``, or ``reject`` where it keeps the sample out."""
    return outcome if outcome != "fail" else "tag" if action == "tag" else "reject"


def in_order(frame: Any) -> Any:
    """Put rows in the order of shards and, in each, of its samples part and then its rejected part."""
    import polars as pl

    return frame.sort("shard", pl.col("kind") != "accepted", "place")


def empty() -> Any:
    """Give a table without rows."""
    import polars as pl

    return typed(pl.DataFrame(schema=dict.fromkeys(("shard", "place"), pl.UInt32) | texts()))


def found_of(verdicts: Sequence[tuple[str, str, str | None]]) -> str:
    """Write what checks found, each as check, level and reason."""
    return "|".join(f"{check}:{grave}:{reason or ''}" for check, grave, reason in verdicts if grave != "pass")


def open_rows(shard: int, rows: Sequence[Provisional]) -> Any:
    """Give an open shard's rows as a table."""
    import polars as pl

    columns: list[dict[str, object]] = []
    for place, (judged, lost) in enumerate(rows):
        base: dict[str, object] = {"shard": shard, "place": place, "open": True}
        if judged is not None:
            sample, verdicts = judged
            said = found_of([(v.check, level(v.outcome, "tag"), v.reason) for v in verdicts])
            base |= {"id": sample.id, "task": sample.task, "kind": "accepted", "model": sample.origin.model}
            columns.append(base | {"found": said})
        elif lost is not None:
            base |= {key: lost[key] for key in ("id", "task", "kind")} | {"model": ""}
            columns.append(base | {"found": str(lost["reason"]).replace(":", ":reject:", 1)})
    return typed(pl.DataFrame(columns, schema=dict.fromkeys(("shard", "place"), pl.UInt32) | texts()))
