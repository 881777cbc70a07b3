"""Where a picture lies, and reading it: paths, links, files that cannot be read."""

import os
from pathlib import Path

import pytest

from instructgen.errors import RequestRefused
from instructgen.pictures.images import Place, locate, read_inside
from instructgen.records import Image


@pytest.mark.parametrize("path", ["../out.jpg", "a/../../out.jpg", "/etc/hostname", "link.jpg", "nul\0.jpg"])
def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "images"
    root.mkdir()
    (tmp_path / "out.jpg").write_bytes(b"picture")
    (root / "link.jpg").symlink_to(tmp_path / "out.jpg")
    with pytest.raises(RequestRefused, match="bad_image"):
        read_inside(root, Image(path=path))


def test_a_link_within_the_folder_and_a_folder_that_is_a_link_are_followed(tmp_path: Path) -> None:
    root = tmp_path / "images"
    root.mkdir()
    (root / "a.jpg").write_bytes(b"picture")
    (root / "b.jpg").symlink_to(root / "a.jpg")
    (tmp_path / "alias").symlink_to(root)
    assert read_inside(tmp_path / "alias", Image(path="b.jpg")) == b"picture"
    assert locate(root, Image(path="./a.jpg")) == Place(root / "a.jpg")


@pytest.mark.parametrize(("path", "why"), [("none.jpg", "no such file"), ("empty.jpg", "empty"), (".", "directory")])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(RequestRefused, match=why):
        read_inside(tmp_path, Image(path=path))


def test_what_can_be_read_for_ever_or_not_at_all_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "sparse.jpg").touch()
    os.truncate(tmp_path / "sparse.jpg", 300_000_000)
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    names = {"pipe.jpg": "unreadable", "sparse.jpg": "too_large", "loop.jpg": "unreadable", "a/\ud800": "outside"}
    for name, why in (names | {"x" * 300: "unreadable", "sparse.jpg/a.jpg": "missing"}).items():
        with pytest.raises(RequestRefused) as refused:
            read_inside(tmp_path, Image(path=name))
        assert refused.value.reason == f"bad_image_{why}"
