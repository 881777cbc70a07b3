"""The same samples in every format that is known in; the same verdicts out."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from cases import finished, sound
from checking_rows import CONTEXTS, SORRY, Row, found, recipe, row, verdicts, write
from PIL import Image
from pyarrow import parquet
from runs import parts

from instructgen.checking.rows import Dataset, Judged, judged
from instructgen.exports import TABLE
from instructgen.run import Run
from instructgen.sources.tables import dataset_records, parquet_records

TASKS = {
    "conversation": {"use": "prompted", "form": "dialogue"},
    "detail": {"use": "prompted", "form": "description"},
}
PICTURE = {"bytes": b"p" * 1000, "path": "000000000009.jpg"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("checked")
    recipe_, images = sound(place, tasks=TASKS), place / "images"
    images.mkdir()
    for record in json.loads((place / "captions.json").read_bytes())["images"]:
        Image.new("RGB", (8, 8), (record["id"] % 256, 90, 40)).save(images / record["file_name"])
    finished("run", recipe_, "--set", f"source.images={images}", "--out", place / "run")
    return place / "run"


def readings(path: Path) -> list[Judged]:
    made = [judged(record) for record in Dataset(path).records()]
    assert all(isinstance(reading, Judged) for reading in made), made
    return [reading for reading in made if isinstance(reading, Judged)]


# ── our own ──────────────────────────────────────────────────────────────────────────────────────────────────


ELSEWHERE = ("label_studio", "argilla", "captions", "webdataset", "energon")
"""Formats for people, of rows without turns, and of tar files."""


@pytest.mark.parametrize("format_", [name for name in TABLE if name not in ELSEWHERE])
def test_what_every_export_writes_comes_back_in_as_it_was(run: Path, tmp_path: Path, format_: str) -> None:
    out = tmp_path / ("data.jsonl" if format_ == "jsonl" else "folder")
    finished("export", run, "--format", format_, "--out", out)
    samples = list(Run.open(run).samples())
    assert len(samples) > 12
    for reading, sample in zip(readings(out), samples, strict=True):
        again = reading.sample
        assert (again.id, again.turns, again.origin.context) == (sample.id, sample.turns, sample.origin.context)
        assert [image.path for image in again.images] == [image.path for image in sample.images]


def test_a_run_is_judged_by_todays_rules_with_its_own_contexts(run: Path, tmp_path: Path) -> None:
    before = parts(run)
    strict = recipe(tmp_path, contexts=CONTEXTS, length={"action": "reject", "max_total_words": 1})
    out = tmp_path / "verdicts.jsonl"
    said = found(run, "--recipe", strict, "--verdicts", out)
    samples = list(Run.open(run).samples())
    assert said["checks"]["length"]["reject"] == said["samples"] == said["grounded"] == len(samples)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    seen = [line for line in lines if line["check"] == "contexts"]
    assert [line["id"] for line in seen] == [sample.id for sample in samples]
    assert all(line["contradicts"].startswith(line["id"].partition("/")[0] + ": dog 0; A ") for line in seen)
    assert parts(run) == before


def test_a_runs_samples_are_held_against_its_prompts_words(run: Path) -> None:
    assert set(Dataset(run).own_words()) == {"conversation", "detail"}


# ── others ───────────────────────────────────────────────────────────────────────────────────────────────────


def roles(said: Row) -> Row:
    turns = [{"role": {"human": "user", "gpt": "assistant"}[t["from"]], "content": t["value"]}
             for t in said["conversations"]]  # fmt: skip
    return {"id": said["id"], "messages": turns, "images": [said["image"]]}


def as_parts(said: Row, picture: Row) -> Row:
    made = roles(said)
    text = made["messages"][0]["content"].removeprefix("<image>\n")
    made["messages"][0]["content"] = [picture, {"type": "text", "text": text}]
    return {"id": made["id"], "messages": made["messages"]}


def gzipped(path: Path, rows: list[Row]) -> Path:
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    return path


def tables(folder: Path, rows: list[Row]) -> Path:
    """Write a Parquet file a row, in a folder of a folder."""
    (folder / "data").mkdir(parents=True)
    for number, one in enumerate(rows):
        parquet.write_table(pa.Table.from_pylist([one]), folder / "data" / f"train-{number}.parquet")
    return folder


def splits(folder: Path, rows: list[Row]) -> Path:
    made = {name: datasets.Dataset.from_list([one]) for name, one in zip(("train", "test"), rows, strict=True)}
    datasets.DatasetDict(made).save_to_disk(folder)
    return folder


URL = {"type": "image_url", "image_url": {"url": "000000000009.jpg"}}
PATH = {"type": "image", "path": "000000000009.jpg"}
WAYS: dict[str, Callable[[Path, list[Row]], Path]] = {
    "JSON array": lambda folder, rows: write(folder / "a.json", rows),
    "JSON lines": lambda folder, rows: write(folder / "a.jsonl", rows),
    "packed by gzip": lambda folder, rows: gzipped(folder / "a.json.gz", rows),
    "ShareGPT": lambda folder, rows: write(folder / "a.json", [{**r, "images": [r["image"]]} for r in rows]),
    "roles": lambda folder, rows: write(folder / "a.jsonl", map(roles, rows)),
    "OpenAI messages": lambda folder, rows: write(folder / "a.jsonl", [as_parts(r, URL) for r in rows]),
    "messages for chat templates": lambda folder, rows: write(folder / "a.jsonl", [as_parts(r, PATH) for r in rows]),
    "a Parquet file": lambda folder, rows: tables(folder / "t", rows[:1]) / "data" / "train-0.parquet",
    "a folder of Parquet files": lambda folder, rows: tables(folder / "t", rows),
    "pictures in a table": lambda folder, rows: tables(folder / "t", [{**r, "image": PICTURE} for r in rows]),
    "lists of pictures": lambda folder, rows: tables(folder / "t", [{**roles(r), "images": [PICTURE]} for r in rows]),
    "a saved dataset with splits": lambda folder, rows: splits(folder / "t", rows),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_known_format_gives_the_same_verdicts(tmp_path: Path, way: str) -> None:
    path = WAYS[way](tmp_path, [row("a", f"Oh. {SORRY}"), row("b")])
    first = readings(path)[0].sample
    assert [image.path for image in first.images] == ["000000000009.jpg"]
    assert first.turns[0].text == "<image>\nWhat is it?"
    out = tmp_path / "verdicts.jsonl"
    found(path, "--verdicts", out)
    (line,) = map(json.loads, out.read_text().splitlines())
    assert {k: line[k] for k in ("id", "row", "check", "level", "turn", "start")} == {
        **{"id": "a", "row": 0, "check": "refusal", "level": "reject", "turn": 1, "start": 4}
    }


def test_pictures_held_as_bytes_alone_are_pictures_all_the_same(tmp_path: Path) -> None:
    data = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert verdicts(write(tmp_path / "a.jsonl", [as_parts(row("a"), data), as_parts(row("b", "A cat."), data)])) == []
    bare: list[Any] = [{**row(str(n), f"Dog {n}."), "image": {"bytes": b"p", "path": None}} for n in range(2)]
    folder = tables(tmp_path / "t", bare)
    assert found(folder)["shares"]["reject"] == 0
    assert readings(folder)[0].sample.images != readings(folder)[1].sample.images


def test_bytes_of_pictures_with_a_path_are_never_read(tmp_path: Path) -> None:
    rows = [{"image": PICTURE, "images": [PICTURE], "nothing": None}, {"image": None, "images": None, "nothing": None}]
    saved = datasets.Dataset.from_list(rows)
    light = [{"image": {"path": PICTURE["path"]}, "images": [{"path": PICTURE["path"]}]}]
    table = pa.Table.from_pylist(rows)
    parquet.write_table(table, tmp_path / "a.parquet")
    for reading in (
        parquet_records(tmp_path / "a.parquet", 0, lambda _: ["image", "images"]),
        dataset_records("d", lambda: saved, None, 0, lambda _: ["image", "images"]),
    ):
        first, second = (raw.record for raw in reading)
        assert [first] == light
        assert isinstance(second, dict) and not second["images"]


def test_a_row_without_an_id_is_called_by_its_number(tmp_path: Path) -> None:
    said = row(answer=SORRY)
    del said["id"]
    assert verdicts(write(tmp_path / "a.json", [row(), said]))[0]["id"] == "row 1"
