"""A sample and its context in; whether what its answers say of places agrees with the boxes out.

Most of what is said of places is about sides of the picture; the rest is about one boxed thing by another. Where a
class has many boxes, a place holds if it does for any of them, and is contradicted only if it is for all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from ..records import Box, Context, Sample, Turn, Verdict
from ..text import word_set
from ..vocabulary import DOUBTFUL_COUNTS, Vocabulary
from .annotation import AnnotationCheck
from .claims import Claim, Outcome, figures_of, is_plain, may_claim, verdict_on
from .layout import Tolerances, all_of, any_of, is_beyond, is_past, on_side, related
from .mentions import Mention, Reading, reading_of
from .place_questions import asked_place, places_of
from .place_words import WORDS, How
from .places import AskedPlace, PairPlace, Place, Relation, Side
from .truth import truth_of
from .words import look_out_for, words_of

_PASSED = Verdict(check="positions", outcome="pass")
_HINTS = {
    "wrong_side": "Say where in the picture a thing is only by its box; left and right are the viewer's.",
    "wrong_relation": "Say how two things lie to each other only by their boxes; left and right are the viewer's.",
}
_MANY, _FEW = 10, 2
"""Of a class with many boxes annotators left some out; where there are few, "a bottle" is one of them."""
_SEVERAL = 4
"""So few things are boxed in full: what is said of "both dogs" holds of each, and "the bottle" is one of them."""
_OFTEN_LEFT_OUT = DOUBTFUL_COUNTS - {"person"}
"""Classes of which annotators often boxed only some."""
_NOTHING: Mapping[str, str] = {}
_ELSEWHERE = word_set("reflection reflected reflects perspective viewpoint")
_MIRROR = re.compile(r"\b(?:in|of) (?:the|a|an|his|her|its|their)(?: \w+)? mirrors?\b", re.IGNORECASE)
"""Such a sentence may take left and right another way."""

look_out_for(WORDS)


class PositionsCheck(AnnotationCheck):
    """Finds places that the boxes contradict."""

    name: ClassVar[str] = "positions"
    version: ClassVar[int] = 2

    side: float = Field(default=0.6, ge=0.5, le=1)
    """A thing whose middle lies past this share of the picture's width, seen from the named side, is not on that side,
    unless it reaches from one outer quarter of the picture into the other. Top and bottom likewise."""
    centre: float = Field(default=0.2, ge=0, lt=0.5)
    """A thing whose middle is nearer than this to the left or right edge is not in the centre, unless it reaches over
    the picture's middle."""
    apart: float = Field(default=0.05, ge=0, le=1)
    """A thing is left of another where their middles are so far apart, and a quarter of the wider one's width."""
    against: float = Field(default=0.1, ge=0, le=1)
    """It is not left of another that lies so far the other way; nor on one where so much width is between them."""
    overlap: float = Field(default=0.5, ge=0, le=1)
    """Of things that share so much of the narrower one's width, neither is left or right of the other for sure."""
    near: float = Field(default=0.5, ge=0, le=1)
    """A thing is not next to another where so much of the picture's diagonal is between them."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge: a contradicted place fails, a doubtful one is doubtful."""
        # Only boxes contradict anything.
        return verdict_on(self.claims(sample, context), _HINTS, _PASSED) if context.boxes else _PASSED

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Give the places stated in the sample's answers, by outcome."""
        return figures_of(self.claims(sample, context))

    def claims(self, sample: Sample, context: Context) -> list[Claim]:
        """Give the places that the answers state of a thing of a known class, each with its outcome."""
        if WORDS.isdisjoint(words_of(sample.turns).noticed):
            return []
        reading = reading_of(sample.turns, self._vocabulary)
        stated = list(_stated(sample.turns, reading))
        if not stated:
            return []
        scene = _Scene(context, self, self._vocabulary)
        return [scene.weighed(number, place) for number, place in stated]


def _stated(turns: Sequence[Turn], reading: Reading) -> Iterator[tuple[int, Place]]:
    """Give what the answers say of places, with the number of the turn."""
    asked: AskedPlace | None = None
    by_turn: dict[int, list[Mention]] = {}
    for mention in reading.mentions:
        by_turn.setdefault(mention.turn, []).append(mention)
    for number, turn in enumerate(turns):
        tokens, mentions = reading.tokens[number], by_turn.get(number, [])
        if turn.role == "human":
            asked = asked_place(turn.text, tokens, mentions) if tokens.low else None
        elif mentions or asked:
            for place in places_of(turn.text, tokens, mentions, asked):
                involved = _involved(place)
                # What was asked for is named in the question, not here.
                here = next((thing for thing in involved if thing.turn == number), None)
                if not all(map(may_claim, involved)):
                    continue
                if here and not is_plain(tokens, here, _ELSEWHERE, _extent(number, place)[1]):
                    continue
                if "mirror" not in turn.text or not _MIRROR.search(turn.text):
                    yield number, place


