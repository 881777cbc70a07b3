"""The image records of one or two COCO files in; one list of records, and the place of each image id in it, out."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from instructgen.errors import SetupError

from .coco_json import CocoFile, Id, ImageRecord, OddImage


class Broken(NamedTuple):
    """A record of ``images`` that cannot become a context."""

    id: Id | None
    reason: str
    detail: str


Entry = ImageRecord | Broken


def merge(files: Sequence[CocoFile], order: Literal["file", "id"]) -> tuple[list[Entry], dict[Id, int]]:
    """Give the image records in order, and each id's place among them.

    Images of the second file follow those of the first, less those that the first has too. Of an id that stands twice
    in one file the later record is broken; both are when they name different pictures, since it cannot be told which
    of the two an annotation means. Raises SetupError for two files without a common image.
    """
    entries: list[Entry] = []
    place_of: dict[Id, int] = {}
    for file in files:
        before = len(entries)
        common = _add(file, before, entries, place_of)
        if before and len(entries) > before and not common:
            raise SetupError("captions and instances share no image id; expected two files of the same set and year")
    return _by_id(entries) if order == "id" else (entries, place_of)


def sizes(entries: Sequence[Entry]) -> NDArray[np.float64]:
    """Give width and height of each image, NaN where they are not known or not above zero."""
    found = np.full((len(entries) + 1, 2), np.nan)  # the last row stands for images that are not there
    for place, entry in enumerate(entries):
        if isinstance(entry, ImageRecord) and entry.width and entry.height and entry.width > 0 and entry.height > 0:
            found[place] = (entry.width, entry.height)
    return found


def _add(file: CocoFile, before: int, entries: list[Entry], place_of: dict[Id, int]) -> bool:
    """Add a file's images; tell whether one of them was known from another file, that is, lies before ``before``."""
    common = False
    for image in file.images:
        place = -1 if image.id is None else place_of.get(image.id, -1)
        if 0 <= place < before:
            common = True
        elif place >= 0:
            entries.append(_repeat(image, entries, place))
        else:
            if image.id is not None:
                place_of[image.id] = len(entries)
            entries.append(image if isinstance(image, ImageRecord) else Broken(image.id, "bad_image_record", image.why))
    file.images = []
    return common


def _repeat(image: ImageRecord | OddImage, entries: list[Entry], place: int) -> Broken:
    first = entries[place]
    names = [getattr(record, "file_name", None) for record in (first, image)]
    why = f"image id {image.id!r} stands twice in 'images' ({names[0]!r}, {names[1]!r}); expected each id once"
    if names[0] != names[1]:
        entries[place] = Broken(image.id, "duplicate_id", why)
    return Broken(image.id, "duplicate_id", why)


def _by_id(entries: list[Entry]) -> tuple[list[Entry], dict[Id, int]]:
    """Sort by id, numbers before strings, records without an id last; equal ids stay in file order."""

    def key(entry: Entry) -> tuple[int, int, str]:
        match entry.id:
            case int():
                return (0, entry.id, "")
            case str():
                return (1, 0, entry.id)
            case None:
                return (2, 0, "")

    entries = sorted(entries, key=key)
    place_of: dict[Id, int] = {}
    for place, entry in enumerate(entries):
        if entry.id is not None:
            place_of.setdefault(entry.id, place)
    return entries, place_of
