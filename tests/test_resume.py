"""Runs that are stopped, starved of disk, kept from asking or extended: each goes on, and pays for nothing twice."""

import errno
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from loopback import Teacher
from runs import (
    KEY,
    Ended,
    asked,
    asking,
    command,
    digests_of,
    ended,
    journaled,
    parts,
    recipe,
    rows,
    start,
    strays,
    succeeds,
    write_recipe,
    write_rows,
)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def made(tmp_path: Path, server: Teacher, records: int, **fields: object) -> Path:
    source = write_rows(tmp_path / "rows.jsonl", range(records))
    return write_recipe(tmp_path / "recipe.yaml", recipe(source, asking(server.base_url, **fields)))


def wait(due: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not due():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def answered_once(teacher: Teacher) -> bool:
    return max(teacher.stats().answered.values()) == 1


# ── stopping ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_one_signal_finishes_what_is_in_flight_sends_nothing_more_and_the_run_goes_on(
    tmp_path: Path, loopback: Teacher, how: signal.Signals
) -> None:
    loopback.set(latency=0.3)
    path, run = made(tmp_path, loopback, 300), tmp_path / "run"
    process = start("run", path, "--out", run)
    wait(lambda: loopback.stats().requests >= 33)  # the first request that settles the form, then a burst
    sent = loopback.stats().requests
    process.send_signal(how)
    end = ended(process)
    assert end.code == 130, end
    assert "goes on where it stopped" in end.err
    lines = journaled(run)
    assert len(lines) == sent == loopback.stats().requests < 100
    assert digests_of(lines) == set(loopback.stats().answered)
    loopback.set(latency=0.0)
    assert asked(succeeds("run", path, "--out", run)) == 300 - len(lines)
    assert answered_once(loopback)
    succeeds("run", path, "--out", tmp_path / "whole")
    assert parts(run) == parts(tmp_path / "whole")


def test_a_second_signal_stops_at_once_and_the_run_goes_on(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 300), tmp_path / "run"
    loopback.set(latency=0.05)
    process = start("run", path, "--out", run)
    wait(lambda: len(journaled(run)) > 60)
    loopback.set(latency=60.0)
    time.sleep(0.2)
    wait(lambda: loopback.stats().requests > sum(loopback.stats().answered.values()) + 20)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None, "the first signal lets what is in flight end"
    process.send_signal(signal.SIGINT)
    end = ended(process)
    assert end.code == 130, end
    assert time.monotonic() - began < 10
    lines = journaled(run)
    assert digests_of(lines) == set(loopback.stats().answered)
    loopback.set(latency=0.0)
    assert asked(succeeds("run", path, "--out", run)) == 300 - len(lines)
    assert answered_once(loopback)
    assert len(rows(run, "samples")) == 300


