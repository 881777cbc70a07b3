"""A line of a batch holds what a direct request would be, and its answer means what a direct one would mean."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from asking import CONTEXT, chat, request, run, site, slot
from loopback import Teacher
from PIL import Image as Pillow

from instructgen.batched import Batched
from instructgen.batches import Batch, Layout, Ticket, begun_line, number_of
from instructgen.component import Site
from instructgen.errors import SetupError, TeacherStop
from instructgen.records import Image, Request
from instructgen.teachers.openai_batch import OpenAIBatch

pytestmark = pytest.mark.usefixtures("key")
TICKET = Ticket(0, "7", "conversation", 0, 0, 0, "0" * 32, most=20)
SAID = {"role": "assistant", "content": "A dog."}
USAGE = {"prompt_tokens": 10, "completion_tokens": 20}
WHOLE: Mapping[str, object] = {"id": "chatcmpl-1", "choices": [{"message": SAID}], "usage": USAGE}


def by_batch(at: Site | None = None, **fields: object) -> OpenAIBatch:
    return OpenAIBatch.build({"model": "loopback-small", "proxy": ""} | fields, at or site(), "teacher")


def batch(layout: Layout = Layout(True, False), model: str = "loopback-small") -> Batch:
    return Batch(
        id="b", role="teacher", model=model, layout=layout, requests=1, bytes=1, tokens=1, shards=[0], made="now"
    )


def read(teacher: OpenAIBatch, status: int, message: str, code: str = "") -> object:
    body = json.dumps({"error": {"message": message, "code": code}}).encode()
    return teacher.read(status, body, TICKET, batch())


def picture(folder: Path) -> Request:
    out = io.BytesIO()
    Pillow.new("RGB", (3000, 40), "teal").save(out, "JPEG")
    (folder / "wide.jpg").write_bytes(out.getvalue())
    return request("What is it?", images=[Image(path="wide.jpg")])


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"temperature": 0.7, "max_tokens": 99, "seed": 3},
        {"reply_format": "plain"},
        {"reasoning": True, "top_p": 0.5},
    ],
    ids=["usual", "parameters", "plain", "reasoning"],
)
@pytest.mark.parametrize("pictured", [False, True])
def test_a_line_holds_byte_for_byte_what_a_direct_request_would_be(
    tmp_path: Path, loopback: Teacher, fields: dict[str, object], pictured: bool
) -> None:
    asked = picture(tmp_path) if pictured else request()
    direct, teacher = chat(loopback.base_url, site(tmp_path), **fields), by_batch(site(tmp_path), **fields)

    async def both() -> bytes:
        for each in (direct, teacher):
            await each.read_ahead(asked)
        await direct.complete(slot(), "0" * 32, asked, CONTEXT)
        return await teacher.line(asked, teacher.layout())

    line = begun_line("b", 0, run(both(), direct, teacher))
    assert line.endswith(b'"body":' + loopback.server.last_body + b"}\n")
    assert json.loads(line) | {"body": 0} == {
        **{"custom_id": "b-0", "method": "POST", "url": "/v1/chat/completions"},
        "body": 0,
    }
    assert teacher.identity(asked, CONTEXT) == direct.identity(asked, CONTEXT)
    assert teacher.shaping() == direct.shaping()


def test_it_is_known_for_a_teacher_that_is_asked_by_batches() -> None:
    assert isinstance(by_batch(), Batched)
    assert not isinstance(chat("http://127.0.0.1:1/v1"), Batched)


def test_replies_are_joined_by_number_and_batch() -> None:
    assert number_of("b-12", "b") == 12
    assert number_of("another-12", "b") is None
    assert number_of("b-x", "b") is None


def test_a_reply_as_long_as_was_asked_for_was_cut_where_the_service_does_not_say() -> None:
    completion = by_batch().read(200, json.dumps(WHOLE).encode(), TICKET, batch())
    assert not isinstance(completion, str)
    assert (completion.finish, completion.model, completion.server_id) == ("length", "loopback-small", "chatcmpl-1")


def test_what_was_asked_of_another_model_is_priced_as_that_models() -> None:
    teacher = by_batch(model="gpt-4.1-nano")
    dated = json.dumps({**WHOLE, "model": "gpt-4.1-2025-04-14"}).encode()
    completion = teacher.read(200, dated, TICKET, batch(model="gpt-4.1"))
    assert not isinstance(completion, str)
    assert completion.usd == pytest.approx((10 * 2.0 + 20 * 8.0) / 1e6 / 2)


@pytest.mark.parametrize(
    ("status", "message", "finish"),
    [
        (400, "This prompt is not taken", "refused_request"),
        (422, "Too long", "refused_request"),
        (400, "The response was filtered by the content management policy", "content_filter"),
    ],
)
def test_a_refusal_is_journaled_as_a_direct_one_is(status: int, message: str, finish: str) -> None:
    completion = read(by_batch(), status, message)
    assert not isinstance(completion, str)
    assert (completion.finish, completion.text) == (finish, message)  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [0, 200, 302, 429, 500, 503])
def test_what_is_no_answer_is_asked_again(status: int) -> None:
    assert isinstance(read(by_batch(), status, "Not now"), str)


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_what_no_further_request_would_change_stops_the_run(status: int) -> None:
    with pytest.raises(TeacherStop):
        read(by_batch(), status, "No such model")


def test_a_service_that_lacks_schemas_is_learned_from_and_an_answer_says_that_it_does_not() -> None:
    told = "response_format of type json_schema is not supported"
    teacher = by_batch()
    assert isinstance(read(teacher, 400, told), str)
    assert not teacher.layout().structured
    teacher.answered(batch(Layout(False, False)))
    assert teacher.settled() == {"reply_format": "plain"}
    able = by_batch()
    able.answered(batch())
    assert not isinstance(read(able, 400, told), str)
    assert able.layout().structured


def test_what_was_settled_before_is_kept_to() -> None:
    assert not by_batch(site(settled={"reply_format": "plain"})).layout().structured


def test_the_key_is_not_told_in_what_the_service_says(key: str) -> None:
    assert key not in str(read(by_batch(), 500, f"Something about {key}"))


def test_without_a_key_nothing_is_sent_to_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(TeacherStop, match="no key: set OPENAI_API_KEY"):
        by_batch().service()


def test_one_service_only() -> None:
    with pytest.raises(SetupError, match="expected one service's address"):
        by_batch(base_url=["http://a/v1", "http://b/v1"])
