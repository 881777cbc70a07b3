"""Names of pictures in; paths inside the folder, or the reason why not, out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.errors import RecordError
from instructgen.sources.pictures import ImageFolder, relative


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.jpg").write_bytes(b"x")
    root = tmp_path / "images"
    (root / "train").mkdir(parents=True)
    (root / "a.jpg").write_bytes(b"x")
    (root / "train" / "b.jpg").write_bytes(b"x")
    (root / "twin.jpg").symlink_to(root / "a.jpg")
    (root / "leak.jpg").symlink_to(tmp_path / "outside" / "secret.jpg")
    (root / "away").symlink_to(tmp_path / "outside")
    return root


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.jpg", "a.jpg"),
        ("train/b.jpg", "train/b.jpg"),
        ("./train//b.jpg", "train/b.jpg"),
        ("train\\b.jpg", "train/b.jpg"),
        ("twin.jpg", "twin.jpg"),
    ],
)
def test_names_become_paths_with_forward_slashes(folder: Path, name: str, path: str) -> None:
    assert ImageFolder(folder).place(name) == path
    assert ImageFolder(None).place(name) == path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.jpg", "missing_image"),
        ("nowhere/b.jpg", "missing_image"),
        ("", "missing_image"),
        (".", "missing_image"),
        ("a\0.jpg", "missing_image"),
        ("../outside/secret.jpg", "path_outside_folder"),
        ("train/../../outside/secret.jpg", "path_outside_folder"),
        ("/etc/passwd", "path_outside_folder"),
        ("c:/x.jpg", "path_outside_folder"),
        ("leak.jpg", "path_outside_folder"),
        ("away/secret.jpg", "path_outside_folder"),
    ],
)
def test_what_is_missing_or_leads_outside_is_told_apart(folder: Path, name: str, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        ImageFolder(folder).place(name)
    assert caught.value.reason == reason
    assert not ImageFolder(folder).holds(name)


def test_an_absolute_path_inside_the_folder_is_made_relative(folder: Path) -> None:
    assert ImageFolder(folder).place(str(folder / "train" / "b.jpg")) == "train/b.jpg"


def test_the_folder_itself_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert ImageFolder(tmp_path / "link").place("train/b.jpg") == "train/b.jpg"


@given(st.lists(st.sampled_from(["..", ".", "a", "", "b.jpg", "\\", "c:"]), max_size=6))
def test_no_name_gives_a_path_that_climbs(parts: list[str]) -> None:
    try:
        path = relative("/".join(parts))
    except RecordError:
        return
    assert not path.startswith("/")
    assert ".." not in path.split("/")
    assert "\\" not in path
