"""A context in; what its boxes and captions support out, once for all the samples made of it."""

from functools import lru_cache
from typing import NamedTuple

from ..records import Context
from ..vocabulary import COCO, Vocabulary
from .mentions import Reading, read


class Truth(NamedTuple):
    """What a context's annotations say is in the picture."""

    boxes: dict[str, tuple[int, ...]]
    """Indices of the context's boxes by class, largest first."""
    crowds: frozenset[str]
    """Classes of which a box covers an uncounted group."""
    areas: tuple[float, ...]
    """Share of the image that each of the context's boxes takes up: its outline's where known."""
    captions: Reading
    """The captions as read: a caption is a turn."""
    captioned: frozenset[str]
    """Classes that a caption mentions as a synonym, in any manner but negated."""
    hinted: frozenset[str]
    """Classes that a caption mentions by a near word or in an uncertain sense, or that a box's label is near to."""
    complete: bool
    """There are boxes, and all their labels are of the vocabulary: a class without a box was looked for and not found.
    Even then annotators overlook things (``Vocabulary.weak``)."""

    @property
    def known(self) -> bool:
        """There is anything to hold a text against."""
        return bool(self.areas or self.captions.tokens)

    def supports(self, name: str) -> bool:
        """Tell whether a box or a caption says that there is one of a class."""
        return name in self.boxes or name in self.captioned


@lru_cache(maxsize=64)
def _cached(key: "_Key") -> Truth:
    return _truth_of(key.context, key.vocabulary)


class _Key:
    """A context by identity, kept alive as long as its truth is."""

    __slots__ = ("context", "vocabulary")

    def __init__(self, context: Context, vocabulary: Vocabulary) -> None:
        self.context, self.vocabulary = context, vocabulary

    def __hash__(self) -> int:
        return id(self.context)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.context is self.context and other.vocabulary is self.vocabulary


def truth_of(context: Context, vocabulary: Vocabulary = COCO) -> Truth:
    """Give what a context supports; kept for the contexts judged last."""
    return _cached(_Key(context, vocabulary))


def _truth_of(context: Context, vocabulary: Vocabulary) -> Truth:
    captions = read(context.captions, vocabulary)
    captioned, hinted = set[str](), set[str]()
    for mention in captions.mentions:
        if mention.polarity == "negated":
            continue
        if mention.near or not mention.certain:
            hinted.update(mention.classes)
        else:
            captioned.add(mention.name)
    areas = tuple(box.area if box.area is not None else (box.x2 - box.x1) * (box.y2 - box.y1) for box in context.boxes)
    boxes: dict[str, tuple[int, ...]] = {}
    crowds, complete = set[str](), bool(context.boxes)
    for index in sorted(range(len(areas)), key=lambda i: -areas[i]):
        box = context.boxes[index]
        name = vocabulary.label(box.label)
        if name is None:
            complete = False
            hinted.update(vocabulary.near.get(box.label.lower(), ()))
            continue
        boxes[name] = (*boxes.get(name, ()), index)
        if box.crowd:
            crowds.add(name)
    return Truth(boxes, frozenset(crowds), areas, captions, frozenset(captioned), frozenset(hinted), complete)
