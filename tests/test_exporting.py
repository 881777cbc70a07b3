"""Runs in; files that trainers read out, through the command line."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
from cases import contents, finished, image, refused, sound
from loopback import Teacher
from runs import KEY, asking

from instructgen.listing import TABLES
from instructgen.records import Turn
from instructgen.reviews import append, review_of
from instructgen.run import Run

TASKS = {
    "conversation": {"use": "prompted", "form": "dialogue"},
    "detail": {"use": "prompted", "form": "description"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exported")
    (place / "images").mkdir()
    for number in range(1, 13):
        (place / "images" / str(image(number)["file_name"])).write_bytes(b"\xff\xd8 a picture")
    finished("run", sound(place, tasks=TASKS), "--set", f"source.images={place / 'images'}", "--out", place / "run")
    return place / "run"


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def members(path: Path, ending: str) -> list[str]:
    with tarfile.open(path) as tar:
        return [name for name in tar.getnames() if name.endswith(ending)]


READ: dict[str, Callable[[Path], int]] = {
    "llava": lambda path: len(json.loads(path.read_text())),
    "llama_factory": lambda path: lines(path / "data" / "train-00000-of-00001.jsonl"),
    "ms_swift": lambda path: lines(path / "data" / "train-00000-of-00001.jsonl"),
    "axolotl": lambda path: lines(path / "data" / "train-00000-of-00001.jsonl"),
    "trl": lambda path: pq.read_table(path / "data").num_rows,
    "webdataset": lambda path: len(members(path / "00000.tar", ".json")),
    "energon": lambda path: len(members(path / "00000.tar", ".json")),
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


@pytest.mark.parametrize("name", ["llava", "jsonl", "label_studio", "argilla"])
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


# ── pictures and pairs ───────────────────────────────────────────────────────────────────────────────────────


def test_what_becomes_of_pictures_is_an_option_that_each_format_has_its_own_values_for(
    run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "set"
    finished("export", run, "--format", "llama_factory", "--images", "link", "--out", out)
    assert all(path.is_symlink() for path in (out / "images").iterdir())
    finished("export", run, "--format", "jsonl", "--images", "none", "--out", tmp_path / "rows.jsonl")
    told = refused("export", run, "--format", "trl", "--images", "link", "--out", tmp_path / "other")
    assert "--format trl: 'images': expected 'embed' (got 'link')" in told
    told = refused("export", run, "--format", "jsonl", "--images", "copy", "--out", tmp_path / "other")
    assert "--images copy: the jsonl format names pictures by their paths, and writes none" in told
    assert not (tmp_path / "other").exists()


def test_pairs_are_what_people_edited_and_what_it_took_the_place_of(run: Path, tmp_path: Path) -> None:
    words, out = ("--format", "ms_swift", "--set", "pairs=true", "--set", "overwrite=true"), tmp_path / "set"
    assert "there are no pairs" in refused("export", run, *words, "--out", out)
    opened = Run.open(run)
    first, second, third, *_ = (s for s in opened.samples("conversation") if len(s.turns) > 2)
    question, answer, *more = first.turns
    better = Turn(role="gpt", text="Nobody can tell.")
    append(opened.folder, [review_of(third, "accept", "me"), review_of(second, "reject", "me")])
    append(opened.folder, [review_of(first, "edit", "me", (question, better, *more))])
    try:
        told = finished("export", run, *words, "--out", out).err
        assert told == f"{out}: 1 pairs as ms_swift; reviews: 3 applied\n"
        row = json.loads((out / "data" / "train-00000-of-00001.jsonl").read_text("utf-8"))
        assert row["id"] == f"{first.id}#1"
        assert [m["content"] for m in row["messages"]] == [question.text, better.text]
        assert row["rejected_response"] == answer.text
        # a changed question is another question: neither its answer nor what follows is a pair
        other = Turn(role="human", text=more[0].text + " Or not?")
        append(opened.folder, [review_of(first, "edit", "me", (question, answer, other, better, *more[2:]))])
        assert "there are no pairs" in refused("export", run, *words, "--out", out)
        # two answers edited are two pairs, the second one behind the first as it was edited
        append(opened.folder, [review_of(first, "edit", "me", (question, better, more[0], better, *more[2:]))])
        assert "2 pairs" in finished("export", run, *words, "--out", out).err
        rows = [
            json.loads(line) for line in (out / "data" / "train-00000-of-00001.jsonl").read_text("utf-8").splitlines()
        ]
        assert [row["rejected_response"] for row in rows] == [answer.text, more[1].text]
        assert rows[1]["messages"][1]["content"] == better.text
        assert "there are no pairs" in refused("export", run, *words, "--without-reviews", "--out", out)
    finally:
        (run / "reviews" / "me.jsonl").unlink()
