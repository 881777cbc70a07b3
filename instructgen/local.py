"""Shards on this machine: contexts in, Parquet parts out, with as many requests in flight as the teacher can hold.

A few shards are open at a time, so that the next one starts before the stragglers of the one before are in; memory
does not grow with the run. A shard's samples part is written last: its rename commits the shard.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from .assemble import Built
from .drive import Answers, Digester, Stopped
from .errors import UserError
from .journal import Journal, Strays
from .open_shard import OpenShard
from .parts import PartWriter
from .protocols import Queued
from .records import Context
from .replay import jobs
from .run_folder import RunFacts, RunFolder
from .served import added
from .shard import Judge
from .spent import Spent
from .supply import BREATH, ContextsDigest, FaultBound, Supply, nothing_read
from .tally import Tally

OPEN_SHARDS = 3
SYNC_SECONDS = 0.1

Job = tuple[OpenShard, int, Context, str]


class LocalEngine:
    """Carries out a run's shards on this machine."""

    def __init__(
        self,
        built: Built,
        folder: RunFolder,
        facts: RunFacts,
        supply: Supply,
        *,
        offline: bool = False,
        strays: Strays | None = None,
    ) -> None:
        """``offline``: replay the journal and never ask."""
        self._built = built
        self.teachers = built.teachers
        self._folder = folder
        self._facts = facts
        self._supply = supply
        self._offline = offline
        self._strays = strays
        self._judge = Judge(built)
        self._root = built.image_root() if built.recipe.output.images == "bytes" else None
        self._digester = Digester()
        self._queue: asyncio.Queue[Job | None] = asyncio.Queue()
        self._width = max(teacher.width() for teacher in built.teachers.values())
        self._hungry = asyncio.Event()  # the queue runs low
        self._room = asyncio.Event()
        self._open: dict[int, OpenShard] = {}
        self._finishing: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._workers: list[asyncio.Task[None]] = []
        self._bound = FaultBound(built.recipe.max_faults)
        self._kept: RunFacts | None = None
        self._served_before = facts.served
        self._read_all = False
        self._running: asyncio.Task[None] | None = None
        self.stopping = False
        self.tally, self.spent = Tally(), Spent()
        """Counts, tokens and money of the finished shards."""
        self.asked = self.reused = 0
        """Requests answered since this start, and answers found in the journal instead."""
        self.done_here = 0
        """Jobs settled since this start."""

    # ── the run ──────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Carry out every shard that needs it. What stops the run is raised when all that is in flight has ended."""
        self._running = asyncio.current_task()
        syncing = asyncio.create_task(self._sync())
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._width)]
        try:
            try:
                await self._feed()
            except UserError as error:  # what is in flight is paid for: it is waited for and journaled
                self._fail(error)
            for _ in self._workers:
                self._queue.put_nowait(None)
            await asyncio.gather(*self._workers)
            while self._finishing:
                await asyncio.gather(*self._finishing)
        except asyncio.CancelledError:
            for worker in self._workers:
                worker.cancel()
            await asyncio.gather(*self._workers, return_exceptions=True)
            raise
        finally:
            syncing.cancel()
            try:
                for shard in self._open.values():
                    shard.journal.close()
            finally:
                for teacher in self.teachers.values():
                    await teacher.close()
                self._keep_facts()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Ask nothing new; what is in flight is finished and journaled."""
        self.stopping = True
        self._room.set()
        self._hungry.set()
        for teacher in self.teachers.values():
            if isinstance(teacher, Queued):
                teacher.halt(Stopped("stopped before it was sent"))

    def stop_now(self) -> None:
        """Let go of what is in flight as well."""
        self.stop()
        if self._running is not None:
            self._running.cancel()

    async def _feed(self) -> None:
        number = 0
        while not self.stopping and self._supply.wanted(number) > 0:
            noted = self._supply.finished(number)
            if noted is not None:
                self._bound.add_counts(noted["counts"])
                self._skip(noted)
            else:
                await self._start(number)
            number += 1
            if number % BREATH == 0:
                await asyncio.sleep(0)
        if not self.stopping:
            self._supply.remove_beyond()
            self._read_all = True

    def _skip(self, noted: Mapping[str, Any]) -> None:
        self.tally.merge(Tally.from_json(noted["counts"]))
        self.spent.merge(Spent.from_json(noted["spent"]))

    async def _start(self, number: int) -> None:
        """Read a shard and queue its jobs, when there is room for one more."""
        while len(self._open) >= OPEN_SHARDS and not self.stopping:
            self._room.clear()
            await self._room.wait()
        try:
            shard, contexts = await self._read(number)
        except BaseException as error:
            self._fail(error)
            return
        if shard is None:
            return
        shard.left += 1
        for context, task in jobs(self._built, self._facts.ranges, contexts):
            self._queue.put_nowait((shard, shard.reserve(), context, task))
            if self._queue.qsize() >= 2 * self._width + BREATH:
                # some hundred at a time: waking for each job costs as much as parsing its reply
                self._hungry.clear()
                await self._hungry.wait()
            if self.stopping:
                return
        self._settle(shard)

    async def _read(self, number: int) -> tuple[OpenShard | None, list[Context]]:
        """Read a shard and write its contexts part; no shard when it holds no rows or needs no work after all."""
        writer, digest, tally = PartWriter("contexts"), ContextsDigest(), Tally()
        contexts: list[Context] = []
        async for block in self._supply.blocks(number, lambda: self.stopping):
            for row in block:
                digest.add(row)
                tally.add_row(row)
                self._bound.add(row)
                writer.add(row)
                if isinstance(row.item, Context):
                    contexts.append(row.item)
        if self.stopping:
            return None, []
        if not writer.count and number == 0:
            raise nothing_read()
        if not writer.count:
            return None, []
        self._bound.check()
        noted = self._supply.kept(number, digest.hexdigest())
        path, about = self._folder.part("contexts", number), {"rows": tally.rows, "contexts": digest.hexdigest()}
        if noted is None:
            self._folder.part("samples", number).unlink(missing_ok=True)
        if noted is None or not path.exists():
            await asyncio.to_thread(writer.write, path, about)
        if noted is not None:
            self._skip(noted)
            return None, []
        shard = OpenShard(number, self._answers(number), digest.hexdigest(), tally)
        self._open[number] = shard
        return shard, contexts

    def _answers(self, number: int) -> Answers:
        return Answers(
            Journal(self._folder.part("journal", number)),
            self.teachers,
            self._digester,
            strays=self._strays,
            may_ask=lambda: not self.stopping,
            on_missing=(lambda *_: None) if self._offline else None,
            on_answer=lambda _, asked: self._count(asked),
        )

    def _count(self, asked: bool) -> None:
        self.asked += asked
        self.reused += not asked

    # ── the work ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        while (job := await self._queue.get()) is not None:
            if self._queue.qsize() <= self._width:
                self._hungry.set()
            if self.stopping:
                continue
            shard, place, context, task = job
            try:
                outcome = await self._judge.settle(context, task, shard.answers)
            except Stopped:
                continue
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                self._fail(error)
                continue
            shard.outcomes[place] = outcome
            shard.tally.add_outcome(outcome)
            self._settle(shard)
            self.done_here += 1
            if self.done_here % 8 == 0:
                # a teacher that answers without waiting must not keep the loop to itself
                await asyncio.sleep(0)

    def _settle(self, shard: OpenShard) -> None:
        """Count one job (or the reading) of a shard as done; the last one has it written."""
        shard.left -= 1
        if shard.left == 0:
            finishing = asyncio.create_task(self._finish(shard))
            self._finishing.add(finishing)
            finishing.add_done_callback(self._finishing.discard)

    async def _finish(self, shard: OpenShard) -> None:
        try:
            await asyncio.to_thread(shard.journal.sync)
            await shard.write(self._folder, self._judge.actions, self._supply.fingerprint(shard.contexts), self._root)
            self.tally.merge(shard.tally)
            self.spent.merge(shard.journal.spent)
            self._keep_facts()
        except BaseException as error:
            self._fail(error)
        finally:
            shard.journal.close()
            self._open.pop(shard.number, None)
            self._room.set()

    def so_far(self) -> tuple[Tally, Spent]:
        """Give the counts of finished and open shards together."""
        tally, spent = Tally(), Spent()
        tally.merge(self.tally)
        spent.merge(self.spent)
        for shard in self._open.values():
            tally.merge(shard.tally)
            spent.merge(shard.journal.spent)
        return tally, spent

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = error
        self.stop()

    # ── beside the work ──────────────────────────────────────────────────────────────────────────────────────

    async def _sync(self) -> None:
        """Have what was appended on the disk within a tenth of a second."""
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            for shard in list(self._open.values()):
                try:
                    await asyncio.to_thread(shard.journal.sync)
                except UserError as error:
                    self._fail(error)

    def _keep_facts(self) -> None:
        if self._read_all and not self._open and not self.stopping:
            self._facts.rereading = False
        settled = {role: dict(t.settled()) for role, t in self.teachers.items() if t.settled()}
        self._facts.served = added(self._served_before, self.teachers)
        now = self._facts.model_copy(update={"settled": settled or self._facts.settled})
        if now != self._kept:
            self._folder.write_facts(now)
            self._kept = now
