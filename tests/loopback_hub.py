"""A loopback stand-in for the Hugging Face Hub: repositories in memory, behind the real paths of its API.

It knows tokens and rights, large files by LFS, commits with a parent, what was fetched and sent; and answers with
faults on demand. What a test wants of it are plain attributes of ``Hub``.
"""

import contextlib
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from loopback_hub_answers import TOKEN, Answers, Refused, State


@dataclass
class Fault:
    """What a request is answered with instead; ``cut`` closes the connection in the middle."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    after: bool = False
    """The request is carried out, and only its answer is lost."""


class Hub(ThreadingHTTPServer, State):
    """The server."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        State.__init__(self)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: Counter[str] = Counter()
        """Requests by kind."""
        self.faults: defaultdict[str, list[Fault]] = defaultdict(list)
        """By kind of request: what the next ones get."""
        self.on: dict[str, Callable[[], None]] = {}
        """By kind of request: what happens just before the next one."""
        self.lock = threading.Lock()


_API, _NAME = "/api/datasets/", r"([\w.-]+/[\w.-]+)"
ROUTES: list[tuple[str, str, str]] = [
    ("GET", "/api/whoami-v2", "whoami"),
    ("POST", "/api/repos/create", "create"),
    ("POST", "/api/validate-yaml", "validate"),
    ("GET", rf"{_API}{_NAME}(?:/revision/([^/]+))?", "info"),
    ("GET", rf"{_API}{_NAME}/tree/([^/]+)(/.*)?", "tree"),
    ("POST", rf"{_API}{_NAME}/paths-info/([^/]+)", "paths"),
    ("POST", rf"{_API}{_NAME}/preupload/([^/]+)", "preupload"),
    ("POST", rf"{_API}{_NAME}/commit/([^/]+)", "commit"),
    ("POST", rf"{_API}{_NAME}/super-squash/([^/]+)", "squash"),
    ("GET", rf"{_API}{_NAME}/lfs-files", "stored"),
    ("POST", rf"{_API}{_NAME}/lfs-files/batch", "forget"),
    ("POST", rf"/datasets/{_NAME}\.git/info/lfs/objects/batch", "batch"),
    ("PUT", rf"/lfs/{_NAME}/(\w+)", "put"),
    ("POST", rf"/lfs/{_NAME}/verify", "verify"),
    ("GET", rf"/datasets/{_NAME}/resolve/([^/]+)/(.+)", "resolve"),
]
WRITES = ("create", "preupload", "commit", "squash", "stored", "forget", "batch", "verify")


class Handler(Answers, BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve("GET")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def _serve(self, method: str) -> None:
        path = self.path.partition("?")[0]
        found = ((kind, re.fullmatch(pattern, path)) for verb, pattern, kind in ROUTES if verb == method)
        kind, match = next(((kind, match) for kind, match in found if match), ("nothing", None))
        hub = self.server
        with hub.lock:
            hub.asked[kind] += 1
            happens = hub.on.pop(kind, None)
            fault = hub.faults[kind].pop(0) if hub.faults[kind] else None
        if happens:
            happens()
        if fault and fault.cut and not fault.after:
            self._cut()
            return
        body = self._body()
        if fault and not fault.after:
            self._send(fault.status, b"<html>away</html>", {"Content-Type": "text/html", **fault.headers})
            return
        try:
            self._admit(kind, match)
            with hub.lock:
                data, headers = getattr(self, f"_{kind}")(body, *(unquote(g or "") for g in match.groups()))  # type: ignore[union-attr]
        except Refused as refused:
            status, code, said = refused.args
            data, headers = json.dumps({"error": said}).encode(), {"X-Error-Code": code, "X-Error-Message": said}
            self._send(status, data, headers)
            return
        if fault:
            self.close_connection = True
            return
        self._send(200, data if isinstance(data, bytes) else json.dumps(data).encode(), headers)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _cut(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)) // 2)
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(206 if "Content-Range" in headers else status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    # ── rights ───────────────────────────────────────────────────────────────────────────────────────────────

    def _admit(self, kind: str, match: re.Match[str] | None) -> None:
        """Let a request pass, or refuse it as the Hub does."""
        if match is None:
            raise Refused(404, "NotFound", f"nothing is at {self.path}")
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        name, role = self.server.tokens.get(given, ("", ""))
        if given and not name:
            raise Refused(401, "", "Invalid credentials in Authorization header")
        if kind == "put":
            return  # the address is signed
        if not name and kind in ("whoami", *WRITES):
            raise Refused(401, "", "Invalid username or password.")
        owner, repo = (match.groups() or ("",))[0] or "", None
        if "/" in owner:
            repo = self.server.repos.get(owner)
            if repo is None or (repo.private and owner.partition("/")[0] != name):
                raise Refused(404 if name else 401, "RepoNotFound", "Repository not found")
        if kind in WRITES and (role != "write" or (repo and owner.partition("/")[0] != name)):
            raise Refused(403, "", "you may not write here")


@contextlib.contextmanager
def serving() -> Iterator[Hub]:
    """Run a Hub in a thread of this process."""
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextlib.contextmanager
def hub(name: str, folder: Path) -> Iterator[Hub]:
    """Run one that gives a folder out as a dataset."""
    with serving() as server:
        server.hold(name, folder)
        yield server


@pytest.fixture
def loopback_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """An empty Hub, at which this process and those that it starts are logged in."""
    with serving() as server:
        for name, value in {"HF_ENDPOINT": server.url, "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path / "hf")}.items():
            monkeypatch.setenv(name, value)
        yield server
