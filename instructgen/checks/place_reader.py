"""A turn's words and mentions in; what it says of where things are out: in the picture, and by one another.

Of the picture: "on the left (side)", "in the lower right corner of the image", "in the centre of the picture", "the
left dog", "one on the left, another on the right". Of two things: left of, right of, above, below, on, next to. Not
read, because boxes cannot tell: facing, behind, in front, inside, around, motion, "his left", a left hand.
"""

import re
from collections.abc import Iterator, Sequence

from .claims import is_owner
from .mentions import Mention, Token
from .place_orders import in_order
from .place_words import (
    ACROSS,
    ADJECTIVES,
    ADVERBS,
    AMOUNTS,
    ARTICLES,
    COUNTING,
    DOWN,
    FRONTED,
    HEADS,
    HOWS,
    LEADS,
    LINKS,
    NEARBY,
    NEGATION,
    NOT_LINKS,
    OPENERS,
    OWNERS,
    PART_SHOWS,
    PAST_SIDE,
    PEOPLE,
    PHRASE,
    PRONOUNS,
    SEVERAL,
    STOPS,
    TAKING,
    THINGS,
    TOWARDS,
    VERBS,
    WHERE,
    How,
    is_link,
)
from .places import AskedPlace, PairPlace, Place, Relation, Side, SidePlace
from .quantities import where
from .wording import quoted


def places_of(
    text: str, tokens: Sequence[Token], mentions: Sequence[Mention], asked: AskedPlace | None
) -> Iterator[Place]:
    """Give what a turn says of where things are; ``asked`` is what was asked of places, if anything."""
    reader = _Reader(text, tokens, mentions, asked)
    if asked and not asked.things and (place := reader.answered(asked)):
        yield place
    yield from in_order(text, tokens, mentions)
    yield from reader.places()


def asked_place(text: str, tokens: Sequence[Token], mentions: Sequence[Mention]) -> AskedPlace | None:
    """Give what a question asks of places: where a thing is, or what is at a place."""
    if not mentions and not any(token.low in ADJECTIVES for token in tokens):
        return None
    if tokens[0].low in ("what", "who", "which") and (found := _Reader(text, tokens, mentions, None).asked_for()):
        return found
    return AskedPlace(tuple(mentions)) if mentions and any(token.low in WHERE for token in tokens) else None


