"""Commands with their examples in; what a person or a script gets from each out."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cases import contents, finished, refused, sound
from loopback import Teacher
from runs import KEY, asking, command, ended, start

from instructgen.cli import main

COMMANDS = ["run", "plan", "preview", "status", "export", "check", "list", "explain", "init"]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


# ── help and misuse ──────────────────────────────────────────────────────────────────────────────────────────


def test_help_lists_every_command() -> None:
    text = finished("--help").out
    assert all(re.search(rf"^  {name} ", text, re.MULTILINE) for name in COMMANDS)
    assert finished("--version").out.startswith("instructgen ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(name: str) -> None:
    text = " ".join(finished(name, "--help").out.split())
    assert f"Example: instructgen {name} " in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["rnu", "demo"], "No such command 'rnu'. Did you mean 'run'?"),
        (["run", "demo"], "Missing option '--out'"),
        (["run", "demo", "--out", "x", "--limt", "3"], "--limit"),
        (["run", "demo", "--out", "x", "--limit", "0"], "'--limit': Input should be greater than or equal to 1; try '"),
        (["run", "demo", "--out", "x", "--limit", "many"], "'--limit'"),
        (["plan", "demo", "--pilot", "-1"], "'--pilot'"),
        (["plan", "demo", "--pilot", "3"], "--pilot makes paid calls: name the run that keeps them with --out"),
        (["plan", "demo", "--prices", "nosuch.yaml"], "nosuch.yaml: cannot be read as a price table"),
        (["list", "sorces"], "there is no kind 'sorces'; did you mean 'sources'?"),
        (["explain", "cocco"], "nothing called 'cocco' to explain; did you mean 'coco'?"),
        (["init", "x", "--task", "two words"], "--task two words: expected a name of letters, digits and underscores"),
    ],
)
def test_a_mistyped_command_is_one_line_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in refused(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_real_process_ends_with_status_2_and_one_line(tmp_path: Path) -> None:
    code, out, err = ended(start("run", "nosuch", "--out", tmp_path / "run"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("instructgen: nosuch: there is no such recipe")


def test_output_into_a_closed_pipe_is_no_traceback() -> None:
    line = f"{sys.executable} -m instructgen explain openai_chat | true"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr


# ── the commands ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_whole_way_from_recipe_to_dataset(tmp_path: Path) -> None:
    path, run, out = sound(tmp_path), tmp_path / "run", tmp_path / "llava.json"
    finished("plan", path)
    finished("preview", path, "--limit", 2)
    told = finished("run", path, "--out", run, "--limit", 8).err
    assert re.search(r"1 shard finished, 0 open; 8 records, 8 contexts, \d+ samples accepted", told)
    assert "asked 8, found in the journal 0" in told
    told = finished("run", path, "--out", run).err
    assert "12 records" in told and "asked 4, found in the journal 8" in told
    status = json.loads(finished("status", run, "--json").out)
    assert status == json.loads((run / "report.json").read_text())
    told = finished("export", run, "--format", "llava", "--out", out).err
    assert told == f"{out}: {status['accepted']} samples as llava\n"
    assert len(json.loads(out.read_text())) == status["accepted"]
    assert "data_files: samples/*.parquet" in (run / "README.md").read_text()


def test_a_finished_run_is_left_as_it_is(tmp_path: Path) -> None:
    path, run = sound(tmp_path), tmp_path / "run"
    finished("run", path, "--out", run)
    before = contents(run)
    assert "asked 0, found in the journal 0" in finished("run", path, "--out", run).err
    assert {n: d for n, d in contents(run).items() if n != "lock"} == {n: d for n, d in before.items() if n != "lock"}


# ── what is shown while it runs ──────────────────────────────────────────────────────────────────────────────


def slow(tmp_path: Path, loopback: Teacher) -> list[str]:
    """Write a recipe that takes more than a second; give the command that runs it."""
    loopback.set(latency=0.15)
    path = sound(tmp_path, 28, teacher=asking(loopback.base_url, max_in_flight=4, adaptive=False))
    return [sys.executable, "-m", "instructgen", "run", str(path), "--out", str(tmp_path / "run")]


def on_a_terminal(arguments: list[str], interrupt: bytes = b"") -> tuple[int, str]:
    """Run a command on a terminal; send Ctrl-C once ``interrupt`` has been shown. Give status and all it showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
        os.execv(arguments[0], arguments)
    shown, deadline, sent = b"", time.monotonic() + 60, False
    while time.monotonic() < deadline and select.select([terminal], [], [], 60)[0]:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if interrupt and interrupt in shown and not sent:
            sent = True
            os.write(terminal, b"\x03")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


def test_a_terminal_shows_a_live_display_that_is_gone_at_the_end(tmp_path: Path, loopback: Teacher) -> None:
    code, shown = on_a_terminal(slow(tmp_path, loopback))
    assert code == 0
    for row in ("accepted", "requests", "tokens", "cost so far", "time left"):
        assert row in shown
    assert re.search(r"\d+ of 28", shown) and "/s" in shown
    last = shown.rpartition("\x1b[2K")[2]
    assert "28 records" in last and "time left" not in last


