"""A run whose source changed: announced before anything is paid; replies are found wherever records have moved."""

import json
import os
from pathlib import Path

import pytest
from changed_run import COUNT, Made
from loopback import Teacher
from PIL import Image
from runs import (
    KEY,
    asked,
    asking,
    command,
    parts,
    recipe,
    record,
    rows,
    succeeds,
    write_recipe,
    write_rows,
)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def test_a_dropped_record_costs_nothing(made: Made) -> None:
    write_rows(made.source, [n for n in range(COUNT) if n != 60])
    told = made.announced("the source's files have changed", "asks for nothing", unasked=0, shards=3)
    assert "price" not in told
    made.updated(0)
    assert len(rows(made.run, "samples")) == COUNT - 1


def test_a_dropped_shard_leaves_no_samples_of_its_own(made: Made) -> None:
    write_rows(made.source, range(100))
    made.announced("asks for nothing", shards=2)
    made.updated(0)
    assert [row["id"] for row in rows(made.run, "samples")] == [f"{n:06d}/conversation/0" for n in range(100)]
    assert sorted(p.name for p in (made.run / "contexts").iterdir()) == ["part-00000.parquet", "part-00001.parquet"]
    write_rows(made.source, range(COUNT))
    made.teacher.set(reset=True)
    assert asked(succeeds("run", made.path, "--out", made.run, "--update")) == 0, "replies of dropped records are kept"
    assert len(rows(made.run, "samples")) == COUNT


def test_a_record_put_first_asks_for_itself_alone(made: Made) -> None:
    write_rows(made.source, [999, *range(COUNT)])
    made.announced(unasked=1, shards=4)
    made.updated(1)


def test_an_edited_record_asks_for_itself_alone_and_leaves_other_shards(made: Made) -> None:
    lines = made.source.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[70] = json.dumps(record(70) | {"captions": ["Two sheep lie on the grass, seen from a hill."]}) + "\n"
    made.source.write_text("".join(lines), encoding="utf-8")
    times = {p.name: p.stat().st_mtime_ns for p in (made.run / "samples").iterdir()}
    made.announced(unasked=1, shards=1)
    made.updated(1)
    now = {p.name: p.stat().st_mtime_ns for p in (made.run / "samples").iterdir()}
    assert [name for name in sorted(now) if now[name] != times[name]] == ["part-00001.parquet"]


def test_a_source_written_again_with_the_same_content_is_not_a_change(made: Made) -> None:
    before = parts(made.run)
    made.source.write_bytes(made.source.read_bytes())
    assert asked(succeeds("run", made.path, "--out", made.run)) == 0
    assert parts(made.run) == before


def test_a_source_that_moved_is_not_a_change(made: Made) -> None:
    before, other = parts(made.run), made.source.with_name("elsewhere.jsonl")
    made.source.rename(other)
    made.write(source={"use": "image_text", "files": [str(other)]})
    assert asked(succeeds("run", made.path, "--out", made.run)) == 0
    assert parts(made.run) == before


def test_a_source_that_grew_asks_for_what_is_new(made: Made) -> None:
    write_rows(made.source, range(COUNT + 40))
    made.announced(shards=1)
    made.updated(40)


def test_a_number_that_a_small_source_could_not_fill_is_not_exceeded_when_it_grows(made: Made) -> None:
    made.write(tasks={"conversation": {"use": "prompted", "form": "dialogue", "take": COUNT + 10}})
    succeeds("run", made.path, "--out", made.run, "--update")
    write_rows(made.source, range(COUNT + 200))
    made.announced("the source's files have changed", shards=4)
    succeeds("run", made.path, "--out", made.run, "--update")
    assert len(rows(made.run, "samples")) == COUNT + 10


def test_kept_columns_are_added_for_nothing(made: Made) -> None:
    made.write(source={"use": "image_text", "files": [str(made.source)], "keep": ["image"]})
    made.announced("source.keep", unasked=0, shards=4)
    made.updated(0)


def test_a_filter_of_small_boxes_asks_for_nothing_or_for_what_reads_otherwise(
    tmp_path: Path, loopback: Teacher
) -> None:
    images = [{"id": n, "file_name": f"{n:012d}.jpg", "width": 100, "height": 100} for n in range(1, 61)]
    captions = [{"id": n, "image_id": n, "caption": f"A dog and a ball, picture {n}."} for n in range(1, 61)]
    boxes = [
        {"id": 2 * n + k, "image_id": n, "category_id": 1, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
        for n in range(1, 61)
        for k, box in enumerate([[10, 10, 50, 60], *([[70, 70, 4, 4]] if n <= 7 else [])])
    ]
    categories = [{"id": 1, "name": "dog"}]
    (tmp_path / "c.json").write_text(json.dumps({"images": images, "annotations": captions}))
    (tmp_path / "i.json").write_text(json.dumps({"images": images, "annotations": boxes, "categories": categories}))
    coco = {"use": "coco", "captions": str(tmp_path / "c.json"), "instances": str(tmp_path / "i.json")}
    path, run = tmp_path / "recipe.yaml", tmp_path / "run"
    tree = recipe(tmp_path, asking(loopback.base_url), shard_size=20) | {"source": coco}
    write_recipe(path, tree)
    assert asked(succeeds("run", path, "--out", run)) == 60
    write_recipe(path, tree | {"source": coco | {"min_area": 0.01}})
    end = command("run", path, "--out", run)
    assert end.code == 2
    assert "source.min_area" in end.err
    assert "7 requests" in end.err
    assert "rebuilds 3 finished shards" in end.err
    assert asked(succeeds("run", path, "--out", run, "--update")) == 7
    write_recipe(path, tree)
    assert asked(succeeds("run", path, "--out", run, "--update")) == 0, "the way back is paid for"
    assert max(loopback.stats().answered.values()) == 1


def test_pictures_that_were_only_copied_are_not_asked_about_again(tmp_path: Path, loopback: Teacher) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        Image.new("RGB", (40, 30), (number, 0, 0)).save(folder / f"{number}.jpg")
        (folder / f"{number}.txt").write_text(f"A dog, the {number}th, near a house.", encoding="utf-8")
    task = {"use": "prompted", "form": "dialogue", "picture": True}
    tree = recipe(folder, asking(loopback.base_url), tasks={"conversation": task})
    path = write_recipe(tmp_path / "recipe.yaml", tree | {"source": {"use": "folder", "images": str(folder)}})
    assert asked(succeeds("run", path, "--out", tmp_path / "run")) == 4
    for picture in folder.iterdir():
        os.utime(picture)
    Image.new("RGB", (40, 30), (9, 0, 0)).save(folder / "9.jpg")  # so that their shard is made again
    assert asked(succeeds("run", path, "--out", tmp_path / "run", "--update")) == 1
