"""The whole pipeline beside a bare aiohttp loop, against the same loopback server: CPU and requests a second.

    python benchmarks/pipeline.py [--requests 20000] [--latencies 0,0.2,1] [--rounds 3]

Each side runs in a process of its own, in turn, and what is counted is the whole process, start and imports included.
Ours goes from a recipe and contexts on disk to committed Parquet parts with default settings; the bare loop sends
bodies of the same size and decodes the JSON it gets back. Prints client CPU seconds per 1,000 samples and their ratio
(limit 2.5), and requests a second after the ramp-up and their ratio (limit 0.95, binding where the bare loop needs at
most 0.3 CPU seconds per 1,000), as medians over the rounds. Exit status 1 past a limit.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from random import Random

IN_FLIGHT = 256
CPU_LIMIT, RATE_LIMIT, TOO_BUSY = 2.5, 0.95, 0.3
ROOT = Path(__file__).resolve().parent.parent

RECIPE = """about: Benchmark
source: {use: image_text, files: [contexts.jsonl]}
teacher: {use: openai_chat, model: loopback-small}
tasks:
  bench: {use: prompted, form: dialogue}
checks:
  shape: {action: retry}
  leaks: {action: retry}
  refusal: {action: retry}
  length: {action: reject}
  repetition: {action: reject}
"""
PROMPT = """{% block system %}You see a picture. Write a dialogue of someone who asks about it and someone who sees it.
Ask only what can be answered with certainty: kinds, numbers, places, actions and relations of what is there. Answer as
one who looks at the picture, in full sentences, and never speak of captions or boxes. Include one question whose answer
is no, and one that takes some thought.{% endblock %}
{% block query %}{{ context | captions }}

{{ context | boxes }}{% endblock %}
"""
SEEDS = """about: Benchmark seed
seeds:
  - context:
      captions: ["Two dogs run along a beach.", "A brown dog and a black dog are playing by the sea."]
      boxes: [[dog, 0.1, 0.4, 0.4, 0.8], [dog, 0.5, 0.42, 0.8, 0.79]]
    reply:
      - question: How many dogs are there?
        answer: There are two dogs, a brown one on the left and a black one on the right.
      - question: Is anyone walking with them?
        answer: No, nobody else is on the beach.
"""
THINGS = ["dog", "bicycle", "bench", "car", "person", "cup", "boat", "kite", "horse", "umbrella", "clock", "bird"]


def write_contexts(path: Path, number: int) -> None:
    """Write contexts of five captions and six boxes."""
    draw = Random(7)
    with path.open("w") as file:
        for row in range(number):
            things = draw.sample(THINGS, 4)
            captions = [
                f"A {a} next to a {b} in a quiet street, seen on an ordinary afternoon number {row}."
                for a in things[:2]
                for b in things[2:]
            ]
            boxes = []
            for _ in range(6):
                x, y = draw.uniform(0, 0.7), draw.uniform(0, 0.7)
                corners = {"x1": round(x, 3), "y1": round(y, 3), "x2": round(x + 0.2, 3), "y2": round(y + 0.25, 3)}
                boxes.append({"label": draw.choice(things), **corners})
            file.write(json.dumps({"id": f"{row:012d}", "captions": captions, "boxes": boxes}) + "\n")


def write_setup(folder: Path, number: int) -> Path:
    """Write recipe, prompt, seeds and contexts; give the recipe."""
    for kind, name, text in (("prompts", "bench.jinja", PROMPT), ("seeds", "bench.yaml", SEEDS)):
        (folder / kind).mkdir()
        (folder / kind / name).write_text(text)
    write_contexts(folder / "contexts.jsonl", number)
    (folder / "bench.yaml").write_text(RECIPE)
    return folder / "bench.yaml"


# ── the two sides, each in a process of its own ──────────────────────────────────────────────────────────────


def bare(base_url: str, number: int, body_bytes: int) -> None:
    """Send ``number`` requests with 256 in flight by aiohttp, decode the replies, print CPU seconds and times."""
    import aiohttp

    schema = {"type": "object", "properties": {"turns": {"type": "array"}}}
    layout = {"type": "json_schema", "json_schema": {"name": "dialogue", "schema": schema}}
    words = "A dog near a bench by the sea. " * (body_bytes // 31)
    times: list[float] = []

    async def main() -> None:
        todo = iter(range(number))
        connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def work() -> None:
                for row in todo:
                    messages = [{"role": "user", "content": f"{row:08d} {words}"}]
                    body = {"model": "loopback-small", "messages": messages, "response_format": layout}
                    async with session.post(f"{base_url}/chat/completions", json=body) as answer:
                        reply = await answer.json()
                    assert reply["choices"][0]["message"]["content"]
                    times.append(time.time())

            await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))

    started = time.time()
    asyncio.run(main())
    print(json.dumps({**used(), "started": started, "times": times}))


def ours(recipe: str, out: str) -> None:
    """Carry the recipe out as the command line does; print CPU seconds, imports included."""
    from instructgen.cli import main

    started = time.time()
    try:
        main(["run", recipe, "--out", out])
    except SystemExit as stopped:
        assert not stopped.code, stopped.code
    print(json.dumps({**used(), "started": started}))


def used() -> dict[str, float]:
    """Give what this process used so far, start and imports included: CPU seconds, and megabytes at most."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss // 1024}


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────


