"""A run carried out on this machine: shard after shard, a few at a time; memory does not grow with the run."""

import asyncio
from collections.abc import Callable, Mapping

from ..assemble import Built
from ..errors import UserError
from ..journal import Strays, check_unowned
from ..money.spent import Spent
from ..protocols import Teacher
from ..run_folder import RunFacts, RunFolder
from ..spending import Cashier
from ..supply import BREATH, FaultBound, Supply, nothing_read
from ..tally import Tally
from .open_shard import OpenShard
from .served import summed
from .shards import OPEN_SHARDS, Shards


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
        cashier: Cashier | None = None,
        players: Callable[[int], Mapping[str, Teacher]] | None = None,
        put_off: Callable[[OpenShard], bool] | None = None,
    ) -> None:
        """``offline``: replay the journal and never ask. ``cashier``: the way to the money of a run with a budget.

        ``players`` and ``put_off`` are handed to the shards.
        """
        self._bound = FaultBound(built.recipe.max_faults)
        self._shards = Shards(
            built,
            folder,
            facts,
            supply,
            offline=offline,
            strays=strays,
            bound=self._bound,
            cashier=cashier,
            players=players,
            put_off=put_off,
        )
        self._strays = strays
        self._folder = folder
        self._facts = facts
        self._supply = supply
        self._kept: RunFacts | None = None
        self._before = facts.served, facts.reused
        self._read_all = False
        self._running: asyncio.Task[None] | None = None
        self.counted = self._shards.counted

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop, or has failed."""
        return self._shards.stopping

    @property
    def over_budget(self) -> bool:
        """Whether it stops since a request did not fit into the run's budget."""
        return self._shards.over_budget

    async def run(self) -> None:
        """Carry out every shard that needs it. What stops the run is raised when all that is in flight has ended."""
        self._running = asyncio.current_task()
        shards = self._shards
        shards.start()
        try:
            try:
                await self._feed()
            except UserError as error:  # what is in flight is paid for: it is waited for and journaled
                shards.fail(error)
            await shards.drain()
        except asyncio.CancelledError:
            await shards.cancel()
            raise
        finally:
            try:
                shards.close_journals()
            finally:
                await shards.close_teachers()
                self._keep_facts()
        if shards.failure is not None:
            raise shards.failure

    def stop(self) -> None:
        """Ask nothing new; what is in flight is finished and journaled."""
        self._shards.stop()

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
                self.counted.add(noted)
            else:
                await self._room()
                check_unowned(self._folder.part("journal", number))
                held = self.stopping or await self._shards.begin(number)
                if not held and number == 0 and not self.stopping:
                    raise nothing_read()
            number += 1
            if number % BREATH == 0:
                await asyncio.sleep(0)
        if not self.stopping:
            self._supply.remove_beyond()
            self._read_all = True

    async def _room(self) -> None:
        """Wait until there is room for one more shard; what has been settled meanwhile is kept."""
        while len(self._shards.open) >= OPEN_SHARDS and not self.stopping:
            self._shards.changed.clear()
            await self._shards.changed.wait()
            self._keep_facts()

    def states(self) -> Mapping[str, str]:
        """Say by role what its servers are doing, as far as that is known."""
        return self._shards.states()

    def so_far(self) -> tuple[Tally, Spent]:
        """Give the counts of finished and open shards together."""
        tally, spent = self._shards.open_counts()
        tally.merge(self.counted.tally)
        spent.merge(self.counted.spent)
        return tally, spent

    def _keep_facts(self) -> None:
        if self._read_all and not self._shards.open and not self.stopping:
            self._facts.rereading = False
        served, reused = self._before
        self._facts.served = summed(served, self._shards.served())
        self._facts.reused = self.counted.reused_since(reused)
        now = self._facts.model_copy(update={"settled": self._shards.settled() or self._facts.settled})
        if now != self._kept:
            self._folder.write_facts(now)
            self._kept = now
