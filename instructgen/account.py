"""A run's money in one place: spent, held back for requests in flight, and the limit that both never pass."""

from dataclasses import dataclass
from typing import Literal, Protocol

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


_DUST = 1e-9
"""Dollars by which sums of floating point may be off."""


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
