"""The ways to one server or several in; where to send the next request out: to whom has most room, and is well.

One server alone is never given up: its requests are tried again and again. Of several, one that refuses connections,
or fails three times with no answer in between, is out: its requests go to the others, and it is asked for its models,
ever more seldom, until it answers. Then it is sent one request, and more as they are answered. How many it may hold at
a time each server's own window finds, so that a slow one gets less.
"""

import asyncio
from collections.abc import Callable, Sequence
from random import uniform

from .gate import Gate
from .http import Broken
from .pool import Pool
from .rates import Window
from .server import Access, Pace

_STRIKES = 3
"""Failures in a row that put a server out."""

_FIRST_PROBE = 0.5
"""Seconds before a server that is out is first asked whether it is well; they double each time."""

_PROBE_TIMEOUT = 10.0
_UNREACHED = 8.0
"""Seconds for which servers are tried that never answered anything."""


class Endpoint(Window):
    """One server: the way to it, its connections, and how many requests it may hold."""

    def __init__(self, access: Access, pace: Pace) -> None:
        super().__init__(pace.max_in_flight, pace.adaptive)
        self.access = access
        self.pool = Pool(access.route)
        self.strikes = 0
        """Failures since it last answered."""
        self.probe_after = 0.0
        """Seconds to wait for the next probe; kept until it answers a request, and not only the probe."""


class Endpoints:
    """All servers of one teacher."""

    def __init__(self, accesses: Sequence[Access], pace: Pace, gone: Callable[[str], object]) -> None:
        """``gone`` is called, with what to tell the user, when all have been out for as long as patience lasts."""
        self._loop = asyncio.get_running_loop()
        self._pace = pace
        self._gone = gone
        self.all = tuple(Endpoint(access, pace) for access in accesses)
        self.gate = Gate(self.all)
        self.reached = False
        """Any of them answered anything."""
        self._all_out_since = float("inf")
        self._probing: set[asyncio.Task[None]] = set()

    @property
    def names(self) -> str:
        """All hosts and ports, for messages."""
        return ", ".join(endpoint.access.server for endpoint in self.all)

    def answered(self, endpoint: Endpoint, latency: float) -> None:
        """Note an answer, and that its server is well."""
        endpoint.answered(latency)
        if endpoint.strikes:
            endpoint.strikes, endpoint.probe_after = 0, 0.0

    def failed(self, endpoint: Endpoint, why: str, *, absent: bool = False) -> None:
        """Note that a server did not answer; ``absent`` if it took no connection. One of several may be out then."""
        endpoint.strikes += 1
        if len(self.all) > 1 and endpoint.open and (absent or endpoint.strikes >= _STRIKES):
            self.gate.shut(endpoint)
            if not any(each.open for each in self.all):
                self._all_out_since = self._loop.time()
            probing = self._loop.create_task(self._probe(endpoint, why))
            self._probing.add(probing)
            probing.add_done_callback(self._probing.discard)

    async def close(self) -> None:
        """Close all connections and stop looking after servers that are out."""
        for probing in self._probing:
            probing.cancel()
        await asyncio.gather(*self._probing, return_exceptions=True)
        for endpoint in self.all:
            await endpoint.pool.close()

    async def _probe(self, endpoint: Endpoint, why: str) -> None:
        """Ask a server that is out until it is well, or until all have been out for too long."""
        while self.gate.stopped is None:
            wait = max(_FIRST_PROBE, min(endpoint.probe_after, self._pace.max_wait))
            endpoint.probe_after = 2 * wait
            # Not all runs that share a server ask it at the same instant.
            await asyncio.sleep(min(uniform(0.5, 1.0) * wait, max(self._left(), 0.0)))
            if await self._well(endpoint):
                self._all_out_since = float("inf")
                endpoint.strikes = _STRIKES - 1
                endpoint.begin_anew()
                self.gate.reopen(endpoint)
                return
            if self._left() <= 0:
                self._gone(why)

    def _left(self) -> float:
        """Give the seconds of patience that are left; endless while any server is in."""
        patience = self._pace.retry_seconds if self.reached else min(_UNREACHED, self._pace.retry_seconds)
        return self._all_out_since + patience - self._loop.time()

    async def _well(self, endpoint: Endpoint) -> bool:
        try:
            answer = await endpoint.pool.ask(endpoint.access.models, min(_PROBE_TIMEOUT, self._pace.timeout))
        except Broken:
            return False
        return answer.status < 500 and answer.status != 429
