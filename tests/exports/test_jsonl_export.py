"""The jsonl export."""

import json
from pathlib import Path

import pytest
from export_samples import PHOTO, QUESTION, export, one, sample

from instructgen.errors import SetupError
from instructgen.records import Image, Scalar


def test_jsonl_rows_carry_task_origin_and_kept_columns(tmp_path: Path) -> None:
    kept: dict[str, Scalar] = {"license": 3, "coco_url": "http://example.org", "share": 0.5, "odd": float("nan")}
    export("jsonl").write(one(sample(PHOTO), kept), tmp_path / "a.jsonl")
    row = json.loads((tmp_path / "a.jsonl").read_text("utf-8"))
    assert list(row) == ["id", "image", "conversations", "task", "origin", "license", "coco_url", "share", "odd"]
    assert row["image"] == PHOTO.path
    assert row["origin"] == sample(PHOTO).origin.model_dump(mode="json")
    assert (row["license"], row["share"], row["odd"]) == (3, 0.5, None)


def test_jsonl_keeps_text_readable_and_one_row_a_line(tmp_path: Path) -> None:
    export("jsonl").write(((made, {}) for made in (sample(PHOTO), sample())), tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert QUESTION in lines[0]
    assert "image" not in json.loads(lines[1])


def test_jsonl_has_a_list_for_several_pictures(tmp_path: Path) -> None:
    assert export("jsonl").write(one(sample(PHOTO, Image(path="b.jpg"))), tmp_path / "a.jsonl") == 1
    assert json.loads((tmp_path / "a.jsonl").read_text("utf-8"))["image"] == [PHOTO.path, "b.jpg"]


def test_a_kept_column_with_the_name_of_one_of_ours_gets_another(tmp_path: Path) -> None:
    export("jsonl").write(one(sample(PHOTO), {"image": "x", "url": "u"}), tmp_path / "a.jsonl")
    row = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))
    assert (row["image"], row["source_image"], row["url"]) == (PHOTO.path, "x", "u")
    with pytest.raises(SetupError, match="'source_image' is taken"):
        export("jsonl").write(one(sample(PHOTO), {"source_image": "y", "image": "x"}), tmp_path / "b.jsonl")
