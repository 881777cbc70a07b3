"""Opening, measuring and shrinking pictures of every kind, whole and broken."""

import io
import struct
import zlib

import pytest
from drawn import animation, colour, near, opened, picture, saved
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from instructgen.errors import RequestRefused
from instructgen.pictures.fit import Limits, Measure, fitted, measure


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


# ── pixels ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("adobe", [True, False])
def test_inks_become_colours_whether_or_not_they_are_stored_inverted(adobe: bool) -> None:
    drawn = Pillow.new("CMYK", (60, 40), (0, 255, 255, 0))  # red
    data = saved(drawn, "JPEG")
    assert b"Adobe" in data
    if not adobe:
        data = saved(drawn.point(lambda value: 255 - value), "JPEG")
        at = data.index(b"\xff\xee")
        data = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4]) :]
        assert b"Adobe" not in data
    assert near(colour(fitted(data, Limits(10**6, 2048), "a")[1]), (254, 0, 0), 10)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(form: str) -> None:
    for value in (0, 8000, 32768, 65535):
        sent = fitted(saved(Pillow.new("I;16", (60, 40), value), form), Limits(10**6, 2048), "a")[1]
        assert near(colour(sent), (round(value / 257),) * 3, 2)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_numbers_of_no_known_range_are_stretched(mode: str) -> None:
    drawn = Pillow.new(mode, (60, 40), -5)
    drawn.paste(995, (30, 0, 60, 40))
    sent = fitted(saved(drawn, "TIFF"), Limits(10**6, 2048), "a")[1]
    assert near(colour(sent, (5, 20)), (0, 0, 0)) and near(colour(sent, (55, 20)), (255, 255, 255))
    flat = fitted(saved(Pillow.new(mode, (60, 40), 7), "TIFF"), Limits(10**6, 2048), "a")[1]
    assert near(colour(flat), (0, 0, 0))


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_sent(form: str) -> None:
    assert near(colour(fitted(animation(form), Limits(10**6, 2048), "a")[1]), (255, 0, 0), 10)


@pytest.mark.parametrize("form", ["AVIF", "JPEG2000", "BMP", "TIFF", "PPM"])
def test_formats_that_servers_do_not_take_keep_their_colours(form: str) -> None:
    sent = fitted(picture(form=form), Limits(10**6, 2048), "a")[1]
    assert near(colour(sent), (254, 0, 0), 10) and near(colour(sent, (55, 20)), (0, 0, 254), 10)


def test_most_pixels_bounds_the_area_and_the_longest_side_the_rest() -> None:
    assert Limits(1, 2048, 1_000_000).size(2000, 1000) == (1414, 707)
    assert Limits(1, 500, 1_000_000).size(2000, 1000) == (500, 250)
    assert Limits(1, 2048, 1_000_000).size(1000, 1000) == (1000, 1000)
    sent = fitted(picture((1000, 800)), Limits(10**6, 2048, 200_000), "a")[1]
    assert measure(sent, "a")[:2] == (500, 400)


# ── broken ones ──────────────────────────────────────────────────────────────────────────────────────────────

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(picture((300, 200))[:-2], "cut_off", id="jpeg without its end mark"),
        pytest.param(picture((300, 200))[:40], "cut_off", id="jpeg that ends in its header"),
        pytest.param(picture((300, 200), "TIFF")[:5000], "cut_off", id="tiff"),
        pytest.param(picture((300, 200), "BMP")[:5000], "cut_off", id="bmp"),
        pytest.param(b"<!DOCTYPE html><html>404</html>", "not_a_picture", id="a web page"),
        pytest.param(b"\0" * 5000, "not_a_picture", id="zeros"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported", id="eps, which would start a program"),
        pytest.param(SVG, "unsupported", id="svg"),
        pytest.param(b"\xff\xd8\xff\xe0\0\4ab" + b"garbage" * 99, "damaged", id="jpeg of garbage"),
        pytest.param(picture((300, 200), "AVIF")[:60], "damaged", id="avif that ends in its header"),
        pytest.param(picture((300, 200), "AVIF")[:-5], "cut_off", id="avif"),
        pytest.param(b"\0\0\0\x18ftypisom" + b"\0" * 99, "not_a_picture", id="a film"),
        pytest.param(b"RIFF\x10\0\0\0WEBPVP9 " + b"\0" * 30, "damaged", id="webp of an unknown kind"),
    ],
)
def test_a_broken_picture_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        fitted(data, Limits(10**6, 2048), "a")
    assert refused.value.reason == f"bad_image_{reason}", refused.value.detail
    assert "0x" not in refused.value.detail and "\n" not in refused.value.detail


def test_a_picture_spoilt_inside_is_found_where_pixels_are_verified() -> None:
    whole = picture((300, 200), "PNG")
    at = whole.index(b"IDAT") + 30
    data = whole[:at] + b"\xff" * 20 + whole[at + 20 :]
    assert fitted(data, Limits(10**6, 2048), "a")[1] == data
    assert fitted(whole, Limits(10**6, 2048, verify=True), "a")[1] == whole
    with pytest.raises(RequestRefused, match="bad_image_damaged"):
        fitted(data, Limits(10**6, 2048, verify=True), "a")


def test_a_heic_picture_is_read_where_the_library_is_there() -> None:
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")
    heif.register_heif_opener()
    sent = fitted(picture(form="HEIF"), Limits(10**6, 2048), "a")[1]
    assert near(colour(sent), (254, 0, 0), 12)


def test_without_the_library_a_heic_picture_says_what_to_install() -> None:
    data = b"\0\0\0\x1cftypheic\0\0\0\0mif1heic" + b"\0" * 200
    with pytest.raises(RequestRefused, match=r"bad_image_(unsupported.*pillow-heif|damaged|cut_off)"):
        fitted(data, Limits(10**6, 2048), "a")
