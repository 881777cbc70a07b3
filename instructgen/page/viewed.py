"""A run's folder in; the run as the page shows it out, kept fresh while it is written and reviewed."""

import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

from ..reviews import Reviews
from ..run import Run
from .filters import Facets, Filter, facets, rows
from .index import Index
from .pictures import Pictures
from .search import Search
from .table import Table
from .texts import keep

LOOK_SECONDS = 2.0
"""How often the folder is looked at for something new, at most."""

PATIENCE_SECONDS = 0.3
"""How long a page waits for what is new, from when it was looked for, before it is shown without."""

SEARCH_SECONDS = 1.5
"""How long a page waits for a search through the texts before it shows what was found so far."""

_KEPT = 8


class Viewed:
    """One run on the page."""

    def __init__(self, path: Path) -> None:
        """Open the run. Raises SetupError when the folder holds none, or reviews that cannot be read."""
        self.path = path
        self.name = path.resolve().name
        self._facts_stamp = self._stamp()
        self._open()
        self.reviews: Reviews = self.run.reviews()
        self._review_version = 0
        self._found: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._search: Search | None = None
        self._lock = threading.Lock()
        self._looked = 0.0
        self._looking = threading.Thread()
        self._keeping = threading.Thread()
        self._kept_for: tuple[Index, int] | None = None

    def _open(self) -> None:
        self.run = Run.open(self.path)
        self.index = Index(self.run)
        self.pictures = Pictures(self.run.built.image_root())

    def _stamp(self) -> tuple[int, int]:
        facts = self.path / "run.json"
        stat = facts.stat() if facts.exists() else None
        return (stat.st_mtime_ns, stat.st_size) if stat else (0, 0)

    def fresh(self) -> Table:
        """Look for what is new, in the background where that takes long; give the table as it is now."""
        with self._lock:
            if not self._looking.is_alive() and time.monotonic() - self._looked >= LOOK_SECONDS:
                self._looked = time.monotonic()
                if (stamp := self._stamp()) != self._facts_stamp:  # another recipe may have come in the place of this
                    self._facts_stamp = stamp
                    self._open()
                self._looking = threading.Thread(target=self._look, name="page-index", daemon=True)
                self._looking.start()
            self.note_reviews()
        self._looking.join(max(0.0, self._looked + PATIENCE_SECONDS - time.monotonic()))
        return self.index.table

    def _look(self) -> None:
        index = self.index
        index.refresh()
        if (index, index.table.version) != self._kept_for and not self._keeping.is_alive():
            # apart: it takes seconds, in which there may be something new
            self._kept_for = (index, index.table.version)
            shards = sorted(index.shards)
            self._keeping = threading.Thread(target=keep, args=(index.run, shards), name="page-texts", daemon=True)
            self._keeping.start()

    def note_reviews(self) -> None:
        """Take in reviews that were added. Raises SetupError for a line that is no review."""
        if self.reviews.refresh():
            self._review_version += 1

    def rows(self, table: Table, wanted: Filter) -> Any:
        """Give the rows that a filter lets pass, as far as they are found soon; the latest answers are kept."""
        search = self.search(table, wanted)
        # reviews matter to one filter only: the others need not be asked anew for each
        version = self._review_version if wanted.status == "reviewed" else 0
        key = ("rows", table.version, version, search.done if search else 0, wanted)
        return self._kept(key, lambda: rows(table, wanted, self.reviews, search))

    def search(self, table: Table, wanted: Filter, patience: float = SEARCH_SECONDS) -> Search | None:
        """Give the search for a filter's words, begun if need be, after some seconds' patience; None for no words."""
        if not wanted.q:
            return None
        with self._lock:
            known = self._search
            if known is None or known.version != (table.run, table.version) or known.words != wanted.q:
                if known is not None:
                    known.stop()
                self._search = known = Search(table, wanted.q)
        known.wait(patience)
        return known

    def facets(self, table: Table) -> Facets:
        """Give what there is to choose from."""
        key = ("facets", table.version, self._review_version)
        found: Facets = self._kept(key, lambda: facets(table, self.reviews))
        return found

    def find(self, table: Table, name: str) -> int | None:
        """Give the row of a sample; the first, where several bear its id."""
        import polars as pl

        found = table.frame.select(pl.arg_where(pl.col("id") == name)).to_series()
        return int(found[0]) if len(found) else None

    def _kept(self, key: tuple[object, ...], make: Any) -> Any:
        key = (id(self.index), *key)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return made
