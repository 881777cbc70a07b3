"""A request's body in; a reply or a fault out: the connections of the loopback teacher.

Which fault a request meets is decided by the hash of its body, and for passing faults also by how often it was asked
before, so that retries succeed in the end.

| fault | what it does |
|---|---|
| 429, 429-after, 429-date, 500, 503, reset, half, not-json, drip, wrong-type, hang | passing |
| 400, 401, 404, quota, content_filter, azure-filter, refusal, length, think, reasoning, empty | lasting |
| echo-STATUS | lasting: an error that repeats the request's headers and target |
| no-schema, no-temperature | with any share: the server lacks it |
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from hashlib import blake2b
from time import time

import httptools
import msgspec
from loopback_replies import REFUSALS, Chat, completion, decode, digest_of

PASSING = ("429", "429-after", "429-date", "500", "503", "reset", "half", "not-json", "drip", "wrong-type", "hang")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Behaviour:
    """How the server behaves."""

    latency: float = 0.0
    """Seconds before an answer."""
    reply_tokens: int = 120
    faults: dict[str, float] = field(default_factory=dict)
    """Share of each fault."""
    key: str | None = None
    """The only key that is accepted; None for any."""
    models: tuple[str, ...] = ("loopback-small", "loopback-large")
    retry_after: float = 1.0
    drip_seconds: float = 1.0
    slots: int = 0
    """Requests served at a time; the rest get 429. 0 for no limit."""


@dataclass
class Counts:
    """What was asked and answered."""

    paths: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    """By the body's digest, which is also the end of the completion's id."""
    answered: dict[str, int] = field(default_factory=dict)
    in_flight: int = 0
    peak: int = 0


class Loopback:
    """The server's state, shared by its connections."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.counts = Counts()
        self.last_body = b""
        self.last_headers: dict[str, str] = {}
        self.last_target = ""
        self.verbatim: list[bytes] = []
        """Bodies to answer with, once each, under the fault ``verbatim``."""
        self.pages: dict[str, Callable[[], str]] = {}
        """What is given as text at further paths."""
        self.connections: set[Connection] = set()

    def fault(self, digest: bytes, attempt: int) -> str | None:
        """Choose the fault that a request meets."""
        faults = self.behaviour.faults
        if "verbatim" in faults:
            return "verbatim" if self.verbatim else None
        if not faults:
            return None
        lasting = _share(digest)
        passing = _share(digest + attempt.to_bytes(4, "big"))
        for name, share in faults.items():
            if name in PASSING:
                passing -= share
                if passing < 0:
                    return name
            elif not name.startswith("no-"):
                lasting -= share
                if lasting < 0:
                    return name
        return None

    def control(self, body: bytes, caller: "Connection") -> None:
        """Change the behaviour; ``drop: true`` closes all other connections."""
        given = msgspec.json.decode(body) if body else {}
        if given.pop("reset", False):
            self.counts = Counts(in_flight=self.counts.in_flight)
        if given.pop("drop", False):
            for connection in self.connections - {caller}:
                connection.drop()
        self.behaviour = replace(self.behaviour, **given)


def _share(data: bytes) -> float:
    return int.from_bytes(blake2b(data, digest_size=6).digest(), "big") / 2**48


