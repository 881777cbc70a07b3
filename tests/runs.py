"""Rows and a recipe in; runs of the real command line out: what the tests of reliability share."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from instructgen import cli
from instructgen.parts import read_rows

Tree = dict[str, Any]
KEY = "sk-loopback-0123456789abcdef"
_THINGS = ("dog", "cat", "horse", "bicycle", "car", "bus", "chair", "cup", "laptop", "kite", "boat", "umbrella")
_PLACES = ("beach", "kitchen", "garden", "street", "meadow", "station", "harbour", "library", "market", "bridge")
_COLOURS = ("red", "blue", "green", "white", "black", "yellow", "brown")


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def record(number: int) -> dict[str, object]:
    """Give a source record that has captions and boxes, unlike any other."""
    thing, other = _THINGS[number % 12], _THINGS[(number // 12 + 5) % 12]
    colour, place = _COLOURS[number % 7], _PLACES[number % 10]
    box = {"label": thing, "x1": 0.1, "y1": 0.2, "x2": 0.1 + (number % 50 + 10) / 100, "y2": 0.9}
    boxes = [box, {"label": other, "x1": 0.5, "y1": 0.4, "x2": 0.93, "y2": 0.777}]
    captions = [f"A {colour} {thing} waits near the {place}, picture {number}.", f"The {thing} is beside a {other}."]
    return {"id": f"{number:06d}", "image": f"{number:06d}.jpg", "captions": captions, "boxes": boxes}


def write_rows(path: Path, numbers: Iterable[int]) -> Path:
    """Write a JSON lines file of records."""
    path.write_text("".join(json.dumps(record(n)) + "\n" for n in numbers), encoding="utf-8")
    return path


def recipe(source: Path, teacher: Mapping[str, object], **keys: object) -> Tree:
    """Give a recipe of one task over a JSON lines file."""
    tree: Tree = {
        "source": {"use": "image_text", "files": [str(source)]},
        "teacher": dict(teacher),
        "shard_size": 50,
        "tasks": {"conversation": {"use": "prompted", "form": "dialogue"}},
        "checks": {"shape": {"action": "retry"}, "length": {"action": "reject"}, "repetition": {"action": "tag"}},
    }
    return tree | keys


def asking(base_url: str, **fields: object) -> dict[str, object]:
    """Give the block of a teacher that asks a loopback server, impatiently."""
    impatient = {"max_wait": 0.02, "timeout": 10.0, "retry_seconds": 60.0, "proxy": ""}
    return {"use": "openai_chat", "model": "loopback-small", "base_url": base_url, **impatient, **fields}


def write_recipe(path: Path, tree: Tree) -> Path:
    """Write a recipe file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path


# ── the command line ─────────────────────────────────────────────────────────────────────────────────────────


def command(*arguments: object) -> Ended:
    """Run the command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main([str(a) for a in arguments])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    return Ended(code, out.getvalue(), err.getvalue())


def succeeds(*arguments: object) -> str:
    """Run the command line in this process, which must end well; give all that it printed."""
    ended = command(*arguments)
    assert ended.code == 0, ended
    return ended.out + ended.err


def start(*arguments: object, **environment: str) -> "subprocess.Popen[str]":
    """Start the command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "instructgen", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENAI_API_KEY": KEY, **environment},
    )


def ended(process: "subprocess.Popen[str]", timeout: float = 60) -> Ended:
    """Wait for a process."""
    out, err = process.communicate(timeout=timeout)
    return Ended(process.returncode, out, err)


def asked(printed: str) -> int:
    """Read off how many requests a run says it asked."""
    return int(printed.rpartition("  asked ")[2].partition(",")[0])


# ── what a run holds ─────────────────────────────────────────────────────────────────────────────────────────


def parts(run: Path, *kinds: str) -> dict[str, bytes]:
    """Give the bytes of a run's parts by name."""
    found = [p for kind in kinds or ("samples", "rejected", "contexts") for p in (run / kind).iterdir()]
    return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in sorted(found)}


def rows(run: Path, kind: str) -> list[dict[str, Any]]:
    """Give the rows of all parts of a kind, as they lie."""
    return [row for path in sorted((run / kind).iterdir()) for row in read_rows(path)]


def journaled(run: Path) -> list[Tree]:
    """Give the whole lines of all journals."""
    lines = [line for path in sorted(run.glob("journal/*.jsonl")) for line in path.read_bytes().splitlines(True)]
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def digests_of(lines: Iterable[Tree]) -> set[str]:
    """Give the digests of the bodies that the loopback server answered with these completions."""
    return {line["server_id"].removeprefix("chatcmpl-") for line in lines if line.get("server_id")}


def strays(run: Path) -> list[str]:
    """Give files that should not be there: what has a temporary name."""
    return [str(p.relative_to(run)) for p in run.rglob("*") if p.name.endswith(".tmp")]


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """Have a key in the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return KEY
