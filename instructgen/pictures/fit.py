"""A picture's bytes in; what is sent of it out: the same bytes where they fit, else a JPEG that any server reads.

The JPEG is upright, of three colours, flattened on white, shrunk to what the model takes; of an animation it is the
first frame. Pillow is imported on use, and of its formats only those that are listed here: others start programs or
have no mark of their own. Every fault is a RequestRefused whose reason begins with ``bad_image``.
"""

import importlib
import io
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import RequestRefused
from .header import Header, read_header

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""Formats that servers take, by Pillow's name."""

MOST_PIXELS = 89_000_000
"""A picture with more is refused unopened: a few kilobytes can unpack to gigabytes."""

_MODULES = ("Jpeg", "Png", "WebP", "Gif", "Avif", "Tiff", "Bmp", "Jpeg2K", "Ppm")
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "JPEG2000", "PPM")
_HEIF = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
"""Brands of HEIF files, bytes 8 to 12. An AVIF may have one of the last two as well, but Pillow then says so."""
_AVIF = frozenset((b"avif", b"avis"))
_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ")
_LOOKED_AT = 300
"""Bytes by which it is told what a file is that no decoder takes."""
_QUALITY, _LOWEST_QUALITY = 90, 50


class Limits(NamedTuple):
    """What a model takes."""

    most_bytes: int
    """Of the file."""
    longest_side: int
    """Of width and height, in pixels."""
    most_pixels: int | None = None
    """Width times height."""
    verify: bool = False
    """Whether a picture that is sent as it is is decoded first."""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Give the size that a picture is shrunk to; its own where it fits."""
        scale = min(1.0, self.longest_side / max(width, height))
        if self.most_pixels is not None:
            scale = min(scale, sqrt(self.most_pixels / (width * height)))
        return (
            (width, height) if scale == 1.0 else (max(1, int(width * scale + 1e-6)), max(1, int(height * scale + 1e-6)))
        )


class Measure(NamedTuple):
    """What a picture's header says."""

    width: int
    height: int
    format: str
    """Pillow's name, such as ``JPEG``."""


def measure(data: bytes | Path, name: str) -> Measure:
    """Measure a picture, its bytes or its file, by its header. ``name`` stands in messages."""
    with _opened(data, name) as picture:
        return Measure(picture.width, picture.height, picture.format or "")


def passes(data: bytes, limits: Limits, name: str) -> str | None:
    """Give the media type of a picture that can be sent as it is; None for one that is to be encoded.

    Looks at header, size and end mark. Raises RequestRefused ``bad_image_cut_off``, ``bad_image_too_many_pixels``.
    """
    header = read_header(data)
    return None if header is None else _passes(header, data, limits, name)


def _passes(header: Header, data: bytes, limits: Limits, name: str) -> str | None:
    if not header.whole:
        raise RequestRefused("bad_image_cut_off", f"{name}: the {header.format} file ends before its end mark")
    if not header.width or not header.height:
        return None
    _bounded(header.width, header.height, name)
    fits = len(data) <= limits.most_bytes and limits.size(*header[1:3]) == header[1:3]
    return KINDS[header.format] if fits and header.plain and header.orientation == 1 else None


def fitted(data: bytes, limits: Limits, name: str) -> tuple[str, bytes]:
    """Give media type and bytes: the original's where they fit, else a JPEG, upright, flattened on white, shrunk.

    A picture that is to be turned is never sent as it is: how it lies must not depend on its size. ``name`` stands in
    messages. Raises RequestRefused.
    """
    header = read_header(data)
    kind = None if header is None else _passes(header, data, limits, name)
    if kind is None:
        return KINDS["JPEG"], _encoded(data, limits, header.orientation if header else None, name)
    if limits.verify:
        with _opened(data, name) as picture, _room.of(picture):
            picture.load()
    return kind, data


def decoded(data: bytes, name: str) -> Any:
    """Give a picture as Pillow's: whole, upright, RGB, flattened on white. Raises RequestRefused."""
    header = read_header(data)
    with _opened(data, name) as opened, _room.of(opened):
        return _turned(_on_white(_in_eight_bits(opened)), header.orientation if header else None)


def reduced(data: bytes, name: str, side: int) -> Any:
    """Give a picture as ``decoded`` does, but decoded smaller where its format can: no side below ``side`` by that.

    For what looks at little of a picture; a JPEG takes a fifth of the time. Raises RequestRefused.
    """
    header = read_header(data)
    with _opened(data, name) as opened:
        opened.draft(None, (side, side))
        with _room.of(opened):
            return _turned(_on_white(_in_eight_bits(opened)), header.orientation if header else None)


def _encoded(data: bytes, limits: Limits, orientation: int | None, name: str) -> bytes:
    from PIL import Image as Pillow

    with _opened(data, name) as opened:
        size = limits.size(*opened.size)
        opened.draft(None, size)
        with _room.of(opened):
            picture = _in_eight_bits(opened)
            if picture.size != size:
                picture = picture.resize(size, Pillow.Resampling.LANCZOS, reducing_gap=2.0)
            return _as_jpeg(_turned(_on_white(picture), orientation), limits.most_bytes)


def _in_eight_bits(picture: Any) -> Any:
    """Give a picture whose channels have 8 bits, with its transparency as a channel."""
    picture.load()
    mode, clear = picture.mode, "transparency" in picture.info
    if mode == "CMYK" and picture.format in ("JPEG", "MPO") and "adobe" not in picture.info:
        from PIL import ImageChops

        return ImageChops.invert(picture)  # Pillow takes all of them to be stored inverted, as Adobe's are
    if mode.startswith("I;16"):
        return (picture if mode == "I;16" else picture.convert("I")).point(lambda value: value * (1 / 257)).convert("L")
    if mode in ("I", "F"):  # of no known range
        least, most = picture.getextrema()
        scale = 255 / (most - least) if most > least else 0
        return picture.point(lambda value: value * scale - least * scale).convert("L")
    if clear or mode in ("PA", "La", "RGBa"):
        return picture.convert("RGBA")
    return picture if mode in ("L", "LA", "RGB", "RGBA", "CMYK") else picture.convert("RGB")


