"""A turn's words and a number of things in it in; whether the number is said to be that of all there are out.

A number is a total where it answers "how many … are there", after "a total of", and where the sentence says nothing of
the things but that they are there: "there are two dogs in the picture", "two dogs are visible".
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .mentions import Mention, Token
from .quantities import Counted, Quantity, counted
from .wording import needs

_THERE = needs(
    "are is were there be being in the this image picture photo photograph scene shot frame view shown visible present"
    " seen appear appears appearing do you can could does show altogether total all depicted pictured here have contain"
    " contains i see we count overall included include of whole entire clearly currently exactly also"
)
"""Words that say of things only that they are there."""
_SAYS_SO = needs(
    "image picture photo photograph scene shot frame view shown visible present seen total altogether depicted pictured"
    " overall here"
)
"""A total outside of an answer to "how many" has one of these."""
_AND = needs("and while but")
"""After these another clause begins, if one came before."""
_LEADS = needs(
    "are is see shows show features contains includes has depicts displays exactly precisely just only count spot"
) | {""}
"""A total stands after one of these, or first in its sentence."""


_BARE = needs("are is of in can visible shown that here there") | {""}
"""What may follow the bare number in an answer to "how many"."""


_ASKING = frozenset({("how", "many"), ("number", "of"), ("count", "the"), ("count", "of")})
_FAR = 10
"""So many words before a number may speak of the picture."""


_DETAIL = re.compile(r":|\(|, (?:with|including|one|both|all|each)\b")
"""Between two numbers of a sentence: the second is of some of what the first counts."""


class Asked(NamedTuple):
    """What a question asks the number of."""

    name: str
    """The class."""
    whole: bool
    """All of the class is asked for, not those of some kind or place."""


def asked_in(text: str, tokens: Sequence[Token], mentions: Mapping[int, Mention]) -> Asked | None:
    """Give what a turn asks the number of, if it does; ``mentions`` by first token."""
    for at, token in enumerate(tokens):
        if not at or (tokens[at - 1].low, token.low) not in _ASKING:
            continue
        found = counted(text, tokens, Quantity(at - 1, at + 1, 2, None), mentions)
        if found is None:
            return None
        whole = not found.described and _plain(text, tokens, found.mention.last) is not None
        return Asked(found.mention.name, whole and not found.mention.narrower)
    return None


class Answer(NamedTuple):
    """The number in an answer to "how many"."""

    quantity: Quantity
    first: int
    last: int
    """Tokens of the number and, if it is named again, the thing; ``last`` is past the end."""


def answer_of(
    text: str, tokens: Sequence[Token], found: Sequence[Quantity], mentions: Mapping[int, Mention], asked: Asked
) -> Answer | None:
    """Give the number that answers "how many": the only one of its sentence, and of nothing else than was asked for."""
    first = found[0] if found else None
    if first is None or tokens[first.first].sentence:
        return _none(tokens, mentions, asked)
    this = counted(text, tokens, first, mentions)
    if len(found) > 1 and not tokens[found[1].first].sentence:
        end = this.mention.end if this and not this.described else len(text)
        if not _DETAIL.search(text, end, tokens[found[1].first].end):
            return None
    if this is not None:
        mention = this.mention
        same = mention.name == asked.name and mention.certain and mention.polarity in ("asserted", "negated")
        return Answer(first, first.first, mention.last) if same else None
    past = tokens[first.last] if first.last < len(tokens) else None
    if past is not None and not past.sentence and past.low not in _BARE:
        return None
    return Answer(first, first.first, first.last)


def _none(tokens: Sequence[Token], mentions: Mapping[int, Mention], asked: Asked) -> Answer | None:
    """Give the answer that there are none: "there aren't any dogs"."""
    for mention in mentions.values():
        if mention.name == asked.name and mention.polarity == "negated" and not tokens[mention.first].sentence:
            return Answer(Quantity(mention.first, mention.last, 0, 0), mention.first, mention.last)
    return None


def is_total(text: str, tokens: Sequence[Token], found: Counted) -> bool:
    """Tell whether a statement gives the number of all things of its class."""
    if found.described or found.mention.narrower:
        return False
    first = found.quantity.first
    said = _plain(text, tokens, found.mention.last)
    if said is None:
        return False
    sentence = tokens[first].sentence
    before = [t.low for t in tokens[max(0, first - _FAR) : first] if t.sentence == sentence]
    if before[-2:] == ["total", "of"]:
        return True
    if (before[-1] if before else "") not in _LEADS:
        return False
    # "In the picture there are two dogs": nothing but that they are there stands before, too.
    fronted = len(before) < _FAR and _THERE.issuperset(before)
    return not _SAYS_SO.isdisjoint(said) or (fronted and not _SAYS_SO.isdisjoint(before))


def _plain(text: str, tokens: Sequence[Token], at: int) -> list[str] | None:
    """Give the words up to the clause's end, None where they say more than that something is there."""
    said: list[str] = []
    for number in range(at, len(tokens)):
        if any(mark in text[tokens[number - 1].end : tokens[number].start] for mark in ".,;:!?\n"):
            break
        if tokens[number].low in _AND and said:
            break
        if tokens[number].low not in _THERE:
            return None
        said.append(tokens[number].low)
    return said
