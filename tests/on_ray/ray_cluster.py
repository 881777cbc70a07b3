"""A real Ray cluster on this machine, started as by hand; its processes, and what they hold: for the tests."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runs import KEY

Due = Callable[[], bool]


def wait(due: Due, seconds: float = 240) -> None:
    """Wait until it is due."""
    end = time.monotonic() + seconds
    while not due():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


class RayCluster:
    """A running cluster."""

    def __init__(self, address: str, folder: Path) -> None:
        self.environment = {"RAY_ADDRESS": address, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self.folder = folder
        """Its sessions, with its logs."""

    def kill(self) -> None:
        """Kill all its processes at once, as a loss of power would."""
        for pid in with_children(mentioning(str(self.folder))):
            kill(pid)


@contextmanager
def cluster(cpus: int = 3) -> Iterator[RayCluster]:
    """Start a cluster; it ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))  # short: it holds sockets, whose paths may not be long
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        port = trying.getsockname()[1]
    flags = f"--head --port={port} --num-cpus={cpus} --include-dashboard=false"
    flags += f" --disable-usage-stats --object-store-memory=100000000 --temp-dir={folder}"
    found = RayCluster(f"127.0.0.1:{port}", folder)
    package = {"OPENAI_API_KEY": KEY, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    environment = {**os.environ, **found.environment, **package}
    del environment["RAY_ADDRESS"]
    try:
        command = [str(Path(sys.executable).with_name("ray")), "start", *flags.split()]
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        yield found
    finally:
        found.kill()
        shutil.rmtree(folder, ignore_errors=True)


def kill(pid: int) -> None:
    """Kill a process, if it is there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def holders(run: Path) -> set[int]:
    """Give the processes that have a journal of a run open."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            held = link.readlink()
        except OSError:
            continue
        if held.parent == run / "journal":
            found.add(int(link.parts[2]))
    return found


def mentioning(text: str) -> set[int]:
    """Give the processes with a text in their command lines, this one apart."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text.encode() in path.read_bytes():
                found.add(int(path.parts[2]))
        except OSError:
            continue
    return found - {os.getpid()}


def with_children(pids: set[int]) -> set[int]:
    """Give processes and all that descend from them."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parts[2])] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, new = set(pids), set(pids)
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return found - {os.getpid()}
