"""What runs on the machines of a Ray cluster: a worker with shards at work, and the board by which it is heard of.

Nothing here imports Ray: Ray makes actors of these classes.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import threading
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .assemble import build
from .engine import quicken
from .errors import UserError
from .journal import Strays
from .library import Library, shipped
from .parts import footer
from .recipe import validated
from .run_folder import RunFacts, RunFolder
from .shards import Shards
from .supply import Supply

T = TypeVar("T")
TELL_SECONDS = 0.5
OWNED_ELSEWHERE_SECONDS = 0.5
"""Wait before a shard is tried for again that another process holds: one that is thought lost may still be writing."""


@dataclass(frozen=True)
class Order:
    """What a worker needs to know of a run."""

    recipe: Mapping[str, object]
    """The resolved recipe, with absolute paths."""
    folder: str
    """The run's folder, under the same path on every machine."""
    facts: str
    """``run.json`` as the driver has it."""
    offline: bool


class Board:
    """An actor at which workers say how far they are, and learn that the run is to stop."""

    def __init__(self) -> None:
        """Nobody has said anything."""
        self._told: dict[str, Mapping[str, Any]] = {}
        self._stopping = False

    def tell(self, worker: str, said: Mapping[str, Any]) -> bool:
        """Take in what a worker says; tells it whether to stop."""
        self._told[worker] = said
        return self._stopping

    def look(self) -> dict[str, Mapping[str, Any]]:
        """Give the last that each worker said."""
        return self._told

    def stop(self) -> None:
        """Have every worker stop."""
        self._stopping = True


class ShardWorker:
    """Carries out the shards that it is given, several at a time, on an event loop in a thread of its own.

    Its calls come from as many threads. Once it has stopped or failed, it says so of every further shard.
    """

    def __init__(self, order: Order, board: Any) -> None:
        """Build the recipe's components here; ``board`` is the handle of the actor Board."""
        self._name = uuid.uuid4().hex
        self._board = board
        self._folder = RunFolder(Path(order.folder))
        self._loop = _new_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        facts = RunFacts.model_validate_json(order.facts)
        library = Library((self._folder.path, shipped()))
        built = build(validated(order.recipe, "the run's recipe"), library, facts.settled)
        strays = Strays(self._folder.path / "journal") if facts.moved else None
        supply = Supply(self._folder, built, facts)
        self._shards = Shards(built, self._folder, facts, supply, offline=order.offline, strays=strays)
        self._emptied: asyncio.Task[None] | None = None
        quicken()
        self._call(self._start())

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        """Carry out shards. A row each: the footer of its samples part or nothing, what stopped it, what is settled."""
        rows = [self._call(self._carry(int(number))) for number in batch["shard"]]
        return {"shard": list(batch["shard"]), **{key: [row[key] for row in rows] for key in rows[0]}}

    def _call(self, coroutine: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _start(self) -> None:
        self._shards.start()
        self._telling = asyncio.create_task(self._keep_telling())

    async def _carry(self, number: int) -> dict[str, str]:
        """Carry out one shard while holding its lock."""
        shards = self._shards
        with contextlib.ExitStack() as held:
            while not shards.stopping and not held.enter_context(_owned(self._folder.part("journal", number))):
                await asyncio.sleep(OWNED_ELSEWHERE_SECONDS)
            if not shards.stopping:
                await shards.begin(number)
            while number in shards.open and not shards.stopping:
                shards.changed.clear()
                await shards.changed.wait()
            if shards.stopping:
                await self._empty()
            finished = None if number in shards.open else footer(self._folder.part("samples", number))
        await self._tell()
        failure = shards.failure
        if failure is not None and not isinstance(failure, UserError):
            raise failure
        return {
            "noted": json.dumps(finished) if finished else "",
            "error": str(failure or ""),
            "settled": json.dumps(shards.settled()),
        }

    async def _empty(self) -> None:
        """Finish what is in flight, once."""
        if self._emptied is None:
            self._emptied = asyncio.create_task(self._drain())
        await asyncio.shield(self._emptied)

    async def _drain(self) -> None:
        await self._shards.drain()
        self._shards.close_journals()
        await self._shards.close_teachers()

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            if await self._tell() and not self._shards.stopping:
                self._shards.stop()

    async def _tell(self) -> bool:
        """Say how far this worker is; tells whether the run is to stop."""
        tally, spent = self._shards.open_counts()
        counted = self._shards.counted
        said = {
            "asked": counted.asked,
            "reused": counted.reused,
            "done_here": counted.done_here,
            "tally": tally.to_json(),
            "spent": spent.to_json(),
            "states": self._shards.states(),
            "served": self._shards.served(),
        }
        told = self._board.tell.remote(self._name, said)
        return bool(await asyncio.wrap_future(told.future()))


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


@contextlib.contextmanager
def _owned(journal: Path) -> Iterator[bool]:
    """Hold a shard's lock, that of its journal; gives whether it could be had. The death of a process frees it."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(journal, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
