"""A COCO annotation file in; its images, categories, and lists of its annotations out.

These files reach half a gigabyte, nearly all of it outlines, which are not needed. The file is mapped into memory and
its annotations are decoded some megabytes at a time into small typed structs, so that neither the outlines nor the
whole file are ever held. A stretch is cut where a ``}`` meets a ``{`` and decoded as an array of its own: when that
succeeds, the cut was a true border between two annotations, since JSON is read from the left without looking ahead.
When it does not, the rest is decoded as a whole, annotation by annotation, and what is odd is kept as odd.
"""

import contextlib
import json
import mmap
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from msgspec.json import Decoder

from instructgen.errors import SetupError
from instructgen.records import Scalar

STRETCH = 8 << 20
"""Bytes decoded at a time. More cost memory and are no faster."""

_OPENING = re.compile(rb'"annotations"\s*:\s*\[')
_BORDER = re.compile(rb"\}\s*,\s*(?=\{)")
_EXPECTED = "expected COCO JSON: an object with 'images' and 'annotations' lists"

_BESIDE = ("images", "categories", "licenses")

Id = int | str


class ImageRecord(msgspec.Struct, gc=False):
    """An entry of ``images``."""

    id: Id
    file_name: str | None = None
    coco_url: str | None = None
    width: int | float | None = None
    height: int | float | None = None


class Category(msgspec.Struct, gc=False):
    """An entry of ``categories``."""

    id: Id
    name: str


class Licence(msgspec.Struct, gc=False):
    """An entry of ``licenses``."""

    id: Id
    name: str = ""


class BoxNote(msgspec.Struct, gc=False):
    """An entry of ``annotations`` in an instances file; ``caption`` tells a captions file given in its place."""

    image_id: Id
    id: Id | None = None
    category_id: Id | None = None
    bbox: tuple[float, float, float, float] | None = None
    area: float | None = None
    iscrowd: int | bool | None = 0
    caption: str | None = None


class CaptionNote(msgspec.Struct, gc=False):
    """An entry of ``annotations`` in a captions file; ``bbox`` tells an instances file given in its place."""

    image_id: Id
    caption: str | None = None
    id: Id | None = None
    bbox: list[float] | None = None


class OddNote(msgspec.Struct):
    """An annotation that cannot be read."""

    image_id: Id | None
    why: str


class OddImage(msgspec.Struct):
    """An entry of ``images`` that cannot be read."""

    id: Id | None
    why: str


N = TypeVar("N", BoxNote, CaptionNote)


@dataclass
class CocoFile:
    """What stands beside the annotations."""

    images: list[ImageRecord | OddImage] = field(default_factory=list)
    names: dict[Id, str] = field(default_factory=dict)
    """Category names by id."""
    licenses: dict[Id, str] = field(default_factory=dict)
    """Names of the images' licences by id."""


def record_type(keep: Sequence[str]) -> type[ImageRecord]:
    """Give the type of an image record with the source fields ``keep`` as ``kept_0``, ``kept_1``, …"""
    own = set(ImageRecord.__struct_fields__)
    fields = [(f"kept_{n}", Scalar, None) for n, name in enumerate(keep) if name not in own]
    if not fields:
        return ImageRecord
    names = {f"kept_{n}": name for n, name in enumerate(keep) if name not in own}
    made = msgspec.defstruct("KeptRecord", fields, bases=(ImageRecord,), rename=names, gc=False)
    assert issubclass(made, ImageRecord)
    return made


def read_coco(
    path: Path, what: str, image: type[ImageRecord], note: type[N], take: Callable[[list[N | OddNote]], None]
) -> CocoFile:
    """Read a file, handing its annotations to ``take`` list by list, in order.

    ``what`` is the field's name for messages. Raises SetupError for a file that is not COCO JSON, with line and byte.
    """
    found = CocoFile()
    try:
        if path.stat().st_size == 0:
            raise SetupError(f"{what}: {path} is empty; {_EXPECTED}")
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            images: Decoder[list[ImageRecord]] = Decoder(list.__class_getitem__(image))
            notes: Decoder[list[N]] = Decoder(list.__class_getitem__(note))
            _Reading(path, what, image, images, note, notes, take, found, data).run()
    except OSError as error:
        raise SetupError(f"{what}: {path} cannot be read ({error.strerror}); {_EXPECTED}") from None
    return found


