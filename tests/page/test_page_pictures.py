"""Files of every kind under a run's images in; a small copy, or a placeholder and why, out. Nothing from elsewhere."""

import io
import json
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image as Pillow
from runs import recipe, record, succeeds, write_recipe
from viewing import Client, page

from instructgen.errors import RequestRefused
from instructgen.page.pictures import Pictures
from instructgen.records import Image


def png_of(width: int, height: int) -> bytes:
    """Give a PNG that says it is so large, in a hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def photo(size: tuple[int, int] = (900, 600), colour: str = "orange") -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder of images with all that can be wrong, and a secret beside it."""
    folder = tmp_path / "images"
    folder.mkdir()
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(photo(colour="red"))
    (folder / "good.jpg").write_bytes(photo())
    (folder / "cut.jpg").write_bytes(photo((2000, 1500))[:3000])
    (folder / "words.jpg").write_text("<script>alert(1)</script>")
    (folder / "vector.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (folder / "empty.jpg").touch()
    (folder / "bomb.png").write_bytes(png_of(60_000, 60_000))
    (folder / "link.jpg").symlink_to(secret)
    (folder / "below").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    return folder


BAD = [
    *("missing.jpg", "cut.jpg", "words.jpg", "vector.svg", "empty.jpg", "bomb.png", "link.jpg", "below", "pipe.jpg"),
    *("../secret.jpg", "below/../../secret.jpg", "/etc/passwd", "..\\secret.jpg", "a\x00b", "", "x" * 5000),
]


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_of_the_run_is_refused(images: Path, name: str) -> None:
    pictures = Pictures(images)
    with pytest.raises(RequestRefused):
        pictures.copy(Image(path=name), 320)
    if name != "cut.jpg":  # a glance at the header cannot tell
        assert pictures.fault(Image(path=name))


def test_a_bomb_is_refused_without_unpacking_it(images: Path) -> None:
    fault = Pictures(images).fault(Image(path="bomb.png"))
    assert fault is not None and ("pixels are more" in fault or "Bomb" in fault)


def test_a_copy_is_small_and_a_later_file_is_read_anew(images: Path) -> None:
    pictures = Pictures(images)
    kind, data = pictures.copy(Image(path="good.jpg"), 320)
    with Pillow.open(io.BytesIO(data)) as copy:
        assert kind == "image/jpeg" and copy.size == (320, 213)
    (images / "good.jpg").write_bytes(photo((600, 900), "blue"))
    with Pillow.open(io.BytesIO(pictures.copy(Image(path="good.jpg"), 320)[1])) as copy:
        assert copy.size == (213, 320)


def test_a_picture_on_the_network_is_not_fetched(images: Path) -> None:
    assert "stays on this machine" in str(Pictures(images).fault(Image(url="http://127.0.0.1:1/x.jpg")))
    assert Pictures(None).fault(Image(path="good.jpg"))


@pytest.fixture
def client(images: Path, tmp_path: Path) -> Iterator[Client]:
    names = ["good.jpg", "cut.jpg", *(name for name in BAD if name and "\x00" not in name and len(name) < 99)]
    rows = [record(n) | {"id": f"p{n}", "image": name} for n, name in enumerate(names)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    tree = recipe(
        tmp_path / "rows.jsonl", {"use": "grounded"}, tasks={"detail": {"use": "prompted", "form": "description"}}
    )
    tree["source"]["images"] = str(images)
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    with page(tmp_path / "run") as served:
        yield served


def test_the_page_shows_a_placeholder_and_how_many_pictures_are_missing(client: Client, images: Path) -> None:
    text = client.get().text
    shown = text.count('class="card ')
    assert shown > 5 and text.count('<img class="thumb"') >= 2 and text.count("picture cannot be shown</span>") > 3
    broken = client.get("/picture", id="p1/detail/0", place=0, side=320)
    assert broken.status == 200 and broken.headers["content-type"] == "image/svg+xml"
    assert b"picture cannot be shown" in broken.body
    again = client.get().text  # the one that is cut off is there twice
    assert "of those looked at cannot be shown" in again
    assert again.count("picture cannot be shown</span>") == text.count("picture cannot be shown</span>") + 2
    assert "This picture cannot be shown" in client.get("/sample", id="p1/detail/0").text


@pytest.mark.parametrize(
    "query",
    [
        {"id": "p0/detail/0", "place": 1, "side": 320},
        {"id": "p0/detail/0", "place": 0, "side": 99999},
        {"id": "p0/detail/0", "place": -1, "side": 320},
        {"id": "../../secret.jpg", "place": 0, "side": 320},
        {"image": "../secret.jpg", "place": 0, "side": 320},
        {},
    ],
)
def test_only_pictures_of_samples_are_served(client: Client, query: dict[str, object]) -> None:
    assert client.get("/picture", **query).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../pyproject.toml",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2fapp.py",
        "/static//etc/passwd",
        "/picture/../../secret.jpg",
        "/../../../../etc/passwd",
        "/static/page.css%00.js",
    ],
)
def test_no_path_leads_to_other_files(client: Client, path: str) -> None:
    answer = client.ask("GET", path, {})
    assert answer.status == 404 and b"[project]" not in answer.body and b"root:" not in answer.body


def test_no_picture_from_outside_the_folder_reaches_the_page(client: Client, images: Path) -> None:
    shown = 0
    for number in range(17):
        answer = client.get("/picture", id=f"p{number}/detail/0", place=0, side=320)
        if answer.headers["content-type"] == "image/jpeg":
            shown += 1
            with Pillow.open(io.BytesIO(answer.body)) as copy:
                assert copy.convert("RGB").getpixel((5, 5))[1] > 100  # type: ignore[index]  # orange, not the secret's red
    assert shown == 1
