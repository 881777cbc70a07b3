"""A shard carried out in a scratch folder, for machines that share none: its lease, its files fetched, flushed and put.

While the shard is at work, new whole lines of its journal are put every FLUSH_SECONDS, each time as an object of their
own: so many seconds' replies are lost with a machine that dies.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..errors import UserError
from ..leases import Lease, LostLease, Quiet, acquire
from ..parts import footer
from ..run_folder import RunFolder
from ..supply import Supply
from .shards import Shards
from .stored_shards import KINDS, LINES, StoredShards

FLUSH_SECONDS = 2.0
WAIT_SECONDS = 1.0
"""Between two looks at a shard that another owns."""

Finished = Mapping[str, Any] | None


class Held:
    """One shard while its lease is held: what has been put of it, and what not yet. Used by one thread at a time."""

    def __init__(self, stored: StoredShards, folder: RunFolder, lease: Lease) -> None:
        """Nothing is fetched yet."""
        self._stored, self._folder, self._lease = stored, folder, lease
        self.number = lease.shard
        self._flushed, self._objects = dict.fromkeys(LINES, 0), dict.fromkeys(LINES, 0)
        self._contexts: bytes | None = None
        self.fetched: Finished = None
        """Footer of a shard that is finished in the store."""
        self.lost = False
        """A later generation owns the shard."""

    def fetch(self, supply: Supply) -> None:
        """Bring what the store has of the shard."""
        number = self.number
        self.clear()
        self.fetched = self._stored.fetch(self._folder, supply, number)
        if self.fetched is None:
            self._contexts = self._stored.fetch_begun(self._folder, number)
        for kind in LINES:
            path = self._folder.part(kind, number)
            self._flushed[kind] = path.stat().st_size if path.exists() else 0

    def flush(self) -> None:
        """Put what is new, unless the lease is lost. Raises UserError."""
        if self.lost:
            return
        try:
            self._lease.keep()
            self._put_contexts()
            for kind in reversed(LINES):
                self._put_lines(kind)
        except LostLease:
            self.lost = True

    def commit(self) -> Finished:
        """Put the parts of a finished shard, its samples last; gives their footer, None when it is not finished."""
        number = self.number
        self.flush()
        finished = footer(self._folder.part("samples", number))
        if self.lost or finished is None or self.fetched is not None:
            return None if self.lost else finished
        try:
            self._lease.confirm()
            for kind in KINDS[1:]:
                self._stored.put_part(self._lease, kind, self._folder.part(kind, number).read_bytes())
        except LostLease:
            self.lost = True
            return None
        return finished

    def release(self) -> None:
        """Let the shard go, and its files here. Raises UserError."""
        self.clear()
        if not self.lost:
            self._lease.release()

    def clear(self) -> None:
        """Remove the shard's files here."""
        for kind in ("samples", "rejected", "contexts", *LINES):
            self._folder.part(kind, self.number).unlink(missing_ok=True)

    def _put_contexts(self) -> None:
        path = self._folder.part("contexts", self.number)
        if self.fetched is None and path.exists() and (contexts := path.read_bytes()) != self._contexts:
            self._stored.put_part(self._lease, "contexts", contexts)
            self._contexts = contexts

    def _put_lines(self, kind: str) -> None:
        path = self._folder.part(kind, self.number)
        if not path.exists():
            return
        with path.open("rb") as file:
            file.seek(self._flushed[kind])
            new = file.read()
        new = new[: new.rfind(b"\n") + 1]
        if new:
            self._stored.put_lines(self._lease, self._objects[kind] + 1, new, kind)
            self._flushed[kind] += len(new)
            self._objects[kind] += 1


class Workbench:
    """Where a worker carries out shards of which it sees only the store."""

    def __init__(self, stored: StoredShards, folder: RunFolder, supply: Supply) -> None:
        """``folder`` is the worker's own."""
        self._stored, self._folder, self._supply = stored, folder, supply

    async def carry(self, shards: Shards, number: int, work: Callable[[], Awaitable[object]]) -> Finished:
        """Have a shard worked on while its lease is held; gives the footer of its samples once they are in the store.

        A shard that another took over meanwhile is waited for, and then found finished or taken up again. What goes
        wrong with the store stops the shards at work.
        """
        lost = True
        finished: Finished = None
        while lost and not shards.stopping:
            try:
                finished, lost = await self._once(shards, number, work)
            except UserError as error:
                shards.fail(error)
        return finished

    async def _once(self, shards: Shards, number: int, work: Callable[[], Awaitable[object]]) -> tuple[Finished, bool]:
        lease = await self._lease(shards, number)
        if lease is None:
            return None, False
        held = Held(self._stored, self._folder, lease)
        await asyncio.to_thread(held.fetch, self._supply)
        ended = asyncio.Event()
        flushing = asyncio.create_task(self._keep_flushing(shards, held, ended))
        try:
            await work()
        finally:
            ended.set()
            await flushing
        finished = await asyncio.to_thread(held.commit)
        await asyncio.to_thread(held.release)
        return finished, held.lost

    async def _lease(self, shards: Shards, number: int) -> Lease | None:
        quiet = Quiet()
        while not shards.stopping:
            lease = await asyncio.to_thread(acquire, self._stored.store, number, quiet)
            if lease is not None:
                return lease
            await asyncio.sleep(WAIT_SECONDS)
        return None

    async def _keep_flushing(self, shards: Shards, held: Held, ended: asyncio.Event) -> None:
        """Flush until the work has ended; a shard whose lease is lost is given up at once."""
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), FLUSH_SECONDS)
            try:
                await asyncio.to_thread(held.flush)
            except UserError as error:
                shards.fail(error)
                return
            if held.lost:
                shards.give_up(held.number)
                return
