"""What is found goes into a cache of the test's own; extractors of the tests' own are found by their dotted path."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTGEN_CACHE", str(tmp_path / "cache"))
    tests = Path(__file__).resolve().parent.parent
    monkeypatch.setenv("PYTHONPATH", f"{tests}:{tests.parent}")
