"""A generator of rounds in; its result out: each answer comes from the journal, else from whoever plays the role.

The digest of a request covers its messages, its form and the teacher's identity: what would make the answer another
one. It does not cover where the teacher lives or how its reply is laid out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

import msgspec

from .digests import DIGEST_BYTES, canonical
from .errors import InstructgenError, NotAsked, RequestRefused, SetupError
from .journal import Journal, Key, Strays, key_of
from .money.budget import FullBudget, Purse
from .protocols import Reading, Rounds, Teacher
from .records import Completion, Context, Image, Message, Request, Slot

_encode = msgspec.json.Encoder().encode

T = TypeVar("T")
Missing = Callable[[Slot, Request, str, Context], None]
"""Is told of each request that the journal lacks, of the role that would be asked, and of the context."""
Answer = Callable[[int, Sequence[Request]], Awaitable[Sequence[Completion]]]
"""A round's number and requests in; its completions out, in the same order."""


class Stopped(InstructgenError):
    """The run is stopping: nothing new is asked."""


async def play(rounds: Rounds[T], answer: Answer) -> T:
    """Play a generator to its end and give what it returns; RecordErrors that it raises pass through."""
    number = 0
    try:
        requests = next(rounds)
        while True:
            requests = rounds.send(await answer(number, requests))
            number += 1
    except StopIteration as done:
        result: T = done.value
        return result


class Digester:
    """Digests requests. What the requests of a task have in common is encoded and hashed once."""

    def __init__(self) -> None:
        self._begun: dict[tuple[object, ...], tuple[object, blake2b]] = {}

    def digest(self, request: Request, identity: Mapping[str, object]) -> str:
        """Digest a request and the identity of who is asked: 32 hex digits.

        The bytes are those of ``digests.canonical`` over ``form``, ``identity``, ``max_tokens``, ``messages`` and
        ``role``: all but the last message, which differs, is known from the request before.
        """
        *shared, last = request.messages
        key = (id(identity), request.form, request.max_tokens, *map(id, shared))
        begun = self._begun.get(key)
        if begun is None:
            if len(self._begun) > 64:
                self._begun.clear()
            # what is kept alive here keeps its id
            begun = self._begun[key] = ((identity, shared), self._begin(request, shared, identity))
        hashed = begun[1].copy()
        hashed.update(self._last(last))
        hashed.update(b'],"role":%b}' % _encode(request.role))
        return hashed.hexdigest()

    def _begin(self, request: Request, shared: Sequence[Message], identity: Mapping[str, object]) -> blake2b:
        limit = b"" if request.max_tokens is None else b'"max_tokens":%d,' % request.max_tokens
        head = b'{"form":%b,"identity":%b,%b"messages":[' % (_encode(request.form), canonical(identity), limit)
        return blake2b(head + b"".join(canonical(message) + b"," for message in shared), digest_size=DIGEST_BYTES)

    def _last(self, message: Message) -> bytes:
        if len(message.parts) == 1 and isinstance(message.parts[0], str):
            return b'{"parts":[%b],"role":"%b"}' % (_encode(message.parts[0]), message.role.encode())
        parts = tuple(part.undated() if isinstance(part, Image) else part for part in message.parts)
        return canonical(message.model_copy(update={"parts": parts}))


