"""Claims with their outcomes in; a check's verdict and its figures out: shared by the checks that weigh claims."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ..records import Span, Verdict
from ..text import word_set
from .mentions import Mention
from .sentences import Tokens
from .word_lists import word_lists

Outcome = Literal["supported", "contradicted", "doubtful", "undecidable"]


class Claim(NamedTuple):
    """Something that a turn states and that an annotation may bear out or not."""

    outcome: Outcome
    turn: int
    start: int
    end: int
    """Code points of the turn's text."""
    boxes: tuple[int, ...]
    """Indices of the context's boxes that it is held against."""
    reason: str = ""
    """Why it is contradicted or doubtful, as a stable slug."""
    contradicts: str | None = None
    """What it is against, in words."""

    @property
    def span(self) -> Span:
        """Give the evidence."""
        return Span(turn=self.turn, start=self.start, end=self.end, boxes=self.boxes, contradicts=self.contradicts)


def may_claim(mention: Mention) -> bool:
    """Tell whether something said of a mention claims anything: it is asserted, and certain in its sense."""
    return mention.certain and not mention.near and mention.polarity == "asserted"


_SUPPOSING = word_lists()["usual"] | word_set(
    "if would might could should yesterday ago average either imagine used printed painted"
)
"""A sentence with one of these may speak of what is usual, past, possible or a picture."""
_GOING_ON = word_set("where which who so as since because while and but")
"""After a comma these begin a further clause."""
_DEPICTING = word_lists()["figures"] - word_lists()["whole_picture"]
"""After one of these a sentence may speak of what is in a picture."""


def is_plain(tokens: Tokens, mention: Mention, unless: frozenset[str] = frozenset(), past: int | None = None) -> bool:
    """Tell whether the sentence of a mention states what is there: it asks, supposes and depicts nothing.

    ``unless`` are further words that make a sentence speak of something else. From where in the text on, ``past``, a
    clause with "where", "so" and the like may suppose what it wants: "a bench on the left, where one could sit".
    """
    first, last = tokens.around(mention.first, mention.last)
    stated = last if past is None else _clause_end(tokens, past, first, last)
    words = tokens.low[first:stated]
    if not (_SUPPOSING.isdisjoint(words) and unless.isdisjoint(words)):
        return False
    if not _DEPICTING.isdisjoint(words[: mention.first - first]):
        return False
    return "?" not in tokens.gaps[last]


def _clause_end(tokens: Tokens, past: int, first: int, last: int) -> int:
    """Give the token at which another clause begins that only goes on with what is said before ``past``."""
    for at in range(first + 1, last):
        if tokens.low[at] in _GOING_ON and tokens.starts[at] >= past and tokens.gaps[at] != " ":
            return last if "if" in tokens.low[at:last] else at
    return last


def is_owner(text: str, mention: Mention) -> bool:
    """Tell whether a mention only says whose something is: "the dog's bowl", "the dogs' bowls"."""
    return mention.word.endswith(("'s", "s'")) or text[mention.end : mention.end + 1] in ("'", "’")


def verdict_on(claims: Sequence[Claim], hints: Mapping[str, str], passed: Verdict) -> Verdict:
    """Give the verdict: one contradicted claim fails a sample, one doubtful makes it doubtful.

    The reason is the first such claim's; the evidence is all of those with the same outcome.
    """
    for outcome, level in _LEVELS:
        found = [claim for claim in claims if claim.outcome == outcome]
        if found:
            reason, evidence = found[0].reason, tuple(claim.span for claim in found)
            return Verdict(check=passed.check, outcome=level, reason=reason, evidence=evidence, hint=hints[reason])
    return passed


_LEVELS: tuple[tuple[Outcome, Literal["fail", "doubtful"]], ...] = (("contradicted", "fail"), ("doubtful", "doubtful"))


def figures_of(claims: Sequence[Claim]) -> Mapping[str, int]:
    """Give how many claims there are by outcome, and their number."""
    return {"claims": len(claims), **Counter[str](claim.outcome for claim in claims)}
