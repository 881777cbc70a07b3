"""Image references in; what stands for them in a request out: URLs, and digests for the request's identity.

A picture is read once for both, off the event loop, and looked at by header and end mark in the same go; what is sent
of it is kept for a while, since several tasks may ask about the same picture. Pictures that must be encoded anew are
handed to the same bounded pool of threads: Pillow lets go of Python's lock while it works.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Raw

from ..digests import digest_picture
from ..errors import RequestRefused, TeacherStop
from ..pictures.fit import Limits, fitted, passes
from ..pictures.images import locate, read_inside
from ..records import Image, Request

_MOST_KEPT = 64 * 1024 * 1024
"""Bytes of pictures kept."""
_ENTRY = 1000
"""Bytes that a picture takes beside its own."""

_encode = msgspec.json.Encoder().encode


def images_of(request: Request) -> tuple[Image, ...]:
    """Give the images in a request's messages, in order."""
    return tuple([part for message in request.messages for part in message.parts if isinstance(part, Image)])


@dataclass(slots=True)
class _Held:
    """A picture that was read."""

    digest: str
    data: bytes
    """What is sent; the original as long as ``kind`` is None. Nothing where it has a ``url`` or a ``fault``."""
    kind: str | None = None
    """Its media type."""
    url: str | None = None
    """Under which the server reads the file itself."""
    fault: RequestRefused | None = None
    """Why it cannot be sent. It has an identity all the same: it may have been answered when less was known."""


class Pictures:
    """The pictures of one teacher's requests. Used from one thread."""

    def __init__(self, root: Path | None, limits: Limits, local_media: Path | None = None) -> None:
        """``local_media``: a folder from which the server reads files itself."""
        self._root = root
        self._limits = limits
        self._readable = "" if local_media is None else os.path.realpath(local_media)
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._held_bytes = 0
        self._at_work: dict[tuple[str, str], asyncio.Future[_Held]] = {}
        self._settings = {"max_bytes": limits.most_bytes, "max_side": limits.longest_side}
        if limits.most_pixels is not None:
            self._settings["max_pixels"] = limits.most_pixels

    async def read_ahead(self, images: Sequence[Image]) -> None:
        """Read what ``digests`` needs, off the loop. Raises RequestRefused for a picture that cannot be read."""
        for image in images:
            if image.path is not None and image.path not in self._held:
                await self._reading(image, image.path)

    def digests(self, images: Sequence[Image]) -> list[dict[str, object]]:
        """Give each image's part of an identity. Raises RequestRefused for a picture that cannot be read."""
        return [
            {"url": i.url} if i.path is None else {"bytes": self._now(i, i.path).digest, **self._settings}
            for i in images
        ]

    async def urls(self, images: Sequence[Image]) -> Mapping[Image, Raw]:
        """Give each image's URL as JSON: its own, a file's, or one that holds the picture.

        Raises RequestRefused for a picture that cannot be read or sent, TeacherStop where there is no ``local_media``.
        """
        if self._readable and not os.path.isdir(self._readable):  # noqa: PTH112
            raise TeacherStop(f"local_media: there is no folder {self._readable}; name one that the server may read")
        return {image: await self._url(image) for image in images}

    async def _url(self, image: Image) -> Raw:
        path = image.path
        if path is None:
            return Raw(_encode(image.url or ""))
        held = self._held.get(path) or await self._reading(image, path)
        if held.kind is None and held.fault is None:
            unfitted = held
            held = await self._worked((path, "fit"), lambda: self._fit(unfitted, image, path))
        if held.fault is not None:
            raise RequestRefused(held.fault.reason, held.fault.detail)
        if held.url is not None:
            return Raw(_encode(held.url))
        # Here and not in a thread, which would hold Python's lock just as long.
        return Raw(b"".join((b'"data:%b;base64,' % (held.kind or "").encode(), memoryview(_encode(held.data))[1:])))

    def _now(self, image: Image, path: str) -> _Held:
        held = self._held.get(path)
        return held if held is not None else self._keep(path, self._read(image, path))

    def _keep(self, path: str, held: _Held) -> _Held:
        before = self._held.pop(path, None)
        self._held_bytes += len(held.data) + _ENTRY - (0 if before is None else len(before.data) + _ENTRY)
        self._held[path] = held
        while self._held_bytes > _MOST_KEPT:
            self._held_bytes -= len(self._held.popitem(last=False)[1].data) + _ENTRY
        return held

    # ── off the loop ─────────────────────────────────────────────────────────────────────────────────────────

    async def _reading(self, image: Image, path: str) -> _Held:
        return await self._worked((path, "read"), lambda: self._read(image, path))

    async def _worked(self, what: tuple[str, str], work: Callable[[], _Held]) -> _Held:
        """Have a picture worked on in the pool; whoever asks for the same meanwhile waits for it."""
        under_way = self._at_work.get(what)
        if under_way is not None:
            return await asyncio.shield(under_way)
        under_way = self._at_work[what] = asyncio.get_running_loop().run_in_executor(_pool(), work)
        try:
            return self._keep(what[0], await asyncio.shield(under_way))
        finally:
            del self._at_work[what]

    def _read(self, image: Image, path: str) -> _Held:
        data = read_inside(self._root, image)
        digest = digest_picture(data)
        try:
            kind = passes(data, self._limits, path)
        except RequestRefused as fault:
            return _Held(digest, b"", fault=fault)
        return _Held(digest, data) if kind is None or self._limits.verify else self._as_it_is(digest, data, kind, image)

    def _fit(self, held: _Held, image: Image, path: str) -> _Held:
        try:
            kind, data = fitted(held.data, self._limits, path)
        except RequestRefused as fault:
            return _Held(held.digest, b"", fault=fault)
        return self._as_it_is(held.digest, data, kind, image) if data is held.data else _Held(held.digest, data, kind)

    def _as_it_is(self, digest: str, data: bytes, kind: str, image: Image) -> _Held:
        """Hold a picture that is sent unchanged: under its file's address where the server can read that."""
        if self._readable:
            place = locate(self._root, image)
            if not place.inner and str(place.file).startswith(f"{self._readable.rstrip('/')}/"):
                return _Held(digest, b"", kind, place.file.as_uri())
        return _Held(digest, data, kind)


@lru_cache(1)
def _pool() -> ThreadPoolExecutor:
    """Give the threads that read and encode the pictures of all teachers."""
    return ThreadPoolExecutor(min(32, (os.cpu_count() or 1) + 2), thread_name_prefix="pictures")
