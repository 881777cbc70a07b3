"""What runs on the machines of a Ray cluster: a worker with shards at work.

Of Ray only the name of the actor is asked here: Ray makes an actor of the class.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..assemble import build
from ..errors import RunLocked, UserError
from ..journal import Strays, owned
from ..library import Library, shipped
from ..parts import footer
from ..recipe import validated
from ..run_folder import RunFacts, RunFolder
from ..spending import Cashier
from ..stores import Store
from ..supply import FaultBound, Supply
from ..worst_case import WorstCase
from .board import BoardTill
from .engine import Counted, quicken
from .shards import OPEN_SHARDS, Shards
from .stored_shards import StoredShards, scratch
from .workbench import Workbench

T = TypeVar("T")
TELL_SECONDS = 0.5
OWNED_ELSEWHERE_SECONDS = 0.5
"""Wait before a shard is tried for again that another process holds: one that is thought lost may still be writing."""
OWNED_TOO_LONG_SECONDS = 600.0


@dataclass(frozen=True)
class Order:
    """What a worker needs to know of a run. No secrets: keys are looked up where the worker runs."""

    recipe: Mapping[str, object]
    """The resolved recipe, with absolute paths."""
    folder: str
    """The run's folder, under the same path on every machine; with a store, workers do not see it."""
    facts: str
    """``run.json`` as the driver has it."""
    offline: bool
    modules: tuple[str, ...]
    """Folders in which the user's own modules are looked for: the driver's PYTHONPATH."""
    store: str = ""
    """URL of the store by which shards come and go where machines share no folder."""
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Prompts and seeds by kind and file name, for workers that do not see the run's folder."""


