"""A path in; what kind of dataset lies there out."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from recaption_sets import cc3m, folder, hf_dataset, hf_parquet, jpeg, llava_rows, shard_files, tar, webdataset

from instructgen.errors import SetupError
from instructgen.sources.detected import detect


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    assert detect(folder(tmp_path / "photos", 7)) == (
        {"use": "folder", "images": tmp_path / "photos"},
        "a folder of 7 pictures",
    )


def test_pictures_with_the_librarys_metadata(tmp_path: Path) -> None:
    root = folder(tmp_path / "photos", 3)
    rows = [{"file_name": "p000.jpg", "text": "One."}, {"file_name": "p001.jpg", "text": "Two."}]
    (root / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = detect(root)
    assert found.block == {"use": "image_text", "files": [root / "metadata.jsonl"], "images": root, "keep": ["*"]}
    assert found.said == f"2 rows of picture and text, pictures in {root}"


def test_datasets_of_the_hub_and_the_library(tmp_path: Path) -> None:
    assert detect(hf_parquet(tmp_path / "d", 2, 7)) == (
        {"use": "hf_dataset", "dataset": tmp_path / "d"},
        "a Hugging Face dataset in Parquet of 14 rows in 2 files, pictures in 'image'",
    )
    hf_dataset(range(9)).save_to_disk(tmp_path / "s")
    assert detect(tmp_path / "s").said == "a saved Hugging Face dataset of 9 rows in 1 file, pictures in 'image'"
    one = tmp_path / "d/data/train-00000-of-00002.parquet"
    assert detect(one).block == {"use": "hf_dataset", "dataset": one}


def test_tar_shards(tmp_path: Path) -> None:
    shards = webdataset(tmp_path / "w", 3, 4)
    assert detect(shards) == ({"use": "webdataset", "shards": shards}, "a WebDataset of 3 tar shards, 12 pictures")
    (shards / "00002_stats.json").unlink()
    assert detect(shards).said == "a WebDataset of 3 tar shards, 4 pictures in the first"
    assert detect(shards / "00001.tar").said == "a WebDataset of 1 tar shard, 4 pictures"


def test_files_of_rows(tmp_path: Path) -> None:
    file, images = llava_rows(tmp_path / "l", 6)
    found = detect(file, images)
    assert found.block == {"use": "llava_json", "file": file, "images": images, "keep": ["*"]}
    assert found.said == f"6 rows in LLaVA's format, pictures in {images}"
    with pytest.raises(SetupError, match="is not beside it; name the folder of pictures by --images"):
        detect(file)
    beside = images / "blip.json"
    beside.write_text(file.read_text())
    assert detect(beside).block["images"] == images
    tsv, images = cc3m(tmp_path / "c", 12)
    assert detect(tsv, images).block["pattern"] == "GCC_train_{row:09d}.jpg"
    assert detect(tsv, images).said == "12 rows of Conceptual Captions, pictures as GCC_train_{row:09d}.jpg"
    with pytest.raises(SetupError, match="name the folder with the pictures by --images"):
        detect(tsv)
    (tmp_path / "x" / "00000").mkdir(parents=True)
    (tmp_path / "x" / "00000" / "000000003.jpg").write_bytes(jpeg(3))
    assert detect(tsv, tmp_path / "x").block["pattern"] == "{shard:05d}/{row:09d}.jpg"
    with pytest.raises(SetupError, match="holds no picture of the first"):
        detect(tsv, tmp_path / "l")
    assert detect(tsv, tmp_path / "l", {"pattern": "{row}.jpg"}).block["pattern"] == "{row}.jpg"


def test_what_is_no_dataset_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.pdf").write_bytes(b"x")
    (tmp_path / "a.pdf").write_bytes(b"x")
    (tmp_path / "rows.json").write_text("[1, 2]")
    pq.write_table(pa.table({"text": ["a"], "n": [1]}), tmp_path / "text.parquet")
    tar(tmp_path / "texts" / "0.tar", [f for f in shard_files(range(3)) if not f[0].endswith(".jpg")])
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "0.tar").write_bytes(b"x" * 3000)
    folder(tmp_path / "photos", 2)
    for name, images, says in (
        ("nowhere", None, "there is no such file or folder; expected a folder of pictures"),
        ("empty", None, "holds no picture (there is nothing)"),
        ("notes", None, "holds no picture (there is 1 .pdf)"),
        ("a.pdf", None, "is a file of another kind"),
        ("rows.json", None, "none of its first rows is a JSON object"),
        ("text.parquet", None, "no column holds pictures; there are text (string), n (int64)"),
        ("texts", None, "0.tar: holds no picture (there is .json, .txt)"),
        ("bad", None, "0.tar cannot be read as a tar file"),
        ("photos", tmp_path, "--images is for a dataset whose pictures lie apart"),
    ):
        with pytest.raises(SetupError) as caught:
            detect(tmp_path / name, images)
        assert says in str(caught.value)
        assert "\n" not in str(caught.value)
