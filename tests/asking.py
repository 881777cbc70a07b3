"""Recipe fields in; a teacher, requests and completions out: what the teachers' tests share."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from instructgen.component import Site
from instructgen.forms import pairs_reply
from instructgen.records import Completion, Context, Image, Message, Request, Slot
from instructgen.teachers.openai_chat import ChatModel, OpenAIChat

T = TypeVar("T")
CONTEXT = Context(id="c", row=0)
_SHARED = (
    Message(role="system", parts=("You write about pictures.",)),
    Message(role="user", parts=("A man rides a horse along the beach.",)),
    Message(role="assistant", parts=(pairs_reply([("What does he ride?", "He rides a “horse”.")]),)),
)


class NoMaterials:
    """A library without a file."""

    def text(self, kind: str, name: str) -> str:
        raise LookupError(f"{kind}/{name}")


def site(image_root: Path | None = None, settled: Mapping[str, str] | None = None) -> Site:
    """Give the place that a teacher is told of."""
    return Site("teacher", NoMaterials(), image_root, settled=settled or {})


def chat(url: str, at: Site | None = None, **fields: object) -> OpenAIChat:
    """Build the teacher, impatient unless the fields say otherwise."""
    block: dict[str, object] = {"model": "loopback-small", "base_url": url, "max_wait": 0.05, "proxy": ""}
    return OpenAIChat.build(block | fields, at or site(), "teacher")


def request(text: str = "A brown dog on a red couch", form: str = "dialogue", images: Sequence[Image] = ()) -> Request:
    """Make a request with shared first messages and a last one of its own."""
    last = Message(role="user", parts=(*images, text))
    shared = _SHARED if form == "dialogue" else _SHARED[:1]
    return Request(role="teacher", form=form, messages=(*shared, last))


def slot(number: int = 0) -> Slot:
    """Make a slot."""
    return Slot(context=str(number), asker="conversation", attempt=0, round=0, position=0)


async def ask(teacher: ChatModel, number: int = 0, asked: Request | None = None) -> Completion:
    """Ask once."""
    digest = f"{number:032x}"
    return await teacher.complete(
        slot(number), digest, asked or request(f"{number} dogs run over green grass"), CONTEXT
    )


async def ask_all(teacher: ChatModel, count: int, width: int = 64) -> list[Completion | BaseException]:
    """Ask so many different requests, so many at a time; give completions and errors in order."""
    gate = asyncio.Semaphore(width)

    async def one(number: int) -> Completion:
        async with gate:
            return await ask(teacher, number)

    return await asyncio.gather(*(one(n) for n in range(count)), return_exceptions=True)


def run(work: Coroutine[Any, Any, T], *teachers: ChatModel) -> T:
    """Run to the end, close the teachers, and give the result."""

    async def main() -> T:
        try:
            async with asyncio.timeout(30):
                return await work
        finally:
            for teacher in teachers:
                await teacher.close()

    return asyncio.run(main())


def asked_once(teacher: OpenAIChat, asked: Request | None = None) -> Completion:
    """Ask once and close."""
    return run(ask(teacher, asked=asked), teacher)


def asked_many(teacher: OpenAIChat, count: int, width: int = 64) -> list[Completion | BaseException]:
    """Ask many and close."""
    return run(ask_all(teacher, count, width), teacher)


def whole(results: Sequence[Completion | BaseException]) -> list[Completion]:
    """Give the completions, none of which may be missing."""
    wrong = [r for r in results if not isinstance(r, Completion)]
    assert not wrong, wrong[:3]
    return [r for r in results if isinstance(r, Completion)]
