"""A run by batches killed at each of its steps and started again: nothing is paid twice, and the samples are the same.

The service kills the process that calls it: before it carries the Nth call out, or after, in place of an answer. That
is between every two steps there are.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Teacher
from loopback_batch_state import Service
from runs import journaled, parts, recipe, strays, succeeds, write_recipe
from test_batch_runs import by_batch, direct
from warm_start import Warm

from instructgen.batches import Batches

RECORDS = 8
KEYS = {"shard_size": 4, "attempts": ["teacher", "teacher"]}
LASTING = {"length": 0.2}
"""So that there is a second attempt, in a batch of its own."""


pytestmark = pytest.mark.usefixtures("key")


class Wanted:
    """A run that was not killed: its bytes, and what it paid."""

    def __init__(self, folder: Path, loopback: Teacher, service: Service) -> None:
        loopback.set(faults=LASTING)
        self.bytes = parts(direct(folder, loopback, RECORDS, **KEYS))
        block = by_batch(service)
        self.recipe = write_recipe(folder / "recipe.yaml", recipe(folder / "rows.jsonl", block, **KEYS))
        self.behave(service)
        succeeds("run", self.recipe, "--out", folder / "undisturbed")
        self.calls = len(service.calls)
        self.paid = dict(service.paid)
        assert parts(folder / "undisturbed") == self.bytes

    def behave(self, service: Service) -> None:
        """Begin anew, with the same faults."""
        service.reset()
        service.faults.lasting = LASTING
        service.faults.passing = 0.1

    def hold(self, service: Service, run: Path) -> None:
        """Hold a run that has come to its end against this one."""
        assert service.paid == self.paid, "requests paid are not requests needed"
        assert parts(run) == self.bytes
        lines = journaled(run)
        assert len({(str(line["slot"]), line["digest"]) for line in lines}) == len(lines), "a reply is journaled twice"
        assert strays(run) == []
        assert [name for name, _ in service.files.values() if "_file_id" not in name] == [], "uploads are left"
        assert {b.state for b in Batches.of(run).all()} == {"done"}
        assert {p.suffix for p in (run / "batches").rglob("*") if p.is_file()} == {".json"}
        assert not [p for p in (run / "batches").glob("*/*") if p.is_file()]


@pytest.fixture
def wanted(tmp_path: Path, loopback: Teacher, service: Service) -> Iterator[Wanted]:
    yield Wanted(tmp_path, loopback, service)


def kill_at(call: int, after: bool, forking: Warm, wanted: Wanted, service: Service, run: Path) -> None:
    """Have a run killed at a call, and carry it on to its end."""
    wanted.behave(service)
    service.kill_at, service.kill_after = call, after
    with service.lock:
        process = forking.start("run", wanted.recipe, "--out", run)
        service.victim = lambda: process
    assert forking.ended() == -9
    service.kill_at = 0
    forking.start("run", wanted.recipe, "--out", run)
    assert forking.ended() == 0
    wanted.hold(service, run)


def test_a_run_killed_while_a_batch_is_begun_pays_for_nothing_twice(
    tmp_path: Path, forking: Warm, wanted: Wanted, service: Service
) -> None:
    assert service.calls[1] == "POST /v1/batches"
    kill_at(2, True, forking, wanted, service, tmp_path / "run")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_killed_between_every_two_steps_pays_for_nothing_twice(
    tmp_path: Path, forking: Warm, wanted: Wanted, service: Service
) -> None:
    for call in range(1, wanted.calls + 1):
        for after in (False, True):
            kill_at(call, after, forking, wanted, service, tmp_path / f"run-{call}-{after}")
    print(f"killed at {2 * wanted.calls} instants")
