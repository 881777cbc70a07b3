"""Requests of batches in; what they may cost, held back from the budget until it is known what they did cost, out.

A request is held when it is gathered, and its worst case stands in its shard's ledger before its batch is sent. When
its reply is in the journal, what it cost is booked instead. Batches that an earlier start has sent are taken up again:
the start counted what their ledgers hold as spent, and here it is held.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from ..batches import Batch, Batches, Ticket
from ..drive import Answers
from ..journal import Journal
from ..money.ledger import Ledger
from ..records import Request
from ..run_folder import RunFolder
from ..spending import Cashier
from ..worst_case import WorstCase

Booked = tuple[float, float]
"""What was held for a request, and what it cost: US dollars."""


class Holding:
    """The money of a run's batches. Used from the event loop alone."""

    def __init__(self, folder: RunFolder, batches: Batches, cashier: Cashier, worst: WorstCase) -> None:
        """``worst`` gives what a request may cost at most."""
        self._folder = folder
        self._batches = batches
        self._budget = cashier.budget
        self._worst = worst

    async def hold(self, role: str, request: Request) -> float:
        """Hold back what a request may cost at most, and give it.

        Raises OverBudget when it never fits, FullBudget when it does not fit now.
        """
        usd = self._worst(role, request, batch=True) or 0.0
        await self._budget.hold(usd, wait=False)
        return usd

    def drop(self, held: Sequence[float]) -> None:
        """Let go of requests that are not sent after all."""
        for usd in held:
            self._budget.settle(usd, 0.0)

    def write(self, batch: Batch, held: Sequence[float], playing: Mapping[int, Answers]) -> None:
        """Write into the ledgers what is held for a batch that is about to be sent.

        ``playing`` are the answers of shards that are being played: a ledger is written by one hand at a time.
        """
        for shard, lines in _by_shard(self._batches.tickets(batch)):
            answers = playing.get(shard)
            own = answers.purse.ledger if answers is not None and answers.purse is not None else None
            ledger = own or self._ledger(shard)
            for number, ticket in lines:
                ledger.write(ticket.key, held[number])
            if own is None:
                ledger.close()

    def take_up(self, batch: Batch) -> None:
        """Hold back again what the start has counted as spent of a batch that is still at the service."""
        for shard, lines in _by_shard(self._batches.tickets(batch)):
            journal = Journal(self._folder.part("journal", shard))
            ledger = Ledger(self._folder.part("reserved", shard), journal)
            for _, ticket in lines:
                if journal.find(ticket.key) is None:
                    self._budget.resume(ledger.resume(ticket.key) or 0.0)

    def give_up(self, batch: Batch) -> None:
        """Take back what the start has counted as spent of a batch that was never sent."""
        for shard, lines in _by_shard(self._batches.tickets(batch)):
            ledger = self._ledger(shard)
            for _, ticket in lines:
                usd = ledger.resume(ticket.key)
                if usd is not None:
                    ledger.write(ticket.key, -usd)
                    self._budget.resume(usd)
                    self._budget.settle(usd, 0.0)
            ledger.close()

    def book(self, booked: Sequence[Booked]) -> None:
        """Book what the requests of a batch have cost."""
        for held, cost in booked:
            self._budget.settle(held, cost)

    def _ledger(self, shard: int) -> Ledger:
        return Ledger(self._folder.part("reserved", shard), Journal(self._folder.part("journal", shard)))


def _by_shard(tickets: Sequence[Ticket]) -> list[tuple[int, list[tuple[int, Ticket]]]]:
    """Give the tickets by shard, each with the number of its line."""
    numbered = sorted(enumerate(tickets), key=lambda each: each[1].shard)
    return [(shard, list(lines)) for shard, lines in groupby(numbered, key=lambda each: each[1].shard)]
