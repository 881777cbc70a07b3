"""A shard's number in; its Parquet parts out, with as many requests in flight as the teachers can hold.

What every engine has in common: shards at work on one event loop. The engine says which shards, and when. A shard's
samples part is written last: its rename commits the shard.
"""

import asyncio
from collections.abc import Callable, Mapping

from ..assemble import Built
from ..drive import Answers, Digester, Stopped
from ..errors import UserError
from ..journal import Journal, Strays
from ..money.budget import OverBudget
from ..money.spent import Spent
from ..protocols import Queued, Teacher
from ..records import Completion, Context
from ..replay import jobs
from ..run_folder import RunFacts, RunFolder
from ..shard import Judge
from ..spending import Cashier
from ..supply import BREATH, FaultBound, Supply
from ..tally import Tally
from . import served
from .engine import Answered, Counted
from .open_shard import OpenShard, pixel_reader, read_shard

SYNC_SECONDS = 0.1
OPEN_SHARDS = 3
"""Shards at work at a time, so that the next one starts before the stragglers of the one before are in."""

Job = tuple[OpenShard, int, Context, str]


class Shards:
    """Shards at work on the running event loop."""

    def __init__(
        self,
        built: Built,
        folder: RunFolder,
        facts: RunFacts,
        supply: Supply,
        *,
        offline: bool = False,
        strays: Strays | None = None,
        bound: FaultBound | None = None,
        cashier: Cashier | None = None,
        players: Callable[[int], Mapping[str, Teacher]] | None = None,
        put_off: Callable[[OpenShard], bool] | None = None,
    ) -> None:
        """``offline``: replay the journal and never ask. ``bound`` stops the work when too many records are faulty.

        ``cashier``: the way to the run's money, where it has a budget. ``players`` gives who plays the roles of a
        shard, where they are not the recipe's. ``put_off`` is asked of each shard whose jobs are done whether it is to
        be begun again some time, when answers that it lacks have come, rather than written.
        """
        self._built = built
        self._folder = folder
        self._facts = facts
        self._supply = supply
        self._offline = offline
        self.strays = strays
        self._bound = bound
        self._players = players or (lambda _: built.teachers)
        self._put_off = put_off
        self.reused: dict[int, Answered] = {}
        """Answers found in the journal, by shard."""
        self.asked: dict[int, Answered] = {}
        """Those that were asked for."""
        self._judge = Judge(built)
        self._pixels_of = pixel_reader(built)
        self._digester = Digester()
        self._cashier = cashier
        self._queue: asyncio.Queue[Job | None] = asyncio.Queue()
        self._width = max(teacher.width() for teacher in built.teachers.values())
        self._hungry = asyncio.Event()
        """The queue runs low."""
        self._reading = asyncio.Lock()
        """The supply has one cursor."""
        self._finishing: set[asyncio.Task[None]] = set()
        self._workers: list[asyncio.Task[None]] = []
        self._syncing: asyncio.Task[None] | None = None
        self.open: dict[int, OpenShard] = {}
        self.changed = asyncio.Event()
        """A shard has been finished, or the work stops; whoever waits for it clears it."""
        self.failure: BaseException | None = None
        self.stopping = False
        self.over_budget = False
        """The work stops since a request did not fit into the budget."""
        self.counted = Counted()

    # ── beginning and ending ─────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin to work off what will be queued."""
        self._syncing = asyncio.create_task(self._sync())
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._width)]

    async def drain(self) -> None:
        """Wait until all that was queued is done, and written where its shard is complete."""
        for _ in self._workers:
            self._queue.put_nowait(None)
        await asyncio.gather(*self._workers)
        while self._finishing:
            await asyncio.gather(*self._finishing)

    async def cancel(self) -> None:
        """Let go of what is in flight."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def close_journals(self) -> None:
        """Sync and close the journals of shards that are still open."""
        if self._syncing is not None:
            self._syncing.cancel()
        for shard in self.open.values():
            shard.answers.close()

    async def close_teachers(self) -> None:
        """Let go of connections and servers."""
        for teacher in self._built.teachers.values():
            await teacher.close()

    def stop(self) -> None:
        """Ask nothing new; what is in flight is finished and journaled."""
        self.stopping = True
        self.changed.set()
        self._hungry.set()
        stopped = Stopped("stopped before it was sent")
        for teacher in self._built.teachers.values():
            if isinstance(teacher, Queued):
                teacher.halt(stopped)
        if self._cashier is not None:
            self._cashier.budget.halt(stopped)

    def fail(self, error: BaseException) -> None:
        """Stop because of an error; the first one counts."""
        if self.failure is None:
            self.failure = error
        self.stop()

    def states(self) -> dict[str, str]:
        """Say by role what its servers are doing, as far as that is known."""
        return served.states(self._built.teachers)

    def served(self) -> served.Figures:
        """Give what was counted at the teachers' servers since this start, by role."""
        return served.counted(self._built.teachers)

    def settled(self) -> dict[str, dict[str, str]]:
        """Give what the teachers have settled about their servers, by role."""
        return {role: dict(t.settled()) for role, t in self._built.teachers.items() if t.settled()}

    # ── a shard ──────────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self, number: int) -> bool:
        """Read a shard, write its contexts part and queue its jobs; tells whether the source has rows for it."""
        try:
            async with self._reading:
                shard, contexts, held = await self._read(number)
        except BaseException as error:
            self.fail(error)
            return True
        if shard is None:
            return held
        shard.left += 1
        for context, task in jobs(self._built, self._facts.ranges, contexts):
            self._queue.put_nowait((shard, shard.reserve(), context, task))
            if self._queue.qsize() >= 2 * self._width + BREATH:
                # some hundred at a time: waking for each job costs as much as parsing its reply
                self._hungry.clear()
                await self._hungry.wait()
            if self.stopping:
                return True
        self._settle(shard)
        return True

    async def _read(self, number: int) -> tuple[OpenShard | None, list[Context], bool]:
        """Read a shard and write its contexts part; no shard when it holds no rows or needs no work after all."""
        read = await read_shard(self._folder, self._supply, number, self._bound, lambda: self.stopping)
        if read.noted is not None:
            self.counted.add(read.noted)
        if read.digest is None or read.noted is not None:
            return None, [], bool(read.tally.rows)
        shard = OpenShard(number, self._answers(number), read.digest, read.tally)
        self.open[number] = shard
        return shard, read.contexts, True

    def _answers(self, number: int) -> Answers:
        journal = Journal(self._folder.part("journal", number))
        return Answers(
            journal,
            self._players(number),
            self._digester,
            strays=self.strays,
            purse=self._cashier.purse(self._folder, journal, number) if self._cashier else None,
            may_ask=lambda: not self.stopping,
            on_missing=(lambda *_: None) if self._offline else None,
            on_answer=lambda completion, asked: self._count(number, completion, asked),
        )

    def _count(self, number: int, completion: Completion, asked: bool) -> None:
        usd = completion.usd or 0.0
        (self.asked if asked else self.reused).setdefault(number, Answered()).add(1, usd)
        self.counted.asked += asked
        self.counted.reused += not asked
        self.counted.reused_usd += 0.0 if asked else usd

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
            except OverBudget:
                self.over_budget = True
                self.stop()
                continue
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                self.fail(error)
                continue
            shard.outcomes[place] = outcome
            shard.tally.add_outcome(outcome)
            self._settle(shard)
            self.counted.done_here += not outcome.not_asked
            if self.counted.done_here % 8 == 0:
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
            if self._put_off is not None and self._put_off(shard):
                return
            fingerprint = self._supply.fingerprint(shard.contexts)
            await shard.write(self._folder, self._judge.actions, fingerprint, self._pixels_of)
            if shard.answers.purse is not None and self._cashier is not None and self._cashier.tidy:
                await asyncio.to_thread(shard.answers.purse.ledger.tidy)
            self.counted.tally.merge(shard.tally)
            self.counted.spent.merge(shard.journal.spent)
        except BaseException as error:
            self.fail(error)
        finally:
            shard.answers.close()
            self.open.pop(shard.number, None)
            self.changed.set()

    def give_up(self, number: int) -> None:
        """Ask nothing more for a shard that another owns by now, and write nothing of it."""
        shard = self.open.pop(number, None)
        if shard is not None:
            shard.answers.give_up()
        self.changed.set()

    def open_counts(self) -> tuple[Tally, Spent]:
        """Give the counts of the shards that are open."""
        tally, spent = Tally(), Spent()
        for shard in self.open.values():
            tally.merge(shard.tally)
            spent.merge(shard.journal.spent)
        return tally, spent

    async def _sync(self) -> None:
        """Have what was appended on the disk within a tenth of a second."""
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            for shard in list(self.open.values()):
                try:
                    await asyncio.to_thread(shard.journal.sync)
                except UserError as error:
                    self.fail(error)
