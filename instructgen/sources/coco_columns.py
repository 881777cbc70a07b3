"""Lists of COCO annotations in; columns of numbers, grouped by image, out.

A column costs some 50 bytes a box where objects would cost 350, and corners, clipping, rounding and the search for
what is wrong are done on whole columns at once.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from .coco_json import BoxNote, CaptionNote, Id, OddNote

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FINE, BAD_BOX, UNKNOWN_CATEGORY, NO_SIZE = 0, 1, 2, 3
"""Verdicts on a box."""

_NO_BOX = (float("nan"),) * 4
_BLOCK = 1 << 16


class IdColumn:
    """Ids: packed integers as long as all are integers, else a list."""

    def __init__(self) -> None:
        self.values: array[int] | list[Id] = array("q")

    def extend(self, ids: Sequence[Id]) -> None:
        """Append ids."""
        if isinstance(self.values, array):
            try:
                self.values.extend(array("q", ids))  # type: ignore[arg-type]
                return
            except (TypeError, OverflowError):
                self.values = list(self.values)
        self.values.extend(ids)

    def places(self, place_of: Mapping[Id, int]) -> Ints:
        """Give each id's place, -1 where it has none."""
        return np.fromiter(map(place_of.get, self.values, repeat(-1)), np.int64, len(self.values))


@dataclass
class Boxes:
    """All boxes of an instances file, in file order."""

    images: IdColumn = field(default_factory=IdColumn)
    ids: IdColumn = field(default_factory=IdColumn)
    categories: IdColumn = field(default_factory=IdColumn)
    crowds: bytearray = field(default_factory=bytearray)
    odd: list[OddNote] = field(default_factory=list)
    """Annotations that could not be read."""
    _parts: list[Floats] = field(default_factory=list)

    def take(self, notes: Sequence[BoxNote | OddNote]) -> None:
        """Append annotations."""
        good = [n for n in notes if isinstance(n, BoxNote)]
        if len(good) != len(notes):
            self.odd += [n for n in notes if isinstance(n, OddNote)]
        self.images.extend([n.image_id for n in good])
        self.ids.extend(["" if n.id is None else n.id for n in good])
        self.categories.extend(["" if n.category_id is None else n.category_id for n in good])
        self.crowds += bytes([n.iscrowd == 1 for n in good])
        numbers = np.empty((len(good), 5))
        corners = np.fromiter(chain.from_iterable([n.bbox or _NO_BOX for n in good]), np.float64, 4 * len(good))
        numbers[:, :4] = corners.reshape(-1, 4)
        numbers[:, 4] = [np.nan if n.area is None else n.area for n in good]
        self._parts.append(numbers)

    def numbers(self) -> Floats:
        """Give x, y, width, height and area in pixels, one row a box, and keep them no longer."""
        parts, self._parts = self._parts, []
        return np.concatenate(parts) if parts else np.empty((0, 5))


@dataclass
class Captions:
    """All captions of a captions file, in file order."""

    images: IdColumn = field(default_factory=IdColumn)
    texts: list[str | None] = field(default_factory=list)
    odd: list[OddNote] = field(default_factory=list)

    def take(self, notes: Sequence[CaptionNote | OddNote]) -> None:
        """Append annotations."""
        good = [n for n in notes if isinstance(n, CaptionNote)]
        if len(good) != len(notes):
            self.odd += [n for n in notes if isinstance(n, OddNote)]
        self.images.extend([n.image_id for n in good])
        self.texts += [n.caption for n in good]


def to_shares(numbers: Floats, places: Ints, sizes: Floats) -> NDArray[np.uint8]:
    """Turn x, y, width, height, area in pixels, in place, into corners clipped to [0, 1] and the share of the image.

    Corners are rounded to three decimals, shares to six; an area that is unknown stays NaN. ``sizes`` holds width and
    height of each image. Gives a verdict a box: a box is bad when a number is not finite, when width or height is not
    above zero, or when nothing of it lies in the picture.
    """
    verdicts = np.zeros(len(numbers), np.uint8)
    for at in range(0, len(numbers), _BLOCK):
        part = numbers[at : at + _BLOCK]
        size = sizes[places[at : at + _BLOCK]]  # a place of -1 takes the last size: such boxes are never used
        with np.errstate(all="ignore"):
            part[:, 4] /= size[:, 0] * size[:, 1]
            bad = ~np.isfinite(part[:, :4]).all(axis=1) | (part[:, 2:4] <= 0).any(axis=1)
            part[:, 2:4] += part[:, 0:2]
            part[:, 0:4:2] /= size[:, 0:1]
            part[:, 1:4:2] /= size[:, 1:2]
            np.clip(part[:, :4], 0.0, 1.0, out=part[:, :4])
            bad |= (part[:, 0] >= part[:, 2]) | (part[:, 1] >= part[:, 3])
            part[:, :4] = np.rint(part[:, :4] * 1000) / 1000
            part[:, 4] = np.where(part[:, 4] >= 0, np.rint(np.minimum(part[:, 4], 1.0) * 1e6) / 1e6, np.nan)
        verdicts[at : at + _BLOCK] = np.where(np.isnan(size).any(axis=1), NO_SIZE, np.where(bad, BAD_BOX, FINE))
    return verdicts


@dataclass(frozen=True)
class Groups:
    """The positions of annotations by the place of their image."""

    order: Ints
    """Positions, sorted by place, in file order within one."""
    starts: Ints
    """Where each place's positions begin in ``order``; one more at the end."""

    @classmethod
    def of(cls, places: Ints, count: int) -> "Groups":
        """Group positions by place; those without a place are in no group."""
        order = np.argsort(places, kind="stable")
        return cls(order, np.searchsorted(places, np.arange(count + 1), sorter=order))

    def span(self, first: int, last: int) -> Ints:
        """Give the positions of places ``first`` up to, not including, ``last``."""
        return self.order[self.starts[first] : self.starts[last]]
