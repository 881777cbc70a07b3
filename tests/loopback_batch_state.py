"""Files of requests in; batches that go from state to state, and files of answers, out: the loopback service's state.

It answers each line of a batch as the loopback teacher answers the same body, so that a run by batches can be held
against a direct one, and counts what is *paid*: how often each body was answered.
"""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec
from loopback_replies import REFUSALS, completion, decode, digest_of
from loopback_server import Behaviour, Loopback

Tree = dict[str, Any]
ENDED = ("completed", "failed", "expired", "cancelled")
_PAGE = 2
"""Most batches in a page of the list, however many are asked for: so that paging is met."""


class _Request(msgspec.Struct):
    custom_id: str
    method: str
    url: str
    body: msgspec.Raw


_read = msgspec.json.Decoder(_Request).decode


@dataclass
class Faults:
    """How the service behaves; what is counted down stops by itself."""

    looks: int = 1
    """Looks at a batch before it has ended; validating, in_progress, finalizing on the way."""
    missing: float = 0.0
    """Share of lines that are in no file the first time."""
    passing: float = 0.0
    """Share of lines that end in a 500 or a 429 the first time."""
    always: bool = False
    """They do each time."""
    lasting: Mapping[str, float] = field(default_factory=dict)
    """As the loopback teacher's faults."""
    twice: bool = False
    """Each line stands twice in its file."""
    expire: int = 0
    """So many batches expire half-way."""
    cancel: int = 0
    """So many are cancelled half-way."""
    refuse: list[list[Tree]] = field(default_factory=list)
    """The next batches fail their validation, with these errors."""
    errors: int = 0
    """So many calls are answered 500."""
    cut: int = 0
    """So many batches are begun and no answer is sent."""
    lag: float = 0.0
    """Seconds until a batch is listed."""
    metadata: bool = True
    """Whether metadata is kept."""
    late_files: int = 0
    """So many looks at an ended batch tell of no output file yet."""
    half: int = 0
    """So many downloads break off half-way."""
    key: str | None = None
    """The only key that is accepted; None for any."""


