"""A folder in; a loopback server that gives it out as a dataset of the Hugging Face Hub does.

As much of the Hub as fetching a dataset needs: the dataset's facts, its tree, and its files by HEAD and GET.
"""

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """The server; ``fetched`` lists the files that were given out."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.folder = folder
        self.fetched: list[str] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def files(self) -> list[str]:
        """Give the dataset's files."""
        found = (p for p in sorted(self.folder.rglob("*")) if p.is_file())
        return [p.relative_to(self.folder).as_posix() for p in found]


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, with_body: bool) -> None:
        hub, path = self.server, self.path.partition("?")[0]
        api, files = f"/api/datasets/{hub.name}", f"/datasets/{hub.name}/resolve/{REVISION}/"
        if path in (api, f"{api}/revision/{REVISION}"):
            siblings = [{"rfilename": name} for name in hub.files()]
            self._send(json.dumps({"id": hub.name, "sha": REVISION, "siblings": siblings}).encode(), with_body)
        elif path.startswith(f"{api}/tree/"):
            tree = [{"type": "file", "path": n, "size": (hub.folder / n).stat().st_size, "oid": n} for n in hub.files()]
            self._send(json.dumps(tree).encode(), with_body)
        elif path.startswith(files) and (hub.folder / path.removeprefix(files)).is_file():
            name = path.removeprefix(files)
            if with_body:
                hub.fetched.append(name)
            self._send((hub.folder / name).read_bytes(), with_body)
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _send(self, data: bytes, with_body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.end_headers()
        if with_body:
            self.wfile.write(data)


@contextlib.contextmanager
def hub(name: str, folder: Path) -> Iterator[Hub]:
    """Run the server in a thread of this process."""
    server = Hub(name, folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
