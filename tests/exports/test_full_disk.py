"""Every export on a disk that takes no more: one clear line, and nothing under the final name."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from export_samples import PHOTO, Kept, export, sample

from instructgen.errors import SetupError


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", ["llava", "jsonl", "llama_factory", "axolotl", "hf"])
def test_a_full_disk_is_one_line_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    kept: Kept = {}
    many = ((sample(PHOTO, number=n), kept) for n in range(500))
    with (
        files_of_at_most(20_000),
        pytest.raises(SetupError, match=r"out\.json: cannot be written \(.+\); nothing") as told,
    ):
        export(name).write(many, out)
    assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []
