"""What the teacher does when the server, or the way to it, fails."""

import asyncio
import socket
import time
from collections.abc import Sequence

import pytest
from asking import ask, ask_all, asked_many, asked_once, chat, run, whole
from loopback import Teacher
from loopback_server import PASSING

from instructgen.errors import RequestRefused, TeacherStop
from instructgen.records import Completion
from instructgen.teachers.openai_chat import OpenAIChat
from instructgen.teachers.refusals import retry_after


def stops(results: Sequence[Completion | BaseException]) -> list[str]:
    """Give the messages of a run that was stopped: nothing but TeacherStop may have come out."""
    assert all(isinstance(r, TeacherStop) for r in results), results[:3]
    return [str(r) for r in results]


@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_is_tried_again_until_it_has_passed(loopback: Teacher, fault: str) -> None:
    slow = fault in ("hang", "drip")
    loopback.set(faults={fault: 0.25 if slow else 0.5}, retry_after=0.01, drip_seconds=3.0)
    # long enough that a busy machine answers in time
    teacher = chat(loopback.base_url, timeout=0.6 if slow else 5.0, max_wait=0.02)
    replies = whole(asked_many(teacher, 24))
    assert all(r.finish == "stop" for r in replies)
    stats = loopback.stats()
    assert stats.faults[fault] == stats.requests - 24
    assert stats.answered_twice == 0


def test_under_a_fifth_of_all_faults_nothing_is_lost_and_nothing_answered_is_asked_again(loopback: Teacher) -> None:
    loopback.set(faults=dict.fromkeys(("429", "500", "503", "reset", "half", "not-json", "wrong-type"), 0.03))
    replies = whole(asked_many(chat(loopback.base_url, max_wait=0.02), 400, 128))
    assert len({r.server_id for r in replies}) == 400
    stats = loopback.stats()
    assert len(stats.faults) == 7
    assert stats.answered_twice == 0
    assert all(stats.answered[(r.server_id or "").removeprefix("chatcmpl-")] == 1 for r in replies)


def test_the_reply_after_faults_is_that_of_an_undisturbed_server(loopback: Teacher) -> None:
    before = [r.text for r in whole(asked_many(chat(loopback.base_url), 30))]
    loopback.set(faults={"reset": 0.3, "not-json": 0.3})
    assert [r.text for r in whole(asked_many(chat(loopback.base_url, max_wait=0.02), 30))] == before


