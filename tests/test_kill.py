"""A run killed at any instant and started again: the same bytes, and no journaled reply asked for twice."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from loopback import Teacher, spawned
from runs import Ended, asking, digests_of, ended, journaled, parts, recipe, start, strays, write_recipe, write_rows

LASTING = "length=0.06,content_filter=0.04,refusal=0.04"
PASSING = "500=0.04,429=0.02,reset=0.02,half=0.02"
Due = Callable[[], bool]
"""Tells whether it is time to kill."""


@pytest.fixture
def teacher(request: pytest.FixtureRequest) -> Iterator[Teacher]:
    with spawned("--latency", "0.02", "--fault", request.param) as server:
        yield server


def killed(due: Due, *arguments: object) -> Ended:
    """Run until it is due, and kill; give how it ended, with 0 when it was faster."""
    process = start(*arguments)
    while process.poll() is None and not due():
        time.sleep(0.001)
    process.kill()
    return ended(process)


def after(seconds: float) -> Due:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def grown(folder: Path, by: float, linger: float) -> Due:
    """Be due a moment after the files of a folder have grown by so many bytes or files."""
    before, reached = _size(folder), float("inf")

    def due() -> bool:
        nonlocal reached
        if reached == float("inf") and _size(folder) >= before + by:
            reached = time.monotonic()
        return time.monotonic() >= reached + linger

    return due


def _size(folder: Path) -> int:
    total = 0
    for path in folder.glob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def instants(draw: Random, run: Path, share: float) -> Iterator[Due]:
    """Give instants of every phase: starting, asking (by bytes journaled), writing parts (by bytes written)."""
    while True:
        phase = draw.random()
        if phase < 0.2:
            yield after(draw.uniform(0.1, 1.0))
        elif phase < 0.7:
            yield grown(run / "journal", draw.uniform(1, share), draw.uniform(0, 0.03))
        else:
            yield grown(run / draw.choice(["samples", "contexts", "rejected"]), 1, draw.uniform(0, 0.03))


def outlive(kills: int, seed: int, run: Path, share: float, server: Teacher | None, *arguments: object) -> int:
    """Kill a run so many times, then let it end. Journaled replies may not be asked for again. Give the kills."""
    done, draws = 0, instants(Random(seed), run, share)
    counted: dict[str, int] = {}
    for _ in range(kills):
        end = killed(next(draws), *arguments)
        assert end.code in (0, -9), end
        done += end.code == -9
        if server is not None:
            answered = server.stats().answered
            for digest in digests_of(journaled(run)):
                assert answered[digest] == counted.setdefault(digest, answered[digest]), "a journaled reply was asked"
        if end.code == 0:
            break
    last = ended(start(*arguments))
    assert last.code == 0, last
    assert strays(run) == []
    if server is not None:
        answered = server.stats().answered
        assert [d for d, times in counted.items() if answered[d] != times] == []
    return done


def undisturbed(run: Path, *arguments: object) -> dict[str, bytes]:
    end = ended(start(*arguments, "--out", run))
    assert end.code == 0, end
    return parts(run)


def compare(kills: int, seed: int, tmp_path: Path, teacher: Teacher, records: int, **keys: object) -> int:
    """Hold a run that was killed against one that was not."""
    source = write_rows(tmp_path / "rows.jsonl", range(records))
    block = asking(teacher.base_url, max_in_flight=8)
    made = write_recipe(tmp_path / "recipe.yaml", recipe(source, block, attempts=["teacher", "teacher"], **keys))
    whole = undisturbed(tmp_path / "whole", "run", made)
    share = 1.5 * sum(p.stat().st_size for p in (tmp_path / "whole/journal").iterdir()) / kills
    teacher.set(reset=True)
    run = tmp_path / "killed"
    done = outlive(kills, seed, run, share, teacher, "run", made, "--out", run)
    assert parts(run) == whole
    lines = journaled(run)
    assert len({(str(line["slot"]), line["digest"]) for line in lines}) == len(lines), "a reply is journaled twice"
    return done


@pytest.mark.parametrize("teacher", [f"{LASTING},{PASSING}"], indirect=True)
def test_a_run_killed_three_times_gives_the_same_bytes_and_asks_nothing_twice(tmp_path: Path, teacher: Teacher) -> None:
    assert compare(3, 1, tmp_path, teacher, 120, shard_size=30) >= 2


def judging(server: Teacher) -> dict[str, object]:
    """Give the keys of a recipe whose samples are judged, and written again for a bad rating."""
    role = asking(server.base_url, model="loopback-large", max_in_flight=8)
    return {"roles": {"judge": role}, "checks": {"shape": {}, "judge": {"action": "retry"}}}


@pytest.mark.slow
@pytest.mark.parametrize("teacher", [f"{LASTING},{PASSING}"], indirect=True)
def test_a_judged_run_killed_three_times_gives_the_same_bytes(tmp_path: Path, teacher: Teacher) -> None:
    assert compare(3, 2, tmp_path, teacher, 80, shard_size=20, **judging(teacher)) >= 2
    asked = {line["slot"]["asker"] for line in journaled(tmp_path / "killed")}
    assert asked == {"conversation", "conversation#0!judge"}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [41, 42])
@pytest.mark.parametrize("teacher", [f"{LASTING},{PASSING}"], indirect=True)
def test_a_judged_run_killed_at_twenty_instants_gives_the_same_bytes(
    tmp_path: Path, teacher: Teacher, seed: int
) -> None:
    assert compare(20, seed, tmp_path, teacher, 400, shard_size=50, **judging(teacher)) >= 15


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("teacher", [LASTING, f"{LASTING},{PASSING}"], indirect=True)
def test_a_run_killed_at_twenty_instants_gives_the_same_bytes(tmp_path: Path, teacher: Teacher, seed: int) -> None:
    assert compare(20, seed, tmp_path, teacher, 600, shard_size=50) >= 15


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [21, 22])
def test_a_run_killed_while_it_writes_many_small_parts_gives_the_same_bytes(tmp_path: Path, seed: int) -> None:
    source = write_rows(tmp_path / "rows.jsonl", range(900))
    made = write_recipe(tmp_path / "recipe.yaml", recipe(source, {"use": "grounded"}, shard_size=3))
    whole = undisturbed(tmp_path / "whole", "run", made)
    run = tmp_path / "killed"
    size = sum(map(len, (p.read_bytes() for p in (tmp_path / "whole/journal").iterdir())))
    assert outlive(20, seed, run, size / 20, None, "run", made, "--out", run) >= 12
    assert parts(run) == whole


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_update_killed_on_the_way_ends_the_same_without_asking_for_it_again(tmp_path: Path) -> None:
    with spawned("--latency", "0.02") as server:
        source = write_rows(tmp_path / "rows.jsonl", range(300))
        block = asking(server.base_url, max_in_flight=8)
        made = write_recipe(tmp_path / "recipe.yaml", recipe(source, block, shard_size=30))
        undisturbed(tmp_path / "whole", "run", made)
        shutil.copytree(tmp_path / "whole", tmp_path / "killed")
        write_rows(tmp_path / "rows.jsonl", [n for n in range(300) if n != 70])
        changed = (made, "--set", "tasks.conversation.boxes=false", "--update")
        whole = undisturbed(tmp_path / "whole", "run", *changed)
        draw, run, done = Random(31), tmp_path / "killed", 0
        arguments: tuple[object, ...] = ("run", *changed, "--out", run)
        for _ in range(8):
            end = killed(grown(run / "journal", draw.uniform(1, 60_000), draw.uniform(0, 0.05)), *arguments)
            assert end.code in (0, -9), end
            done += end.code == -9
            arguments = tuple(a for a in arguments if a != "--update")
        last: subprocess.Popen[str] = start(*arguments)
        assert ended(last).code == 0
        assert parts(run) == whole
        assert done >= 4
