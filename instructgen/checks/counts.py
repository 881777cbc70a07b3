"""A sample and its context in; whether the numbers of things that its answers state agree with the boxes out.

A number of things picks out some of them ("two people sitting by the window", "two red cars"), so only more than the
boxes show contradicts it. A total (the answer to "how many", "a total of", "there are two … in the picture") is held to
the boxes both ways. Boxes bound what is there from below: a crowd has no upper number, what is very small need not be
counted, and from five on people count loosely. A caption with the same number overrides the boxes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from pydantic import Field

from ..records import Context, Sample, Turn, Verdict
from ..vocabulary import DOUBTFUL_COUNTS, plural_of
from .annotation import AnnotationCheck
from .claims import Claim, Outcome, figures_of, may_claim, verdict_on
from .mentions import Mention, Reading, reading_of
from .quantities import WORDS, Quantity, counted, quantities_of
from .tallies import Tally, tallies_of
from .totals import Asked, answer_of, asked_in, is_total
from .words import look_out_for, words_of

_PASSED = Verdict(check="counts", outcome="pass")
_HINTS = {
    "too_many": "State no more things than the annotation shows; where you are not sure of a number, leave it out.",
    "wrong_total": "Count the things in the annotation before you say how many there are.",
    "not_several": "Speak of several things only where the annotation shows more than one.",
}
_PAIRED = frozenset({"skis", "scissors"})
"""One box holds a pair of them, which may be counted as two."""
_FEW = 4
"""So few people are boxed as reliably as other things."""
_DIGITS = "0123456789"

look_out_for(WORDS)


class CountsCheck(AnnotationCheck):
    """Finds numbers of things that the boxes contradict."""

    name: ClassVar[str] = "counts"
    version: ClassVar[int] = 1

    small: float = Field(default=0.001, ge=0, le=1)
    """A thing whose box covers less than this share of the picture need not be among a total."""

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge: a contradicted number fails, a doubtful one is doubtful."""
        return verdict_on(self.claims(sample, context), _HINTS, _PASSED)

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Give how many numbers of things the answers state, by outcome."""
        return figures_of(self.claims(sample, context))

    def claims(self, sample: Sample, context: Context) -> list[Claim]:
        """Give the numbers of things that the answers state, each with its outcome."""
        words = words_of(sample.turns)
        if WORDS.isdisjoint(words.answered) and not any(map(words.whole.__contains__, _DIGITS)):
            return []
        found = list(_stated(sample.turns, reading_of(sample.turns, self._vocabulary)))
        if not found:
            return []
        tallies = tallies_of(context, self._vocabulary, self.small)
        return [_weighed(stated, tallies.get(stated.name)) for stated in found]


class _Stated(NamedTuple):
    """A number of things of a class, as an answer states it."""

    turn: int
    start: int
    end: int
    quantity: Quantity
    name: str
    total: bool


def _stated(turns: Sequence[Turn], reading: Reading) -> Iterator[_Stated]:
    asked: Asked | None = None
    by_turn: dict[int, dict[int, Mention]] = {}
    for mention in reading.mentions:
        by_turn.setdefault(mention.turn, {})[mention.first] = mention
    for number, turn in enumerate(turns):
        tokens, mentions = reading.tokens[number], by_turn.get(number, {})
        if turn.role == "human":
            asked = asked_in(turn.text, tokens, mentions)
            continue
        found = quantities_of(turn.text, tokens)
        answer = answer_of(turn.text, tokens, found, mentions, asked) if asked else None
        if asked and answer:
            start, end = tokens[answer.first].start, tokens[answer.last - 1].end
            yield _Stated(number, start, end, answer.quantity, asked.name, asked.whole)
        asked = None
        for quantity in found:
            if answer and answer.quantity.first == quantity.first:
                continue
            this = counted(turn.text, tokens, quantity, mentions)
            if this is None or not may_claim(this.mention) or quantity.high == 0:
                continue
            total = is_total(turn.text, tokens, this)
            if total or quantity.high != 1:
                start = tokens[quantity.first].start
                yield _Stated(number, start, this.mention.end, quantity, this.mention.name, total)


def _weighed(stated: _Stated, tally: Tally | None) -> Claim:
    """Hold a stated number against what boxes and captions show of its class."""
    quantity = stated.quantity
    claim = Claim("supported", stated.turn, stated.start, stated.end, tally.boxes if tally else ())
    if tally is None:
        return claim if quantity.high == 0 else claim._replace(outcome="undecidable")
    if tally.borne_out(quantity.low, quantity.high, stated.total):
        return claim
    if not tally.boxes:
        return claim._replace(outcome="undecidable")
    most = tally.most if not quantity.pair or stated.name not in _PAIRED else 2 * (tally.most or 0)
    if most is not None and quantity.low > most:
        return _against(claim, stated, tally)
    if stated.total and quantity.high is not None and quantity.high < tally.least:
        return claim._replace(outcome="contradicted", reason="wrong_total", contradicts=_told(stated, tally))
    return claim


def _against(claim: Claim, stated: _Stated, tally: Tally) -> Claim:
    """Give the claim of more things than there are boxes; of some classes annotators often boxed a few only."""
    vague = stated.quantity.low == 2 and stated.quantity.high is None
    few_people = stated.name == "person" and tally.number <= _FEW
    other = stated.quantity.low <= tally.number + tally.confused
    weak = vague or other or (stated.name in DOUBTFUL_COUNTS and not few_people)
    reason = "not_several" if vague else "wrong_total" if stated.total else "too_many"
    outcome: Outcome = "doubtful" if weak else "contradicted"
    return claim._replace(outcome=outcome, reason=reason, contradicts=_told(stated, tally))


def _told(stated: _Stated, tally: Tally) -> str:
    """Say in words what a number is against."""
    low, high = stated.quantity.low, stated.quantity.high
    said = f"at least {low}" if high is None else f"{low}" if low == high else f"{low} to {high}"
    noun = stated.name if tally.number == 1 else plural_of(stated.name)
    return f"the text says {said}, the boxes show {tally.number} {noun}"
