"""A turn's words and mentions in; what it says of where things are out: in the picture, and by one another.

Of the picture: "on the left (side)", "in the lower right corner of the image", "in the centre of the picture", "the
left dog", "one on the left, another on the right". Of two things: left of, right of, above, below, on, next to. Not
read, because boxes cannot tell: facing, behind, in front, inside, around, motion, "his left", a left hand.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .claims import is_owner
from .mentions import Mention, Token
from .place_words import (
    ACROSS,
    ADJECTIVES,
    ARTICLES,
    DOWN,
    FRONTED,
    HEADS,
    HOWS,
    LEADS,
    NEARBY,
    NEGATION,
    NOT_LINKS,
    OPENERS,
    OWNERS,
    PART_SHOWS,
    PAST_SIDE,
    PHRASE,
    PRONOUNS,
    STOPS,
    Across,
    Down,
    How,
    is_link,
)
from .quantities import where
from .wording import quoted


class Side(NamedTuple):
    """Where in the picture something is said to be."""

    start: int
    end: int
    """Code points of the turn's text: the phrase."""
    across: Across
    down: Down
    third: bool
    """A third of the picture is meant, not a half."""
    sure: bool
    """The picture's side is meant; a bare "to the left" may mean another thing's."""


class SidePlace(NamedTuple):
    """Something is said to be on a side of the picture."""

    things: tuple[Mention, ...]
    """What it may be said of; more than one where the sentence leaves it open."""
    side: Side
    among: bool
    """It picks one out of several of a kind ("the dog on the left"): which side of them, not of the picture."""


class PairPlace(NamedTuple):
    """One of a kind is said to be on one side and another on the other."""

    thing: Mention
    side: Side
    other: Side


class Relation(NamedTuple):
    """One thing is said to be by another."""

    things: tuple[Mention, ...]
    how: How
    start: int
    end: int
    other: Mention


Place = SidePlace | PairPlace | Relation


def places_of(
    text: str, tokens: Sequence[Token], mentions: Sequence[Mention], asked: Mention | None
) -> Iterator[Place]:
    """Give what a turn says of where things are; ``asked`` is the thing whose place was asked for, if any."""
    reader = _Reader(text, tokens, mentions, asked)
    yield from reader.places()


