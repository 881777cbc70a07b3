"""What a header and an end mark tell: which pictures may be sent as they are, and which are cut off."""

import struct

import pytest
from drawn import animation, colour, near, opened, picture, saved
from PIL import Image as Pillow

from instructgen.errors import RequestRefused
from instructgen.pictures.fit import Limits, Measure, fitted, measure


@pytest.mark.parametrize("tail", [b"", b"\0" * 5000, b"maker's notes \xff\xd8\xff\xe1 of a camera"])
def test_what_stands_behind_the_end_mark_is_no_fault(tail: bytes) -> None:
    for form in ("JPEG", "PNG", "WEBP", "GIF"):
        data = picture(form=form) + tail
        assert fitted(data, Limits(10**6, 2048), "a")[1] == data


def test_a_jpeg_that_is_cut_off_is_not_saved_by_the_end_mark_of_its_thumbnail() -> None:
    whole, thumbnail = picture((300, 200)), b"Exif\0\0" + picture((16, 16))
    data = whole[:2] + b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + whole[2:]
    assert data.count(b"\xff\xd9") == 2
    with pytest.raises(RequestRefused, match="bad_image_cut_off"):
        fitted(data[: len(data) * 3 // 4], Limits(10**6, 2048), "a")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(picture(form="PNG", mode="RGBA"), id="alpha"),
        pytest.param(picture(form="PNG", mode="LA"), id="grey with alpha"),
        pytest.param(picture(form="WEBP", mode="RGBA"), id="webp with alpha"),
        pytest.param(picture(form="WEBP", mode="RGBA", lossless=True), id="lossless webp with alpha"),
        pytest.param(saved(Pillow.new("P", (60, 40)), "PNG", transparency=0), id="palette with a transparent colour"),
        pytest.param(saved(Pillow.new("P", (60, 40)), "GIF", transparency=0), id="gif with a transparent colour"),
        pytest.param(saved(Pillow.new("I;16", (60, 40), 40000), "PNG"), id="16 bits"),
        pytest.param(picture(mode="CMYK"), id="cmyk"),
        pytest.param(animation("GIF"), id="gif"),
        pytest.param(animation("WEBP"), id="webp"),
        pytest.param(animation("PNG"), id="apng"),
    ],
)
def test_what_servers_would_see_differently_is_encoded_anew(data: bytes) -> None:
    kind, sent = fitted(data, Limits(10**6, 2048), "a")
    assert kind == "image/jpeg"
    assert measure(sent, "a") == Measure(60, 40, "JPEG")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("mode", ["L", "P", "1", "RGB"])
def test_grey_palettes_and_two_tones_are_sent_as_they_are(form: str, mode: str) -> None:
    if (form, mode) == ("JPEG", "P"):
        return
    data = saved(Pillow.new(mode, (60, 40)), form)
    assert fitted(data, Limits(10**6, 2048), "a")[1] == data


@pytest.mark.parametrize("options", [{"lossless": True}, {"icc_profile": b"x" * 99}, {}])
def test_webp_of_every_layout_is_sent_as_it_is(options: dict[str, object]) -> None:
    data = saved(Pillow.new("RGB", (123, 77), "olive"), "WEBP", **options)
    assert fitted(data, Limits(10**6, 2048), "a") == ("image/webp", data)


def test_a_progressive_picture_and_one_with_fill_bytes_are_sent_as_they_are() -> None:
    for data in (picture((300, 200), progressive=True), b"\xff\xd8\xff\xff\xff" + picture()[3:]):
        assert fitted(data, Limits(10**6, 2048), "a") == ("image/jpeg", data)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_formats_than_jpeg_are_set_upright_too(form: str) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 8
    assert measure(fitted(picture(form=form, exif=exif), Limits(10**6, 2048), "a")[1], "a")[:2] == (40, 60)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_every_way_of_lying_is_undone(form: str, orientation: int) -> None:
    lying = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90"}
    lying |= {7: "TRANSVERSE", 8: "ROTATE_270"}
    drawn = Pillow.new("RGB", (120, 80), "white")
    drawn.paste((255, 0, 0), (0, 0, 60, 40))
    drawn.paste((0, 0, 255), (60, 40, 120, 80))
    if orientation > 1:
        drawn = drawn.transpose(Pillow.Transpose[lying[orientation]])
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    sent = fitted(saved(drawn, form, exif=exif), Limits(10**6, 100), "a")[1]
    assert opened(sent).size == (100, 66)
    assert near(colour(sent, (10, 10)), (255, 0, 0), 12) and near(colour(sent, (90, 60)), (0, 0, 255), 12)
    assert near(colour(sent, (90, 10)), (255, 255, 255), 12)
