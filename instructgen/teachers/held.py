"""Refusals before the first answer in; whose fault they are out: the set-up's, or the records'."""

import asyncio

from .refusals import kind_of_refusal

_SAME_REFUSALS = 20
"""So many first requests refused in the same words are the set-up's fault, not the records'."""


class Held:
    """Keeps refusals until it is known whose fault they are, so that the set-up's fault reaches no journal.

    They are the records' once another request is answered, or when there is nobody left to wait for.
    """

    def __init__(self) -> None:
        self._kinds: list[str] = []
        self._waiting: list[asyncio.Future[None]] = []

    def too_many(self, said: str) -> int:
        """Count a refusal; give how many came in the same words if that is enough to blame the set-up, else 0."""
        self._kinds.append(kind_of_refusal(said))
        same = len(self._kinds) >= _SAME_REFUSALS and len(set(self._kinds)) == 1
        return len(self._kinds) if same else 0

    def hold(self) -> "asyncio.Future[None]":
        """Give what ends when the refusal may go."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return waiting

    def let_go(self, known: bool, active: int) -> None:
        """Let all go if it is ``known`` whose fault they are, or if all of the ``active`` requests are held."""
        waiting = self._waiting
        if waiting and (known or len(waiting) >= active):
            self._waiting = []
            for each in waiting:
                if not each.done():
                    each.set_result(None)
