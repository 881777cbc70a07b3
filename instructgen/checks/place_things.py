"""A turn's words and mentions in; which things a phrase of place may be said of, and by which other thing, out.

What stands before the phrase ("a dog that sits on the left"), what follows it ("on the left, there is a dog"), what was
asked for, and what a pronoun stands for. Where that is not clear there is none.
"""

from bisect import bisect_left
from collections.abc import Sequence

from ..vocabulary import NUMBERS
from .claims import is_owner
from .mentions import Mention
from .place_words import (
    ADVERBS,
    AMOUNTS,
    ARTICLES,
    ASIDES,
    COUNTING,
    DEPTHS,
    FRONTED,
    HEADS,
    LEADS,
    LINKS,
    LOOKING,
    NEARBY,
    NEGATION,
    NOT_LINKS,
    OWNERS,
    PAST_SIDE,
    PEOPLE,
    PRONOUNS,
    SEVERAL,
    STOPS,
    TAKING,
    THINGS,
    TOWARDS,
    VERBS,
    YES,
    is_link,
)
from .places import AskedPlace
from .sentences import Tokens

_WAS = frozenset(("was", "were", "been", "is", "are"))
_LINES = frozenset(("line", "row", "queue", "circle", "cluster"))
_TAKES = frozenset(("it", "it's", "one", "they", "they're"))
"""So an answer takes up the only thing that its question names."""


