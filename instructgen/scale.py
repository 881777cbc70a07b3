"""A run carried out on a Ray cluster: the same shards, each by one worker; the driver hands out, counts and stops.

All machines see the run's folder under one path. A worker reads, asks, judges and writes a shard while it holds that
shard's lock, and commits it by the same rename as on one machine, so that a shard which one engine has finished is
finished for the other.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .assemble import plain_tree
from .engine import Counted
from .errors import SetupError, UserError
from .opening import Opened
from .parts import read_rows, row_of
from .records import Fault
from .served import summed
from .spent import Spent
from .supply import FaultBound, nothing_read
from .tally import Tally
from .worker import Board, Order, ShardWorker

WATCH_SECONDS = 0.5
CALLS = 3
"""Shards at work in a worker at a time."""
RESTARTS = 4
"""How often a worker that was lost is started again, and a shard is tried again with another."""
BLOCKS = 10_000
"""Most pieces that the list of shards is cut into: Ray plans each."""

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
"""For a cluster of our own: no figures sent to Ray's makers, no remarks of its inner workings between our lines."""


@dataclass(frozen=True)
class Pool:
    """How many workers: the pool grows from ``least`` to ``most`` while shards wait. ``gpus``: GPUs for each."""

    least: int
    most: int
    gpus: float = 0.0

    @classmethod
    def parse(cls, text: str, gpus: float) -> "Pool":
        """Read ``4``, or ``2-8`` for a pool that grows. Raises SetupError."""
        least, dash, most = text.partition("-")
        if not (least.isdecimal() and (most if dash else least).isdecimal()):
            raise SetupError(f"--workers {text}: expected a number such as 4, or a range such as 2-8")
        low, high = int(least), int(most if dash else least)
        if not 1 <= low <= high:
            raise SetupError(f"--workers {text}: expected at least 1, and the smaller number first")
        if gpus < 0:
            raise SetupError(f"--gpus {gpus}: expected none, or a number of GPUs for each worker")
        return cls(low, high, gpus)


