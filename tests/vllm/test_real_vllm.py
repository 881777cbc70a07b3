"""Real photos recaptioned by a real vLLM, which serves a model of LLaVA's kind with made-up weights on the CPU."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from asking import NoMaterials, slot
from datasets import load_from_disk

from instructgen.component import Site
from instructgen.records import Completion, Context, Image, Message, Request
from instructgen.teachers.metrics import read_metrics
from instructgen.teachers.vllm_server import VllmServer

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(900), pytest.mark.usefixtures("small_server")]

SENTENCE = (
    r"(A|One) (small|bright|quiet|old|wooden|red) (boat|dog|table|tower|street|flower) "
    r"(stands|rests|waits|leans) (near|behind|beside|under) a (tall|wide|green|pale) (wall|tree|river|window)\."
)
"""What replies are held to: made-up weights never come to an end by themselves."""


def fields(vllm_python: str, weights: Path) -> dict[str, object]:
    return {
        "model": "tiny-llava",
        "weights": str(weights),
        "python": vllm_python,
        "load_format": "dummy",
        "enforce_eager": True,
        "max_num_seqs": 8,
        "max_model_len": 4096,
        "reply_format": "plain",
        "extra_body": {"structured_outputs": {"regex": SENTENCE}},
    }


def command(*words: str) -> str:
    """Run the command line; give what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "instructgen", *words], capture_output=True, text=True, timeout=800, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def processes(log: Path) -> set[int]:
    """Give the processes of a server that its log names."""
    return {int(pid) for pid in re.findall(r"pid=(\d+)\)", log.read_text())}


def test_photos_are_recaptioned_to_a_dataset_and_to_llavas_json(
    vllm_python: str, weights: Path, photos: Path, tmp_path: Path
) -> None:
    block = fields(vllm_python, weights)
    began, run = time.monotonic(), tmp_path / "run"
    options = [
        f"teacher.{key}={yaml.safe_dump(value, default_flow_style=True, width=999)}" for key, value in block.items()
    ]
    given = [word for option in options for word in ("--set", option.removesuffix("...\n").strip())]
    said = command("recaption", str(photos), "--teacher", "vllm_server", "--out", str(run), *given)
    print(f"\n{said.strip()}\n24 photos recaptioned in {time.monotonic() - began:.0f} s, the server's start included")
    assert "24 accepted of 24 contexts" in said
    assert not {pid for pid in processes(run / "logs" / "teacher.log") if Path(f"/proc/{pid}").exists()}

    command("export", str(run), "--format", "hf", "--out", str(tmp_path / "dataset"))
    command("export", str(run), "--format", "llava", "--out", str(tmp_path / "llava.json"))
    rows = load_from_disk(str(tmp_path / "dataset"))
    assert len(rows) == 24
    samples = json.loads((tmp_path / "llava.json").read_text())
    assert {sample["image"] for sample in samples} == {photo.name for photo in photos.iterdir()}
    assert all(re.fullmatch(SENTENCE, sample["conversations"][1]["value"]) for sample in samples)

    served = json.loads((run / "report.json").read_text())["servers"]["teacher"]
    lines = (run / "journal" / "part-00000.jsonl").read_text().splitlines()
    print(f"journal: {len(lines)} completions; the server counted {served}")
    assert len(lines) == 24
    assert served["answered"] == 24
    assert served["reply_tokens"] == sum(json.loads(line)["usage"]["reply"] for line in lines)


def test_killed_in_the_middle_it_is_started_again_and_nothing_is_lost_or_paid_twice(
    vllm_python: str, weights: Path, photos: Path, tmp_path: Path
) -> None:
    site = Site("teacher", NoMaterials(), image_root=photos, logs=tmp_path)
    teacher = VllmServer.build(fields(vllm_python, weights), site, "teacher")
    by_life: dict[int, list[Completion]] = {1: [], 2: []}

    async def one(number: int, photo: Path) -> None:
        parts = (Image(path=photo.name), f"Describe the picture, please. Try {number}.")
        asked = Request(
            role="teacher", form="description", messages=(Message(role="user", parts=parts),), max_tokens=200
        )
        completion = await teacher.complete(slot(number), f"{number:032x}", asked, Context(id=str(number), row=0))
        assert teacher._process is not None
        by_life[teacher._process.starts].append(completion)

    async def go() -> float:
        asking = asyncio.gather(*(one(n, photo) for n, photo in enumerate(3 * sorted(photos.iterdir()))))
        while len(by_life[1]) < 20:
            await asyncio.sleep(0.01)
        os.kill(min(processes(tmp_path / "teacher.log")), signal.SIGKILL)
        await asking
        assert teacher._exchange is not None
        (endpoint,) = teacher._exchange.endpoints.all
        answer = await endpoint.pool.ask(endpoint.access.beside("/metrics"), 10)
        urls = await teacher._pictures.urls([Image(path=next(photos.iterdir()).name)])
        assert all(bytes(url).startswith(b'"file:///') for url in urls.values())
        return read_metrics(answer.body.decode())["answered"]

    async def whole() -> float:
        try:
            return await go()
        finally:
            await teacher.close()

    counted = asyncio.run(whole())
    first, second = (len(by_life[life]) for life in (1, 2))
    said = f"answered before the kill: {first}, after it: {second}"
    print(f"\n{said}; the second server counted {counted:.0f}, one of them to warm up")
    assert first + second == 72
    assert second >= 40
    assert counted == second + 1
    assert all(re.fullmatch(SENTENCE, c.text) for life in by_life.values() for c in life)
    assert not {p for log in tmp_path.glob("*.log") for p in processes(log) if Path(f"/proc/{p}").exists()}
