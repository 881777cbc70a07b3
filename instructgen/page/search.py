"""Words in; the rows of a table whose texts hold them out, some shards at a time.

Texts are not indexed: that would take as much disk as they do. A search goes through the parts, in order and in a
thread of its own, and whoever waits for it may look at what it has found so far.
"""

import threading
from collections.abc import Mapping
from typing import Any

from .table import Table

AT_ONCE = 125
"""Shards that are searched between two looks: a fifth of a second's work."""


class Search:
    """One search through a table: what it has found grows until it is over."""

    def __init__(self, table: Table, words: str) -> None:
        """Begin."""
        self.found = table.frame.select(_holds("id", words)).to_series().to_numpy(writable=True)
        """For each row, whether its id or a text of it holds the words, as far as is known."""
        self.done = 0
        """Finished shards that were gone through, of ``total``."""
        self.fault = ""
        """Why it ended before its end: a part was taken away or replaced meanwhile."""
        self.words = words
        self.version = (table.run, table.version)
        self._table = table
        self._stopped = threading.Event()
        shards = table.frame.filter(~_open())["shard"].unique(maintain_order=True).to_list()
        self.total = len(shards)
        self._thread = threading.Thread(target=self._go, args=(shards,), name="page-search", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """Nothing more will be found."""
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until it is over, but not for long."""
        self._thread.join(seconds)

    def stop(self) -> None:
        """Look no further: nobody waits for it any more."""
        self._stopped.set()

    def _go(self, shards: list[int]) -> None:
        import numpy as np
        import polars as pl

        frame = self._table.frame
        for row in np.flatnonzero(frame["open"].to_numpy()).tolist():
            self.found[row] |= self._said_in_open(frame.row(row, named=True))
        of = frame["shard"].to_numpy()
        accepted = frame.select((pl.col("kind") == "accepted") & ~_open()).to_series().to_numpy()
        rejected = frame.select((pl.col("kind") != "accepted") & ~_open()).to_series().to_numpy()
        for first in range(0, len(shards), AT_ONCE):
            some = shards[first : first + AT_ONCE]
            begin, end = np.searchsorted(of, some[0]), np.searchsorted(of, some[-1], side="right")
            try:
                for kind, mine in (("samples", accepted), ("rejected", rejected)):
                    self._take_in(kind, some, begin + np.flatnonzero(mine[begin:end]))
            except (OSError, pl.exceptions.PolarsError) as error:
                self.fault = " ".join(str(error).split())[:200]
                return
            self.done += len(some)
            if self._stopped.is_set():
                return

    def _take_in(self, kind: str, shards: list[int], rows: Any) -> None:
        """Search the parts of some shards. Their rows lie in the table as they lie in the parts, shard by shard."""
        if not len(rows):
            return
        hits = _search(self._table, kind, shards, self.words)
        self.found[rows[hits[hits < len(rows)]]] = True

    def _said_in_open(self, row: Mapping[str, Any]) -> bool:
        judged, lost = self._table.provisional[row["shard"]][row["place"]]
        if judged is not None:
            return any(self.words.casefold() in turn.text.casefold() for turn in judged[0].turns)
        return lost is not None and self.words.casefold() in str(lost["attempts"]).casefold()


def _open() -> Any:
    import polars as pl

    return pl.col("open")


def _search(table: Table, kind: str, shards: list[int], words: str) -> Any:
    """Give the numbers of the rows whose texts hold the words, counted over these shards' parts."""
    import polars as pl

    value = _holds(pl.element().struct.field("value"), words)
    said = pl.col("conversations").list.eval(value).list.any()
    if kind == "rejected":
        turns = pl.element().struct.field("conversations").list.eval(value).list.any()
        samples = pl.element().struct.field("samples").list.eval(turns).list.any()
        said = pl.col("attempts").list.eval(samples).list.any() | _holds("detail", words)
    parts = [table.run.folder.part(kind, shard) for shard in shards]
    scanned = pl.scan_parquet(parts).select(said.fill_null(False).alias("said")).with_row_index("row")
    # in pieces: what is searched at once would else be in memory at once
    return scanned.filter("said").select("row").collect(engine="streaming")["row"].sort().to_numpy()


def _holds(text: Any, words: str) -> Any:
    """Tell whether a column's texts hold words, whatever their case."""
    import polars as pl

    column = pl.col(text) if isinstance(text, str) else text
    if words.isascii():
        return column.str.contains_any([words], ascii_case_insensitive=True)
    escaped = "".join("\\" + c if c.isascii() and not c.isalnum() and c not in " _" else c for c in words)
    return column.str.contains(f"(?i){escaped}")