@dataclass
class _Reading(Generic[N]):
    path: Path
    what: str
    image: type[ImageRecord]
    image_list: Decoder[list[ImageRecord]]
    note: type[N]
    note_list: Decoder[list[N]]
    take: Callable[[list[N | OddNote]], None]
    found: CocoFile
    data: mmap.mmap

    def run(self) -> None:
        opening = _OPENING.search(self.data)
        at = opening.end() if opening else 0
        if at and not self._head(self.data[:at] + b"]}"):
            at = 0
        while at and len(self.data) - at > 2 * STRETCH:
            cut = _BORDER.search(self.data, at + STRETCH)
            notes = self._notes(b"[%b]" % self.data[at : cut.start() + 1]) if cut else None
            if cut is None or notes is None:
                break
            self.take(notes)
            at = cut.end()
            self._forget(at)
        prefix = b'{"annotations":[' if at else b""
        self._rest(prefix + self.data[at:], at - len(prefix))

    def _forget(self, at: int) -> None:
        """Let go of the mapped pages that have been read: they would count as memory in use."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED, 0, at // mmap.PAGESIZE * mmap.PAGESIZE)

    def _head(self, text: bytes) -> bool:
        """Read what stands before the annotations; tell whether it is that, and sound."""
        try:
            top = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
            self._beside({name: value for name, value in top.items() if name != "annotations"})
        except msgspec.DecodeError:
            return False
        return True

    def _notes(self, text: bytes) -> list[N | OddNote] | None:
        """Decode an array of annotations; None when it is not one."""
        try:
            notes: list[N | OddNote] = []
            notes += self.note_list.decode(text)
            return notes
        except msgspec.DecodeError:
            pass
        try:
            return self._each(json.loads(text))
        except ValueError:
            return None

    def _each(self, notes: object) -> list[N | OddNote]:
        """Convert annotations one by one. Python's own reader has taken NaN, which JSON does not know."""
        if not isinstance(notes, list):
            raise SetupError(f"{self.what}: 'annotations' in {self.path} is not a list; {_EXPECTED}")
        return [self._one(n) for n in notes]

    def _one(self, note: object) -> N | OddNote:
        try:
            return msgspec.convert(note, self.note)
        except msgspec.ValidationError as error:
            image = _id(note, "image_id")
            name = f"annotation {_id(note, 'id')!r} of image {image!r}"
            return OddNote(image, f"{name}: expected one as COCO has it ({error})")

    def _rest(self, text: bytes, offset: int) -> None:
        """Decode what is left as one object; ``offset`` is where it begins in the file."""
        try:
            top = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            self._loose(text, offset)
            return
        if "annotations" not in top:
            raise SetupError(f"{self.what}: {self.path} has no 'annotations' ({_has(top)}); {_EXPECTED}")
        notes = self._notes(bytes(top.pop("annotations")))
        if notes is None:  # an object or a string in its place
            raise SetupError(f"{self.what}: 'annotations' in {self.path} is not a list; {_EXPECTED}")
        self._beside(top)
        self.take(notes)

    def _loose(self, text: bytes, offset: int) -> None:
        """Read what a strict reader does not: NaN as a value, a byte-order mark, another top-level value."""
        try:
            top = json.loads(text)
        except json.JSONDecodeError as error:
            at = offset + len(error.doc[: error.pos].encode())
            line = self.data[: max(at, 0)].count(b"\n") + 1
            why = f"not JSON at line {line}, byte {at} ({error.msg})"
            raise SetupError(f"{self.what}: {self.path} is {why}; {_EXPECTED}") from None
        except UnicodeDecodeError as error:
            raise SetupError(f"{self.what}: {self.path} is not UTF-8 text ({error}); {_EXPECTED}") from None
        if not isinstance(top, dict) or "annotations" not in top:
            raise SetupError(f"{self.what}: {self.path} has no 'annotations' ({_has(top)}); {_EXPECTED}")
        notes = self._each(top.pop("annotations"))
        self._beside({k: msgspec.Raw(json.dumps(v).encode()) for k, v in top.items() if k in _BESIDE})
        self.take(notes)

    def _beside(self, top: dict[str, msgspec.Raw]) -> None:
        """Take images, categories and licences; a list of licences that cannot be read is none."""
        if "licenses" in top:
            with contextlib.suppress(msgspec.DecodeError):
                listed = msgspec.json.decode(top["licenses"], type=list[Licence])
                self.found.licenses.update((each.id, each.name) for each in listed)
        if "images" in top:
            self._images(top["images"])
        if "categories" in top:
            try:
                categories = msgspec.json.decode(top["categories"], type=list[Category])
            except msgspec.DecodeError as error:
                raise SetupError(
                    f"{self.what}: 'categories' in {self.path} cannot be read ({error}); expected a list of id and name"
                ) from None
            self.found.names.update((c.id, c.name) for c in categories)

    def _images(self, raw: msgspec.Raw) -> None:
        try:
            self.found.images += self.image_list.decode(raw)
            return
        except msgspec.DecodeError:
            entries = json.loads(bytes(raw))
        if not isinstance(entries, list):
            raise SetupError(f"{self.what}: 'images' in {self.path} is not a list; {_EXPECTED}")
        for number, entry in enumerate(entries):
            try:
                self.found.images.append(msgspec.convert(entry, self.image))
            except msgspec.ValidationError as error:
                self.found.images.append(OddImage(_id(entry, "id"), f"images[{number}]: {error}"))


def _has(top: object) -> str:
    if not isinstance(top, dict):
        return f"the file holds a {type(top).__name__}"
    return f"it has {', '.join(map(str, list(top)[:8])) or 'nothing'}"


def _id(entry: object, name: str) -> Id | None:
    value = entry.get(name) if isinstance(entry, dict) else None
    return value if isinstance(value, int | str) else None
