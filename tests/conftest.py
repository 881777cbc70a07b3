"""What all tests share: the fixtures of the loopback teacher and judge, of the real model server and of a run."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# how quickly examples are made says something of the machine, not of what is tested
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# the loopback Hub stores large files by LFS; read when the Hub's library is imported
os.environ["HF_HUB_DISABLE_XET"] = "1"

pytest_plugins = [
    *("runs", "loopback", "loopback_batches", "loopback_hub", "warm_start"),
    *("model_server", "changed_run", "judged", "real_vllm"),
]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What extractors find goes into a cache of the test's own."""
    monkeypatch.setenv("INSTRUCTGEN_CACHE", str(tmp_path / "cache"))
