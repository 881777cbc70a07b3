"""The windows of one server or several in; permits to ask one of them out, the least loaded first."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

from .rates import Window

W = TypeVar("W", bound=Window)


class Gate(Generic[W]):
    """Permits to ask. Entering and leaving cost a few hundred nanoseconds, whatever the number that wait."""

    def __init__(self, windows: Sequence[W]) -> None:
        self._loop = asyncio.get_running_loop()
        self.windows = tuple(windows)
        self._waiters: deque[tuple[asyncio.Future[W], W | None]] = deque()
        self._sleepers: set[asyncio.Future[None]] = set()
        self._stopped: Exception | None = None

    def enter(self, avoid: W | None = None) -> W | None:
        """Take a permit for the least loaded window, if there is one now; else go on with ``wait``, at once.

        ``avoid`` is entered only where no other is open.
        """
        if self._stopped is not None:
            raise self._stopped
        if self._waiters:
            return None
        window = self._free(avoid)
        if window is not None:
            window.in_flight += 1
        return window

    async def wait(self, avoid: W | None = None) -> W:
        """Wait for the permit that ``enter`` did not have."""
        future: asyncio.Future[W] = self._loop.create_future()
        self._waiters.append((future, avoid))
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.leave(future.result())
            raise

    def leave(self, window: W) -> None:
        """Give a permit back."""
        window.in_flight -= 1
        if self._waiters:
            self._admit()

    def shut(self, window: W) -> None:
        """Send nothing more to a server; what would go there waits, or goes elsewhere."""
        window.open = False
        self._admit()  # who avoided another window for this one need not wait for it

    def reopen(self, window: W) -> None:
        """Send to a server again."""
        window.open = True
        self._admit()

    async def sleep(self, seconds: float) -> None:
        """Sleep, but end at once with the error when the gate is stopped."""
        if self._stopped is not None:
            raise self._stopped
        future: asyncio.Future[None] = self._loop.create_future()
        timer = self._loop.call_later(max(seconds, 0.0), _wake, future)
        self._sleepers.add(future)
        try:
            await future
        finally:
            timer.cancel()
            self._sleepers.discard(future)

    def stop(self, error: Exception) -> None:
        """End all who wait or sleep, and all who come later, with ``error``. What is in flight goes on."""
        if self._stopped is not None:
            return
        self._stopped = error
        ending: list[asyncio.Future[W] | asyncio.Future[None]] = [future for future, _ in self._waiters]
        for future in (*ending, *self._sleepers):
            if not future.done():
                future.set_exception(error)
        self._waiters.clear()

    @property
    def stopped(self) -> Exception | None:
        """What stopped the gate."""
        return self._stopped

    def _free(self, avoid: W | None) -> W | None:
        best, least = None, 1.0
        for window in self.windows:
            if window.open and window is not avoid:
                load = window.in_flight / window.limit
                if load < least:
                    best, least = window, load
        if best is None and avoid is not None and not any(w.open for w in self.windows if w is not avoid):
            return self._free(None)
        return best

    def _admit(self) -> None:
        while self._waiters:
            window = self._free(None)
            if window is None:
                return
            for waiter in self._waiters:
                future, avoid = waiter
                granted = window if avoid is not window else self._free(avoid)
                if future.done() or granted is not None:
                    break
            else:
                return
            self._waiters.remove(waiter)
            if not future.done() and granted is not None:
                granted.in_flight += 1
                future.set_result(granted)


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
