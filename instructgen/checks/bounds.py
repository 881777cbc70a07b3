"""A denial bounded to a part of a picture in; whether boxes or a caption contradict it there out.

``No apples in the bowl`` is wrong where an apple's box lies in the bowl's, ``he carries no backpack`` where a
backpack's lies in the only person's.
"""

from collections.abc import Sequence

from ..records import Box, Context
from .mentions import Mention, Reading
from .senses import DETERMINERS, PREPOSITIONS
from .truth import Truth
from .word_lists import word_lists

_WEARS, _NOBODY = word_lists()["wears"], word_lists()["nobody"]
_INSIDE = frozenset(("in", "on", "inside", "into", "onto"))


def is_there_after_all(mention: Mention, reading: Reading, truth: Truth, context: Context) -> bool:
    """Tell whether what a sentence denies of a part of the picture is there by a box or in the words of a caption."""
    if not mention.certain or mention.near or not truth.supports(mention.name):
        return False
    low = reading.words(mention.turn)
    first, last = reading.sentence(mention)
    return _is_worn(low[first : mention.first], mention, truth, context) or _is_inside(
        low[mention.last : last], mention, reading, truth, context
    )


def _is_worn(before: Sequence[str], mention: Mention, truth: Truth, context: Context) -> bool:
    """Tell whether a person has the thing, when it is said that nobody, or the only person, has it."""
    persons = truth.boxes.get("person", ())
    if _WEARS.isdisjoint(before[-5:]) or mention.name == "person" or "person" in truth.crowds:
        return False
    if len(persons) != 1 and _NOBODY.isdisjoint(before):
        return False
    return _overlap(mention.name, "person", truth, context)


def _is_inside(after: Sequence[str], mention: Mention, reading: Reading, truth: Truth, context: Context) -> bool:
    """Tell whether the thing is in or on what the denial bounds it to, by boxes or by a caption's words."""
    if not after or after[0] not in _INSIDE:
        return False
    bound = next((word for word in after[1:] if word not in DETERMINERS), "")
    for m in truth.captions.mentions:
        if m.name == mention.name and m.polarity == "asserted" and m.certain:
            rest = truth.captions.words(m.turn)[m.last : m.last + 5]
            if bound in rest and after[0] in rest[: rest.index(bound)] and bound not in PREPOSITIONS:
                return True
    return any(
        m.turn == mention.turn and 0 < m.first - mention.last < 4 and _overlap(mention.name, m.name, truth, context)
        for m in reading.mentions
    )


def _overlap(name: str, other: str, truth: Truth, context: Context) -> bool:
    """Tell whether a box of one class lies in one of another: its middle, and its foot, or else it is in front."""
    things = [context.boxes[i] for i in truth.boxes.get(name, ())]
    return any(_holds(context.boxes[i], thing) for i in truth.boxes.get(other, ()) for thing in things)


def _holds(outer: Box, inner: Box) -> bool:
    x, y = (inner.x1 + inner.x2) / 2, (inner.y1 + inner.y2) / 2
    return outer.x1 <= x <= outer.x2 and outer.y1 <= y and inner.y2 <= outer.y2
