"""A sample and its context in; whether what its answers say of places agrees with the boxes out.

Most of what is said of places is about sides of the picture; the rest is about one boxed thing by another. Where a
class has many boxes, a place holds if it does for any of them, and is contradicted only if it is for all.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import ClassVar

from ..component import Component
from ..records import Box, Context, Sample, Turn, Verdict
from ..vocabulary import COCO, DOUBTFUL_COUNTS, WEAKLY_ANNOTATED
from .claims import Claim, Outcome, figures_of, may_claim, verdict_on
from .layout import Tolerances, all_of, any_of, on_side, related
from .mentions import Mention, Reading, reading_of
from .place_words import WORDS
from .places import PairPlace, Place, Relation, Side, SidePlace, places_of
from .truth import truth_of
from .wording import needs
from .words import look_out_for, words_of

_PASSED = Verdict(check="positions", outcome="pass")
_HINTS = {
    "wrong_side": "Say where in the picture a thing is only by its box; left and right are the viewer's.",
    "wrong_relation": "Say how two things lie to each other only by their boxes; left and right are the viewer's.",
}
_MANY = 10
"""Of a class with so many boxes annotators left some out."""
_WHERE = needs("where which side part locate position find left right located placed positioned situated")

look_out_for(WORDS)


class PositionsCheck(Component):
    """Finds places that the boxes contradict."""

    name: ClassVar[str] = "positions"
    version: ClassVar[int] = 1

    allow: Tolerances = Tolerances()
    """From where on boxes contradict a place."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge: a contradicted place fails, a doubtful one is doubtful."""
        return verdict_on(self.claims(sample, context), _HINTS, _PASSED)

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Give the places stated in the sample's answers, by outcome."""
        return figures_of(self.claims(sample, context))

    def claims(self, sample: Sample, context: Context) -> list[Claim]:
        """Give the places that the answers state of a thing of a known class, each with its outcome."""
        if WORDS.isdisjoint(words_of(sample.turns).answered):
            return []
        reading = reading_of(sample.turns)
        stated = list(_stated(sample.turns, reading))
        if not stated:
            return []
        scene = _Scene(context, self.allow)
        return [scene.weighed(number, place) for number, place in stated]


def _stated(turns: Sequence[Turn], reading: Reading) -> Iterator[tuple[int, Place]]:
    """Give what the answers say of places, with the number of the turn."""
    asked: Mention | None = None
    by_turn: dict[int, list[Mention]] = {}
    for mention in reading.mentions:
        by_turn.setdefault(mention.turn, []).append(mention)
    for number, turn in enumerate(turns):
        tokens, mentions = reading.tokens[number], by_turn.get(number, [])
        if turn.role == "human":
            asked = mentions[0] if mentions and any(token.low in _WHERE for token in tokens) else None
        else:
            for place in places_of(turn.text, tokens, mentions, asked):
                if all(map(may_claim, _involved(place))):
                    yield number, place