class PlacedThings:
    """One turn's things, by their tokens."""

    def __init__(self, text: str, tokens: Tokens, mentions: Sequence[Mention], asked: AskedPlace | None) -> None:
        self.text, self.tokens, self.mentions, self.asked = text, tokens, mentions, asked
        self.words = tokens.padded
        self.by_first = {mention.first: mention for mention in mentions}
        self.by_last = {mention.last: mention for mention in mentions}

    def past(self, at: int, end: int) -> int:
        """Give the first token from ``at`` on that begins at ``end`` or later."""
        return max(at, bisect_left(self.tokens.starts, end))

    def before(self, first: int) -> tuple[Mention, ...]:
        """Give the things that what begins at a token may be said of; none where that is not clear."""
        at = first - 1
        sentence = self.tokens.sentences[first] if first < len(self.tokens.low) else -1
        steps, towards = 0, self.word(first) in TOWARDS
        while at >= 0 and self.tokens.sentences[at] == sentence:
            mention = self.by_last.get(at + 1)
            if mention is not None:
                return self._subjects(mention, self.word(at + 1) in VERBS, sentence)
            low = self.tokens.low[at]
            if low in ("yes", "no") and self.opens(at):
                break
            link = is_link(low, towards) or (not towards and self._is_verb(at))
            link = (
                link
                or (low in LOOKING and self.word(first) == "along")
                or (low == "left" and self.word(at - 1) in _WAS)
            )
            if low in _LINES and self.word(at - 1) in ("a", "in", "one"):
                steps, at = steps + 1, at - 2
                continue
            if low == "them" and self.word(at - 1) == "of" and self.word(at - 2) in COUNTING:
                steps, at = steps + 1, at - 3
                continue
            aside = 0 if steps or link else self._aside(at)
            counting = (self.asked is not None and sentence == 0 and low in COUNTING) or (steps and low == "one")
            if low in NEGATION or steps > 6 or not (aside or link or low in PRONOUNS or counting):
                return ()
            steps += 1
            at -= aside or 1
        # Nothing before it but "it is": an answer to a question after the place of one thing.
        if self.asked is not None and sentence == 0:
            return self.asked.things[:1] if not self.asked.presence or self.takes_up(first) else ()
        return self._before_pronoun(at + 1, sentence) if at + 1 < first else ()

    def takes_up(self, first: int) -> bool:
        """Tell whether an answer, up to a phrase at a token, says it of the only thing that its question names."""
        if self.asked is None or not self.asked.presence or self.tokens.sentences[first - 1]:
            return False
        said = self.tokens.low[:first]
        return self.word(0) in YES or not _TAKES.isdisjoint(said)

    def _is_verb(self, at: int) -> bool:
        """Tell whether a token says what the single thing before it does: "a dog crouches"."""
        low, thing = self.word(at), self.by_last.get(at)
        finite = low.endswith("s") and not low.endswith("ss") and low not in LOOKING
        return thing is not None and not thing.plural and finite and at not in self.by_first and not self.broken(at)

    def _before_pronoun(self, at: int, sentence: int) -> tuple[Mention, ...]:
        """Give the only thing of the last sentence, if "it is" or "they are" begins this one at a token."""
        low = self.word(at)[:4]
        before = [m for m in self.mentions if self.tokens.sentences[m.first] == sentence - 1 and not m.near]
        if len(before) != 1 or low not in ("it", "it's", "they"):
            return ()
        return tuple(before) if before[0].plural == (low == "they") and before[0].name != "person" else ()

    def _aside(self, at: int) -> int:
        """Give how many tokens "on the wall", "in white" or "holding a cup" are that end at a token, 0 for none."""
        for reach in (1, 2, 3, 4):
            opener, after = self.word(at - reach), self.word(at - reach + 1)
            if opener == "of" and at - reach in self.by_last and reach < 3:  # "a bottle of water"
                return reach + 1
            if opener in TAKING or (opener in NEARBY and (opener in ("in", "with") or after in ARTICLES | OWNERS)):
                return reach + 1
            if opener == "of" and (self.word(at - reach - 2), self.word(at - reach - 1)) == ("in", "front"):
                return reach + 3
            if opener in STOPS:
                break
        return 0

    def _subjects(self, mention: Mention, verb: bool, sentence: int) -> tuple[Mention, ...]:
        """Give what a phrase after ``mention`` may be said of; ``verb`` says whether "is" stands between.

        Of "a man with a dog on the left" either; of "the man with the dog is on the left" the man; of "the front of the
        car" none, but of "a group of dogs" the dogs.
        """
        for at in range(mention.first - 1, max(mention.first - 5, -1), -1):
            low = self.word(at)
            if self.broken(at + 1):
                return (mention,)
            if self.tokens.sentences[at] != sentence or low in VERBS or low in ("and", "or"):
                return () if low == "or" else (mention,)
            if low == "of":
                return (mention,) if self.word(at - 1) in AMOUNTS else ()
            if low in HEADS:
                heads = [m for m in self.mentions if m.last <= at and self.tokens.sentences[m.first] == sentence]
                if verb or mention.near:  # of "a vase with flowers" the vase
                    return tuple(heads[-1:])
                return mention, *heads
        return (mention,)

    def after(self, at: int, fronted: bool) -> Mention | None:
        """Give the thing that is named next; ``fronted``: after "on the left", with "there is" between."""
        start = at
        while fronted and self._leads_to_thing(at, start):
            at += 1
        for _ in range(2):  # "the two dogs"
            at += self.word(at) in ARTICLES
        for step in (0, 1):  # "a short line of passengers"
            if self.word(at + step) in AMOUNTS and self.word(at + step + 1) == "of":
                at += step + 2 + (self.word(at + step + 2) in ARTICLES)
                break
        for step in range(4):
            mention = self.by_first.get(at + step)
            if mention is not None and mention.near and mention.last in self.by_first:  # "a baggage truck"
                mention = self.by_first[mention.last]
            if mention is not None:
                return None if is_owner(self.text, mention) else mention
            low = self.word(at + step)
            if not low or low in STOPS or low in ARTICLES or low in NOT_LINKS or (step and self.broken(at + step)):
                return None
        return None

    def _leads_to_thing(self, at: int, start: int) -> bool:
        """Tell whether a word stands between "on the left" and what is there: "on the left, there is parked"."""
        low = self.word(at)
        if at in self.by_first:
            return low in ("someone", "somebody", "one", "you")
        return low in FRONTED or (at - start < 2 and (is_link(low) or (low.endswith("s") and low[:-1] in LINKS)))

    def after_aside(self, at: int) -> Mention | None:
        """Give the thing that is named after what stands between commas from a token on: "…, next to a wall, a dog"."""
        if self.word(at) not in ASIDES or not self.broken(at):
            return None
        for past in range(at + 2, min(at + 9, len(self.tokens.low))):
            if self.broken(past):
                ends = self.word(past) in ARTICLES or self.word(past) in FRONTED
                return self.after(past, fronted=True) if ends else None
        return None

    def pronoun(self, at: int) -> str:
        """Give the pronoun at a token if it is the second thing of a relation, no owner: "to the left of her"."""
        low = self.word(at)
        if low not in THINGS | PEOPLE | SEVERAL:
            return ""
        ends = at + 1 >= len(self.tokens.low) or self.broken(at + 1) or self.word(at + 1) in PAST_SIDE
        return low if ends or is_link(self.word(at + 1)) or low != "her" else ""

    def meant(self, pronoun: str, first: int, thing: Mention) -> Mention | None:
        """Give what a pronoun stands for beside a thing: the only one of its kind in this or else the last sentence."""
        sentence = self.tokens.sentences[first]
        here = [m for m in self.mentions if m.first < first and self.tokens.sentences[m.first] == sentence]
        last = [m for m in self.mentions if self.tokens.sentences[m.first] == sentence - 1]
        asked = (*self.asked.things, *((self.asked.other,) if self.asked.other else ())) if self.asked else ()
        for said in (here, last if sentence else asked):
            fit = [m for m in said if self._fits(pronoun, m) and m is not thing]
            heads = [m for m in fit if m not in last + here or not self._is_inside(m)] or fit
            if heads:
                return heads[-1] if len({m.name for m in heads}) == 1 and not heads[-1].near else None
        return None

    def _fits(self, pronoun: str, mention: Mention) -> bool:
        if is_owner(self.text, mention) or mention.plural != (pronoun in SEVERAL):
            return False
        return (pronoun in PEOPLE) == (mention.name == "person") or pronoun in SEVERAL

    def _is_inside(self, mention: Mention) -> bool:
        """Tell whether a mention is part of what is said of another: "a vase on a table"."""
        for at in range(mention.first - 1, max(mention.first - 4, -1), -1):
            if self.broken(at + 1):
                return False
            if self.word(at) in HEADS or self.word(at) in STOPS:
                return self.word(at) in HEADS
        return False

    def number(self, mention: Mention, first: int) -> int:
        """Give of how many of a thing a phrase is said that begins at a token; -1 for all, 0 where that is open."""
        if not mention.plural or self.by_first.get(mention.first) is not mention:
            return 0  # what is named in the question has its tokens there
        between = range(mention.last, first + 1)
        if any(self.broken(at) or self.word(at) in NUMBERS for at in between):
            return 0
        for at in range(mention.first - 1, max(mention.first - 4, -1), -1):
            low = self.word(at)
            if low in ("both", "all") or low in NUMBERS:
                return 2 if low == "both" else NUMBERS.get(low, -1)
            if low in STOPS or self.broken(at + 1):
                break
        return 0

    def broken(self, at: int) -> bool:
        """Tell whether a mark stands before a token."""
        gap = self.tokens.gaps[at] if at else ""
        return gap != " " and bool(gap.strip(" -"))

    def opens(self, first: int) -> bool:
        """Tell whether a phrase that begins at a token opens its clause."""
        while (before := self.word(first - 1)) in DEPTHS or before in ADVERBS:
            if self.broken(first) or self.tokens.sentences[first - 1] != self.tokens.sentences[first]:
                break
            if before in ADVERBS:
                first -= 1
            elif (self.word(first - 3), self.word(first - 2)) == ("in", "the"):
                first -= 3
            else:
                break
        if first == 0 or self.tokens.sentences[first - 1] != self.tokens.sentences[first]:
            return True
        return self.word(first - 1) in LEADS or self.broken(first)

    def word(self, at: int) -> str:
        """Give a token in lower case, nothing outside of the turn."""
        return self.words[at]
