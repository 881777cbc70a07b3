"""A picture's bytes in; what its header and its end mark say out. Nothing is decoded: some ten microseconds a picture.

For the four formats that servers take. What a header is read for: size; whether the file is whole; whether every server
would see the same pixels in it, so that it may be sent as it is. Layouts: ITU T.81 and Exif 2.3, W3C PNG (third
edition), RFC 9649 (WebP), GIF89a.
"""

from collections.abc import Callable
from struct import error as StructError
from struct import unpack_from
from typing import NamedTuple


class Header(NamedTuple):
    """What is known of a picture before it is decoded."""

    format: str
    """``JPEG``, ``PNG``, ``WEBP`` or ``GIF``."""
    width: int
    """Pixels as stored, before any turning."""
    height: int
    plain: bool
    """Whether all decoders agree on it: 8 bits a channel, grey or three colours, opaque, one frame."""
    whole: bool
    """Whether the file goes on to its end mark. What stands behind that mark is no fault: cameras write there."""
    orientation: int = 1
    """How it is to be turned (EXIF): 1 not at all, 2 to 8 mirrored or turned."""


class _Odd(Exception):
    """A header unlike those that are known: a decoder may make something of it."""


def read_header(data: bytes) -> Header | None:
    """Read the header of a JPEG, PNG, WebP or GIF; None for anything else, and for one that is not understood.

    A file that ends before its size is told has the size 0 x 0 and is not ``whole``.
    """
    for start, read in _READERS:
        if data.startswith(start):
            try:
                return read(data)
            except (_Odd, StructError, IndexError):
                return None
    return None


# ── JPEG ─────────────────────────────────────────────────────────────────────────────────────────────────────

_FRAMES = frozenset((0xC0, 0xC1, 0xC2))
"""Markers of frames that every decoder reads: baseline, extended, progressive."""
_RARE_FRAMES = frozenset((0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF))
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
"""Markers without a length."""


def _jpeg(data: bytes) -> Header:
    at, last = 2, len(data) - 4
    width = height = 0
    plain, orientation = False, 1
    while at <= last:
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise _Odd
        if marker == 0xFF or marker in _ALONE:  # the former fills
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = unpack_from(">H", data, at + 2)
        if marker in _FRAMES or marker in _RARE_FRAMES:
            bits, height, width, channels = unpack_from(">BHHB", data, at + 4)
            plain = marker in _FRAMES and bits == 8 and channels in (1, 3)
        elif marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = orientation_in(data[at + 10 : at + 2 + length])
        elif marker == 0xDA:  # from here on FF D9 ends the picture and means nothing else
            if not width or not height:
                raise _Odd
            return Header("JPEG", width, height, plain, data.rfind(b"\xff\xd9", at) >= 0, orientation)
        elif marker == 0xD9:
            raise _Odd
        at += 2 + length
    return Header("JPEG", 0, 0, plain, False)


def orientation_in(exif: bytes) -> int:
    """Read how a picture is to be turned from its EXIF block; 1 where that does not say, or is broken."""
    try:
        order = {b"II": "<", b"MM": ">"}[exif[:2]]
        (start,) = unpack_from(f"{order}I", exif, 4)
        (entries,) = unpack_from(f"{order}H", exif, start)
        for at in range(start + 2, start + 2 + 12 * min(entries, 500), 12):
            tag, kind = unpack_from(f"{order}HH", exif, at)
            if tag == 0x0112:
                (value,) = unpack_from(f"{order}{'I' if kind == 4 else 'H'}", exif, at + 8)
                return int(value) if 1 <= value <= 8 else 1
    except (KeyError, StructError):  # a broken entry spoils no picture
        pass
    return 1


# ── PNG ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise _Odd
    width, height, bits, colours = unpack_from(">IIBB", data, 16)
    plain, orientation = bits <= 8 and colours in (0, 2, 3), 1  # 4 and 6 are those with alpha
    at = 8
    while True:
        if at + 8 > len(data):
            return Header("PNG", width, height, plain, False, orientation)
        length, kind = unpack_from(">I4s", data, at)
        if kind in (b"acTL", b"tRNS"):  # an animation, transparent colours
            plain = False
        elif kind == b"eXIf":
            orientation = orientation_in(data[at + 8 : at + 8 + length])
        elif kind in (b"IDAT", b"IEND"):
            break
        at += 12 + length
    return Header("PNG", width, height, plain, data.rfind(b"IEND", at) >= 0, orientation)


# ── WebP ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _webp(data: bytes) -> Header:
    if data[8:12] != b"WEBP":
        raise _Odd
    kind, (size,) = data[12:16], unpack_from("<I", data, 4)
    whole = size + 8 <= len(data)
    if kind == b"VP8 ":
        width, height = unpack_from("<HH", data, 26)
        return Header("WEBP", width & 0x3FFF, height & 0x3FFF, True, whole)
    if kind == b"VP8L":
        (bits,) = unpack_from("<I", data, 21)
        return Header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, not bits >> 28 & 1, whole)
    if kind == b"VP8X":
        flags, wide, high = data[20], int.from_bytes(data[24:27], "little"), int.from_bytes(data[27:30], "little")
        turned = _webp_orientation(data) if flags & 0x08 else 1
        return Header("WEBP", wide + 1, high + 1, not flags & 0x12, whole, turned)  # 0x10 alpha, 0x02 animation
    raise _Odd


def _webp_orientation(data: bytes) -> int:
    at = 12
    while at + 8 <= len(data):
        kind, length = unpack_from("<4sI", data, at)
        if kind == b"EXIF":
            return orientation_in(data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0"))
        at += 8 + length + length % 2
    return 1


# ── GIF ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _gif(data: bytes) -> Header:
    width, height, flags = unpack_from("<HHB", data, 6)
    plain, frames = True, 0
    try:
        at = 13 + _palette(flags)
        while data[at] != 0x3B:
            if data[at] == 0x2C:
                frames += 1
                if frames > 1:  # the first is whole, and it is the one that is shown
                    return Header("GIF", width, height, False, True)
                plain = plain and unpack_from("<HHHH", data, at + 1) == (0, 0, width, height)
                at = _after_blocks(data, at + 11 + _palette(data[at + 9]))
            elif data[at] == 0x21:
                plain = plain and not (data[at + 1] == 0xF9 and data[at + 3] & 1)  # a transparent colour
                at = _after_blocks(data, at + 2)
            else:
                raise _Odd
    except (IndexError, StructError):
        return Header("GIF", width, height, plain, False)
    return Header("GIF", width, height, plain, frames > 0)


def _palette(flags: int) -> int:
    """Give the bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Give where a chain of sub-blocks ends. Raises IndexError where the file ends first."""
    while length := data[at]:
        at += 1 + length
    return at + 1


_READERS: tuple[tuple[bytes, Callable[[bytes], Header]], ...] = (
    (b"\xff\xd8", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"RIFF", _webp),
    (b"GIF8", _gif),
)
