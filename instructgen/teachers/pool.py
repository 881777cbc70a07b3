"""A request's bytes in; a whole answer out, over connections that are kept alive and opened when there are too few."""

import asyncio
import ssl
from collections.abc import Callable

from .http import Answer, Broken, Connection
from .routes import Route

_IDLE_SECONDS = 50.0
"""Age at which an idle connection is not used again: many gateways close at 60 s."""

_CONNECT_SECONDS = 30.0


class Pool:
    """The connections to one server."""

    def __init__(self, route: Route) -> None:
        self.loop = asyncio.get_running_loop()
        self._route = route
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()

    async def ask(self, payload: bytes, timeout: float, sending: Callable[[], None] | None = None) -> Answer:
        """Send a request, give its answer. Raises Broken.

        A kept-alive connection that turns out to be closed before a byte came back is replaced once, silently. Not so
        where ``sending`` is to be called right before a request goes out: then none goes out twice.
        """
        connection = self._kept()
        if connection is not None:
            if sending is not None:
                sending()
            try:
                return await self._asked(connection, payload, timeout)
            except Broken as fault:
                if not (fault.untouched and fault.kind == "reset" and sending is None):
                    raise
        connection = await self._connect(timeout)
        if sending is not None:
            sending()
        return await self._asked(connection, payload, timeout)

    def take_back(self, connection: Connection) -> None:
        """Keep a connection for the next request."""
        connection.idle_since = self.loop.time()
        self._idle.append(connection)

    def forget(self, connection: Connection) -> None:
        """Drop a closed connection."""
        self._all.discard(connection)

    async def close(self) -> None:
        """Close all connections."""
        self._idle.clear()
        for connection in list(self._all):
            connection.close()
        await asyncio.sleep(0)

    @staticmethod
    async def _asked(connection: Connection, payload: bytes, timeout: float) -> Answer:
        future = connection.ask(payload, timeout)
        try:
            return await future
        except asyncio.CancelledError:
            connection.close()
            raise

    def _kept(self) -> Connection | None:
        oldest = self.loop.time() - _IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.open and connection.idle_since >= oldest:
                return connection
            connection.close()
        return None

    async def _connect(self, timeout: float) -> Connection:
        try:
            async with asyncio.timeout(min(timeout, _CONNECT_SECONDS)):
                return await self._opened(timeout)
        except TimeoutError:
            raise Broken("timeout", f"{self._route.server} did not take a connection in time", untouched=True) from None
        except ssl.SSLError as error:
            kind = "certificate" if isinstance(error, ssl.SSLCertVerificationError) else "reset"
            raise Broken(kind, f"TLS with {self._route.server} failed ({error.reason})", untouched=True) from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Broken("refused", f"no connection to {self._route.server} ({why})", untouched=True) from None

    async def _opened(self, timeout: float) -> Connection:
        route = self._route
        connection = Connection(self.take_back, self.forget)
        name = None if route.tls_first is None else (route.host if route.tunnel else route.server_name or route.host)
        await self.loop.create_connection(
            lambda: connection, route.host, route.port, ssl=route.tls_first, server_hostname=name
        )
        self._all.add(connection)
        if route.tunnel is not None and route.tls_inner is not None:
            try:
                answer = await connection.open_tunnel(route.tunnel, timeout)
                if answer.status != 200:
                    raise Broken("refused", f"the proxy answered {answer.status} when asked for {route.server}")
                await connection.secure(route.tls_inner, route.server_name)
            except BaseException:
                connection.close()
                raise
        return connection
