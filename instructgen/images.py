"""A picture's file in; its bytes, size or a smaller re-encoded copy out.

Pillow is imported on use. Every fault of a file or its bytes is a RequestRefused with the reason ``bad_image``.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .errors import RequestRefused
from .records import Image

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""Formats that servers take, by Pillow's name."""

MOST_PIXELS = 89_000_000
"""A picture with more is refused unopened: a few kilobytes can unpack to gigabytes."""

_ORIENTATION = 0x0112
"""The EXIF entry that says how a picture is to be turned; 1 and unknown values: not at all."""


class Measure(NamedTuple):
    """What a picture's header says."""

    width: int
    height: int
    format: str
    """Pillow's name, such as ``JPEG``."""


def resolve_inside(root: Path | None, image: Image) -> Path:
    """Give the file of an image below ``root``; refuses paths and links that lead out of it."""
    if root is None or not image.path:
        raise RequestRefused("bad_image", f"{image.path or 'no path'}: the source names no folder of images")
    top = root.resolve()
    try:
        file = (top / image.path).resolve()
    except (OSError, ValueError) as error:
        raise RequestRefused("bad_image", f"{image.path!r}: not a file name ({error})") from None
    if not file.is_relative_to(top):
        raise RequestRefused("bad_image", f"{image.path}: leads out of the folder of images")
    return file


def read_inside(root: Path | None, image: Image) -> bytes:
    """Read an image's file."""
    file = resolve_inside(root, image)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RequestRefused("bad_image", f"{image.path}: cannot be read ({error.strerror})") from None
    if not data:
        raise RequestRefused("bad_image", f"{image.path}: the file is empty")
    return data


def measure(data: bytes, name: str) -> Measure:
    """Measure a picture by its header. ``name`` stands in messages."""
    from PIL import Image as Pillow

    with _decoding(name), Pillow.open(io.BytesIO(data)) as picture:
        _bounded(picture.width, picture.height)
        return Measure(picture.width, picture.height, picture.format or "")


def fitted(data: bytes, most_bytes: int, longest_side: int, name: str) -> tuple[str, bytes]:
    """Give media type and bytes: the original's where they fit, else a JPEG, upright, flattened on white, shrunk.

    A JPEG that is to be turned is never sent as it is: how a picture lies must not depend on its size.
    ``most_bytes`` bounds the file, ``longest_side`` its width and height in pixels.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps

    with _decoding(name), Pillow.open(io.BytesIO(data)) as opened:
        _bounded(opened.width, opened.height)
        kind = KINDS.get(opened.format or "")
        turned = kind == KINDS["JPEG"] and _orientation(opened.getexif) in range(2, 9)
        if kind and len(data) <= most_bytes and max(opened.size) <= longest_side and not turned:
            opened.load()  # a file that is cut off is found here, and not by the server
            return kind, data
        opened.draft("RGB", (longest_side, longest_side))
        picture = ImageOps.exif_transpose(opened)
        if picture.mode in ("RGBA", "LA", "PA", "P"):
            layer = picture.convert("RGBA")
            picture = Pillow.alpha_composite(Pillow.new("RGBA", layer.size, "white"), layer)
        picture = picture.convert("RGB")
        picture.thumbnail((longest_side, longest_side), Pillow.Resampling.LANCZOS)
        quality = 90
        while True:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality)
            if out.tell() <= most_bytes:
                return KINDS["JPEG"], out.getvalue()
            if quality > 50:
                quality -= 20
            else:
                picture = picture.resize((max(1, picture.width * 2 // 3), max(1, picture.height * 2 // 3)))


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    try:
        yield
    except RequestRefused:
        raise
    except Exception as error:  # decoders raise whatever a broken file leads them to
        why = " ".join(str(error).split())[:150].replace("<_io.BytesIO", "<")
        raise RequestRefused("bad_image", f"{name}: cannot be decoded ({type(error).__name__}: {why})") from None


def _orientation(exif: Callable[[], Mapping[int, object]]) -> object:
    """Read how a picture is to be turned; None where its EXIF does not say, or is broken: that spoils no picture."""
    try:
        return exif().get(_ORIENTATION)
    except Exception:  # Pillow raises, or warns, whatever broken entries lead it to
        return None


def _bounded(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise ValueError(f"{width} x {height} pixels are more than {MOST_PIXELS}")
