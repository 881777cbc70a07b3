"""Boxes in; whether they bear out a side of the picture, or one thing's place by another's, out.

The frame is the viewer's, in the plane of the picture. Each question has three answers: True (borne out), False
(contradicted) and None (the boxes cannot tell), with a wide band of None between the other two, because people see
places by more than the middles of boxes.
"""

from collections.abc import Iterable
from math import hypot
from typing import Protocol

from ..records import Box
from .place_words import Across, Down, How


class Tolerances(Protocol):
    """From where on boxes bear out or contradict what is said of places, in shares of the picture."""

    @property
    def side(self) -> float:
        """How far past the middle a thing is no more in the half that is named."""

    @property
    def centre(self) -> float:
        """How near to the left or right edge a thing is no more in the centre."""

    @property
    def apart(self) -> float:
        """How far apart middles bear out "left of"."""

    @property
    def against(self) -> float:
        """How far apart the other way they contradict it, or boxes "on"."""

    @property
    def overlap(self) -> float:
        """How much of the narrower thing's width over the other's makes neither left of the other."""

    @property
    def near(self) -> float:
        """How much of the diagonal between boxes contradicts "near"."""


_WIDE = 0.25
_FROM_EDGE = 0.45


def on_side(box: Box, across: Across, down: Down, third: bool, allow: Tolerances, edge: bool = False) -> bool | None:
    """Tell whether a box lies on a side, in a corner, in a third or in the centre of the picture.

    At the ``edge`` of a side is nothing that begins near the middle.
    """
    answers: list[bool | None] = []
    if across == "centre":
        answers.append(_central(box.x1, box.x2, allow))
    elif across:
        low, high = (box.x1, box.x2) if across == "left" else (1 - box.x2, 1 - box.x1)
        answers.append(False if edge and low > _FROM_EDGE else _in_half(low, high, third, allow))
    if down:
        low, high = (box.y1, box.y2) if down == "top" else (1 - box.y2, 1 - box.y1)
        answers.append(_in_half(low, high, third, allow))
    return all_of(answers)


def _in_half(low: float, high: float, third: bool, allow: Tolerances) -> bool | None:
    """Tell whether an interval lies in the lower half of [0, 1]; a third bears out up to 0.4 only."""
    middle = (low + high) / 2
    if middle <= (0.4 if third else 0.5):
        return True
    return False if middle > allow.side and not (low <= _WIDE and high >= 1 - _WIDE) else None


def _central(low: float, high: float, allow: Tolerances) -> bool | None:
    middle = (low + high) / 2
    if 0.3 <= middle <= 0.7:
        return True
    return False if abs(middle - 0.5) > 0.5 - allow.centre and not low < 0.5 < high else None


def related(box: Box, how: How, other: Box, aspect: float, allow: Tolerances) -> bool | None:
    """Tell whether a box lies left of, above, on or near another; ``aspect`` is the picture's width by its height."""
    if how in ("left", "right"):
        return _beside(box, other, allow) if how == "left" else _beside(other, box, allow)
    if how in ("above", "below"):
        return _above(box, other) if how == "above" else _above(other, box)
    across = max(box.x1, other.x1) - min(box.x2, other.x2)
    down = max(box.y1, other.y1) - min(box.y2, other.y2)
    if how == "on":
        return False if across > allow.against else True if across <= 0 and down <= 0 else None
    gap = hypot(max(0.0, across) * aspect, max(0.0, down)) / hypot(aspect, 1)
    return False if gap > allow.near else True if gap <= allow.near / 2 else None


def _beside(left: Box, right: Box, allow: Tolerances) -> bool | None:
    gap = (right.x1 + right.x2 - left.x1 - left.x2) / 2
    widths = left.x2 - left.x1, right.x2 - right.x1
    if gap >= max(allow.apart, max(widths) / 4):
        return True
    shared = min(left.x2, right.x2) - max(left.x1, right.x1)
    return False if -gap >= allow.against and shared < allow.overlap * min(widths) else None


def _above(upper: Box, lower: Box) -> bool | None:
    """Tell whether a box is above another: contradicted only where all of it is below."""
    if upper.y1 >= lower.y2:
        return False
    gap = (lower.y1 + lower.y2 - upper.y1 - upper.y2) / 2
    return True if gap > max(upper.y2 - upper.y1, lower.y2 - lower.y1) / 4 else None


def is_beyond(box: Box, across: Across, down: Down) -> bool:
    """Tell whether all of a box, even of a crowd's, lies in the other half than the named one."""
    beyond_across = (across == "left" and box.x1 > 0.5) or (across == "right" and box.x2 < 0.5)
    return beyond_across or (down == "top" and box.y1 > 0.5) or (down == "bottom" and box.y2 < 0.5)


def is_past(box: Box, how: How, other: Box) -> bool:
    """Tell whether all of a box lies on the other side of another than left or right of it, as is said."""
    return (how == "left" and box.x1 >= other.x2) or (how == "right" and box.x2 <= other.x1)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Give True if any is, False if there are some and all are, else None."""
    told: bool | None = None
    sure = True
    for answer in answers:
        if answer:
            return True
        told, sure = answer, sure and answer is False
    return told if sure else None


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Give False if any is, True if there are some and all are, else None."""
    told = list(answers)
    return False if False in told else True if told and None not in told else None
