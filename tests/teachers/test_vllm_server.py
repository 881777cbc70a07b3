"""A server of the run's own: started with the first request, restarted once, never left behind."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from asking import CONTEXT, NoMaterials, ask, ask_all, request, run, whole
from loopback_vllm import stand_in, told

from instructgen.component import Site
from instructgen.errors import SetupError, TeacherStop
from instructgen.records import Completion
from instructgen.teachers import metrics
from instructgen.teachers.vllm_server import VllmServer, free_port

Make = Callable[..., VllmServer]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Builds the teacher, whose vLLM is the loopback server in a process of its own, with a child."""

    def build(*flags: str, **fields: Any) -> VllmServer:
        block = {"model": "tiny/llava", "python": str(stand_in(tmp_path)), "max_wait": 0.05, "reply_format": "plain"}
        block["extra_args"] = [f"--child={tmp_path / 'children'}", *flags]
        return VllmServer.build(block | fields, site(tmp_path), "teacher")

    return build


def site(folder: Path) -> Site:
    return Site("teacher", NoMaterials(), image_root=folder, logs=folder / "logs")


def children(folder: Path) -> list[int]:
    """Give the processes that all servers so far had as children."""
    return [int(line) for line in (folder / "children").read_text().split()]


def gone(pid: int, seconds: float = 8) -> bool:
    """Tell whether a process ends within some seconds."""
    until = time.monotonic() + seconds
    while True:
        state = Path(f"/proc/{pid}/stat")
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.02)


def test_it_is_started_answers_and_is_gone_with_its_children_when_closed(make: Make, tmp_path: Path) -> None:
    teacher = make()
    replies = whole(run(ask_all(teacher, 30), teacher))
    assert {r.model for r in replies} == {"tiny/llava"}
    assert "loading tiny/llava" in (tmp_path / "logs" / "teacher.log").read_text()
    assert [gone(pid, 0) for pid in children(tmp_path)] == [True]


