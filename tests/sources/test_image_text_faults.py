"""Rows with something wrong in; faults that name file, line and what was expected, or one clear error, out."""

import json
from pathlib import Path

import pytest

from instructgen.component import Site
from instructgen.errors import SetupError
from instructgen.library import Library
from instructgen.records import Context, Fault
from instructgen.sources.image_text import ImageTextSource

GOOD = '{"id": "good", "image": "1.jpg", "captions": ["A dog."]}'


def only_fault(tmp_path: Path, line: str | bytes, **fields: object) -> Fault:
    """Read a bad line between two good ones."""
    path = tmp_path / "rows.jsonl"
    raw = line if isinstance(line, bytes) else line.encode()
    path.write_bytes(b"\n".join([GOOD.encode(), raw, GOOD.encode(), b""]))
    found = [row.item for row in ImageTextSource.model_validate({"files": [path], **fields}).read(0)]
    assert [type(item) for item in found] == [Context, Fault, Context]
    fault = found[1]
    assert isinstance(fault, Fault)
    assert fault.row == 1
    assert fault.detail.startswith("rows.jsonl, line 2: ")
    return fault


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not json", "bad_json"),
        ("[1]", "bad_json"),
        ('{"id": "x"', "bad_json"),
        (b'{"id": "\xff\xfe"}', "bad_json"),
        ('{"id": [1], "image": "1.jpg"}', "bad_id"),
        ('{"image": 5}', "bad_image"),
        ('{"image": {"bytes": "x"}}', "bad_image"),
        ('{"image": "../../etc/passwd"}', "path_outside_folder"),
        ('{"image": "1.jpg", "captions": [5]}', "bad_caption"),
        ('{"image": "1.jpg", "captions": {"a": "b"}}', "bad_caption"),
        (json.dumps({"image": "1.jpg", "captions": "a " * 50_000}), "caption_too_long"),
        ('{"image": "1.jpg", "width": 0, "height": 5}', "zero_size_image"),
        ('{"image": "1.jpg", "width": "wide"}', "zero_size_image"),
        ('{"image": "1.jpg", "boxes": 5}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [5]}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [{"x1": 0, "y1": 0, "x2": 1, "y2": 1}]}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [{"label": 3, "bbox": [0, 0, 1, 1]}]}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [{"label": "dog", "bbox": [0, 0, 1]}]}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [{"label": "dog", "bbox": [0, 0, 200, 100]}]}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [{"label": "dog", "bbox": [0.5, 0.5, 0.2, 0.9]}]}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [{"label": "dog", "bbox": [0, 0, NaN, 1]}]}', "bad_box"),
        ('{"image": "1.jpg", "boxes": [{"label": "dog", "bbox": [0, 0, 1, 1], "area": 7}]}', "invalid_record"),
        ('{"image": "1.jpg", "passages": [5]}', "bad_passage"),
    ],
)
def test_a_bad_row_is_a_fault_and_the_rest_is_read(tmp_path: Path, line: str | bytes, reason: str) -> None:
    fault = only_fault(tmp_path, line)
    assert fault.reason == reason


def test_boxes_in_pixels_need_a_size(tmp_path: Path) -> None:
    line = '{"image": "1.jpg", "boxes": [{"label": "dog", "bbox": [0, 0, 5, 5]}]}'
    assert only_fault(tmp_path, line, box_format="xywh_pixels").reason == "no_image_size"


def test_a_row_without_the_named_picture_column_is_a_fault(tmp_path: Path) -> None:
    assert only_fault(tmp_path, '{"id": "x", "captions": "A dog."}', image="image").reason == "no_image"


def test_blank_lines_are_no_rows_and_count_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"\n{GOOD}\n\n  \nbad\n{GOOD}\n", encoding="utf-8")
    found = [row.item for row in ImageTextSource(files=(path,)).read(0)]
    assert [item.row for item in found] == [0, 1, 2]
    assert isinstance(found[1], Fault)
    assert "line 5" in found[1].detail
    assert [item.id for item in found if isinstance(item, Context)] == ["good", "good~2"]


def test_bad_lines_of_a_csv_file_are_faults(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"image,caption\n1.jpg,A dog.\n2.jpg\n3.jpg,\xff\n4.jpg,A cat.\n")
    found = [row.item for row in ImageTextSource(files=(path,)).read(0)]
    assert [getattr(item, "reason", "fine") for item in found] == ["fine", "bad_csv", "bad_text", "fine"]


def test_a_json_array_that_breaks_off_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    for text in (f"[{GOOD}, {GOOD}", f"[{GOOD} {GOOD}]", f"[{GOOD}, {{]", f"[{GOOD},]"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SetupError, match=r"rows\.json.* entry \d of the JSON array"):
            list(ImageTextSource(files=(path,)).read(0))


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({}, "either files or hub"),
        ({"files": "x.jsonl", "hub": "a/b"}, "either files or hub"),
        ({"files": "x.jsonl", "caption": "alt"}, "did you mean 'captions'"),
        ({"files": "x.jsonl", "box_format": "xyxy"}, "box_format"),
    ],
)
def test_a_wrong_block_is_told(block: dict[str, object], message: str) -> None:
    with pytest.raises(SetupError, match=message):
        ImageTextSource.build(block, Site("source", Library(())), "source")


def test_columns_and_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    from pyarrow import Table, parquet

    path = tmp_path / "rows.jsonl"
    path.write_text(GOOD + "\n", encoding="utf-8")
    parquet.write_table(Table.from_pylist([json.loads(GOOD)]), tmp_path / "rows.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"not parquet")
    (tmp_path / "other.jsonl").write_text('{"question": "?"}\n', encoding="utf-8")
    for file in (path, tmp_path / "rows.parquet"):
        with pytest.raises(SetupError, match="boxes: the rows have no column 'boxs'"):
            list(ImageTextSource(files=(file,), boxes="boxs").read(0))
        with pytest.raises(SetupError, match="did you mean 'captions'"):
            list(ImageTextSource(files=(file,), captions=("caption",)).read(0))
    with pytest.raises(SetupError, match="only question; say which columns"):
        list(ImageTextSource(files=(tmp_path / "other.jsonl",)).read(0))
    with pytest.raises(SetupError, match="cannot be read as Parquet"):
        list(ImageTextSource(files=(tmp_path / "bad.parquet",)).read(0))
    with pytest.raises(SetupError, match=r"there is no .*nowhere\.jsonl"):
        list(ImageTextSource(files=(tmp_path / "nowhere.jsonl",)).read(0))
    (tmp_path / "one.json").write_text('{\n "image": "1.jpg"\n}\n', encoding="utf-8")
    with pytest.raises(SetupError, match=r"none of the first 3 rows can be read; one\.json, line 1: bad_json"):
        list(ImageTextSource(files=(tmp_path / "one.json",)).read(0))
    with pytest.raises(SetupError, match="hub: dataset"):
        list(ImageTextSource(hub=str(tmp_path / "nowhere")).read(0))