class _Reader:
    """One turn, with its mentions by their tokens."""

    def __init__(
        self, text: str, tokens: Sequence[Token], mentions: Sequence[Mention], asked: AskedPlace | None
    ) -> None:
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

    def asked_for(self) -> AskedPlace | None:
        """Give the place of a question such as "what is to the left of the dog?"."""
        for at in where(self.tokens, OPENERS):
            match = PHRASE.match(self.line, self.tokens[at].start)
            if match is None or any(mention.first < at for mention in self.mentions):
                continue
            ended = self._past(at, match.end())
            how = self._how(match)
            other = self._after(ended + 1 if match["across"] else ended, fronted=False) if how else None
            if how and other:
                return AskedPlace((), None, how, other)
            if side := self._side(match, ended):
                return AskedPlace((), side)
        return None

    def answered(self, asked: AskedPlace) -> Place | None:
        """Give what an answer to such a question states: the thing that it names first is there."""
        thing = self._after(0, fronted=True)
        if thing is None or self._word(thing.last) in NEGATION:
            return None
        if asked.how and asked.other:
            return Relation((thing,), asked.how, thing.start, thing.end, asked.other)
        side = asked.side and asked.side._replace(start=thing.start, end=thing.end)
        return SidePlace((thing,), side, among=True) if side else None

    # ── the phrase ──

    def _past(self, at: int, end: int) -> int:
        """Give the first token from ``at`` on that begins at ``end`` or later."""
        while at < len(self.tokens) and self.tokens[at].start < end:
            at += 1
        return at

    def _side(self, match: re.Match[str], past: int) -> Side | None:
        if match["its"]:
            return None
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
        if match["its"]:
            thing = self._after(past, fronted=True) if self._opens(first) else None
            things = (thing,) if thing is not None else self._before(first)
            other = self._meant("it", first, things)
            return Relation(things, how, match.start(), match.end(), other) if things and other else None
        # After "left" stands "of".
        return self._related(how, first, past + 1 if match["across"] else past)

    def _related(self, how: How, first: int, past: int) -> Relation | None:
        """Give the relation whose phrase begins at one token and whose second thing begins at another."""
        other = self._after(past, fronted=False)
        beyond, end = (other.last, other.end) if other else (past + 1, 0)
        stands_for = None if other else self._pronoun(past)
        if other is None and not stands_for:
            return None
        thing = self._after(beyond, fronted=True) if self._opens(first) else None
        things = (thing,) if thing is not None else self._before(first)
        if other is None and things and stands_for:
            other, end = self._meant(stands_for, first, things), self.tokens[past].end
        return Relation(things, how, self.tokens[first].start, end, other) if things and other else None

    def _pronoun(self, at: int) -> str:
        """Give the pronoun at a token if it is the second thing of a relation, no owner: "to the left of her"."""
        low = self._word(at)
        if low not in THINGS | PEOPLE | SEVERAL:
            return ""
        ends = at + 1 >= len(self.tokens) or self._broken(at + 1) or self._word(at + 1) in PAST_SIDE
        return low if ends or is_link(self._word(at + 1)) or low != "her" else ""

    def _meant(self, pronoun: str, first: int, things: tuple[Mention, ...]) -> Mention | None:
        """Give what a pronoun stands for: the last thing of its kind before, in this or the last sentence."""
        sentence = self.tokens[first].sentence
        said = [m for m in self.mentions if m.first < first and sentence - self.tokens[m.first].sentence <= 1]
        asked = self.asked.things if self.asked and not sentence else ()
        for mention in (*reversed(said), *asked):
            fits = mention.plural if pronoun in SEVERAL else not mention.plural
            person = mention.name == "person"
            if not fits or mention in things or (pronoun in PEOPLE) != person or is_owner(self.text, mention):
                continue
            return mention
        return None

    def _how(self, match: re.Match[str]) -> How | None:
        if match["its"]:
            return "left" if match["hand"].lower() == "left" else "right"
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
        steps, towards = 0, self._word(first) in TOWARDS
        while at >= 0 and self.tokens[at].sentence == sentence:
            mention = self.by_last.get(at + 1)
            if mention is not None:
                return self._subjects(mention, self._word(at + 1) in VERBS, sentence)
            low = self.tokens[at].low
            if low in ("yes", "no") and self._opens(at):
                break
            link = is_link(low, towards)
            aside = 0 if steps or link else self._aside(at)
            counting = self.asked is not None and sentence == 0 and low in COUNTING
            if low in NEGATION or steps > 6 or not (aside or link or low in PRONOUNS or counting):
                return ()
            steps += 1
            at -= aside or 1
        # Nothing before it but "it is": an answer to a question after the place of one thing.
        if self.asked is not None and sentence == 0:
            return self.asked.things[:1]
        return self._before_pronoun(at + 1, sentence) if at + 1 < first else ()

    def _before_pronoun(self, at: int, sentence: int) -> tuple[Mention, ...]:
        """Give the only thing of the last sentence, if "it is" or "they are" begins this one at a token."""
        low = self._word(at)[:4]
        before = [m for m in self.mentions if self.tokens[m.first].sentence == sentence - 1 and not m.near]
        if len(before) != 1 or low not in ("it", "it's", "they"):
            return ()
        return tuple(before) if before[0].plural == (low == "they") and before[0].name != "person" else ()

    def _aside(self, at: int) -> int:
        """Give how many tokens "on the wall", "in white" or "holding a cup" are that end at a token, 0 for none."""
        for reach in (1, 2, 3, 4):
            opener, after = self._word(at - reach), self._word(at - reach + 1)
            if opener == "of" and at - reach in self.by_last and reach < 3:  # "a bottle of water"
                return reach + 1
            if opener in TAKING or (opener in NEARBY and (opener == "in" or after in ARTICLES | OWNERS)):
                return reach + 1
            if opener in STOPS:
                break
        return 0

    def _subjects(self, mention: Mention, verb: bool, sentence: int) -> tuple[Mention, ...]:
        """Give what a phrase after ``mention`` may be said of; ``verb`` says whether "is" stands between.

        Of "a man with a dog on the left" either; of "the man with the dog is on the left" the man; of "the front of the
        car" none, but of "a group of dogs" the dogs.
        """
        for at in range(mention.first - 1, max(mention.first - 5, -1), -1):
            low = self._word(at)
            if self._broken(at + 1):
                return (mention,)
            if self.tokens[at].sentence != sentence or low in VERBS or low in ("and", "or"):
                return () if low == "or" else (mention,)
            if low == "of":
                return (mention,) if self._word(at - 1) in AMOUNTS else ()
            if low in HEADS:
                heads = [m for m in self.mentions if m.last <= at and self.tokens[m.first].sentence == sentence]
                return tuple(heads[-1:]) if verb else (mention, *heads)
        return (mention,)

    def _after(self, at: int, fronted: bool) -> Mention | None:
        """Give the thing that is named next; ``fronted``: after "on the left", with "there is" between."""
        start = at
        while fronted and at not in self.by_first and self._leads_to_thing(at, start):
            at += 1
        if self._word(at) in ARTICLES:
            at += 1
        for step in (0, 1):  # "a short line of passengers"
            if self._word(at + step) in AMOUNTS and self._word(at + step + 1) == "of":
                at += step + 2 + (self._word(at + step + 2) in ARTICLES)
                break
        for step in range(4):
            mention = self.by_first.get(at + step)
            if mention is not None:
                return None if is_owner(self.text, mention) else mention
            low = self._word(at + step)
            if not low or low in STOPS or low in ARTICLES or low in NOT_LINKS or (step and self._broken(at + step)):
                return None
        return None

    def _leads_to_thing(self, at: int, start: int) -> bool:
        """Tell whether a word stands between "on the left" and what is there: "on the left, there is parked"."""
        low = self._word(at)
        return low in FRONTED or (at - start < 2 and (is_link(low) or low.endswith("s") and low[:-1] in LINKS))

    def _broken(self, at: int) -> bool:
        return bool(self.text[self.tokens[at - 1].end : self.tokens[at].start].strip(" -"))

    def _opens(self, first: int) -> bool:
        """Tell whether a phrase that begins at a token opens its clause."""
        while first and self._word(first - 1) in ADVERBS and not self._broken(first):
            first -= 1
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

    def _left_of(self, at: int) -> Relation | SidePlace | None:
        """Give what stands in "a dog left of the couch", at "left"."""
        if self._word(at + 1) != "of" or self.tokens[at].low not in ("left", "right"):
            return None
        if self._word(at + 2) in ("center", "centre"):
            things = self._before(at)
            side = Side(
                self.tokens[at].start, self.tokens[at + 2].end, ADJECTIVES[self.tokens[at].low], "", False, True
            )
            return SidePlace(things, side, among=False) if things else None
        return self._related("left" if self.tokens[at].low == "left" else "right", at, at + 2)

    def _left_part(self, at: int) -> SidePlace | None:
        """Give what stands in "the left half of the picture shows a dog", at "left"."""
        match = PART_SHOWS.match(self.line, self.tokens[at].start)
        thing = self._after(self._past(at, match.end()), fronted=False) if match else None
        if match is None or thing is None or self._word(at - 1) in OWNERS:
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
