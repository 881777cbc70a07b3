"""A text as read in; what it says in particular out: things by class, their numbers and colours, names, quoted words.

Only what is certain is taken: a colour directly before its noun or after ``is``, a number that is exact and of all the
noun's things, capitals in a text that does not write every word with one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..text import word_set
from ..vocabulary import COLORS, MATERIALS
from .claims import is_owner, is_plain, may_claim
from .mentions import Mention, Reading
from .quantities import WORDS, counted, quantities_of
from .sentences import Tokens

Stretch = tuple[int, int]
"""Where something begins and ends, in code points."""


class Number(NamedTuple):
    """An exact number of things."""

    number: int
    mention: Mention
    start: int
    """Where it begins; it ends with the mention."""


class Coloured(NamedTuple):
    """What is said of a thing's colour."""

    mention: Mention
    colours: frozenset[str]
    start: int
    end: int


class Particulars(NamedTuple):
    """What one text, a turn of a reading, says in particular."""

    things: Mapping[str, list[Mention]]
    """Asserted and certain mentions by class."""
    named: frozenset[str]
    """Classes that it names by whatever word and in whatever sense, but does not deny."""
    denied: Mapping[str, Mention]
    """Classes of which it says that the picture has none."""
    numbers: Mapping[str, list[Number]]
    """By class."""
    colours: Mapping[str, list[Coloured]]
    """By class."""
    names: Mapping[str, Stretch]
    """Proper names, in lower case."""
    quotes: Mapping[str, Stretch]
    """Quoted texts, in lower case."""


_SAME = {"grey": "gray", "golden": "gold", "violet": "purple", "blonde": "yellow"}
_BETWEEN = MATERIALS.keys() | word_set(
    "light dark bright pale deep big large small little tiny huge old young new long short tall double decker"
    " double-decker passenger commuter city tour school steam electric freight fluffy furry striped spotted shiny"
    " painted colored coloured vintage modern antique pickup fire stuffed sleek compact"
)
"""May stand between a colour and what has it."""
_COPULAS = word_set("is are was were")
_WEAK = word_set("very mostly all entirely painted bright light dark pale")
_REACH = 6
_MORE = word_set("another other others rest remaining third fourth fifth additional")
"""With one of these in its sentence, a number may be of some of the things only."""
_QUOTED = re.compile('["“]([^"“”]{2,80})["”]')
_INITIAL = frozenset('.!?:"“(')
_NO_NAMES = word_set("i i'm a the an of and tv usa us uk ok dvd cd pc lcd am pm suv")
_TITLED = 0.5
"""A text of whose words more begin with a capital writes all its words so, or nearly."""


def particulars(text: str, turn: int, reading: Reading) -> Particulars:
    """Give what a text says in particular; it is turn ``turn`` of a reading."""
    tokens = reading.tokens[turn]
    mentions = [mention for mention in reading.mentions if mention.turn == turn]
    sure = [m for m in mentions if may_claim(m) and not is_owner(text, m)]
    things: dict[str, list[Mention]] = {}
    colours: dict[str, list[Coloured]] = {}
    coloured = not COLORS.isdisjoint(tokens.low) or "-" in text
    for mention in sure:
        things.setdefault(mention.name, []).append(mention)
        if coloured and (said := _colours(tokens, mention)):
            colours.setdefault(mention.name, []).append(said)
    named = frozenset(name for m in mentions if m.polarity != "negated" for name in m.classes)
    denied = {m.name: m for m in mentions if m.polarity == "negated" and m.whole and m.certain and not m.near}
    numbers = _numbers(text, tokens, sure)
    return Particulars(things, named, denied, numbers, colours, dict(_names(text, tokens)), dict(_quotes(text)))


def _numbers(text: str, tokens: Tokens, sure: Sequence[Mention]) -> dict[str, list[Number]]:
    """Give the exact numbers of things, by class; not "two red cars", which may be a part."""
    found: dict[str, list[Number]] = {}
    if WORDS.isdisjoint(tokens.low) and not any(map(str.isdigit, text)):
        return found
    mentions = {mention.first: mention for mention in sure}
    for quantity in quantities_of(text, tokens):
        said = counted(text, tokens, quantity, mentions) if quantity.low == quantity.high else None
        if said and not said.described and not said.measure and is_plain(tokens, said.mention, _MORE):
            number = Number(quantity.low, said.mention, tokens.starts[quantity.first])
            found.setdefault(said.mention.name, []).append(number)
    return found


def _colours(tokens: Tokens, mention: Mention) -> Coloured | None:
    """Give the colours that a mention's thing is said to have."""
    found = set[str]()
    start, end, gaps, words = mention.start, mention.end, tokens.gaps, tokens.padded
    at = mention.first - 1
    while at >= max(0, mention.first - _REACH) and gaps[at + 1].strip() in ("", ",", "-"):
        if parts := _parts(words[at]):
            found.update(parts)
            start = tokens.starts[at]
        elif words[at] not in _BETWEEN and not (words[at] == "and" and found):
            break
        at -= 1
    at = mention.last
    if words[at] in _COPULAS and gaps[at] == " ":
        at += 1
        while words[at] in _WEAK:
            at += 1
        while parts := _parts(words[at]):
            found.update(parts)
            end = tokens.ends[at]
            at += 1 + (words[at + 1] == "and")
    return Coloured(mention, frozenset(found), start, end) if found else None


def _parts(word: str) -> list[str]:
    """Give the colours of ``red`` and ``red-and-white``; none of ``red-haired``."""
    if word in COLORS:
        return [_SAME.get(word, word)]
    parts = [part for part in word.split("-") if part not in ("and", "light", "dark")] if "-" in word else []
    return [_SAME.get(part, part) for part in parts] if parts and COLORS.issuperset(parts) else []


def _names(text: str, tokens: Tokens) -> Iterator[tuple[str, Stretch]]:
    """Give runs of capitalised words that do not only begin a sentence."""
    if text.islower():
        return
    starts, ends, low = tokens.starts, tokens.ends, tokens.low
    capital = [text[start].isupper() for start in starts]
    if sum(capital) > max(3, _TITLED * len(low)):
        return
    at = 0
    while at < len(low):
        first = at
        while at < len(low) and capital[at] and (at == first or tokens.gaps[at] == " ") and low[at] not in _NO_NAMES:
            at += 1
        before = text[: starts[first]].rstrip()[-1:]
        if at > first and before and before not in _INITIAL:
            yield " ".join(low[first:at]), (starts[first], ends[at - 1])
        at = max(at, first + 1)


def _quotes(text: str) -> Iterator[tuple[str, Stretch]]:
    if '"' in text or "“" in text:
        yield from ((" ".join(found[1].lower().split()), found.span(1)) for found in _QUOTED.finditer(text))
