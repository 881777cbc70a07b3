"""A command in; the same command out, in a process group that ends with whoever asked for it.

    python leash.py PARENT LOG COMMAND …

``PARENT`` is the asking process's id, and standard input a pipe whose other end it holds: when it closes the pipe, or
is gone, however it went, the group gets SIGTERM and, ten seconds later, SIGKILL. When the command ends by itself, what
is left of its group is killed. Either way the whole group is waited for: a GPU's memory is free again when this ends.
What the command prints goes to ``LOG``, of which the last few megabytes are kept. The exit status is the command's;
128 and the signal's number where a signal ended it.

It is run by its path and imports nothing but the standard library, so that it starts in no time.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

MOST_BYTES = 4 * 1024 * 1024
"""Bytes of a log before it is put aside, over the one put aside before."""

GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def main(arguments: list[str]) -> int:
    """Run the command to its end, or to the parent's."""
    parent, log, *command = arguments
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_die_with_parent,
        )
    except OSError as error:
        Path(log).write_text(f"{command[0]}: cannot be started ({error.strerror})\n", encoding="utf-8")
        return 127
    assert child.stdout is not None
    pump = threading.Thread(target=_pump, args=(child.stdout, Path(log)), daemon=True)
    pump.start()
    while not _ended(child.pid):
        if _let_go(int(parent)):
            _signal(child.pid, signal.SIGTERM)
            until = time.monotonic() + GRACE
            while not _ended(child.pid) and time.monotonic() < until:
                time.sleep(0.05)
            break
    _signal(child.pid, signal.SIGKILL)  # the child is not reaped yet, so its group's number is still its own
    code = child.wait()
    _reap(child.pid)
    pump.join(2)
    return 128 - code if code < 0 else code


def _die_with_parent() -> None:
    """Let the command die with this process, should this one be killed; Linux only. And let it hear signals again."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _reap(group: int) -> None:
    """Wait some seconds for the rest of a group, whose members are this process's once their own parents are gone."""
    until = time.monotonic() + GRACE
    with suppress(ChildProcessError):
        while time.monotonic() < until:
            if os.waitpid(-group, os.WNOHANG) == (0, 0):
                time.sleep(0.02)


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _let_go(parent: int) -> bool:
    """Wait a quarter of a second at most; tell whether the parent let go or is gone.

    The pipe alone does not tell: a fork of the parent may outlive it and hold the other end.
    """
    readable, _, _ = select.select([sys.stdin.fileno()], [], [], 0.25)
    return bool(readable and not os.read(sys.stdin.fileno(), 64)) or os.getppid() != parent


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _pump(lines: IO[bytes], log: Path) -> None:
    """Write all that comes to the log; a full disk stops nobody."""
    file, written = log.open("wb", buffering=0), 0
    while piece := os.read(lines.fileno(), 65536):
        with suppress(OSError):
            if written > MOST_BYTES:
                file.close()
                log.replace(log.with_suffix(".1.log"))
                file, written = log.open("wb", buffering=0), 0
            file.write(piece)
            written += len(piece)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
