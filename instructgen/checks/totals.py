"""A turn's words and a number of things in it in; whether the number is said to be that of all there are out.

A number is a total where it answers "how many … are there", after "a total of", and where the sentence says nothing of
the things but that they are there: "there are two dogs in the picture", "two dogs are visible".
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..text import word_set
from ..vocabulary import NUMBERS
from .mentions import Mention
from .quantities import Counted, Quantity, counted, quantities_of, where
from .scopes import Scope, is_here, scope_of, scope_of_all
from .sentences import Tokens

_THERE = word_set(
    "are is were there be being in the this image picture photo photograph scene shot frame view shown visible present"
    " seen appear appears appearing do you can could does show altogether total all depicted pictured here have contain"
    " contains i see we count overall included include of whole entire clearly currently exactly also"
)
"""Words that say of things only that they are there."""
_SAYS_SO = word_set(
    "image picture photo photograph scene shot frame view shown visible present seen total altogether depicted pictured"
    " overall here"
)
"""A total outside of an answer to "how many" has one of these."""
_AND = word_set("and while but")
"""After these another clause begins, if one came before."""
_LEADS = word_set(
    "are is see shows show features contains includes has depicts displays exactly precisely just only count spot"
) | {""}
"""A total stands after one of these, or first in its sentence."""


_BARE = word_set("are is of in can visible shown that here there them these those altogether total") | {""}
"""What may follow the bare number in an answer to "how many"."""


_ASKING = frozenset({("how", "many"), ("number", "of"), ("count", "the"), ("count", "of")})
_ASKING_FOR = frozenset(first for first, _ in _ASKING)
_IS_THERE = {(verb, after) for verb in ("are", "is", "can", "do", "does") for after in ("there", "you")}
_ANY = Quantity(0, 0, 2, None)
_EARLY = 4
_DETERMINED = word_set("there any some see many the spot notice")
_DESCRIBING = word_set(
    "describe description show shows see image picture photo photograph scene happening going caption summarize"
    " summary overview depicted explain account visible"
)
_NOT_DESCRIBING = word_set("many where which who")
_MARKS = frozenset(".,;:!?\n")
_FAR = 10
"""So many words before a number may speak of the picture."""


_DETAIL = re.compile(r":|\(|, (?:with|including|one|(?:and )?(?:both|all|each))\b")
"""Between two numbers of a sentence: the second is of some of what the first counts."""


_KNOWN = word_set("the these those other her his their its of")
"""After these a number is of things that are spoken of as known, or of some of them."""
_BEFORE_PART = word_set(
    "left right background foreground front back behind middle center centre near next beside top bottom upper lower"
    " side distance other another"
)
"""Before a number these bound it to a part of the picture."""
_FURTHER = word_set("besides other others else except apart additional excluding")
"""A question with one of these asks for some only."""
_WHETHER = word_set("is are does do did can could has have was were isn't aren't")
_COMPANIES = word_set("group family party team herd flock line row")
"""Before "of three dogs"."""


class Asked(NamedTuple):
    """What a question asks the number of."""

    name: str
    """The class."""
    word: str
    """The narrower word for it, such as "men"; empty where the class itself is asked for."""
    whole: bool
    """All of the class is asked for, not those of some kind or place."""
    scope: Scope | None
    """Which of the class are asked for; None where boxes do not tell them apart."""
    offered: Quantity | None
    """The number in "are there three dogs?", to which "yes" states it."""
    many: bool
    """It is asked how many there are, not only whether."""


def asked_in(text: str, tokens: Tokens, mentions: Mapping[int, Mention]) -> Asked | None:
    """Give what a turn asks the number of, if it does; ``mentions`` by first token."""
    if not _FURTHER.isdisjoint(tokens.low):
        return None
    for at in where(tokens, _ASKING_FOR):
        if tuple(tokens.low[at : at + 2]) in _ASKING:
            found = counted(text, tokens, Quantity(at, at + 2, 2, None), mentions)
            usable = found is not None and not found.mention.near and not found.measure
            return _asked(tokens, found, mentions, None, many=True) if found and usable else None
    return _presence_asked(text, tokens, mentions) if "?" in text else None


def _presence_asked(text: str, tokens: Tokens, mentions: Mapping[int, Mention]) -> Asked | None:
    """Give what is asked for by "are there any dogs?", "are there three dogs?" or "does he walk more than one dog?"."""
    there = (tokens.low[0], tokens.low[1]) in _IS_THERE if len(tokens.low) > 1 else False
    for quantity in quantities_of(text, tokens):
        found = counted(text, tokens, quantity, mentions)
        known = quantity.first and tokens.low[quantity.first - 1] in _KNOWN
        if tokens.low[0] not in _WHETHER or known or found is None or found.measure or found.mention.near:
            return None
        exactly = quantity.low > 1 or tokens.low[quantity.first - 1] in ("only", "just", "exactly")
        offered = quantity if there and quantity.low == quantity.high and exactly else None
        return _asked(tokens, found, mentions, offered)
    if not there:
        return None
    for mention in mentions.values():
        if not mention.near and mention.plural and mention.first <= _EARLY:
            described = tokens.low[mention.first - 1] not in _DETERMINED
            return _asked(tokens, Counted(_ANY, mention, described), mentions, None)
    return None


def _asked(
    tokens: Tokens,
    found: Counted,
    mentions: Mapping[int, Mention],
    offered: Quantity | None,
    many: bool = False,
) -> Asked:
    mention = found.mention
    whole = not found.described and _plain(tokens, mention.last) is not None
    scope = None if found.described else scope_of(tokens, mention.last, mentions)
    word = mention.word if mention.narrower else ""
    return Asked(mention.name, word, whole and not word, scope, offered, many)


def asks_description(tokens: Tokens) -> bool:
    """Tell whether a turn asks what there is to be seen, so that the answer begins with all that matters."""
    return not _DESCRIBING.isdisjoint(tokens.low) and _NOT_DESCRIBING.isdisjoint(tokens.low)


class Answer(NamedTuple):
    """The number in an answer to "how many"."""

    quantity: Quantity
    first: int
    last: int
    """Tokens of the number and, if it is named again, the thing; ``last`` is past the end."""


def answer_of(
    text: str, tokens: Tokens, found: Sequence[Quantity], mentions: Mapping[int, Mention], asked: Asked
) -> Answer | None:
    """Give the number that answers "how many": the only one of its sentence, and of nothing else than was asked for."""
    first = found[0] if found else None
    if first is None or tokens.sentences[first.first]:
        if asked.offered and tokens.low and tokens.low[0] in ("yes", "yeah", "correct", "right"):
            return Answer(asked.offered, 0, 1)
        return _none_or_one(tokens, mentions, asked)
    this = counted(text, tokens, first, mentions)
    if this is not None and this.mention.name == asked.name:
        summed = _summed(tokens, this, mentions, asked)
        if summed or (this.mention.narrower and not asked.word):
            return summed
    if (
        len(found) > 1
        and not tokens.sentences[found[1].first]
        and not _of_another(text, tokens, found[1], mentions, asked)
    ):
        end = this.mention.end if this else tokens.ends[first.last - 1]
        if (this and this.described) or not _DETAIL.search(text, end, tokens.ends[found[1].first] + 1):
            return None
    if this is not None:
        mention = this.mention
        said = mention.certain and mention.polarity == ("negated" if first.high == 0 else "asserted")
        return Answer(first, first.first, mention.last) if said and mention.name == asked.name else None
    low = tokens.low[: tokens.bounds[0]]
    if low.count("ones") == 1 and "ones" in low[first.last : first.last + 2] and "and" not in low:
        return Answer(first, first.first, low.index("ones") + 1)  # "Two whole ones."
    # "Two." and "Two: a black one …", not "two hats" or "two of which".
    past = tokens.low[first.last] if first.last < len(tokens.low) else ""
    if past == "of" and not asked.many:
        return None
    if not past or past in _BARE or tokens.sentences[first.last] or tokens.gaps[first.last].strip():
        return Answer(first, first.first, first.last)
    return None


def _of_another(text: str, tokens: Tokens, quantity: Quantity, mentions: Mapping[int, Mention], asked: Asked) -> bool:
    """Tell whether a number is of another class than was asked for: "three dogs and two cats"."""
    other = counted(text, tokens, quantity, mentions)
    return other is not None and asked.name not in other.mention.classes


def _summed(tokens: Tokens, this: Counted, mentions: Mapping[int, Mention], asked: Asked) -> Answer | None:
    """Give the answer "two men and a woman" to a question after people: the sum; None for "two men" alone."""
    if this.mention.name != asked.name or this.mention.polarity != "asserted":
        return None
    number, at = this.quantity, this.mention.last
    while at + 2 < len(tokens.low) and tokens.gaps[at].strip() in ("", ","):
        at += tokens.low[at] in ("and", "plus")
        count = NUMBERS.get(tokens.low[at], 1 if tokens.low[at] in ("a", "an") else 0)
        more = mentions.get(at + 1)
        if not count or more is None or more.name != asked.name:
            break
        number = Quantity(number.first, more.last, number.low + count, number.high and number.high + count)
        at = more.last
    return Answer(number, number.first, at) if number is not this.quantity else None


def _none_or_one(tokens: Tokens, mentions: Mapping[int, Mention], asked: Asked) -> Answer | None:
    """Give the answer that there are none or that there is one: "there aren't any dogs", "there is a dog"."""
    said = [mention for mention in mentions.values() if mention.name == asked.name]
    for mention in said:
        if mention.polarity == "negated" and not tokens.sentences[mention.first]:
            return Answer(Quantity(mention.first, mention.last, 0, 0), mention.first, mention.last)
    if asked.many and len(said) == 1 and said[0].first < _EARLY and said[0].polarity == "asserted":
        mention = said[0]
        if mention.introduced and not mention.plural and not mention.narrower and tokens.low[0] in ("a", "an", "there"):
            return Answer(Quantity(mention.first, mention.last, 1, 1), mention.first, mention.last)
    return None


def is_total(tokens: Tokens, found: Counted) -> bool:
    """Tell whether a statement gives the number of all things of its class."""
    if found.described or found.mention.narrower:
        return False
    first = found.quantity.first
    said = _plain(tokens, found.mention.last)
    if said is None:
        return False
    sentence = tokens.sentences[first]
    before = tokens.low[max(0, first - _FAR, tokens.bounds[sentence - 1] if sentence else 0) : first]
    if said[:2] in (["in", "all"], ["in", "total"]) or before[-2:] == ["total", "of"]:
        return True
    if (before[-1] if before else "") not in _LEADS:
        return False
    # "In the picture there are two dogs": nothing but that they are there stands before, too.
    fronted = len(before) < _FAR and _THERE.issuperset(before)
    return not _SAYS_SO.isdisjoint(said) or (fronted and not _SAYS_SO.isdisjoint(before))


def _plain(tokens: Tokens, at: int) -> list[str] | None:
    """Give the words up to the clause's end, None where they say more than that something is there."""
    said: list[str] = []
    for number in range(at, len(tokens.low)):
        gap = tokens.gaps[number]
        if gap != " " and not _MARKS.isdisjoint(gap):
            break
        if tokens.low[number] in _AND and said:
            break
        if tokens.low[number] not in _THERE:
            return None
        said.append(tokens.low[number])
    return said


