"""What vLLM counts of its own work: names of all its versions, several engines, servers that begin anew."""

import asyncio
from functools import partial

import pytest
from asking import ask_all, asked_many, chat, run, whole
from loopback import Teacher, running
from loopback_vllm import metrics as told

from instructgen.teachers import metrics
from instructgen.teachers.metrics import read_metrics
from instructgen.teachers.openai_chat import OpenAIChat

NOW = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="a b} c"} 3.0
vllm:num_requests_running{engine="1",model_name="a b} c"} 4.0
vllm:num_requests_waiting{engine="0",model_name="a b} c"} 1.0
vllm:num_requests_waiting_by_reason{engine="0",reason="capacity"} 1.0
vllm:kv_cache_usage_perc{engine="0"} 0.2
vllm:kv_cache_usage_perc{engine="1"} 0.6
vllm:prefix_cache_queries_total{engine="0"} 1e+03
vllm:prefix_cache_queries_created{engine="0"} 1.7957631706779952e+09
vllm:prefix_cache_hits_total{engine="0"} 750.0
vllm:generation_tokens_total{engine="0"} 42.0
vllm:request_success_total{engine="0",finished_reason="stop"} 5.0
vllm:request_success_total{engine="0",finished_reason="length"} 2.0
process_cpu_seconds_total 12.5
"""


def test_engines_are_added_up_and_the_fullest_cache_counts() -> None:
    assert read_metrics(NOW) == {
        "running": 7,
        "waiting": 1,
        "kv_cache": 0.6,
        "prefix_queries": 1000,
        "prefix_hits": 750,
        "reply_tokens": 42,
        "answered": 7,
    }


def test_names_of_earlier_versions_are_known_and_never_counted_beside_the_newer() -> None:
    old = "vllm:gpu_cache_usage_perc 0.5\nvllm:gpu_prefix_cache_hits_total 7\nvllm:generation_tokens_total 3\n"
    assert read_metrics(old) == {"kv_cache": 0.5, "prefix_hits": 7, "reply_tokens": 3}
    assert read_metrics(old + NOW)["kv_cache"] == 0.6


@pytest.mark.parametrize(
    "text", ["", "process_cpu_seconds_total 1\n", "<html>vllm:</html>", "vllm:kv_cache_usage_perc x\n"]
)
def test_what_is_not_vllms_is_nothing(text: str) -> None:
    assert read_metrics(text) == {}


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_EVERY", 0.05)


def shows(*servers: Teacher) -> None:
    """Have servers show what they count."""
    for each in servers:
        each.server.pages["/metrics"] = partial(told, each.server)


async def until_known(teacher: OpenAIChat) -> None:
    while not teacher.state():
        await asyncio.sleep(0.01)


def test_two_servers_that_were_running_are_added_up_without_what_they_counted_before(loopback: Teacher) -> None:
    with running() as other:
        shows(loopback, other)
        whole(asked_many(chat(loopback.base_url), 5))

        async def go(teacher: OpenAIChat) -> str:
            whole(await ask_all(teacher, 10))
            await until_known(teacher)  # the first look has been taken
            whole(await ask_all(teacher, 80))
            return teacher.state()

        teacher = chat(loopback.base_url, base_url=[loopback.base_url, other.base_url], reply_format="plain")
        state = run(go(teacher), teacher)
    assert state.endswith("0 running, 0 waiting, KV cache 25%")
    figures = teacher.figures()
    assert 80 <= figures["answered"] <= 90
    assert figures["prefix_hits"] / figures["prefix_queries"] == 0.75
    assert figures["kv_cache"] == pytest.approx(0.25 * figures["seconds"])


def test_a_server_that_begins_anew_is_counted_on(loopback: Teacher) -> None:
    shows(loopback)

    async def go(teacher: OpenAIChat) -> None:
        await until_known(teacher)
        whole(await ask_all(teacher, 30))
        await asyncio.sleep(0.15)
        loopback.set(reset=True)
        whole(await ask_all(teacher, 20))

    async def begun(teacher: OpenAIChat) -> None:
        await ask_all(teacher, 1)
        await go(teacher)

    teacher = chat(loopback.base_url, reply_format="plain")
    run(begun(teacher), teacher)
    assert teacher.figures()["answered"] == 50


def test_a_server_that_shows_nothing_is_asked_once(loopback: Teacher) -> None:
    async def go(teacher: OpenAIChat) -> None:
        await ask_all(teacher, 3)
        await asyncio.sleep(0.3)

    teacher = chat(loopback.base_url)
    run(go(teacher), teacher)
    assert loopback.stats().paths["/metrics"] == 1
    assert (teacher.state(), dict(teacher.figures())) == ("", {})