class RayEngine:
    """Carries out a run's shards on the Ray cluster that RAY_ADDRESS names, else on one started here."""

    def __init__(self, opened: Opened, pool: Pool, *, offline: bool = False) -> None:
        """Nothing is started before ``run``."""
        self._opened = opened
        self._pool = pool
        self._offline = offline
        self._bound = FaultBound(opened.built.recipe.max_faults)
        self._finished = Counted()
        self._told: dict[str, Mapping[str, Any]] = {}
        """The last that each worker said of itself."""
        self._board: Any = None
        self._failure: BaseException | None = None
        self._running: asyncio.Task[None] | None = None
        self._settled: dict[str, dict[str, str]] = {}
        self.stopping = False

    @property
    def counted(self) -> Counted:
        """What all workers have done."""
        told = self._told.values()
        return Counted(
            self._finished.tally,
            self._finished.spent,
            asked=sum(t["asked"] for t in told),
            reused=sum(t["reused"] for t in told),
            done_here=sum(t["done_here"] for t in told),
        )

    async def run(self) -> None:
        """Carry out every shard that needs it. What stops the run is raised when all that is in flight has ended."""
        ray = _ray()
        self._running = asyncio.current_task()
        opened = self._opened
        await asyncio.to_thread(self._count)
        numbers = list(self._unfinished())
        if numbers and not self.stopping:
            started = await asyncio.to_thread(self._connect, ray)
            try:
                self._board = ray.remote(num_cpus=0)(Board).remote()
                watching = asyncio.create_task(self._watch(ray))
                await asyncio.to_thread(self._hand_out, ray, numbers)
                watching.cancel()
                self._told = await asyncio.to_thread(ray.get, self._board.look.remote())
            finally:
                if started:
                    await asyncio.to_thread(ray.shutdown)
        if not self.stopping:
            opened.supply.remove_beyond()
            opened.facts.rereading = False
        opened.facts.settled = self._settled or opened.facts.settled
        opened.facts.served = summed(opened.facts.served, *(told["served"] for told in self._told.values()))
        opened.folder.write_facts(opened.facts)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Ask nothing new; what is in flight is finished and journaled."""
        self.stopping = True
        if self._board is not None:
            self._board.stop.remote()

    def stop_now(self) -> None:
        """Let go of what is in flight as well."""
        self.stop()
        if self._running is not None:
            self._running.cancel()

    def states(self) -> Mapping[str, str]:
        """Say by role what the servers of one of the workers are doing."""
        return next((told["states"] for told in self._told.values()), {})

    def so_far(self) -> tuple[Tally, Spent]:
        """Give the counts of finished and open shards together."""
        tally, spent = Tally(), Spent()
        tally.merge(self._finished.tally)
        spent.merge(self._finished.spent)
        for told in self._told.values():
            tally.merge(Tally.from_json(told["tally"]))
            spent.merge(Spent.from_json(told["spent"]))
        return tally, spent

    # ── which shards ─────────────────────────────────────────────────────────────────────────────────────────

    def _count(self) -> None:
        """Count the source's records, up to the limit: how many shards there are has to be known beforehand."""
        facts = self._opened.facts
        if facts.end is None:
            count = sum(1 for _ in islice(self._opened.built.source.read(0), facts.limit))
            if not count:
                raise nothing_read()
            if facts.limit is None or count < facts.limit:
                facts.end = count

    def _unfinished(self) -> Iterator[int]:
        supply, number = self._opened.supply, 0
        while supply.wanted(number) > 0:
            noted = supply.finished(number)
            if noted is None:
                yield number
            else:
                self._bound.add_counts(noted["counts"])
                self._finished.add(noted)
            number += 1

    # ── the cluster ──────────────────────────────────────────────────────────────────────────────────────────

    def _connect(self, ray: Any) -> bool:
        """Join the cluster, or start one here; tells whether it is for us to leave it."""
        if ray.is_initialized():
            return False
        address, here = os.environ.get("RAY_ADDRESS"), dict[str, Any]()
        if not address:
            here = {"include_dashboard": False, "num_cpus": max(os.cpu_count() or 1, self._pool.least)}
            for name, value in _QUIET.items():
                os.environ.setdefault(name, value)
        try:
            ray.init(log_to_driver=False, logging_level="error", **here)
        except Exception as error:  # Ray raises a plain Exception where its processes do not come up
            why = " ".join(str(error).split())[:200]
            advice = f"start the cluster at RAY_ADDRESS={address}, or unset that" if address else "try again"
            raise SetupError(f"--engine ray: no Ray cluster could be had ({why}); {advice}") from None
        logging.getLogger("ray.data").setLevel("ERROR")
        return True

    def _hand_out(self, ray: Any, numbers: list[int]) -> None:
        """Have the workers carry out these shards, as they have room."""
        opened, pool = self._opened, self._pool
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        order = Order(
            plain_tree(opened.built.recipe, opened.built),
            str(opened.folder.path.resolve()),
            opened.facts.model_dump_json(),
            self._offline,
        )
        shards = ray.data.from_items(
            [{"shard": number} for number in numbers], override_num_blocks=min(len(numbers), BLOCKS)
        )
        done = shards.map_batches(
            ShardWorker,
            batch_size=1,
            fn_constructor_args=(order, self._board),
            compute=ray.data.ActorPoolStrategy(
                min_size=min(pool.least, len(numbers)),
                max_size=min(pool.most, len(numbers)),
                max_tasks_in_flight_per_actor=CALLS,
                max_concurrent_calls_per_actor=CALLS,
                enable_true_multi_threading=True,
            ),
            num_cpus=1,
            num_gpus=pool.gpus or None,
            ray_remote_args_fn=lambda: {"max_restarts": RESTARTS, "max_task_retries": RESTARTS},
        )
        for row in done.iter_rows():
            self._take(row)

    def _take(self, row: Mapping[str, Any]) -> None:
        """Take in what a worker says of a shard."""
        if row["error"]:
            self._fail(UserError(row["error"]))
        self._settled.update(json.loads(row["settled"]))
        if row["noted"]:
            noted = json.loads(row["noted"])
            self._finished.add(noted)
            self._bound.add_counts(
                noted["counts"], self._first_fault(row["shard"]) if noted["counts"]["faults"] else None
            )
            try:
                self._bound.check()
            except UserError as error:
                self._fail(error)

    def _first_fault(self, shard: int) -> Fault | None:
        rows = map(row_of, read_rows(self._opened.folder.part("contexts", shard)))
        return next((row.item for row in rows if isinstance(row.item, Fault)), None)

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = error
        self.stop()

    async def _watch(self, ray: Any) -> None:
        """Hear from the workers."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            with contextlib.suppress(ray.exceptions.RayError):
                self._told = await asyncio.to_thread(ray.get, self._board.look.remote())


def _ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError:
        raise SetupError("--engine ray needs the package ray: pip install 'instructgen[ray]'") from None
    return ray
