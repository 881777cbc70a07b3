"""The loopback batch service: a real HTTP server with OpenAI's endpoints for files and batches, and faults on demand.

In tests: the fixture ``service``.
"""

import contextlib
import json
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from loopback_batch_state import Service, Tree, shown


class Server(ThreadingHTTPServer):
    """A server to which it is nothing new that clients are killed."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that broke; anything else is told, as ever."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


@contextlib.contextmanager
def serving() -> Iterator[Service]:
    """Run a service in threads of this process."""
    service = Service()

    class Bound(Handler):
        state = service

    server = Server(("127.0.0.1", 0), Bound)
    service.root = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def service() -> Iterator[Service]:
    """A faultless batch service; its ``faults`` change it."""
    with serving() as running:
        yield running


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    state: Service
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._called("GET")

    def do_POST(self) -> None:
        self._called("POST")

    def do_DELETE(self) -> None:
        self._called("DELETE")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _called(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        state = self.state
        with state.lock:
            parts = urlsplit(self.path)
            state.calls.append(f"{method} {parts.path}")
            due = len(state.calls) == state.kill_at
            if due and not state.kill_after:
                self._kill()
                return
            if state.faults.errors:
                state.faults.errors -= 1
                self._send(500, {"error": {"message": "The server had an error", "code": "server_error"}})
                return
            if state.faults.key not in (None, self.headers.get("authorization", "").removeprefix("Bearer ")):
                self._send(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}})
                return
            answer = self._answer(method, parts.path.removeprefix("/v1").split("/")[1:], parse_qs(parts.query), body)
            if due:
                self._kill()
                return
            if method == "POST" and parts.path.endswith("/batches") and state.faults.cut:
                state.faults.cut -= 1
                self.close_connection = True
                return
        if answer is None:
            self._send(404, {"error": {"message": "No such thing", "code": "not_found"}})
        elif isinstance(answer, bytes):
            half = state.faults.half > 0
            state.faults.half -= half
            self._send_bytes(200, answer, len(answer) // 2 if half else len(answer))
        else:
            self._send(200, shown(answer))

    def _kill(self) -> None:
        self.state.kill()
        self.close_connection = True

    def _answer(self, method: str, path: list[str], query: Mapping[str, list[str]], body: bytes) -> Tree | bytes | None:
        state = self.state
        match method, path:
            case "POST", ["files"]:
                return state.upload(*_uploaded(self.headers["content-type"], body))
            case "GET", ["files"]:
                data = [state.file(file) for file in reversed(state.files)]
                return {"object": "list", "data": data, "has_more": False}
            case "GET", ["files", file, "content"] if file in state.files:
                return state.files[file][1]
            case "DELETE", ["files", file] if file in state.files:
                del state.files[file]
                return {"id": file, "object": "file", "deleted": True}
            case "POST", ["batches"]:
                return state.create(json.loads(body))
            case "GET", ["batches"]:
                return state.listed(query)
            case "GET", ["batches", batch] if batch in state.batches:
                return state.look(batch)
            case "POST", ["batches", batch, "cancel"] if batch in state.batches:
                return state.cancel(batch)
        return None

    def _send(self, status: int, told: Tree) -> None:
        self._send_bytes(status, json.dumps(told).encode())

    def _send_bytes(self, status: int, body: bytes, most: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:most])
        self.close_connection = most is not None and most < len(body)


def _uploaded(kind: str, body: bytes) -> tuple[str, bytes]:
    """Give name and content of the file in a multipart body; its purpose must be ``batch``."""
    mark = b"--" + kind.partition("boundary=")[2].encode()
    found: dict[str, tuple[str, bytes]] = {}
    for part in body.split(mark)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        said = head.decode()
        name, file = (said.partition(f'{word}="')[2].partition('"')[0] for word in (" name", "filename"))
        found[name] = (file, content.removesuffix(b"\r\n"))
    assert found["purpose"][1] == b"batch"
    return found["file"]
