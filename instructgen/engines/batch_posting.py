"""Batches out to their service and back in: each step is on the disk before the next, so that a crash loses nothing."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ..batched import Batched, Found, Service, Unsettled
from ..batches import Batch, Batches
from ..errors import SetupError, TeacherStop, UserError
from ..run_folder import RunFolder
from .batch_collecting import Gain, take_in, take_refusals
from .batch_finding import find_begun
from .batch_holding import Holding

_ENDED = ("completed", "expired", "cancelled", "canceled")
_LOOKS = 5
"""Looks at a batch that is called completed and has no output file yet, before its lines count as missing."""
_LONG = 30
"""Looks for which nothing is sent when a service takes no more, unless a batch is taken in."""
_CREATIONS = 3
"""Times that a service is told to begin a batch, when no answer comes and none is listed."""
_TOO_MANY = "token_limit_exceeded"
"""OpenAI's code for a batch that would have enqueued more tokens than the account may."""


class Posting:
    """All batches of a run that are or will be at a service."""

    def __init__(
        self, folder: RunFolder, batches: Batches, teachers: Mapping[str, Batched], holding: Holding | None
    ) -> None:
        """Read what is open. ``holding``: the batches' money, where the run has a budget.

        Raises SetupError where nobody in the recipe can collect what is open.
        """
        self._folder = folder
        self._holding = holding
        self._batches = batches
        self._teachers = teachers
        self._services: dict[str, Service] = {}
        self._due: dict[str, float] = {}
        """When a batch is to be looked at next, by the clock that never goes back."""
        self._unready: dict[str, int] = {}
        self._held: dict[str, float] = {}
        """By role, until when nothing is sent, since the service took no more; or until another batch has ended."""
        self._halted: Exception | None = None
        self.most_tokens: dict[str, int] = {}
        """By role, prompt tokens that a batch may have, as the service's refusals have taught."""
        batches.sweep()
        self._known = batches.all()
        self.open = [batch for batch in self._known if batch.pending]
        lost = [batch for batch in self.open if batch.role not in teachers]
        if lost:
            raise SetupError(
                f"{folder.path}: {len(lost)} batch{'es' * (len(lost) > 1)} of the role '{lost[0].role}' still to be "
                "collected, and the recipe asks that role by batches no more; run once more with "
                "use: openai_batch there, or give them up by removing "
                f"{batches.folder}"
            )

    def shards(self) -> Iterator[int]:
        """Give the shards of open batches, one for each batch that it has requests in."""
        for batch in self.open:
            yield from batch.shards

    def state(self) -> str:
        """Say how far the open batches are."""
        if not self.open:
            return ""
        done, all_ = sum(b.completed + b.failed for b in self.open), sum(b.requests for b in self.open)
        return f"{len(self.open)} open at the service, {done:,} of {all_:,} requests done"

    def until_due(self) -> float:
        """Give the seconds until a batch is to be looked at again."""
        now = time.monotonic()
        return max(0.01, min([*(self._due.get(b.id, now) - now for b in self.open), *self._holds(now)], default=1.0))

    def _holds(self, now: float) -> Iterator[float]:
        return (until - now for until in self._held.values() if until > now)

    def halt(self, error: Exception) -> None:
        """Try nothing again; what has been sent goes on at its service."""
        self._halted = error
        for service in self._services.values():
            service.halt(error)

    def close(self) -> None:
        """Close all connections."""
        for service in self._services.values():
            service.close()

    def _service(self, role: str) -> Service:
        if role not in self._services:
            self._services[role] = self._teachers[role].service()
        return self._services[role]

    # ── after a crash ────────────────────────────────────────────────────────────────────────────────────────

    async def recover(self) -> None:
        """Find what may have been begun; give up what was not: what is still wanted of it is asked anew."""
        for batch in [b for b in self.open if b.state == "creating"]:
            found = await self._found(batch)
            if found is not None:
                await self._begun(batch, found)
            else:
                self.open.remove(batch)
                batch.state = "prepared"
        for batch in [b for b in self._known if b.state == "prepared"]:
            if self._holding:
                self._holding.give_up(batch)
            await asyncio.to_thread(self._give_up, batch)
        if self._holding:
            for batch in self.open:
                self._holding.take_up(batch)

    def _give_up(self, batch: Batch) -> None:
        """Nothing was paid for it: delete its file at the service, and forget it."""
        if batch.role in self._teachers:
            service = self._service(batch.role)
            for file in [batch.file] if batch.file else service.uploaded(batch.id):
                service.delete(file)
        self._batches.remove(batch)

    async def _found(self, batch: Batch) -> Found | None:
        limits, service = self._teachers[batch.role].limits, self._service(batch.role)
        return await find_begun(service, batch, limits, lambda: self._halted)

    # ── out ──────────────────────────────────────────────────────────────────────────────────────────────────

    def may_send(self, role: str, tokens: int) -> bool:
        """Tell whether the service is likely to take so many more prompt tokens of a role."""
        if time.monotonic() < self._held.get(role, 0.0):
            return False
        most = self._teachers[role].limits.enqueued_tokens
        enqueued = sum(batch.tokens for batch in self.open if batch.role == role)
        return most is None or not enqueued or enqueued + tokens <= most

    async def send(self, batch: Batch) -> None:
        """Upload a prepared batch and have it begun. Raises TeacherStop."""
        service = self._service(batch.role)
        batch.file = await asyncio.to_thread(service.upload, self._batches.requests(batch.id), batch.id)
        self.open.append(batch)
        found: Found | None
        for _ in range(_CREATIONS):
            batch.state, batch.sent = "creating", time.time()
            await asyncio.to_thread(self._batches.save, batch)
            try:
                found = await asyncio.to_thread(service.create, batch.file, batch.id)
            except Unsettled as fault:
                found, why = await self._found(batch), str(fault)
            except TeacherStop:
                batch.state = "prepared"  # refused, so surely not begun
                await asyncio.to_thread(self._batches.save, batch)
                raise
            if found is not None:
                await self._begun(batch, found)
                return
        told = f"told {_CREATIONS} times to begin a batch, it has begun none, the last time: {why}"
        raise TeacherStop(f"{batch.role}: the batch service does not answer: {told}; run again when it is well")

    async def _begun(self, batch: Batch, found: Found) -> None:
        """Note the service's id; the file of requests has done its work."""
        batch.state, batch.batch = "open", found.batch
        self._note(batch, found)
        await asyncio.to_thread(self._batches.save, batch)
        self._batches.requests(batch.id).unlink(missing_ok=True)
        self._due[batch.id] = time.monotonic() + self._teachers[batch.role].limits.poll_seconds

    # ── in ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def ended(self, busy: Collection[int]) -> AsyncIterator[tuple[Batch, Gain]]:
        """Look at what is due, and take in what has ended, unless a shard of it is ``busy``: being played."""
        for batch in list(self.open):
            if time.monotonic() < self._due.get(batch.id, 0.0) or any(shard in busy for shard in batch.shards):
                continue
            assert batch.batch is not None
            found = await asyncio.to_thread(self._service(batch.role).look, batch.batch)
            self._due[batch.id] = time.monotonic() + self._teachers[batch.role].limits.poll_seconds
            before = batch.model_copy()
            self._note(batch, found)
            if found.status == "failed":
                gain = await self._refused(batch, found)
            elif found.status in _ENDED and self._is_ready(batch, found):
                gain = await self._taken(batch, found)
            else:
                if (before.status, before.completed, before.failed) != (batch.status, batch.completed, batch.failed):
                    await asyncio.to_thread(self._batches.save, batch)
                continue
            self.open.remove(batch)
            if self._holding:
                self._holding.book(gain.booked)
            yield batch, gain

    def _note(self, batch: Batch, found: Found) -> None:
        batch.status, batch.completed, batch.failed = found.status, found.completed, found.failed
        batch.looked = datetime.now(UTC).isoformat(timespec="seconds")

    def _is_ready(self, batch: Batch, found: Found) -> bool:
        """Tell whether the files are there: some services name them a moment after the batch has ended."""
        if found.output_file or not found.completed:
            return True
        self._unready[batch.id] = self._unready.get(batch.id, 0) + 1
        return self._unready[batch.id] >= _LOOKS

    async def _taken(self, batch: Batch, found: Found) -> Gain:
        service, files = self._service(batch.role), list[Path]()
        try:
            for kind, file in (("output", found.output_file), ("error", found.error_file)):
                if file is not None:
                    files.append(self._batches.folder / f".{batch.id}.{kind}.jsonl.{os.getpid()}.tmp")
                    await asyncio.to_thread(service.fetch, file, files[-1])
            take = partial(
                take_in, self._folder, self._batches, batch, self._teachers[batch.role], budgeted=bool(self._holding)
            )
            gain = await asyncio.to_thread(take, files)
        finally:
            for path in files:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        batch.completed = batch.completed or gain.answered
        self._passed(batch)
        self._held.pop(batch.role, None)
        await asyncio.to_thread(self._finish, batch)
        return gain

    def _finish(self, batch: Batch) -> None:
        """The replies are in the journals: the file of requests is needed no more, nor are the tickets."""
        if batch.file is not None:
            self._service(batch.role).delete(batch.file)
        if batch.state != "refused":
            batch.state = "done"
        self._batches.save(batch)
        self._batches.forget(batch)

    # ── refused as a whole ───────────────────────────────────────────────────────────────────────────────────

    async def _refused(self, batch: Batch, found: Found) -> Gain:
        """Ask the requests of a batch again that failed the service's validation; stop when that fails alike."""
        said = {line: message for line, _, message in found.errors if line is not None}
        words = "; ".join(dict.fromkeys(f"{code}: {message}".strip(": ") for _, code, message in found.errors))[:300]
        batch.said = words or "no reason was given"
        teacher = self._teachers[batch.role]
        take = partial(take_refusals, self._folder, self._batches, batch, teacher, budgeted=bool(self._holding))
        if any(code == _TOO_MANY for _, code, _ in found.errors):
            gain = await asyncio.to_thread(take, {})
            gain.stop = self._too_much(batch)
            await asyncio.to_thread(self._finish, batch)
            return gain
        if said and (len(said) < batch.requests or teacher.setup_fault(list(said.values())) is None):
            gain = await asyncio.to_thread(take, said)
            await asyncio.to_thread(self._finish, batch)
            return gain
        before = [b for b in self._batches.all() if b.state == "refused" and b.role == batch.role]
        gain = await asyncio.to_thread(take, {})
        batch.state = "refused"
        await asyncio.to_thread(self._finish, batch)
        if any(b.said == batch.said for b in before):
            self._passed(batch)
            server = f"{batch.role}: the batch service refused the same requests twice"
            gain.stop = TeacherStop(f"{server}: {batch.said}; mend that, and run again")
        return gain

    def _too_much(self, batch: Batch) -> UserError | None:
        """Send less: half as much at a time, when another batch has been taken in or some time has passed."""
        self.most_tokens[batch.role] = max(1, batch.tokens // 2)
        if batch.requests == 1:
            why = f"{batch.role}: the service takes not even one request more: {batch.said}"
            return TeacherStop(f"{why}; run again when its other batches have ended")
        others = any(b.role == batch.role and b is not batch for b in self.open)
        seconds = self._teachers[batch.role].limits.poll_seconds
        self._held[batch.role] = time.monotonic() + (_LONG if others else 1) * seconds
        return None

    def _passed(self, batch: Batch) -> None:
        """Forget refusals of a role: the service has taken a batch of it since, or the user has been told."""
        for other in self._batches.all():
            if other.state == "refused" and other.role == batch.role:
                self._batches.remove(other)
