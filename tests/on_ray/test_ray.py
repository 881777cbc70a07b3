"""Runs on a real Ray cluster: the local engine's bytes, whatever stops or is killed, and nothing paid for twice."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from loopback import Teacher, spawned
from ray_cluster import RayCluster, cluster, holders, kill, wait, with_children
from runs import (
    KEY,
    Ended,
    asked,
    asking,
    digests_of,
    ended,
    journaled,
    parts,
    recipe,
    start,
    strays,
    succeeds,
    write_recipe,
    write_rows,
)

pytestmark = [pytest.mark.ray, pytest.mark.timeout(600)]
IN_FLIGHT = 8
ON_RAY = ("--engine", "ray", "--workers", 2)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture(scope="module")
def joined() -> Iterator[RayCluster]:
    with cluster() as started:
        yield started


@pytest.fixture
def teacher() -> Iterator[Teacher]:
    with spawned("--latency", "0.05", "--key", KEY) as server:
        yield server


def made(tmp_path: Path, server: Teacher, records: int = 300, **keys: object) -> Path:
    source = write_rows(tmp_path / "rows.jsonl", range(records))
    block = asking(server.base_url, max_in_flight=IN_FLIGHT, adaptive=False)
    return write_recipe(tmp_path / "recipe.yaml", recipe(source, block, shard_size=20, **keys))


def begun(path: Path, run: Path, joined: RayCluster | None, *arguments: object) -> "subprocess.Popen[str]":
    environment = joined.environment if joined else {}
    return start("run", path, "--out", run, *(ON_RAY if joined else ()), *arguments, **environment)


def on_ray(path: Path, run: Path, joined: RayCluster, *arguments: object) -> Ended:
    return ended(begun(path, run, joined, *arguments), 500)


def answered_once(server: Teacher) -> bool:
    return max(server.stats().answered.values()) == 1


def same_as_local(path: Path, run: Path) -> bool:
    succeeds("run", path, "--out", run.parent / "whole")
    return parts(run) == parts(run.parent / "whole") and strays(run) == []


def plain(told: str) -> list[str]:
    """Give the lines on standard error that are not of the run's progress or end."""
    known = (" done, ", "run: ", "stopp", "covers the whole source")
    return [line for line in told.splitlines() if not line.startswith("  ") and not any(word in line for word in known)]


# ── the same ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_tasks_judged_by_checks_of_ones_own_give_the_bytes_of_the_local_engine(
    tmp_path: Path, teacher: Teacher, joined: RayCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    own = Path(__file__).with_name("own_check.py")
    (tmp_path / "own" / "own_check_moved.py").write_text(own.read_text())
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'own'}:{Path(__file__).resolve().parents[2]}")
    monkeypatch.syspath_prepend(tmp_path / "own")
    teacher.set(faults={"refusal": 0.1, "length": 0.05})
    tasks = {
        name: {"use": "prompted", "form": form}
        for name, form in (("conversation", "dialogue"), ("detail", "description"))
    }
    checks = {
        "shape": {"action": "retry"},
        "judge": {"action": "retry"},
        "odd": {"use": "own_check_moved:OddWords", "action": "tag"},
    }
    judge = asking(teacher.base_url, model="loopback-large", max_in_flight=IN_FLIGHT)
    path, run = made(tmp_path, teacher, 100, tasks=tasks, checks=checks, roles={"judge": judge}), tmp_path / "run"
    end = on_ray(path, run, joined)
    assert end.code == 0, end
    assert plain(end.err) == []
    assert answered_once(teacher)
    assert asked(end.err) == len(journaled(run))
    assert same_as_local(path, run)
    assert asked(succeeds("run", path, "--out", run)) == 0
    logs = [p.read_bytes() for p in (*joined.folder.rglob("*"), *run.rglob("*")) if p.is_file()]
    assert logs
    assert not [log for log in logs if KEY.encode() in log]


def test_an_offline_run_on_ray_asks_nobody(tmp_path: Path, teacher: Teacher, joined: RayCluster) -> None:
    path, run = made(tmp_path, teacher, 60), tmp_path / "run"
    succeeds("run", path, "--out", run, "--limit", 30)
    teacher.set(reset=True)
    end = on_ray(path, run, joined, "--offline")
    assert end.code == 0, end
    assert "not asked yet 30" in end.err
    assert teacher.stats().requests == 0


# ── stopped ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", ["ray", "local"])
def test_what_one_engine_was_stopped_in_the_other_finishes_without_asking_twice(
    tmp_path: Path, teacher: Teacher, joined: RayCluster, first: str
) -> None:
    teacher.set(latency=0.2)
    path, run = made(tmp_path, teacher), tmp_path / "run"
    process = begun(path, run, joined if first == "ray" else None)
    wait(lambda: process.poll() is not None or len(journaled(run)) > 80)
    process.send_signal(signal.SIGINT)
    end = ended(process, 120)
    assert end.code == 130, end
    assert "goes on where it stopped" in end.err
    lines = journaled(run)
    assert asked(end.err) == len(lines) == teacher.stats().requests < 300, "what was sent is finished and journaled"
    assert digests_of(lines) == set(teacher.stats().answered)
    teacher.set(latency=0.0)
    rest = succeeds("run", path, "--out", run) if first == "ray" else on_ray(path, run, joined).err
    assert asked(rest) == 300 - len(lines)
    assert answered_once(teacher)
    assert same_as_local(path, run)


