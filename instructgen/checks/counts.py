"""A sample and its context in; whether the numbers of things that its answers state agree with the boxes out.

A number of things picks out some of them ("two people sitting by the window", "two red cars"), so only more than the
boxes show contradicts it. A total (the answer to "how many", "a total of", "there are two … in the picture") is held to
the boxes both ways. Boxes bound what is there from below: a crowd has no upper number, what is very small need not be
counted, and from five on people count loosely. A caption with the same number overrides the boxes.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar, NamedTuple

from pydantic import Field

from ..records import Context, Sample, Turn, Verdict
from ..text import word_set
from ..vocabulary import DOUBTFUL_COUNTS, NUMBERS, plural_of
from .annotation import AnnotationCheck
from .captioned import all_do
from .claims import Claim, Outcome, figures_of, is_plain, may_claim, verdict_on
from .mentions import Mention, Reading, reading_of
from .quantities import WORDS, Quantity, counted, is_capacity, quantities_of
from .scopes import Scope, number_in
from .tallies import Tally, tallies_of
from .totals import Asked, answer_of, asked_in, asks_description, is_total, scope_said
from .truth import truth_of
from .words import look_out_for, words_of

_PASSED = Verdict(check="counts", outcome="pass")
_HINTS = {
    "too_many": "State no more things than the annotation shows; where you are not sure of a number, leave it out.",
    "wrong_total": "Count the things in the annotation before you say how many there are.",
    "not_several": "Speak of several things only where the annotation shows more than one.",
}
_PAIRED = frozenset({"skis", "scissors"})
"""One box holds a pair of them, which people count as one or as two."""
_ACTING = frozenset({"person", "animal", ""})
"""Of these kinds of things some do this and some do that."""
_MORE = word_set("another others rest remaining third fourth fifth plus additional")
"""With these an answer goes on with more of what it has counted."""
_FEW = 4
"""So few people are boxed as reliably as other things."""
_DIGITS = "0123456789"

look_out_for(WORDS)


class CountsCheck(AnnotationCheck):
    """Finds numbers of things that the boxes contradict."""

    name: ClassVar[str] = "counts"
    version: ClassVar[int] = 2

    small: float = Field(default=0.001, ge=0, le=1)
    """A thing whose box covers less than this share of the picture need not be among a total."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge: a contradicted number fails, a doubtful one is doubtful."""
        # Only boxes contradict anything.
        return verdict_on(self.claims(sample, context), _HINTS, _PASSED) if context.boxes else _PASSED

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Give how many numbers of things the answers state, by outcome."""
        return figures_of(self.claims(sample, context))

    def claims(self, sample: Sample, context: Context) -> list[Claim]:
        """Give the numbers of things that the answers state, each with its outcome."""
        words = words_of(sample.turns)
        if WORDS.isdisjoint(words.noticed) and not any(map(words.whole.__contains__, _DIGITS)):
            return []
        reading = reading_of(sample.turns, self._vocabulary)
        found = list(_stated(sample.turns, reading))
        if not found:
            return []
        scene = _Scene(context, reading, sample.turns, self)
        return [_as_sure(scene.weighed(stated), context) for stated in found]


class _Stated(NamedTuple):
    """A number of things of a class, as an answer states it."""

    turn: int
    start: int
    end: int
    quantity: Quantity
    name: str
    total: bool
    """It is of all there are of the class."""
    scope: Scope | None = None
    """Which of them it is of; None where it may be of any."""
    word: str = ""
    """The narrower word for the class, such as "men"."""
    measure: str = ""
    """What is counted of them: "slices"."""
    asked: bool = False
    """The question asked for the number."""


def _stated(turns: Sequence[Turn], reading: Reading) -> Iterator[_Stated]:
    asked: Asked | None = None
    described = False
    by_turn: dict[int, dict[int, Mention]] = {}
    for mention in reading.mentions:
        by_turn.setdefault(mention.turn, {})[mention.first] = mention
    for number, turn in enumerate(turns):
        tokens, mentions = reading.tokens[number], by_turn.get(number, {})
        if turn.role == "human":
            asked = asked_in(turn.text, tokens, mentions) if mentions else None
            described = asks_description(tokens)
            continue
        if not mentions and asked is None:
            continue
        found = quantities_of(turn.text, tokens)
        answer = answer_of(turn.text, tokens, found, mentions, asked) if asked else None
        if asked and answer:
            start, end = tokens.starts[answer.first], tokens.ends[answer.last - 1]
            yield _Stated(
                number, start, end, answer.quantity, asked.name, asked.whole, asked.scope, asked.word, asked=True
            )
        asked = None
        for quantity in found:
            if answer and answer.first <= quantity.first < answer.last:
                continue
            this = counted(turn.text, tokens, quantity, mentions)
            if this is None or quantity.high == 0 or not may_claim(this.mention):
                continue
            if is_capacity(tokens, quantity) or not is_plain(tokens, this.mention):
                continue
            mention = this.mention
            total = is_total(tokens, this)
            scope = scope_said(tokens, this, mentions, described)
            if total or scope or quantity.high != 1:
                word = mention.word if mention.narrower else ""
                start = tokens.starts[quantity.first]
                yield _Stated(number, start, mention.end, quantity, mention.name, total, scope, word, this.measure)


class _Scene:
    """A context's things, and a sample's mentions of such, which stated numbers are held against."""

    def __init__(self, context: Context, reading: Reading, turns: Sequence[Turn], check: CountsCheck) -> None:
        self.context, self.reading, self.turns, self.small = context, reading, turns, check.small
        self.tallies = tallies_of(context, check._vocabulary, check.small)
        self.truth = truth_of(context, check._vocabulary)
        self.kinds = check._vocabulary.classes

    def weighed(self, stated: _Stated) -> Claim:
        """Hold a stated number against what boxes and captions show of its class."""
        quantity, tally = stated.quantity, self.tallies.get(stated.name)
        claim = Claim("supported", stated.turn, stated.start, stated.end, tally.boxes if tally else ())
        if tally is None:
            none = quantity.high == 0 and self.context.boxes and not self.truth.supports(stated.name)
            return claim if none else claim._replace(outcome="undecidable")
        if tally.borne_out(quantity.low, quantity.high, True):
            return claim
        if not tally.boxes:
            return claim._replace(outcome="undecidable")
        each = 2 if stated.name in _PAIRED else 1
        if tally.most is not None and quantity.low > tally.most * each:
            return claim if tally.borne_out(quantity.low, quantity.high, stated.total) else _above(claim, stated, tally)
        if quantity.high is not None and self._lower(stated, tally, quantity.high):
            return claim._replace(outcome="contradicted", reason="wrong_total", contradicts=_told(stated, tally))
        return claim

    def _lower(self, stated: _Stated, tally: Tally, high: int) -> bool:
        """Tell whether there are more of the things than a number says."""
        if stated.total and high < tally.least and not self._goes_on(stated, _MORE):
            return True
        name, scope = stated.name, stated.scope
        if scope is None:
            return False
        kind = self._kind(name)
        backed = tally.backed(stated.word, kind == "person")
        shown = number_in(scope, self.context, self.truth.boxes, name, self.small)
        # People before a bus lie within its box, as those in it do.
        aboard = kind == "person" and any(self._kind(place) == "vehicle" for place in scope.places)
        told = stated.asked and scope.acting and all_do(scope.acts, name, stated.word, self.truth)
        acting = (stated.asked and scope.acting and kind in _ACTING and not told) or aboard
        if not backed and (acting or not (told or self._of_one_sort(stated, kind))):
            # "Two friends look on" is held to the captions' "three friends" only.
            shown = min(tally.counted_as(stated.word), tally.number) if stated.word else 0
        elif backed and scope == scope._replace(across="", down="", places=()):
            shown = tally.number
        more = _MORE if stated.asked else _MORE | {"one"}
        return high < shown and self._alone(stated) and not self._goes_on(stated, more)

    def _kind(self, name: str) -> str:
        """Give what kind of class it is, nothing where the vocabulary does not say."""
        return self.kinds[name].supercategory if name in self.kinds else ""

    def _of_one_sort(self, stated: _Stated, kind: str) -> bool:
        """Tell whether all things of the class may be what a narrower word names: gulls, where no other birds are."""
        if not stated.word:
            return True
        said = [m for m in self.truth.captions.mentions if m.name == stated.name]
        same = [m.word[:4] == stated.word[:4] for m in said if m.narrower or kind != "animal"]
        return kind != "person" and any(same) and all(same)

    def _goes_on(self, stated: _Stated, words: frozenset[str]) -> bool:
        """Tell whether an answer goes on with more of the things: "two dogs play, and another sleeps"."""
        tokens = self.reading.tokens[stated.turn]
        pairs = zip(tokens.low, tokens.starts, strict=True)
        low = [word for word, start in pairs if not stated.start <= start < stated.end]
        if words.isdisjoint(low):
            return False
        return any(word in words and after != "of" for word, after in pairwise([*low, ""]))

    def _alone(self, stated: _Stated) -> bool:
        """Tell whether the answers name no further thing of the class: "two dogs run, and another sleeps" has three."""
        for mention in self.reading.mentions:
            turn = mention.turn
            if self.turns[turn].role == "human" or stated.name not in mention.classes or mention.definite:
                continue
            if (turn == stated.turn and stated.start <= mention.start < stated.end) or mention.polarity == "negated":
                continue
            if stated.asked and turn != stated.turn:
                continue
            before = self.reading.tokens[turn].low[mention.first - 1] if mention.first else ""
            if NUMBERS.get(before) == stated.quantity.low or (stated.asked and self._is_detail(mention, before)):
                continue
            if mention.introduced or not mention.plural:
                return False
        return True

    def _is_detail(self, mention: Mention, before: str) -> bool:
        """Tell whether "a dog" after the number that was asked for is one of those: "one, a white dog"."""
        joint = self.reading.tokens[mention.turn].low[mention.first - 2] if mention.first > 1 else ""
        return before in ("a", "an", "one") and joint not in ("and", "plus", "with", "also")


def _as_sure(claim: Claim, context: Context) -> Claim:
    """Give a claim as doubtful where it is against boxes that a detector drew, which miss things and double them."""
    detected = claim.outcome == "contradicted" and any(context.boxes[i].score is not None for i in claim.boxes)
    return claim._replace(outcome="doubtful") if detected else claim


def _above(claim: Claim, stated: _Stated, tally: Tally) -> Claim:
    """Give the claim of more things than there are boxes; of some classes annotators often boxed a few only."""
    if stated.measure:
        most = tally.measured(stated.measure)
        if not 0 < most < stated.quantity.low:
            return claim._replace(outcome="undecidable")
    vague = stated.quantity.low == 2 and stated.quantity.high is None and not stated.quantity.nth
    few_people = stated.name == "person" and tally.number <= _FEW
    other = stated.quantity.low <= tally.number + tally.confused
    weak = vague or other or (stated.name in DOUBTFUL_COUNTS and not few_people and not tally.backed("", same=True))
    reason = "not_several" if vague else "wrong_total" if stated.total else "too_many"
    outcome: Outcome = "doubtful" if weak else "contradicted"
    return claim._replace(outcome=outcome, reason=reason, contradicts=_told(stated, tally))


def _told(stated: _Stated, tally: Tally) -> str:
    """Say in words what a number is against."""
    low, high = stated.quantity.low, stated.quantity.high
    said = f"at least {low}" if high is None else f"{low}" if low == high else f"{low} to {high}"
    noun = stated.name if tally.number == 1 else plural_of(stated.name)
    return f"the text says {said}, the boxes show {tally.number} {noun}"
