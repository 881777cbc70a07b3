"""Shards' numbers in; what workers on a Ray cluster say of them out. All that is asked of Ray is here."""

import contextlib
import json
import logging
import os
import secrets
import socket
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import SetupError, UserError
from ..money.account import Account
from .board import Board
from .worker import Order, ShardWorker

CALLS = 2
"""Stretches of shards that are given to a worker at a time: the second one waits, or fills up what the first leaves."""
RESTARTS = 4
"""How often a worker that was lost is started again, and a stretch is tried again."""
STRETCHES = 16
"""Stretches for each worker at least, where there are shards enough, so that all have work to the end."""
LONGEST_STRETCH = 256
STORE_BYTES = 128 * 1024 * 1024
"""Shared memory of a cluster of our own: shards' numbers and counts are all that goes through it."""

LEAVE_SECONDS = 15.0

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""No figures sent to Ray's makers; no remarks of its inner workings between our lines; what Ray will do by itself one
day, and warns of until then."""


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


def stretches(numbers: Sequence[int], workers: int) -> list[Sequence[int]]:
    """Cut shards into stretches: long ones, since a source is best read on from where one is."""
    length = max(1, min(LONGEST_STRETCH, len(numbers) // (workers * STRETCHES)))
    return [numbers[at : at + length] for at in range(0, len(numbers), length)]


class Cluster:
    """The Ray cluster that RAY_ADDRESS names, else one of our own, on this machine."""

    def __init__(self, pool: Pool) -> None:
        """Raise SetupError where Ray is not installed. Nothing is started yet."""
        self._ray = _ray()
        self._pool = pool
        self._ours = False
        self._board: Any = None
        self.lacks = ""
        """What the cluster would need for a single worker; empty when it has it."""

    def connect(self, account: Account | None = None) -> None:
        """Join the cluster, or start one, and put up the board, with the run's account. Raises SetupError."""
        ray = self._ray
        address = os.environ.get("RAY_ADDRESS")
        self._ours = not ray.is_initialized()
        if self._ours:
            self._start(address)
        self._look_for_room(address)
        here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            ray.get_runtime_context().get_node_id(), soft=True
        )
        self._board = ray.remote(num_cpus=0, scheduling_strategy=here)(Board).remote(account)

    def _start(self, address: str | None) -> None:
        own: dict[str, Any] = {}
        if address:
            _reach(address)
        else:
            cpus = max(os.cpu_count() or 1, self._pool.most)
            own = {"include_dashboard": False, "num_cpus": cpus, "object_store_memory": STORE_BYTES}
        try:
            with _unheard():
                self._ray.init(log_to_driver=False, logging_level="critical", **own)
        except Exception as error:  # Ray raises a plain Exception where its processes do not come up
            why = " ".join(str(error).split())[:200]
            joining = (
                f"start the cluster at RAY_ADDRESS={address}, or unset that; if it asks for a token, RAY_AUTH_MODE"
            )
            advice = f"{joining}=token has to be set here, too" if address else "try again"
            raise SetupError(f"--engine ray: no Ray cluster could be had ({why}); {advice}") from None

    def _look_for_room(self, address: str | None) -> None:
        has, needs = self._ray.cluster_resources(), {"CPU": 1.0, "GPU": self._pool.gpus}
        lacks = [f"{number:g} {name}" for name, number in needs.items() if has.get(name, 0.0) < number]
        if lacks and not address:
            self.leave()
            raise SetupError(f"--gpus {self._pool.gpus:g}: this machine has {has.get('GPU', 0.0):g} that Ray knows of")
        self.lacks = " and ".join(lacks)

    def hand_out(self, order: Order, numbers: Sequence[int]) -> Iterator[Mapping[str, Any]]:
        """Have the workers carry out these shards, as they have room; gives what is said of each.

        Raises UserError when workers are lost again and again.
        """
        ray, pool, cut = self._ray, self._pool, stretches(numbers, self._pool.most)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        shards = ray.data.from_items(
            [{"shards": json.dumps(list(stretch))} for stretch in cut], override_num_blocks=len(cut)
        )
        # that workers are started again so many times can be said in this way alone
        warnings.filterwarnings("ignore", category=ray.util.annotations.RayDeprecationWarning)
        done = shards.map_batches(
            ShardWorker,
            batch_size=1,
            fn_constructor_args=(order, self._board),
            compute=ray.data.ActorPoolStrategy(
                min_size=min(pool.least, len(cut)),
                max_size=min(pool.most, len(cut)),
                max_tasks_in_flight_per_actor=CALLS,
                max_concurrent_calls_per_actor=CALLS,
                enable_true_multi_threading=True,
            ),
            num_cpus=1,
            num_gpus=pool.gpus or None,
            max_restarts=RESTARTS,
            max_task_retries=RESTARTS,
        )
        for name in ("ray.data", "ray"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            yield from done.iter_rows()
        except (ray.exceptions.RayActorError, ray.exceptions.RaySystemError, ray.exceptions.OutOfMemoryError) as error:
            why = " ".join(str(error).split())[:400]
            raise UserError(f"--engine ray: workers or the cluster were lost ({why}); run again to go on") from None

    def look(self) -> Mapping[str, Mapping[str, Any]] | None:
        """Give the last that each worker said of itself; nothing when the board does not answer."""
        with contextlib.suppress(Exception):  # Ray's, of several kinds
            told: Mapping[str, Mapping[str, Any]] = self._ray.get(self._board.look.remote(), timeout=10)
            return told
        return None

    def money(self) -> Account | None:
        """Give the account as the board has it; nothing when it does not answer."""
        with contextlib.suppress(Exception):  # Ray's, of several kinds
            account: Account = self._ray.get(self._board.money.remote(), timeout=10)
            return account
        return None

    def stop(self) -> None:
        """Have the workers finish what is in flight."""
        board = self._board
        if board is not None:
            with contextlib.suppress(Exception):  # Ray's, of several kinds: there is nobody left to stop
                board.stop.remote()

    def leave(self) -> None:
        """Let go of the cluster, and of all that runs on it for us."""
        self._board = None
        if self._ours:
            self._ray.shutdown()

    def abandon(self) -> None:
        """Let go of a cluster that is no longer there, as far as that goes within some seconds."""
        self._board = None
        leaving = threading.Thread(target=self._ray.shutdown, daemon=True)
        leaving.start()
        leaving.join(LEAVE_SECONDS)


def _reach(address: str) -> None:
    """Raise SetupError where nobody listens: Ray itself would try for a minute."""
    if "://" in address:
        raise SetupError(f"RAY_ADDRESS={address}: expected HOST:PORT; run on one of the cluster's machines")
    host, _, port = address.rpartition(":")
    if port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
        except OSError as error:
            raise SetupError(
                f"--engine ray: nobody listens at RAY_ADDRESS={address} ({error.strerror or error}); start the cluster "
                "there, or unset that"
            ) from None


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Keep what is not Python's from standard error: Ray announces there that it will be quiet."""
    if sys.stderr is not sys.__stderr__ or sys.stderr is None:
        yield
        return
    heard, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    with open(os.dup(2), "w", buffering=1, encoding=sys.stderr.encoding) as ours, contextlib.redirect_stderr(ours):  # noqa: PTH123
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(heard, 2)
            os.close(heard)
            os.close(nowhere)


def _ray() -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if not {"RAY_ADDRESS", "RAY_AUTH_MODE"} & {*os.environ} and "ray" not in sys.modules:
        # Ray listens to the network, for whoever knows a token; by itself it would leave that in the user's home
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    try:
        import ray
        import ray.data
        import ray.util.scheduling_strategies
    except ImportError:
        raise SetupError("--engine ray needs the package ray: pip install 'instructgen[ray]'") from None
    return ray
