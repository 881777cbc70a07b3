"""Run folders and a port in; the page, served on this machine only, out. Returns when it is stopped."""

import errno
import getpass
import re
import secrets
import socket
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SetupError
from .viewed import Viewed

PORT = 8421
_HOST = "127.0.0.1"


class Served(NamedTuple):
    """A page that listens; ``server.run(sockets=[listening])`` answers, until ``server.should_exit`` is set."""

    address: str
    token: str
    server: Any
    listening: socket.socket


@contextmanager
def listening(paths: Sequence[Path], port: int) -> Iterator[Served]:
    """Open runs and listen on this machine; port 0 is any that is free.

    Raises SetupError for a folder that holds no run, a number of runs other than one or two, and a port in use.
    """
    if not 1 <= len(paths) <= 2:
        raise SetupError(f"view: expected one run or two, to be seen side by side (got {len(paths)})")
    with _bound(port) as bound:
        runs = [Viewed(path) for path in paths]
        for run in runs:
            threading.Thread(target=run.fresh, daemon=True).start()
        import uvicorn

        # loaded on use: the command line starts without a web framework
        application = import_module("instructgen.page.app").application
        token, port = secrets.token_urlsafe(32), bound.getsockname()[1]
        config = uvicorn.Config(
            application(runs, port, token, reviewer()), log_level="warning", access_log=False, server_header=False,
            proxy_headers=False, ws="none", lifespan="off", timeout_graceful_shutdown=2,
        )  # fmt: skip
        yield Served(f"http://{_HOST}:{port}/", token, uvicorn.Server(config), bound)


def serve(paths: Sequence[Path], port: int = PORT, show: bool = False) -> None:
    """Serve the page over one or two runs until it is stopped. Prints its address; opens a browser only if ``show``.

    Raises SetupError as ``listening`` does.
    """
    with listening(paths, port) as page:
        print(f"{page.address}  Ctrl-C stops", flush=True)
        if show:
            webbrowser.open(page.address)
        page.server.run(sockets=[page.listening])


def reviewer() -> str:
    """Give the name under which decisions are kept: the login's, as far as a file may be called that."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    return re.sub(r"[^\w.@-]", "_", name)[:64].lstrip(".@-") or "reviewer"


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((_HOST, port))
        bound.listen()
    except OSError as error:
        bound.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
        raise SetupError(f"--port {port}: {why}; give another, or --port 0 for any that is free") from None
    return bound
