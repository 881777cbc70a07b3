"""The scripted teacher: in order, by slot, by digest, and at its end."""

import asyncio
import json
from pathlib import Path

import pytest
from asking import CONTEXT, request, site, slot

from instructgen.component import resolve
from instructgen.errors import RequestRefused, SetupError, TeacherStop
from instructgen.records import Completion
from instructgen.teachers import TABLE
from instructgen.teachers.scripted import Scripted


def scripted(**fields: object) -> Scripted:
    """Build the teacher."""
    return Scripted.build(fields, site(), "teacher")


def answers(teacher: Scripted, count: int) -> list[Completion]:
    """Ask so often, one after the other."""

    async def go() -> list[Completion]:
        return [await teacher.complete(slot(n), f"d{n}", request(), CONTEXT) for n in range(count)]

    return asyncio.run(go())


def test_the_table_names_classes_that_are_there() -> None:
    for name in ("openai_chat", "scripted"):
        assert resolve(name, TABLE, "teacher", "teacher").name == name


def test_replies_come_in_order_and_begin_anew() -> None:
    assert [c.text for c in answers(scripted(replies=["a", "b"]), 5)] == ["a", "b", "a", "b", "a"]


@pytest.mark.parametrize(("at_end", "error"), [("stop", TeacherStop), ("refuse", RequestRefused)])
def test_the_end_of_the_list_stops_or_refuses_where_asked(at_end: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        answers(scripted(replies=["a"], at_end=at_end), 2)


def test_a_digest_wins_over_a_slot_and_a_longer_slot_over_a_shorter_one(tmp_path: Path) -> None:
    script = {
        "digests": {"d2": "by digest"},
        "slots": {"1": "by context", "2": "no", "3": "short", "3/conversation/0": "long"},
        "list": [{"text": "from the list", "finish": "length", "thoughts": "hm"}],
    }
    (tmp_path / "script.json").write_text(json.dumps(script))
    got = answers(scripted(file=str(tmp_path / "script.json")), 4)
    assert [c.text for c in got] == ["from the list", "by context", "by digest", "long"]
    assert (got[0].finish, got[0].thoughts, got[0].model) == ("length", "hm", "scripted")


def test_the_identity_follows_the_replies(tmp_path: Path) -> None:
    one, other = scripted(replies=["a"]), scripted(replies=["b"])
    assert one.identity(request(), CONTEXT) == scripted(replies=["a"]).identity(request(), CONTEXT)
    assert one.identity(request(), CONTEXT) != other.identity(request(), CONTEXT)


def test_latency_lets_requests_overlap() -> None:
    teacher = scripted(replies=["a"], latency_ms=30)

    async def go() -> float:
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(teacher.complete(slot(n), "d", request(), CONTEXT) for n in range(20)))
        return asyncio.get_running_loop().time() - began

    assert 0.025 < asyncio.run(go()) < 0.3
    assert teacher.width() > 1
    assert scripted(replies=["a"]).width() == 1


@pytest.mark.parametrize("text", ["{slots: [", "slotz: {}", "- {txt: a}", "3"])
def test_a_script_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "script.yaml").write_text(text)
    with pytest.raises(SetupError, match=r"script\.yaml"):
        answers(scripted(file=str(tmp_path / "script.yaml")), 1)


def test_either_a_file_or_replies_must_be_given() -> None:
    with pytest.raises(SetupError, match="give either 'file' or 'replies'"):
        scripted()
