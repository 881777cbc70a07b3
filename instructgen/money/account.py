"""A run's money in one place: spent, held back for requests in flight, and the limit that both never pass."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

SILENT_SECONDS = 60.0
"""For so long nothing may be heard of a worker before others no longer wait for what it holds."""

Answer = Literal["held", "wait", "over"]


@dataclass
class Account:
    """A run's money, in US dollars: one for all who ask. ``spent`` + ``held`` never passes ``limit``.

    The one exception: a reply that cost more than its worst case, by a server that counts otherwise.
    """

    limit: float
    spent: float = 0.0
    """What was paid, and the worst case of what may have been paid."""
    held: float = 0.0
    """Worst cases of requests in flight."""
    in_flight: int = 0
    over: bool = False
    """A request did not fit: nothing more is held."""

    def hold(self, usd: float) -> Answer:
        """Hold back a request's worst case, if it fits."""
        if not self.over and self.spent + self.held + usd <= self.limit + _DUST:
            self.held += usd
            self.in_flight += 1
            return "held"
        self.over = self.over or not self.in_flight
        return "over" if self.over else "wait"

    def settle(self, held: float, cost: float) -> None:
        """Book what a request cost in the end instead of what was held for it."""
        self.in_flight -= 1
        self.held = max(0.0, self.held - held) if self.in_flight else 0.0
        self.spent += cost

    def resume(self, usd: float) -> None:
        """Hold back again what was counted as spent: its request is still under way."""
        self.in_flight += 1
        self.held += usd
        self.spent -= usd

    @property
    def committed(self) -> float:
        """What is spent and held back together."""
        return self.spent + self.held


_DUST = 1e-9
"""Dollars by which sums of floating point may be off."""


class SharedAccount:
    """An account that several workers hold from. What a lost one held counts as spent."""

    def __init__(self, account: Account, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` tells seconds."""
        self.account = account
        self._clock = clock
        self._held: dict[str, list[float]] = {}
        self._heard: dict[str, float] = {}

    def hear(self, worker: str) -> None:
        """Know that a worker lives."""
        self._heard[worker] = self._clock()

    def hold(self, worker: str, usd: float) -> Answer:
        """Hold back a request's worst case for a worker, if it fits."""
        self.hear(worker)
        answer = self.account.hold(usd)
        if answer == "wait" and self._lose_silent():
            answer = self.account.hold(usd)
        if answer == "held":
            self._held.setdefault(worker, []).append(usd)
        return answer

    def settle(self, worker: str, held: float, cost: float) -> None:
        """Book what a worker's request cost."""
        self.hear(worker)
        mine = self._held.get(worker, [])
        if held in mine:
            mine.remove(held)
            self.account.settle(held, cost)
        else:  # it was taken for lost, and its worst case booked
            self.account.spent += cost - held

    def resume(self, worker: str, usd: float) -> None:
        """Hold back again, for a worker, what was counted as spent."""
        self._held.setdefault(worker, []).append(usd)
        self.account.resume(usd)

    def lose(self, worker: str) -> None:
        """Count what a worker held as spent: it is gone."""
        for usd in self._held.pop(worker, []):
            self.account.settle(usd, usd)

    def _lose_silent(self) -> bool:
        """Take workers for lost of which nothing was heard for long; tells whether any of them held something."""
        now = self._clock()
        silent = [worker for worker in self._held if now - self._heard.get(worker, now) > SILENT_SECONDS]
        lost = any(self._held[worker] for worker in silent)
        for worker in silent:
            self.lose(worker)
        return lost


class Till(Protocol):
    """The way to the account: in this process, or on another machine."""

    async def hold(self, usd: float) -> Answer:
        """Hold back a request's worst case, if it fits."""

    def settle(self, held: float, cost: float) -> None:
        """Book what a request cost."""

    def resume(self, usd: float) -> None:
        """Hold back again what was counted as spent."""


class OwnTill:
    """The way to an account in this process."""

    def __init__(self, account: Account) -> None:
        self.account = account

    async def hold(self, usd: float) -> Answer:
        """Hold back a request's worst case, if it fits."""
        return self.account.hold(usd)

    def settle(self, held: float, cost: float) -> None:
        """Book what a request cost."""
        self.account.settle(held, cost)

    def resume(self, usd: float) -> None:
        """Hold back again what was counted as spent."""
        self.account.resume(usd)
