"""What of runs on Ray needs no Ray: options, stretches, figures of many workers, the board, and Ray not being there."""

import sys
from pathlib import Path

import pytest
from runs import command, recipe, write_recipe, write_rows

from instructgen.component import Component, Site, resolve
from instructgen.engines.board import Board
from instructgen.engines.cluster import LONGEST_STRETCH, Pool, stretches
from instructgen.engines.served import of_workers
from instructgen.errors import SetupError
from instructgen.journal import owned
from instructgen.library import Library, shipped
from instructgen.sources.image_text import ImageTextSource
from instructgen.supply import count_rows
from instructgen.teachers import TABLE as TEACHERS
from instructgen.teachers.openai_chat import ChatModel


@pytest.mark.parametrize(
    ("text", "gpus", "told"),
    [
        ("two", 0.0, "--workers two: expected a number such as 4, or a range such as 2-8"),
        ("2-", 0.0, "--workers 2-: expected a number"),
        ("0", 0.0, "--workers 0: expected at least 1"),
        ("4-2", 0.0, "the smaller number first"),
        ("2", -1.0, "--gpus -1.0: expected none"),
    ],
)
def test_a_wrong_pool_is_one_line(tmp_path: Path, text: str, gpus: float, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        Pool.parse(text, gpus)
    arguments = ("run", "demo", "--out", tmp_path / "run", "--engine", "ray", "--workers", text, "--gpus", gpus)
    end = command(*arguments)
    assert end.code == 2
    assert told in end.err
    assert len(end.err.splitlines()) == 1


def test_a_pool_is_read() -> None:
    assert Pool.parse("3", 0.5) == Pool(3, 3, 0.5)
    assert Pool.parse("2-8", 0) == Pool(2, 8)


def test_without_ray_a_run_on_ray_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    made = write_recipe(
        tmp_path / "recipe.yaml", recipe(write_rows(tmp_path / "rows.jsonl", range(5)), {"use": "grounded"})
    )
    end = command("run", made, "--out", tmp_path / "run", "--engine", "ray")
    assert end.code == 2
    assert end.err == "instructgen: --engine ray needs the package ray: pip install 'instructgen[ray]'\n"


@pytest.mark.parametrize(("shards", "workers"), [(1, 4), (40, 2), (3300, 8), (100_000, 2)])
def test_stretches_are_consecutive_and_leave_work_for_all_to_the_end(shards: int, workers: int) -> None:
    cut = stretches(range(shards), workers)
    assert [number for stretch in cut for number in stretch] == list(range(shards))
    assert max(map(len, cut)) <= min(LONGEST_STRETCH, max(1, shards // (16 * workers)))


def test_a_worker_that_was_started_again_counts_on() -> None:
    board = Board()
    board.tell("a", {"start": "1", "asked": 5, "counts": ("tally", "spent"), "states": {}})
    assert not board.tell("a", {"start": "2", "asked": 1, "counts": ("tally", "spent"), "states": {}})
    told = board.look().values()
    assert sum(said["asked"] for said in told) == 6
    assert [said["counts"] for said in told].count(None) == 1
    board.stop()
    assert board.tell("a", {"start": "2", "asked": 2, "counts": None, "states": None})


@pytest.mark.parametrize(("use", "told"), [("openai_chat", (3.0, 30.0)), ("vllm_server", (6.0, 60.0))])
def test_figures_of_servers_that_all_workers_look_at_are_counted_once(use: str, told: tuple[float, float]) -> None:
    said = [{"served": {"teacher": {"seconds": float(n), "answered": 10.0 * n}}} for n in (1, 3, 2)]
    found = resolve(use, TEACHERS, "teacher", "test")
    assert issubclass(found, Component)
    teacher: object = found.build({"model": "m"}, Site("teacher", Library((shipped(),))), "teacher")
    assert isinstance(teacher, ChatModel)
    assert of_workers(said, {"teacher": teacher}) == {"teacher": {"seconds": told[0], "answered": told[1]}}


@pytest.mark.parametrize("limit", [None, 1, 1199, 1200, 4000])
@pytest.mark.parametrize("seconds", [0.0, 10.0])
def test_rows_are_counted_by_reading_or_by_jumping(
    tmp_path: Path, limit: int | None, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("instructgen.supply.COUNT_SECONDS", seconds)
    source = ImageTextSource(files=(write_rows(tmp_path / "rows.jsonl", range(1200)),))
    assert count_rows(source, limit, lambda: False) == min(1200, limit or 1200)
    assert count_rows(source, None, lambda: True) is None


def test_a_run_does_not_write_to_a_shard_that_a_worker_still_holds(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "rows.jsonl", range(5))
    made = write_recipe(tmp_path / "recipe.yaml", recipe(source, {"use": "grounded"}))
    journal = tmp_path / "run" / "journal" / "part-00000.jsonl"
    assert command("run", made, "--out", tmp_path / "run").code == 0
    (tmp_path / "run" / "samples" / "part-00000.parquet").unlink()
    with owned(journal) as held:
        assert held
        end = command("run", made, "--out", tmp_path / "run")
    assert end.code == 2
    assert end.err.splitlines()[0].endswith("a worker of an earlier start still writes to it; wait until it has ended")
    assert command("run", made, "--out", tmp_path / "run").code == 0
