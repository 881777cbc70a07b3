"""Run folders and a port in; the page, served on this machine only, out. Returns when it is stopped."""

import errno
import getpass
import re
import secrets
import socket
import threading
import webbrowser
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from ..errors import SetupError
from .viewed import Viewed

PORT = 8421
_HOST = "127.0.0.1"


def serve(paths: Sequence[Path], port: int = PORT, show: bool = False) -> None:
    """Serve the page over one or two runs until it is stopped. Prints its address; opens a browser only if ``show``.

    Raises SetupError for a folder that holds no run and a port that is in use.
    """
    if not 1 <= len(paths) <= 2:
        raise SetupError(f"view: expected one run or two, to be seen side by side (got {len(paths)})")
    with _bound(port) as listening:
        runs = [Viewed(path) for path in paths]
        for run in runs:
            threading.Thread(target=run.fresh, daemon=True).start()
        address = f"http://{_HOST}:{listening.getsockname()[1]}/"
        import uvicorn

        # loaded on use: the command line starts without a web framework
        application = import_module("instructgen.page.app").application
        app = application(runs, listening.getsockname()[1], secrets.token_urlsafe(32), reviewer())
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, ws="none",
            lifespan="off", timeout_graceful_shutdown=2,
        )  # fmt: skip
        print(f"{address}  Ctrl-C stops", flush=True)
        if show:
            webbrowser.open(address)
        uvicorn.Server(config).run(sockets=[listening])


def reviewer() -> str:
    """Give the name under which decisions are kept: the login's, as far as a file may be called that."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    return re.sub(r"[^\w.@-]", "_", name)[:64].lstrip(".@-") or "reviewer"


def _bound(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
    except OSError as error:
        listening.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
        raise SetupError(f"--port {port}: {why}; give another, or --port 0 for any that is free") from None
    return listening
