"""Words in; the rows of a table whose texts hold them out, some shards at a time.

A search goes through the texts in order and in a thread of its own, and whoever waits for it may look at what it has
found so far.
"""

import threading
from collections.abc import Mapping
from typing import Any

from .table import Table
from .texts import blocks, said_in


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
        of, closed = frame["shard"].to_numpy(), ~frame["open"].to_numpy()
        accepted = frame.select(pl.col("kind") == "accepted").to_series().to_numpy()
        for some in blocks(shards):
            begin, end = np.searchsorted(of, some[0]), np.searchsorted(of, some[-1], side="right")
            mine, taken = closed[begin:end], accepted[begin:end]
            rows = begin + np.concatenate([np.flatnonzero(mine & taken), np.flatnonzero(mine & ~taken)])
            try:
                hits = self._hits(some)
            except (OSError, pl.exceptions.PolarsError) as error:
                self.fault = " ".join(str(error).split())[:200]
                return
            self.found[rows[hits[hits < len(rows)]]] = True
            self.done += len(some)
            if self._stopped.is_set():
                return

    def _hits(self, shards: list[int]) -> Any:
        """Give the places of the texts that hold the words, in the order in which a block's texts come."""
        said = said_in(self._table.run, shards).select(_holds("said", self.words).fill_null(False)).with_row_index("at")
        # in pieces: what is searched at once would else be in memory at once
        return said.filter("said").select("at").collect(engine="streaming")["at"].sort().to_numpy()

    def _said_in_open(self, row: Mapping[str, Any]) -> bool:
        judged, lost = self._table.provisional[row["shard"]][row["place"]]
        if judged is not None:
            return any(self.words.casefold() in turn.text.casefold() for turn in judged[0].turns)
        return lost is not None and self.words.casefold() in str(lost["attempts"]).casefold()


def _open() -> Any:
    import polars as pl

    return pl.col("open")


def _holds(name: str, words: str) -> Any:
    """Tell whether a column's texts hold words, whatever their case."""
    import polars as pl

    # ``contains_any`` would do for ASCII, but takes ten times as long where words share their letters with others
    escaped = "".join("\\" + c if c.isascii() and not c.isalnum() and c not in " _" else c for c in words)
    return pl.col(name).str.contains(f"(?i){escaped}")
