"""A loopback server and a number of requests in; client CPU seconds per 1,000 requests and requests/s of each way out.

    python benchmarks/transport.py                      # 20,000 requests a way, no latency
    python benchmarks/transport.py --latency 0.2 --requests 10000

Ways: a bare aiohttp loop that encodes and decodes JSON (the yardstick), the same on uvloop, our connection pool alone
(``http``) and the whole ``openai_chat`` teacher from request to completion, each on asyncio and on uvloop. Each runs
in a process of its own, in turn and repeatedly, against one server in another process: only their ratios mean
something on a shared machine.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import uvloop

from instructgen.component import Site
from instructgen.forms import FORMS, pairs_reply
from instructgen.records import Context, Message, Request, Slot
from instructgen.teachers.openai_chat import OpenAIChat
from instructgen.teachers.pool import Pool
from instructgen.teachers.routes import find_route

IN_FLIGHT = 256
_WORDS = [
    "dog",
    "couch",
    "red",
    "brown",
    "window",
    "street",
    "table",
    "lamp",
    "child",
    "ball",
    "grass",
    "fence",
    "water",
    "boat",
    "bridge",
    "tree",
]
_SHARED = (
    Message(role="system", parts=("You write about a picture that you are told of. " * 8,)),
    Message(role="user", parts=("A man rides a horse along the beach. " * 6,)),
    Message(role="assistant", parts=(pairs_reply([("What is the man doing?", "He rides a horse. " * 8)] * 2),)),
)
Ask = Callable[[int, Request], Awaitable[None]]


class _Nothing:
    def text(self, kind: str, name: str) -> str:
        raise LookupError(f"{kind}/{name}")


def make_requests(number: int) -> list[Request]:
    """Make requests of about 2 kB whose first messages are the same objects, as prompts make them."""
    draw = random.Random(1)
    asked = []
    for n in range(number):
        captions = "\n".join(" ".join(draw.choices(_WORDS, k=12)) for _ in range(5))
        last = Message(role="user", parts=(f"{n}\n{captions}",))
        asked.append(Request(role="teacher", form="dialogue", messages=(*_SHARED, last)))
    return asked


def plain_body(request: Request) -> dict[str, object]:
    """Give the same request as a plain loop would write it."""
    messages = [{"role": m.role, "content": str(m.parts[0])} for m in request.messages]
    schema = {"name": "dialogue", "strict": True, "schema": FORMS["dialogue"].schema}
    return {
        "model": "loopback-small",
        "messages": messages,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


async def with_aiohttp(url: str, asked: list[Request]) -> float:
    """The yardstick: aiohttp, ``json.dumps`` and ``json.loads``."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(_: int, request: Request) -> None:
            async with session.post(f"{url}/chat/completions", json=plain_body(request)) as answer:
                reply = json.loads(await answer.read())
                assert reply["choices"][0]["finish_reason"] == "stop"

        return await all_asked(ask, asked)


async def with_http(url: str, asked: list[Request]) -> float:
    """Our connections alone, with the yardstick's JSON."""
    route = find_route(url, proxy="")
    head = b"POST /v1/chat/completions HTTP/1.1\r\n" + route.lines + b"Content-Length: "
    pool = Pool(route)

    async def ask(_: int, request: Request) -> None:
        body = json.dumps(plain_body(request)).encode()
        answer = await pool.ask(b"%b%d\r\n\r\n%b" % (head, len(body), body), 60.0)
        assert json.loads(answer.body)["choices"][0]["finish_reason"] == "stop"

    seconds = await all_asked(ask, asked)
    await pool.close()
    return seconds


async def with_teacher(url: str, asked: list[Request], adaptive: bool = True) -> float:
    """The whole teacher: identity, body, permit, sending, decoding, completion."""
    site = Site("teacher", _Nothing())
    block = {"model": "loopback-small", "base_url": url, "max_in_flight": IN_FLIGHT, "adaptive": adaptive}
    teacher = OpenAIChat.build(block, site, "teacher")
    context = Context(id="c", row=0)

    async def ask(number: int, request: Request) -> None:
        teacher.identity(request, context)
        slot = Slot(context=str(number), asker="conversation", attempt=0, round=0, position=0)
        completion = await teacher.complete(slot, "0" * 32, request, context)
        assert completion.finish == "stop"

    seconds = await all_asked(ask, asked)
    await teacher.close()
    return seconds


async def with_fixed_teacher(url: str, asked: list[Request]) -> float:
    """The whole teacher with a fixed number in flight."""
    return await with_teacher(url, asked, adaptive=False)


async def all_asked(ask: Ask, asked: list[Request]) -> float:
    """Ask everything, so many at a time; give the seconds that the second half took."""
    waiting = iter(enumerate(asked))
    half_at = [0.0, 0.0]

    async def worker() -> None:
        for number, request in waiting:
            await ask(number, request)
            if number == len(asked) // 2:
                half_at[0] = time.perf_counter()
            elif number == len(asked) - IN_FLIGHT * 2:
                half_at[1] = time.perf_counter()

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return half_at[1] - half_at[0]


WAYS: dict[str, tuple[Callable[[str, list[Request]], Awaitable[float]], bool]] = {
    "aiohttp + json, asyncio": (with_aiohttp, False),
    "aiohttp + json, uvloop": (with_aiohttp, True),
    "our http + json, asyncio": (with_http, False),
    "our http + json, uvloop": (with_http, True),
    "openai_chat, asyncio": (with_teacher, False),
    "openai_chat, uvloop": (with_teacher, True),
    "openai_chat, uvloop, fixed 256": (with_fixed_teacher, True),
}


def measure(way: str, url: str, number: int, out: "multiprocessing.SimpleQueue[tuple[float, float]]") -> None:
    """Run one way in this process; put CPU seconds per 1,000 and requests/s of the steady part."""
    asked = make_requests(number)
    run, fast = WAYS[way]

    async def main() -> tuple[float, float]:
        before = resource.getrusage(resource.RUSAGE_SELF)
        steady = await run(url, asked)
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return 1000 * cpu / number, (number / 2 - IN_FLIGHT * 2) / steady

    out.put(uvloop.run(main()) if fast else asyncio.run(main()))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Client cost of asking.")
    parser.add_argument("--requests", type=int, default=20000)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="a part of the ways' names")
    given = parser.parse_args()
    server = Path(__file__).parent.parent / "tests" / "loopback.py"
    command = [sys.executable, str(server), "--latency", str(given.latency), "--reply-tokens", "250"]
    ways = [way for way in WAYS if given.only in way]
    figures: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        spawn = multiprocessing.get_context("spawn")
        for _ in range(given.rounds):
            for way in ways:
                queue: multiprocessing.SimpleQueue[tuple[float, float]] = spawn.SimpleQueue()
                child = spawn.Process(target=measure, args=(way, url, given.requests, queue))
                child.start()
                child.join()
                if child.exitcode:
                    process.terminate()
                    raise SystemExit(f"{way}: failed")
                figures[way].append(queue.get())
        process.terminate()
    yardstick = min(cpu for cpu, _ in figures[ways[0]])
    print(f"{given.requests} requests, {IN_FLIGHT} in flight, latency {given.latency} s, best of {given.rounds}")
    for way, runs in figures.items():
        cpu, rate = min(c for c, _ in runs), statistics.median(r for _, r in runs)
        print(f"{way:32} {cpu:.3f} CPU s per 1,000  {cpu / yardstick:.2f} x  {rate:7.0f} requests/s")


if __name__ == "__main__":
    main()
