"""COCO annotation files in; the context of any picture that they annotate out, by its name or id.

The files are read by a process of its own, whose memory ends with it, and the contexts lie compressed in a temporary
file: all of train2017 costs some ten megabytes of memory, a look-up some forty microseconds.
"""

import os
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir
from typing import IO, NamedTuple

from .. import sources
from ..component import Component, Site, resolve
from ..errors import SetupError
from ..library import Library
from ..protocols import Source
from ..records import Context, Fault, Image
from .forked import apart

_COCO_NAME = re.compile(r"(?:COCO_[a-z]+\d{4}_)?(\d{12})")

Key = int | str


def key_of(name: str) -> Key:
    """Give what pictures are known by: COCO's number (of any year's naming), else the name without its folders.

    Only twelve digits are a COCO number: ``285.jpg`` is another set's picture.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, _ = last.rpartition(".")
    number = _COCO_NAME.fullmatch(stem if dot else last)
    return int(number[1]) if number else last


class _Index(NamedTuple):
    named: dict[Key, int]
    """Each picture's number in the file, by its name."""
    numbered: dict[Key, int]
    """By its id, where that is not the name."""
    ends: "array[int]"
    faults: Counter[str]


class Annotations:
    """Contexts by picture."""

    def __init__(self, captions: Path | None, instances: Path | None, file: IO[bytes]) -> None:
        """Read the files, either of which may be missing; ``file`` is where contexts lie. Raises SetupError."""
        self.files = [path for path in (captions, instances) if path is not None]
        self._file = file
        fields = {"captions": captions, "instances": instances}
        self._index = apart(self._read, {name: str(path) for name, path in fields.items() if path is not None})
        if not self._index.ends:
            raise SetupError(f"{self.files[0]}: holds no usable annotation of any picture")
        self._one = lru_cache(maxsize=64)(self._load)

    def _read(self, fields: dict[str, str]) -> _Index:
        coco = resolve("coco", sources.TABLE, "source", "--instances")
        assert issubclass(coco, Component)
        source: Source = coco.build(fields, Site("source", Library(())), "--captions, --instances")  # type: ignore[assignment]
        index = _Index({}, {}, array("q"), Counter())
        try:
            self._keep(source, index)
        except OSError as error:
            raise SetupError(
                f"{gettempdir()}: the annotations' contexts cannot be written there ({error.strerror}); "
                "set TMPDIR to a folder with room"
            ) from None
        return index

    def _keep(self, source: Source, index: _Index) -> None:
        with open(self._file.fileno(), "wb", closefd=False) as file:
            for row in source.read(0):
                if isinstance(row.item, Fault):
                    index.faults[row.item.reason] += 1
                if isinstance(row.item, Context):
                    keys = [key_of(image.path) for image in row.item.images if image.path]
                    for key in keys:
                        index.named.setdefault(key, len(index.ends))
                    if (number := key_of(row.item.id)) not in keys:
                        index.numbered[number] = len(index.ends)
                    file.write(zlib.compress(row.item.model_dump_json(exclude_defaults=True).encode(), 1))
                    index.ends.append(file.tell())

    def named(self) -> str:
        """Give the files as they stand in a sentence."""
        return " and ".join(map(str, self.files))

    @property
    def faults(self) -> Counter[str]:
        """Annotated pictures that cannot be used, and annotations that belong to none, by reason."""
        return self._index.faults

    def example(self) -> str:
        """Give the name of an annotated picture."""
        context = self._one(0)
        return (context.images[0].path if context.images else None) or context.id

    def places(self, names: Sequence[str | None], own: str) -> list[int] | None:
        """Give the numbers of a sample's pictures; None when one of them is not annotated.

        ``names`` are its pictures' (None: one without a name), ``own`` its id, which stands for a single picture: as
        COCO's twelve digits always, in another form only where the picture has no name.
        """
        found = [self._index.named.get(key_of(name)) if name else None for name in names]
        if len(names) < 2 and not any(place is not None for place in found):
            found = [self._by_id(own, nameless=not any(names))]
        return None if None in found else [place for place in found if place is not None]

    def _by_id(self, own: str, nameless: bool) -> int | None:
        key = key_of(own)
        if isinstance(key, str) and nameless and own.isascii() and own.isdecimal():
            key = int(own)
        if not nameless and isinstance(key, str):
            return None
        return self._index.numbered.get(key, self._index.named.get(key))

    def context(self, places: Sequence[int]) -> Context:
        """Give the context of one picture, or of several as one whose boxes say which picture they are in."""
        if len(places) == 1:
            return self._one(places[0])
        contexts = [self._one(place) for place in places]
        images: Iterable[Image] = [image for context in contexts for image in context.images]
        boxes = [box.model_copy(update={"image": n}) for n, context in enumerate(contexts) for box in context.boxes]
        captions = [caption for context in contexts for caption in context.captions]
        first = contexts[0]
        return first.model_copy(update={"images": (*images,), "boxes": (*boxes,), "captions": (*captions,)})

    def _load(self, place: int) -> Context:
        start, end = self._index.ends[place - 1] if place else 0, self._index.ends[place]
        return Context.model_validate_json(zlib.decompress(os.pread(self._file.fileno(), end - start, start)))
