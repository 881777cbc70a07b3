"""A request's bytes in; status, headers and body out: one connection of HTTP/1.1, on asyncio.

It does only what asking a model server needs, at a fraction of a general client's cost: no redirects, no cookies, no
HTTP/2, no streaming. ``httptools`` parses.
"""

import asyncio
import ssl
import zlib
from collections.abc import Callable
from typing import NamedTuple

import httptools

_MOST_BYTES = 64 * 1024 * 1024
"""A reply longer than this is broken: no chat completion comes near it."""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    """Names in lower case; of a repeated one the last."""
    body: bytes


class Broken(Exception):
    """No whole answer came. ``kind``: refused, reset, timeout, malformed or certificate."""

    def __init__(self, kind: str, detail: str, untouched: bool = False) -> None:
        super().__init__(detail)
        self.kind = kind
        self.untouched = untouched
        """Not one byte of an answer had come."""


class Connection(asyncio.Protocol):
    """One connection: a request at a time.

    ``keep`` is called when it may be asked again, ``forget`` when it is closed.
    """

    def __init__(self, keep: Callable[["Connection"], None], forget: Callable[["Connection"], None]) -> None:
        self._keep = keep
        self._forget = forget
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[Answer] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._length = 0
        self._headed = self._touched = False
        self._opening: bytes | None = None
        self.idle_since = 0.0

    # ── what the pool calls ──────────────────────────────────────────────────────────────────────────────────

    def ask(self, payload: bytes, timeout: float) -> "asyncio.Future[Answer]":
        """Send a request; the future ends in its answer or in Broken. Cancelling it closes the connection."""
        transport = self._transport
        future: asyncio.Future[Answer] = self._loop.create_future()
        if transport is None or transport.is_closing():
            future.set_exception(Broken("reset", "the connection was closed", untouched=True))
            return future
        self._waiting = future
        self._touched = False
        self._timer = self._loop.call_later(timeout, self._late, timeout)
        transport.write(payload)
        return future

    def open_tunnel(self, payload: bytes, timeout: float) -> "asyncio.Future[Answer]":
        """Ask a proxy for a tunnel: the answer ends with its headers."""
        self._opening = b""
        return self.ask(payload, timeout)

    async def secure(self, context: ssl.SSLContext, server_name: str) -> None:
        """Go on in TLS inside the tunnel."""
        assert self._transport is not None
        inner = await self._loop.start_tls(self._transport, self, context, server_hostname=server_name)
        assert inner is not None
        self._transport = inner

    def close(self) -> None:
        """Close at once; a waiting request ends in Broken."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def open(self) -> bool:
        """Whether a request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    # ── what the event loop calls ────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; uvloop's has the same methods without being a subclass."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what comes unasked closes the connection."""
        waiting = self._waiting
        if waiting is None or waiting.done():
            self.close()
            return
        self._touched = True
        if self._opening is not None:
            self._tunnel_bytes(data)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(Broken("malformed", f"not an HTTP answer ({type(error).__name__})"))

    def eof_received(self) -> None:
        """Take a body that the end of the connection ends."""
        self._ended()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End a waiting request; forget the connection."""
        self._ended()
        self._transport = None
        self._forget(self)

    # ── what the parser calls ────────────────────────────────────────────────────────────────────────────────

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Note that a body may follow."""
        self._headed = True

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body."""
        self._length += len(data)
        if self._length > _MOST_BYTES:
            self._fail(Broken("malformed", f"the answer is longer than {_MOST_BYTES} bytes"))
        else:
            self._chunks.append(data)

    def on_message_complete(self) -> None:
        """Hand the answer over and the connection back."""
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._headers, self._headed = {}, False
            return
        self._deliver(status, self._parser.should_keep_alive())

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _deliver(self, status: int, keep: bool) -> None:
        waiting, headers, chunks = self._waiting, self._headers, self._chunks
        self._rest()
        if waiting is None or waiting.done():
            self.close()
            return
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        coding = headers.get("content-encoding")
        if coding:
            try:
                body = _unpacked(body, coding)
            except (zlib.error, ValueError) as error:
                self.close()
                waiting.set_exception(Broken("malformed", f"the answer's {coding[:20]} cannot be unpacked ({error})"))
                return
        if keep:
            self._keep(self)
        else:
            self.close()
        waiting.set_result(Answer(status, headers, body))

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._waiting = self._timer = None
        self._headers, self._chunks, self._length, self._headed = {}, [], 0, False

    def _fail(self, fault: Broken) -> None:
        waiting = self._waiting
        self._rest()
        self.close()
        if waiting is not None and not waiting.done():
            waiting.set_exception(fault)

    def _late(self, timeout: float) -> None:
        self._fail(Broken("timeout", f"no whole answer within {timeout:g} s"))

    def _ended(self) -> None:
        if self._waiting is None:
            return
        framed = "content-length" in self._headers or "transfer-encoding" in self._headers
        if self._headed and not framed:
            self._deliver(self._parser.get_status_code(), keep=False)
        else:
            part = "half-way through the answer" if self._touched else "before the answer"
            self._fail(Broken("reset", f"the connection was closed {part}", untouched=not self._touched))

    def _tunnel_bytes(self, data: bytes) -> None:
        self._opening = (self._opening or b"") + data
        head, end, _ = self._opening.partition(b"\r\n\r\n")
        if end:
            words = head.split(None, 2)
            status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
            waiting, self._opening = self._waiting, None
            self._rest()
            if waiting is not None and not waiting.done():
                waiting.set_result(Answer(status, {}, b""))


def _unpacked(body: bytes, coding: str) -> bytes:
    coding = coding.strip().lower()
    if coding == "identity":
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ValueError("an unknown coding")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    plain = unpacker.decompress(body, _MOST_BYTES)
    if not unpacker.eof:
        raise ValueError("it is cut off or too long")
    return plain