def test_a_second_signal_stops_at_once(tmp_path: Path, teacher: Teacher, joined: RayCluster) -> None:
    path, run = made(tmp_path, teacher), tmp_path / "run"
    process = begun(path, run, joined)
    wait(lambda: process.poll() is not None or len(journaled(run)) > 60)
    teacher.set(latency=600.0)
    wait(lambda: teacher.stats().requests - sum(teacher.stats().answered.values()) >= 2 * IN_FLIGHT)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
    process.send_signal(signal.SIGINT)
    assert ended(process, 60).code == 130
    wait(lambda: holders(run) == set(), 60)
    lines = journaled(run)
    assert digests_of(lines) == set(teacher.stats().answered)
    teacher.set(latency=0.0)
    assert asked(succeeds("run", path, "--out", run)) == 300 - len(lines)
    assert answered_once(teacher)
    assert same_as_local(path, run)


# ── killed ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_shards_of_a_killed_worker_are_taken_up_and_only_what_was_in_flight_is_asked_again(
    tmp_path: Path, teacher: Teacher, joined: RayCluster
) -> None:
    teacher.set(latency=0.3)
    path, run = made(tmp_path, teacher), tmp_path / "run"
    process = begun(path, run, joined)
    wait(lambda: len(journaled(run)) > 60 and len(holders(run)) == 2)
    kill(Random(5).choice(sorted(holders(run))))
    kept = digests_of(journaled(run))
    end = ended(process, 500)
    assert end.code == 0, end
    assert plain(end.err) == []
    stats = teacher.stats()
    twice = {digest for digest, times in stats.asked.items() if times > 1}
    assert len(twice) <= IN_FLIGHT, "no more than one worker had in flight"
    assert not twice & kept, "nothing that was journaled"
    lines = journaled(run)
    assert len(lines) == len(digests_of(lines)) == 300, "nothing lost, nothing journaled twice"
    assert same_as_local(path, run)


@pytest.mark.parametrize("whose", [pytest.param("joined", marks=pytest.mark.slow), "own"])
def test_a_run_whose_whole_cluster_was_killed_goes_on_to_the_same_bytes(
    tmp_path: Path, teacher: Teacher, joined: RayCluster, whose: str
) -> None:
    teacher.set(latency=0.3)
    path, run = made(tmp_path, teacher), tmp_path / "run"
    if whose == "own":
        process = start("run", path, "--out", run, *ON_RAY)
        wait(lambda: process.poll() is not None or len(journaled(run)) > 60)
        family = with_children({process.pid})
        assert len(family) > 5
        for pid in family:
            kill(pid)
        assert ended(process).code == -9
    else:
        with cluster() as other:
            process = begun(path, run, other)
            wait(lambda: process.poll() is not None or len(journaled(run)) > 60)
            other.kill()
            end = ended(process, 300)
        assert end.code == 2, end
        assert len(plain(end.err)) == 1, end
        assert "run again to go on" in end.err
    wait(lambda: holders(run) == set(), 60)
    kept = digests_of(journaled(run))
    teacher.set(reset=True)
    rest = on_ray(path, run, joined)
    assert rest.code == 0, rest
    assert not kept & set(teacher.stats().asked)
    assert len(digests_of(journaled(run))) == 300
    assert same_as_local(path, run)


# ── what ends a run ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_that_is_refused_ends_the_run_in_one_line(tmp_path: Path, teacher: Teacher, joined: RayCluster) -> None:
    teacher.set(key="another")
    path, run = made(tmp_path, teacher), tmp_path / "run"
    end = on_ray(path, run, joined)
    assert end.code == 2, end
    (line,) = plain(end.err)
    assert "401" in line
    assert journaled(run) == []


def test_too_many_faulty_records_end_the_run_in_one_line(tmp_path: Path, teacher: Teacher, joined: RayCluster) -> None:
    teacher.set(latency=0.3)
    path, run = made(tmp_path, teacher, 600), tmp_path / "run"
    source = tmp_path / "rows.jsonl"
    lines = source.read_text().splitlines()
    source.write_text("\n".join("{broken" if n % 2 else line for n, line in enumerate(lines)))
    end = on_ray(path, run, joined)
    assert end.code == 2, end
    (line,) = plain(end.err)
    assert "than max_faults: 0.01 allows; the first: record " in line
    assert teacher.stats().requests < 300


@pytest.mark.parametrize(
    ("address", "told"),
    [("127.0.0.1:1", "nobody listens at RAY_ADDRESS=127.0.0.1:1"), ("ray://127.0.0.1:1", "expected HOST:PORT")],
)
def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path, teacher: Teacher, address: str, told: str) -> None:
    path, run = made(tmp_path, teacher), tmp_path / "run"
    end = ended(start("run", path, "--out", run, *ON_RAY, RAY_ADDRESS=address), 120)
    assert end.code == 2, end
    (line,) = plain(end.err)
    assert told in line