def _on_white(picture: Any) -> Any:
    if picture.mode not in ("LA", "RGBA"):
        return picture.convert("RGB")
    from PIL import Image as Pillow

    layer = picture.convert("RGBA")
    return Pillow.alpha_composite(Pillow.new("RGBA", layer.size, "white"), layer).convert("RGB")


def _turned(picture: Any, orientation: int | None) -> Any:
    """Set a picture upright; None: as its own EXIF says, which Pillow has read."""
    from PIL import Image as Pillow
    from PIL import ImageOps

    if orientation is None:
        try:
            return ImageOps.exif_transpose(picture)
        except Exception:  # Pillow raises whatever broken entries lead it to
            return picture
    turn = Pillow.Transpose
    ways = [turn.FLIP_LEFT_RIGHT, turn.ROTATE_180, turn.FLIP_TOP_BOTTOM]
    ways += [turn.TRANSPOSE, turn.ROTATE_270, turn.TRANSVERSE, turn.ROTATE_90]
    return picture if orientation == 1 else picture.transpose(ways[orientation - 2])


def _as_jpeg(picture: Any, most_bytes: int) -> bytes:
    quality = _QUALITY
    while True:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        if out.tell() <= most_bytes:
            return out.getvalue()
        if quality > _LOWEST_QUALITY:
            quality -= 20
        else:
            picture = picture.resize((max(1, picture.width * 2 // 3), max(1, picture.height * 2 // 3)))


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Room:
    """Room for decoded pixels: of all threads together no more than one picture at the bound takes."""

    def __init__(self, pixels: int) -> None:
        self._free = pixels
        self._changed = threading.Condition()

    @contextmanager
    def of(self, picture: Any) -> Iterator[None]:
        """Wait for the room that a picture takes, which is about to be decoded; at the end it is closed."""
        pixels = picture.width * picture.height
        with self._changed:
            self._changed.wait_for(lambda: self._free >= pixels)
            self._free -= pixels
        try:
            yield
        finally:
            picture.close()  # or its pixels would stay till it is collected
            with self._changed:
                self._free += pixels
                self._changed.notify_all()


_room = _Room(MOST_PIXELS)


@lru_cache(1)
def _formats() -> tuple[str, ...]:
    """Load the decoders; give the names of their formats."""
    warnings.filterwarnings("ignore", module=r"PIL\.")  # about single files, into the middle of a progress line
    for module in _MODULES:
        importlib.import_module(f"PIL.{module}ImagePlugin")
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        return _FORMATS
    return (*_FORMATS, "HEIF")


@contextmanager
def _opened(data: bytes | Path, name: str) -> Iterator[Any]:
    """Open a picture; whatever goes wrong till it is closed is its fault."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(data if isinstance(data, Path) else io.BytesIO(data), formats=_formats()) as picture:
            _bounded(picture.width, picture.height, name)
            yield picture
    except RequestRefused:
        raise
    except Exception as error:  # decoders raise whatever a broken file leads them to
        raise _refusal(error, data, name) from None


_CUT_OFF = re.compile(
    r"truncat|unexpected end|end of (?:file|stream|data)|not enough|too short|premature", re.IGNORECASE
)


def _refusal(error: Exception, data: bytes | Path, name: str) -> RequestRefused:
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    why = " ".join(str(error).split())[:150].replace("<_io.BytesIO", "<")
    told = f"{name}: cannot be decoded ({type(error).__name__}: {re.sub(r' object at 0x[0-9a-f]+', '', why)})"
    if isinstance(error, Pillow.DecompressionBombError | Pillow.DecompressionBombWarning):
        return RequestRefused("bad_image_too_many_pixels", told)
    if isinstance(error, UnidentifiedImageError):
        if isinstance(data, Path):
            with data.open("rb") as file:
                data = file.read(_LOOKED_AT)
        return _unknown(data[:_LOOKED_AT], name)
    return RequestRefused("bad_image_cut_off" if _CUT_OFF.search(why) else "bad_image_damaged", told)


def _unknown(data: bytes, name: str) -> RequestRefused:
    """Say what a file is that no decoder takes."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF and "HEIF" not in _formats():
        return RequestRefused(
            "bad_image_unsupported", f"{name}: is a HEIC picture, which needs pillow-heif to be installed"
        )
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"%pdf", b"%!ps", b"8bps")) or b"<svg" in start:
        return RequestRefused("bad_image_unsupported", f"{name}: is a drawing or document, and no picture of pixels")
    if data.startswith(_STARTS) or (data[4:8] == b"ftyp" and data[8:12] in _HEIF | _AVIF):
        return RequestRefused("bad_image_damaged", f"{name}: begins as a picture, but its header cannot be read")
    found = "a web page" if b"<html" in start or b"<!doctype" in start else f"begins with {data[:12]!r}"
    return RequestRefused("bad_image_not_a_picture", f"{name}: is no picture of a known format ({found})")


def _bounded(width: int, height: int, name: str) -> None:
    if width * height > MOST_PIXELS:
        detail = f"{name}: {width} x {height} pixels are more than {MOST_PIXELS}"
        raise RequestRefused("bad_image_too_many_pixels", detail)
