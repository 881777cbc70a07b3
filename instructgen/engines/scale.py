"""A run carried out on a Ray cluster: the same shards, each by one worker; the driver hands out, counts and stops.

All machines see the run's folder under one path. A worker reads, asks, judges and writes a shard while it holds that
shard's lock, and commits it by the same rename as on one machine, so that a shard which one engine has finished is
finished for the other.
"""

import asyncio
import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..assemble import plain_tree
from ..errors import UserError
from ..money.account import Account
from ..money.spent import Spent
from ..opening import Opened
from ..records import Fault
from ..supply import FaultBound, count_rows, nothing_read
from ..tally import Tally
from .cluster import Cluster, Pool
from .engine import Counted
from .served import of_workers, summed
from .sharing import Sharing
from .worker import Order

WATCH_SECONDS = 0.5
LOST_SECONDS = 20.0
"""How long the board may not answer before the cluster counts as lost."""


class RayEngine:
    """Carries out a run's shards on the Ray cluster that RAY_ADDRESS names, else on one started here."""

    def __init__(self, opened: Opened, pool: Pool, *, offline: bool = False, sharing: Sharing | None = None) -> None:
        """Nothing is started before ``run``. With ``sharing``, shards come and go by a store and not by the folder.

        Raises SetupError where Ray is not installed.
        """
        self._opened = opened
        self._cluster = Cluster(pool)
        self._offline = offline
        self._sharing = sharing
        self._finished = Counted()
        self._told: Mapping[str, Mapping[str, Any]] = {}
        """The last that each worker said of itself."""
        self._account: Account | None = None
        self._lost = False
        self._phase = "counting the source's records"
        self._failure: BaseException | None = None
        self._running: asyncio.Task[None] | None = None
        self.stopping = False
        self.over_budget = False

    @property
    def counted(self) -> Counted:
        """What all workers have done."""
        told = self._told.values()
        return Counted(
            self._finished.tally,
            self._finished.spent,
            asked=sum(t["asked"] for t in told),
            reused=sum(t["reused"] for t in told),
            reused_usd=sum(t["reused_usd"] for t in told),
            done_here=sum(t["done_here"] for t in told),
        )

    async def run(self) -> None:
        """Carry out every shard that needs it. What stops the run is raised when all that is in flight has ended."""
        self._running = asyncio.current_task()
        opened = self._opened
        await asyncio.to_thread(self._count)
        numbers = await asyncio.to_thread(lambda: list(self._unfinished()))
        if self._sharing is not None:
            numbers = await asyncio.to_thread(self._settled, self._sharing, numbers)
        served, reused = opened.facts.served, opened.facts.reused
        try:
            if numbers and not self.stopping:
                await self._carry_out(numbers)
                if self._sharing is not None and self.stopping:
                    with contextlib.suppress(UserError):  # it is there for the next start
                        await asyncio.to_thread(self._sharing.pull, lambda _: None, wait=False)
            if not self.stopping:
                opened.supply.remove_beyond()
                opened.facts.rereading = False
        finally:
            self._take_settled()
            opened.facts.served = summed(served, of_workers(self._told.values(), opened.built.teachers))
            opened.facts.reused = self.counted.reused_since(reused)
            opened.folder.write_facts(opened.facts)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Ask nothing new; what is in flight is finished and journaled."""
        self.stopping = True
        self._cluster.stop()

    def stop_now(self) -> None:
        """Let go of what is in flight as well."""
        self.stop()
        if self._running is not None:
            self._running.cancel()

    def states(self) -> Mapping[str, str]:
        """Say how many workers there are, and by role what the servers of one of them are doing."""
        states = [told["states"] for told in self._told.values() if told["states"] is not None]
        workers = f"{len(states)} at work" if states else self._phase
        return {"workers": workers, **(states[0] if states else {})}

    def so_far(self) -> tuple[Tally, Spent]:
        """Give the counts of finished and open shards together."""
        tally, spent = Tally(), Spent()
        tally.merge(self._finished.tally)
        spent.merge(self._finished.spent)
        for told in self._told.values():
            if told["counts"] is not None:
                tally.merge(Tally.from_json(told["counts"][0]))
                spent.merge(Spent.from_json(told["counts"][1]))
        return tally, spent

    # ── which shards ─────────────────────────────────────────────────────────────────────────────────────────

    def _count(self) -> None:
        """Count the source's records, up to the limit: how many shards there are has to be known beforehand."""
        facts = self._opened.facts
        if facts.end is None:
            count = count_rows(self._opened.built.source, facts.limit, lambda: self.stopping)
            if count is None:
                return
            if not count:
                raise nothing_read()
            if facts.limit is None or count < facts.limit:
                facts.end = count
                self._opened.folder.write_facts(facts)

    def _unfinished(self) -> Iterator[int]:
        supply, number = self._opened.supply, 0
        while supply.wanted(number) > 0 and not self.stopping:
            noted = supply.finished(number)
            if noted is None:
                yield number
            else:
                self._finished.add(noted)
            number += 1

    def _settled(self, sharing: Sharing, numbers: list[int]) -> list[int]:
        """Take in which shards are finished in the store; gives the others."""
        self._phase = "looking into the store"
        found = sharing.settle(numbers, lambda: self.stopping)
        for noted in found.values():
            self._finished.add(noted)
        return [number for number in numbers if number not in found]

    # ── the cluster ──────────────────────────────────────────────────────────────────────────────────────────

    async def _carry_out(self, numbers: list[int]) -> None:
        cluster, loop = self._cluster, asyncio.get_running_loop()
        opened = self._opened
        order = Order(
            plain_tree(opened.built.recipe, opened.built),
            str(opened.folder.path.resolve()),
            opened.facts.model_dump_json(),
            self._offline,
            tuple(str(Path(place).absolute()) for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place),
            *((self._sharing.url, opened.built.texts) if self._sharing else ()),
        )

        handed_out: asyncio.Future[None] = loop.create_future()

        def hand_out() -> None:
            ended: BaseException | None = None
            try:
                for row in cluster.hand_out(order, numbers):
                    if self._sharing is not None and row["noted"]:
                        self._sharing.bring(row["shard"])
                    loop.call_soon_threadsafe(self._take, row)
            except BaseException as error:
                ended = error
            with contextlib.suppress(RuntimeError):  # the loop may be gone when the user did not wait
                loop.call_soon_threadsafe(_settle, handed_out, ended)

        self._phase = "Ray is starting"
        money = opened.spending
        await asyncio.to_thread(cluster.connect, money.account if money else None)
        self._phase = f"none yet: the cluster lacks {cluster.lacks}" if cluster.lacks else "starting"
        watching = asyncio.create_task(self._watch(handed_out))
        try:
            if not self.stopping:
                # not one of the loop's own threads, which are waited for: Ray may not come back when it was left
                threading.Thread(target=hand_out, daemon=True).start()
                await handed_out
            await asyncio.to_thread(self._look)
            self._take_money()
            self._check_faults()
        finally:
            watching.cancel()
            await asyncio.to_thread(cluster.abandon if self._lost else cluster.leave)

    def _take(self, row: Mapping[str, Any]) -> None:
        """Take in what a worker says of a shard."""
        if row["error"]:
            self._fail(UserError(row["error"]))
        if row["noted"]:
            self._finished.add(json.loads(row["noted"]))

    async def _watch(self, handed_out: "asyncio.Future[None]") -> None:
        """Hear from the workers; stop them where too many records are faulty, and the waiting where all are gone."""
        heard = time.monotonic()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if await asyncio.to_thread(self._look):
                heard = time.monotonic()
            elif time.monotonic() - heard > LOST_SECONDS:
                self._lost = True
                _settle(handed_out, UserError("--engine ray: the cluster no longer answers; run again to go on"))
                return
            if self._take_settled() | self._take_money():  # both, whatever the first says
                self._opened.folder.write_facts(self._opened.facts)
            self._check_faults()

    def _look(self) -> bool:
        told = self._cluster.look()
        self._told = self._told if told is None else told
        self._account = self._cluster.money() if told is not None and self._opened.spending else None
        return told is not None

    def _take_money(self) -> bool:
        """Take in what the board's account has come to; tells whether that is to be kept.

        Without a shared folder this count is all that is known of what a lost machine had spent last.
        """
        account, money = self._account, self._opened.spending
        if account is None or money is None:
            return False
        money.account = account
        if account.over and not self.stopping:
            self.over_budget = True
            self.stop()
        facts = self._opened.facts
        before, facts.committed = facts.committed, account.committed if self._sharing else 0.0
        return facts.committed != before

    def _take_settled(self) -> bool:
        """Take in what the workers have settled about servers; tells whether there was anything new."""
        facts = self._opened.facts
        settled = {**facts.settled}
        for told in self._told.values():
            settled |= told["settled"]
        facts.settled, before = settled, facts.settled
        return settled != before

    def _check_faults(self) -> None:
        bound = FaultBound(self._opened.built.recipe.max_faults)
        first = next((told["fault"] for told in self._told.values() if told["fault"]), None)
        counts = self.so_far()[0].to_json()
        bound.add_counts(counts, Fault.model_validate_json(first) if first else None)
        try:
            bound.check()
        except UserError as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = error
        self.stop()


def _settle(future: "asyncio.Future[None]", error: BaseException | None) -> None:
    if not future.done():
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
