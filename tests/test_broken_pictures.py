"""Pictures that are broken in every way we know, in a real run: good ones are answered, each bad one has its reason."""

import io
import json
import os
import struct
import tarfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback import Teacher
from PIL import Image as Pillow
from runs import KEY, asked, asking, journaled, recipe, record, rows, succeeds, write_recipe

GOOD = 60


def picture(number: int, form: str = "JPEG") -> bytes:
    drawn = Pillow.new("RGB", (64, 48), (number % 256, number // 256, 90))
    out = io.BytesIO()
    drawn.save(out, form)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a hundred bytes that says it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def spoilt_tiff() -> bytes:
    """A TIFF, which is decoded to be sent, with a directory that leads nowhere."""
    data = picture(3, "TIFF")
    return data[:4] + struct.pack("<I", len(data) * 2) + data[8:]


def cut_tar(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("a.jpg")
        entry.size = 5000
        tar.addfile(entry, io.BytesIO(picture(1).ljust(5000, b"\0")))
    os.truncate(path, 2000)


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 300_000_000)


BROKEN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "missing.jpg": ("missing", lambda path: None),
    "empty.jpg": ("empty", lambda path: path.touch()),
    "cut.jpg": ("cut_off", lambda path: path.write_bytes(picture(1)[:-40])),
    "cut.png": ("cut_off", lambda path: path.write_bytes(picture(2, "PNG")[:-30])),
    "page.jpg": ("not_a_picture", lambda path: path.write_text("<!DOCTYPE html><html>404 not found</html>")),
    "zeros.jpg": ("not_a_picture", lambda path: path.write_bytes(b"\0" * 4000)),
    "drawing.jpg": ("unsupported", lambda path: path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")),
    "bomb.png": ("too_many_pixels", lambda path: path.write_bytes(bomb())),
    "header.jpg": ("damaged", lambda path: path.write_bytes(b"\xff\xd8\xff\xe0\0\4ab" + b"x" * 500)),
    "spoilt.tif": ("damaged", lambda path: path.write_bytes(spoilt_tiff())),
    "folder.jpg": ("unreadable", lambda path: path.mkdir()),
    "pipe.jpg": ("unreadable", os.mkfifo),
    "huge.jpg": ("too_large", huge),
    "cut.webp": ("cut_off", lambda path: path.write_bytes(picture(3, "WEBP")[:-20])),
    "shard.tar/a.jpg": ("cut_off", lambda path: cut_tar(path.parent)),
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def made(tmp_path: Path, server: Teacher, good: int, of_each: int = 1, **fields: object) -> Path:
    """Write pictures, good ones with broken ones between them, and a recipe whose task sends them."""
    images = tmp_path / "images"
    names = [f"{n:06}.jpg" for n in range(good)]
    for n, name in enumerate(names):
        (images / name).parent.mkdir(exist_ok=True)
        (images / name).write_bytes(picture(n))
    for turn in range(of_each):
        for name, (_, make) in BROKEN.items():
            (images / f"{turn}").mkdir(exist_ok=True)
            make(images / f"{turn}" / name)
            names.insert((len(names) * 7) // 11, f"{turn}/{name}")
    lines = [json.dumps(record(n) | {"id": f"{n:06}", "image": name}) for n, name in enumerate(names)]
    (tmp_path / "rows.jsonl").write_text("".join(line + "\n" for line in lines))
    tree = recipe(
        tmp_path / "rows.jsonl",
        asking(server.base_url, **fields),
        tasks={"detail": {"use": "prompted", "form": "description", "picture": True}},
        checks={"shape": {"action": "retry"}},
        attempts=["teacher", "teacher"],
        shard_size=500,
    )
    tree["source"] |= {"images": str(images), "missing_images": "keep"}
    return write_recipe(tmp_path / "recipe.yaml", tree)


def reasons(run: Path) -> Counter[str]:
    return Counter(row["reason"].removeprefix("reply:bad_image_") for row in rows(run, "rejected"))


def wanted(of_each: int = 1) -> Counter[str]:
    return Counter([reason for reason, _ in BROKEN.values()] * of_each)


def test_good_pictures_are_answered_and_each_broken_one_has_its_reason(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, GOOD), tmp_path / "run"
    printed = succeeds("run", path, "--out", run)
    assert asked(printed) == loopback.stats().requests == GOOD
    assert "Traceback" not in printed
    assert reasons(run) == wanted()
    accepted = [row["images"][0]["path"] for row in rows(run, "samples")]
    assert sorted(accepted) == [f"{n:06}.jpg" for n in range(GOOD)]
    assert len(journaled(run)) == GOOD
    details = [row["detail"] for row in rows(run, "rejected")]
    assert all(detail and "\n" not in detail and "Traceback" not in detail for detail in details)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_of_ten_thousand_pictures_three_in_a_hundred_are_broken(tmp_path: Path, loopback: Teacher) -> None:
    of_each = 300 // len(BROKEN)
    path, run = made(tmp_path, loopback, 9700, of_each), tmp_path / "run"
    assert asked(succeeds("run", path, "--out", run)) == loopback.stats().requests == 9700
    assert reasons(run) == wanted(of_each)
    assert len(rows(run, "samples")) == 9700
