"""A function and inputs in; the same results out of one process and of several."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from instructgen.checking import forked
from instructgen.errors import SetupError


@pytest.fixture(autouse=True)
def safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork here too, whatever threads other tests have left."""
    monkeypatch.setattr(forked, "_safe", lambda: True)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("number", [0, 1, 2, 50])
def test_results_come_in_the_order_of_the_inputs(workers: int, number: int) -> None:
    held = {n: n * n for n in range(number)}
    assert list(forked.ordered(lambda n: held[n], range(number), workers)) == list(held.values())


def test_the_work_is_done_by_other_processes() -> None:
    assert os.getpid() not in set(forked.ordered(lambda _: os.getpid(), range(8), 2))
    assert forked.apart(lambda _: os.getpid(), None) != os.getpid()


def test_few_inputs_are_taken_before_their_results_are_wanted() -> None:
    taken: list[int] = []

    def inputs() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    results = forked.ordered(lambda n: n, inputs(), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    assert len(taken) < 20


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_in_the_work_is_raised_here(workers: int) -> None:
    def fails(number: int) -> int:
        if number == 3:
            raise SetupError("record 3 is of no use")
        return number

    with pytest.raises(SetupError, match="record 3 is of no use"):
        list(forked.ordered(fails, range(9), workers))


def test_a_process_that_is_killed_is_said_in_one_line() -> None:
    with pytest.raises(SetupError, match="was killed, most likely for want of memory"):
        list(forked.ordered(lambda _: os._exit(9), range(9), 2))


def test_no_process_outlives_the_first_one_when_that_is_killed() -> None:
    script = (
        "import os, time\nfrom instructgen.checking import forked\n"
        "work = lambda _: (time.sleep(0.1), os.getpid())[1]\n"
        "for pid in forked.ordered(work, range(10**6), 2): print(pid, flush=True)"
    )
    first = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    others = {int(first.stdout.readline()) for _ in range(8)}
    assert first.pid not in others
    first.kill()
    first.communicate()
    deadline = time.monotonic() + 20
    while (alive := {pid for pid in others if Path(f"/proc/{pid}").exists()}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive


def test_nothing_is_forked_beside_other_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert forked.processes() == 1
        assert forked.apart(lambda _: os.getpid(), None) == os.getpid()
    finally:
        done.set()
        other.join()
