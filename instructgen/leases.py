"""A shard's number in; the right to write it out, held by objects that are each created once.

A lease is a row of generations: ``leases/part-00003/0001`` is created only if absent by whoever wants the shard, and
``0001.beat-000001`` and so on tell that its owner lives, ``0001.done`` that it has let go. A generation that has let
go, or of which nothing new was seen for EXPIRY_SECONDS on the clock of whoever waits for it, is succeeded by the next:
no two machines' clocks are compared. All that an owner writes bears its generation, so that one that was taken for
lost overwrites nothing.
"""

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from .stores import Store

EXPIRY_SECONDS = 30.0
BEAT_SECONDS = 8.0
_NAME = re.compile(r"(\d{4})(?:\.(done|beat-\d{6}))?")


def folder_of(kind: str, shard: int) -> str:
    """Give the folder of a shard's objects of a kind, such as ``journal/part-00003``."""
    return f"{kind}/part-{shard:05d}"


class LostLease(Exception):
    """A later generation owns the shard: nothing more may be written to it."""


@dataclass
class Lease:
    """The right to write a shard, as long as no later generation is seen."""

    store: Store
    shard: int
    generation: int
    beats: int = 0
    at: float = field(default_factory=time.monotonic)
    """When it last told that it lives."""

    @property
    def name(self) -> str:
        """How its generation is written."""
        return f"{self.generation:04d}"

    def keep(self) -> None:
        """Tell that the owner lives, if it is time to. Raises LostLease, and UserError where the store fails."""
        if time.monotonic() - self.at < BEAT_SECONDS:
            return
        self.confirm()
        now = time.monotonic()
        self.store.create(f"{folder_of('leases', self.shard)}/{self.name}.beat-{self.beats + 1:06d}", b"")
        self.beats, self.at = self.beats + 1, now

    def confirm(self) -> None:
        """Raise LostLease when there is a later generation."""
        if _latest(self.store, self.shard)[0] != self.generation:
            raise LostLease

    def release(self) -> None:
        """Let the shard go."""
        self.store.create(f"{folder_of('leases', self.shard)}/{self.name}.done", b"")


@dataclass
class Quiet:
    """For how long nothing new was seen of a shard's owner."""

    seen: tuple[int, str] = (0, "")
    since: float = 0.0
    clock: Callable[[], float] = time.monotonic


def _latest(store: Store, shard: int) -> tuple[int, str]:
    """Give the last generation (0: none) and the last that is known of it: "", a beat, or "done"."""
    last = 0, ""
    for name in store.names(folder_of("leases", shard)):
        found = _NAME.fullmatch(name.rpartition("/")[2])
        if found:
            last = max(last, (int(found[1]), found[2] or ""))  # "done" comes after every "beat-…"
    return last


def acquire(store: Store, shard: int, quiet: Quiet) -> Lease | None:
    """Take a shard's lease if it is free, was let go or has expired; None: try again a little later.

    ``quiet`` keeps between tries what was seen. Raises UserError where the store fails.
    """
    if not free(store, shard, quiet):
        return None
    generation = quiet.seen[0] + 1
    mine = f"{folder_of('leases', shard)}/{generation:04d}"
    return Lease(store, shard, generation) if store.create(mine, uuid.uuid4().hex.encode()) else None


def free(store: Store, shard: int, quiet: Quiet) -> bool:
    """Tell whether nobody who lives owns a shard, as far as was seen in the time that ``quiet`` covers."""
    latest, now = _latest(store, shard), quiet.clock()
    if latest != quiet.seen:
        quiet.seen, quiet.since = latest, now
    return latest[0] == 0 or latest[1] == "done" or now - quiet.since >= EXPIRY_SECONDS
