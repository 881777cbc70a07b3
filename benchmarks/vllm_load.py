"""A vLLM server and pictures in; one turn of each asker, and what the server counted meanwhile, out.

The askers: ``vllm bench serve``; the same loop bare, which asks for whole replies instead of streams; and
``instructgen recaption``. All have the server caption the same pictures with the same words, in captions of the same
length, as many at a time.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.request import Request, urlopen

import aiohttp
from rich.console import Console

from instructgen.engines.carry import carry_out
from instructgen.opening import open_run
from instructgen.recaptioning import recaptioning
from instructgen.run_folder import RunFolder
from instructgen.teachers.vllm_server import VllmServer, free_port

Found = dict[str, float]
"""Of a turn: ``requests``, ``tokens`` written, ``seconds``; and ``after``, those of them after the last reply."""

_BENCH = """
import asyncio, json, sys
from vllm.benchmarks.serve import add_cli_args, main_async
from vllm.utils.argparse_utils import FlexibleArgumentParser
parser = FlexibleArgumentParser()
add_cli_args(parser)
print("ready", flush=True)
for line in sys.stdin:
    asyncio.run(main_async(parser.parse_args(json.loads(line))))
    print("ready", flush=True)
"""
"""``vllm bench serve``, imported once for all its turns."""


class Server:
    """One vLLM server and what it says of itself."""

    def __init__(self, teacher: VllmServer, log: Path) -> None:
        """Start it; returns at once."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        # The development mode is there for the addresses that empty the caches.
        environment = {**os.environ, "VLLM_SERVER_DEV_MODE": "1", "VLLM_NO_USAGE_STATS": "1", "PYTHONUNBUFFERED": "1"}
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                teacher.command(port), stdout=out, stderr=subprocess.STDOUT, env=environment, start_new_session=True
            )

    def wait(self, seconds: float) -> None:
        """Return when it is well. Raises SystemExit with the end of its log when it is not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._process.poll() is None:
            try:
                urlopen(f"{self.url}/health", timeout=2).close()
            except OSError:
                time.sleep(0.25)
            else:
                return
        raise SystemExit("the server does not answer:\n" + self._log.read_text(errors="replace")[-3000:])

    def forget(self) -> None:
        """Empty its caches of prompts and pictures."""
        for cache in ("prefix", "mm", "encoder"):
            urlopen(Request(f"{self.url}/reset_{cache}_cache", method="POST"), timeout=30).close()

    def figures(self) -> dict[str, float]:
        """Sum up each of its figures."""
        sums: dict[str, float] = {}
        with urlopen(f"{self.url}/metrics", timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                if found := re.match(r"(vllm:\w+)(?:\{.*\})? ([\d.eE+-]+)$", line):
                    sums[found[1]] = sums.get(found[1], 0.0) + float(found[2])
        return sums

    def stop(self) -> None:
        """End it and all that it started."""
        for kill in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, kill)
                self._process.wait(30)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


@contextmanager
def bench(python: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the load generator's process, which does a turn for each line of arguments it is given."""
    with (
        log.open("w") as noted,
        subprocess.Popen(
            [python, "-c", _BENCH], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=noted, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def until_ready(process: subprocess.Popen[str], log: IO[str]) -> None:
    """Read what the load generator prints up to its next turn."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "ready":
            return
        log.write(line)
    raise SystemExit("vllm bench serve ended; see bench.log")


def by_bench(given: argparse.Namespace, server: Server, process: subprocess.Popen[str], way: str) -> Found:
    """One turn of the load generator, by its own figures."""
    result = given.work / "bench.json"
    arguments = {
        "backend": "openai-chat",
        "endpoint": "/v1/chat/completions",
        "base-url": server.url,
        "model": str(given.folder),
        "served-model-name": given.model,
        "dataset-name": "custom_image",
        "dataset-path": str(given.work / f"{way}.jsonl"),
        "custom-output-len": given.tokens,
        "num-prompts": given.pictures,
        "max-concurrency": given.in_flight,
        "temperature": 0,
        "result-dir": str(given.work),
        "result-filename": result.name,
        "ready-check-timeout-sec": 0,
    }
    line = [word for key, value in arguments.items() for word in (f"--{key}", str(value))]
    line += ["--ignore-eos", "--disable-shuffle", "--no-oversample", "--disable-tqdm", "--save-result"]
    assert process.stdin is not None
    process.stdin.write(json.dumps(line) + "\n")
    process.stdin.flush()
    with (given.work / "bench.out").open("a") as log:
        until_ready(process, log)
    found = json.loads(result.read_text())
    if found["completed"] != given.pictures:
        raise SystemExit(f"vllm bench serve: {found['completed']} of {given.pictures} answered; see bench.out")
    return {"requests": found["completed"], "tokens": found["total_output_tokens"], "seconds": found["duration"]}


def by_bare(given: argparse.Namespace, server: Server, way: str) -> Found:
    """One turn of a bare loop: nothing is read from disk, checked or kept."""
    asked = {"model": given.model, "max_tokens": given.tokens, "temperature": 0, "ignore_eos": True}
    bodies = [
        json.dumps({**asked, "messages": [{"role": "user", "content": json.loads(line)["content"]}]}).encode()
        for line in (given.work / f"{way}.jsonl").read_text().splitlines()
    ]

    async def turn() -> Found:
        waiting, tokens = iter(bodies), 0
        headers = {"Content-Type": "application/json"}

        async def worker(session: aiohttp.ClientSession) -> None:
            nonlocal tokens
            for body in waiting:
                async with session.post(f"{server.url}/v1/chat/completions", data=body, headers=headers) as answer:
                    answer.raise_for_status()
                    tokens += (await answer.json())["usage"]["completion_tokens"]

        limits = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=limits, timeout=aiohttp.ClientTimeout(total=None)) as session:
            began = time.perf_counter()
            await asyncio.gather(*(worker(session) for _ in range(given.in_flight)))
            return {"requests": len(bodies), "tokens": tokens, "seconds": time.perf_counter() - began}

    return asyncio.run(turn())


def by_recaption(given: argparse.Namespace, server: Server, way: str, turn: str, adaptive: bool) -> Found:
    """One turn of ours, in this process, from opening the run to its last file."""
    settings = {
        "teacher.max_in_flight": given.in_flight,
        "teacher.adaptive": json.dumps(adaptive),
        "teacher.extra_body": json.dumps({"ignore_eos": True}),
        "tasks.recaption.max_tokens": given.tokens,
        # Captions of a set length are cut off and fail the checks; each is asked for once all the same.
        "attempts": "[teacher]",
        **({"teacher.local_media": json.dumps(str(given.work))} if way == "path" else {}),
    }
    chosen = [*(f"{key}={value}" for key, value in settings.items()), *given.set]
    pictures, url = str(given.work / "pictures"), f"{server.url}/v1"
    made = recaptioning(pictures, model=given.model, base_url=url, settings=chosen)
    folder, began = RunFolder(given.work / f"run-{turn}"), time.time()
    with folder.locked():
        carry_out(open_run(made.recipe, made.library, folder, limit=given.pictures), console=Console(quiet=True))
    ended = time.time()
    lines = [json.loads(line) for path in sorted(folder.path.glob("journal/*.jsonl")) for line in path.open()]
    replies = [line for line in lines if line.get("usage")]
    if len(replies) != given.pictures:
        raise SystemExit(f"instructgen: {len(replies)} of {given.pictures} answered; see {folder.path}")
    last = max(datetime.fromisoformat(reply["at"]).timestamp() for reply in replies)
    tokens = sum(reply["usage"]["reply"] for reply in replies)
    return {"requests": len(replies), "tokens": tokens, "seconds": ended - began, "after": ended - last}
