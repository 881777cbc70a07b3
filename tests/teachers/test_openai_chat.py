"""What the teacher asks, and what it makes of the answers."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from asking import CONTEXT, ask, ask_all, asked_many, asked_once, chat, request, run, site, whole
from loopback import Teacher
from openai import AsyncOpenAI

from instructgen.errors import RequestRefused, SetupError
from instructgen.forms import FORMS, laid_out
from instructgen.records import Completion, Image, Message
from instructgen.teachers.exchange import Gauge
from instructgen.teachers.openai_chat import OpenAIChat


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("reply_format", ["json_schema", "plain"])
def test_each_form_is_answered_in_each_layout(loopback: Teacher, form: str, reply_format: str) -> None:
    completion = asked_once(chat(loopback.base_url, reply_format=reply_format), request(form=form))
    if reply_format == "json_schema":
        assert set(json.loads(completion.text)) == set(FORMS[form].schema["required"])  # type: ignore[call-overload]
    else:
        head = {"description": "", "rating": "Accuracy:\n", "comparison": "Reason: "}.get(form, "Question:\n")
        assert completion.text.startswith(head) and ("Question:" in completion.text) is (head == "Question:\n")
    assert (completion.finish, completion.model) == ("stop", "loopback-small")
    assert completion.usage is not None
    assert completion.usage.reply >= (20 if form != "comparison" else 8)


def test_the_same_request_by_the_openai_package_has_the_same_body_and_reply(loopback: Teacher) -> None:
    fields: dict[str, Any] = {"temperature": 0.3, "top_p": 0.9, "seed": 5, "stop": ["END"], "max_tokens": 99}
    asked = request("A naïve “fish” \u2028 in a bowl")

    async def both() -> tuple[Completion, str, dict[str, object], dict[str, object]]:
        teacher = chat(loopback.base_url, **fields)
        ours = await ask(teacher, asked=asked)
        our_body = json.loads(loopback.server.last_body)
        await teacher.close()
        schema = {"name": "dialogue", "strict": True, "schema": FORMS["dialogue"].schema}
        messages = [{"role": m.role, "content": "".join(map(str, m.parts))} for m in laid_out(asked, structured=True)]
        async with AsyncOpenAI(base_url=loopback.base_url, api_key="k", max_retries=0) as client:
            theirs = await client.chat.completions.create(  # type: ignore[call-overload]
                model="loopback-small",
                messages=messages,
                response_format={"type": "json_schema", "json_schema": schema},
                **fields,
            )
        return ours, theirs.choices[0].message.content or "", our_body, json.loads(loopback.server.last_body)

    ours, theirs, our_body, their_body = asyncio.run(both())
    assert our_body == their_body
    assert json.loads(ours.text)["turns"]
    assert json.loads(theirs)["turns"]


def test_shared_messages_are_written_once_and_the_last_one_anew(loopback: Teacher) -> None:
    async def bodies() -> list[list[dict[str, str]]]:
        teacher, seen = chat(loopback.base_url), []
        for number in range(3):
            await ask(teacher, number)
            seen.append(json.loads(loopback.server.last_body)["messages"])
        await teacher.close()
        return seen

    first, second, third = run(bodies())
    assert first[:-1] == second[:-1] == third[:-1]
    assert len({m[-1]["content"] for m in (first, second, third)}) == 3


def test_the_identity_holds_what_shapes_an_answer_and_nothing_of_where() -> None:
    here = chat("http://a:1/v1", temperature=0.5, max_in_flight=3, reply_format="plain")
    there = chat("http://b:2/v1", temperature=0.5, timeout=9, headers={"x-team": "blue"})
    asked = request()
    assert (
        here.identity(asked, CONTEXT)
        == there.identity(asked, CONTEXT)
        == {
            "model": "loopback-small",
            "temperature": 0.5,
        }
    )
    assert here.identity(asked, CONTEXT) is here.identity(asked, CONTEXT)
    longer = asked.model_copy(update={"max_tokens": 7})
    assert here.identity(longer, CONTEXT) == {"model": "loopback-small", "temperature": 0.5, "max_tokens": 7}


@pytest.mark.parametrize("mark", ["think", "reasoning"])
def test_thoughts_are_kept_apart_from_the_text(loopback: Teacher, mark: str) -> None:
    loopback.set(faults={mark: 1.0})
    completion = asked_once(chat(loopback.base_url))
    assert json.loads(completion.text)["turns"]
    assert completion.thoughts == "Let me see. The answer has to be laid out as asked."
    assert completion.usage is not None
    assert completion.usage.thoughts == 12


@pytest.mark.parametrize("mark", ["length", "content_filter", "refusal"])
def test_a_reply_that_was_cut_off_filtered_or_refused_says_so(loopback: Teacher, mark: str) -> None:
    loopback.set(faults={mark: 1.0})
    assert asked_once(chat(loopback.base_url)).finish == mark


def test_an_empty_reply_is_a_completion_with_no_text(loopback: Teacher) -> None:
    loopback.set(faults={"empty": 1.0})
    completion = asked_once(chat(loopback.base_url))
    assert (completion.text, completion.finish) == ("", "stop")


def test_a_server_without_json_schema_is_asked_plainly_after_one_try(loopback: Teacher) -> None:
    loopback.set(faults={"no-schema": 1.0})
    teacher = chat(loopback.base_url)
    replies = whole(asked_many(teacher, 40))
    assert all(r.text.startswith("Question:") for r in replies)
    assert loopback.stats().requests == 41
    assert teacher.settled() == {"reply_format": "plain"}


def test_a_server_that_kept_to_a_schema_once_is_held_to_it_whatever_a_refusal_quotes(loopback: Teacher) -> None:
    async def asked() -> list[Completion]:
        teacher = chat(loopback.base_url)
        first = await ask(teacher)
        loopback.set(faults={"no-schema": 1.0})
        quoting = await ask(teacher, 1)
        loopback.set(faults={})
        completions = [first, quoting, await ask(teacher, 2)]
        assert teacher.settled() == {"reply_format": "json_schema"}
        await teacher.close()
        return completions

    assert [c.finish for c in run(asked())] == ["stop", "refused_request", "stop"]


def test_what_was_settled_is_not_tried_again(loopback: Teacher) -> None:
    loopback.set(faults={"no-schema": 1.0})
    asked_once(chat(loopback.base_url, site(settled={"reply_format": "plain"})))
    assert loopback.stats().requests == 1


def test_a_server_that_refuses_temperature_is_taken_for_a_reasoning_model(loopback: Teacher) -> None:
    loopback.set(faults={"no-temperature": 1.0})
    teacher = chat(loopback.base_url, temperature=0.7, max_tokens=300)
    whole(asked_many(teacher, 10))
    body = json.loads(loopback.server.last_body)
    assert body["max_completion_tokens"] == 300
    assert "temperature" not in body
    assert "max_tokens" not in body
    assert teacher.settled()["reasoning"] == "true"
    assert loopback.stats().requests == 11


@pytest.mark.parametrize(
    ("models", "reasoning"),
    [
        (["o3", "o4-mini-2025-04-16", "gpt-5.4-mini", "gpt-6-sol", "openai/gpt-5"], True),
        (["gpt-5.3-chat-latest", "gpt-4o", "gpt-4.1", "phi-o3x", "solo1", "gpt-oss-20b"], False),
    ],
)
def test_reasoning_models_are_known_by_name(loopback: Teacher, models: list[str], reasoning: bool) -> None:
    loopback.set(models=models)
    for model in models:
        asked_once(chat(loopback.base_url, model=model, max_tokens=50))
        assert ("max_completion_tokens" in json.loads(loopback.server.last_body)) is reasoning, model


def test_while_nothing_is_settled_others_wait_for_the_first(loopback: Teacher) -> None:
    loopback.set(latency=0.1)

    async def peak_of_first() -> int:
        teacher = chat(loopback.base_url)
        asking = asyncio.gather(*(ask(teacher, n) for n in range(20)))
        await asyncio.sleep(0.05)
        peak = loopback.server.counts.peak
        await asking
        await teacher.close()
        return peak

    assert run(peak_of_first()) == 1


def test_a_price_is_known_for_the_model_asked_or_is_none(loopback: Teacher, tmp_path: Path) -> None:
    table = tmp_path / "prices.yaml"
    table.write_text("source: us\nmodels: {loopback-small: {input: 1.0, output: 2.0, known: 2026-01-01}}")
    priced = asked_once(chat(loopback.base_url, prices=str(table)))
    assert priced.usage is not None
    assert priced.usd == pytest.approx((priced.usage.prompt + 2 * priced.usage.reply) / 1e6)
    assert asked_once(chat(loopback.base_url)).usd is None


def test_a_teacher_serves_one_event_loop_after_another(loopback: Teacher) -> None:
    teacher = chat(loopback.base_url)
    first, second = asked_once(teacher), asked_once(teacher)
    assert first.text == second.text


def test_a_picture_is_sent_in_the_request_and_named_in_the_identity(loopback: Teacher, tmp_path: Path) -> None:
    from PIL import Image as Pillow

    Pillow.new("RGB", (40, 30), "navy").save(tmp_path / "a.png")
    local, remote = Image(path="a.png"), Image(url="http://example.org/b.jpg")
    teacher = chat(loopback.base_url, site(tmp_path))
    asked = request(images=(local, remote))
    images = teacher.identity(asked, CONTEXT)["images"]
    assert isinstance(images, list)
    assert set(images[0]) == {"bytes", "max_bytes", "max_side"}
    assert images[1] == {"url": "http://example.org/b.jpg"}
    asked_once(teacher, asked)
    parts = json.loads(loopback.server.last_body)["messages"][-1]["content"]
    assert [p["type"] for p in parts] == ["image_url", "image_url", "text"]
    assert parts[0]["image_url"]["url"].startswith("data:image/png;base64,")
    assert parts[1]["image_url"]["url"] == "http://example.org/b.jpg"


@pytest.mark.parametrize("path", ["missing.png", "../secret.png", "/etc/hostname"])
def test_a_picture_that_cannot_be_read_is_the_records_fault(loopback: Teacher, tmp_path: Path, path: str) -> None:
    (tmp_path.parent / "secret.png").write_bytes(b"x")
    with pytest.raises(RequestRefused, match="bad_image"):
        asked_once(chat(loopback.base_url, site(tmp_path)), request(images=(Image(path=path),)))
    assert loopback.stats().requests == 0


def test_a_body_field_that_is_ours_is_refused_when_the_teacher_is_built() -> None:
    with pytest.raises(SetupError, match="stream cannot be set here"):
        chat("http://a/v1", extra_body={"stream": True})


def test_extra_body_fields_are_sent_and_shape_the_identity(loopback: Teacher) -> None:
    teacher = chat(loopback.base_url, extra_body={"chat_template_kwargs": {"enable_thinking": False}})
    assert "chat_template_kwargs" in teacher.identity(request(), CONTEXT)
    asked_once(teacher)
    assert json.loads(loopback.server.last_body)["chat_template_kwargs"] == {"enable_thinking": False}


def test_the_gauge_shows_the_limit_and_nothing_in_flight_at_the_end(loopback: Teacher) -> None:
    async def gauge(teacher: OpenAIChat) -> Gauge:
        await ask_all(teacher, 200)
        return teacher.gauge()

    teacher = chat(loopback.base_url)
    in_flight, limit, retries = run(gauge(teacher), teacher)
    assert (in_flight, retries) == (0, 0)
    assert limit >= 32


def test_a_message_of_several_texts_is_sent_as_one(loopback: Teacher) -> None:
    asked = request().model_copy(update={"messages": (Message(role="user", parts=("a ", "b")),)})
    asked_once(chat(loopback.base_url), asked)
    assert json.loads(loopback.server.last_body)["messages"] == [{"role": "user", "content": "a b"}]
