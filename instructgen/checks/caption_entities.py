"""A text as read in; what it says in particular out: things by class, their numbers and colours, names, quoted words.

Only what is certain is taken: a colour directly before its noun or after ``is``, a number that is exact and of all the
noun's things, capitals in a text that does not write every word with one.
"""

import re
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from ..text import word_set
from ..vocabulary import COLORS, MATERIALS
from .claims import is_owner, is_plain, may_claim
from .mentions import Mention, Reading
from .quantities import WORDS, counted, has_quotes, quantities_of
from .sentences import Tokens


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


class Particulars:
    """What one text, a turn of a reading, says in particular. Numbers and colours are read when they are asked for."""

    things: Mapping[str, list[Mention]]
    """Asserted and certain mentions by class."""
    named: Set[str]
    """Classes that it names by whatever word and in whatever sense, but does not deny."""
    denied: Mapping[str, Mention]
    """Classes of which it says that the picture has none."""

    def __init__(self, text: str, tokens: Tokens, mentions: Sequence[Mention]) -> None:
        self._text, self._tokens = text, tokens
        things: dict[str, list[Mention]] = {}
        named, denied = set[str](), dict[str, Mention]()
        for mention in mentions:
            if mention.polarity == "negated":
                if mention.whole and mention.certain and not mention.near:
                    denied[mention.name] = mention
                continue
            named.update(mention.classes)
            if may_claim(mention) and not is_owner(text, mention):
                things.setdefault(mention.name, []).append(mention)
        self.things, self.named, self.denied = things, named, denied

    @cached_property
    def numbers(self) -> Mapping[str, list[Number]]:
        """Exact numbers of things, by class; not "two red cars", which may be a part."""
        found: dict[str, list[Number]] = {}
        text, tokens = self._text, self._tokens
        if WORDS.isdisjoint(tokens.low) and not _DIGIT.search(text):
            return found
        mentions = {mention.first: mention for those in self.things.values() for mention in those}
        for quantity in quantities_of(text, tokens):
            said = counted(text, tokens, quantity, mentions) if quantity.low == quantity.high else None
            if not said or said.described or said.measure or not is_plain(tokens, said.mention):
                continue
            if not _is_part(tokens, said.mention):
                number = Number(quantity.low, said.mention, tokens.starts[quantity.first])
                found.setdefault(said.mention.name, []).append(number)
        return found

    def colours(self, name: str) -> list[Coloured]:
        """Give what is said of the colour of a class's things."""
        if not self._coloured:
            return []
        return [said for mention in self.things.get(name, ()) if (said := _colours(self._tokens, mention))]

    @cached_property
    def _coloured(self) -> bool:
        return not COLORS.isdisjoint(self._tokens.low) or "-" in self._text


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
_DIGIT = re.compile("[0-9]")
_QUOTED = re.compile('["“]([^"“”]{2,80})["”]')
_NAME = re.compile(r"(?<=[^\s.!?:\"“(] )[A-Z][\w&]*(?:[ -][A-Z][\w&]*)*")
_CAPITAL = re.compile(r"\b[A-Z]")
_NO_NAMES = word_set("I TV TVs DVD CD PC SUV LCD AM PM UK US USA A The")
_TITLED = 0.5
"""A text of whose words more begin with a capital writes all its words so, or nearly."""


def particulars(reading: Reading, texts: Mapping[int, str]) -> list[Particulars]:
    """Give what texts say in particular, by the number of the turn that each is in a reading."""
    mentions: dict[int, list[Mention]] = {turn: [] for turn in texts}
    for mention in reading.mentions:
        if mention.turn in mentions:
            mentions[mention.turn].append(mention)
    return [Particulars(text, reading.tokens[turn], mentions[turn]) for turn, text in texts.items()]


def _is_part(tokens: Tokens, mention: Mention) -> bool:
    """Tell whether a sentence goes on with more of what it has counted; not "beside each other"."""
    first, last = tokens.around(mention.first, mention.last)
    low = tokens.low[first:last]
    return not _MORE.isdisjoint(low) and any(w in _MORE and before != "each" for before, w in pairwise(["", *low]))


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


def names_in(text: str) -> list[str]:
    """Give the proper names and the quoted words of a text: runs of words with a capital that begin no sentence."""
    found = [" ".join(quoted.split()) for quoted in _QUOTED.findall(text)] if has_quotes(text) else []
    if text[1:].islower() or len(_CAPITAL.findall(text)) > max(3, _TITLED * (1 + text.count(" "))):
        return found
    return found + [name for name in _NAME.findall(text) if name not in _NO_NAMES]
