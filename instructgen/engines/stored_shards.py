"""A run's shards in an object store: journals as rows of small objects, parts as one object each; fetched and put.

Every name bears the generation of the lease under which it was written. Parts bear, too, a digest of the source as it
was read, so that contexts of an older source, and samples made of them, are passed over.
"""

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..digests import digest
from ..leases import Lease, LostLease, Quiet, acquire, folder_of, free
from ..parts import Kind, footer
from ..run_folder import RunFacts, RunFolder, atomic
from ..stores import Store
from ..supply import Supply

LINES = ("journal", "reserved")
"""The files of a shard that grow line by line."""
KINDS: tuple[Kind, ...] = ("contexts", "rejected", "samples")
"""The parts of a shard, in the order in which they are written: the samples part commits it."""


class StoredShards:
    """The shards of a run in its store, and how they come into a folder. Threads may share it."""

    def __init__(self, store: Store, facts: RunFacts) -> None:
        """``facts`` say how the source was read."""
        self.store = store
        read = {key: facts.shaping.get(key) for key in ("source", "extract")}
        self._source = digest({**read, "stamp": facts.stamp})[:8]

    # ── out of the store ─────────────────────────────────────────────────────────────────────────────────────

    def shards(self) -> set[int]:
        """List the shards of which the store has anything."""
        return {int(name.removeprefix("part-")) for name in self.store.folders("leases")}  # nothing goes in without one

    def fetch(self, folder: RunFolder, supply: Supply, shard: int) -> Mapping[str, Any] | None:
        """Bring a finished shard into a folder, its samples last; gives their footer, or None when it is not finished.

        What was made with another recipe or source, or lacks answers, is not finished.
        """
        for generation, name in sorted(self._parts("samples", shard).items(), reverse=True):
            samples = self.store.read(name)
            noted = footer(folder.part("samples", shard), samples)
            contexts = self._contexts(folder, shard, generation, noted["contexts"]) if noted else None
            rejected = self._parts("rejected", shard)
            if noted is None or contexts is None or generation not in rejected or not supply.complete(shard, noted):
                continue
            self.fetch_journal(folder, shard)
            _place(folder, "contexts", shard, contexts)
            _place(folder, "rejected", shard, self.store.read(rejected[generation]))
            _place(folder, "samples", shard, samples)
            return noted
        return None

    def fetch_begun(self, folder: RunFolder, shard: int) -> bytes | None:
        """Bring journal and contexts of a shard that is not finished into an empty folder; gives the contexts."""
        self.fetch_journal(folder, shard)
        contexts = self._last_contexts(shard)
        if contexts is not None:
            _place(folder, "contexts", shard, contexts)
        return contexts

    def fetch_journal(self, folder: RunFolder, shard: int) -> None:
        """Bring a shard's journal and ledger into a folder; what the folder's own have besides stays, after it."""
        for kind in LINES:
            stored, path = self.lines(kind, shard), folder.part(kind, shard)
            here = path.read_bytes() if path.exists() else b""
            merged = stored + _lacking(here, stored)
            if merged != here:
                with atomic(path) as temporary:
                    temporary.write_bytes(merged)

    def fetch_strays(self, folder: RunFolder) -> None:
        """Bring all journals, to look replies up in after the source has changed."""
        for shard in self.shards():
            path = folder.strays / folder.part("journal", shard).name
            with atomic(path) as temporary:
                temporary.write_bytes(self.lines("journal", shard))

    def lines(self, kind: str, shard: int) -> bytes:
        """Give a shard's journal or ledger: its objects' lines, in the order of their names."""
        return b"".join(self.store.read_all(self.store.names(folder_of(kind, shard))))

    def is_free(self, shard: int, quiet: Quiet) -> bool:
        """Tell whether nobody who lives owns a shard, as far as was seen in the time that ``quiet`` covers."""
        return free(self.store, shard, quiet)

    def _parts(self, kind: Kind, shard: int) -> dict[int, str]:
        """Give the parts of a shard as its source is read now: names by generation."""
        found = {}
        for name in self.store.names(folder_of(kind, shard)):
            generation, _, source = name.rpartition("/")[2].removesuffix(".parquet").partition("-")
            if source == self._source:
                found[int(generation)] = name
        return found

    def _last_contexts(self, shard: int) -> bytes | None:
        there = self._parts("contexts", shard)
        return self.store.read(there[max(there)]) if there else None

    def _contexts(self, folder: RunFolder, shard: int, generation: int, digest: str) -> bytes | None:
        """Give the contexts of which samples of a generation were made: the last that were there."""
        for at, name in sorted(self._parts("contexts", shard).items(), reverse=True):
            if at > generation:
                continue
            data = self.store.read(name)
            noted = footer(folder.part("contexts", shard), data)
            if noted is not None and noted["contexts"] == digest:
                return data
        return None

    # ── into the store ───────────────────────────────────────────────────────────────────────────────────────

    def put_part(self, lease: Lease, kind: Kind, data: bytes) -> None:
        """Put a part, by one request. Raises LostLease when the name is another's, and UserError."""
        name = f"{folder_of(kind, lease.shard)}/{lease.name}-{self._source}.parquet"
        if not self.store.create(name, data):
            raise LostLease

    def put_lines(self, lease: Lease, number: int, lines: bytes, kind: str = "journal") -> None:
        """Put the next lines of a journal or ledger. Raises LostLease when the name is another's, and UserError."""
        if not self.store.create(f"{folder_of(kind, lease.shard)}/{lease.name}-{number:06d}.jsonl", lines):
            raise LostLease

    def lacks(
        self, folder: RunFolder, shard: int, *, contexts: bool = True
    ) -> tuple[Mapping[str, bytes], bytes | None]:
        """Give what a folder has of a shard at work and the store has not: lines by kind of file, and its contexts."""
        paths = {kind: folder.part(kind, shard) for kind in LINES}
        here = {kind: path.read_bytes() for kind, path in paths.items() if path.exists()}
        found = {kind: _lacking(data, self.lines(kind, shard)) for kind, data in here.items()}
        lines, part = {kind: data for kind, data in found.items() if data}, folder.part("contexts", shard)
        if not contexts or not part.exists():
            return lines, None
        rows = part.read_bytes()
        return lines, None if rows == self._last_contexts(shard) else rows

    def push(self, folder: RunFolder, shard: int, quiet: Quiet, *, contexts: bool = True) -> bool:
        """Put what a folder has of a shard at work and the store has not; False: its lease is not to be had yet."""
        lines, part = self.lacks(folder, shard, contexts=contexts)
        if not lines and part is None:
            return True
        lease = acquire(self.store, shard, quiet)
        if lease is None:
            return False
        for kind, data in lines.items():
            self.put_lines(lease, 1, data, kind)
        if part is not None:
            self.put_part(lease, "contexts", part)
        lease.release()
        return True


def scratch() -> Path:
    """Make a folder of its own for a process; it goes with the process, unless that is killed."""
    path = tempfile.mkdtemp(prefix="instructgen-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return Path(path)


def _lacking(here: bytes, there: bytes) -> bytes:
    """Give the whole lines that are here and not there."""
    known = set(there.splitlines(keepends=True))
    return b"".join(line for line in here.splitlines(keepends=True) if line.endswith(b"\n") and line not in known)


def _place(folder: RunFolder, kind: Kind, shard: int, data: bytes) -> None:
    path = folder.part(kind, shard)
    if not path.exists() or path.read_bytes() != data:
        with atomic(path) as temporary:
            temporary.write_bytes(data)
