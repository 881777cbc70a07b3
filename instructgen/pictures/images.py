"""A reference to a picture in; where it lies, and its bytes, out. What is done with them is ``fit``'s.

Every fault is a RequestRefused whose reason begins with ``bad_image``.
"""

import os
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from ..errors import RecordError, RequestRefused
from ..records import Image
from .archives import MOST_BYTES, need_member, places_to_part, read_member


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


def read_or_fault(root: Path | None, image: Image) -> bytes | RecordError:
    """Read an image as ``read_inside`` does; what that raises is given instead."""
    try:
        return read_inside(root, image)
    except RecordError as error:
        return error


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
