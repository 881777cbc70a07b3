"""A picture's file in; its bytes, size or a smaller re-encoded copy out.

Pillow is imported on use. Every fault of a file or its bytes is a RequestRefused with the reason ``bad_image``.
"""

import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from .archives import MOST_BYTES, need_member, places_to_part, read_member
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


class Place(NamedTuple):
    """Where a picture lies."""

    file: Path
    """A file below the folder of images, links followed."""
    inner: str = ""
    """What the picture is called inside of it; empty where the file is the picture."""


def locate(root: Path | None, image: Image) -> Place:
    """Give the place of an image below ``root``: a file, or a member of an archive (see ``archives``).

    Raises RequestRefused ``bad_image_outside`` for paths and links that lead out of the folder, and where no folder is
    known. Whether there is anything at the place is not looked at.
    """
    path = image.path
    if root is None or not path:
        raise RequestRefused("bad_image_outside", f"{path or 'no path'}: the source names no folder of images")
    try:
        nul = b"\0" in os.fsencode(path)
    except ValueError:  # half a character
        nul = True
    if nul:
        raise RequestRefused("bad_image_outside", f"{path!r}: not a file name")
    for end in places_to_part(path):
        file = _inside(root, path[:end])
        if os.path.isfile(file):  # noqa: PTH113
            return Place(file, path[end + 1 :])
    return Place(_inside(root, path))


def _inside(root: Path, path: str) -> Path:
    real = _real(str(root))
    folder, _, last = f"{real}/{path}".rpartition("/")
    if path.startswith("/") or last in ("", ".", "..") or os.path.islink(f"{folder}/{last}"):  # noqa: PTH114
        file = os.path.realpath(path if path.startswith("/") else f"{real}/{path}")
    else:
        file = f"{_real(folder)}/{last}"
    if not file.startswith(f"{real.rstrip('/')}/") and file != real:
        raise RequestRefused("bad_image_outside", f"{path}: leads out of the folder of images")
    return Path(file)


@lru_cache(1024)
def _real(folder: str) -> str:
    """Follow the links of a folder; once, for the many pictures in it."""
    return os.path.realpath(folder)


def read_inside(root: Path | None, image: Image) -> bytes:
    """Read an image's file, or the member of an archive that it is.

    Raises RequestRefused: ``bad_image_outside``, ``bad_image_missing``, ``bad_image_empty``, ``bad_image_too_large``,
    ``bad_image_unreadable``, and ``bad_image_cut_off`` for the member of an archive that ends early.
    """
    place, name = locate(root, image), image.path or ""
    data = read_member(place.file, place.inner, name) if place.inner else _read_file(place.file, name)
    if not data:
        raise RequestRefused("bad_image_empty", f"{name}: the file is empty")
    return data


def need_inside(root: Path | None, image: Image) -> None:
    """See that there is a file, or a member of an archive, where an image should lie, without reading it.

    Raises RequestRefused as ``read_inside`` does.
    """
    place, name = locate(root, image), image.path or ""
    if place.inner:
        need_member(place.file, place.inner, name)
    elif not place.file.is_file():
        raise RequestRefused("bad_image_missing", f"{name}: there is no such file")


def _read_file(file: Path, name: str) -> bytes:
    """Read a plain file; what could be read for ever, such as a pipe, is none."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        try:
            stat = os.fstat(handle)
            if not S_ISREG(stat.st_mode):
                raise RequestRefused("bad_image_unreadable", f"{name}: is a directory or a device, and no file")
            if stat.st_size > MOST_BYTES:
                raise RequestRefused("bad_image_too_large", f"{name}: {stat.st_size} bytes are more than {MOST_BYTES}")
            return os.read(handle, stat.st_size)
        finally:
            os.close(handle)
    except (FileNotFoundError, NotADirectoryError):
        raise RequestRefused("bad_image_missing", f"{name}: there is no such file") from None
    except OSError as error:
        raise RequestRefused("bad_image_unreadable", f"{name}: cannot be read ({error.strerror})") from None


def measure(data: bytes | Path, name: str) -> Measure:
    """Measure a picture, its bytes or its file, by its header. ``name`` stands in messages."""
    from PIL import Image as Pillow

    with _decoding(name), Pillow.open(data if isinstance(data, Path) else io.BytesIO(data)) as picture:
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
