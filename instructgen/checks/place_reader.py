"""A turn's words and mentions in; what it says of where things are out: in the picture, and by one another.

Of the picture: "on the left (side)", "in the lower right corner of the image", "in the centre of the picture", "the
left dog", "one on the left, another on the right". Of two things: left of, right of, above, below, on, next to. Not
read, because boxes cannot tell: facing, behind, in front, inside, around, motion, "his left", a left hand.
"""

import re
from collections.abc import Iterator, Sequence

from .mentions import Mention
from .place_things import PlacedThings
from .place_words import (
    ACROSS,
    ADJECTIVES,
    BOUNDED,
    DOWN,
    EDGES,
    FILLING,
    HOWS,
    KINDS,
    NOTED_PARTS,
    OPENERS,
    OWNERS,
    PART_SHOWS,
    PAST_SIDE,
    PHRASE,
    RELATING,
    SIDES,
    SIDES_OR_OPENERS,
    VERBS,
    How,
    is_link,
)
from .places import AskedPlace, PairPlace, Place, Relation, Side, SidePlace
from .quantities import has_quotes, where
from .sentences import Tokens
from .wording import quoted

_REACH = 7


def openers_of(tokens: Tokens) -> list[int]:
    """Give the tokens at which a phrase of place may begin; "in" and the like only where a side is soon named."""
    found = where(tokens, SIDES_OR_OPENERS)
    low = [tokens.low[at] for at in found]
    if SIDES.isdisjoint(low):
        return [at for at, word in zip(found, low, strict=True) if word in RELATING]
    near = {at - before for at, word in zip(found, low, strict=True) if word in SIDES for before in range(_REACH)}
    return [at for at, word in zip(found, low, strict=True) if word in RELATING or (at in near and word in OPENERS)]


