"""A run whose teacher is asked by batches carried out on this machine.

A shard is played from its journal until every generator lacks an answer; its missing requests go into a batch, and it
is put off. Then the next shard. When all that had its requests in batches has come back, and lies in its journal, it is
played again, until it lacks nothing and is written. Roles that are not asked by batches are asked as ever, meanwhile.
"""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Mapping

from ..batched import Batched
from ..batches import Batches
from ..drive import Stopped
from ..journal import Strays, check_unowned
from ..lacking import RequestTokens, model_of
from ..opening import Opened
from ..protocols import Teacher
from ..supply import BREATH, nothing_read
from .batch_asking import Deferring, Gathering, Tokens
from .batch_holding import Holding
from .batch_posting import Posting
from .engine import Answered
from .local import LocalEngine
from .open_shard import OpenShard


class BatchEngine(LocalEngine):
    """Carries out a run's shards on this machine, some of its roles by batches."""

    def __init__(self, opened: Opened, *, detach: bool = False) -> None:
        """``detach``: end when all that can be sent has been sent, and wait for nothing.

        Raises SetupError where a batch is open of a role that is not asked by batches any more.
        """
        batches = Batches.of(opened.folder.path)
        asked = {role: t for role, t in opened.built.teachers.items() if isinstance(t, Batched)}
        cashier = opened.spending.cashier(batched=asked) if opened.spending else None
        super().__init__(
            opened.built,
            opened.folder,
            opened.facts,
            opened.supply,
            strays=opened.strays,
            cashier=cashier,
            players=self._players,
            put_off=self._put_off,
        )
        self._built = opened.built
        self._detach = detach
        money = opened.spending
        holding = Holding(opened.folder, batches, cashier, money.worst) if money and cashier else None
        self._holding = holding
        self._gatherings = {
            role: Gathering(role, batches, teacher, _counter(opened.built.teachers[role]), holding)
            for role, teacher in asked.items()
        }
        self._batches = batches
        self._posting = Posting(opened.folder, batches, asked, holding)
        self._in_batches: Counter[int] = Counter()
        """By shard, the batches that are not in yet."""
        self._ready: deque[int] = deque()
        """Shards to be played again."""
        self._number = 0
        """The next shard to be read."""
        self._unheld: list[int] = []
        """Shards whose requests did not fit into the budget for now."""
        self._own: dict[int, Answered] = {}
        """By shard, answers of this start that it has found, or will find, in its journal: they are none reused."""

    def stop(self) -> None:
        """Ask nothing new; batches that have been sent go on at their service."""
        super().stop()
        self._posting.halt(Stopped("stopped before it was sent"))

    def states(self) -> Mapping[str, str]:
        """Say what the batches are doing, beside the servers."""
        return {**super().states(), "batches": self._posting.state()}

    # ── shards ───────────────────────────────────────────────────────────────────────────────────────────────

    def _players(self, shard: int) -> Mapping[str, Teacher]:
        teachers = self._built.teachers
        lost = self._batches.unanswered(shard)
        return {**teachers, **{r: Deferring(teachers[r], g, shard, lost) for r, g in self._gatherings.items()}}

    def _put_off(self, shard: OpenShard) -> bool:
        """Put a shard off that lacks answers; count what was found in its journal and is not of this start."""
        number = shard.number
        found, asked = self._shards.reused.pop(number, Answered()), self._shards.asked.pop(number, Answered())
        if not shard.lacking:
            own = self._own.pop(number, Answered())
            self._not_reused(min(own.number, found.number), min(own.usd, found.usd))
            self._batches.settled(number)  # what it was written without is asked for anew by a later start
            return False
        self._not_reused(found.number, found.usd)  # they will be found once more
        self._own.setdefault(number, Answered()).add(asked.number, asked.usd)
        if not self._waits(number):
            self._unheld.append(number)
        fingerprint = self._supply.fingerprint(shard.contexts)
        figures = shard.tally.to_json(), shard.journal.spent.to_json()
        self._batches.note_put_off(shard.journal.path, fingerprint, *figures)
        return True

    def _waits(self, shard: int) -> bool:
        """Tell whether requests of a shard are in a batch or on the way into one."""
        return bool(self._in_batches[shard]) or any(g.holds(shard) for g in self._gatherings.values())

    def _not_reused(self, replies: int, usd: float) -> None:
        self.counted.reused -= replies
        self.counted.reused_usd -= usd

    async def _feed(self) -> None:
        try:
            await self._posting.recover()
            self._in_batches.update(self._posting.shards())
            going_on = self._strays is None or await self._take_in_old()
            while going_on and not self.stopping and await self._step():
                self._keep_facts()
            if not self.stopping and self._supply.wanted(self._number) <= 0:
                self._supply.remove_beyond()
        except Stopped:
            pass
        finally:
            self._posting.close()
            for gathering in self._gatherings.values():
                gathering.drop()
            self._read_all = self._all_read()

    async def _step(self) -> bool:
        """Do the next thing there is to do; tells whether there is more."""
        await self._take_in()
        await self._send()
        number = await self._next()
        if number is not None:
            await self._begin(number)
        elif self._shards.open:
            await self._changed()
        elif not any(g.full or g.open for g in self._gatherings.values()):
            if not self._posting.open and self._unheld:
                self._try_again()
                return True
            if self._detach or not self._posting.open:
                return False
            await self._changed(self._posting.until_due())
        else:
            for gathering in self._gatherings.values():
                gathering.finish()
            if not await self._send():
                if self._detach:
                    return False
                await self._changed(self._posting.until_due())
        return True

    async def _next(self) -> int | None:
        """Give the next shard to play; None when there is none now."""
        while self._ready:
            number = self._ready.popleft()
            if not self._waits(number):
                return number
        if self._unheld or any(g.full for g in self._gatherings.values()):
            return None  # the budget or the service takes no more for now: nothing new is read
        while not self.stopping and self._supply.wanted(self._number) > 0:
            number = self._number
            self._number += 1
            noted = self._supply.finished(number)
            if noted is not None:
                self._bound.add_counts(noted["counts"])
                self.counted.add(noted)
            elif not self._in_batches[number]:
                return number
            if number % BREATH == 0:
                await asyncio.sleep(0)
        return None

    async def _begin(self, number: int) -> None:
        await self._room()
        check_unowned(self._folder.part("journal", number))
        self._batches.taken_up(self._folder.part("journal", number))
        held = self.stopping or await self._shards.begin(number)
        if not held and number == 0 and not self.stopping:
            raise nothing_read()

    async def _changed(self, most: float | None = None) -> None:
        """Wait until a shard is closed or the run is stopping, or so many seconds."""
        self._shards.changed.clear()
        if not self.stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._shards.changed.wait(), most)

    # ── batches ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _send(self) -> bool:
        """Send what has been gathered, as far as the service takes it; tells whether anything was sent."""
        sent = False
        for role, gathering in self._gatherings.items():
            while gathering.full and self._posting.may_send(role, gathering.full[0].tokens) and not self.stopping:
                draft = gathering.full.pop(0)
                self._in_batches.update(draft.shards.keys())
                batch = await asyncio.to_thread(draft.seal, role, model_of(self._built.teachers[role]))
                if self._holding:
                    playing = {number: shard.answers for number, shard in self._shards.open.items()}
                    self._holding.write(batch, draft.held, playing)
                await self._posting.send(batch)
                sent = True
        return sent

    async def _take_in(self) -> None:
        """Take in the replies of batches that have ended; their shards are ready to be played again."""
        async for batch, gain in self._posting.ended(busy=self._shards.open):
            self.counted.asked += gain.answered
            for shard, answered in gain.by_shard.items():
                self._own.setdefault(shard, Answered()).add(answered.number, answered.usd)
            for shard in batch.shards:
                self._in_batches[shard] -= 1
                if not self._waits(shard) and shard < self._number:  # what has not been read yet is played when it is
                    self._ready.append(shard)
            self._try_again()
            if gain.stop is not None:
                raise gain.stop
        for role, most in self._posting.most_tokens.items():
            self._gatherings[role].most_tokens = most

    def _try_again(self) -> None:
        """Have those shards played again whose requests did not fit into the budget."""
        self._ready.extend(number for number in self._unheld if number not in self._ready)
        self._unheld = []

    async def _take_in_old(self) -> bool:
        """Wait for the batches of earlier starts: where the source has changed, other shards may want their replies.

        Tells whether they are in.
        """
        while self._posting.open and not self.stopping:
            await self._take_in()
            if self._posting.open:
                if self._detach:
                    return False
                await self._changed(self._posting.until_due())
        self._shards.strays = Strays(self._folder.path / "journal")
        return True

    def _all_read(self) -> bool:
        """Tell whether every record has been read since the start, as far as that was wanted."""
        known = self._supply.wanted(self._number) <= 0
        unread = (shard for shard, number in self._in_batches.items() if number)
        return known and all(shard in self._supply.read_anew for shard in unread)


def _counter(teacher: Teacher) -> Tokens:
    counter = RequestTokens(teacher)
    return lambda request: counter.shared_and_all(request)[1]