class _Reader:
    """One turn, with its mentions by their tokens."""

    def __init__(self, text: str, tokens: Sequence[Token], mentions: Sequence[Mention], asked: Mention | None) -> None:
        self.text, self.tokens, self.asked = text, tokens, asked
        self.line = text.replace("\n", " ")
        self.by_first = {mention.first: mention for mention in mentions}
        self.by_last = {mention.last: mention for mention in mentions}
        self.mentions = mentions

    def places(self) -> Iterator[Place]:
        past = 0
        one: tuple[int, Side] | None = None
        for at in where(self.tokens, OPENERS):
            if at < past:
                continue
            place: Place | None = None
            if self.tokens[at].low in ADJECTIVES:
                place = self._left_of(at) or self._left_part(at) or self._adjective(at)
            elif match := PHRASE.match(self.line, self.tokens[at].start):
                ended = self._past(at, match.end())
                place = self._relation(match, at, ended)
                side = self._side(match, ended) if place is None else None
                past = ended if place or side else past
                if side and self._of_one(at):
                    place = self._pair(*one, side) if one else None
                    one = None if one else (at, side)
                elif side:
                    place, one = self._side_place(match, side, at, ended), None
            if place is not None and not quoted(self.text, self.tokens[at].start):
                yield place

    # ── the phrase ──

    def _past(self, at: int, end: int) -> int:
        """Give the first token from ``at`` on that begins at ``end`` or later."""
        while at < len(self.tokens) and self.tokens[at].start < end:
            at += 1
        return at

    def _side(self, match: re.Match[str], past: int) -> Side | None:
        across = "centre" if match["centre"] else (match["across"] or "").lower()
        down = (match["down"] or match["down2"] or "").lower()
        if not across and not down:
            return None
        part = (match["part"] or match["part2"] or match["part3"] or "").strip(" -")
        end = match.end()
        view = bool(match["view"]) or not match["across"]
        if not view and not self._ends_phrase(past, end, bool(part)):
            return None
        if match["down2"] and part in ("center", "centre", "middle"):
            across = "centre"
        sure = view or match["prep"] != "to" or bool(part)
        return Side(match.start(), end, ACROSS[across], DOWN[down], part == "third", sure)

    def _ends_phrase(self, at: int, end: int, part: bool) -> bool:
        """Tell whether no noun follows that "left" would describe; after "side" there is none."""
        if at == len(self.tokens) or self.line[end : self.tokens[at].start].strip():
            return True
        low = self.tokens[at].low
        if part or low == "of":
            return low != "of"
        verb = low.endswith("ing") and low not in ("wing", "ring", "building", "railing", "string", "awning", "ceiling")
        return verb or low in PAST_SIDE or (low.endswith("s") and not low.endswith("ss"))

    # ── what it is said of ──

    def _side_place(self, match: re.Match[str], side: Side, first: int, past: int) -> SidePlace | None:
        if self._opens(first):
            thing = self._after(past, fronted=True)
            if thing is not None:
                return SidePlace((thing,), side, among=False)
        things = self._before(first)
        if not things:
            return None
        among = len(things) == 1 and self._word(things[0].first - 1) in ("the", "one") and not match["view"]
        return SidePlace(things, side, among)

    def _relation(self, match: re.Match[str], first: int, past: int) -> Relation | None:
        how = self._how(match)
        if how is None:
            return None
        # After "left" stands "of".
        return self._related(how, first, past + 1 if match["across"] else past)

    def _related(self, how: How, first: int, past: int) -> Relation | None:
        """Give the relation whose phrase begins at one token and whose second thing begins at another."""
        other = self._after(past, fronted=False)
        if other is None:
            return None
        thing = self._after(other.last, fronted=True) if self._opens(first) else None
        things = (thing,) if thing is not None else self._before(first)
        return Relation(things, how, self.tokens[first].start, other.end, other) if things else None

    def _how(self, match: re.Match[str]) -> How | None:
        if match["across"]:
            if match["view"] or match["down"] or not self.line.startswith(" of ", match.end()):
                return None
            if match["part"] and match["part"] != " side":
                return None
            return "left" if match["across"].lower() == "left" else "right"
        for how in HOWS:
            if match[how]:
                return how
        return None

    def _before(self, first: int) -> tuple[Mention, ...]:
        """Give the things that what begins at a token may be said of; none where that is not clear."""
        at = first - 1
        sentence = self.tokens[first].sentence if first < len(self.tokens) else -1
        steps = 0
        while at >= 0 and self.tokens[at].sentence == sentence:
            mention = self.by_last.get(at + 1)
            if mention is not None:
                return (mention, *self._heads(mention, sentence))
            low = self.tokens[at].low
            if low in ("yes", "no") and self._opens(at):
                break
            aside = 0 if steps or is_link(low) else self._aside(at)
            if low in NEGATION or steps > 6 or not (aside or is_link(low) or low in PRONOUNS):
                return ()
            steps += 1
            at -= aside or 1
        # Nothing before it but "it is": an answer to a question after the place of one thing.
        if self.asked is not None and sentence == 0:
            return (self.asked,)
        return ()

    def _aside(self, at: int) -> int:
        """Give how many tokens "on the wall" and the like are that end at one, 0 where there is nothing of the kind."""
        for reach in (2, 3):
            if self._word(at - reach) in NEARBY and self._word(at - reach + 1) in ARTICLES | OWNERS:
                return reach + 1
        return 0

    def _heads(self, mention: Mention, sentence: int) -> Iterator[Mention]:
        """Give the things that a phrase after ``mention`` may be said of as well: "a man with a dog on the left"."""
        at = mention.first - 1
        for _ in range(4):
            if at < 0 or self.tokens[at].sentence != sentence:
                return
            if self.tokens[at].low in HEADS:
                break
            at -= 1
        else:
            return
        for other in self.mentions:
            if other.last <= at and self.tokens[other.first].sentence == sentence:
                yield other

    def _after(self, at: int, fronted: bool) -> Mention | None:
        """Give the thing that is named next; ``fronted``: after "on the left", with "there is" between."""
        while fronted and self._word(at) in FRONTED and at not in self.by_first:
            at += 1
        if self._word(at) in ARTICLES:
            at += 1
        for step in range(4):
            mention = self.by_first.get(at + step)
            if mention is not None:
                return None if is_owner(self.text, mention) else mention
            low = self._word(at + step)
            if not low or low in STOPS or low in ARTICLES or low in NOT_LINKS or (step and self._broken(at + step)):
                return None
        return None

    def _broken(self, at: int) -> bool:
        return bool(self.text[self.tokens[at - 1].end : self.tokens[at].start].strip(" -"))

    def _opens(self, first: int) -> bool:
        """Tell whether a phrase that begins at a token opens its clause."""
        if first == 0 or self.tokens[first - 1].sentence != self.tokens[first].sentence:
            return True
        return self._word(first - 1) in LEADS or self._broken(first)

    def _word(self, at: int) -> str:
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    # ── one and another, and adjectives ──

    def _of_one(self, first: int) -> bool:
        """Tell whether a phrase is said of "one", "another" or "the other"."""
        at = first - 1
        while at >= 0 and is_link(self.tokens[at].low):
            at -= 1
        return self._word(at) in ("one", "another", "other")

    def _pair(self, at: int, side: Side, other: Side) -> PairPlace | None:
        opposite = {side.across, other.across} == {"left", "right"} or {side.down, other.down} == {"top", "bottom"}
        sentence = self.tokens[at].sentence
        for earlier in (sentence, sentence - 1):
            found = [m for m in self.mentions if m.plural and m.first < at and self.tokens[m.first].sentence == earlier]
            if opposite and len({mention.name for mention in found}) == 1:
                return PairPlace(found[-1], side, other)
        return None

    def _left_of(self, at: int) -> Relation | None:
        """Give what stands in "a dog left of the couch", at "left"."""
        if self._word(at + 1) != "of" or self.tokens[at].low not in ("left", "right"):
            return None
        return self._related("left" if self.tokens[at].low == "left" else "right", at, at + 2)

    def _left_part(self, at: int) -> SidePlace | None:
        """Give what stands in "the left half of the picture shows a dog", at "left"."""
        match = PART_SHOWS.match(self.line, self.tokens[at].start)
        thing = self._after(self._past(at, match.end()), fronted=False) if match else None
        if match is None or thing is None:
            return None
        across, down = ADJECTIVES[self.tokens[at].low], DOWN.get(self._word(at - 1), "")
        return SidePlace((thing,), Side(self.tokens[at].start, thing.end, across, down, False, True), among=False)

    def _adjective(self, at: int) -> SidePlace | None:
        """Give the thing that has "left" or "rightmost" and the like before it, at a token."""
        mention, before = self.by_first.get(at + 1), self._word(at - 1)
        if mention is None or self._broken(at + 1) or before in OWNERS or before.endswith("'s"):
            return None
        across, down = ADJECTIVES[self.tokens[at].low], DOWN.get(before, "")
        side = Side(self.tokens[at].start, mention.end, across, down, third=False, sure=True)
        return SidePlace((mention,), side, among=True)
