"""Requests that a journal lacks in; files of them out, within a batch service's limits, each line with its ticket.

A role that is asked by batches is played by ``Deferring``: it notes each request in its role's file and raises
NotAsked, so the generator that asked is dropped. When the replies have come, the shard is played again.
"""

import os
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, ClassVar

from ..batched import Batched, Limits
from ..batches import Batch, Batches, Layout, Ticket, begun_line, encode_ticket
from ..drive import Stopped
from ..errors import NotAsked, RequestRefused
from ..journal import Key, key_of
from ..protocols import Reading, Teacher
from ..records import Completion, Context, Request, Slot
from .batch_holding import Holding

Tokens = Callable[[Request], int]
"""Estimates a request's prompt tokens."""
WAITING = "in_batch"
"""Reason of NotAsked for a request that was put into a batch."""


class Draft:
    """A batch in the making: two files that grow line by line under temporary names."""

    def __init__(self, batches: Batches, layout: Layout) -> None:
        """Open the files; raises OSError."""
        self.id = uuid.uuid4().hex
        self.layout = layout
        self.requests = self.bytes = self.tokens = 0
        self.shards: Counter[int] = Counter()
        """Requests by shard."""
        self.held: list[float] = []
        """What is held back for each request in US dollars, where the run has a budget."""
        self._batches = batches
        batches.folder.mkdir(parents=True, exist_ok=True)
        self._files = [self._open(path) for path in self._paths()]

    def _paths(self) -> tuple[Path, Path]:
        return self._batches.requests(self.id), self._batches.tickets_path(self.id)

    def _open(self, path: Path) -> BinaryIO:
        return self._temporary(path).open("wb")

    def _temporary(self, path: Path) -> Path:
        return path.with_name(f".{path.name}.{os.getpid()}.tmp")

    def add(self, rest: bytes, ticket: Ticket, tokens: int) -> None:
        """Take in one request, as ``Batched.line`` gives it."""
        line = begun_line(self.id, self.requests, rest)
        requests, tickets = self._files
        requests.write(line)
        tickets.write(encode_ticket(ticket) + b"\n")
        self.requests += 1
        self.bytes += len(line)
        self.tokens += tokens
        self.shards[ticket.shard] += 1

    def seal(self, role: str, model: str) -> Batch:
        """Put the files under their names, and write down what is in them: the batch is prepared. Raises OSError."""
        for file, path in zip(self._files, self._paths(), strict=True):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            self._temporary(path).replace(path)
        batch = Batch(
            id=self.id,
            role=role,
            model=model,
            layout=self.layout,
            requests=self.requests,
            bytes=self.bytes,
            tokens=self.tokens,
            shards=sorted(self.shards),
            made=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        self._batches.save(batch)
        return batch

    def drop(self) -> None:
        """Remove the files."""
        for file, path in zip(self._files, self._paths(), strict=True):
            file.close()
            with suppress(OSError):
                self._temporary(path).unlink(missing_ok=True)


class Gathering:
    """The requests of one role, gathered into drafts."""

    def __init__(self, role: str, batches: Batches, teacher: Batched, tokens: Tokens, holding: Holding | None) -> None:
        """Nothing is gathered yet. ``holding``: the batches' money, where the run has a budget."""
        self._role = role
        self._dropped = False
        self._holding = holding
        self.most_tokens = teacher.limits.enqueued_tokens
        """Most prompt tokens in one batch."""
        self.full: list[Draft] = []
        """Drafts that have no room left."""
        self.open: Draft | None = None
        self._batches = batches
        self._teacher = teacher
        self._tokens = tokens

    def holds(self, shard: int) -> bool:
        """Tell whether a request of a shard is among what was gathered."""
        return any(shard in draft.shards for draft in self._drafts())

    def _drafts(self) -> list[Draft]:
        return [*self.full, *([self.open] if self.open else [])]

    async def add(
        self, shard: int, slot: Slot, digest: str, request: Request, lost: Mapping[Key, tuple[int, str]]
    ) -> None:
        """Take in a request. ``lost`` says in how many batches those of its shard were that got no answer, and why.

        Raises RequestRefused for one that cannot be sent, or was sent as often as may be; FullBudget and OverBudget.
        """
        limits: Limits = self._teacher.limits
        tries, why = lost.get(key_of(slot, digest), (0, ""))
        if tries > limits.retries:
            raise RequestRefused("no_answer", f"{tries} batches gave none, the last time: {why}")
        layout = self._teacher.layout()
        rest = await self._teacher.line(request, layout)
        length = len(begun_line("0" * 32, limits.requests, rest))
        if length > limits.bytes:
            raise RequestRefused("request_too_large", f"{length:,} bytes, and a batch holds {limits.bytes:,}")
        tokens = self._tokens(request)
        held = await self._holding.hold(self._role, request) if self._holding else None
        if self._dropped:
            raise Stopped("stopped before it was sent")
        draft = self._with_room(layout, length, tokens)
        place = (slot.context, slot.asker, slot.attempt, slot.round, slot.position)
        draft.add(rest, Ticket(shard, *place, digest, self._teacher.longest(request), tries + 1), tokens)
        if held is not None:
            draft.held.append(held)
        if draft.requests >= limits.requests:
            self.finish()

    def _with_room(self, layout: Layout, length: int, tokens: int) -> Draft:
        """Give a draft that a further line fits into."""
        draft, limits = self.open, self._teacher.limits
        if draft is not None and draft.requests:
            crowded = self.most_tokens is not None and draft.tokens + tokens > self.most_tokens
            if crowded or draft.layout != layout or draft.bytes + length > limits.bytes:
                self.finish()
        if self.open is None:
            self.open = Draft(self._batches, layout)
        return self.open

    def finish(self) -> None:
        """Let the draft at work be sealed, though it may have room left."""
        if self.open is not None:
            self.full.append(self.open)
            self.open = None

    def drop(self) -> None:
        """Give up what was gathered, and gather no more: nothing of it has been sent."""
        self._dropped = True
        for draft in self._drafts():
            draft.drop()
            if self._holding:
                self._holding.drop(draft.held)
        self.full, self.open = [], None


class Deferring:
    """Plays a role that is asked by batches, for one shard: what the journal lacks is gathered, and NotAsked raised."""

    name: ClassVar[str] = "deferring"
    version: ClassVar[int] = 1

    def __init__(self, teacher: Teacher, gathering: Gathering, shard: int, lost: Mapping[Key, tuple[int, str]]) -> None:
        """``lost`` says in how many batches those requests of the shard were that got no answer, and why."""
        self._teacher = teacher
        self._gathering = gathering
        self._shard = shard
        self._lost = lost

    def identity(self, request: Request, context: Context) -> Mapping[str, object]:
        """Give the teacher's own."""
        return self._teacher.identity(request, context)

    async def read_ahead(self, request: Request) -> None:
        """Read what ``identity`` will need. Raises RequestRefused for what cannot be read."""
        if isinstance(self._teacher, Reading):
            await self._teacher.read_ahead(request)

    async def complete(self, slot: Slot, digest: str, request: Request, context: Context) -> Completion:  # noqa: ARG002
        """Put the request into a batch. Raises NotAsked, and RequestRefused for one that cannot be sent."""
        await self._gathering.add(self._shard, slot, digest, request, self._lost)
        raise NotAsked(WAITING)

    def width(self) -> int:
        """Give the teacher's own."""
        return self._teacher.width()

    def settled(self) -> Mapping[str, str]:
        """Give the teacher's own."""
        return self._teacher.settled()

    async def close(self) -> None:
        """The teacher is closed by whoever has it."""
