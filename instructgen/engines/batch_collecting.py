"""A batch that has ended in, with the files that the service wrote; its replies in the journals of their shards out.

Replies are joined to their requests by ``custom_id``, in whatever order and in whichever file they stand. What has no
line, or a line that says that it was not done, is written down as unanswered: it is asked again, in another batch. Done
twice, all this gives the same: a reply whose key the journal has is passed over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..batched import Batched
from ..batches import Batch, Batches, Ticket, number_of
from ..errors import SetupError, UserError
from ..journal import Journal
from ..money.ledger import Ledger
from ..records import Completion
from ..run_folder import RunFolder
from .batch_holding import Booked
from .engine import Answered

MISSING = "no line came back for it"


class Lost(NamedTuple):
    """A request that got no answer."""

    why: str
    charged: bool = False
    """The service may take money for it."""


Answer = Completion | Lost | None
"""A completion; why there is none; or None for what is asked again as if it had not been asked."""


class _Response(msgspec.Struct):
    status_code: int = 0
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Error(msgspec.Struct):
    code: str | None = None
    message: str | None = None


class _Line(msgspec.Struct):
    custom_id: str
    response: _Response | None = None
    error: _Error | None = None


_decode = msgspec.json.Decoder(_Line).decode


@dataclass
class Gain:
    """What a batch has brought."""

    by_shard: dict[int, Answered] = field(default_factory=dict)
    """Replies that are now in the journals and were not before, by shard."""
    booked: list[Booked] = field(default_factory=list)
    """What was held for each request and what it cost, where the run has a budget."""
    stop: UserError | None = None
    """Why asking on is useless."""

    @property
    def answered(self) -> int:
        """Replies that are now in the journals and were not before."""
        return sum(each.number for each in self.by_shard.values())


class Replies:
    """The lines that a service wrote, found by the number of the request's line."""

    def __init__(self, files: Sequence[Path], name: str) -> None:
        """Look through the files once. Of several lines for one request the first that is an answer counts."""
        self._files = files
        self._places: dict[int, tuple[int, int, bool]] = {}
        for number, path in enumerate(files):
            for offset, line in _lines(path):
                try:
                    found = _decode(line)
                except msgspec.MsgspecError:
                    continue  # no line of the service's: what it should have been about counts as missing
                at = number_of(found.custom_id, name)
                good = found.response is not None and found.response.status_code == 200
                if at is not None and (at not in self._places or (good and not self._places[at][2])):
                    self._places[at] = (number, offset, good)

    @property
    def any_answer(self) -> bool:
        """Whether any request was answered, and not refused."""
        return any(good for _, _, good in self._places.values())

    def line(self, number: int) -> _Line | None:
        """Give the line about a request."""
        place = self._places.get(number)
        if place is None:
            return None
        with self._files[place[0]].open("rb") as file:
            file.seek(place[1])
            return _decode(file.readline())


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    offset = 0
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield offset, line
            offset += len(line)


def take_in(
    folder: RunFolder, batches: Batches, batch: Batch, teacher: Batched, files: Sequence[Path], *, budgeted: bool
) -> Gain:
    """Put the replies of a batch into the journals; what has none is written down as unanswered.

    ``budgeted``: the run has a budget, so its ledgers are kept.
    """
    replies = Replies(files, batch.id)
    if replies.any_answer:
        teacher.answered(batch)

    def answer(number: int, ticket: Ticket) -> Answer:
        line = replies.line(number)
        if line is None:
            return Lost(MISSING, charged=True)
        if line.response is None or not line.response.status_code:
            error = line.error or _Error()
            return Lost(f"{error.code or 'no response'}: {error.message or ''}".strip(": "))
        status = line.response.status_code
        found = teacher.read(status, bytes(line.response.body), ticket, batch)
        return Lost(found, charged=status == 200) if isinstance(found, str) else found

    doubted = not replies.any_answer and _never_served(batches, batch)
    return _journal(folder, batches, batch, teacher, answer, budgeted=budgeted, doubted=doubted)


def take_refusals(
    folder: RunFolder, batches: Batches, batch: Batch, teacher: Batched, said: Mapping[int, str], *, budgeted: bool
) -> Gain:
    """Journal what the service refused of a batch by the number of the line, from 1; the rest is unanswered."""

    def answer(number: int, ticket: Ticket) -> Answer:
        words = said.get(number + 1)
        if words is None:
            return None  # only for the sake of another line
        found = teacher.read(400, msgspec.json.encode({"error": {"message": words}}), ticket, batch)
        return Lost(found) if isinstance(found, str) else found

    return _journal(folder, batches, batch, teacher, answer, budgeted=budgeted, doubted=False)


def _never_served(batches: Batches, batch: Batch) -> bool:
    return not any(b.completed and b.role == batch.role and b.state == "done" for b in batches.all())


def _journal(
    folder: RunFolder,
    batches: Batches,
    batch: Batch,
    teacher: Batched,
    answer: Callable[[int, Ticket], Answer],
    *,
    budgeted: bool,
    doubted: bool,
) -> Gain:
    """Journal the answers, shard by shard. ``doubted``: refusals in the same words may be the set-up's fault."""
    gain, tickets = Gain(), list(enumerate(batches.tickets(batch)))
    tickets.sort(key=lambda each: each[1].shard)
    refused: list[str] = []
    if doubted:
        for number, ticket in tickets:
            found = _read(answer, number, ticket, gain)
            if isinstance(found, Completion):
                refused.append(found.text)
        gain.stop = gain.stop or teacher.setup_fault(refused)
    for shard, group in groupby(tickets, key=lambda each: each[1].shard):
        journal, lost = Journal(folder.part("journal", shard)), list[tuple[Ticket, str]]()
        ledger = Ledger(folder.part("reserved", shard), journal) if budgeted else None
        try:
            for number, ticket in group:
                if journal.find(ticket.key) is not None:
                    continue
                found = _read(answer, number, ticket, gain)
                if isinstance(found, Completion) and refused and gain.stop:
                    found = Lost(found.text)
                if isinstance(found, Completion):
                    journal.append(found)
                    gain.by_shard.setdefault(shard, Answered()).add(1, found.usd or 0.0)
                elif found is not None:
                    lost.append((ticket, found.why))
                if ledger is not None:
                    gain.booked.append(_booked(ledger, ticket, found))
        finally:
            journal.close()
            if ledger is not None:
                ledger.close()
        if lost:
            batches.note_unanswered(shard, lost)
    return gain


def _read(answer: Callable[[int, Ticket], Answer], number: int, ticket: Ticket, gain: Gain) -> Answer:
    try:
        return answer(number, ticket)
    except SetupError:
        raise
    except UserError as stop:
        gain.stop = gain.stop or stop
        return Lost(str(stop))


def _booked(ledger: Ledger, ticket: Ticket, found: Answer) -> Booked:
    """Give what was held for a request, and what it cost. In doubt it was paid for; a plain refusal never is."""
    held = ledger.resume(ticket.key) or 0.0
    if isinstance(found, Completion):
        free = found.usage is None and found.finish != "content_filter"
        cost = 0.0 if free else held if found.usd is None else found.usd
    else:
        cost = held if found is not None and found.charged else 0.0
        free = cost == 0.0
    if free and held:
        ledger.write(ticket.key, -held)
    return held, cost
