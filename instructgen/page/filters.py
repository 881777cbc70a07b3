"""What a reader asks to see, and a run's table, in; the rows that hold it out.

All but words are found in the table alone. Words are looked for in ids and in the parts' texts, whatever their case.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ..reviews import Reviews
from .index import Table

STATES = ("accepted", "rejected", "doubtful", "declined", "not_asked", "reviewed")
"""What ``status`` may be: ``doubtful`` are accepted samples of which a check is not sure, or that it only tags."""


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
        said = {tuple(one.split(":", 2)) for one in (found or "").split("|") if one}
        states["doubtful"] += number if kind == "accepted" and said else 0
        checks.update(dict.fromkeys({one[0] for one in said}, number))
        reasons.update(dict.fromkeys({f"{one[0]}:{one[-1]}" if len(one) > 2 else one[0] for one in said}, number))
    states["reviewed"] = frame.select(pl.col("id").is_in(_reviewed(reviews)).sum()).item() if len(reviews) else 0
    return Facets(
        _counts(frame, "task"), _counts(frame, "model"), dict(checks.most_common()), dict(reasons.most_common()), states
    )


def rows(table: Table, wanted: Filter, reviews: Reviews) -> Any:
    """Give the numbers of the rows that a filter lets pass, in order, as an array."""
    import numpy as np
    import polars as pl

    frame = table.frame
    passing = [pl.lit(True)]
    passing += [pl.col("task") == wanted.task] if wanted.task else []
    passing += [pl.col("model") == wanted.model] if wanted.model else []
    passing += [_status(wanted.status, reviews)] if wanted.status in STATES else []
    if wanted.check or wanted.reason:
        known = frame["found"].unique().cast(pl.String).drop_nulls()
        held = [found for found in known if _holds(found, wanted.check, wanted.reason)]
        passing.append(pl.col("found").is_in(pl.Series(held, dtype=pl.Categorical())))
    mask = frame.select(pl.all_horizontal(passing).alias("mask"))["mask"].to_numpy()
    mask = mask if len(mask) == len(frame) else np.full(len(frame), bool(mask[0]) if len(mask) else True)
    if wanted.q:
        mask = mask & _saying(table, frame, wanted.q, mask)
    return np.flatnonzero(mask)


def _counts(frame: Any, name: str) -> dict[str, int]:
    counted = frame[name].value_counts(sort=True)
    return {value: number for value, number in counted.iter_rows() if value}


def _reviewed(reviews: Reviews) -> list[str]:
    return [name for name, _ in reviews]


def _status(status: str, reviews: Reviews) -> Any:
    import polars as pl

    if status == "reviewed":
        return pl.col("id").is_in(_reviewed(reviews))
    if status == "doubtful":
        return (pl.col("kind") == "accepted") & (pl.col("found") != "")
    return pl.col("kind") == status


def _holds(found: str, check: str, reason: str) -> bool:
    """Tell whether what was found has the check and the reason, which may be of another check's finding."""
    said = [one.split(":", 2) for one in found.split("|")]
    checks = {one[0] for one in said}
    reasons = {f"{one[0]}:{one[-1]}" if len(one) > 2 else one[0] for one in said}
    return (not check or check in checks) and (not reason or reason in reasons)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────


def _saying(table: Table, frame: Any, words: str, among: Any) -> Any:
    """Tell for each row whether its id or texts hold the words; rows that are not ``among`` need not be looked at."""
    import numpy as np
    import polars as pl

    pattern = "(?i)" + _escaped(words)
    found = frame["id"].str.contains(pattern).to_numpy() & among
    closed = frame.select(((pl.col("kind") == "accepted") & ~pl.col("open")).alias("x"))["x"].to_numpy()
    for kind, mine in (("samples", closed), ("rejected", ~closed & ~frame["open"].to_numpy())):
        wanted = np.flatnonzero(mine & among)
        if len(wanted):
            shards = frame["shard"].to_numpy()
            parts = np.unique(shards[wanted]).tolist()
            # a part's rows lie in the table as they lie in the part, shard by shard
            places = np.flatnonzero(mine & np.isin(shards, parts))
            hits = _search(table, kind, parts, pattern)
            found[places[hits[hits < len(places)]]] = True
    for row in np.flatnonzero(frame["open"].to_numpy()).tolist():
        found[row] |= _said_in_open(table, frame.row(row, named=True), words)
    return found


def _search(table: Table, kind: str, shards: Iterable[int], pattern: str) -> Any:
    """Give the numbers of the rows whose texts hold the pattern, counted over these parts."""
    import polars as pl

    value = pl.element().struct.field("value").str.contains(pattern)
    said = pl.col("conversations").list.eval(value).list.any()
    if kind == "rejected":
        turns = pl.element().struct.field("conversations").list.eval(value).list.any()
        samples = pl.element().struct.field("samples").list.eval(turns).list.any()
        said = pl.col("attempts").list.eval(samples).list.any() | pl.col("detail").str.contains(pattern)
    parts = [table.run.folder.part(kind, shard) for shard in shards]
    scanned = pl.scan_parquet(parts).select(said.fill_null(False).alias("said")).with_row_index("row")
    # in pieces: a million samples' texts do not fit into the memory that the page may take
    return scanned.filter("said").select("row").collect(engine="streaming")["row"].sort().to_numpy()


def _said_in_open(table: Table, row: Mapping[str, Any], words: str) -> bool:
    rows = table.provisional.get(row["shard"], ())
    if row["place"] >= len(rows):
        return False
    judged, lost = rows[row["place"]]
    if judged is not None:
        return any(words.casefold() in turn.text.casefold() for turn in judged[0].turns)
    return lost is not None and words.casefold() in str(lost["attempts"]).casefold()


def _escaped(words: str) -> str:
    """Write words as a pattern that finds just them, in the syntax of Rust's regular expressions."""
    return "".join(c if c.isalnum() or c in " _" or not c.isascii() else "\\" + c for c in words)
