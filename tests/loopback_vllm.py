"""vLLM's command line in; the loopback teacher in vLLM's place out: a real process that listens where vLLM would.

It takes the flags that it needs and passes over the rest. Flags of its own: ``--latency``, ``--start SECONDS``,
``--fail TEXT`` (says so and ends before it listens), ``--child FILE`` (a child of its own, that heeds no SIGTERM, and
its id in a file), ``--die-after N`` (kills itself when it has answered so many, if FILE.died is not there yet).
"""

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from loopback import Teacher
from loopback_server import Behaviour, Connection, Loopback

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def stand_in(folder: Path) -> Path:
    """Write what is to be named as the interpreter that has vLLM; give its path."""
    path = folder / "python-with-vllm"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__)}" "$@"\n')
    path.chmod(0o755)
    return path


def told(log: Path) -> Teacher:
    """Give the running server that wrote a log."""
    line = next(line for line in log.read_text().splitlines() if line.startswith("http"))
    return Teacher(line.removesuffix("/v1"))


def metrics(server: Loopback) -> str:
    """Give counts as vLLM does."""
    answered = sum(server.counts.answered.values())
    told = {
        "generation_tokens_total": 10 * answered,
        "request_success_total": answered,
        "prompt_tokens_total": 100 * answered,
        "prefix_cache_queries_total": 100 * answered,
        "prefix_cache_hits_total": 75 * answered,
        "num_requests_running": server.counts.in_flight,
        "num_requests_waiting": 0,
        "kv_cache_usage_perc": 0.25,
    }
    return "".join(f'vllm:{name}{{engine="0",model_name="m"}} {value}\n' for name, value in told.items())


async def _serve(given: argparse.Namespace) -> None:
    server = Loopback(Behaviour(given.latency, key=os.environ["VLLM_API_KEY"], models=(given.served_model_name,)))
    server.pages = {"/health": str, "/metrics": lambda: metrics(server)}
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Connection(server), given.host, given.port)
    print(f"http://{given.host}:{given.port}/v1", flush=True)
    died = Path(f"{given.child}.died")
    while given.die_after is None or sum(server.counts.answered.values()) < given.die_after or died.exists():
        await asyncio.sleep(0.005)
    died.touch()
    print("RuntimeError: the engine has died", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    listening.close()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    for name in ("--served-model-name", "--host", "--child", "--fail"):
        parser.add_argument(name)
    for name in ("--port", "--die-after"):
        parser.add_argument(name, type=int)
    for name in ("--latency", "--start"):
        parser.add_argument(name, type=float, default=0.0)
    given, _ = parser.parse_known_args()
    if given.child:
        child = subprocess.Popen([sys.executable, "-c", STUBBORN])
        with Path(given.child).open("a") as file:
            file.write(f"{child.pid}\n")
    print(f"(APIServer pid={os.getpid()}) INFO 11-27 07:04:22 [a.py:1] loading {given.served_model_name}", flush=True)
    time.sleep(given.start)
    if given.fail:
        sys.exit(given.fail)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(given))


if __name__ == "__main__":
    main()
