"""Who may ask now: an adaptive number of requests in flight, and limits of requests and tokens a minute.

The number in flight doubles each round trip, as a TCP connection's window does, until a 429 or 503 or a time-out
halves it (once a round trip); from then on it grows by an eighth a round trip. It also stands still while a round
trip takes more than twice as long as the best one without more answers coming for it.
"""

import asyncio
from collections import deque

START = 32
"""Requests in flight at the start: three round trips below the default ceiling of 256."""

_SLACK = 0.05
"""Seconds of latency that are nothing to react to: the client's own queueing."""

_CAREFUL = 0.125
"""Growth in a round trip after a first cut or standstill."""

_FORGET = 0.002
"""How much of the best latency and rate is forgotten in a round trip: a server's state changes."""


class Gate:
    """Permits to ask. Entering and leaving cost a few hundred nanoseconds, whatever the number that wait."""

    def __init__(self, ceiling: int, adaptive: bool = True, start: int = START) -> None:
        self._loop = asyncio.get_running_loop()
        self._ceiling = float(ceiling)
        self._adaptive = adaptive
        self.limit = float(min(start, ceiling)) if adaptive else float(ceiling)
        self.in_flight = 0
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._sleepers: set[asyncio.Future[None]] = set()
        self._stopped: Exception | None = None
        self._growth = 1.0
        self._floor = float("inf")
        self._best_rate = 0.0
        self._cut_at = self._round_at = self._loop.time()
        self._round_answers = 0
        self._round_latency = 0.0
        self._round_size = int(self.limit)
        self._holds = True

    def enter(self) -> "asyncio.Future[None] | None":
        """Take a permit: None when there is one now, else a future for ``wait``."""
        if self._stopped is not None:
            raise self._stopped
        if self.in_flight < self.limit and not self._waiters:
            self.in_flight += 1
            return None
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiters.append(future)
        return future

    async def wait(self, future: "asyncio.Future[None]") -> None:
        """Wait for the permit that ``enter`` did not have."""
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.leave()
            raise

    def leave(self) -> None:
        """Give a permit back."""
        self.in_flight -= 1
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
        for future in (*self._waiters, *self._sleepers):
            if not future.done():
                future.set_exception(error)
        self._waiters.clear()

    @property
    def stopped(self) -> Exception | None:
        """What stopped the gate."""
        return self._stopped

    def answered(self, latency: float) -> None:
        """Note an answer that took ``latency`` seconds, and perhaps allow more."""
        self._round_answers += 1
        self._round_latency += latency
        if self._round_answers >= self._round_size:
            self._end_round()
        if self._adaptive and self._holds and self.limit < self._ceiling and self.in_flight >= self.limit - 1.0:
            self.limit = min(self.limit + self._growth, self._ceiling)

    def crowded(self, asked_at: float) -> None:
        """Halve, unless the request was asked (loop time) before the last halving."""
        if self._adaptive and asked_at >= self._cut_at:
            self._cut_at = self._loop.time()
            self._growth = _CAREFUL
            self.limit = max(1.0, self.limit / 2)
            self._new_round()

    def _end_round(self) -> None:
        mean = self._round_latency / self._round_answers
        rate = self._round_answers / max(self._loop.time() - self._round_at, 1e-6)
        self._floor = min(mean, self._floor * (1 + _FORGET))
        self._holds = mean <= 2 * self._floor + _SLACK or rate >= 1.1 * self._best_rate
        self._best_rate = max(rate, self._best_rate * (1 - _FORGET))
        if not self._holds:
            self._growth = _CAREFUL
        self._new_round()

    def _new_round(self) -> None:
        self._round_answers, self._round_latency = 0, 0.0
        self._round_size = max(int(self.limit), 8)
        self._round_at = self._loop.time()

    def _admit(self) -> None:
        while self._waiters and self.in_flight < self.limit:
            future = self._waiters.popleft()
            if not future.done():
                self.in_flight += 1
                future.set_result(None)


class Meter:
    """A limit of so many units a minute: gives each request the seconds that it must wait for its turn."""

    def __init__(self, per_minute: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds_each = 60.0 / per_minute
        self._free_at = self._loop.time()

    def turn(self, units: float) -> float:
        """Book ``units``; give the seconds to wait first. Nothing is saved up while nobody asks."""
        now = self._loop.time()
        begin = max(now, self._free_at)
        self._free_at = begin + units * self._seconds_each
        return begin - now

    def correct(self, units: float) -> None:
        """Book the difference between what was used and what was booked."""
        self._free_at += units * self._seconds_each


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
