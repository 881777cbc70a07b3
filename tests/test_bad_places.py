"""Places, runs and servers that cannot be used in; one clear line, status 2, nothing lost or half written out."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import contents, finished, refused, sound
from loopback import Teacher
from runs import KEY, asking


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


# ── places that cannot be written ────────────────────────────────────────────────────────────────────────────


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    path, in_the_way = sound(tmp_path), tmp_path / "file"
    in_the_way.write_text("mine")
    for out in (in_the_way, in_the_way / "below" / "it"):
        assert f"{in_the_way} is a file where a folder is needed" in refused("run", path, "--out", out)
        assert f"{in_the_way} is a file where a folder is needed" in refused("init", out)
    finished("run", path, "--out", tmp_path / "run")
    for format_ in ("llava", "jsonl", "hf"):
        said = refused("export", tmp_path / "run", "--format", format_, "--out", in_the_way / "x.json")
        assert f"{in_the_way} is a file where a folder is needed" in said
    assert in_the_way.read_text() == "mine"


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    path, closed = sound(tmp_path), tmp_path / "closed"
    finished("run", path, "--out", tmp_path / "run")
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):
        pytest.skip("this user may write anywhere")
    assert "Permission denied" in refused("run", path, "--out", closed / "run")
    assert "Permission denied" in refused("export", tmp_path / "run", "--format", "llava", "--out", closed / "x.json")
    assert list(closed.iterdir()) == []


def test_a_strangers_folder_is_left_as_it_was(tmp_path: Path) -> None:
    path, theirs = sound(tmp_path), tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work")
    assert "holds 'thesis.txt' but no run.json; give an empty or a new folder" in refused("run", path, "--out", theirs)
    assert contents(theirs) == {"thesis.txt": b"years of work"}
    finished("run", path, "--out", tmp_path / "run")
    assert "is a folder" in refused("export", tmp_path / "run", "--format", "jsonl", "--out", theirs)
    assert "not empty" in refused("export", tmp_path / "run", "--format", "llava", "--out", theirs)
    assert "is a folder; give the name of a file" in refused(
        "export", tmp_path / "run", "--format", "jsonl", "--out", ""
    )
    assert "not empty" in refused("export", tmp_path / "run", "--format", "hf", "--out", theirs)
    assert contents(theirs) == {"thesis.txt": b"years of work"}


def test_a_full_disk_is_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    path = sound(tmp_path, 40)

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    arguments = [sys.executable, "-m", "instructgen", "run", str(path), "--out", str(tmp_path / "run")]
    ended = subprocess.run(arguments, capture_output=True, text=True, preexec_fn=small_files_only, timeout=60)
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr and ended.stderr.count("\n") == 1
    assert not list((tmp_path / "run").glob("samples/*"))
    paid = len((tmp_path / "run" / "journal" / "part-00000.jsonl").read_bytes().splitlines())
    told = finished("run", path, "--out", tmp_path / "run").err
    assert f"asked {40 - paid}, found in the journal {paid}" in told


# ── another run's folder, a damaged run, no run ──────────────────────────────────────────────────────────────


def test_a_run_of_another_recipe_is_not_changed_without_a_word(tmp_path: Path) -> None:
    path, run = sound(tmp_path), tmp_path / "run"
    finished("run", path, "--out", run, "--limit", 6)
    before = contents(run)
    assert "already covers 6 records; --limit may only grow" in refused("run", path, "--out", run, "--limit", 5)
    said = refused("run", path, "--out", run, "--limit", 6, "--set", "checks.leaks.action=tag")
    assert 'checks.leaks.action: "retry" → "tag"' in said and said.endswith("Add --update to do it")
    assert "stays fixed" in refused("run", path, "--out", run, "--set", "shard_size=5")
    changed = {name for name, data in contents(run).items() if before[name] != data}
    assert changed <= {"lock"}


@pytest.mark.parametrize("command", [("status",), ("export", "--format", "llava", "--out", "x.json")])
def test_what_is_no_run_is_said_to_be_none(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("x")
    name, *options = command
    for place in ("nosuch", "file", "."):
        said = refused(name, tmp_path / place, *options)
        assert "holds no run (there is no run.json); give the folder that 'run --out' named" in said


def test_export_names_the_nearest_task_format_and_field(tmp_path: Path) -> None:
    run = tmp_path / "run"
    finished("run", sound(tmp_path), "--out", run)
    out = ("--out", tmp_path / "x.json")
    assert "did you mean 'llava'?" in refused("export", run, "--format", "lava", *out)
    said = refused("export", run, "--format", "llava", *out, "--task", "conversations")
    assert f"there is no task 'conversations' in {run}; did you mean 'conversation'?" in said
    assert "did you mean 'dialect'?" in refused("export", run, "--format", "llava", *out, "--set", "dialct=next")
    assert "expected FIELD=VALUE" in refused("export", run, "--format", "llava", *out, "--set", "dialect")
    assert "--set dialect: the value is not YAML" in refused(
        "export", run, "--format", "llava", *out, "--set", "dialect=[1"
    )
    assert "the recipe has no task 'conv'; did you mean" in refused(
        "preview", tmp_path / "recipe.yaml", "--task", "conv"
    )
    assert not (tmp_path / "x.json").exists()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:300])


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "run.json cut": (lambda run: cut(run / "run.json"), "run.json: cannot be read as a run's facts"),
    "run.json of another kind": (lambda run: (run / "run.json").write_text("{}"), "'shard_size' is required"),
    "recipe.yaml gone": (lambda run: (run / "recipe.yaml").unlink(), "recipe.yaml: is missing; 'run' with the recipe"),
    "recipe.yaml broken": (lambda run: (run / "recipe.yaml").write_text("a: ["), "recipe.yaml: not a readable recipe"),
    "samples cut": (
        lambda run: cut(run / "samples" / "part-00000.parquet"),
        "samples/part-00000.parquet: not a readable Parquet part",
    ),
    "contexts cut": (
        lambda run: cut(run / "contexts" / "part-00000.parquet"),
        "contexts/part-00000.parquet: not a readable Parquet part",
    ),
    "contexts gone": (
        lambda run: (run / "contexts" / "part-00000.parquet").unlink(),
        "contexts/part-00000.parquet: is missing; run again",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_run_names_the_file_and_what_to_do(tmp_path: Path, kind: str) -> None:
    path, run = sound(tmp_path), tmp_path / "run"
    finished("run", path, "--out", run)
    damage, says = DAMAGE[kind]
    good = contents(run)
    damage(run)
    assert says in refused("export", run, "--format", "llava", "--out", tmp_path / "x.json")
    assert not (tmp_path / "x.json").exists()
    if kind.startswith("run.json"):
        refused("run", path, "--out", run)
        (run / "run.json").write_bytes(good["run.json"])
    for part in run.glob("*/part-00000.parquet"):
        if part.stat().st_size == 300:
            part.unlink()
    assert "asked 0, found in the journal" in finished("run", path, "--out", run).err
    samples = [name for name in good if name.startswith(("samples", "contexts", "journal"))]
    assert {name: contents(run)[name] for name in samples} == {name: good[name] for name in samples}


def test_files_of_strange_names_among_the_parts_are_passed_over(tmp_path: Path) -> None:
    path, run = sound(tmp_path), tmp_path / "run"
    finished("run", path, "--out", run)
    for name in ("part-abc.parquet", "part-.parquet", "notes.txt"):
        (run / "contexts" / name).write_text("not ours")
    assert "12 contexts" in finished("status", run).out


def test_a_journal_line_that_is_none_is_named_with_its_number(tmp_path: Path) -> None:
    path, run = sound(tmp_path), tmp_path / "run"
    finished("run", path, "--out", run)
    journal = run / "journal" / "part-00000.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:2], b"not json\n", *lines[2:]]))
    (run / "samples" / "part-00000.parquet").unlink()
    for command in (("status", run), ("run", path, "--out", run)):
        assert f"{journal}, line 3: not a journal line" in refused(*command)


# ── servers ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"model": "loopback-smal"}, "there is no model 'loopback-smal'; did you mean 'loopback-small'? Known: "),
        ({"base_url": "http://127.0.0.1:9/v1", "retry_seconds": 0.3}, "127.0.0.1:9: nothing answers"),
        ({"base_url": "127.0.0.1:9"}, "base_url: "),
        ({"base_url": "http://no-such-host.invalid/v1", "retry_seconds": 0.3}, "no-such-host.invalid: nothing answers"),
    ],
)
def test_a_server_that_cannot_serve_stops_the_run_at_once(
    tmp_path: Path, loopback: Teacher, fields: dict[str, object], says: str
) -> None:
    path = sound(tmp_path, about="a", teacher=asking(loopback.base_url) | fields)
    assert says in refused("run", path, "--out", tmp_path / "run")
    assert not list((tmp_path / "run").glob("samples/*"))


def test_a_bad_key_stops_within_a_few_requests_and_is_not_shown(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(key="another-key-entirely")
    path = sound(tmp_path, 300, teacher=asking(loopback.base_url, max_in_flight=4))
    said = refused("run", path, "--out", tmp_path / "run")
    assert "the key was not accepted" in said and KEY not in said
    assert loopback.stats().requests <= 20
    loopback.set(key=None)
    finished("run", path, "--out", tmp_path / "run")


def test_without_a_key_openai_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    path = sound(tmp_path, teacher={"use": "openai_chat", "model": "gpt-4o-mini"})
    assert "no key: set OPENAI_API_KEY" in refused("run", path, "--out", tmp_path / "run")
