"""Completions in, one JSON line each, append-only; found again by slot and digest.

A line is written before anything looks at the reply. A torn last line, left by a crash in the middle of a write, is
cut off; every line before it is whole.
"""

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from pydantic import ValidationError

from .errors import RunLocked, SetupError
from .money.spent import Spent
from .records import Completion, Slot


class Key(NamedTuple):
    """Where a completion belongs and what was asked: what the journal is looked up by."""

    context: str
    asker: str
    attempt: int
    round: int
    position: int
    digest: str


class _LineSlot(msgspec.Struct):
    context: str
    asker: str
    attempt: int
    round: int
    position: int


class _LineKey(msgspec.Struct):
    slot: _LineSlot
    digest: str


_key_decoder = msgspec.json.Decoder(_LineKey)
_line_encoder = msgspec.json.Encoder()


def key_of(slot: Slot, digest: str) -> Key:
    """Give the key of a completion."""
    return Key(slot.context, slot.asker, slot.attempt, slot.round, slot.position, digest)


def read_lines(path: Path) -> Iterator[tuple[Key, int, bytes]]:
    """Give key, byte offset and text of each whole line; nothing when there is no file.

    Raises SetupError for a line in the middle that is not a completion: it was paid for, so it is not passed over.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        offset = 0
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                found = _key_decoder.decode(line)
            except msgspec.MsgspecError as error:
                raise SetupError(
                    f"{path}, line {number}: not a journal line ({error}); restore the file, or take the line out "
                    "to have that reply asked for again"
                ) from None
            slot = found.slot
            yield (
                Key(slot.context, slot.asker, slot.attempt, slot.round, slot.position, found.digest),
                offset,
                line,
            )
            offset += len(line)


def completion_of(line: bytes, where: str) -> Completion:
    """Read a journal line as a completion."""
    try:
        return Completion.model_validate_json(line)
    except ValidationError as error:
        raise SetupError(f"{where}: not a completion ({error.errors(include_url=False)[0]['msg']})") from None


@contextlib.contextmanager
def owned(path: Path) -> Iterator[bool]:
    """Hold the lock of a shard, that of its journal; gives whether it could be had. A process's end frees it.

    The journal is made where there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def check_unowned(path: Path) -> None:
    """Raise RunLocked when a worker of an earlier start still writes a journal, its driver having been killed."""
    if path.exists():
        with owned(path) as free:
            if not free:
                raise RunLocked(f"{path}: a worker of an earlier start still writes to it; wait until it has ended")


def _columns(completion: Completion) -> dict[str, object]:
    """Give a completion as plain data without None; the model's own dump takes five times as long."""
    columns = {name: value for name, value in completion.__dict__.items() if value is not None}
    columns["slot"] = completion.slot.__dict__
    if completion.usage is not None:
        columns["usage"] = completion.usage.__dict__
    return columns


class Journal:
    """One shard's journal: its lines by key, and a place to append to."""

    def __init__(self, path: Path) -> None:
        """Read what is there. Nothing is opened for writing before the first append."""
        self.path = path
        self._lines: dict[Key, bytes] = {}
        self.spent = Spent()
        """Tokens and money of all its completions, those appended since included."""
        for number, (key, _, line) in enumerate(read_lines(path), 1):
            self._lines[key] = line
            try:
                self.spent.add_line(line)
            except msgspec.MsgspecError as error:
                raise SetupError(f"{path}, line {number}: not a journal line ({error}); restore the file") from None
        self._handle: int | None = None
        self._end = 0
        self._dirty = False
        self._syncing = threading.Lock()
        """Syncing happens in threads: the file must not be closed, nor taken for synced, in the middle of it."""

    def __len__(self) -> int:
        return len(self._lines)

    def find(self, key: Key) -> Completion | None:
        """Give the completion that was paid for under this key, if there is one."""
        line = self._lines.get(key)
        return completion_of(line, str(self.path)) if line is not None else None

    def completions(self) -> Iterator[Completion]:
        """Give every completion, in the order in which they were paid for."""
        for line in self._lines.values():
            yield completion_of(line, str(self.path))

    def append(self, completion: Completion) -> None:
        """Write one completion. Raises SetupError when the disk does not take it; the torn tail is cut off."""
        line = _line_encoder.encode(_columns(completion)) + b"\n"
        handle = self._open() if self._handle is None else self._handle
        try:
            written = os.write(handle, line)
            while written < len(line):
                written += os.write(handle, line[written:])
        except OSError as error:
            os.ftruncate(handle, self._end)
            raise self._unwritten(error) from None
        self._end += len(line)
        self._dirty = True
        self.spent.add(completion)

    def sync(self) -> None:
        """Make sure that everything appended so far is on the disk. Raises SetupError; threads may call it."""
        with self._syncing:
            if self._dirty and self._handle is not None:
                self._dirty = False
                try:
                    os.fsync(self._handle)
                except OSError as error:
                    raise self._unwritten(error) from None

    def close(self) -> None:
        """Sync and let go of the file."""
        try:
            self.sync()
        finally:
            with self._syncing:
                if self._handle is not None:
                    os.close(self._handle)
                    self._handle = None

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise self._unwritten(error) from None
        self._handle = handle
        size = os.fstat(handle).st_size
        self._end = sum(len(line) for line in self._whole_lines())
        if self._end < size:
            os.ftruncate(handle, self._end)
        return handle

    def _unwritten(self, error: OSError) -> SetupError:
        return SetupError(
            f"{self.path}: cannot be written ({error.strerror}); make room and run again: "
            "every reply before this one is kept"
        )

    def _whole_lines(self) -> Iterator[bytes]:
        for _, _, line in read_lines(self.path):
            yield line


class Strays:
    """All journals of a run by key: for a source that changed, so that a record's shard is not where its replies are.

    Holds 16 bytes of hash and place a line, not the lines themselves.
    """

    def __init__(self, folder: Path) -> None:
        """Index every journal below ``folder``."""
        self._paths = sorted(folder.glob("part-*.jsonl"))
        self._places: dict[int, tuple[int, int]] = {}
        for number, path in enumerate(self._paths):
            for key, offset, _ in read_lines(path):
                self._places[hash(key)] = (number, offset)

    def find(self, key: Key) -> Completion | None:
        """Give the completion that any shard paid for under this key, if there is one."""
        place = self._places.get(hash(key))
        if place is None:
            return None
        path = self._paths[place[0]]
        with path.open("rb") as file:
            file.seek(place[1])
            completion = completion_of(file.readline(), str(path))
        return completion if key_of(completion.slot, completion.digest) == key else None
