"""A picture of a run in; a small copy of it out, or why there is none.

Only what a context of the run names is read, and only below its source's folder of images. Files are decoded and, where
they are large, encoded anew, two at a time at most; more pixels than ``images.MOST_PIXELS`` are refused unopened.
"""

import threading
from collections import OrderedDict
from pathlib import Path
from stat import S_ISREG

from ..errors import RequestRefused
from ..pictures.fit import Limits, fitted, measure
from ..pictures.images import Place, locate, read_inside
from ..records import Image

SIDES = (320, 1280)
"""The longest sides, in pixels, that a copy may have."""

_COPY_BYTES = 2_000_000
_KEPT = 256
_REMEMBERED = 2000

_decoding = threading.BoundedSemaphore(2)
"""A picture at the bound takes 270 MB while it is decoded."""


class Pictures:
    """The pictures of one run: knows which of those that were asked for cannot be shown."""

    def __init__(self, root: Path | None) -> None:
        """``root`` is the folder that the images' paths are relative to."""
        self._root = root
        self._copies: OrderedDict[tuple[Place, int, int], tuple[str, bytes]] = OrderedDict()
        self._lock = threading.Lock()
        self._shown: OrderedDict[str, tuple[Image, ...]] = OrderedDict()
        self.missing: dict[str, str] = {}
        """Why pictures cannot be shown, by path or URL: of those that were asked for so far."""

    def remember(self, sample: str, images: tuple[Image, ...]) -> None:
        """Keep a sample's pictures in mind: they are about to be asked for."""
        with self._lock:
            self._shown[sample] = images
            while len(self._shown) > _REMEMBERED:
                self._shown.popitem(last=False)

    def recall(self, sample: str) -> tuple[Image, ...]:
        """Give a sample's pictures, if they are kept in mind."""
        return self._shown.get(sample, ())

    def fault(self, image: Image) -> str | None:
        """Say why a picture cannot be shown, as far as can be told by a glance at the file; None when it can."""
        name = image.path or image.url or ""
        try:
            self._glance(image)
        except RequestRefused as refused:
            self.missing[name] = refused.detail
        return self.missing.get(name)

    def size(self, image: Image) -> tuple[int, int]:
        """Give width and height in pixels: as recorded, else as the file says, else a square's."""
        if image.width and image.height:
            return image.width, image.height
        try:
            return self._glance(image)
        except RequestRefused:
            return 1000, 1000

    def copy(self, image: Image, side: int) -> tuple[str, bytes]:
        """Give media type and bytes of a copy whose longest side has at most ``side`` pixels. Raises RequestRefused."""
        place, changed = self._place(image)
        key = (place, changed, side)
        with self._lock:
            if key in self._copies:
                self._copies.move_to_end(key)
                return self._copies[key]
        with _decoding:
            try:
                copy = fitted(read_inside(self._root, image), Limits(_COPY_BYTES, side), str(image.path))
            except RequestRefused as refused:
                self.missing[str(image.path)] = refused.detail
                raise
        with self._lock:
            self._copies[key] = copy
            while len(self._copies) > _KEPT:
                self._copies.popitem(last=False)
        return copy

    def _place(self, image: Image) -> tuple[Place, int]:
        """Find a picture, a plain file that is not empty or inside of one; also when it was changed.

        Raises RequestRefused.
        """
        if image.path is None and image.url:
            raise RequestRefused("bad_image", f"{image.url}: lies on the network, and this page stays on this machine")
        place = locate(self._root, image)
        try:
            stat = place.file.stat()
        except OSError as error:
            raise RequestRefused("bad_image_missing", f"{image.path}: cannot be read ({error.strerror})") from None
        if not S_ISREG(stat.st_mode) or not stat.st_size:
            raise RequestRefused("bad_image_empty", f"{image.path}: is empty, or no file")
        return place, stat.st_mtime_ns

    def _glance(self, image: Image) -> tuple[int, int]:
        """Read the header of a picture; give width and height. Raises RequestRefused."""
        place, _ = self._place(image)
        if place.inner:
            return measure(read_inside(self._root, image), str(image.path))[:2]
        return measure(place.file, str(image.path))[:2]
