"""Command lines in; processes of their own that run them out, without the second that imports take.

A process that has imported everything forks for each command line: what is killed is a real process, and starts cold in
all but its imports.

    python tests/warm_start.py          # reads command lines as JSON, writes process numbers and exit statuses
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from runs import KEY

from instructgen import cli


class Warm:
    """A process that forks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, *arguments: object) -> int:
        """Start a command line; give its process's number."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(a) for a in arguments]) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def ended(self) -> int:
        """Wait for it; give the exit status, negative for a signal."""
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextlib.contextmanager
def warm(**environment: str) -> Iterator[Warm]:
    """Give a process that forks."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment},
    )
    try:
        yield Warm(process)
    finally:
        process.kill()
        process.communicate(timeout=10)


@pytest.fixture(scope="session")
def forking() -> Iterator[Warm]:
    """A process that forks command lines which have a key."""
    with warm(OPENAI_API_KEY=KEY) as process:
        yield process


def _serve() -> None:
    import openai  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import tenacity  # noqa: F401
    import uvloop  # noqa: F401

    for line in sys.stdin:
        process = os.fork()
        if not process:
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            try:
                cli.main(json.loads(line))
                os._exit(0)
            except SystemExit as end:
                os._exit(end.code if isinstance(end.code, int) else 1)
            except BaseException:
                os._exit(1)
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    _serve()
