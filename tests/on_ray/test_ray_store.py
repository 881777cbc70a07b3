"""Ray workers that share no folder: shards by a real S3-compatible server, and the local engine's bytes."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Teacher, spawned
from loopback_s3 import SECRET, bucket
from ray_cluster import RayCluster, cluster, kill, mentioning, wait, with_children
from runs import KEY, asked, asking, ended, parts, recipe, start, strays, succeeds, write_recipe, write_rows

from instructgen.stores import Store

pytestmark = [
    *(pytest.mark.ray, pytest.mark.timeout(600)),
    pytest.mark.filterwarnings("ignore:_SixMetaPathImporter:ImportWarning"),
]
IN_FLIGHT = 8
ON_RAY = ("--engine", "ray", "--workers", 2)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, bucket() as found:
        patch.setenv("OPENAI_API_KEY", KEY)
        yield found


@pytest.fixture(scope="module")
def joined(url: str) -> Iterator[RayCluster]:
    with cluster() as started:
        yield started


@pytest.fixture
def teacher() -> Iterator[Teacher]:
    with spawned("--latency", "0.2", "--key", KEY) as server:
        yield server


def made(tmp_path: Path, server: Teacher, records: int = 300, shard_size: int = 20) -> Path:
    source = write_rows(tmp_path / "rows.jsonl", range(records))
    block = asking(server.base_url, max_in_flight=IN_FLIGHT, adaptive=False)
    return write_recipe(tmp_path / "recipe.yaml", recipe(source, block, shard_size=shard_size))


def begun(path: Path, run: Path, joined: RayCluster, url: str) -> "subprocess.Popen[str]":
    return start("run", path, "--out", run, *ON_RAY, "--store", url, **joined.environment)


def same_as_local(path: Path, run: Path) -> bool:
    succeeds("run", path, "--out", run.parent / "whole")
    return parts(run) == parts(run.parent / "whole") and strays(run) == []


def answered(server: Teacher) -> int:
    return sum(server.stats().answered.values())


def test_the_bytes_of_the_local_engine_and_nothing_is_overwritten(
    tmp_path: Path, joined: RayCluster, url: str, teacher: Teacher
) -> None:
    path, run, store = made(tmp_path, teacher), tmp_path / "run", Store(f"{url}/whole")
    done = ended(begun(path, run, joined, store.url), 400)
    assert done.code == 0, done
    assert asked(done.err) == answered(teacher)
    assert same_as_local(path, run)
    names = store.names("")
    assert {name.split("/")[0] for name in names} == {
        "contexts",
        "journal",
        "leases",
        "rejected",
        "run.json",
        "samples",
    }
    assert not any(secret.encode() in store.read(name) for name in names for secret in (KEY, SECRET))
    assert answered(teacher) == 600, "the local engine has asked for the same once more"
    again = ended(begun(path, run, joined, store.url), 400)
    assert again.code == 0 and asked(again.err) == 0
    shutil.rmtree(run)
    fetched = ended(begun(path, run, joined, store.url), 400)
    assert fetched.code == 0 and asked(fetched.err) == 0, "a run whose folder was lost comes back from the store"
    assert answered(teacher) == 600
    assert parts(run) == parts(tmp_path / "whole")
    assert store.names("samples") == [name for name in names if name.startswith("samples")]


def benches(joined: RayCluster) -> dict[int, Path]:
    """Give the workers of a cluster that have a journal open, with their scratch folders."""
    found = {}
    for pid in with_children(mentioning(str(joined.folder))):
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                held = link.readlink()
            except OSError:
                continue
            if held.parent.name == "journal" and held.parent.parent.name.startswith("instructgen-"):
                found[pid] = held.parent.parent
    return found


def well_begun(store: Store) -> bool:
    """Tell whether a shard is finished, and another's journal has been flushed while it is at work."""
    done = {name.split("/")[1] for name in store.names("samples")}
    return len(done) >= 1 and len({name.split("/")[1] for name in store.names("journal")} - done) >= 1


def unflushed(store: Store, scratch: Path) -> int:
    """Count the replies of a killed worker that never reached the store."""
    stored = b"".join(store.read(name) for name in store.names("journal"))
    here = b"".join(path.read_bytes() for path in scratch.glob("journal/*.jsonl"))
    return sum(line not in stored for line in here.splitlines())


def twice(server: Teacher) -> int:
    counts = server.stats().answered.values()
    return sum(counts) - len(counts)


@pytest.mark.slow
def test_a_killed_workers_shards_are_taken_over_and_only_what_was_not_flushed_is_asked_again(
    tmp_path: Path, joined: RayCluster, url: str, teacher: Teacher
) -> None:
    path, run, store = made(tmp_path, teacher, 420, 60), tmp_path / "run", Store(f"{url}/killed")
    running = begun(path, run, joined, store.url)
    wait(lambda: well_begun(store) and len(benches(joined)) == 2)
    victim, scratch = next(iter(benches(joined).items()))
    kill(victim)
    done = ended(running, 500)
    assert done.code == 0, done
    lost = unflushed(store, scratch)
    assert twice(teacher) <= lost + IN_FLIGHT, (twice(teacher), lost)
    assert any(name.rpartition("/")[2] == "0002" for name in store.names("leases")), "a lease was taken over"
    shutil.rmtree(scratch)
    assert same_as_local(path, run)


@pytest.mark.slow
def test_a_run_whose_driver_was_killed_is_carried_on_by_the_local_engine(
    tmp_path: Path, joined: RayCluster, url: str, teacher: Teacher
) -> None:
    path, run, store = made(tmp_path, teacher, 420, 60), tmp_path / "run", Store(f"{url}/driver")
    running = begun(path, run, joined, store.url)
    wait(lambda: well_begun(store) and len(benches(joined)) == 2)
    scratches = list(benches(joined).values())
    running.send_signal(signal.SIGKILL)
    running.communicate()
    done = ended(start("run", path, "--out", run, "--store", store.url), 300)
    assert done.code == 0, done
    lost = sum(unflushed(store, scratch) for scratch in scratches)
    assert twice(teacher) <= lost + 2 * IN_FLIGHT, (twice(teacher), lost)
    assert asked(done.err) < 840, "what the workers had been answered is not asked for again"
    assert same_as_local(path, run)