class Answers:
    """Where one shard's answers come from: its journal, the run's other journals, then the players."""

    def __init__(
        self,
        journal: Journal,
        teachers: Mapping[str, Teacher],
        digester: Digester,
        *,
        strays: Strays | None = None,
        purse: Purse | None = None,
        may_ask: Callable[[], bool] = lambda: True,
        on_missing: Missing | None = None,
        on_answer: Callable[[Completion, bool], None] | None = None,
        by_slot: Callable[[Slot], Completion | None] | None = None,
    ) -> None:
        """``on_missing`` turns asking into noting: what the journal lacks is handed to it, and NotAsked is raised.

        ``by_slot`` finds the reply to a request that cannot be digested any more, because its pictures are gone.
        ``purse`` holds back what each request may cost, where the run has a budget.
        """
        self.journal = journal
        self.purse = purse
        self._teachers = teachers
        self._reading = {role: teacher for role, teacher in teachers.items() if isinstance(teacher, Reading)}
        self._digester = digester
        self._strays = strays
        self._may_ask = may_ask
        self._on_missing = on_missing
        self._on_answer = on_answer
        self._by_slot = by_slot

    def give_up(self) -> None:
        """Ask nothing from now on."""
        self._may_ask = lambda: False

    async def round(
        self, slots: Sequence[Slot], requests: Sequence[Request], player: str, context: Context
    ) -> Sequence[Completion]:
        """Answer a round; its requests are asked at the same time."""
        if len(requests) == 1:
            return [await self._one(slots[0], requests[0], player, context)]
        return await self.together(
            [self._one(slot, request, player, context) for slot, request in zip(slots, requests, strict=True)]
        )

    async def together(self, asking: Sequence[Coroutine[object, None, T]]) -> list[T]:
        """Do all that asks at the same time, and give the results; where one raises, when all have ended."""
        if len(asking) == 1:
            return [await asking[0]]
        results: list[T] = []
        if self._on_missing:
            # nothing waits, so no event loop is needed; every request that lacks an answer is noted
            ended = [await _caught(one) for one in asking]
        else:
            ended = await asyncio.gather(*asking, return_exceptions=True)
        for result in ended:
            if isinstance(result, BaseException):
                raise result
            results.append(result)
        return results

    async def _one(self, slot: Slot, request: Request, player: str, context: Context) -> Completion:
        role = player if request.role == "teacher" else request.role
        teacher = self._teachers.get(role)
        if teacher is None:
            raise SetupError(f"{slot.asker} asks the role '{role}', which the recipe does not have")
        if role in self._reading and not self._on_missing:
            await self._reading[role].read_ahead(request)
        try:
            digest = self._digester.digest(request, teacher.identity(request, context))
        except RequestRefused:
            found = self._by_slot(slot) if self._by_slot else None
            if found is None:
                raise
            return found
        key = key_of(slot, digest)
        found = self._find(key)
        if found is not None:
            if self._on_answer:
                self._on_answer(found, False)
            return found
        if self._on_missing:
            self._on_missing(slot, request, role, context)
            raise NotAsked("not_asked")
        if not self._may_ask():
            raise Stopped("stopped before it was asked")
        if self.purse is None:
            completion = await teacher.complete(slot, digest, request, context)
            self.journal.append(completion)
        else:
            try:
                completion = await self._paid(self.purse, key, role, teacher, slot, request, context)
            except FullBudget as full:
                raise NotAsked("over_budget", str(full)) from None
        if self._on_answer:
            self._on_answer(completion, True)
        return completion

    async def _paid(
        self, purse: Purse, key: Key, role: str, teacher: Teacher, slot: Slot, request: Request, context: Context
    ) -> Completion:
        """Ask within the budget. Raises OverBudget, too."""
        async with purse.asking(key, role, request) as held:
            if not self._may_ask():  # it may have waited for long
                if held is not None:
                    held.unpaid()
                raise Stopped("stopped before it was asked")
            completion = await teacher.complete(slot, key.digest, request, context)
            self.journal.append(completion)
            if held is not None:
                held.settle(completion)
        return completion

    def close(self) -> None:
        """Let go of the files."""
        try:
            self.journal.close()
        finally:
            if self.purse is not None:
                self.purse.ledger.close()

    def _find(self, key: Key) -> Completion | None:
        found = self.journal.find(key)
        return found if found is not None or self._strays is None else self._strays.find(key)


async def _caught(one: Coroutine[object, None, T]) -> T | BaseException:
    try:
        return await one
    except InstructgenError as error:
        return error
