"""Pictures in tar shards and Parquet columns, whole and damaged, read from many threads."""

import io
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from instructgen.errors import RequestRefused
from instructgen.pictures import archives, tar_members
from instructgen.pictures.images import Place, locate, need_inside, read_inside
from instructgen.records import Image


def body(number: int) -> bytes:
    return f"picture {number} ".encode() * (number + 1)


def write_tar(path: Path, members: dict[str, bytes]) -> Path:
    """Write a shard as img2dataset does."""
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), 1.5  # a time that takes a header of its own
            tar.addfile(entry, io.BytesIO(data))
    return path


def write_table(path: Path, rows: int = 10, group: int = 4) -> Path:
    """Write a column of bytes, one of structs, one of texts, in row groups."""
    path.parent.mkdir(parents=True, exist_ok=True)
    structs = [{"bytes": None if n == 3 else body(n), "path": f"{n}.jpg"} for n in range(rows)]
    columns = {"image": structs, "raw": [body(n) for n in range(rows)], "caption": ["a"] * rows}
    parquet.write_table(pa.table(columns), path, row_group_size=group)
    return path


def reason(root: Path, path: str) -> str:
    with pytest.raises(RequestRefused) as refused:
        read_inside(root, Image(path=path))
    return refused.value.reason


def test_a_member_of_a_tar_is_read_by_the_path_that_goes_on_inside(tmp_path: Path) -> None:
    (tmp_path / "cc3m").mkdir()
    long = "/".join(["folder" * 10] * 4) + "/ß.jpg"
    write_tar(
        tmp_path / "cc3m/00012.tar", {f"{n:09}.jpg": body(n) for n in range(50)} | {"./a/b.png": b"B", long: b"L"}
    )
    for name, data in {"000000007.jpg": body(7), "000000049.jpg": body(49), "a/b.png": b"B", long: b"L"}.items():
        assert read_inside(tmp_path, Image(path=f"cc3m/00012.tar/{name}")) == data
    assert locate(tmp_path, Image(path="cc3m/00012.tar/a/b.png")) == Place(tmp_path / "cc3m/00012.tar", "a/b.png")


def test_a_row_of_a_parquet_column_is_read_by_its_number(tmp_path: Path) -> None:
    write_table(tmp_path / "data/train-00000.parquet")
    for row in (9, 0, 4, 8, 5):
        assert read_inside(tmp_path, Image(path=f"data/train-00000.parquet/image/{row}")) == body(row)
        assert read_inside(tmp_path, Image(path=f"data/train-00000.parquet/raw/{row}")) == body(row)