def test_a_signal_ends_the_waiting_for_retries(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(faults={"429-after": 1.0}, retry_after=50)
    path, run = made(tmp_path, loopback, 60, max_wait=60.0), tmp_path / "run"
    process = start("run", path, "--out", run)
    wait(lambda: loopback.stats().requests >= 1)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert ended(process).code == 130
    assert time.monotonic() - began < 5


# ── a disk that takes no more ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def starved(size: int, *arguments: object) -> Ended:
    with files_of_at_most(size):
        return command(*arguments)


@pytest.mark.parametrize("size", [300, 30_000, *(pytest.param(n, marks=pytest.mark.slow) for n in (4_000, 9_000))])
def test_a_full_disk_is_one_line_and_what_was_answered_is_kept(tmp_path: Path, loopback: Teacher, size: int) -> None:
    path, run = made(tmp_path, loopback, 150), tmp_path / "run"
    end = starved(size, "run", path, "--out", run)
    assert end.code == 2, end
    assert len(end.err.strip().splitlines()) == 1
    assert "cannot be written" in end.err
    assert errno.errorcode[errno.EFBIG] not in end.err
    assert strays(run) == []
    for journal in run.glob("journal/*"):
        assert journal.read_bytes().endswith(b"\n")
    kept = digests_of(journaled(run))
    loopback.set(reset=True)
    succeeds("run", path, "--out", run)
    assert not kept & set(loopback.stats().answered)
    succeeds("run", path, "--out", tmp_path / "whole")
    assert parts(run) == parts(tmp_path / "whole")


@pytest.mark.parametrize("kind", ["samples", "rejected"])
def test_a_part_that_does_not_fit_is_not_there_under_its_name(tmp_path: Path, loopback: Teacher, kind: str) -> None:
    loopback.set(faults={"refusal": 0.5})
    path, run = made(tmp_path, loopback, 50), tmp_path / "run"
    succeeds("run", path, "--out", run)
    before = parts(run)
    (run / "samples/part-00000.parquet").unlink()
    size = (len(before["samples/part-00000.parquet"]) if kind == "samples" else 6000) - 100
    (run / kind / "part-00000.parquet").unlink(missing_ok=True)
    assert size < len(before[f"{kind}/part-00000.parquet"])
    end = starved(size, "run", path, "--out", run)
    assert end.code == 2, end
    assert "part-00000.parquet: cannot be written" in end.err
    assert not (run / "samples/part-00000.parquet").exists()
    assert strays(run) == []
    assert asked(succeeds("run", path, "--out", run)) == 0
    assert parts(run) == before


# ── not asking ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_offline_run_asks_nobody_and_a_later_one_asks_for_what_lacked(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 120), tmp_path / "run"
    succeeds("run", path, "--out", run, "--limit", 70)
    loopback.set(reset=True)
    printed = succeeds("run", path, "--out", run, "--offline")
    assert "not asked yet 50" in printed
    assert loopback.stats().requests == 0
    lacking = [row for row in rows(run, "rejected") if row["kind"] == "not_asked"]
    assert [row["reason"] for row in lacking] == ["not_asked"] * 50
    assert [row["context"] for row in lacking] == [f"{n:06d}" for n in range(70, 120)]
    assert len(rows(run, "samples")) == 70
    assert "not asked yet 50" in succeeds("status", run)
    assert asked(succeeds("run", path, "--out", run, "--offline")) == 0
    assert asked(succeeds("run", path, "--out", run)) == 50
    assert loopback.stats().requests == 50
    succeeds("run", path, "--out", tmp_path / "whole")
    assert parts(run) == parts(tmp_path / "whole")


@pytest.mark.slow
def test_an_offline_run_of_a_killed_one_gives_what_was_answered(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(latency=0.02)
    path, run = made(tmp_path, loopback, 200), tmp_path / "run"
    process = start("run", path, "--out", run)
    wait(lambda: len(journaled(run)) > 80)
    process.kill()
    ended(process)
    answered = len(journaled(run))
    loopback.set(reset=True)
    succeeds("run", path, "--out", run, "--offline")
    assert len(rows(run, "samples")) == answered
    assert loopback.stats().requests == 0


# ── more records ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_grown_limit_reopens_the_last_shard_alone(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 300), tmp_path / "run"
    succeeds("run", path, "--out", run, "--limit", 120)
    times = {p.name: p.stat().st_mtime_ns for p in (run / "samples").iterdir()}
    assert len(times) == 3
    assert asked(succeeds("run", path, "--out", run, "--limit", 250)) == 130
    now = {p.name: p.stat().st_mtime_ns for p in (run / "samples").iterdir()}
    assert [name for name in times if now[name] != times[name]] == ["part-00002.parquet"]
    assert len(rows(run, "samples")) == 250
    end = command("run", path, "--out", run, "--limit", 100)
    assert end.code == 2
    assert "may only grow" in end.err
    told = succeeds("run", path, "--out", run)
    assert "covers the whole source now: 250 records were covered before\n" in told
    assert asked(told) == 50
    assert "covers the whole source" not in succeeds("run", path, "--out", run)
    assert loopback.stats().requests == 300
    assert answered_once(loopback)
    succeeds("run", path, "--out", tmp_path / "whole")
    assert parts(run) == parts(tmp_path / "whole")


def test_a_limit_takes_nothing_away_from_a_run_that_covers_more(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 120), tmp_path / "run"
    succeeds("run", path, "--out", run)
    before = parts(run)
    end = command("run", path, "--out", run, "--limit", 70)
    assert end.code == 2
    assert "already covers 120 records" in end.err
    assert parts(run) == before
    assert asked(succeeds("run", path, "--out", run, "--limit", 120)) == 0


def test_faults_are_held_against_the_whole_run_when_it_goes_on(tmp_path: Path) -> None:
    lines = write_rows(tmp_path / "rows.jsonl", range(2000)).read_text().splitlines()
    source = tmp_path / "broken.jsonl"
    source.write_text("\n".join([*lines[:-15], *["{broken"] * 15]) + "\n")
    path = write_recipe(tmp_path / "recipe.yaml", recipe(source, {"use": "grounded"}, shard_size=500))
    succeeds("run", path, "--out", tmp_path / "run", "--limit", 1500)
    succeeds("run", path, "--out", tmp_path / "run")
    succeeds("run", path, "--out", tmp_path / "whole")
    assert parts(tmp_path / "run") == parts(tmp_path / "whole")


def test_another_shard_size_is_refused(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 10), tmp_path / "run"
    succeeds("run", path, "--out", run)
    end = command("run", path, "--out", run, "--set", "shard_size=20")
    assert end.code == 2
    assert "shard_size: 50" in end.err


def test_a_pilots_replies_are_not_paid_for_again(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 120), tmp_path / "run"
    succeeds("plan", path, "--pilot", 15, "--out", run)
    piloted = loopback.stats().requests
    assert 15 <= piloted <= 30
    assert asked(succeeds("run", path, "--out", run)) == loopback.stats().requests - piloted
    assert answered_once(loopback)
    succeeds("run", path, "--out", tmp_path / "whole")
    assert parts(run) == parts(tmp_path / "whole")


def test_a_pilot_of_a_changed_run_says_what_to_do_about_it(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 20), tmp_path / "run"
    succeeds("run", path, "--out", run, "--limit", 10)
    end = command("plan", path, "--set", "seed=7", "--pilot", 2, "--out", run)
    assert end.code == 2
    assert f"Run 'instructgen run … --out {run} --limit 10 --update' first, or give another --out" in end.err
    assert "Add --update" not in end.err
