"""A context in; what its boxes and captions support out, once for all the samples made of it."""

from functools import lru_cache
from typing import NamedTuple

from ..records import Box, Context
from ..vocabulary import COCO, Vocabulary, plain_name
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
    named: frozenset[str]
    """Classes that a caption names in any sense and manner: what CHAIR takes for true."""
    hinted: frozenset[str]
    """Classes that a caption mentions in an uncertain sense, or by a near word that no supported class explains: their
    absence proves nothing."""
    confused: frozenset[str]
    """Classes that annotators confuse with one that is supported (a car with a truck)."""
    complete: bool
    """There are boxes, and all their labels are of the vocabulary: a class without a box was looked for and not found.
    Even then annotators overlook things (``Vocabulary.weak``). What a detector does not find was not looked for."""

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
    captioned, hinted, near = set[str](), set[str](), list[tuple[str, ...]]()
    for mention in captions.mentions:
        if mention.polarity == "negated":
            continue
        if mention.near:
            near.append(mention.classes)
        elif not mention.certain:
            hinted.update(mention.classes)
        else:
            captioned.add(mention.name)
    areas = tuple(map(_area, context.boxes))
    boxes: dict[str, tuple[int, ...]] = {}
    crowds, complete = set[str](), bool(context.boxes)
    for index in sorted(range(len(areas)), key=lambda i: -areas[i]):
        label = context.boxes[index].label
        name = vocabulary.label(label)
        if name is None:
            complete = False
            hinted.update(vocabulary.near.get(plain_name(label), ()))
            continue
        boxes[name] = (*boxes.get(name, ()), index)
        if context.boxes[index].crowd:
            crowds.add(name)
        complete = complete and context.boxes[index].score is None
    there = boxes.keys() | captioned
    confused = frozenset(other for name in there for other in vocabulary.confused.get(name, ()))
    for names in near:
        if there.isdisjoint(names):  # else "its calf" is the elephant's, and no giraffe
            hinted.update(names)
    named = {mention.name for mention in captions.mentions if not mention.near}
    named.update(name for _, name in captions.other_senses)
    return Truth(
        boxes, frozenset(crowds), areas, captions, frozenset(captioned), frozenset(named), frozenset(hinted), confused,
        complete,
    )  # fmt: skip


def _area(box: Box) -> float:
    return box.area if box.area is not None else (box.x2 - box.x1) * (box.y2 - box.y1)