class Service:
    """The service's state."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.files: dict[str, tuple[str, bytes]] = {}
        self.batches: dict[str, Tree] = {}
        self.calls: list[str] = []
        """Each call, as ``METHOD path``."""
        self.paid: Counter[str] = Counter()
        """Answers by the body's digest."""
        self.asked: Counter[str] = Counter()
        """Lines by the body's digest."""
        self.largest = (0, 0)
        """Most lines and most bytes in a batch."""
        self.kill_at = 0
        """The call at which ``victim`` is killed: the first is 1."""
        self.kill_after = False
        """Whether the call is carried out first."""
        self.victim: Callable[[], int] | None = None
        """Gives the process that is killed."""
        self.root = ""
        self.lock = threading.Lock()
        self._made = 0

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    def reset(self) -> None:
        """Forget all."""
        kept = self.root
        self.__init__()  # type: ignore[misc]
        self.root = kept

    def kill(self) -> None:
        """Kill the victim, and see that it is dead."""
        assert self.victim is not None
        os.kill(self.victim(), signal.SIGKILL)

    def new_id(self, kind: str) -> str:
        self._made += 1
        return f"{kind}-{self._made:04d}"

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────

    def upload(self, name: str, content: bytes) -> Tree:
        file = self.new_id("file")
        self.files[file] = (name, content)
        return self.file(file)

    def file(self, file: str) -> Tree:
        name, content = self.files[file]
        told = {"id": file, "object": "file", "bytes": len(content), "created_at": 1, "filename": name}
        return {**told, "purpose": "batch", "status": "processed"}

    # ── batches ──────────────────────────────────────────────────────────────────────────────────────────────

    def create(self, given: Tree) -> Tree:
        batch = self.new_id("batch")
        lines = self.files[given["input_file_id"]][1].splitlines()
        self.largest = max(self.largest[0], len(lines)), max(self.largest[1], sum(map(len, lines)) + len(lines))
        errors = self.faults.refuse.pop(0) if self.faults.refuse else None
        self.batches[batch] = {
            **{"id": batch, "object": "batch", "status": "validating", "created_at": int(time.time())},
            "endpoint": given["endpoint"],
            "completion_window": given["completion_window"],
            "input_file_id": given["input_file_id"],
            "metadata": given.get("metadata") if self.faults.metadata else None,
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
            "output_file_id": None,
            "error_file_id": None,
            "errors": {"object": "list", "data": errors} if errors is not None else None,
            "_born": time.time(),
            "_looks": 0,
        }
        return self.batches[batch]

    def listed(self, query: Mapping[str, list[str]]) -> Tree:
        now = time.time()
        known = [b for b in reversed(self.batches.values()) if now - b["_born"] >= self.faults.lag]
        after = query.get("after", [""])[0]
        ids = [b["id"] for b in known]
        start = ids.index(after) + 1 if after in ids else 0
        page = known[start : start + min(_PAGE, int(query.get("limit", ["20"])[0]))]
        return {"object": "list", "data": list(map(shown, page)), "has_more": start + len(page) < len(known)}

    def look(self, batch: str) -> Tree:
        told = self.batches[batch]
        told["_looks"] += 1
        if told["status"] not in ENDED:
            if told["errors"] is not None:
                told["status"] = "failed"
            elif told["_looks"] >= self.faults.looks:
                self._execute(told)
            else:
                told["status"] = "in_progress" if told["_looks"] < self.faults.looks - 1 else "finalizing"
        if told["status"] in ENDED and self.faults.late_files:
            self.faults.late_files -= 1
            return {**told, "output_file_id": None, "error_file_id": None}
        return told

    def cancel(self, batch: str) -> Tree:
        told = self.batches[batch]
        if told["status"] not in ENDED:
            told["status"] = "cancelled"
        return told

    def _execute(self, told: Tree) -> None:
        lines = [_read(line) for line in self.files[told["input_file_id"]][1].splitlines()]
        assert len({line.custom_id for line in lines}) == len(lines)
        status, done = "completed", len(lines)
        for name, kind in (("expire", "expired"), ("cancel", "cancelled")):
            if getattr(self.faults, name) and status == "completed":
                setattr(self.faults, name, getattr(self.faults, name) - 1)
                status, done = kind, len(lines) // 2
        output, errors = list[bytes](), list[bytes]()
        for number, line in enumerate(lines):
            if number < done:
                self._answer(line, output, errors)
            else:
                message = "This request could not be executed before the completion window expired."
                errors.append(self._line(line, None, {"code": f"batch_{status}", "message": message}))
        draw = Random(told["id"])
        for name, found in (("output_file_id", output), ("error_file_id", errors)):
            draw.shuffle(found)
            if found:
                told[name] = self.new_id("file")
                self.files[told[name]] = (f"{told['id']}_{name}.jsonl", b"".join(found))
        told["status"] = status
        told["request_counts"] |= {"completed": len(output), "failed": len(errors)}

    def _answer(self, line: _Request, output: list[bytes], errors: list[bytes]) -> None:
        body = bytes(line.body)
        digest = digest_of(body)
        name, share = digest.hex(), digest[8] / 256
        first = self.faults.always or not self.asked[name]
        self.asked[name] += 1
        if first and share < self.faults.missing:
            return
        if first and share < self.faults.missing + self.faults.passing:
            status, message, code = REFUSALS["429" if digest[9] % 2 else "500"]
            told = {"error": {"message": message, "code": code}}
            errors.append(self._line(line, {"status_code": status, "request_id": "r", "body": told}, None))
            return
        fault = Loopback(Behaviour(faults=dict(self.faults.lasting))).fault(digest, 0)
        if "no-schema" in self.faults.lasting and decode(body).response_format is not None:
            fault = "no-schema"
        refusal = REFUSALS.get(fault or "")
        if refusal:
            told = {"error": {"message": refusal[1], "type": refusal[2], "code": refusal[2]}}
            errors.append(self._line(line, {"status_code": refusal[0], "request_id": "r", "body": told}, None))
            return
        self.paid[name] += 1
        said = json.loads(completion(decode(body), digest, fault, Behaviour().reply_tokens))
        written = self._line(line, {"status_code": 200, "request_id": "r", "body": said}, None)
        output += [written] * (2 if self.faults.twice else 1)

    def _line(self, line: _Request, response: Tree | None, error: Tree | None) -> bytes:
        told = {"id": self.new_id("line"), "custom_id": line.custom_id, "response": response, "error": error}
        return json.dumps(told).encode() + b"\n"


def shown(batch: Tree) -> Tree:
    """Give a batch as the service tells of it."""
    return {name: value for name, value in batch.items() if not name.startswith("_")}