class Connection(asyncio.Protocol):
    def __init__(self, server: Loopback) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._target, self._headers, self._chunks = b"", dict[str, str](), list[bytes]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport has the same methods without being a subclass
        self._transport = transport  # type: ignore[assignment]
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.connections.discard(self)

    def drop(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._close()

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode()

    def on_body(self, data: bytes) -> None:
        self._chunks.append(data)

    def on_message_complete(self) -> None:
        target, body, headers = self._target.decode(), b"".join(self._chunks), self._headers
        self._target, self._headers, self._chunks = b"", {}, []
        path = target.partition("?")[0]
        if target.startswith("http://"):  # as a forward proxy is asked
            path = "/" + path.split("/", 3)[-1]
        counts = self._server.counts
        counts.paths[path] = counts.paths.get(path, 0) + 1
        if path.endswith("/chat/completions"):
            self._server.last_body, self._server.last_headers, self._server.last_target = body, headers, target
            counts.in_flight += 1
            counts.peak = max(counts.peak, counts.in_flight)
            self._chat(body, headers)
        elif path == "/control":
            self._server.control(body, self)
            self._send(200, b"{}")
        elif path == "/control/stats":
            self._send(200, _encode(self._stats()))
        elif path.endswith("/models"):
            data = [{"id": m, "object": "model"} for m in self._server.behaviour.models]
            self._send(200, _encode({"object": "list", "data": data}))
        elif path in self._server.pages:
            self._send(200, self._server.pages[path]().encode(), kind=b"text/plain")
        else:
            self._send(404, b'{"error":{"message":"no such path"}}')

    def _stats(self) -> dict[str, object]:
        c = self._server.counts
        return {
            "requests": sum(c.asked.values()),
            "paths": c.paths,
            "faults": c.faults,
            "asked": c.asked,
            "answered": c.answered,
            "answered_twice": sum(1 for n in c.answered.values() if n > 1),
            "peak": c.peak,
        }

    # ── one chat completion ──────────────────────────────────────────────────────────────────────────────────

    def _chat(self, body: bytes, headers: dict[str, str]) -> None:
        server, behaviour, counts = self._server, self._server.behaviour, self._server.counts
        digest = digest_of(body)
        name = digest.hex()
        attempt = counts.asked.get(name, 0)
        counts.asked[name] = attempt + 1
        fault = server.fault(digest, attempt)
        chat = decode(body)
        if behaviour.key is not None and headers.get("authorization") != f"Bearer {behaviour.key}":
            fault = "401"
        elif chat.model not in behaviour.models:
            fault = "404"
        elif "no-schema" in behaviour.faults and chat.response_format is not None:
            fault = "no-schema"
        elif "no-temperature" in behaviour.faults and (chat.temperature is not None or chat.max_tokens is not None):
            fault = "no-temperature"
        elif behaviour.slots and counts.in_flight > behaviour.slots:
            fault = "429"
        if fault:
            counts.faults[fault] = counts.faults.get(fault, 0) + 1
        if behaviour.latency:
            self._loop.call_later(behaviour.latency, self._answer, chat, digest, fault, headers)
        else:
            self._answer(chat, digest, fault, headers)

    def _answer(self, chat: Chat, digest: bytes, fault: str | None, headers: dict[str, str]) -> None:
        self._server.counts.in_flight -= 1
        if self._transport is None or self._transport.is_closing():
            return
        refusal = REFUSALS.get(fault or "")
        if refusal:
            status, message, code = refusal
            key = headers.get("authorization", "")
            told = message.format(model=chat.model, key=key.removeprefix("Bearer "))
            self._send(status, _encode({"error": {"message": told, "type": code, "code": code}}), self._extra(fault))
            return
        if fault and fault.startswith("echo-"):
            told = f"refused with {headers} at {self._server.last_target}"
            self._send(int(fault[5:]), _encode({"error": {"message": told}}))
            return
        if fault == "verbatim":
            self._send(200, self._server.verbatim.pop(0))
            return
        text = completion(chat, digest, fault, self._server.behaviour.reply_tokens)
        if fault in ("reset", "half", "not-json", "drip", "wrong-type", "hang"):
            self._spoil(fault, text)
            return
        name = digest.hex()
        answered = self._server.counts.answered
        answered[name] = answered.get(name, 0) + 1
        self._send(200, text)

    def _extra(self, fault: str | None) -> bytes:
        after = self._server.behaviour.retry_after
        if fault == "429-after":
            return b"Retry-After: %g\r\n" % after
        return b"Retry-After: %b\r\n" % formatdate(time() + after, usegmt=True).encode() if fault == "429-date" else b""

    def _spoil(self, fault: str, body: bytes) -> None:
        assert self._transport is not None
        whole = _head(200, len(body)) + body
        if fault == "reset":
            self._transport.write(whole[: len(whole) // 3])
            self._loop.call_soon(self._abort)
        elif fault == "half":
            self._transport.write(whole[: -len(body) // 2])
            self._close()
        elif fault == "not-json":
            self._send(200, body[: len(body) // 2])
        elif fault == "wrong-type":
            self._send(200, b"<html><body>The gateway says hello.</body></html>", kind=b"text/html")
        elif fault == "drip":
            step = max(1, len(whole) // 20)
            for n, at in enumerate(range(0, len(whole), step)):
                pause = self._server.behaviour.drip_seconds * n / 20
                self._loop.call_later(pause, self._drip, whole[at : at + step])

    def _drip(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _abort(self) -> None:
        if self._transport is not None:
            # Lingering for no time makes the kernel send a reset instead of an orderly end.
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self._transport.abort()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _send(self, status: int, body: bytes, extra: bytes = b"", kind: bytes = b"application/json") -> None:
        if self._transport is not None:
            self._transport.write(_head(status, len(body), extra, kind) + body)


def _head(status: int, length: int, extra: bytes = b"", kind: bytes = b"application/json") -> bytes:
    head = b"HTTP/1.1 %d X\r\nContent-Type: %b\r\nServer: loopback\r\nx-request-id: req\r\n%bContent-Length: %d\r\n\r\n"
    return head % (status, kind, extra, length)
