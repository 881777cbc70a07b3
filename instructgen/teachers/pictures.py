"""Image references in; what stands for them in a request out: URLs, and digests for the request's identity.

A picture's bytes are read once for both: the digest is made when the request is, and the URL when it is sent.
"""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from ..digests import digest_bytes
from ..images import fitted, read_inside
from ..records import Image, Request

_MOST_KEPT = 64 * 1024 * 1024
"""Bytes of pictures kept between digest and sending."""


def images_of(request: Request) -> tuple[Image, ...]:
    """Give the images in a request's messages, in order."""
    return tuple([part for message in request.messages for part in message.parts if isinstance(part, Image)])


class Pictures:
    """The pictures of one teacher's requests."""

    def __init__(self, root: Path | None, most_bytes: int, longest_side: int) -> None:
        self._root = root
        self._most_bytes = most_bytes
        self._longest_side = longest_side
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0

    def digests(self, images: Sequence[Image]) -> list[dict[str, object]]:
        """Give each image's part of an identity. Raises RequestRefused (``bad_image``)."""
        settings = {"max_bytes": self._most_bytes, "max_side": self._longest_side}
        return [
            {"url": i.url} if i.path is None else {"bytes": digest_bytes(self._read(i)), **settings} for i in images
        ]

    async def urls(self, images: Sequence[Image]) -> dict[Image, str]:
        """Give each image's URL: its own, or one that holds the picture. Raises RequestRefused (``bad_image``)."""
        return {image: await self._url(image) for image in images}

    async def _url(self, image: Image) -> str:
        if image.path is None:
            return image.url or ""
        kept = self._kept.pop(image.path, None)
        self._kept_bytes -= len(kept or b"")
        return await asyncio.to_thread(self._data_url, image, kept)

    def _data_url(self, image: Image, kept: bytes | None) -> str:
        data = read_inside(self._root, image) if kept is None else kept
        kind, fit = fitted(data, self._most_bytes, self._longest_side, image.path or "")
        return f"data:{kind};base64,{base64.b64encode(fit).decode()}"

    def _read(self, image: Image) -> bytes:
        path = image.path or ""
        data = self._kept.get(path)
        if data is None:
            data = self._kept[path] = read_inside(self._root, image)
            self._kept_bytes += len(data)
            while self._kept_bytes > _MOST_KEPT:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
        return data
