"""Worst cases of requests in, one JSON line each, append-only; what a crash or a time-out left open out.

A line is written before its request is sent. A torn last line is cut off: that request was never sent.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ..errors import SetupError
from ..journal import Journal, Key
from ..run_folder import atomic


class _Line(msgspec.Struct):
    slot: tuple[str, str, int, int, int]
    digest: str
    usd: float
    """Held back; below zero: let go of, since nothing was taken for it."""
    at: int = 0
    """Nanoseconds since 1970: no two lines are alike."""


def _key(line: _Line) -> Key:
    return Key(*line.slot, line.digest)


_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(_Line).decode


class Ledger:
    """One shard's worst cases, each written before its request is sent: what a crash leaves open is known from it.

    A completion with a price in the journal settles the last that was held under its key. Those before it were tries
    that may have been paid for, too; they and what has no such completion stay in ``left``.
    """

    def __init__(self, path: Path, journal: Journal) -> None:
        """Read what is there. Nothing is opened for writing before the first line."""
        self.path = path
        self.left: dict[Key, list[float]] = {}
        """Worst cases that nothing has settled, by request."""
        self._handle: int | None = None
        self._end = 0
        for line in self._lines():
            open_ = self.left.setdefault(_key(line), [])
            if line.usd >= 0:
                open_.append(line.usd)
            elif open_:
                open_.pop()
        for key in list(self.left):
            found = journal.find(key) if self.left[key] else None
            if found is not None and found.usd is not None:
                self.left[key].pop()
            if not self.left[key]:
                del self.left[key]

    @property
    def unknown(self) -> float:
        """US dollars of requests of which it is not known whether they were paid for, those in flight not among them.

        Read by another process than the one that asks, those in flight are among them.
        """
        return sum(map(sum, self.left.values()))

    def lose(self, key: Key, usd: float) -> None:
        """Count a worst case for good: its request may have been paid for."""
        self.left.setdefault(key, []).append(usd)

    def resume(self, key: Key) -> float | None:
        """Take up again what an earlier start held for a request; None where there is nothing."""
        open_ = self.left.get(key)
        return open_.pop() if open_ else None

    def tidy(self) -> None:
        """Drop the lines of requests of which all is known; the file with the last of them. Nothing may be in flight.

        Where lines have gone to a store already, they have to stay as they were.
        """
        self.close()
        kept = [_encode(line) + b"\n" for line in self._lines() if self.left.get(_key(line))]
        if kept:
            with atomic(self.path) as temporary:
                temporary.write_bytes(b"".join(kept))
        else:
            self.path.unlink(missing_ok=True)
        self._end = sum(map(len, kept))

    def write(self, key: Key, usd: float) -> None:
        """Write a worst case that is held; below zero: let go of. Raises SetupError when the disk does not take it.

        It is not synced: a killed process loses nothing, and a machine that loses power what it has not written back.
        """
        try:
            handle = self._open() if self._handle is None else self._handle
            line = _encode(_Line(key[:5], key.digest, usd, time.time_ns())) + b"\n"
            written = os.write(handle, line)
            while written < len(line):
                written += os.write(handle, line[written:])
        except OSError as error:
            if self._handle is not None:
                os.ftruncate(self._handle, self._end)
            raise SetupError(f"{self.path}: cannot be written ({error.strerror}); make room and run again") from None
        self._end += len(line)

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        os.ftruncate(handle, self._end)  # a torn line: its request was never sent
        return handle

    def _lines(self) -> Iterator[_Line]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield _decode(line)
                except msgspec.MsgspecError as error:
                    raise SetupError(f"{self.path}, line {number}: not a line of it ({error}); restore it") from None
                self._end += len(line)