def test_a_folder_that_is_called_like_an_archive_is_a_folder(tmp_path: Path) -> None:
    write_table(tmp_path / "all.parquet/part.0.parquet")
    (tmp_path / "00012.tar").mkdir()
    (tmp_path / "00012.tar/a.jpg").write_bytes(b"A")
    (tmp_path / "plain.tar").write_bytes(b"no slash behind it")
    assert read_inside(tmp_path, Image(path="all.parquet/part.0.parquet/image/5")) == body(5)
    assert read_inside(tmp_path, Image(path="00012.tar/a.jpg")) == b"A"
    assert read_inside(tmp_path, Image(path="plain.tar")) == b"no slash behind it"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.tar/none.jpg", "bad_image_missing"),
        ("a.tar/../secret", "bad_image_missing"),
        ("a.tar/folder", "bad_image_missing"),
        ("a.tar/link", "bad_image_missing"),
        ("a.tar/hard", "bad_image_missing"),
        ("a.tar/empty.jpg", "bad_image_empty"),
        ("cut.tar/0", "bad_image_cut_off"),
        ("cut.tar/1", "bad_image_missing"),
        ("words.tar/a.jpg", "bad_image_unreadable"),
        ("void.tar/a.jpg", "bad_image_unreadable"),
        ("none.tar/a.jpg", "bad_image_missing"),
        ("link.tar/a.jpg", "bad_image_outside"),
        ("../out.tar/a.jpg", "bad_image_outside"),
        ("t.parquet/image/10", "bad_image_missing"),
        ("t.parquet/image/-1", "bad_image_missing"),
        ("t.parquet/image/²", "bad_image_missing"),
        ("t.parquet/image", "bad_image_missing"),
        ("t.parquet/none/0", "bad_image_missing"),
        ("t.parquet/image/3", "bad_image_missing"),
        ("t.parquet/caption/0", "bad_image_unreadable"),
        ("words.parquet/image/0", "bad_image_unreadable"),
        ("cut.parquet/image/0", "bad_image_unreadable"),
        ("spoilt.parquet/image/0", "bad_image_unreadable"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, path: str, expected: str) -> None:
    root = tmp_path / "images"
    root.mkdir()
    write_tar(tmp_path / "out.tar", {"a.jpg": b"A"})
    (root / "link.tar").symlink_to(tmp_path / "out.tar")
    write_tar(root / "a.tar", {"a.jpg": b"A", "empty.jpg": b""})
    with tarfile.open(root / "a.tar", "a") as tar:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("folder", tarfile.DIRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/hostname"
            tar.addfile(entry)
    whole = write_tar(root / "cut.tar", {"0": b"x" * 5000, "1": b"y"}).read_bytes()
    (root / "cut.tar").write_bytes(whole[:3000])
    for name in ("words.tar", "words.parquet"):
        (root / name).write_bytes(b"not what its name says " * 100)
    (root / "void.tar").touch()
    table = write_table(root / "t.parquet").read_bytes()
    (root / "cut.parquet").write_bytes(table[: len(table) // 2])
    (root / "spoilt.parquet").write_bytes(table[:4] + b"\xff" * 300 + table[304:])
    assert reason(root, path) == expected


def test_whether_there_is_a_picture_is_seen_without_reading_it(tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", {"a.jpg": b"A"})
    write_table(tmp_path / "t.parquet")
    (tmp_path / "a.jpg").touch()
    for there in ("a.tar/a.jpg", "t.parquet/image/9", "a.jpg"):
        need_inside(tmp_path, Image(path=there))
    for missing in ("a.tar/b.jpg", "t.parquet/image/10", "b.jpg", "."):
        with pytest.raises(RequestRefused, match="bad_image_missing"):
            need_inside(tmp_path, Image(path=missing))


def test_an_archive_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", {"a.jpg": b"old"})
    write_table(tmp_path / "t.parquet", 2)
    assert reason(tmp_path, "t.parquet/image/5") == "bad_image_missing"
    assert read_inside(tmp_path, Image(path="a.tar/a.jpg")) == b"old"
    write_tar(tmp_path / "a.tar", {"b.jpg": b"longer", "a.jpg": b"new"})
    write_table(tmp_path / "t.parquet", 6)
    assert read_inside(tmp_path, Image(path="a.tar/a.jpg")) == b"new"
    assert read_inside(tmp_path, Image(path="t.parquet/image/5")) == body(5)


def test_many_threads_read_more_archives_than_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_tars", archives._Kept[archives._Tar](2))
    monkeypatch.setattr(archives, "_groups", archives._Kept(1, lambda kept: int(kept[1].nbytes)))
    for shard in range(6):
        write_tar(tmp_path / f"{shard}.tar", {f"{n}.jpg": body(10 * shard + n) for n in range(10)})
    write_table(tmp_path / "t.parquet", 60, 7)
    paths = [(f"{n // 10}.tar/{n % 10}.jpg", n) for n in range(60)] + [(f"t.parquet/raw/{n}", n) for n in range(60)]
    mixed = [paths[(n * 37) % 120] for n in range(720)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: read_inside(tmp_path, Image(path=one[0])) == body(one[1]), mixed))
    assert all(found)
    handles = [handle.resolve() for handle in Path("/proc/self/fd").iterdir()]
    assert sum(file.parent == tmp_path and file.suffix == ".tar" for file in handles) <= 2


def test_a_tar_is_looked_through_once_however_many_threads_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, listed = list[Path](), tar_members.listed

    def counted(path: Path) -> tar_members.Listing:
        looked.append(path)
        return listed(path)

    monkeypatch.setattr(archives, "listed", counted)
    write_tar(tmp_path / "a.tar", {f"{n}.jpg": body(n) for n in range(300)})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: read_inside(tmp_path, Image(path=f"a.tar/{n}.jpg")), range(300)))
    assert len(looked) == 1


def test_a_cell_of_an_arrow_stream_is_read_by_column_and_row(tmp_path: Path) -> None:
    pictures = [None if n == 3 else {"bytes": body(n), "path": None} for n in range(7)]
    table = pa.table({"image": pictures, "plain": [body(n + 10) for n in range(7)], "n": list(range(7))})
    with pa.ipc.new_stream(str(tmp_path / "a.arrow"), table.schema) as stream:
        stream.write_table(table, max_chunksize=3)
    assert read_inside(tmp_path, Image(path="a.arrow/image/6")) == body(6)
    assert read_inside(tmp_path, Image(path="a.arrow/plain/3")) == body(13)
    need_inside(tmp_path, Image(path="a.arrow/image/3"))
    (tmp_path / "words.arrow").write_text("no stream")
    for path, reason in (
        ("a.arrow/image/3", "bad_image_missing"),
        ("a.arrow/image/7", "bad_image_missing"),
        ("a.arrow/image/-1", "bad_image_missing"),
        ("a.arrow/picture/1", "bad_image_missing"),
        ("a.arrow/n/1", "bad_image_missing"),
        ("words.arrow/image/1", "bad_image_unreadable"),
    ):
        with pytest.raises(RequestRefused) as refused:
            read_inside(tmp_path, Image(path=path))
        assert refused.value.reason == reason, path