def steady(times: list[float], started: float) -> tuple[float, float]:
    """Give requests a second between a quarter and 95 % of the answers, and how long the ramp-up took.

    The ramp-up ends with the first half second that reaches nine tenths of that rate.
    """
    times = sorted(times)
    first, last = int(len(times) * 0.25), int(len(times) * 0.95)
    rate = (last - first) / (times[last] - times[first])
    window, begin = 0.5, 0
    for end, at in enumerate(times):
        while times[begin] < at - window:
            begin += 1
        if at - started >= window and end - begin >= 0.9 * rate * window:
            return rate, max(0.0, at - window - started)
    return rate, times[-1] - started


def journal_times(out: Path) -> list[float]:
    """Read when each answer came from a run's journals."""
    return [
        datetime.fromisoformat(json.loads(line)["at"]).timestamp()
        for part in sorted((out / "journal").iterdir())
        for line in part.open()
    ]


def child(*arguments: str, env: dict[str, str]) -> dict[str, object]:
    """Run one side and read what it printed last."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], env=env, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    result: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def compare(latency: float, number: int, rounds: int) -> bool:
    """Measure both sides at one latency, in turn; print, and tell whether the limits hold."""
    server = subprocess.Popen(
        [sys.executable, ROOT / "tests/loopback.py", "--port", "0", "--latency", str(latency), "--reply-tokens", "250"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    base_url = server.stdout.readline().strip()
    env = {**os.environ, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "none", "NO_PROXY": "127.0.0.1"}
    cpu, rates, ramps, bare_cpu = [], [], [], []
    try:
        for turn in range(rounds):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                recipe = write_setup(folder, number)
                theirs = child("--bare", base_url, str(number), "2000", env=env)
                mine = child("--ours", str(recipe), str(folder / "run"), env=env)
                their_rate, their_ramp = steady(theirs["times"], theirs["started"])  # type: ignore[arg-type]
                rate, ramp = steady(journal_times(folder / "run"), mine["started"])  # type: ignore[arg-type]
            bare_cpu.append(float(str(theirs["cpu"])) / number * 1000)
            cpu.append(float(str(mine["cpu"])) / number * 1000 / bare_cpu[-1])
            rates.append(rate / their_rate)
            ramps.append(ramp)
            print(
                f"latency {latency:g} s, turn {turn + 1}: CPU per 1,000: ours {cpu[-1] * bare_cpu[-1]:.3f} s, bare "
                f"{bare_cpu[-1]:.3f} s, ratio {cpu[-1]:.2f}; requests/s: ours {rate:.0f}, bare {their_rate:.0f}, ratio "
                f"{rates[-1]:.3f}; ramp-up {ramp:.1f} s (bare {their_ramp:.1f} s); peak {mine['peak_mb']} MB",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait()
    busy = statistics.median(bare_cpu) > TOO_BUSY
    cpu_ok = statistics.median(cpu) <= CPU_LIMIT
    rate_ok = latency == 0 or busy or statistics.median(rates) >= RATE_LIMIT
    bound = "not binding" if latency == 0 or busy else f"limit {RATE_LIMIT}"
    print(
        f"latency {latency:g} s: median CPU ratio {statistics.median(cpu):.2f} (limit {CPU_LIMIT}), median rate ratio "
        f"{statistics.median(rates):.3f} ({bound}): {'ok' if cpu_ok and rate_ok else 'PAST'}"
    )
    return cpu_ok and rate_ok


def main() -> None:
    """Parse the command line and measure."""
    if sys.argv[1:2] == ["--bare"]:
        bare(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        return
    if sys.argv[1:2] == ["--ours"]:
        ours(sys.argv[2], sys.argv[3])
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--latencies", default="0,0.2,1")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    held = [compare(float(latency), given.requests, given.rounds) for latency in given.latencies.split(",")]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
