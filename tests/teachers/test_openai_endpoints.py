"""Several servers of one model: the least loaded is asked, a sick one is passed over until it is well."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import ask, ask_all, asked_many, chat, run, whole
from loopback import Teacher, running

from instructgen.errors import TeacherStop
from instructgen.records import Completion
from instructgen.teachers.gate import Gate
from instructgen.teachers.openai_chat import OpenAIChat
from instructgen.teachers.rates import Window

SERVER = Path(__file__).parent.parent / "loopback.py"


def free_port() -> int:
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])


class Process:
    """A loopback server in a process of its own, at a port of its own, that can be killed and come back."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self, latency: float = 0.02) -> None:
        command = [sys.executable, str(SERVER), "--port", str(self.port), "--latency", str(latency)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.teacher = Teacher(self._process.stdout.readline().strip().removesuffix("/v1"))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def three() -> Iterator[list[Process]]:
    servers = [Process() for _ in range(3)]
    yield servers
    for server in servers:
        server.kill()


def several(urls: list[str], **fields: object) -> OpenAIChat:
    block: dict[str, Any] = {"base_url": urls, "reply_format": "plain", "max_wait": 0.2}
    return chat(urls[0], **(block | fields))


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


def test_one_of_three_dies_then_is_slow_then_well_and_nothing_is_lost_or_answered_twice(three: list[Process]) -> None:
    spread: dict[str, list[int]] = {}
    teacher = several([s.teacher.base_url for s in three], max_in_flight=16)

    def answered() -> list[dict[str, int]]:
        return [s.teacher.stats().answered for s in three]

    async def phase(name: str, first: int, number: int, among: list[Process]) -> None:
        for server in among:
            server.teacher.set(reset=True)
        gate = asyncio.Semaphore(48)

        async def one(n: int) -> Completion:
            async with gate:
                return await ask(teacher, n)

        asking = [asyncio.ensure_future(one(first + n)) for n in range(number)]
        if name == "dead":
            await until(lambda: sum(task.done() for task in asking) > number // 4)
            three[2].kill()
        replies = whole(await asyncio.gather(*asking, return_exceptions=True))
        assert len({r.server_id for r in replies}) == number
        counts = [s.teacher.stats().answered for s in among]
        assert not any(sum(c.get((r.server_id or "")[9:], 0) for c in counts) > 1 for r in replies)
        spread[name] = [sum(c.values()) for c in counts]

    async def go() -> None:
        await phase("dead", 0, 400, three[:2])
        three[2].start(latency=0.15)
        await until(lambda: teacher._exchange is not None and teacher._exchange.endpoints.all[2].open)
        await phase("slow", 1000, 600, three)
        three[2].teacher.set(latency=0.02)
        await phase("well", 2000, 800, three)

    run(go(), teacher)
    print(f"\nanswered by each: {spread}")
    assert sum(spread["slow"]) == 600
    assert spread["slow"][2] < min(spread["slow"][:2]) / 3
    assert sum(spread["well"]) == 800
    assert spread["well"][2] > 800 / 6


def test_a_server_that_answers_500_three_times_is_out_and_its_requests_are_answered_by_the_other() -> None:
    with running() as sick, running() as well:
        sick.set(faults={"500": 1.0})
        teacher = several([sick.base_url, well.base_url])
        began = time.monotonic()
        whole(asked_many(teacher, 200))
        assert sum(well.stats().answered.values()) == 200
        # out within its first round of requests, and asked again one at a time
        assert sick.stats().requests <= 32 + 3 * (1 + int(10 * (time.monotonic() - began)))


def test_a_failed_request_goes_to_another_server_at_its_first_retry() -> None:
    with running() as sick, running() as well:
        sick.set(faults={"500": 1.0})
        teacher = several([sick.base_url, well.base_url])
        whole(run(ask_all(teacher, 2, 1), teacher))
        assert sick.stats().requests == 2
        assert well.stats().requests == 2


def test_too_many_requests_put_no_server_out() -> None:
    with running() as crowded, running() as other:
        crowded.set(faults={"429": 0.5}, latency=0.005)
        other.set(latency=0.005)
        teacher = several([crowded.base_url, other.base_url], max_wait=0.02)
        whole(asked_many(teacher, 300))
        assert sum(crowded.stats().answered.values()) > 20
        assert "/v1/models" not in crowded.stats().paths


def test_the_run_stops_only_when_all_have_been_gone_for_as_long_as_patience_lasts() -> None:
    with contextlib.ExitStack() as running_servers:
        servers = [running_servers.enter_context(running()) for _ in range(2)]

        async def go(teacher: OpenAIChat) -> tuple[list[Completion | BaseException], float]:
            whole(await ask_all(teacher, 10))
            for server in servers:
                server.set(faults={"500": 1.0}, models=[])
            servers[0].server.pages = {}
            began = time.monotonic()
            running_servers.close()
            return await ask_all(teacher, 20), time.monotonic() - began

        teacher = several([s.base_url for s in servers], retry_seconds=1.5)
        results, seconds = run(go(teacher), teacher)
    assert all(isinstance(r, TeacherStop) for r in results)
    assert 1.4 < seconds < 8
    assert "run again when it is back" in str(results[0])
    assert all(s.base_url.split("/")[2] in str(results[0]) for s in servers)


def test_servers_of_which_none_was_ever_there_stop_the_run_in_seconds() -> None:
    teacher = several([f"http://127.0.0.1:{free_port()}/v1" for _ in range(2)], retry_seconds=1.0)
    results = asked_many(teacher, 20)
    assert all(isinstance(r, TeacherStop) and "nothing answers" in str(r) for r in results), results[0]


def test_all_gone_for_a_moment_costs_nothing_but_that_moment() -> None:
    ports = [free_port(), free_port()]

    async def go(teacher: OpenAIChat) -> list[Completion | BaseException]:
        asking = asyncio.ensure_future(ask_all(teacher, 60))
        await asyncio.sleep(0.4)
        with running(port=ports[0]), running(port=ports[1]):
            return await asking

    teacher = several([f"http://127.0.0.1:{port}/v1" for port in ports])
    whole(run(go(teacher), teacher))


def test_one_server_in_a_list_is_treated_as_one_alone() -> None:
    with running() as alone:
        alone.set(faults={"500": 0.5})
        teacher = several([alone.base_url], max_wait=0.02)
        whole(asked_many(teacher, 40))
        assert "/v1/models" not in alone.stats().paths


def test_the_least_loaded_open_window_is_entered_and_the_one_to_avoid_only_alone() -> None:
    async def go() -> None:
        first, second = Window(4, adaptive=False), Window(2, adaptive=False)
        gate = Gate([first, second])
        assert [gate.enter() for _ in range(6)] == [first, second, first, first, second, first]
        waiting = asyncio.ensure_future(gate.wait(first))
        behind = asyncio.ensure_future(gate.wait())
        await asyncio.sleep(0)
        gate.leave(first)  # not for the one who avoids it
        await asyncio.sleep(0)
        assert (waiting.done(), behind.done()) == (False, True)
        gate.shut(second)
        gate.leave(first)
        assert await waiting is first
        assert gate.enter(first) is None
        gate.leave(first)
        assert gate.enter(first) is first

    asyncio.run(go())
