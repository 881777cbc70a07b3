"""The driver's folder and a store: what workers have finished comes into the folder, what only the folder has goes out.

The folder comes first: what it has finished is finished. So status, export and another engine find in it all that
they find in a run that knew no store.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..errors import UserError
from ..leases import EXPIRY_SECONDS, Quiet
from ..run_folder import RunFolder
from ..stores import Store
from ..supply import Supply
from .stored_shards import StoredShards

LOOK_SECONDS = 1.0


class Sharing:
    """A run's folder beside its store."""

    def __init__(self, store: Store, folder: RunFolder, supply: Supply) -> None:
        """The caller holds the folder's lock."""
        self.url = store.url
        self._stored = StoredShards(store, supply.facts)
        self._folder, self._supply = folder, supply

    def settle(self, numbers: Sequence[int], stopping: Callable[[], bool]) -> dict[int, Mapping[str, Any]]:
        """Bring in which of these shards are finished in the store, and put what only the folder has of the others.

        Gives the footers of the finished ones. Waits for shards whose owners may live, where there is something to
        put. Raises UserError.
        """
        facts, found = self._supply.facts, self._finished(numbers, stopping)
        here = {*self._folder.shards("journal"), *self._folder.shards("contexts")}
        going = {*numbers, *(here if facts.moved else ())} - found.keys()  # any journal may be looked in after a move
        waiting = {number: Quiet() for number in sorted(here & going)}
        while waiting and not stopping():
            for number, quiet in list(waiting.items()):
                if stopping() or self._stored.push(self._folder, number, quiet, contexts=not facts.rereading):
                    del waiting[number]
            if waiting:
                time.sleep(LOOK_SECONDS)
        return found

    def bring(self, number: int) -> None:
        """Bring in a shard that a worker says is finished. Raises UserError."""
        if self._stored.fetch(self._folder, self._supply, number) is None:
            raise UserError(f"{self.url}: shard {number} was finished there, and is not to be found; run again")

    def bring_journals(self) -> None:
        """Bring in what the store's journals have and the folder's have not. Raises UserError."""
        for number in sorted(self._stored.shards()):
            self._stored.fetch_journal(self._folder, number)

    def pull(self, say: Callable[[str], None], *, wait: bool = True) -> None:
        """Bring in all that the store has and the folder has not, so that this machine can go on. Raises UserError.

        With ``wait``, a shard is brought in when no worker owns it any more.
        """
        open_ = [n for n in sorted(self._stored.shards()) if self._wanted(n)]
        waiting, told = {number: Quiet() for number in open_}, False
        while wait and waiting:
            waiting = {n: quiet for n, quiet in waiting.items() if not self._stored.is_free(n, quiet)}
            if waiting and not told:
                told = True
                say(
                    f"{self.url}: workers hold {len(waiting)} shards; waiting until they let go, "
                    f"or for {EXPIRY_SECONDS:.0f} s if they are lost"
                )
            if waiting:
                time.sleep(LOOK_SECONDS)
        done = self._finished(open_, lambda: False)
        for number in open_:
            if number not in done:
                self._begun(number)

    def _wanted(self, number: int) -> bool:
        return self._supply.wanted(number) > 0 and self._supply.finished(number) is None

    def _finished(self, numbers: Iterable[int], stopping: Callable[[], bool]) -> dict[int, Mapping[str, Any]]:
        there, found = self._stored.shards(), {}
        for number in numbers:
            if number in there and not stopping():
                noted = self._stored.fetch(self._folder, self._supply, number)
                if noted is not None:
                    found[number] = noted
        return found

    def _begun(self, number: int) -> None:
        if self._folder.part("contexts", number).exists():
            self._stored.fetch_journal(self._folder, number)
        else:
            self._stored.fetch_begun(self._folder, number)
