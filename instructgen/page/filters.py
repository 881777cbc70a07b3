"""What a reader asks to see, and a run's table, in; the rows that hold it out. Words are looked for by ``search``."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ..reviews import Reviews
from .search import Search
from .table import Table

STATES = ("accepted", "doubtful", "left_out", "rejected", "declined", "not_asked", "reviewed")
"""What ``status`` may be. Among the accepted, ``doubtful`` are those of which a check is not sure or that it only tags,
and ``left_out`` those that exports leave out because a run-wide check rejects them."""


_REJECTS = ":reject:"
"""Stands between check and reason of what keeps a sample out."""


class Filter(NamedTuple):
    """What a reader asks to see; what is empty does not matter."""

    task: str = ""
    check: str = ""
    """A check that did not pass."""
    reason: str = ""
    """``check:reason`` that was found."""
    model: str = ""
    status: str = ""
    q: str = ""
    """Words of an id or a turn."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filter":
        """Read a filter off a link's query; what is unknown there is passed over."""
        return cls(**{name: query.get(name, "").strip() for name in cls._fields})

    def __bool__(self) -> bool:
        return any(self)

    def query(self, **more: object) -> str:
        """Give the query of a link to this filter, with ``more`` beside or instead."""
        return urlencode({k: v for k, v in {**self._asdict(), **more}.items() if v not in ("", None)})

    def without(self, name: str) -> "Filter":
        """Give the filter without one of its conditions."""
        return self._replace(**{name: ""})


class Facets(NamedTuple):
    """What there is to choose from, with numbers of samples."""

    tasks: dict[str, int]
    models: dict[str, int]
    checks: dict[str, int]
    reasons: dict[str, int]
    states: dict[str, int]


def facets(table: Table, reviews: Reviews) -> Facets:
    """Count what a run's rows hold."""
    import polars as pl

    frame = table.frame
    states = dict.fromkeys(STATES, 0) | _counts(frame, "kind")
    checks: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for kind, found, number in frame.group_by("kind", "found").len().iter_rows():
        if kind == "accepted" and found:
            states["left_out" if _REJECTS in found else "doubtful"] += number
        checks.update(dict.fromkeys(_checks(found), number))
        reasons.update(dict.fromkeys(_reasons(found), number))
    states["reviewed"] = frame.select(pl.col("id").is_in(_reviewed(reviews)).sum()).item() if len(reviews) else 0
    return Facets(
        _counts(frame, "task"), _counts(frame, "model"), dict(checks.most_common()), dict(reasons.most_common()), states
    )


def rows(table: Table, wanted: Filter, reviews: Reviews, search: Search | None = None) -> Any:
    """Give the numbers of the rows that a filter lets pass, in order, as a polars series.

    ``search`` is the one for the filter's words: what it has found so far counts.
    """
    import polars as pl

    frame = table.frame
    passing: list[Any] = [pl.Series(search.found)] if search else []
    passing += [pl.col("task") == wanted.task] if wanted.task else []
    passing += [pl.col("model") == wanted.model] if wanted.model else []
    passing += [_status(wanted.status, reviews)] if wanted.status in STATES else []
    if wanted.check or wanted.reason:
        known = frame["found"].unique().cast(pl.String).drop_nulls()
        held = [found for found in known if _holds(found, wanted.check, wanted.reason)]
        passing.append(pl.col("found").cast(pl.String).is_in(held))
    if not passing:
        return pl.int_range(len(frame), dtype=pl.UInt32, eager=True)
    return frame.select(pl.arg_where(pl.all_horizontal(passing))).to_series()


def _counts(frame: Any, name: str) -> dict[str, int]:
    counted = frame[name].value_counts(sort=True)
    return {value: number for value, number in counted.iter_rows() if value}


def _reviewed(reviews: Reviews) -> list[str]:
    return [name for name, _ in reviews]


def _status(status: str, reviews: Reviews) -> Any:
    import polars as pl

    if status == "reviewed":
        return pl.col("id").is_in(_reviewed(reviews))
    found, accepted = pl.col("found").cast(pl.String), pl.col("kind") == "accepted"
    if status == "doubtful":
        return accepted & (found != "") & ~found.str.contains(_REJECTS, literal=True)
    if status == "left_out":
        return accepted & found.str.contains(_REJECTS, literal=True)
    return pl.col("kind") == status


def _holds(found: str, check: str, reason: str) -> bool:
    """Tell whether what was found has the check and the reason, which may be of another check's finding."""
    return (not check or check in _checks(found)) and (not reason or reason in _reasons(found))


def _checks(found: str) -> set[str]:
    return {one.partition(":")[0] for one in found.split("|") if ":" in one}


def _reasons(found: str) -> set[str]:
    """Give reasons as ``check:reason``; one that no check gave, such as why a context was declined, stands alone."""
    said = (one.split(":", 2) for one in found.split("|") if one)
    return {f"{one[0]}:{one[-1]}" if len(one) > 2 else one[0] for one in said}
