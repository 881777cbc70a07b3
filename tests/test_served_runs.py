"""Runs whose teacher is a server of their own: when it is started, what is kept of it, what a user is told."""

import json
import signal
import time
from pathlib import Path

import pytest
from cases import contents, finished, refused
from loopback import Teacher
from loopback_vllm import stand_in
from runs import asking, command, ended, recipe, start, write_recipe, write_rows

from instructgen.run import Run


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl", range(40))


def serving(tmp_path: Path, *flags: str, **fields: object) -> dict[str, object]:
    """Give the block of a vLLM server in whose place the loopback teacher answers."""
    block = {"use": "vllm_server", "model": "loopback-small", "python": str(stand_in(tmp_path)), "max_wait": 0.02}
    return {**block, "extra_args": list(flags), **fields}


def test_planning_and_previewing_start_no_server_and_a_run_keeps_what_its_own_said_and_counted(
    tmp_path: Path, rows: Path
) -> None:
    path, run = write_recipe(tmp_path / "recipe.yaml", recipe(rows, serving(tmp_path))), tmp_path / "run"
    finished("plan", path, "--out", run)
    finished("preview", path)
    assert not (run / "logs").exists()
    finished("run", path, "--out", run)
    assert [log.name for log in (run / "logs").iterdir()] == ["teacher.log"]
    served = json.loads((run / "report.json").read_text())["servers"]["teacher"]
    assert served["answered"] == 40
    assert served["prefix_cache_hits"] == 0.75
    finished("report", run)
    assert "What the servers counted" in (run / "report.html").read_text()


def test_a_second_start_adds_to_what_was_counted(tmp_path: Path, rows: Path) -> None:
    path, run = write_recipe(tmp_path / "recipe.yaml", recipe(rows, serving(tmp_path))), tmp_path / "run"
    finished("run", path, "--out", run, "--limit", 15)
    finished("run", path, "--out", run)
    assert json.loads((run / "run.json").read_text())["served"]["teacher"]["answered"] == 40


def test_a_pilot_starts_a_server_and_stops_it(tmp_path: Path, rows: Path) -> None:
    path, run = write_recipe(tmp_path / "recipe.yaml", recipe(rows, serving(tmp_path))), tmp_path / "run"
    said = finished("plan", path, "--out", run, "--pilot", 3).out
    assert "3 contexts asked for real" in said
    server = (run / "logs" / "teacher.log").read_text().partition("pid=")[2].partition(")")[0]
    assert not Path(f"/proc/{server}").exists()


def test_a_server_that_does_not_start_is_one_line_and_the_end_of_its_log(tmp_path: Path, rows: Path) -> None:
    teacher = serving(tmp_path, "--fail=torch.OutOfMemoryError: tried to allocate 3 GiB")
    path = write_recipe(tmp_path / "recipe.yaml", recipe(rows, teacher))
    ended = command("run", path, "--out", tmp_path / "run")
    first, *log = ended.err.strip().splitlines()
    assert ended.code == 2
    assert first.startswith(
        "instructgen: vLLM ended before it was ready (exit status 1): torch.OutOfMemoryError: tried"
    )
    assert first.endswith(str(tmp_path / "run" / "logs" / "teacher.log"))
    assert log == ["  loading loopback-small", "  torch.OutOfMemoryError: tried to allocate 3 GiB"]


@pytest.mark.slow
def test_a_stopped_run_finishes_what_is_in_flight_and_leaves_no_server(tmp_path: Path, rows: Path) -> None:
    path = write_recipe(tmp_path / "recipe.yaml", recipe(rows, serving(tmp_path, "--latency=0.3", max_in_flight=4)))
    run = tmp_path / "run"
    process = start("run", path, "--out", run)
    while not (run / "journal").exists() or not any(f.stat().st_size for f in (run / "journal").iterdir()):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    code, _, said = ended(process)
    assert code == 130
    assert "stopping: finishing what is in flight" in said
    assert 4 <= len((run / "journal" / "part-00000.jsonl").read_text().splitlines()) < 30
    server = (run / "logs" / "teacher.log").read_text().partition("pid=")[2].partition(")")[0]
    assert not Path(f"/proc/{server}").exists()


def test_a_run_goes_on_at_a_server_that_was_running_and_asks_for_nothing_anew(
    tmp_path: Path, rows: Path, loopback: Teacher
) -> None:
    run = tmp_path / "run"
    own = write_recipe(tmp_path / "own.yaml", recipe(rows, serving(tmp_path)))
    other = write_recipe(tmp_path / "other.yaml", recipe(rows, asking(loopback.base_url)))
    finished("run", own, "--out", run)
    turns = [sample.turns for sample in Run.open(run).samples()]
    assert len(turns) > 30
    assert "asks for nothing: the journal holds every reply" in refused("run", other, "--out", run)
    finished("run", other, "--out", run, "--update")
    assert [sample.turns for sample in Run.open(run).samples()] == turns
    assert loopback.stats().requests == 0


def test_where_a_server_runs_and_how_long_it_is_watched_changes_no_byte_of_the_samples(
    tmp_path: Path, rows: Path
) -> None:
    path = write_recipe(tmp_path / "recipe.yaml", recipe(rows, serving(tmp_path)))
    finished("run", path, "--out", tmp_path / "one")
    moved = ["--set", f"teacher.weights={tmp_path}", "--set", "teacher.max_num_seqs=2"]
    finished("run", path, "--out", tmp_path / "two", *moved)
    one, two = (contents(tmp_path / name / "samples") for name in ("one", "two"))
    assert one == two
