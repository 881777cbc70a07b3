"""A folder of pictures in; one context a picture out, in the order of names."""

import os
from pathlib import Path

import pytest

from instructgen.errors import SetupError
from instructgen.records import Context, Fault
from instructgen.sources.folder import FolderSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / ".hidden").mkdir()
    for name in ("b.jpg", "a.PNG", "notes.md", ".x.jpg", ".hidden/c.jpg", "sub/deep/d.webp", "sub/e.jpeg"):
        (root / name).write_bytes(b"12345")
    (root / "b.txt").write_text("A dog.\n\n A  cat. \n", encoding="utf-8")
    return root


def test_every_picture_is_a_context_with_the_captions_beside_it(folder: Path) -> None:
    found = [row.item for row in FolderSource(images=folder).read(0)]
    assert [item.id for item in found] == ["a.PNG", "b.jpg", "sub/deep/d.webp", "sub/e.jpeg"]
    second = found[1]
    assert isinstance(second, Context)
    assert second.captions == ("A dog.", "A cat.")
    assert second.images[0].path == "b.jpg"
    assert second.images[0].size == 5
    assert [row.item for row in FolderSource(images=folder).read(2)] == found[2:]
    assert next(row.item for row in FolderSource(images=folder, captions="none").read(1)).id == "b.jpg"
    assert [row.item.id for row in FolderSource(images=folder, endings=(".png",)).read(0)] == ["a.PNG"]


def test_what_cannot_be_used_is_a_fault(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (folder / "leak.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "away").symlink_to(tmp_path)
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    (folder / "a.txt").write_bytes(b"\xff\xfe\xff")
    (folder / "sub" / "e.txt").write_text("a " * 50_000, encoding="utf-8")
    found = {row.item.id: getattr(row.item, "reason", "fine") for row in FolderSource(images=folder).read(0)}
    assert found == {
        "a.PNG": "bad_text",
        "b.jpg": "fine",
        "gone.jpg": "missing_image",
        "leak.jpg": "path_outside_folder",
        "sub/deep/d.webp": "fine",
        "sub/e.jpeg": "caption_too_long",
    }


def test_the_stamp_sees_a_caption_that_changed(folder: Path) -> None:
    source = FolderSource(images=folder)
    before = source.stamp()
    (folder / "sub" / "e.txt").write_text("A dog.", encoding="utf-8")
    assert source.stamp() != before
    assert source.image_root() == folder


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"images: .*nowhere does not exist"):
        list(FolderSource(images=tmp_path / "nowhere").read(0))


def test_a_name_that_is_not_utf_8_is_a_fault(folder: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (fault,) = [row.item for row in FolderSource(images=folder).read(0) if isinstance(row.item, Fault)]
    assert (fault.reason, fault.id) == ("bad_name", "?.jpg")
    assert fault.model_dump_json()
