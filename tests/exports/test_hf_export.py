"""The hf export: what the datasets library reads back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from export_samples import LINK, PHOTO, Kept, export, one, sample

from instructgen.errors import SetupError
from instructgen.records import Image, Sample, Scalar


def loaded(path: Path) -> tuple[dict[str, str], list[dict[str, object]]]:
    import datasets

    read = datasets.load_from_disk(str(path))
    return {name: str(kind) for name, kind in read.features.items()}, list(read)


def test_a_saved_dataset_reads_back_with_plain_columns(tmp_path: Path) -> None:
    out = tmp_path / "new" / "set"
    assert export("hf").write(one(sample(PHOTO, LINK), {"license": 3}), out) == 1
    features, rows = loaded(out)
    assert list(features) == ["id", "task", "images", "conversations", "origin", "license"]
    assert features["images"] == "List(Value('string'))"
    assert rows[0]["images"] == [PHOTO.path, LINK.url]
    assert rows[0]["origin"] == sample(PHOTO).origin.model_dump(mode="json")
    assert rows[0]["license"] == 3
    assert [path.name for path in out.parent.iterdir()] == ["set"]


def test_kept_columns_get_the_type_that_holds_all_their_values(tmp_path: Path) -> None:
    columns: list[dict[str, Scalar]] = [
        {"whole": 1, "number": 1, "mixed": 1, "flag": True, "none": None, "late": None, "big": 2**70},
        {"whole": None, "number": 0.5, "mixed": "a", "flag": False, "none": None, "late": "x", "big": 1},
        {"extra": "only here"},
    ]
    rows = ((sample(PHOTO, number=n), kept) for n, kept in enumerate(columns))
    assert export("hf").write(rows, tmp_path / "set") == 3
    features, read = loaded(tmp_path / "set")
    kinds = {name: features[name] for name in ("whole", "number", "mixed", "flag", "none", "late", "big", "extra")}
    assert kinds == {
        **{"whole": "Value('int64')", "number": "Value('float64')", "flag": "Value('bool')"},
        **dict.fromkeys(("mixed", "none", "late", "big", "extra"), "Value('string')"),
    }
    assert [row["mixed"] for row in read] == ["1", "a", None]
    assert [row["number"] for row in read] == [1.0, 0.5, None]
    assert read[0]["big"] == str(2**70)
    assert read[2]["extra"] == "only here"


def test_bytes_are_the_files_own_in_a_plain_struct(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8 no picture, and none the wiser")
    made = export("hf", {"images": "embed"}, root=tmp_path)
    made.write(one(sample(Image(path="a.jpg"))), tmp_path / "set")
    features, rows = loaded(tmp_path / "set")
    assert "Image" not in features["images"]
    assert rows[0]["images"] == [{"bytes": b"\xff\xd8 no picture, and none the wiser", "path": "a.jpg"}]


def test_bytes_need_the_images_folder_and_a_file(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="the images folder is not known"):
        export("hf", {"images": "embed"}).write(one(sample(PHOTO)), tmp_path / "set")
    with pytest.raises(SetupError, match="a picture has no file"):
        export("hf", {"images": "embed"}, root=tmp_path).write(one(sample(LINK)), tmp_path / "set")


def test_a_folder_in_use_is_replaced_only_when_told(tmp_path: Path) -> None:
    out = tmp_path / "set"
    out.mkdir()
    assert export("hf").write(one(sample(PHOTO)), out) == 1
    with pytest.raises(SetupError, match="not empty; give another name, or export with overwrite=true"):
        export("hf").write(one(sample(PHOTO)), out)
    (out / "stray.txt").write_text("old")
    assert export("hf", {"overwrite": True}).write(((sample(PHOTO, number=n), {}) for n in range(2)), out) == 2
    assert len(loaded(out)[1]) == 2
    assert not (out / "stray.txt").exists()


def test_two_exports_of_the_same_samples_have_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        export("hf").write(((sample(PHOTO, number=n), {"license": n}) for n in range(3)), tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["data-00000-of-00001.arrow", "dataset_info.json", "state.json"]
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").write_text("mine")
    with pytest.raises(SetupError, match="is a file; the hf format writes a folder"):
        export("hf", {"overwrite": True}).write(one(sample(PHOTO)), tmp_path / "set")


def broken_off() -> Iterator[tuple[Sample, Kept]]:
    yield sample(PHOTO), {}
    raise KeyboardInterrupt


def test_an_interrupted_export_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "set"
    with pytest.raises(KeyboardInterrupt):
        export("hf").write(broken_off(), out)
    assert list(tmp_path.iterdir()) == []
    export("hf").write(one(sample(PHOTO)), out)
    with pytest.raises(KeyboardInterrupt):
        export("hf", {"overwrite": True}).write(broken_off(), out)
    assert len(loaded(out)[1]) == 1


def test_no_samples_are_no_dataset_since_the_library_could_not_read_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no samples to export"):
        export("hf").write(iter(()), tmp_path / "set")
    assert list(tmp_path.iterdir()) == []