def test_a_wrong_key_stops_the_run_within_a_few_requests(loopback: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-key-1234567890")
    loopback.set(key="sk-right", latency=0.02)
    messages = stops(asked_many(chat(loopback.base_url, reply_format="plain"), 300))
    assert "the key was not accepted (401" in messages[0]
    assert not any("sk-" in m for m in messages)
    assert loopback.stats().requests <= 40


def test_an_unknown_model_stops_the_run_with_the_nearest_name(loopback: Teacher) -> None:
    messages = stops(asked_many(chat(loopback.base_url, model="loopback-smal"), 50))
    assert "there is no model 'loopback-smal'; did you mean 'loopback-small'?" in messages[0]
    assert loopback.stats().requests <= 2


def test_an_exhausted_quota_stops_the_run(loopback: Teacher) -> None:
    loopback.set(faults={"quota": 1.0})
    assert "no quota left" in stops(asked_many(chat(loopback.base_url), 50))[0]
    assert loopback.stats().requests <= 2


def test_a_server_that_is_not_there_stops_the_run_in_seconds() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        messages = stops(asked_many(chat(f"http://127.0.0.1:{port}/v1"), 50))
    assert f"127.0.0.1:{port}: nothing answers" in messages[0]
    assert "set base_url" in messages[0]


def test_a_server_that_goes_away_stops_the_run_when_the_patience_ends(loopback: Teacher) -> None:
    async def go(teacher: OpenAIChat) -> list[Completion | BaseException]:
        await ask(teacher)
        loopback.set(faults={"500": 1.0})
        return await ask_all(teacher, 40)

    teacher = chat(loopback.base_url, retry_seconds=0.3)
    assert "run again when it is back" in stops(run(go(teacher), teacher))[0]


def test_a_request_that_always_fails_is_that_records_fault_while_others_are_served(loopback: Teacher) -> None:
    async def go(teacher: OpenAIChat) -> Completion | BaseException:
        await ask(teacher)
        loopback.set(faults={"500": 1.0})
        failing = asyncio.ensure_future(ask(teacher, 1))
        while loopback.server.counts.faults.get("500", 0) < 2:
            await asyncio.sleep(0.005)
        # What is asked meanwhile under another body is served: the fault keeps to the first one.
        loopback.server.fault = lambda digest, attempt: "500" if digest.hex() in poisoned else None  # type: ignore[method-assign]
        poisoned = {d for d, n in loopback.server.counts.asked.items() if n > 1}
        for number in range(2, 200):
            await ask(teacher, number)
            if failing.done():
                break
            await asyncio.sleep(0.005)
        return (await asyncio.gather(failing, return_exceptions=True))[0]

    teacher = chat(loopback.base_url, retries=3, max_wait=0.02)
    fault = run(go(teacher), teacher)
    assert isinstance(fault, RequestRefused)
    assert fault.reason == "no_answer"


def test_a_400_for_one_record_is_its_answer(loopback: Teacher) -> None:
    loopback.set(faults={"400": 0.3})
    replies = whole(asked_many(chat(loopback.base_url), 60))
    refused = [r for r in replies if r.finish == "refused_request"]
    assert 5 < len(refused) < 40
    assert {r.text for r in refused} == {"The request holds what this server does not take"}
    assert loopback.stats().requests == 60


def test_a_400_for_all_stops_the_run_and_leaves_no_completion(loopback: Teacher) -> None:
    loopback.set(faults={"400": 1.0})
    messages = stops(asked_many(chat(loopback.base_url), 100))
    assert "the first 20 requests were all refused in the same words" in messages[0]
    assert loopback.stats().requests <= 84


@pytest.mark.parametrize("count", [1, 7])
def test_a_400_for_the_few_requests_there_are_is_their_answer(loopback: Teacher, count: int) -> None:
    loopback.set(faults={"400": 1.0})
    assert [r.finish for r in whole(asked_many(chat(loopback.base_url), count))] == ["refused_request"] * count


def test_azures_content_filter_is_an_answer_too(loopback: Teacher) -> None:
    loopback.set(faults={"azure-filter": 1.0})
    assert {r.finish for r in whole(asked_many(chat(loopback.base_url), 25))} == {"content_filter"}


def test_retry_after_is_obeyed_in_seconds_and_as_a_date_up_to_the_longest_wait(loopback: Teacher) -> None:
    loopback.set(faults={"429-after": 1.0}, retry_after=0.4)

    async def go(teacher: OpenAIChat) -> float:
        began = time.monotonic()
        asking = asyncio.ensure_future(ask(teacher))
        await asyncio.sleep(0.05)
        loopback.set(faults={})
        await asking
        return time.monotonic() - began

    patient = chat(loopback.base_url, max_wait=5)
    assert 0.4 <= run(go(patient), patient) < 1.6
    loopback.set(faults={"429-after": 1.0}, retry_after=100)
    capped = chat(loopback.base_url, max_wait=0.2)
    assert run(go(capped), capped) < 0.8


def test_the_ways_to_write_retry_after_are_read() -> None:
    assert retry_after({}) is None
    assert retry_after({"retry-after": "2.5"}) == 2.5
    assert retry_after({"retry-after": "-3"}) == 0
    assert retry_after({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert (retry_after({"retry-after": "Wed, 21 Oct 2065 07:28:00 GMT"}) or 0) > 1e8
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({"retry-after-ms": "soon", "retry-after": "9"}) == 9
    assert retry_after({"retry-after-ms": "soon"}) is None
    assert retry_after({"retry-after": "nan"}) is None


def test_a_server_with_few_slots_is_not_run_over(loopback: Teacher) -> None:
    loopback.set(latency=0.01, slots=20)
    teacher = chat(loopback.base_url, max_wait=0.05)
    whole(asked_many(teacher, 400, 128))
    stats = loopback.stats()
    assert stats.requests < 1000


def test_a_cancelled_request_gives_its_permit_back(loopback: Teacher) -> None:
    loopback.set(latency=0.2)

    async def go(teacher: OpenAIChat) -> int:
        asking = [asyncio.ensure_future(ask(teacher, n)) for n in range(20)]
        await asyncio.sleep(0.1)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        return teacher.gauge().in_flight

    teacher = chat(loopback.base_url, max_in_flight=4, reply_format="plain")
    assert run(go(teacher), teacher) == 0


def test_a_stop_ends_at_once_what_waits_for_a_permit_or_a_retry(loopback: Teacher) -> None:
    loopback.set(latency=0.02, faults={"500": 1.0})

    async def go(teacher: OpenAIChat) -> float:
        asking = [asyncio.ensure_future(ask(teacher, n)) for n in range(40)]
        await asyncio.sleep(0.3)
        loopback.set(faults={"quota": 1.0})
        began = time.monotonic()
        with pytest.raises(TeacherStop):
            await ask(teacher, 100)
        stops(await asyncio.gather(*asking, return_exceptions=True))
        return time.monotonic() - began

    teacher = chat(loopback.base_url, reply_format="plain", max_wait=60)
    assert run(go(teacher), teacher) < 2


def test_a_connection_that_the_server_closed_meanwhile_is_replaced_silently(loopback: Teacher) -> None:
    async def go(teacher: OpenAIChat) -> int:
        await ask(teacher, 0)
        loopback.set(drop=True)
        await ask(teacher, 1)
        return teacher.gauge().retries

    teacher = chat(loopback.base_url)
    assert run(go(teacher), teacher) == 0


def test_an_error_under_the_status_200_is_read_as_the_error_it_is(loopback: Teacher) -> None:
    body = b'{"error":{"code":429,"message":"slow down"},"user_id":"u"}'
    loopback.set(faults={"verbatim": 1.0})
    loopback.server.verbatim = [body]
    assert asked_once(chat(loopback.base_url)).finish == "stop"
    assert loopback.stats().requests == 2
