"""A run's folder and source in; each shard's rows out, from the contexts part where it still holds, else the source.

Rows from the source are extended by what the recipe's extractors find in the pictures.

Also tells which shards are finished: whose samples part bears the fingerprint of what would be made now.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from hashlib import blake2b
from itertools import islice
from typing import Any

from pydantic import TypeAdapter

from .assemble import Built
from .digests import digest
from .errors import UserError
from .extending import Extending
from .parts import footer, read_rows, row_of
from .protocols import Source
from .records import Box, Context, Fault, Image, Passage, Row
from .run_folder import RunFacts, RunFolder
from .selection import all_ranges, needs_pass, ranges_of
from .shard import NO_ANSWER

_content = TypeAdapter(tuple[str, tuple[str, ...], tuple[Box, ...], tuple[Passage, ...], tuple[Image, ...]])
_FEW_FAULTS = 10

BREATH = 25
"""Rows read before the event loop gets a turn: about a millisecond."""
_NEAR = 8
"""Shards' worth of rows that are read and passed over, rather than that the source is opened anew further on."""
_SLOW = 4
"""The same of rows whose pictures are looked at, in threads: a stop waits for them."""

COUNT_SECONDS = 10.0
"""How long rows are counted one by one."""

UNANSWERED = f"reply:{NO_ANSWER}"
"""Reason of a request that was tried to the limit of retries: nothing was paid, so the next start tries it again."""

UNJUDGED = f"doubtful:{NO_ANSWER}"
"""The same of a request of an asked check."""


def nothing_read() -> UserError:
    """Give the error of a source without a single record: a wrong path or filter, not a small dataset."""
    return UserError("source: holds no record at all; see to its paths, and to what its fields leave out")


class ContextsDigest:
    """Digests a shard's rows one by one: what was read, not where it lay."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)

    def add(self, row: Row) -> None:
        """Take one row in."""
        item, kept = row
        if isinstance(item, Context):
            images = tuple([image.undated() for image in item.images])
            content = (item.id, item.captions, item.boxes, item.passages, images)
            self._hash.update(_content.dump_json(content, exclude_none=True))
        else:
            self._hash.update(item.model_dump_json(exclude_none=True, exclude={"row"}).encode())
        self._hash.update(repr(sorted(kept.items())).encode() if kept else b"\n")

    def hexdigest(self) -> str:
        """Give the digest of all rows so far."""
        return self._hash.hexdigest()


class Supply:
    """Where a run's shards and rows come from."""

    def __init__(self, folder: RunFolder, built: Built, facts: RunFacts) -> None:
        """When the facts say ``rereading``, contexts parts no longer count: every record is read again."""
        self.folder = folder
        self.facts = facts
        self._source = built.source
        self.extending = Extending(built)
        self._shaping = digest({"shaping": built.shaping(), "ranges": facts.ranges})
        self._cursor: Iterator[Row] = iter(())
        self._at = -1
        self.read_anew: set[int] = set()
        """Shards whose contexts parts have been written since the start: they count even when rereading."""

    def fingerprint(self, contexts: str) -> str:
        """Give the fingerprint of a shard with these contexts: all that shapes its samples."""
        return digest({"run": self._shaping, "contexts": contexts})

    def wanted(self, shard: int) -> int:
        """Give how many rows a shard should hold, as far as limit and the source's end are known."""
        first = shard * self.facts.shard_size
        bounds = [b for b in (self.facts.limit, self.facts.end) if b is not None]
        return max(0, min([self.facts.shard_size, *(b - first for b in bounds)]))

    def finished(self, shard: int) -> Mapping[str, Any] | None:
        """Give the footer of a shard that needs no work, else None. When rereading, none is known to be finished."""
        noted = None if self.facts.rereading else self.intact(shard)
        if noted is None or not self.complete(shard, noted):
            return None
        # contexts that were lost are read again from the source: nothing can be exported without them
        return noted if self.folder.part("contexts", shard).exists() else None

    def intact(self, shard: int) -> Mapping[str, Any] | None:
        """Give the footer of a shard whose samples are what its contexts give as the run stands, else None."""
        noted = footer(self.folder.part("samples", shard))
        return noted if noted is not None and noted["fingerprint"] == self.fingerprint(noted["contexts"]) else None

    def complete(self, shard: int, noted: Mapping[str, Any]) -> bool:
        """Tell whether a samples part with this footer leaves nothing to be done for its contexts."""
        made_so = noted["fingerprint"] == self.fingerprint(noted["contexts"])
        return made_so and noted["rows"] == self.wanted(shard) and _all_asked(noted)

    def kept(self, shard: int, contexts: str) -> Mapping[str, Any] | None:
        """Give the footer of a shard that was reread and found as it was, else None."""
        noted = self.intact(shard)
        return noted if noted is not None and noted["contexts"] == contexts and _all_asked(noted) else None

    def rows(self, shard: int) -> Generator[Row]:
        """Give a shard's rows; fewer than wanted when the source ends, which is then noted in the facts."""
        wanted = self.wanted(shard)
        path = self.folder.part("contexts", shard)
        if not self.facts.rereading or shard in self.read_anew:
            noted = footer(path)
            if noted is not None and noted["rows"] == wanted:
                yield from map(row_of, read_rows(path))
                return
        yield from self.extending.extended(self._read(shard * self.facts.shard_size, wanted))

    async def blocks(self, shard: int, stopping: Callable[[], bool]) -> AsyncIterator[list[Row]]:
        """Give a shard's rows, some at a time and the event loop a turn between; no more once it is ``stopping``."""
        rows = self.rows(shard)
        while not stopping():
            if self.extending:
                block = await asyncio.to_thread(lambda: list(islice(rows, _SLOW)))
            else:
                block = list(islice(rows, BREATH))
                await asyncio.sleep(0)
            if not block:
                return
            yield block
        await asyncio.to_thread(rows.close)

    def _read(self, first: int, wanted: int) -> Iterator[Row]:
        count = 0
        for row in islice(self._from_source(first), wanted):
            count += 1
            self._at += 1
            yield row
        if count < wanted:
            self.facts.end = first + count

    def remove_beyond(self) -> None:
        """Remove the parts of shards that a source which became shorter no longer has; their journals stay."""
        for kind in ("samples", "rejected", "contexts"):
            for shard in self.folder.shards(kind):
                if self.wanted(shard) == 0:
                    self.folder.part(kind, shard).unlink()

    def _from_source(self, first: int) -> Iterator[Row]:
        if self._at < 0 or not 0 <= first - self._at <= _NEAR * self.facts.shard_size:
            self._cursor, self._at = self._source.read(first), first
        for _ in range(first - self._at):
            next(self._cursor, None)
        self._at = first
        return self._cursor


