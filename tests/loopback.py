"""The loopback teacher: a real HTTP server that answers chat completions, or faults on demand.

    python tests/loopback.py --port 8001 --latency 0.2 --fault 500=0.1,reset=0.05

prints its base URL when it listens. POST /control sets the fields of ``Behaviour`` (``reset: true`` forgets the
counts, ``drop: true`` closes connections); GET /control/stats counts what was asked and answered. In tests: the
fixture ``loopback`` (a thread), or ``spawned`` (a process of its own).
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import msgspec
import pytest
from loopback_server import Behaviour, Connection, Loopback

_open = build_opener(ProxyHandler({})).open


class Stats(msgspec.Struct):
    """What a loopback server counted."""

    requests: int
    paths: dict[str, int]
    faults: dict[str, int]
    asked: dict[str, int]
    """Times by body digest, with which a completion's id ends: ``chatcmpl-DIGEST``."""
    answered: dict[str, int]
    answered_twice: int
    peak: int
    """Most requests in flight."""


class Teacher:
    """A running loopback server."""

    def __init__(self, root: str, server: Loopback | None = None) -> None:
        self.root = root
        self.base_url = f"{root}/v1"
        self._server = server

    def set(self, **fields: object) -> None:
        """Set fields of ``Behaviour``; ``reset=True`` forgets the counts, ``drop=True`` closes connections."""
        request = Request(f"{self.root}/control", data=msgspec.json.encode(fields), method="POST")
        with _open(request, timeout=10) as answer:
            answer.read()

    def stats(self) -> Stats:
        """Give the counts."""
        with _open(f"{self.root}/control/stats", timeout=10) as answer:
            return msgspec.json.decode(answer.read(), type=Stats)

    @property
    def server(self) -> Loopback:
        """The server's state, where it runs in this process."""
        assert self._server is not None
        return self._server


@contextlib.contextmanager
def running(behaviour: Behaviour | None = None, port: int = 0) -> Iterator[Teacher]:
    """Run a server in a thread of this process."""
    server, ready, ends = Loopback(behaviour or Behaviour()), threading.Event(), list[object]()

    async def serve() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", port)
        ends.extend((loop, done, listening.sockets[0].getsockname()[1]))
        ready.set()
        await done.wait()
        listening.close()
        for connection in tuple(server.connections):
            connection.drop()
        await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    loop, done, bound = ends
    assert isinstance(loop, asyncio.AbstractEventLoop)
    assert isinstance(done, asyncio.Event)
    try:
        yield Teacher(f"http://127.0.0.1:{bound}", server)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


@contextlib.contextmanager
def spawned(*arguments: str) -> Iterator[Teacher]:
    """Run a server in a process of its own, with command-line arguments."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__)), *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        yield Teacher(process.stdout.readline().strip().removesuffix("/v1"))
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def loopback() -> Iterator[Teacher]:
    """A faultless loopback teacher; ``set`` changes it."""
    with running() as teacher:
        yield teacher


async def _serve(server: Loopback, port: int) -> None:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", port, backlog=1024)
    print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1", flush=True)
    async with listening:
        await listening.serve_forever()


def _shares(text: str) -> dict[str, float]:
    pairs = (item.partition("=") for item in text.split(",") if item)
    return {name: float(share or 1.0) for name, _, share in pairs}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A loopback teacher.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--reply-tokens", type=int, default=120)
    parser.add_argument("--fault", type=_shares, default={}, help="NAME=SHARE,…")
    parser.add_argument("--key", default=None)
    parser.add_argument("--slots", type=int, default=0, help="requests at a time; the rest get 429")
    given = parser.parse_args()
    behaviour = Behaviour(
        given.latency, given.reply_tokens, given.fault, given.key, retry_after=0.1, drip_seconds=0.3, slots=given.slots
    )
    with contextlib.suppress(ImportError, KeyboardInterrupt):
        import uvloop

        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(_serve(Loopback(behaviour), given.port))
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(Loopback(behaviour), given.port))


if __name__ == "__main__":
    main()
