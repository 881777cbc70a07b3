"""Hugging Face datasets on this disk in, with pictures in their files or beside them; contexts out."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from recaption_sets import caption, contexts, hf_dataset, hf_parquet, hf_rows, jpeg, kept, reasons

from instructgen.component import Site
from instructgen.errors import SetupError
from instructgen.library import Library
from instructgen.pictures.images import read_inside
from instructgen.sources.hf_dataset import HfDatasetSource


def source(dataset: Path, **fields: object) -> HfDatasetSource:
    return HfDatasetSource.build({"dataset": dataset, **fields}, Site("source", Library(())), "source")


def table(path: Path, columns: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def pixels(of: HfDatasetSource) -> list[bytes]:
    return [read_inside(of.image_root(), c.images[0]) for c in contexts(of.read(0))]


def test_parquet_files_as_on_the_hub(tmp_path: Path) -> None:
    one = source(hf_parquet(tmp_path / "d", 2, 7))
    rows = list(one.read(0))
    found = contexts(rows)
    assert [c.images[0].path for c in found] == [
        f"data/train-{n // 7:05d}-of-00002.parquet/image/{n % 7}" for n in range(14)
    ]
    assert [c.captions for c in found] == [(caption(n),) for n in range(14)]
    assert pixels(one) == [row["bytes"] for row in hf_rows(range(14))["image"]]
    assert kept(rows)[5] == {"image": "5.jpg", "caption": caption(5), "score": 1.25, "rank": None, "safe": False}
    assert len({c.id for c in found}) == 14
    for start in (1, 3, 6, 7, 8, 13, 14):
        assert list(one.read(start)) == rows[start:]


def test_a_later_row_is_read_without_decoding_what_is_before(tmp_path: Path) -> None:
    rows = {"jpg": [jpeg(n) for n in range(3000)], "text": [caption(n) for n in range(3000)]}
    path = tmp_path / "all.parquet"
    pq.write_table(pa.table(rows), path, row_group_size=500)
    whole = list(source(path).read(0))
    damaged = bytearray(path.read_bytes())
    last = pq.read_metadata(path).row_group(3).column(1)  # of column text: its pages come before those of group 4
    damaged[4 : last.dictionary_page_offset or last.data_page_offset] = bytes(
        (last.dictionary_page_offset or last.data_page_offset) - 4
    )
    path.write_bytes(damaged)
    assert list(source(path).read(2000)) == whole[2000:]
    with pytest.raises(SetupError, match="cannot be read as Parquet"):
        list(source(path).read(0))


def test_what_save_to_disk_wrote(tmp_path: Path) -> None:
    import datasets

    hf_dataset(range(9)).save_to_disk(tmp_path / "one", num_shards=2)
    one = source(tmp_path / "one")
    rows = list(one.read(0))
    assert contexts(rows)[7].images[0].path == "data-00001-of-00002.arrow/image/2"
    assert pixels(one) == [row["bytes"] for row in hf_rows(range(9))["image"]]
    assert list(one.read(6)) == rows[6:]
    two = datasets.DatasetDict({"train": hf_dataset(range(4)), "test": hf_dataset(range(4, 6))})
    two.save_to_disk(tmp_path / "two")
    with pytest.raises(SetupError, match="has the splits train, test; say which"):
        list(source(tmp_path / "two").read(0))
    assert [c.captions for c in contexts(source(tmp_path / "two", split="test").read(0))] == [
        (caption(4),),
        (caption(5),),
    ]
    with pytest.raises(SetupError, match="no split 'tset'; did you mean 'test'"):
        list(source(tmp_path / "two", split="tset").read(0))


def test_splits_are_told_by_names_of_files_and_folders(tmp_path: Path) -> None:
    for name in ("data/train-0.parquet", "data/train-1.parquet", "data/validation-0.parquet"):
        table(tmp_path / "a" / name, {"jpg": [jpeg(1)], "txt": [name]})
    for name in ("test/0000.parquet", "train/0000.parquet"):
        table(tmp_path / "b" / name, {"jpg": [jpeg(1)], "txt": [name]})
    assert [c.captions[0] for c in contexts(source(tmp_path / "a", split="train").read(0))] == [
        "data/train-0.parquet",
        "data/train-1.parquet",
    ]
    assert [c.captions[0] for c in contexts(source(tmp_path / "b", split="test").read(0))] == ["test/0000.parquet"]


def test_pictures_as_plain_bytes_without_anything_else(tmp_path: Path) -> None:
    one = source(table(tmp_path / "bare.parquet", {"image": [jpeg(n) for n in range(3)]}))
    assert pixels(one) == [jpeg(n) for n in range(3)]
    assert kept(one.read(0)) == [{}] * 3


def test_paths_are_relative_to_the_folder_named_or_the_datasets_own(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(jpeg(1))
    columns = {"id": ["x", "y", "z"], "image": ["a.jpg", "b.jpg", None], "caption": ["A.", "B.", "C."]}
    path = table(tmp_path / "t" / "rows.parquet", columns)
    one = source(path, images=tmp_path / "photos")
    assert reasons(one.read(0)) == ["", "missing_image", "no_image"]
    assert read_inside(one.image_root(), next(iter(contexts([next(one.read(0))]))).images[0]) == jpeg(1)
    assert kept(one.read(0))[0] == {"id": "x", "image": "a.jpg", "caption": "A."}
    assert reasons(source(path).read(0)) == ["missing_image", "missing_image", "no_image"]
    assert reasons(source(path, missing_images="leave_out").read(0)) == ["missing_image", "missing_image", "no_image"]


def test_pictures_partly_in_the_file_and_partly_beside_it(tmp_path: Path) -> None:
    (tmp_path / "b.jpg").write_bytes(jpeg(2))
    pictures = [{"bytes": jpeg(1), "path": "a.jpg"}, {"bytes": None, "path": "b.jpg"}, None]
    one = source(table(tmp_path / "mixed.parquet", {"image": pictures, "caption": ["A.", "B.", "C."]}))
    rows = list(one.read(0))
    assert reasons(rows) == ["", "", "no_image"]
    assert [read_inside(one.image_root(), c.images[0]) for c in contexts(rows[:2])] == [jpeg(1), jpeg(2)]
    with pytest.raises(SetupError, match="pictures themselves; leave the folder out"):
        list(source(tmp_path / "mixed.parquet", images=tmp_path).read(0))


def test_answers_are_the_captions_where_there_are_conversations_only(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A red cat."}]
    path = table(tmp_path / "recap.parquet", {"id": ["7"], "image": [jpeg(1)], "conversations": [turns]})
    (context,) = contexts(source(path).read(0))
    assert (context.id, context.captions) == ("7", ("A red cat.",))


def test_which_column_holds_the_picture_can_be_said(tmp_path: Path) -> None:
    path = table(tmp_path / "odd.parquet", {"scan": [jpeg(1)], "note": ["x"], "rows": [[1, 2]], "number": [1]})
    with pytest.raises(SetupError) as caught:
        list(source(path).read(0))
    assert "no column holds pictures; there are scan (binary), note (string), rows (list" in str(caught.value)
    assert "--set source.image=COLUMN" in str(caught.value)
    assert pixels(source(path, image="scan")) == [jpeg(1)]
    for fields, says in (
        ({"image": "scna"}, "no column 'scna'; did you mean 'scan'"),
        ({"image": "rows"}, "the column rows (list"),
        ({"image": "scan", "captions": ["nte"]}, "captions: the dataset has no column 'nte'; did you mean 'note'"),
        ({"image": "scan", "keep": ["x"]}, "keep: the dataset has no column 'x'"),
    ):
        with pytest.raises(SetupError) as caught:
            list(source(path, **fields).read(0))
        assert says in str(caught.value)


def test_what_cannot_be_read_stops_with_one_line(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.arrow"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(SetupError, match=r"cannot be read as (Parquet|an Arrow stream) .*; fetch it anew"):
            list(source(tmp_path / name).read(0))
    with pytest.raises(SetupError, match="holds no Parquet file"):
        (tmp_path / "empty").mkdir()
        source(tmp_path / "empty").stamp()
    (tmp_path / "empty" / "state.json").write_text("[]")
    with pytest.raises(SetupError, match="cannot be read as what save_to_disk writes"):
        source(tmp_path / "empty").stamp()
