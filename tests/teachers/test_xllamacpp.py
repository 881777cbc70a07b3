"""A real model server answers: with a JSON schema and plainly, and refuses what is too long for it."""

import json

import pytest
from asking import asked_many, asked_once, chat, request, whole

from instructgen.errors import TeacherStop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_dialogue_is_held_to_the_schema(model_server: str) -> None:
    teacher = chat(model_server, model="smollm2", temperature=0.2, seed=1, max_tokens=300)
    completion = asked_once(teacher)
    assert teacher.settled() == {"reply_format": "json_schema"}
    assert completion.finish in ("stop", "length")
    if completion.finish == "stop":
        assert all(set(turn) == {"question", "answer"} for turn in json.loads(completion.text)["turns"])
    assert completion.usage is not None
    assert completion.usage.prompt > 50
    assert completion.usage.reply > 5
    assert completion.server_id


def test_a_description_comes_as_plain_prose(model_server: str) -> None:
    teacher = chat(model_server, model="smollm2", temperature=0.2, max_tokens=80, reply_format="plain")
    completion = asked_once(teacher, request(form="description"))
    assert completion.text.strip()
    assert not completion.text.lstrip().startswith("{")
    assert completion.usd is None


def test_several_requests_are_answered_side_by_side(model_server: str) -> None:
    replies = whole(asked_many(chat(model_server, model="smollm2", max_tokens=20, reply_format="plain"), 6))
    assert {r.finish for r in replies} <= {"stop", "length"}
    assert len(replies) == 6


def test_a_prompt_that_is_too_long_is_that_records_fault(model_server: str) -> None:
    teacher = chat(model_server, model="smollm2", max_tokens=20)
    completion = asked_once(teacher, request("word " * 20_000))
    assert completion.finish == "refused_request"
    assert "context" in completion.text


def test_a_wrong_path_stops_with_the_advice_to_check_the_address(model_server: str) -> None:
    with pytest.raises(TeacherStop, match="check model, and base_url"):
        asked_once(chat(model_server.removesuffix("/v1") + "/nowhere", model="smollm2"))
