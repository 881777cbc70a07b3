"""A recipe in; the exact messages of its first requests out, and nothing sent."""

import json
from pathlib import Path

import msgspec
import pytest
from cases import caption, coco, contents, finished, image, recipe, sound
from loopback import Teacher
from runs import KEY, asking

TASKS = {
    "conversation": {"use": "prompted", "form": "dialogue"},
    "detail": {"use": "prompted", "form": "description"},
}


def test_preview_asks_nobody_and_writes_nothing(tmp_path: Path, loopback: Teacher) -> None:
    path = sound(tmp_path, teacher=asking(loopback.base_url), tasks=TASKS)
    before = contents(tmp_path)
    shown = finished("preview", path, "--limit", 2).out
    assert loopback.stats().requests == 0 and contents(tmp_path) == before
    heads = [line for line in shown.splitlines() if line.startswith("━━")]
    assert heads == [
        f"━━ 00000000000{n} ━━ {task} ━━ request 1 ━━ form {form}"
        for n in (1, 2)
        for task, form in (("conversation", "dialogue"), ("detail", "description"))
    ]


@pytest.mark.parametrize("plain", [False, True])
def test_what_is_shown_is_what_is_sent(
    tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    path = sound(tmp_path, 1, teacher=asking(loopback.base_url, reply_format="plain" if plain else "json_schema"))
    shown = finished("preview", path).out
    finished("run", path, "--out", tmp_path / "run")
    body = msgspec.json.decode(loopback.server.last_body)
    for message in body["messages"]:
        assert f"── {message['role']} ──\n{message['content']}\n" in shown
    assert ("response_format" in body) is not plain
    assert ("reply held to ── turns (schemas/dialogue.json)" in shown) is not plain
    if not plain:
        written = json.loads((tmp_path / "run" / "schemas" / "dialogue.json").read_text())
        assert body["response_format"]["json_schema"]["schema"] == written


def test_one_task_can_be_looked_at_alone(tmp_path: Path) -> None:
    shown = finished("preview", sound(tmp_path, tasks=TASKS), "--task", "detail").out
    assert "━━ detail ━━" in shown and "━━ conversation ━━" not in shown


def test_records_that_cannot_be_used_and_contexts_that_are_declined_are_said(tmp_path: Path) -> None:
    images = [image(1, width=0), image(2), image(3)]
    captions = coco(tmp_path / "captions.json", images, [caption(1), caption(2)])
    shown = finished("preview", recipe(tmp_path, {"captions": captions}), "--limit", 3).out
    assert "━━ record 0 cannot be used ━━ zero_size_image: image 1 has width 0" in shown
    assert "━━ 000000000002 ━━ conversation ━━ request 1" in shown
    assert "━━ 000000000003 ━━ conversation ━━ declined: empty_context: " in shown


def test_a_picture_that_is_sent_is_named_in_its_place(tmp_path: Path) -> None:
    tasks = {"conversation": {"use": "prompted", "form": "dialogue", "picture": True}}
    shown = finished("preview", sound(tmp_path, tasks=tasks)).out
    assert "[picture 1.jpg]" in shown


def test_the_plain_layout_can_be_asked_for(tmp_path: Path) -> None:
    path = sound(tmp_path)
    assert "Question:\n" in finished("preview", path, "--plain").out
    assert "Question:\n" not in finished("preview", path).out
