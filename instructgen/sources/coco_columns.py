"""Lists of COCO annotations in; columns of numbers, grouped by image, out.

A column costs some 50 bytes a box where objects would cost 350, and corners, clipping, rounding and the search for
what is wrong are done on whole columns at once.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .coco_json import BoxNote, CaptionNote, Id, OddNote

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FINE, BAD_BOX, UNKNOWN_CATEGORY, NO_SIZE = 0, 1, 2, 3
"""Verdicts on a box."""

_NO_BOX = (float("nan"),) * 4
_BLOCK = 1 << 16
THOUSANDTHS = np.array([n / 1000 for n in range(1001)], dtype=object)
"""The numbers that corners can be: shared, since a million boxes would hold four million floats."""


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


class Shares(NamedTuple):
    """Boxes in shares of their image."""

    corners: NDArray[np.int16]
    """x1, y1, x2, y2 of each box in thousandths, clipped to 0 … 1000."""
    areas: Floats
    """Share of the image that the outline covers, to six decimals; NaN where it is not known."""
    verdicts: NDArray[np.uint8]
    """FINE, or why not: a box is bad when a number is not finite, when width or height is not above zero, or when
    nothing of it lies in the picture."""


def to_shares(numbers: Floats, places: Ints, sizes: Floats) -> Shares:
    """Turn x, y, width, height, area in pixels, one row a box, into shares. ``sizes``: width, height of each place."""
    found = Shares(np.empty((len(numbers), 4), np.int16), np.empty(len(numbers)), np.zeros(len(numbers), np.uint8))
    for at in range(0, len(numbers), _BLOCK):
        span = slice(at, at + _BLOCK)
        x, y, w, h, area = numbers[span].T
        size = sizes[places[span]]  # a place of -1 takes the last size: such boxes are never used
        wide, high = size.T
        with np.errstate(all="ignore"):
            area = area / (wide * high)
            corners = np.stack([x / wide, y / high, (x + w) / wide, (y + h) / high], axis=1)
            fine = np.isfinite(corners).all(axis=1) & (w > 0) & (h > 0)
            np.clip(corners, 0.0, 1.0, out=corners)
            fine &= (corners[:, 0] < corners[:, 2]) & (corners[:, 1] < corners[:, 3])
            found.corners[span] = np.rint(np.nan_to_num(corners) * 1000)
            found.areas[span] = np.where(area >= 0, np.rint(np.minimum(area, 1.0) * 1e6) / 1e6, np.nan)
        found.verdicts[span] = np.where(np.isnan(wide), NO_SIZE, np.where(fine, FINE, BAD_BOX))
    return found


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