def test_ctrl_c_on_a_terminal_finishes_what_is_in_flight(tmp_path: Path, loopback: Teacher) -> None:
    code, shown = on_a_terminal(slow(tmp_path, loopback), interrupt=b"time left")
    assert code == 130
    assert "Ctrl-C again stops at once" in shown and "the same command goes on where it stopped" in shown
    stats = loopback.stats()
    assert len(list((tmp_path / "run" / "journal").iterdir())) == 1
    journaled = (tmp_path / "run" / "journal" / "part-00000.jsonl").read_bytes().count(b"\n")
    assert 0 < journaled < 28 and journaled == len(stats.answered)


def test_elsewhere_there_are_plain_lines_only(tmp_path: Path, loopback: Teacher) -> None:
    done = subprocess.run(slow(tmp_path, loopback), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout == ""
    assert "\x1b" not in done.stderr and "\r" not in done.stderr
    assert all(len(line) < 200 for line in done.stderr.splitlines())


@pytest.mark.slow
def test_a_term_signal_stops_in_good_order(tmp_path: Path, loopback: Teacher) -> None:
    process = subprocess.Popen(slow(tmp_path, loopback), stderr=subprocess.PIPE, text=True)
    while loopback.stats().requests < 3:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "stopped; the same command goes on where it stopped" in err


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────

SECRETS = {"TEAM": "hush-header-5512", "SIG": "hush-query-8834", "PROXY": "http://me:hush-proxy-3321@127.0.0.1:9"}


def test_no_secret_comes_to_lie_in_a_run(tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    hidden = [KEY, "hush"]
    headers = {"X-Team-Token": "env:TEAM", "X-Note": "hush-note-1"}
    block = asking(loopback.base_url, headers=headers, query={"sig": "env:SIG", "api-version": "2", "who": "hush-me"})
    path, run = sound(tmp_path, teacher=block), tmp_path / "run"
    told = finished("run", path, "--out", run).err + finished("status", run).out
    told += finished("explain", f"000000000001@{run}").out + finished("plan", path, "--json").out
    for format_ in ("llava", "jsonl", "axolotl", "llama_factory", "hf"):
        told += finished("export", run, "--format", format_, "--out", tmp_path / f"{format_}.x").err
    made = contents(run) | {n: d for n, d in contents(tmp_path).items() if ".x" in n}
    assert not [name for name, data in made.items() for secret in hidden if secret.encode() in data]
    assert not [secret for secret in hidden if secret in told]
    kept = (run / "recipe.yaml").read_text()
    assert "X-Team-Token: env:TEAM" in kept and "X-Note: env:WITHHELD_X_NOTE" in kept and "api-version: '2'" in kept
    assert "X-Note: the environment variable WITHHELD_X_NOTE" in refused(
        "run", run / "recipe.yaml", "--out", tmp_path / "again"
    ).replace("headers.", "")


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("teacher.headers.x-api-key=hush-1", "headers.x-api-key: a recipe holds no secrets; write env:NAME"),
        ("teacher.headers=hush-1", "'headers': expected a block of keys"),
        ("teacher.headers.x=[hush-1]", "'headers.x': expected text"),
        ("teacher.headers.x=[hush-1", "--set teacher.headers.x: the value is not YAML"),
        ("teacher.query.token=hush-1", "query.token: a recipe holds no secrets"),
        ("teacher.proxy=http://me:hush-1@127.0.0.1:9", "proxy: a recipe holds no secrets"),
        ("teacher.base_url=http://me:hush-1@127.0.0.1:9/v1", "base_url: a recipe holds no secrets"),
        ("teacher.base_url=http://127.0.0.1:9/v1?api-key=hush-1", "take api-key out of the URL, into query.api-key"),
        ("teacher.api_key=hush-1", "unknown key 'api_key'; did you mean 'api_key_env'?"),
        ("teacher.api_key_env=sk-hush-1", "api_key_env: expected the name of an environment variable"),
        ("teacher.extra_body.api_key=hush-1", "api_key: a recipe holds no secrets"),
        ("teacher.extra_body={auth: [{api_key: hush-1}]}", "api_key: a recipe holds no secrets"),
        ("teacher.proxy=env:PROXY", "nothing answers"),
    ],
)
def test_a_secret_in_the_wrong_place_is_refused_without_being_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, override: str, says: str
) -> None:
    monkeypatch.setenv("PROXY", SECRETS["PROXY"])
    path = sound(tmp_path, teacher=asking("http://127.0.0.1:9/v1", retry_seconds=0.2))
    said = refused("run", path, "--out", tmp_path / "run", "--set", override)
    assert says in said and "hush" not in said
    assert not [name for name, data in contents(tmp_path / "run").items() if b"hush" in data]


def test_main_can_be_called_without_a_process(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["list", "exports"])
    assert done.value.code == 0 and "llava" in capsys.readouterr().out
    assert command("list", "exports").code == 0


def test_only_the_command_that_is_given_is_loaded() -> None:
    script = "import sys, instructgen.cli as c; c.application(['view']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in loaded if name.startswith("instructgen.commands.")} == {"instructgen.commands.viewing"}
    assert "instructgen.checking" not in loaded and "instructgen.reporting" not in loaded
