"""Rows of picture and text in any format in; the same contexts out of each."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from instructgen.errors import SetupError
from instructgen.records import Box, Context, Image, LeftOut, Passage, Row
from instructgen.sources.image_text import ImageTextSource

ROWS: list[dict[str, object]] = [
    {
        "id": f"r{n}",
        "image": f"p/{n}.jpg",
        "captions": [f"Dog {n}.", f" Dog  {n}. ", "A dog."],
        "boxes": [{"label": "dog", "x1": 0.1, "y1": 0.2, "x2": 0.3004, "y2": 0.4}],
        "width": 640,
        "height": 480,
        "source": n,
    }
    for n in range(2500)
]


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def read(source: ImageTextSource, start: int = 0) -> list[Row]:
    return list(source.read(start))


def items(source: ImageTextSource) -> list[Context]:
    found = [row.item for row in source.read(0)]
    assert all(isinstance(item, Context) for item in found), found[:3]
    return [item for item in found if isinstance(item, Context)]


def as_table(rows: list[dict[str, object]]) -> object:
    import pyarrow

    return pyarrow.Table.from_pylist(rows)


def written(folder: Path, kind: str) -> Path:
    """Write ROWS in one of the formats."""
    import datasets
    from pyarrow import parquet

    path = folder / f"rows.{kind}"
    match kind:
        case "jsonl" | "jsonl.gz":
            return lines(path, ROWS)
        case "json":
            path.write_text(json.dumps(ROWS, indent=1), encoding="utf-8")
        case "parquet":
            parquet.write_table(as_table(ROWS), path, row_group_size=700)
        case "saved":
            datasets.Dataset.from_list(ROWS).save_to_disk(path)
        case "splits":
            datasets.DatasetDict({"train": datasets.Dataset.from_list(ROWS)}).save_to_disk(path)
    return path


@pytest.mark.parametrize("kind", ["jsonl", "jsonl.gz", "json", "parquet", "saved", "splits"])
def test_every_format_gives_the_same_rows_from_any_row_on(tmp_path: Path, kind: str) -> None:
    source = ImageTextSource(files=(written(tmp_path, kind),), keep=("source",))
    found = read(source)
    assert len(found) == len(ROWS)
    assert found[7] == Row(
        Context(
            id="r7",
            row=7,
            images=(Image(path="p/7.jpg", width=640, height=480),),
            captions=("Dog 7.", "A dog."),
            boxes=(Box(label="dog", x1=0.1, y1=0.2, x2=0.3, y2=0.4),),
        ),
        {"source": 7},
    )
    for start in (1, 999, 1000, 2300, 2500):
        assert read(source, start) == found[start:]


def test_a_csv_file_holds_boxes_as_json_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image", "caption", "boxes", "width", "height"])
        boxes = '[{"category": "dog", "bbox": [64, 48, 128, 96]}]'
        writer.writerow([9, "9.jpg", 'A "dog",\nrunning', boxes, 640, 480])
        writer.writerow([10, "10.jpg", "", "", "", ""])
    first, second = items(ImageTextSource(files=(path,), box_format="xywh_pixels"))
    assert first.captions == ('A "dog", running',)
    assert first.boxes == (Box(label="dog", x1=0.1, y1=0.1, x2=0.3, y2=0.3),)
    assert (second.id, second.captions, second.boxes) == ("10", (), ())


def test_a_context_as_we_write_it_is_read_without_options(tmp_path: Path) -> None:
    context = Context(
        id="a",
        row=0,
        images=(Image(path="1.jpg", width=3, height=4), Image(url="http://x/2.jpg")),
        captions=("A dog.",),
        boxes=(Box(label="dog", x1=0, y1=0.5, x2=0.5, y2=1, image=1, id="5", crowd=True, area=0.2),),
        passages=(Passage(kind="ocr", text="STOP", box=(0.1, 0.1, 0.2, 0.2)),),
    )
    row = context.model_dump(exclude={"row"})
    assert items(ImageTextSource(files=(lines(tmp_path / "c.jsonl", [row]),))) == [context]


@pytest.mark.parametrize(
    ("form", "corners"),
    [
        ("corners01", [0.25, 0.5, 0.5, 0.75]),
        ("xywh01", [0.25, 0.5, 0.25, 0.25]),
        ("corners_pixels", [100, 100, 200, 150]),
        ("xywh_pixels", [100, 100, 100, 50]),
    ],
)
def test_boxes_come_in_four_formats_and_as_lists_or_columns(tmp_path: Path, form: str, corners: list[float]) -> None:
    size = {"image": "1.jpg", "width": 400, "height": 200}
    as_list = {**size, "objects": [{"category": "dog", "bbox": corners}]}
    as_columns = {**size, "objects": {"category": ["dog"], "bbox": [corners]}}
    path = lines(tmp_path / "b.jsonl", [as_list, as_columns])
    for context in items(ImageTextSource.model_validate({"files": [path], "box_format": form})):
        assert context.boxes == (Box(label="dog", x1=0.25, y1=0.5, x2=0.5, y2=0.75),)


def test_ids_are_content_digests_and_repeats_are_numbered_within_a_thousand(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"image": "1.jpg", "caption": "A dog."}] * 3
    rows += [{"image": f"{n}.jpg", "caption": "A cat."} for n in range(997)]
    rows += [{"image": "1.jpg", "caption": "A dog."}]
    source = ImageTextSource(files=(lines(tmp_path / "r.jsonl", rows),))
    ids = [c.id for c in items(source)]
    assert len(ids[0]) == 16
    assert ids[1:3] == [f"{ids[0]}~2", f"{ids[0]}~3"]
    assert ids[1000] == ids[0]
    assert len(set(ids[:1000])) == 1000
    assert [row.item.id for row in source.read(2)] == ids[2:]


def test_several_files_are_one_collection_and_patterns_are_sorted(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        lines(tmp_path / f"{name}.jsonl", [{"id": f"{name}{n}", "url": "http://x/1"} for n in range(3)])
    source = ImageTextSource(files=(tmp_path / "[ab].jsonl", tmp_path / "c.jsonl"))
    assert [c.id for c in items(source)] == ["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "c2"]
    assert [row.item.row for row in source.read(4)] == [4, 5, 6, 7, 8]
    assert items(ImageTextSource(files=(tmp_path,))) == items(source)
    assert set(source.stamp()) == {"files[0]", "files[1]", "files[2]"}


def test_columns_can_be_named_and_urls_stand_beside_paths(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"pic": "1.jpg", "URL": "http://x/1", "alt": "A dog.", "long": ["A brown dog."]}]
    source = ImageTextSource(files=(lines(tmp_path / "r.jsonl", rows),), image="pic", captions=("alt", "long"))
    (context,) = items(source)
    assert context.images == (Image(path="1.jpg", url="http://x/1"),)
    assert context.captions == ("A dog.", "A brown dog.")


def test_passages_come_from_texts_and_objects(tmp_path: Path) -> None:
    row: dict[str, object] = {"url": "http://x/1", "ocr": ["STOP", {"text": " MAIN  ST", "kind": "sign"}], "note": "x"}
    source = ImageTextSource(files=(lines(tmp_path / "r.jsonl", [row]),), passages=("ocr", "note"))
    assert items(source)[0].passages == (
        Passage(kind="ocr", text="STOP"),
        Passage(kind="sign", text="MAIN ST"),
        Passage(kind="note", text="x"),
    )


def test_pictures_of_a_saved_dataset_are_referred_to_by_path(tmp_path: Path) -> None:
    import datasets

    rows = {"image": [{"bytes": b"x", "path": "a.jpg"}, {"bytes": b"x", "path": None}], "text": ["A dog.", "A cat."]}
    features = datasets.Features({"image": datasets.Image(), "text": datasets.Value("string")})
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(tmp_path / "saved")
    first, second = [row.item for row in ImageTextSource(files=(tmp_path / "saved",)).read(0)]
    assert isinstance(first, Context)
    assert first.images == (Image(path="a.jpg"),)
    assert getattr(second, "reason", None) == "image_bytes_unsupported"


def test_a_dataset_named_for_the_hub_is_read_by_the_same_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # load_dataset takes a local folder where it takes a name: the same path through our code.
    import datasets
    from pyarrow import parquet

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "repo").mkdir()
    parquet.write_table(as_table(ROWS[:20]), tmp_path / "repo" / "train.parquet")
    source = ImageTextSource(hub=str(tmp_path / "repo"))
    assert [c.id for c in items(source)] == [f"r{n}" for n in range(20)]
    assert "hub" in source.stamp()


def test_missing_pictures_are_treated_as_the_recipe_says(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1.jpg").write_bytes(b"x")
    path = lines(tmp_path / "r.jsonl", [{"id": "a", "image": "1.jpg"}, {"id": "b", "image": "2.jpg"}])
    source = ImageTextSource(files=(path,), images=tmp_path / "images")
    assert [type(row.item).__name__ for row in read(source)] == ["Context", "Fault"]
    left_out = source.model_copy(update={"missing_images": "leave_out"})
    assert read(left_out)[1].item == LeftOut(row=1, id="b", filter="missing_image")
    assert len(items(source.model_copy(update={"missing_images": "keep"}))) == 2


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_rows_with_other_values_than_allowed_are_left_out(tmp_path: Path, ending: str) -> None:
    import polars

    table = polars.DataFrame(
        {"caption": ["A dog."] * 4, "license": ["cc0", "by-nc", None, "cc-by"], "year": [1, 2, 1, 3]}
    )
    path = tmp_path / f"rows.{ending}"
    getattr(table, {"jsonl": "write_ndjson", "csv": "write_csv", "parquet": "write_parquet"}[ending])(path)
    source = ImageTextSource(files=(path,), where={"license": ("cc0", "cc-by"), "year": (1,)})
    found = [row.item for row in source.read(0)]
    assert [item.filter if isinstance(item, LeftOut) else None for item in found] == [
        None,
        "license",
        "license",
        "year",
    ]
    assert [row.item.row for row in source.read(2)] == [2, 3]
    with pytest.raises(SetupError, match="where: the rows have no column 'licence'; did you mean 'license'"):
        list(source.model_copy(update={"where": {"licence": ("cc0",)}}).read(0))


def test_one_allowed_value_stands_for_a_list_of_one_and_none_changes_no_digest(tmp_path: Path) -> None:
    block = {"files": [lines(tmp_path / "rows.jsonl", ROWS[:3])]}
    assert ImageTextSource.model_validate(block | {"where": {"source": 2}}).where == {"source": (2,)}
    assert "where" not in ImageTextSource.model_validate(block).shaping()
