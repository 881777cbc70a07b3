"""How many may ask now: an adaptive number of requests in flight, and limits of requests and tokens a minute.

The number in flight doubles each round trip, as a TCP connection's window does, until a 429 or 503 or a time-out
halves it (once a round trip); from then on it grows by an eighth a round trip. It also stands still while a round
trip takes more than twice as long as the best one without more answers coming for it.
"""

import asyncio

START = 32
"""Requests in flight at the start: three round trips below the default ceiling of 256."""

_SLACK = 0.05
"""Seconds of latency that are nothing to react to: the client's own queueing."""

_CAREFUL = 0.125
"""Growth in a round trip after a first cut or standstill."""

_FORGET = 0.002
"""How much of the best latency and rate is forgotten in a round trip: a server's state changes."""


class Window:
    """The number of requests that may be in flight to one server, found by its latency and its refusals."""

    def __init__(self, ceiling: int, adaptive: bool = True, start: int = START) -> None:
        self._loop = asyncio.get_running_loop()
        self._ceiling = float(ceiling)
        self._adaptive = adaptive
        self.limit = float(min(start, ceiling)) if adaptive else float(ceiling)
        self.in_flight = 0
        self.open = True
        """Whether anything may be sent."""
        self._growth = 1.0
        self._floor = float("inf")
        self._best_rate = 0.0
        self._cut_at = self._round_at = self._loop.time()
        self._round_answers = 0
        self._round_latency = 0.0
        self._round_size = int(self.limit)
        self._holds = True

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

    def begin_anew(self) -> None:
        """Send one request, and double from there: whatever was known of the server, it has been away."""
        if self._adaptive:
            self.limit, self._growth, self._holds = 1.0, 1.0, True
            self._floor, self._best_rate = float("inf"), 0.0
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