def test_what_it_does_is_said_while_it_starts_and_while_it_serves(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_EVERY", 0.1)

    async def go(teacher: VllmServer) -> tuple[str, str]:
        asking = asyncio.ensure_future(ask(teacher))
        while "loading" not in teacher.state():
            await asyncio.sleep(0.02)
        starting = teacher.state()
        await asking
        while "tokens" not in teacher.state():
            await asyncio.sleep(0.02)
        return starting, teacher.state()

    teacher = make("--start=0.5")
    starting, serving = run(go(teacher), teacher)
    assert re.fullmatch(r"starting, \d+ s: loading tiny/llava", starting)
    assert serving.endswith("0 running, 0 waiting, KV cache 25%")
    assert teacher.figures()["kv_cache_most"] == 0.25


def test_killed_in_the_middle_it_is_started_again_and_nothing_is_lost_or_answered_twice(
    make: Make, tmp_path: Path
) -> None:
    teacher = make("--latency=0.05", "--die-after=60", max_in_flight=16)

    async def go() -> list[Completion | BaseException]:
        results = await ask_all(teacher, 200, 32)
        logs = sorted((tmp_path / "logs").iterdir())
        assert [log.name for log in logs] == ["teacher.2.log", "teacher.log"]
        assert "the engine has died" in logs[1].read_text()
        # 60 and those in flight at the first one; the second one answered none that the first one had
        again = told(logs[0]).stats()
        first = 200 - (sum(again.answered.values()) - 1)
        assert 60 - 1 <= first <= 60 + 16
        assert again.answered_twice == 0
        return results

    replies = whole(run(go(), teacher))
    assert len({r.slot.context for r in replies}) == 200
    assert all(gone(pid) for pid in children(tmp_path))


@pytest.mark.slow
def test_a_second_death_stops_the_run_and_shows_the_end_of_the_log(make: Make, tmp_path: Path) -> None:
    teacher = make("--latency=0.02", "--die-after=20")

    async def go() -> list[Completion | BaseException]:
        asking = asyncio.ensure_future(ask_all(teacher, 400, 32))
        while not (tmp_path / "logs" / "teacher.2.log").exists():
            await asyncio.sleep(0.02)
        (tmp_path / "children.died").unlink()
        return await asking

    results = run(go(), teacher)
    stops = [r for r in results if isinstance(r, TeacherStop)]
    assert stops
    assert len([r for r in results if isinstance(r, Completion)]) >= 20
    assert str(stops[0]).startswith("vLLM ended twice (killed by SIGKILL): RuntimeError: the engine has died; its log")
    assert stops[0].__notes__[-1] == "RuntimeError: the engine has died"


@pytest.mark.parametrize(
    ("flags", "fields", "said"),
    [
        (["--fail=ValueError: no such quantization"], {}, "(exit status 1): ValueError: no such quantization; its log"),
        ([], {"python": sys.executable}, "install it there, or name another interpreter by python"),
        ([], {"python": "/nowhere/python"}, "cannot be started (No such file or directory)"),
        (["--start=60"], {"start_seconds": 0.5}, "vLLM was not ready within 0.5 s"),
    ],
)
def test_a_server_that_does_not_start_stops_the_run_at_once_and_says_why(
    make: Make, flags: list[str], fields: dict[str, object], said: str
) -> None:
    teacher = make(*flags, **fields)
    results = run(ask_all(teacher, 20), teacher)
    assert all(isinstance(r, TeacherStop) and said in str(r) and "\n" not in str(r) for r in results), results[0]


def test_weights_and_templates_that_are_not_there_are_the_users_fault(make: Make, tmp_path: Path) -> None:
    for field in ("weights", "chat_template"):
        teacher = make(**{field: str(tmp_path / "nowhere")})
        with pytest.raises(SetupError, match=f"{field}: .*nowhere"):
            teacher.identity(request(), CONTEXT)
            run(ask(teacher), teacher)


def test_a_stop_while_it_starts_ends_at_once(make: Make, tmp_path: Path) -> None:
    async def go(teacher: VllmServer) -> list[Completion | BaseException]:
        asking = asyncio.ensure_future(ask_all(teacher, 5))
        while "loading" not in teacher.state():
            await asyncio.sleep(0.02)
        teacher.halt(TeacherStop("enough"))
        return await asking

    teacher = make("--start=60")
    began = time.monotonic()
    assert {str(r) for r in run(go(teacher), teacher)} == {"enough"}
    assert time.monotonic() - began < 10
    assert all(gone(pid) for pid in children(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_it_does_not_outlive_a_process_that_is_killed(make: Make, tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from asking import ask; from test_vllm_server import VllmServer, site; import asyncio, ast\n"
        "async def go():\n"
        "    teacher = VllmServer.build(ast.literal_eval(sys.argv[3]), site(Path(sys.argv[2])), 'teacher')\n"
        "    await ask(teacher); print('asked', flush=True); await asyncio.sleep(60)\n"
        "asyncio.run(go())"
    )
    block = make().model_dump(mode="json", include={"model", "python", "extra_args", "reply_format"})
    command = [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path), repr(block)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"asked\n"
        server = int((tmp_path / "logs" / "teacher.log").read_text().partition("pid=")[2].partition(")")[0])
        process.send_signal(number)
        process.wait(10)
    assert gone(server)
    assert all(gone(pid) for pid in children(tmp_path))


def test_the_key_stands_in_no_argument_and_the_pictures_folder_may_be_read(make: Make, tmp_path: Path) -> None:
    async def go(teacher: VllmServer) -> tuple[list[str], str]:
        await ask(teacher)
        log = (tmp_path / "logs" / "teacher.log").read_text()
        process = Path("/proc") / log.partition("pid=")[2].partition(")")[0]
        environment = dict(pair.partition("=")[::2] for pair in (process / "environ").read_text().split("\0"))
        return (process / "cmdline").read_text().split("\0"), environment["VLLM_API_KEY"]

    teacher = make(weights=str(tmp_path), images=2, max_model_len=512)
    command, key = run(go(teacher), teacher)
    given = dict(pairwise(command))
    assert given["--allowed-local-media-path"] == str(tmp_path)
    assert given["--model"] == str(tmp_path)
    assert given["--limit-mm-per-prompt"] == '{"image":2}'
    assert "--enable-prefix-caching" in command
    assert len(key) > 40
    assert key not in " ".join(command)


def test_what_shapes_the_answers_is_in_the_identity_and_where_things_lie_is_not(make: Make, tmp_path: Path) -> None:
    def known(**fields: object) -> tuple[object, object]:
        teacher = make(**fields)
        return teacher.identity(request(), CONTEXT), teacher.shaping()

    template = tmp_path / "template.jinja"
    template.write_text("{{ messages }}")
    plain = known()
    assert plain == known(weights=str(tmp_path), tensor_parallel=2, max_model_len=9, python=sys.executable)
    with_template = known(chat_template=str(template))
    moved = template.rename(tmp_path / "moved.jinja")
    assert with_template == known(chat_template=str(moved))
    moved.write_text("{{ messages[0] }}")
    others = [known(chat_template=str(moved)), known(dtype="float16"), known(revision="v2"), known(load_format="dummy")]
    for shaping in zip(plain, with_template, *others, strict=True):
        assert len({repr(s) for s in shaping}) == 6


def test_a_free_port_is_free() -> None:
    assert len({free_port() for _ in range(20)}) > 10