class _Scene:
    """A context's boxes by class, and the places that its captions state."""

    def __init__(self, context: Context, allow: Tolerances, vocabulary: Vocabulary) -> None:
        self.context, self.allow, self.vocabulary = context, allow, vocabulary
        self.truth = truth_of(context, vocabulary)
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
        weak = self._weak(place)
        outcome: Outcome = "doubtful" if weak else "contradicted"
        return claim._replace(outcome=outcome, reason=reason, contradicts=self._shown(place))

    def _weak(self, place: Place) -> bool:
        """Tell whether what is said may be true of things without a box, or that are boxed as another class."""
        for thing in _involved(place):
            boxes = len(self.boxes[thing.name])
            touching = isinstance(place, Relation) and place.how in ("on", "near")
            if boxes >= _MANY or (touching and thing.name in self.vocabulary.weak):
                return True
            told = thing.definite or (not isinstance(place, PairPlace) and place.number == boxes)
            few = _SEVERAL if told else 0 if thing.name == "book" else _FEW
            if thing.name in _OFTEN_LEFT_OUT and boxes > few:
                return True
            for other in self.vocabulary.confused.get(thing.name, ()):
                if isinstance(place, Relation) and other in (place.other.name, place.things[0].name):
                    continue
                if other in self.boxes and self._answer(place, {thing.name: other}) is not False:
                    return True
        return False

    def _answer(self, place: Place, instead: Mapping[str, str] = _NOTHING) -> bool | None:
        """Tell whether the boxes bear a place out; ``instead`` gives a class by the one in whose place it is taken."""
        if isinstance(place, PairPlace):
            name = instead.get(place.thing.name, place.thing.name)
            return all_of((self._side(name, place.side), self._side(name, place.other)))
        names = [instead.get(thing.name, thing.name) for thing in place.things]
        if isinstance(place, Relation):
            other = instead.get(place.other.name, place.other.name)
            return any_of(self._relation(name, place.how, other, place.number) for name in names)
        answer = any_of(self._side(name, place.side, place.number) for name in names)
        # Of several dogs one is always "the dog on the left".
        return None if answer is False and place.among and len(self.boxes[names[0]]) > 1 else answer

    def _side(self, name: str, side: Side, number: int = 0) -> bool | None:
        if not side.sure:
            return None
        found = [self.context.boxes[index] for index in self.boxes.get(name, ())]
        answers = [
            # A crowd's box is too coarse to contradict, unless all of it lies elsewhere.
            None if answer is False and box.crowd and not is_beyond(box, side.across, side.down) else answer
            for box in found
            for answer in [on_side(box, side.across, side.down, side.third, self.allow, side.edge)]
        ]
        return _of_number(answers, number)

    def _relation(self, name: str, how: How, other_name: str, number: int) -> bool | None:
        ours = [self.context.boxes[index] for index in self.boxes.get(name, ())]
        theirs = [self.context.boxes[index] for index in self.boxes.get(other_name, ())]
        answers = [
            any_of(
                _soft(related(box, how, other, self.aspect, self.allow), box, how, other)
                for other in theirs
                if box.image == other.image and box is not other
            )
            for box in ours
        ]
        answer = _of_number(answers, number)
        return None if answer is False and name == other_name else answer

    def _shown(self, place: Place) -> str:
        """Say in words where the boxes are."""
        if isinstance(place, Relation):
            return f"no box of {place.things[0].name} lies so to one of {place.other.name}"
        thing = place.thing if isinstance(place, PairPlace) else place.things[0]
        found = [self.context.boxes[index] for index in self.boxes[thing.name]]
        where = ", ".join(sorted({_region(box) for box in found}))
        return f"the boxes show {thing.name} {where}"


def _soft(answer: bool | None, box: Box, how: How, other: Box) -> bool | None:
    """A crowd's box is too coarse to contradict, unless all of it lies elsewhere."""
    coarse = answer is False and (box.crowd or other.crowd)
    return None if coarse and not is_past(box, how, other) else answer


def _of_number(answers: Sequence[bool | None], number: int) -> bool | None:
    """Give the answer for so many of a class's boxes; for any of them where the number is 0, for all where it is -1."""
    if not 1 < len(answers) <= _SEVERAL:
        return any_of(answers)
    if number in (len(answers), -1):
        return all_of(answers)
    return False if number > 1 and sum(answer is not False for answer in answers) < number else any_of(answers)


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