class _Scene:
    """A context's boxes by class, and the places that its captions state."""

    def __init__(self, context: Context, allow: Tolerances) -> None:
        self.context, self.allow = context, allow
        self.truth = truth_of(context, COCO)
        self.boxes = self.truth.boxes
        first = context.images[0] if context.images else None
        self.aspect = first.width / first.height if first and first.width and first.height else 1.0
        self._said: set[tuple[str, ...]] | None = None

    def said(self) -> set[tuple[str, ...]]:
        """Give the places that the captions state."""
        if self._said is None:
            turns = [Turn(role="gpt", text=caption) for caption in self.context.captions]
            self._said = {_key(place) for _, place in _stated(turns, self.truth.captions)}
        return self._said

    def weighed(self, turn: int, place: Place) -> Claim:
        """Give a place with its outcome."""
        start, end = _extent(turn, place)
        names = {mention.name for mention in _involved(place)}
        boxes = tuple(index for name in sorted(names) for index in self.boxes.get(name, ()))
        claim = Claim("supported", turn, start, end, boxes)
        answer = self._answer(place)
        if answer is None:
            return claim._replace(outcome="undecidable")
        if answer or _key(place) in self.said():
            return claim
        reason = "wrong_relation" if isinstance(place, Relation) else "wrong_side"
        touching = isinstance(place, Relation) and place.how in ("on", "near")
        unsure = _WEAK | (WEAKLY_ANNOTATED if touching else set())
        weak = any(name in unsure or len(self.boxes[name]) >= _MANY for name in names)
        outcome: Outcome = "doubtful" if weak else "contradicted"
        return claim._replace(outcome=outcome, reason=reason, contradicts=self._shown(place))

    def _answer(self, place: Place) -> bool | None:
        if isinstance(place, Relation):
            return any_of(self._relation(thing, place) for thing in place.things)
        if isinstance(place, PairPlace):
            return all_of((self._side(place.thing, place.side), self._side(place.thing, place.other)))
        if place.among and len(self.boxes.get(place.things[0].name, ())) > 1:
            return self._among(place)
        return any_of(self._side(thing, place.side) for thing in place.things)

    def _side(self, thing: Mention, side: Side) -> bool | None:
        if not side.sure:
            return None
        found = [self.context.boxes[index] for index in self.boxes.get(thing.name, ())]
        return any_of(_soft(on_side(box, side.across, side.down, side.third, self.allow), box) for box in found)

    def _among(self, place: SidePlace) -> bool | None:
        """Tell of "the dog on the left" where there are several dogs: one of them always is."""
        answer = self._side(place.things[0], place.side)
        return None if answer is False else answer

    def _relation(self, thing: Mention, place: Relation) -> bool | None:
        ours, theirs = self.boxes.get(thing.name, ()), self.boxes.get(place.other.name, ())
        pairs = ((self.context.boxes[a], self.context.boxes[b]) for a, b in product(ours, theirs) if a != b)
        answer = any_of(
            _soft(related(box, place.how, other, self.aspect, self.allow), box, other)
            for box, other in pairs
            if box.image == other.image
        )
        return None if answer is False and thing.name == place.other.name else answer

    def _shown(self, place: Place) -> str:
        """Say in words where the boxes are."""
        if isinstance(place, Relation):
            return f"no box of {place.things[0].name} lies so to one of {place.other.name}"
        thing = place.thing if isinstance(place, PairPlace) else place.things[0]
        found = [self.context.boxes[index] for index in self.boxes[thing.name]]
        where = ", ".join(sorted({_region(box) for box in found}))
        return f"the boxes show {thing.name} {where}"


_WEAK = DOUBTFUL_COUNTS - {"person"}
"""Classes of which annotators often boxed only some."""


def _soft(answer: bool | None, *boxes: Box) -> bool | None:
    """A crowd's box is too coarse to contradict."""
    return None if answer is False and any(box.crowd for box in boxes) else answer


def _involved(place: Place) -> tuple[Mention, ...]:
    if isinstance(place, Relation):
        return place.things[0], place.other
    return (place.thing,) if isinstance(place, PairPlace) else place.things[:1]


def _extent(turn: int, place: Place) -> tuple[int, int]:
    """Give the stretch of the turn that states a place: thing and phrase, the thing only if it is named there."""
    if isinstance(place, PairPlace):
        return place.side.start, place.other.end
    phrase = place if isinstance(place, Relation) else place.side
    named = [thing for thing in place.things[:1] if thing.turn == turn]
    return min([phrase.start, *(m.start for m in named)]), max([phrase.end, *(m.end for m in named)])


def _key(place: Place) -> tuple[str, ...]:
    if isinstance(place, Relation):
        return ("relation", place.things[0].name, place.how, place.other.name)
    if isinstance(place, PairPlace):
        return ("pair", place.thing.name, *sorted((place.side.across, place.other.across)))
    return ("side", place.things[0].name, place.side.across, place.side.down)


def _region(box: Box) -> str:
    across = (box.x1 + box.x2) / 2
    down = (box.y1 + box.y2) / 2
    side = "on the left" if across < 1 / 3 else "on the right" if across > 2 / 3 else "in the middle"
    return f"{side} at the {'top' if down < 1 / 3 else 'bottom' if down > 2 / 3 else 'middle height'}"