def scope_said(tokens: Tokens, found: Counted, mentions: Mapping[int, Mention], described: bool) -> Scope | None:
    """Give which of all things of its class a statement's number is of; None where it may be of any part of them.

    ``described``: the turn answers a question after what there is to be seen.
    """
    first, mention = found.quantity.first, found.mention
    if found.described:
        return None
    last = tokens.low[first - 1] if first else ""
    if last == "the" and tokens.low[first] in ("only", "sole"):
        return Scope() if is_here(tokens, mention.last) else None
    if last == "all" or (tokens.low[first] == "both" and not first):
        return scope_of_all(tokens, mention.last, mentions)
    if last == "the" and found.quantity.pair:
        return Scope() if is_here(tokens, mention.last) else None
    if last in _KNOWN and not (last == "of" and first > 1 and tokens.low[first - 2] in _COMPANIES):
        return None
    sentence = tokens.sentences[first]
    before = tokens.low[tokens.around(first, first)[0] : first]
    if before[-1:] == ["of"]:  # "a group of three skiers"
        del before[-2:]
        described = described and before[-1:] == ["a"] and len(before) < _EARLY
        before = before[:-1]
    there = (len(before) > 1 and before[-2] == "there") or before[-3:-2] == ["there"] or before[-1:] == ["all"]
    there = there or before[:1] in (["altogether"], ["overall"]) or before[:2] == ["in", "total"]
    if not {"lone", "solitary"}.isdisjoint(tokens.low[first : found.quantity.last]):
        return Scope()
    if not (there or tokens.low[first] == "single" or (described and not sentence)) or not _BEFORE_PART.isdisjoint(
        before
    ):
        return None
    return scope_of(tokens, mention.last, mentions)
