"""A command that starts a model server in; the server out: waited for, watched, started once again, stopped.

While there is no server the exchange holds all requests; those that were in flight when it died are tried again by the
exchange's own rules. The server's process group ends with this process, however that ends (``leash``).
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from ..errors import TeacherStop
from . import leash
from .endpoints import Endpoint
from .exchange import Exchange
from .http import Broken
from .server_log import last_line, last_lines, telling_line

_LOOK = 0.25
"""Seconds between two looks at the process."""


class VllmProcess:
    """One model server, run for one exchange."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        start_seconds: float,
        warm_up: bytes,
    ) -> None:
        """``start_seconds`` it may take to be ready; ``warm_up`` is the body of its first request."""
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self._start_seconds = start_seconds
        self._warm_up = warm_up
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self.starts = 0
        self._ready = False

    @property
    def log(self) -> Path:
        """The log of the latest start."""
        return self._log if self.starts < 2 else self._log.with_name(f"{self._log.stem}.{self.starts}.log")

    def state(self) -> str:
        """Say what the server is doing while it serves nobody; empty when it serves."""
        if self._ready or self._process is None:
            return ""
        again = " again" if self.starts > 1 else ""
        seconds, said = time.monotonic() - self._began, last_line(self.log)
        return f"starting{again}, {seconds:.0f} s" + (f": {said}" if said else "")

    async def keep(self, exchange: Exchange, begun: Callable[[Endpoint], Awaitable[None]]) -> None:
        """Have the server serve until this is cancelled. What ends that sooner stops the exchange.

        ``begun`` is told whenever it has been started and is ready.
        """
        exchange.hold()
        try:
            while True:
                self._start()
                (endpoint,) = exchange.endpoints.all
                await self._until_ready(endpoint)
                self._ready = True
                await begun(endpoint)
                exchange.release()
                await self._until_ended()
                self._ready = False
                exchange.hold()
                if self.starts > 1:
                    raise self._died("ended twice")
        except TeacherStop as stop:
            exchange.halt(stop)

    async def stop(self) -> None:
        """Stop the server: first kindly, after some seconds by force. Interrupted, it is stopped all the same."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        until = time.monotonic() + leash.GRACE + 5
        while process.poll() is None and time.monotonic() < until:
            await asyncio.sleep(0.05)
        process.kill()
        process.wait()

    def _start(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self.starts += 1
        self._began = time.monotonic()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-I", leash.__file__, str(os.getpid()), str(self.log), *self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )

    async def _until_ended(self) -> None:
        assert self._process is not None
        while self._process.poll() is None:
            await asyncio.sleep(_LOOK)

    async def _until_ready(self, endpoint: Endpoint) -> None:
        """Wait until the server is well, and has answered a first request, which compiles and loads what is left."""
        access = endpoint.access
        warming = b"%b%d\r\n\r\n%b" % (access.post, len(self._warm_up), self._warm_up)
        for payload in (access.beside("/health"), warming):
            while not await self._answers(endpoint, payload):
                assert self._process is not None
                if self._process.poll() is not None:
                    raise self._died(
                        "ended again before it was ready" if self.starts > 1 else "ended before it was ready"
                    )
                if time.monotonic() - self._began > self._start_seconds:
                    waited = f"was not ready within {self._start_seconds:g} s"
                    raise self._noted(f"vLLM {waited}; its log is {self.log}; see start_seconds")
                await asyncio.sleep(_LOOK)

    async def _answers(self, endpoint: Endpoint, payload: bytes) -> bool:
        left = self._start_seconds - (time.monotonic() - self._began)
        try:
            answer = await endpoint.pool.ask(payload, min(max(left, 1.0), 120.0))
        except Broken:
            return False
        return answer.status < 500

    def _died(self, what: str) -> TeacherStop:
        assert self._process is not None
        code = self._process.wait()
        how = f"killed by {signal.Signals(code - 128).name}" if code > 128 else f"exit status {code}"
        said = telling_line(self.log)
        missing = "No module named 'vllm" in said
        advice = f"install it there, or name another interpreter by python ({self._command[0]})" if missing else ""
        return self._noted(
            f"vLLM {what} ({how})" + (f": {said}" if said else "") + f"; {advice or f'its log is {self.log}'}"
        )

    def _noted(self, message: str) -> TeacherStop:
        stop = TeacherStop(message)
        for line in last_lines(self.log):
            stop.add_note(line)
        return stop
