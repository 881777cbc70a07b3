"""A run whose teacher is asked by batches: the samples of a direct run, whatever the service does on the way."""

from pathlib import Path

import pytest
from loopback import Teacher
from loopback_batch_state import Service
from runs import asking, journaled, parts, recipe, strays, succeeds, write_recipe, write_rows

from instructgen.batches import Batches

pytestmark = pytest.mark.usefixtures("key")


def by_batch(service: Service, **fields: object) -> dict[str, object]:
    """Give the block of a teacher that is asked by batches, impatiently."""
    patience = {"use": "openai_batch", "poll_seconds": 0.02, "listing_seconds": 0.3}
    return asking(service.base_url) | patience | fields


def direct(folder: Path, loopback: Teacher, records: int, **keys: object) -> Path:
    """Make the run whose bytes are wanted."""
    source = write_rows(folder / "rows.jsonl", range(records))
    made = write_recipe(folder / "direct.yaml", recipe(source, asking(loopback.base_url), **keys))
    succeeds("run", made, "--out", folder / "direct")
    return folder / "direct"


def test_a_run_by_batches_gives_the_bytes_of_a_direct_run(tmp_path: Path, loopback: Teacher, service: Service) -> None:
    loopback.set(faults={"length": 0.1, "content_filter": 0.05})
    service.faults.lasting = {"length": 0.1, "content_filter": 0.05}
    keys = {"shard_size": 20, "attempts": ["teacher", "teacher"]}
    whole = direct(tmp_path, loopback, 70, **keys)
    block = by_batch(service, max_requests=45)
    made = write_recipe(tmp_path / "recipe.yaml", recipe(tmp_path / "rows.jsonl", block, **keys))
    printed = succeeds("run", made, "--out", tmp_path / "run")
    print(printed, service.calls)
    assert parts(tmp_path / "run") == parts(whole)
    assert set(service.paid) == set(loopback.stats().answered)
    assert set(service.paid.values()) == {1}
    assert service.largest[0] == 45
    assert strays(tmp_path / "run") == []
    assert {b.state for b in Batches.of(tmp_path / "run").all()} == {"done"}
    assert f"asked {len(journaled(tmp_path / 'run'))}, found in the journal 0" in printed
