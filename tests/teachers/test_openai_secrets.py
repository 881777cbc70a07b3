"""Keys, secret headers, query values and proxy credentials: they are sent, and turn up nowhere else."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from asking import CONTEXT, asked_many, asked_once, chat, request, site
from loopback import Teacher

from instructgen.errors import SetupError, TeacherStop
from instructgen.records import Completion
from instructgen.teachers.openai_chat import OpenAIChat

KEY = "sk-proj-SECRETsecretSECRET42"
HEADER = "header-hush-7781"
QUERY = "query-hush-9934"
LOGIN = "proxy-hush-5567"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
    monkeypatch.setenv("TEAM_TOKEN", HEADER)
    monkeypatch.setenv("TEAM_QUERY", QUERY)
    yield


def guarded(url: str, **fields: object) -> OpenAIChat:
    """Build a teacher with every kind of secret."""
    block: dict[str, Any] = {
        "headers": {"X-Team-Token": "env:TEAM_TOKEN"},
        "query": {"sig": "env:TEAM_QUERY", "api-version": "2"},
    }
    return chat(url, **(block | fields))


def clean(text: str) -> None:
    """No secret may stand in a text."""
    assert not any(secret in text for secret in (KEY, HEADER, QUERY, LOGIN)), text


def test_secrets_are_sent(loopback: Teacher) -> None:
    asked_once(guarded(loopback.base_url))
    server = loopback.server
    assert server.last_headers["authorization"] == f"Bearer {KEY}"
    assert server.last_headers["x-team-token"] == HEADER
    assert server.last_target == f"/v1/chat/completions?sig={QUERY}&api-version=2"


def test_azure_is_reached_by_its_own_header_and_no_bearer(loopback: Teacher) -> None:
    teacher = chat(loopback.base_url, headers={"api-key": "env:TEAM_TOKEN"}, query={"api-version": "2026-01-01"})
    asked_once(teacher)
    assert loopback.server.last_headers["api-key"] == HEADER
    assert "authorization" not in loopback.server.last_headers
    assert loopback.server.last_target.endswith("?api-version=2026-01-01")


@pytest.mark.parametrize("fault", ["echo-400", "echo-401", "echo-500", "429", "reset", "not-json"])
def test_no_secret_is_in_completions_errors_logs_or_what_is_settled(
    loopback: Teacher, fault: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    loopback.set(faults={fault: 1.0})
    teacher = guarded(loopback.base_url, retry_seconds=0.05, retries=1)
    for result in asked_many(teacher, 25):
        assert isinstance(result, Completion | TeacherStop)
        clean(repr(result) + str(result))
        if isinstance(result, BaseException):
            chain: BaseException | None = result
            while chain is not None:
                clean(repr(chain) + str(chain))
                chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    clean(repr(teacher) + str(teacher) + str(teacher.settled()) + str(teacher.shaping()))
    clean(str(teacher.identity(request(), CONTEXT)))
    clean(caplog.text)
    clean("".join(capfd.readouterr()))


def test_proxy_credentials_are_sent_to_the_proxy_and_nowhere_else(
    loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = urlsplit(loopback.root)
    monkeypatch.setenv("MY_PROXY", f"http://user:{LOGIN}@{proxy.netloc}")
    loopback.set(faults={"echo-400": 1.0})
    teacher = chat("http://models.example/v1", proxy="env:MY_PROXY")
    completion = asked_once(teacher)
    assert loopback.server.last_headers["proxy-authorization"].startswith("Basic ")
    assert loopback.server.last_headers["host"] == "models.example"
    clean(repr(completion) + repr(teacher))
    assert loopback.server.last_headers["proxy-authorization"].removeprefix("Basic ") not in completion.text


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": {"Authorization": f"Bearer {KEY}"}},
        {"headers": {"api-key": KEY}},
        {"query": {"sig": KEY}},
        {"base_url": f"https://me:{KEY}@host/v1"},
        {"proxy": f"http://me:{KEY}@host:3128"},
    ],
)
def test_a_secret_written_into_a_recipe_is_refused_without_repeating_it(fields: dict[str, object]) -> None:
    with pytest.raises(SetupError, match="a recipe holds no secrets") as refusal:
        OpenAIChat.build({"model": "m", **fields}, site(), "teacher")
    clean(str(refusal.value))


def test_a_variable_that_is_not_set_is_named(loopback: Teacher) -> None:
    with pytest.raises(SetupError, match=r"headers\.x-a: the environment variable NO_SUCH_ONE is not set"):
        asked_once(chat(loopback.base_url, headers={"x-a": "env:NO_SUCH_ONE"}))


def test_openai_itself_is_not_asked_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(TeacherStop, match="no key: set OPENAI_API_KEY"):
        asked_once(OpenAIChat.build({"model": "gpt-4o"}, site(), "teacher"))


def test_a_key_with_a_line_break_inside_injects_no_header(loopback: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "abc\r\nX-Evil: 1")
    with pytest.raises(SetupError, match="control characters") as refusal:
        asked_once(chat(loopback.base_url))
    assert "X-Evil" not in str(refusal.value)


def test_the_base_url_organisation_and_project_come_from_the_usual_variables(
    loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    asked_once(OpenAIChat.build({"model": "loopback-small", "proxy": ""}, site(), "teacher"))
    headers = loopback.server.last_headers
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj-1")