def _all_asked(noted: Mapping[str, Any]) -> bool:
    """Tell whether a shard lacks no answer, as one does that was made offline or whose server failed on and on."""
    tasks = noted["counts"]["tasks"].values()
    return not any(
        task["not_asked"]
        or task["rejected"].get(UNANSWERED)
        or any(check["verdicts"].get(UNJUDGED) for check in task.get("asked", {}).values())
        for task in tasks
    )


def count_rows(source: Source, limit: int | None, stopping: Callable[[], bool]) -> int | None:
    """Count a source's rows, up to a limit; None when it is ``stopping`` before they are counted.

    Where reading them all takes long, the end is searched for by jumping: sources pass over rows faster than they make
    them, and whole files without a look where these say how many rows they hold.
    """
    count, began = 0, time.monotonic()
    for _ in islice(source.read(0), limit):
        count += 1
        if count % 1000 == 0:
            if stopping():
                return None
            if time.monotonic() - began > COUNT_SECONDS:
                break
    else:
        return count
    most = limit
    while most is None or count < most:
        if stopping():
            return None
        trial = 2 * count if most is None else (count + most + 1) // 2
        if next(source.read(trial - 1), None) is not None:
            count = trial
        else:
            most = trial - 1
    return count


def draw_ranges(built: Built, facts: RunFacts) -> None:
    """Choose what each task takes, once; it stays with the run."""
    recipe = built.recipe
    if not needs_pass(recipe):
        facts.ranges = all_ranges(recipe)
        return
    ids = (row.item.id for row in built.source.read(0) if isinstance(row.item, Context))
    facts.ranges = ranges_of(recipe, ids)


class FaultBound:
    """Counts source records that could not be read, and stops a run in which they are too many."""

    def __init__(self, share: float | None) -> None:
        """``share`` of the records may be faulty; ten are always allowed, but not all. None: they are but counted."""
        self._share = share
        self.rows = 0
        self.faults = 0
        self.first: Fault | None = None

    def add(self, row: Row) -> None:
        """Count one row."""
        self.rows += 1
        if isinstance(row.item, Fault):
            self.faults += 1
            self.first = self.first or row.item

    def add_counts(self, counts: Mapping[str, Any], first: Fault | None = None) -> None:
        """Count the rows of a finished shard, from its footer; ``first`` of its faults, where they are news."""
        self.first = self.first or first
        self.rows += counts["rows"]
        self.faults += sum(counts["faults"].values())

    def check(self) -> None:
        """Raise UserError when too many records are faulty."""
        first = self.first
        if first is None or self._share is None:
            return
        if self.faults <= max(_FEW_FAULTS, self._share * self.rows) and self.faults < self.rows:
            return
        raise UserError(
            f"{self.faults} of {self.rows} source records cannot be used, more than max_faults: {self._share} allows; "
            f"the first: record {first.row}, {first.reason}: {first.detail}. Mend the source, or raise max_faults"
        )
