"""A run's folder: one writer, files whole or absent, nothing of anybody else's touched."""

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback import Teacher
from runs import asking, command, ended, journaled, parts, recipe, start, strays, succeeds, write_recipe, write_rows

from instructgen.errors import RunLocked, SetupError
from instructgen.run import Run
from instructgen.run_folder import RunFolder, atomic, write_text


def made(tmp_path: Path, records: int = 6, **keys: object) -> Path:
    """Write a recipe that needs no server."""
    source = write_rows(tmp_path / "rows.jsonl", range(records))
    return write_recipe(tmp_path / "recipe.yaml", recipe(source, {"use": "grounded"}, **keys))


def test_a_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    told = f"{socket.gethostname()} process {os.getpid()}"
    with folder.locked(), pytest.raises(RunLocked, match=told), RunFolder(tmp_path / "run").locked():
        raise AssertionError("two writers")
    with folder.locked():
        pass


def test_a_mistake_before_a_run_was_begun_leaves_no_folder(tmp_path: Path) -> None:
    path = made(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    for out in (tmp_path / "new", mine):
        assert command("run", path, "--out", out, "--set", "checks.comparison.against=nowhere").code == 2
    assert not (tmp_path / "new").exists()
    assert not list(mine.iterdir())


def test_a_second_run_ends_with_status_2_while_status_export_and_preview_work(
    tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-any-key-at-all")
    loopback.set(latency=0.15)
    block = asking(loopback.base_url, max_in_flight=4, adaptive=False)
    source = write_rows(tmp_path / "rows.jsonl", range(60))
    path, run = write_recipe(tmp_path / "recipe.yaml", recipe(source, block, shard_size=20)), tmp_path / "run"
    first = start("run", path, "--out", run)
    try:
        _look_on(tmp_path, path, run, first.pid)
        assert first.poll() is None, "the run was over before it could be looked at"
    finally:
        assert ended(first).code == 0
    succeeds("export", run, "--format", "jsonl", "--out", tmp_path / "all.jsonl")
    so_far, whole = ((tmp_path / f).read_text(encoding="utf-8").splitlines() for f in ("so_far.jsonl", "all.jsonl"))
    assert len(whole) == 60 > len(so_far)
    assert [line for line in whole if line in set(so_far)] == so_far


def _look_on(tmp_path: Path, path: Path, run: Path, writer: int) -> None:
    """Look at a run of 60 that is being written."""
    _wait(lambda: len(journaled(run)) >= 24)
    second = command("run", path, "--out", run)
    assert second.code == 2
    assert f"{socket.gethostname()} process {writer}" in second.err
    assert len(second.err.strip().splitlines()) == 1
    finished = sum(1 for _ in Run.open(run).frame("samples").collect().iter_rows())
    told = json.loads(command("status", run, "--json").out)
    assert told["shards"]["open"] >= 1
    assert told["shards"]["finished"] >= 1
    assert told["tasks"]["conversation"]["not_asked"] > 0
    assert "samples accepted" in succeeds("status", run)
    succeeds("export", run, "--format", "jsonl", "--out", tmp_path / "so_far.jsonl")
    so_far = (tmp_path / "so_far.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(so_far) >= 24 > finished, "open shards count provisionally"
    assert "000000" in succeeds("preview", path)


def _wait(due: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not due():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    with pytest.raises(ValueError, match="on the way"), atomic(path) as temporary:
        temporary.write_text("half")
        raise ValueError("on the way")
    assert not path.exists()
    assert list(path.parent.iterdir()) == []
    write_text(path, "first")
    with pytest.raises(ValueError, match="again"), atomic(path) as temporary:
        temporary.write_text("second, half")
        raise ValueError("again")
    assert path.read_text() == "first"


def test_a_run_killed_before_its_recipe_was_written_goes_on(tmp_path: Path) -> None:
    path, whole, run = made(tmp_path), tmp_path / "whole", tmp_path / "run"
    succeeds("run", path, "--out", whole)
    for leftover in (["lock"], ["lock", "run.json"], ["lock", "run.json", "recipe.yaml"]):
        run = tmp_path / f"run{len(leftover)}"
        run.mkdir()
        for name in leftover:
            (run / name).write_bytes((whole / name).read_bytes())
        (run / ".run.json.99.tmp").write_text("{")
        (run / ".recipe.yaml.99.tmp").write_text("hal") if len(leftover) > 1 else None
        succeeds("run", path, "--out", run)
        assert parts(run) == parts(whole)
        assert strays(run) == []


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    path, other = made(tmp_path), tmp_path / "other"
    (other / "deep").mkdir(parents=True)
    for name in ("mine.txt", ".mine.tmp", "deep/.editor.1.tmp"):
        (other / name).write_text("mine")
    end = command("run", path, "--out", other)
    assert end.code == 2
    assert "no run.json" in end.err
    assert {p.name for p in other.rglob("*")} - {"lock"} == {".editor.1.tmp", ".mine.tmp", "deep", "mine.txt"}


def test_a_file_in_the_folders_place_is_one_line(tmp_path: Path) -> None:
    path = made(tmp_path)
    (tmp_path / "run").write_text("a file")
    end = command("run", path, "--out", tmp_path / "run")
    assert end.code == 2
    assert "cannot be used as a run's folder" in end.err
    assert (tmp_path / "run").read_text() == "a file"


def test_facts_that_are_not_facts_are_named(tmp_path: Path) -> None:
    path, run = made(tmp_path), tmp_path / "run"
    succeeds("run", path, "--out", run)
    (run / "run.json").write_text('{"shard_size": "many"}')
    with pytest.raises(SetupError, match=r"run\.json: .*run's facts"):
        RunFolder(run).facts()
    assert command("status", run).code == 2
    assert command("status", tmp_path).code == 2


def test_what_a_killed_process_left_is_swept_and_the_rest_is_not(tmp_path: Path) -> None:
    path, run = made(tmp_path), tmp_path / "run"
    succeeds("run", path, "--out", run)
    (run / "samples" / ".part-00007.parquet.12.tmp").write_text("half")
    (run / "reviews").mkdir()
    (run / "reviews" / "mine.jsonl").write_text("{}\n")
    succeeds("run", path, "--out", run)
    assert strays(run) == []
    assert (run / "reviews" / "mine.jsonl").exists()


def test_a_part_that_cannot_be_read_stops_the_run_in_one_line(tmp_path: Path) -> None:
    path, run = made(tmp_path, 12, shard_size=4), tmp_path / "run"
    succeeds("run", path, "--out", run)
    before = parts(run)
    broken = run / "samples/part-00001.parquet"
    broken.write_bytes(broken.read_bytes()[:50])
    end = command("run", path, "--out", run)
    assert end.code == 2
    assert "part-00001.parquet" in end.err
    assert len(end.err.strip().splitlines()) == 1
    broken.unlink()
    succeeds("run", path, "--out", run)
    assert parts(run) == before
