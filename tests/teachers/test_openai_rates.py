"""How many may ask: growth, halving, rate limits, and that a healthy server is used to the full."""

import asyncio
import time
from collections.abc import Callable
from random import Random

import pytest
from asking import asked_many, chat, whole
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Teacher

from instructgen.errors import TeacherStop
from instructgen.teachers.gate import Gate
from instructgen.teachers.rates import START, Meter, Window


class Simulation:
    """A server of a given latency behind a gate, in simulated time: events in order, no waiting."""

    def __init__(self, latency: Callable[[int], float], ceiling: int = 256, adaptive: bool = True) -> None:
        self._latency = latency
        self._window = Window(ceiling, adaptive)
        self._gate = Gate([self._window])
        self.limits: list[int] = []

    async def serve(self, seconds: float, workers: int) -> int:
        """Give the number of answers in so many seconds."""
        answers = 0
        loop, ends = asyncio.get_running_loop(), time_of() + seconds

        async def worker() -> None:
            nonlocal answers
            while time_of() < ends:
                window = self._gate.enter() or await self._gate.wait()
                began = loop.time()
                await asyncio.sleep(self._latency(window.in_flight))
                window.answered(loop.time() - began)
                self._gate.leave(window)
                answers += 1
                self.limits.append(int(window.limit))

        await asyncio.gather(*(worker() for _ in range(workers)))
        return answers


def time_of() -> float:
    """Give the loop's time."""
    return asyncio.get_running_loop().time()


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock leaps to the next timer instead of waiting for it."""

    leapt = 0.0

    def time(self) -> float:
        return self.leapt

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.leapt = max(self.leapt, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def simulated(
    latency: Callable[[int], float], seconds: float, adaptive: bool = True, ceiling: int = 256
) -> tuple[int, list[int]]:
    """Give the answers and the limit's course."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:

        async def go() -> tuple[int, list[int]]:
            simulation = Simulation(latency, ceiling, adaptive)
            return await simulation.serve(seconds, ceiling + 50), simulation.limits

        return runner.run(go())


@pytest.mark.parametrize("latency", [0.2, 1.0])
def test_on_a_healthy_server_the_ceiling_is_reached_in_three_round_trips_and_kept(latency: float) -> None:
    answers, limits = simulated(lambda _: latency, 40 * latency)
    fixed, _ = simulated(lambda _: latency, 40 * latency, adaptive=False)
    ramp = limits.index(256)
    assert ramp <= 3 * 256
    assert set(limits[ramp:]) == {256}
    assert answers >= fixed - 3 * 256
    assert answers / fixed > 0.93


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_replies_of_uneven_length_do_not_hold_the_limit_down(seed: int) -> None:
    draw = Random(seed)
    _, limits = simulated(lambda _: draw.lognormvariate(0, 0.6), 30)
    assert limits[-1] == 256


def test_a_server_whose_latency_grows_with_the_load_but_gives_more_for_it_is_used_on() -> None:
    _, limits = simulated(lambda n: 0.5 + n * 0.005, 60)
    assert limits[-1] == 256


def test_the_limit_stands_still_where_more_requests_only_wait_longer() -> None:
    _, limits = simulated(lambda n: 0.5 * max(1.0, n / 40), 60, ceiling=4096)
    assert 64 <= max(limits) <= 512


def test_a_crowded_server_halves_the_limit_once_a_round_trip_and_it_recovers() -> None:
    async def go() -> list[float]:
        window, seen = Window(256), []
        window.limit = 256.0
        sent = time_of()
        for _ in range(50):
            window.crowded(sent)
        seen.append(window.limit)
        window.crowded(time_of())
        seen.append(window.limit)
        for _ in range(2000):
            window.in_flight = int(window.limit)
            window.answered(0.1)
        return [*seen, window.limit]

    halved, again, recovered = asyncio.run(go())
    assert (halved, again, recovered) == (128, 64, 256)


def test_the_limit_never_falls_below_one_or_rises_above_the_ceiling() -> None:
    async def go() -> tuple[float, float]:
        window = Window(5)
        for _ in range(20):
            window.crowded(time_of())
        least = window.limit
        for _ in range(500):
            window.in_flight = int(window.limit)
            window.answered(0.1)
        return least, window.limit

    assert asyncio.run(go()) == (1.0, 5.0)


def test_a_stopped_gate_ends_those_who_wait_and_those_who_sleep() -> None:
    async def go() -> list[type]:
        gate = Gate([Window(1)])
        assert gate.enter() is not None
        assert gate.enter() is None
        both = asyncio.gather(gate.wait(), gate.sleep(60), return_exceptions=True)
        await asyncio.sleep(0)
        gate.stop(TeacherStop("no more"))
        with pytest.raises(TeacherStop):
            gate.enter()
        return [type(r) for r in await both]

    assert asyncio.run(go()) == [TeacherStop, TeacherStop]


def test_a_permit_granted_to_one_who_was_cancelled_is_passed_on() -> None:
    async def go() -> int:
        window = Window(1)
        gate = Gate([window])
        gate.enter()
        first, second = asyncio.ensure_future(gate.wait()), asyncio.ensure_future(gate.wait())
        await asyncio.sleep(0)
        gate.leave(window)  # grants the first one
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await second
        return window.in_flight

    assert asyncio.run(go()) == 1


def test_a_meter_spaces_turns_evenly_and_learns_what_was_used() -> None:
    async def go() -> list[float]:
        meter = Meter(600)
        turns = [meter.turn(1), meter.turn(1), meter.turn(1)]
        meter.correct(-1)
        return [*turns, meter.turn(1)]

    assert asyncio.run(go()) == pytest.approx([0, 0.1, 0.2, 0.2], abs=0.01)


def test_requests_and_tokens_a_minute_are_kept_to(loopback: Teacher) -> None:
    began = time.monotonic()
    whole(asked_many(chat(loopback.base_url, requests_per_minute=60 * 100), 31))
    assert 0.28 < time.monotonic() - began < 2
    began = time.monotonic()
    whole(asked_many(chat(loopback.base_url, tokens_per_minute=60 * 10000, reply_format="plain"), 11))
    assert time.monotonic() - began > 0.15


def test_a_ceiling_is_never_passed(loopback: Teacher) -> None:
    loopback.set(latency=0.01)
    whole(asked_many(chat(loopback.base_url, max_in_flight=7), 60))
    assert loopback.stats().peak == 7
    assert START > 7
