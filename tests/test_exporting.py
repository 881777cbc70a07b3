"""Runs in; files that trainers read out, through the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import datasets
import pytest
from cases import contents, finished, refused, sound
from loopback import Teacher
from runs import KEY, asking

from instructgen.listing import TABLES
from instructgen.run import Run

TASKS = {
    "conversation": {"use": "prompted", "form": "dialogue"},
    "detail": {"use": "prompted", "form": "description"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exported")
    finished("run", sound(place, tasks=TASKS), "--out", place / "run")
    return place / "run"


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


READ: dict[str, Callable[[Path], int]] = {
    "llava": lambda path: len(json.loads(path.read_text())),
    "sharegpt": lambda path: len(json.loads(path.read_text())),
    "messages": lambda path: len(json.loads(path.read_text())),
    "jsonl": lines,
    "hf": lambda path: len(datasets.load_from_disk(str(path))),
    "label_studio": lambda path: len(json.loads(path.read_text())),
    "argilla": lambda path: len(json.loads(path.read_text())),
}
BESIDE = {"label_studio": ["out.xml"], "argilla": ["out.settings.json"]}
"""What a format writes beside the file that it is told."""


def test_every_format_is_read_here_or_has_rows_of_its_own() -> None:
    assert {*READ, "captions"} == {*TABLES["exports"]}, "captions writes the source's rows: tests/exports"


@pytest.mark.parametrize("name", READ)
def test_every_format_holds_every_sample_or_one_tasks(run: Path, tmp_path: Path, name: str) -> None:
    number = len(list(Run.open(run).samples()))
    out = tmp_path / "out.json"
    assert finished("export", run, "--format", name, "--out", out).err == f"{out}: {number} samples as {name}\n"
    assert READ[name](out) == number
    alone = tmp_path / "deep" / "below" / "detail.json"
    finished("export", run, "--format", name, "--out", alone, "--task", "detail")
    assert READ[name](alone) == len(list(Run.open(run).samples("detail"))) < number


@pytest.mark.parametrize("name", [n for n in READ if n != "hf"])
def test_an_export_takes_the_place_of_the_one_before(run: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out.json"
    out.write_text("an older export")
    finished("export", run, "--format", name, "--out", out)
    once = out.read_bytes()
    finished("export", run, "--format", name, "--out", out)
    assert out.read_bytes() == once and b"older" not in once
    assert set(contents(tmp_path)) == {"out.json", *BESIDE.get(name, [])}


def test_a_field_of_the_export_is_set(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    finished("export", run, "--format", "llava", "--out", out, "--set", "ids=context")
    assert {row["id"].count("/") for row in json.loads(out.read_text())} == {0}


def test_samples_parts_are_read_as_they_lie(run: Path) -> None:
    rows = datasets.load_dataset(str(run), cache_dir=str(run.parent / "cache"))["train"]
    assert rows["id"] == [sample.id for sample in Run.open(run).samples()]


def test_a_run_that_has_stopped_midway_exports_what_it_has(
    tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    path, run = sound(tmp_path, teacher=asking(loopback.base_url)), tmp_path / "run"
    finished("run", path, "--out", run)
    whole = [sample.id for sample in Run.open(run).samples()]
    (run / "samples" / "part-00000.parquet").unlink()
    journal = run / "journal" / "part-00000.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:5]))
    out = tmp_path / "out.json"
    assert "5 samples as llava" in finished("export", run, "--format", "llava", "--out", out).err
    assert "0 shards finished, 1 open" in finished("status", run).out
    some = [row["id"] for row in json.loads(out.read_text())]
    assert len(some) == 5 and some == [name for name in whole if name in some]


def test_a_run_without_samples_is_said_so_where_the_format_cannot_hold_none(tmp_path: Path) -> None:
    tasks = {"conversation": {"use": "prompted", "form": "dialogue", "min_facts": 99}}
    finished("run", sound(tmp_path, tasks=tasks), "--out", tmp_path / "run")
    out = tmp_path / "out.json"
    assert "0 samples as llava" in finished("export", tmp_path / "run", "--format", "llava", "--out", out).err
    assert json.loads(out.read_text()) == []
    assert "there are no samples to export" in refused(
        "export", tmp_path / "run", "--format", "hf", "--out", tmp_path / "saved"
    )
    assert not (tmp_path / "saved").exists()