class ShardWorker:
    """Carries out stretches of shards, a few shards at a time, on an event loop in a thread of its own.

    Its calls come from as many threads. Once it has stopped or failed, it says so of every further shard.
    """

    def __init__(self, order: Order, board: Any) -> None:
        """Build the recipe's components here; ``board`` is the handle of the actor Board."""
        self._start = uuid.uuid4().hex
        self._name = _actor() or self._start
        self._board = board
        self._folder = RunFolder(scratch() if order.store else Path(order.folder))
        self._bench: Workbench | None = None
        """Where shards come and go by a store."""
        self._faults = FaultBound(None)
        self._done: dict[int, Mapping[str, Any]] = {}
        """Footers of shards that are finished, and whose stretch is not."""
        self._emptied: asyncio.Task[None] | None = None
        self._shards: Shards | None = None
        self._unbuilt = ""
        """Why the recipe's components cannot be built here."""
        self._loop = _new_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._call(self._begin(order))
        quicken()

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Carry out a stretch of shards. Gives a row for each: the footer of its samples part, and what stopped it."""
        rows = [row for text in batch["shards"] for row in self._call(self._stretch(json.loads(text)))]
        return {key: [row[key] for row in rows] for key in ("shard", "noted", "error")}

    def _call(self, coroutine: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _begin(self, order: Order) -> None:
        self._room, self._beginning = asyncio.Semaphore(OPEN_SHARDS), asyncio.Lock()
        facts = RunFacts.model_validate_json(order.facts)
        library = Library((self._folder.path, shipped()))
        logs = self._folder.logs / f"{socket.gethostname()}-{os.getpid()}"
        sys.path.extend(place for place in order.modules if place not in sys.path)
        try:
            stored = StoredShards(Store(order.store), facts) if order.store else None
            self._folder.write_texts(order.texts)
            if stored is not None and facts.moved:
                await asyncio.to_thread(stored.fetch_strays, self._folder)
            built = build(validated(order.recipe, "the run's recipe"), library, facts.settled, logs)
            priced = facts.budget is not None
            till = BoardTill(self._board, self._start)
            cashier = Cashier(till, WorstCase(built), tidy=stored is None) if priced else None
        except UserError as error:
            self._unbuilt = f"{socket.gethostname()}: {error}"
            return
        strays = Strays(self._folder.strays if stored else self._folder.path / "journal") if facts.moved else None
        self._supply = Supply(self._folder, built, facts)
        if stored is not None:
            self._bench = Workbench(stored, self._folder, self._supply)
        self._shards = Shards(
            built,
            self._folder,
            facts,
            self._supply,
            offline=order.offline,
            strays=strays,
            bound=self._faults,
            cashier=cashier,
        )
        self._shards.start()
        self._telling = asyncio.create_task(self._keep_telling())

    # ── shards ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _stretch(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Carry out consecutive shards, in order."""
        if self._shards is None:
            return [{"shard": number, "noted": "", "error": self._unbuilt} for number in numbers]
        shards = self._shards
        await asyncio.gather(*(self._carry(shards, number) for number in numbers))
        if shards.stopping:
            await self._empty(shards)
        failure = shards.failure
        if failure is not None and not isinstance(failure, UserError):
            raise failure
        rows = []
        for number in numbers:
            finished = self._done.pop(number, None)
            rows.append(
                {"shard": number, "noted": json.dumps(finished) if finished else "", "error": str(failure or "")}
            )
        await self._tell(shards)
        return rows

    async def _carry(self, shards: Shards, number: int) -> None:
        """Carry out one shard while it is ours: by its lock, or by its lease in the store."""
        async with self._room:
            if self._bench is not None:
                finished = await self._bench.carry(shards, number, lambda: self._work(shards, number))
            else:
                with contextlib.ExitStack() as held:
                    try:
                        await self._own(shards, number, held)
                    except UserError as error:
                        shards.fail(error)
                    finished = await self._work(shards, number)
            if finished is not None:
                self._done[number] = finished

    async def _work(self, shards: Shards, number: int) -> Mapping[str, Any] | None:
        """Carry out a shard that is ours; gives the footer of its samples part when it is finished."""
        if shards.stopping:
            return None
        if self._supply.finished(number) is None:
            async with self._beginning:  # one after the other: the source is read in order
                await shards.begin(number)
        while number in shards.open and not shards.stopping:
            shards.changed.clear()
            await shards.changed.wait()
        if shards.stopping:
            await self._empty(shards)
        return None if number in shards.open else footer(self._folder.part("samples", number))

    async def _own(self, shards: Shards, number: int, held: contextlib.ExitStack) -> None:
        """Wait for a shard's lock. Raises RunLocked when it is not to be had."""
        path, began = self._folder.part("journal", number), time.monotonic()
        while not shards.stopping and not held.enter_context(owned(path)):
            if time.monotonic() - began > OWNED_TOO_LONG_SECONDS:
                raise RunLocked(f"{path}: is held by another process, which Ray takes for lost; end it, and run again")
            await asyncio.sleep(OWNED_ELSEWHERE_SECONDS)
        for kind in ("contexts", "rejected", "samples"):  # what a lost worker left half written
            part = self._folder.part(kind, number)
            for stale in part.parent.glob(f".{part.name}.*.tmp"):
                stale.unlink(missing_ok=True)

    async def _empty(self, shards: Shards) -> None:
        """Finish what is in flight, once."""
        if self._emptied is None:
            self._emptied = asyncio.create_task(self._drain(shards))
        await asyncio.shield(self._emptied)

    async def _drain(self, shards: Shards) -> None:
        await shards.drain()
        shards.close_journals()
        await shards.close_teachers()
        with contextlib.suppress(Exception):  # the last that is heard of this worker
            await self._tell(shards)

    # ── telling ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _keep_telling(self) -> None:
        assert self._shards is not None
        while True:
            try:
                stop = await self._tell(self._shards)
            except Exception:  # Ray's, of several kinds: the driver is gone, and with it whoever would stop the run
                stop = True
            if stop and not self._shards.stopping:
                self._shards.stop()
            await asyncio.sleep(TELL_SECONDS)

    async def _tell(self, shards: Shards) -> bool:
        """Say how far this worker is; tells whether the run is to stop."""
        under_way = Counted(*shards.open_counts())
        for noted in self._done.values():
            under_way.add(noted)
        counted, fault = shards.counted, self._faults.first
        said = {
            "start": self._start,
            "asked": counted.asked,
            "reused": counted.reused,
            "reused_usd": counted.reused_usd,
            "done_here": counted.done_here,
            "counts": (under_way.tally.to_json(), under_way.spent.to_json()),
            "fault": fault and fault.model_dump_json(),
            "states": shards.states(),
            "served": shards.served(),
            "settled": shards.settled(),
        }
        told = self._board.tell.remote(self._name, said)
        return bool(await asyncio.wrap_future(told.future()))


def _actor() -> str:
    """Give what Ray calls this actor, which stays the same when it is started again."""
    import ray

    return str(ray.get_runtime_context().get_actor_id() or "")


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
