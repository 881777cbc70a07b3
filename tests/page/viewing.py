"""Runs in; a page over them on loopback, and answers as they come over the wire, out: what the page's tests share."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
import yaml
from runs import succeeds

from instructgen.page.serving import listening

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "pipelines" / "demo.yaml"
HOSTILE = (
    '<script>window.owned = 1</script><img src=x onerror="window.owned = 2"><a href="javascript:window.owned=3">a</a>'
)
FILE = "<img src=x onerror=window.owned=4>'\".jpg"


class Answer(NamedTuple):
    """What the page answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return unescape(self.body.decode())


class Client:
    """Asks a page as a browser would, or as one that means harm."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token
        self.host = urlsplit(address).netloc
        self.origin = address.rstrip("/")

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", host: str | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True)
            if host != "":
                connection.putheader("Host", host or self.host)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str = "/", **query: object) -> Answer:
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path, {})

    def post(self, token: str | None = None, origin: str | None = None, **fields: object) -> Answer:
        form = {"token": self.token if token is None else token, **fields}
        headers = {"Origin": origin or self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", "/review", headers, urlencode(form).encode())


@contextmanager
def page(*runs: Path) -> Iterator[Client]:
    """Serve runs in a thread."""
    with listening(runs, 0) as served:
        thread = threading.Thread(target=served.server.run, kwargs={"sockets": [served.listening]})
        thread.start()
        try:
            yield Client(served.address, served.token)
        finally:
            served.server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's run, in which long answers are rejected. Not to be changed."""
    out = tmp_path_factory.mktemp("viewed") / "demo"
    succeeds("run", DEMO, "--set", "checks.length.max_words=30", "--out", out)
    return out


@pytest.fixture(scope="session")
def other_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with other draws."""
    out = tmp_path_factory.mktemp("viewed") / "other"
    succeeds("run", DEMO, "--set", "seed=7", "--out", out)
    return out


def hostile_run(folder: Path) -> Path:
    """Make a run whose captions, labels, file name, id and replies try to become a page's markup."""
    images = folder / "images"
    images.mkdir()
    (images / FILE).write_bytes((ROOT / "pipelines/demo/images/cat.jpg").read_bytes())
    box = {"label": f"cat {HOSTILE}", "x1": 0.1, "y1": 0.1, "x2": 0.9, "y2": 0.9}
    row = {"id": "a&b <i>#?", "image": FILE, "captions": [f"A cat. {HOSTILE}", "A cat on a mat."], "boxes": [box]}
    (folder / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    reply = f"Question:\nWhat is this? {HOSTILE}\n===\nAnswer:\nA cat. {HOSTILE}"
    (folder / "replies.yaml").write_text(yaml.safe_dump([reply]), encoding="utf-8")
    tree = {
        "source": {"use": "image_text", "files": [str(folder / "rows.jsonl")], "images": str(images)},
        "teacher": {"use": "scripted", "file": str(folder / "replies.yaml")},
        "tasks": {"conversation": {"use": "prompted", "form": "dialogue"}},
        "checks": {"leaks": {"action": "tag"}},
    }
    (folder / "hostile.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    succeeds("run", folder / "hostile.yaml", "--out", folder / "run")
    return folder / "run"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hostile run. Not to be changed."""
    return hostile_run(tmp_path_factory.mktemp("hostile"))
