"""Opening, measuring and shrinking pictures, whole and broken."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from instructgen.errors import RequestRefused
from instructgen.images import Place, locate, read_inside
from instructgen.picture_fit import Limits, Measure, fitted, measure
from instructgen.records import Image


def picture(size: tuple[int, int] = (60, 40), form: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """Draw a picture of two halves, red on the left, blue on the right."""
    drawn = Pillow.new("RGBA" if "A" in mode else "RGB", size, (255, 0, 0, 128) if "A" in mode else (255, 0, 0))
    drawn.paste((0, 0, 255), (size[0] // 2, 0, *size))
    out = io.BytesIO()
    drawn.convert(mode).save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Pillow.Image:
    """Decode."""
    with Pillow.open(io.BytesIO(data)) as found:
        found.load()
        return found


@pytest.mark.parametrize(
    ("form", "kind"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_a_picture_that_fits_is_sent_as_its_own_bytes(form: str, kind: str) -> None:
    data = picture(form=form)
    assert fitted(data, Limits(10**6, 2048), "a") == (kind, data)


@pytest.mark.parametrize("form", ["BMP", "TIFF"])
def test_a_format_that_servers_do_not_take_becomes_a_jpeg(form: str) -> None:
    kind, data = fitted(picture(form=form), Limits(10**6, 2048), "a")
    assert kind == "image/jpeg"
    assert measure(data, "a") == Measure(60, 40, "JPEG")


def test_a_picture_that_is_too_large_is_shrunk_in_proportion() -> None:
    kind, data = fitted(picture((3000, 1500), "PNG"), Limits(10**6, 500), "a")
    assert (kind, measure(data, "a")) == ("image/jpeg", Measure(500, 250, "JPEG"))


def test_a_file_that_is_too_long_is_encoded_again_until_it_fits() -> None:
    noise = Pillow.effect_noise((600, 400), 100)
    out = io.BytesIO()
    noise.save(out, "PNG")
    _, data = fitted(out.getvalue(), Limits(12_000, 2048), "a")
    assert len(data) <= 12_000


def test_a_picture_that_lies_on_its_side_is_set_upright_when_it_is_encoded_again() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    _, data = fitted(picture((1200, 800), exif=exif), Limits(10**6, 600), "a")
    upright = opened(data)
    assert upright.size == (400, 600)
    assert Pillow.Image.getpixel(upright, (200, 50))[0] > 200  # type: ignore[index]
    assert Pillow.Image.getpixel(upright, (200, 550))[2] > 200  # type: ignore[index]


@pytest.mark.parametrize(("orientation", "size"), [(1, (60, 40)), (3, (60, 40)), (6, (40, 60)), (9, (60, 40))])
def test_a_picture_that_fits_is_set_upright_as_a_large_one_is(orientation: int, size: tuple[int, int]) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    data = picture(exif=exif)
    kind, sent = fitted(data, Limits(10**6, 2048), "a")
    assert (kind, opened(sent).size) == ("image/jpeg", size)
    assert (sent == data) == (orientation in (1, 9))
    assert opened(sent).getexif().get(0x0112, 1) in (1, 9)


@pytest.mark.parametrize("exif", [b"garbage", b"II*\x00"])
def test_a_picture_whose_exif_is_broken_is_sent_as_it_is(exif: bytes) -> None:
    data = picture(exif=b"Exif\x00\x00" + exif)
    assert fitted(data, Limits(10**6, 2048), "a") == ("image/jpeg", data)


def test_what_is_transparent_becomes_white_paper() -> None:
    _, data = fitted(picture((1200, 800), "PNG", "RGBA"), Limits(10**6, 600), "a")
    red, green, blue = opened(data).getpixel((50, 50))  # type: ignore[misc]
    assert red > 240
    assert 110 < green < 145
    assert 110 < blue < 145


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "I;16"])
def test_other_colour_models_are_converted(mode: str) -> None:
    drawn = Pillow.new("I;16", (90, 60), 4000) if mode == "I;16" else Pillow.new(mode, (90, 60))
    out = io.BytesIO()
    drawn.save(out, "TIFF")
    assert opened(fitted(out.getvalue(), Limits(10**6, 50), "a")[1]).mode == "RGB"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_is_cut_off_is_refused(form: str, share: float) -> None:
    whole = picture((300, 200), form)
    with pytest.raises(RequestRefused, match="bad_image_cut_off: cut") as refusal:
        fitted(whole[: int(len(whole) * share)], Limits(10**6, 2048), "cut")
    assert "0x" not in str(refusal.value)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_bytes_whatever_do_more_than_be_refused(data: bytes, at: int) -> None:
    base = picture((50, 40), "PNG")
    for candidate in (data, base[:at] + data + base[at + len(data) :]):
        try:
            fitted(candidate, Limits(10**6, 2048), "odd")
        except RequestRefused as refusal:
            assert refusal.reason.startswith("bad_image_")


def test_a_picture_that_would_unpack_to_gigabytes_is_refused_unopened() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(RequestRefused, match="bad_image"):
        fitted(bomb, Limits(10**6, 2048), "bomb")
    with pytest.raises(RequestRefused, match="bad_image"):
        measure(bomb, "bomb")


@pytest.mark.parametrize("path", ["../out.jpg", "a/../../out.jpg", "/etc/hostname", "link.jpg", "nul\0.jpg"])
def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "images"
    root.mkdir()
    (tmp_path / "out.jpg").write_bytes(picture())
    (root / "link.jpg").symlink_to(tmp_path / "out.jpg")
    with pytest.raises(RequestRefused, match="bad_image"):
        read_inside(root, Image(path=path))


def test_a_link_within_the_folder_and_a_folder_that_is_a_link_are_followed(tmp_path: Path) -> None:
    root = tmp_path / "images"
    root.mkdir()
    (root / "a.jpg").write_bytes(picture())
    (root / "b.jpg").symlink_to(root / "a.jpg")
    (tmp_path / "alias").symlink_to(root)
    assert read_inside(tmp_path / "alias", Image(path="b.jpg")) == picture()
    assert locate(root, Image(path="./a.jpg")) == Place(root / "a.jpg")


@pytest.mark.parametrize(("path", "why"), [("none.jpg", "no such file"), ("empty.jpg", "empty"), (".", "directory")])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(RequestRefused, match=why):
        read_inside(tmp_path, Image(path=path))