class PlaceReader:
    """One turn, with its mentions by their tokens."""

    def __init__(
        self,
        text: str,
        tokens: Tokens,
        mentions: Sequence[Mention],
        asked: AskedPlace | None,
        openers: Sequence[int],
    ) -> None:
        self.text, self.tokens, self.mentions, self.openers = text, tokens, mentions, openers
        self.things = PlacedThings(text, tokens, mentions, asked)
        self.line = text.replace("\n", " ")

    def places(self) -> Iterator[Place]:
        """Give what the turn says of places by itself, in order."""
        past, quotes = 0, has_quotes(self.text)
        one: tuple[int, Side] | None = None
        for at in self.openers:
            if at < past:
                continue
            place: Place | None = None
            if self.tokens.low[at] in ADJECTIVES:
                place = self._left_of(at) or self._left_part(at) or self._adjective(at) or self._in_note_form(at)
            elif match := PHRASE.match(self.line, self.tokens.starts[at]):
                ended = self.things.past(at, match.end())
                place = self._relation(match, at, ended)
                side = self.side(match, ended) if place is None else None
                past = ended if place or side else past
                if side and (thing := self._kind(at, ended)):
                    place = SidePlace((thing,), side, among=True)
                elif side and self._of_one(at) and not self.things.takes_up(at):
                    place = self._pair(*one, side) if one else None
                    one = None if one else (at, side)
                elif side:
                    place, one = self._side_place(match, side, at, ended), None
            if place is not None and not (quotes and quoted(self.text, self.tokens.starts[at])):
                yield place

    def _word(self, at: int) -> str:
        return self.things.word(at)

    def side(self, match: re.Match[str], past: int) -> Side | None:
        """Give the side of the picture that a phrase names, which ends before a token; None if it names none."""
        if match["its"]:
            return None
        across = "centre" if match["centre"] else (match["across"] or "").lower()
        down = (match["down"] or match["down3"] or match["down2"] or "").lower()
        down = "upper" if down == "up" else down
        if not across and not down:
            return None
        part = (match["part"] or match["part2"] or match["part3"] or "").strip(" -")
        end = match.end()
        view = bool(match["view"] or match["view2"])
        if not view and not match["across"] and part not in BOUNDED:
            return None
        if not view and not self._ends_phrase(past, end, bool(part)):
            return None
        if match["down2"] and part in ("center", "centre", "middle"):
            across = "centre"
        sure = view or match["prep"].lower() != "to" or bool(part)
        edge = part in EDGES or (bool(match["far"]) and not part)
        return Side(match.start(), end, ACROSS[across], DOWN[down], part == "third", sure, edge)

    def _ends_phrase(self, at: int, end: int, part: bool) -> bool:
        """Tell whether no noun follows that "left" would describe; after "side" there is none."""
        if at == len(self.tokens.low) or self.line[end : self.tokens.starts[at]].strip():
            return True
        low = self.tokens.low[at]
        if low == "one":
            return self._ends_one(at)
        if part or low == "of":
            return low != "of"
        verb = low.endswith("ing") and low not in ("wing", "ring", "building", "railing", "string", "awning", "ceiling")
        return verb or low in PAST_SIDE or (low.endswith("s") and not low.endswith("ss"))

    def _ends_one(self, at: int) -> bool:
        """Tell whether a phrase ends with the "one" at a token: "on the right one, a clock"."""
        return at + 1 < len(self.tokens.low) and self.things.broken(at + 1)

    def _side_place(self, match: re.Match[str], side: Side, first: int, past: int) -> SidePlace | None:
        if self.things.opens(first):
            past += self._word(past) == "one" and self._ends_one(past)
            thing = self.things.after(past, fronted=True) or self.things.after_aside(past)
            if thing is not None:
                # Nothing has been named yet that a bare "to the left" could be beside.
                side = side._replace(sure=side.sure or thing is self.mentions[0])
                return SidePlace((thing,), side, among=False, number=self.things.number(thing, first))
        if self.line[side.end : side.end + 1] == ":" and (thing := self.things.after(past, fronted=False)):
            return SidePlace((thing,), side, among=False)  # "On the left: a dog."
        things = self.things.before(first)
        if not things:
            return None
        among = len(things) == 1 and self._word(things[0].first - 1) in ("the", "one") and not match["view"]
        among = among and self._word(things[0].last) not in VERBS  # "the dog is on the left" is of the picture
        return SidePlace(things, side, among, self._number(things, first))

    def _relation(self, match: re.Match[str], first: int, past: int) -> Relation | None:
        how = self.how(match)
        if how is None:
            return None
        if match["its"]:
            return self._by_pronoun(how, first, past, match.end(), "it")
        # After "left" stands "of".
        return self._related(how, first, past + 1 if match["across"] else past)

    def _related(self, how: How, first: int, past: int) -> Relation | None:
        """Give the relation whose phrase begins at one token and whose second thing begins at another."""
        other = self.things.after(past, fronted=False)
        if other is not None:
            thing = self.things.after(other.last, fronted=True) if self.things.opens(first) else None
            things = (thing,) if thing is not None else self.things.before(first)
            start = self.tokens.starts[first]
            return Relation(things, how, start, other.end, other, self._number(things, first)) if things else None
        pronoun = self.things.pronoun(past)
        return self._by_pronoun(how, first, past + 1, self.tokens.ends[past], pronoun) if pronoun else None

    def _by_pronoun(self, how: How, first: int, past: int, end: int, pronoun: str) -> Relation | None:
        """Give the relation to what a pronoun stands for; its phrase lies between two tokens."""
        thing = self.things.after(past, fronted=True) if self.things.opens(first) else None
        things = (thing,) if thing is not None else self.things.before(first)[:1]
        other = self.things.meant(pronoun, first, things[0]) if things else None
        start = self.tokens.starts[first]
        return Relation(things, how, start, end, other, self._number(things, first)) if other else None

    def _number(self, things: tuple[Mention, ...], first: int) -> int:
        return self.things.number(things[0], first) if len(things) == 1 else 0

    def how(self, match: re.Match[str]) -> How | None:
        """Give how a phrase relates one thing to another; None if it does not."""
        if match["its"]:
            return "left" if match["hand"].lower() == "left" else "right"
        if match["across"]:
            if (
                match["view"]
                or match["down"]
                or match["down3"]
                or match["prep"].lower() in FILLING
                or not self.line.startswith((" of ", " from "), match.end())
            ):
                return None
            if match["part"] and match["part"] != " side":
                return None
            return "left" if match["across"].lower() == "left" else "right"
        for how in HOWS:
            if match[how]:
                return how
        return None

    def _of_one(self, first: int) -> bool:
        """Tell whether a phrase is said of "one", "another" or "the other"."""
        at = first - 1
        while at >= 0 and is_link(self.tokens.low[at]):
            at -= 1
        return self._word(at) in ("one", "another", "other")

    def _kind(self, first: int, past: int) -> Mention | None:
        """Give the dog in "the one on the right is a dog", whose phrase lies between two tokens."""
        if self._word(first - 1) not in KINDS or self._word(past) != "is" or self._word(past + 1) not in ("a", "an"):
            return None
        return self.things.after(past + 1, fronted=False)

    def _pair(self, at: int, side: Side, other: Side) -> PairPlace | None:
        opposite = {side.across, other.across} == {"left", "right"} or {side.down, other.down} == {"top", "bottom"}
        sentence = self.tokens.sentences[at]
        for earlier in (sentence, sentence - 1):
            found = [
                m for m in self.mentions if m.plural and m.first < at and self.tokens.sentences[m.first] == earlier
            ]
            if opposite and len({mention.name for mention in found}) == 1:
                return PairPlace(found[-1], side, other)
        return None

    def _left_of(self, at: int) -> Relation | SidePlace | None:
        """Give what stands in "a dog left of the couch", at "left"."""
        if self._word(at + 1) != "of" or self.tokens.low[at] not in ("left", "right"):
            return None
        if self._word(at + 2) in ("center", "centre"):
            things = self.things.before(at)
            side = Side(
                self.tokens.starts[at], self.tokens.ends[at + 2], ADJECTIVES[self.tokens.low[at]], "", False, True
            )
            return SidePlace(things, side, among=False) if things else None
        return self._related("left" if self.tokens.low[at] == "left" else "right", at, at + 2)

    def _left_part(self, at: int) -> SidePlace | None:
        """Give what stands in "the left half of the picture shows a dog", at "left"."""
        match = PART_SHOWS.match(self.line, self.tokens.starts[at])
        thing = self.things.after(self.things.past(at, match.end()), fronted=False) if match else None
        if match is None or thing is None or self._word(at - 1) in OWNERS:
            return None
        across, down = ADJECTIVES[self.tokens.low[at]], DOWN.get(self._word(at - 1), "")
        return SidePlace((thing,), Side(self.tokens.starts[at], thing.end, across, down, False, True), among=False)

    def _adjective(self, at: int) -> SidePlace | None:
        """Give the thing that has "left" or "rightmost" and the like before it, at a token."""
        if self.line[self.tokens.starts[at] - 2 : self.tokens.ends[at] + 1] == f" ({self.tokens.low[at]})":
            mention = self.things.by_last.get(at)  # "a dog (left)"
            start, end = self.tokens.starts[at], self.tokens.ends[at]
            side = Side(start, end, ADJECTIVES[self.tokens.low[at]], "", third=False, sure=True)
            return SidePlace((mention,), side, among=True) if mention else None
        mention, before = self.things.by_first.get(at + 1), self._word(at - 1)
        if mention is None or self.things.broken(at + 1) or before in OWNERS or before.endswith("'s"):
            return None
        across, down = ADJECTIVES[self.tokens.low[at]], DOWN.get(before, "")
        side = Side(self.tokens.starts[at], mention.end, across, down, third=False, sure=True)
        return SidePlace((mention,), side, among=True)

    def _in_note_form(self, at: int) -> SidePlace | None:
        """Give the thing of "clock upper left" or of "sink left, toilet right", at "left": a place without "on the"."""
        first = at - 1 if DOWN.get(self._word(at - 1)) else at
        mention = self.things.by_last.get(first)
        if mention is None or self.tokens.low[at] not in ("left", "right"):
            return None
        past = at + 1 + (self._word(at + 1) in NOTED_PARTS)
        sentence = self.tokens.sentences[at]
        ends = past == len(self.tokens.low) or self.tokens.sentences[past] != sentence or self.things.broken(past)
        both = {"left", "right"} <= set(self.tokens.low[slice(*self.tokens.around(at, at + 1))])
        # Alone "the bus left" goes away.
        if not ends or not (first < at or past > at + 1 or (both and not self.things.broken(at))):
            return None
        down = DOWN[self._word(first)] if first < at else ""
        start, end = self.tokens.starts[first], self.tokens.ends[past - 1]
        edge = self._word(past - 1) in EDGES
        return SidePlace((mention,), Side(start, end, ADJECTIVES[self.tokens.low[at]], down, False, True, edge), False)
