"""Tar shards as img2dataset writes them in; contexts that refer to pictures inside of them out."""

import tarfile
from pathlib import Path

import pytest
from recaption_sets import caption, contexts, jpeg, kept, reasons, shard_files, tar, webdataset

from instructgen.errors import SetupError
from instructgen.pictures.images import read_inside
from instructgen.pictures.tar_members import listed
from instructgen.sources.webdataset import WebDatasetSource


def test_pictures_captions_and_fields_of_all_shards_in_order(tmp_path: Path) -> None:
    source = WebDatasetSource(shards=webdataset(tmp_path / "w", 3, 4))
    rows = list(source.read(0))
    found = contexts(rows)
    numbers = [shard * 10_000 + n for shard in range(3) for n in range(4)]
    assert [c.id for c in found] == [f"{n:09d}" for n in numbers]
    assert [c.images[0].path for c in found] == [f"{n // 10_000:05d}.tar/{n:09d}.jpg" for n in numbers]
    assert [c.captions for c in found] == [(caption(n),) for n in numbers]
    assert [read_inside(source.image_root(), c.images[0]) for c in found] == [jpeg(n) for n in numbers]
    assert kept(rows)[5] == {
        "caption": caption(10_001),
        "url": "http://pictures.example/10001",
        "key": "000010001",
        "status": "success",
        "width": 48 + 10_001 % 7,
        "height": 32,
        "similarity": 10_001 / 8,
    }
    assert (found[5].images[0].width, found[5].images[0].height) == (48 + 10_001 % 7, 32)


@pytest.mark.parametrize("start", [1, 4, 7, 11, 12])
def test_reading_begins_anywhere_and_gives_the_same(start: int, tmp_path: Path) -> None:
    source = WebDatasetSource(shards=webdataset(tmp_path / "w", 3, 4))
    assert list(source.read(start)) == list(source.read(0))[start:]


def test_shards_before_are_not_even_opened_where_figures_beside_tell_their_count(tmp_path: Path) -> None:
    for shard in range(3):
        numbers = range(shard * 1000, (shard + 1) * 1000)
        tar(tmp_path / f"{shard:05d}.tar", ((f"{n:09d}.jpg", b"x") for n in numbers))
        (tmp_path / f"{shard:05d}_stats.json").write_text('{"successes": 1000}')
    source = WebDatasetSource(shards=tmp_path)
    whole = list(source.read(0))
    (tmp_path / "00000.tar").write_bytes(b"no longer a tar file")
    assert list(source.read(2000)) == whole[2000:]
    (tmp_path / "00001_stats.json").write_text('{"successes": 999}')
    with pytest.raises(SetupError, match="holds 1000 keys, and 00001_stats"):
        list(source.read(1000))


def test_keys_hold_dots_folders_and_any_order(tmp_path: Path) -> None:
    files = [
        ("./a/x.v1.jpg", jpeg(1)),
        ("./b/y.png", jpeg(2, "PNG")),
        ("./a/x.v2.JPG", jpeg(3)),
        ("./a/x.v2.txt", b"second"),
        ("./a/x.v1.txt", b"first"),
        ("./._x.jpg", b"a Mac's"),
        ("./b/" + "long" * 40 + ".webp", jpeg(4, "WEBP")),
    ]
    source = WebDatasetSource(shards=tar(tmp_path / "one.tar", files))
    found = contexts(source.read(0))
    assert [c.id for c in found] == ["a/x.v1", "b/y", "a/x.v2", "b/" + "long" * 40]
    assert [c.captions for c in found] == [("first",), (), ("second",), ()]
    data = [read_inside(source.image_root(), c.images[0]) for c in found]
    assert data == [jpeg(1), jpeg(2, "PNG"), jpeg(3), jpeg(4, "WEBP")]


def test_facts_come_from_the_table_beside_where_there_is_no_json(tmp_path: Path) -> None:
    shards = webdataset(tmp_path / "w", 1, 3)
    tar(shards / "00000.tar", [file for file in shard_files(range(3)) if file[0].endswith(".jpg")])
    rows = list(WebDatasetSource(shards=shards).read(0))
    assert [c.captions for c in contexts(rows)] == [(caption(n),) for n in range(3)]
    assert kept(rows)[2] == {"key": "000000002", "caption": caption(2), "status": "success"}


def test_faults_of_single_records_are_data(tmp_path: Path) -> None:
    files = [
        *[("0.jpg", jpeg(0)), ("0.json", b"{"), ("1.jpg", jpeg(1)), ("1.txt", b"\xff\xfe")],
        *[("2.txt", b"no picture"), ("3.jpg", jpeg(3)), ("3.png", jpeg(3, "PNG"))],
        *[("4.jpg", jpeg(4)), ("4.jpg", jpeg(5)), ("../5.jpg", jpeg(5)), ("6.jpg", jpeg(6)), ("6.json", b"[1]")],
        *[("7.jpg", jpeg(7)), ("7.txt", b"x" * 20_001), ("8.jpg", jpeg(8))],
    ]
    source = WebDatasetSource(shards=tar(tmp_path / "one.tar", files))
    assert reasons(source.read(0)) == [
        *["bad_json", "bad_text", "no_image", "repeated_key", "repeated_key", "bad_name", "bad_json"],
        *["caption_too_long", ""],
    ]


def test_what_is_no_tar_file_stops_with_one_line(tmp_path: Path) -> None:
    whole = tar(tmp_path / "00000.tar", shard_files(range(5)))
    whole.write_bytes(whole.read_bytes()[:2500])
    for data in (whole.read_bytes(), b"nothing of the kind " * 100):
        whole.write_bytes(data)
        with pytest.raises(SetupError, match=r"00000.tar cannot be read as a tar file \(.+\); fetch it anew"):
            list(WebDatasetSource(shards=tmp_path).read(0))
    whole.unlink()
    with tarfile.open(tmp_path / "00000.tar.gz", "w:gz"):
        pass
    with pytest.raises(SetupError, match=r"holds no .tar file; 00000.tar.gz is compressed"):
        WebDatasetSource(shards=tmp_path).stamp()


def test_members_are_those_that_the_library_finds(tmp_path: Path) -> None:
    path = tmp_path / "mixed.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as out:
        (tmp_path / "folder").mkdir()
        (tmp_path / "a.jpg").write_bytes(b"abc")
        (tmp_path / "link.jpg").symlink_to("a.jpg")
        for name in ("folder", "a.jpg", "link.jpg"):
            out.add(tmp_path / name, name)
    assert [member.name for member in listed(path).members] == ["a.jpg"]
    plain = tar(tmp_path / "plain.tar", shard_files(range(40)))
    with tarfile.open(plain) as out:
        assert [tuple(m) for m in listed(plain).members] == [(m.name, m.offset_data, m.size) for m in out]
    assert listed(tar(tmp_path / "none.tar", [])) == ([], "")
