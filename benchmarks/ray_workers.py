"""Two Ray workers beside one, on the same cluster, against the loopback teacher; and what Ray costs before it begins.

    python benchmarks/ray_workers.py [--requests 6400] [--rounds 3]

Needs instructgen[ray] (exit status 2 where Ray is not installed), and two quiet cores. The teacher takes 200 ms, in
a process of its own; each worker has 64 requests in flight. Rounds with one and with two workers take turns on one
cluster. Prints requests a second between a quarter and 95 % of the answers and the ratio of the medians (limit 1.8),
and apart from it what is paid once: the cluster's start, a run's way to its first request, and from its last reply to
its end. Exit status 1 past the limit.
"""

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline import ROOT, journal_times, steady, write_setup

LATENCY, IN_FLIGHT, LIMIT = 0.2, 64, 1.8


def run(recipe: Path, out: Path, workers: int) -> tuple[float, float, float]:
    """Carry the recipe out; give requests a second, and seconds before the first request and after the last reply."""
    from instructgen.cli import main

    teacher = f"teacher={{use: openai_chat, model: loopback-small, max_in_flight: {IN_FLIGHT}, adaptive: false}}"
    arguments = ["--engine", "ray", "--workers", str(workers), "--set", teacher, "--set", "shard_size=50"]
    began = time.time()
    try:
        main(["run", str(recipe), "--out", str(out), *arguments])
    except SystemExit as stopped:
        assert not stopped.code, stopped.code
    ended, times = time.time(), journal_times(out)
    return steady(times, began)[0], min(times) - LATENCY - began, ended - max(times)


def start_cluster() -> tuple[Any, float]:
    """Start a cluster as the engine would; give it, and the seconds that it took."""
    from instructgen.engines.cluster import Cluster, Pool

    began = time.time()
    cluster = Cluster(Pool(2, 2))
    cluster.connect()
    return cluster, time.time() - began


def measure(requests: int, rounds: int, base_url: str) -> float:
    """Measure in turn, and print; gives the ratio."""
    os.environ |= {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "none", "NO_PROXY": "127.0.0.1"}
    cluster, seconds = start_cluster()
    print(f"start of the cluster, imports included: {seconds:.1f} s", flush=True)
    rates: dict[int, list[float]] = {1: [], 2: []}
    try:
        with tempfile.TemporaryDirectory() as name:
            recipe = write_setup(Path(name), requests)
            for turn in range(rounds):
                for workers in (1, 2):
                    rate, before, after = run(recipe, Path(name) / f"run-{turn}-{workers}", workers)
                    rates[workers].append(rate)
                    print(
                        f"round {turn + 1}, {workers} worker{'s' * (workers > 1)}: {rate:.0f} requests/s; first "
                        f"request after {before:.1f} s, end {after:.1f} s after the last reply",
                        flush=True,
                    )
    finally:
        cluster.leave()
    one, two = (statistics.median(rates[workers]) for workers in (1, 2))
    print(f"median: one worker {one:.0f} requests/s, two {two:.0f}; at most {IN_FLIGHT / LATENCY:.0f} a worker")
    return two / one


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=6400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if importlib.util.find_spec("ray.data") is None:
        print("Ray is not installed: pip install 'instructgen[ray]', or use what `make test-ray` has made")
        sys.exit(2)
    server = subprocess.Popen(
        [sys.executable, ROOT / "tests/loopback.py", "--latency", str(LATENCY), "--reply-tokens", "250"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        ratio = measure(given.requests, given.rounds, server.stdout.readline().strip())
    finally:
        server.terminate()
        server.wait()
    print(f"two workers reach {ratio:.2f} × one (limit {LIMIT}): {'ok' if ratio >= LIMIT else 'PAST'}")
    sys.exit(0 if ratio >= LIMIT else 1)


if __name__ == "__main__":
    main()
