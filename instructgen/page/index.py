"""A run's parts in; a table out, one row a sample, accepted or not: what the page filters by and finds samples with.

It is made from the Parquet parts, some shards at a time, and kept in the run's folder as ``page-index/rows.parquet``,
which may be removed at any time. Shards that are still open are played from their journals, provisionally, as
everything that reads a run does.
"""

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import SetupError
from ..journal import Journal, Strays
from ..parts import footer, read_rows, row_of
from ..replay import outcomes
from ..run import Run
from ..run_folder import atomic
from ..shard import Judge, rejected_rows
from ..supply import Supply
from .over import overlaid
from .table import Provisional, Table, empty, in_order, level_of, open_rows, typed

AT_ONCE = 12
"""Shards that are read between two publications: bounds the memory, and how long rows wait to be shown."""

PLAY_SECONDS = 5.0
"""How often an open shard is played anew at most."""

_KEY = "instructgen-page"
_VERSION = 1
Stamp = list[int]
"""Times and sizes of files: when they are the same, so is what the files hold."""


class Index:
    """The rows of one run. ``table`` is replaced whole, so that a reader may go on with the one it has."""

    def __init__(self, run: Run) -> None:
        """Start with what was kept, if it still holds."""
        self.run = run
        self.faults: dict[str, str] = {}
        """Finished shards that cannot be read, and why."""
        self.outdated: set[int] = set()
        """Shards whose samples another recipe or version made than the run has now: they are shown as they are."""
        self.total = 0
        """Shards whose samples part is there."""
        self._supply = Supply(run.folder, run.built, run.facts)
        self._judge = Judge(run.built)
        self._known: dict[int, Stamp] = {}
        self._verdicts: list[Stamp] = []
        """Of what lies over the samples parts: run-wide verdicts, and what was removed."""
        self._overlaid = False
        """Names or findings lie over what the samples parts say: one change among them may touch any row."""
        self._opened: dict[int, list[Provisional]] = {}
        self._played: dict[int, tuple[Stamp, float]] = {}
        self._working = threading.Lock()
        self._path = run.folder.path / "page-index" / "rows.parquet"
        self._made_for = {"version": _VERSION, "shaping": self._supply.fingerprint("")}
        self._closed = self._kept()
        self.table = Table(run, self._closed, {}, 0)

    @property
    def read(self) -> int:
        """How many finished shards are in the table."""
        return len(self._known)

    @property
    def shards(self) -> list[int]:
        """Which finished shards are in the table."""
        return list(self._known)

    def refresh(self) -> None:
        """Take in what has changed, and publish as it comes. While another thread is at it, this does nothing."""
        if self._working.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._working.release()

    def _refresh(self) -> None:
        stamps = self._stamps("samples", "rejected")
        verdicts = list(self._stamps("verdicts").values()) if self.run.built.run_checks else []
        verdicts.append(_stamp(self.run.removals.path))
        self.total = len(stamps)
        gone = [shard for shard, stamp in self._known.items() if stamps.get(shard) != stamp]
        changed = bool(gone) or verdicts != self._verdicts or any(shard not in self._known for shard in stamps)
        self._drop(list(self._known) if changed and self._overlaid else gone)
        new = [shard for shard in sorted(stamps) if shard not in self._known and self._readable(shard)]
        mixed = bool(new and self._known) and new[0] < max(self._known)
        for first in range(0, len(new), AT_ONCE):
            some = new[first : first + AT_ONCE]
            self._take_in(some)
            self._known |= {shard: stamps[shard] for shard in some}
            self._publish()
        replayed = self._play([shard for shard in self.run.folder.shards("contexts") if shard not in self._known])
        if gone or new or verdicts != self._verdicts:
            self._closed = in_order(self._closed) if mixed else self._closed
            self._closed, self._overlaid = overlaid(self.run, self._closed)
            self._verdicts = verdicts
            self._keep()
        if gone or new or changed or replayed:
            self._publish()

    def _drop(self, shards: list[int]) -> None:
        """Forget shards, to be read again if they are still there."""
        if shards:
            import polars as pl

            self._closed = self._closed.filter(~pl.col("shard").is_in(shards))
            self._known = {shard: stamp for shard, stamp in self._known.items() if shard not in set(shards)}
            self.outdated -= set(shards)

    def _publish(self) -> None:
        import polars as pl

        frames = [self._closed, *(open_rows(shard, rows) for shard, rows in sorted(self._opened.items()))]
        frame = in_order(pl.concat(frames)) if len(frames) > 1 else self._closed
        self.table = Table(self.run, frame, dict(self._opened), self.table.version + 1)

    # ── finished shards ──────────────────────────────────────────────────────────────────────────────────────

    def _stamps(self, *kinds: str) -> dict[int, Stamp]:
        """Give the stamps of the parts of all finished shards, in order.

        The folders are listed: asking for the files one by one takes five times as long.
        """
        folder = self.run.folder
        listed = {kind: _listed(folder.path / kind) for kind in kinds}
        shards = folder.shards("samples")
        names = {shard: f"part-{shard:05d}.parquet" for shard in shards}
        return {shard: [n for kind in kinds for n in listed[kind].get(names[shard], (0, 0))] for shard in shards}

    def _stamp(self, shard: int, *kinds: str) -> Stamp:
        return [number for kind in kinds for number in _stamp(self.run.folder.part(kind, shard))]

    def _readable(self, shard: int) -> bool:
        """Tell whether a shard's parts are there to be shown as they lie, if need be as they were made before."""
        path = self.run.folder.part("samples", shard)
        try:
            noted = footer(path)
        except SetupError as error:
            self.faults[path.name] = str(error)
            return False
        self.faults.pop(path.name, None)
        if noted is None or not self.run.folder.part("rejected", shard).exists():
            return False
        if noted["fingerprint"] != self._supply.fingerprint(noted["contexts"]):
            self.outdated.add(shard)
        return True

    def _take_in(self, shards: Sequence[int]) -> None:
        import polars as pl

        field, folder = pl.element().struct.field, self.run.folder
        said = pl.concat_str([field("check"), level_of(), field("reason").fill_null("")], separator=":")
        found = pl.col("checks").list.eval(pl.element().filter(field("outcome") != "pass")).list.eval(said)
        columns: dict[str, list[Any]] = {
            "samples": [
                pl.lit("accepted").alias("kind"),
                pl.col("origin").struct.field("model"),
                found.list.join("|").alias("found"),
            ],
            "rejected": [
                "kind",
                pl.lit("").alias("model"),
                pl.col("reason").str.replace(":", ":reject:", literal=True).alias("found"),
            ],
        }
        frames = []
        for shard in shards:
            for kind, chosen in columns.items():
                part = pl.scan_parquet(folder.part(kind, shard)).with_row_index("place")
                frames.append(part.select(pl.lit(shard).alias("shard"), "place", "id", "task", *chosen))
        taken = [typed(frame.with_columns(pl.lit(False).alias("open"))) for frame in pl.collect_all(frames)]
        self._closed = pl.concat([self._closed, pl.concat(taken, rechunk=True)])

    # ── open shards ──────────────────────────────────────────────────────────────────────────────────────────

    def _play(self, shards: Sequence[int]) -> bool:
        """Play open shards whose journal has grown; tell whether anything changed."""
        changed = bool(self._opened.keys() - set(shards))
        self._opened = {shard: rows for shard, rows in self._opened.items() if shard in shards}
        for shard in shards:
            stamp = self._stamp(shard, "contexts", "journal") + _stamp(self.run.removals.path)
            before, at = self._played.get(shard, ([], 0.0))
            if stamp != before and time.monotonic() - at >= PLAY_SECONDS:
                self._opened[shard] = self._outcomes(shard)
                self._played[shard] = (stamp, time.monotonic())
                changed = True
        return changed

    def _outcomes(self, shard: int) -> list[Provisional]:
        run = self.run
        found: list[Provisional] = []
        strays = Strays(run.folder.path / "journal") if run.facts.moved else None
        gone = run.removals.of(shard)
        rows = (row for row in map(row_of, read_rows(run.folder.part("contexts", shard))) if row.item.id not in gone)
        journal = Journal(run.folder.part("journal", shard))
        for outcome in outcomes(run.built, run.facts.ranges, rows, journal, strays=strays, judge=self._judge):
            if not outcome.not_asked:
                found += [Provisional(judged, None) for judged in outcome.accepted]
                found += [Provisional(None, lost) for lost in rejected_rows(outcome, self._judge.actions)]
        return found

    # ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────

    def _keep(self) -> None:
        """Keep the finished shards' rows for the next start. A folder that cannot be written does without."""
        over = {"overlaid": self._overlaid, "verdicts": self._verdicts, "outdated": sorted(self.outdated)}
        noted = json.dumps({**self._made_for, **over, "shards": self._known})
        try:
            with atomic(self._path) as temporary:
                self._closed.write_parquet(temporary, compression="lz4", metadata={_KEY: noted})
        except SetupError:
            return

    def _kept(self) -> Any:
        import polars as pl

        try:
            noted: Mapping[str, Any] = json.loads(pl.read_parquet_metadata(self._path)[_KEY])
            if {key: noted[key] for key in self._made_for} == self._made_for:
                frame = pl.read_parquet(self._path)
                self._overlaid, self._verdicts, self.outdated = (
                    noted["overlaid"],
                    noted["verdicts"],
                    set(noted["outdated"]),
                )
                self._known = {int(shard): stamp for shard, stamp in noted["shards"].items()}
                return typed(frame)
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            pass  # not there, of another version, or damaged: it is made anew
        return empty()


def _stamp(path: Path) -> Stamp:
    stat = path.stat() if path.exists() else None
    return [stat.st_mtime_ns, stat.st_size] if stat else [0, 0]


def _listed(folder: Path) -> dict[str, tuple[int, int]]:
    """Give time and size of each file in a folder; nothing when there is none."""
    try:
        with os.scandir(folder) as entries:
            stats = {entry.name: entry.stat() for entry in entries}
    except FileNotFoundError:
        return {}
    return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in stats.items()}
