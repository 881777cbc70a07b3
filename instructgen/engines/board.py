"""The one place of a run on a Ray cluster: what workers say of themselves, and the run's money.

Ray makes an actor of the class Board; workers hold its handle.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from ..drive import Stopped
from ..money.account import Account, Answer, SharedAccount


class Board:
    """An actor at which workers say how far they are, and learn that the run is to stop; it keeps the run's account."""

    def __init__(self, account: Account | None = None) -> None:
        """Nobody has said anything. ``account`` is that of the run's budget, where it has one."""
        self._told: dict[str, Mapping[str, Any]] = {}
        self._stopping = False
        self._shared = SharedAccount(account or Account(0.0))

    def tell(self, worker: str, said: Mapping[str, Any]) -> bool:
        """Take in what a worker says; tells it whether to stop.

        A worker that was lost and started again begins to count anew. What it had asked before stays counted; the
        shards that it had open are counted by whoever takes them up.
        """
        before = self._told.get(worker)
        if before is not None and before["start"] != said["start"]:
            self._told[before["start"]] = {**before, "counts": None, "states": None}
            self._shared.lose(before["start"])
        self._shared.hear(said["start"])
        self._told[worker] = said
        return self._stopping or self._shared.account.over

    def hold(self, start: str, usd: float) -> Answer:
        """Hold back a request's worst case for a start of a worker, if it fits."""
        return self._shared.hold(start, usd)

    def settle(self, start: str, held: float, cost: float) -> None:
        """Book what a request cost."""
        self._shared.settle(start, held, cost)

    def resume(self, start: str, usd: float) -> None:
        """Hold back again what was counted as spent."""
        self._shared.resume(start, usd)

    def money(self) -> Account:
        """Give the account as it is."""
        return self._shared.account

    def look(self) -> dict[str, Mapping[str, Any]]:
        """Give the last that each worker said."""
        return self._told

    def stop(self) -> None:
        """Have every worker stop."""
        self._stopping = True


class BoardTill:
    """The way to the account at the board."""

    def __init__(self, board: Any, start: str) -> None:
        """``start`` names this start of a worker."""
        self._board = board
        self._start = start

    async def hold(self, usd: float) -> Answer:
        """Hold back a request's worst case, if it fits. Raises Stopped when the driver is gone."""
        try:
            answer: Answer = await asyncio.wrap_future(self._board.hold.remote(self._start, usd).future())
        except Exception:  # Ray's, of several kinds
            raise Stopped("the driver is gone") from None
        return answer

    def settle(self, held: float, cost: float) -> None:
        """Book what a request cost."""
        self._board.settle.remote(self._start, held, cost)

    def resume(self, usd: float) -> None:
        """Hold back again what was counted as spent."""
        self._board.resume.remote(self._start, usd)
