"""Shards carried out in scratch folders and put into a store: the local engine's bytes, nothing asked for twice."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Teacher, spawned
from runs import KEY, asked, asking, journaled, parts, recipe, strays, succeeds, write_recipe, write_rows

from instructgen.assemble import build
from instructgen.engines import workbench
from instructgen.engines.shards import Shards
from instructgen.engines.sharing import Sharing
from instructgen.engines.stored_shards import StoredShards
from instructgen.engines.workbench import Finished, Workbench
from instructgen.library import Library, shipped
from instructgen.opening import Opened, open_run
from instructgen.recipe import load
from instructgen.run_folder import RunFolder
from instructgen.stores import Store
from instructgen.supply import Supply


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture(scope="module")
def teacher() -> Iterator[Teacher]:
    with spawned("--latency", "0.01", "--key", KEY) as server:
        yield server


class Worker:
    """What a worker on a cluster is, without the cluster: shards at work in a scratch folder, by way of a store."""

    def __init__(self, opened: Opened, store: Store, scratch: Path) -> None:
        self.folder, facts = RunFolder(scratch), opened.facts
        self.folder.write_texts(opened.built.texts)
        built = build(opened.built.recipe, Library((scratch, shipped())), facts.settled, self.folder.logs)
        self.supply = Supply(self.folder, built, facts)
        self.shards = Shards(built, self.folder, facts, self.supply)
        self.bench = Workbench(StoredShards(store, facts), self.folder, self.supply)

    async def _work(self, number: int) -> None:
        if self.supply.finished(number) is None:
            await self.shards.begin(number)
        while number in self.shards.open and not self.shards.stopping:
            self.shards.changed.clear()
            await self.shards.changed.wait()

    async def _carry(self, *numbers: int) -> list[Finished]:
        self.shards.start()
        done = [await self.bench.carry(self.shards, number, lambda n=number: self._work(n)) for number in numbers]  # type: ignore[misc]
        await self.shards.drain()
        self.shards.close_journals()
        await self.shards.close_teachers()
        return done

    def carry(self, *numbers: int) -> list[Finished]:
        return asyncio.run(self._carry(*numbers))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"file://{tmp_path}/store")


def made(tmp_path: Path, server: Teacher) -> Path:
    """Write a recipe of three shards."""
    block = asking(server.base_url, max_in_flight=4, adaptive=False)
    return write_recipe(
        tmp_path / "recipe.yaml", recipe(write_rows(tmp_path / "rows.jsonl", range(30)), block, shard_size=10)
    )


def opened(path: Path, run: Path) -> Opened:
    found = open_run(*load(str(path), ()), RunFolder(run))
    found.facts.end = 30
    return found


def whole(path: Path, tmp_path: Path) -> dict[str, bytes]:
    succeeds("run", path, "--out", tmp_path / "whole")
    return parts(tmp_path / "whole")


def test_finished_shards_come_into_any_folder(tmp_path: Path, teacher: Teacher, store: Store) -> None:
    path = made(tmp_path, teacher)
    run = opened(path, tmp_path / "run")
    done = Worker(run, store, tmp_path / "scratch").carry(0, 1, 2)
    assert all(done) and not list((tmp_path / "scratch" / "journal").iterdir()), "the scratch folder is cleared"
    sharing = Sharing(store, run.folder, run.supply)
    sharing.bring(0)
    assert set(sharing.settle([0, 1, 2], lambda: False)) == {0, 1, 2}
    assert parts(tmp_path / "run") == whole(path, tmp_path) and strays(tmp_path / "run") == []
    assert asked(succeeds("run", path, "--out", tmp_path / "new", "--store", store.url)) == 0
    assert parts(tmp_path / "new") == parts(tmp_path / "whole")
    assert sorted(map(str, journaled(tmp_path / "new"))) == sorted(map(str, journaled(tmp_path / "run")))


def test_a_finished_shard_is_not_done_again(tmp_path: Path, teacher: Teacher, store: Store) -> None:
    run = opened(made(tmp_path, teacher), tmp_path / "run")
    first = Worker(run, store, tmp_path / "scratch").carry(1)
    before, again = store.names("samples"), Worker(run, store, tmp_path / "other")
    assert again.carry(1) == first
    assert again.shards.counted.asked == 0 and store.names("samples") == before


def test_what_only_the_folder_has_is_not_asked_for_again(tmp_path: Path, teacher: Teacher, store: Store) -> None:
    path = made(tmp_path, teacher)
    expected = whole(path, tmp_path)
    shutil.copytree(tmp_path / "whole", tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "samples")
    run = opened(path, tmp_path / "run")
    sharing = Sharing(store, run.folder, run.supply)
    assert sharing.settle([0, 1, 2], lambda: False) == {}
    put = store.names("")
    assert sharing.settle([0, 1, 2], lambda: False) == {} and store.names("") == put, "nothing is put twice"
    worker = Worker(run, store, tmp_path / "scratch")
    assert all(worker.carry(0, 1, 2)) and worker.shards.counted.asked == 0
    sharing.settle([0, 1, 2], lambda: False)
    assert parts(tmp_path / "run") == expected


def test_another_source_or_recipe_is_not_taken_for_finished(tmp_path: Path, teacher: Teacher, store: Store) -> None:
    path = made(tmp_path, teacher)
    run = opened(path, tmp_path / "run")
    Worker(run, store, tmp_path / "scratch").carry(0)
    folder = RunFolder(tmp_path / "other")
    other = open_run(*load(str(path), ("checks.length.max_words=3",)), folder)
    assert StoredShards(store, other.facts).fetch(folder, other.supply, 0) is None
    write_rows(tmp_path / "rows.jsonl", range(1, 31))
    moved = open_run(*load(str(path), ()), folder, update=True)
    stored = StoredShards(store, moved.facts)
    assert stored.fetch(folder, moved.supply, 0) is None and stored.fetch_begun(folder, 0) is None
    assert len(journaled(tmp_path / "other")) > 0, "what was paid for is kept"


def test_a_worker_that_lost_its_lease_stops_and_finds_the_shard_finished(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "FLUSH_SECONDS", 0.05)
    monkeypatch.setattr(workbench, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr("instructgen.leases.BEAT_SECONDS", 0.0)
    with spawned("--latency", "0.3", "--key", KEY) as slow:
        run = opened(made(tmp_path, slow), tmp_path / "run")
        stale, fresh = Worker(run, store, tmp_path / "stale"), Worker(run, store, tmp_path / "fresh")

        async def taken_over() -> tuple[Finished, Finished]:
            first = asyncio.create_task(stale._carry(0))
            while not store.names("journal"):
                await asyncio.sleep(0.02)
            store.create("leases/part-00000/0002", b"another machine's")
            await asyncio.sleep(0.5)
            assert not stale.shards.open, "it has given the shard up"
            names, answered = store.names(""), sum(slow.stats().answered.values())
            await asyncio.sleep(0.7)
            assert store.names("") == names, "and writes nothing of it"
            assert sum(slow.stats().answered.values()) == answered < 10, "and asks nothing for it"
            store.create("leases/part-00000/0002.done", b"")
            [second] = await fresh._carry(0)
            return (await first)[0], second

        one, other = asyncio.run(taken_over())
        assert one == other is not None
        assert [n.rpartition("/")[2][:4] for n in store.names("samples")] in (["0003"], ["0004"])


def test_a_store_that_fails_stops_the_worker_and_loses_nothing_flushed(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "FLUSH_SECONDS", 0.05)
    with spawned("--latency", "0.3", "--key", KEY) as slow:
        run = opened(made(tmp_path, slow), tmp_path / "run")
        worker, root, away = Worker(run, store, tmp_path / "scratch"), tmp_path / "store", tmp_path / "away"

        async def broken() -> None:
            carrying = asyncio.create_task(worker._carry(0, 1))
            while not store.names("journal"):
                await asyncio.sleep(0.02)
            root.rename(away)
            root.write_text("not a folder")
            assert await carrying == [None, None]

        asyncio.run(broken())
    failure = str(worker.shards.failure)
    assert "/store/journal/part-00000/0001-" in failure and "what was flushed is kept" in failure
    assert "\n" not in failure
    root.unlink()
    away.rename(root)
    assert len(StoredShards(store, run.facts).lines("journal", 0)) > 0
