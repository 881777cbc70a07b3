"""A turn's words in; the numbers of things that it states out: where, from how many to how many, and of which mention.

Digits and words to twenty, "pair", "couple", "both", "dozen", "single", "no", ranges, "at least", "up to", "about", and
vague amounts ("several"), which say no more than two. Left out: years, times, sizes, ages, money, ordinals, numbers on
signs and jerseys, "one of", and numbers that are part of a word, such as "two-story".
"""

import re
from collections.abc import Mapping
from itertools import compress, count
from typing import NamedTuple

from ..text import word_set
from ..vocabulary import NUMBERS
from .claims import is_owner
from .mentions import Mention
from .sentences import Tokens
from .wording import quoted


class Quantity(NamedTuple):
    """A stated number."""

    first: int
    last: int
    """Its tokens, with "at least" and the like; ``last`` is past the end."""
    low: int
    high: int | None
    """From how many to how many; None where it is open upward."""
    pair: bool = False
    """It is said as "a pair of", which of scissors or skis is a single thing."""
    nth: bool = False
    """It is said as "a third", so that there are at least so many."""


class Counted(NamedTuple):
    """A stated number of a mention."""

    quantity: Quantity
    mention: Mention
    described: bool
    """Words between them ("two red cars") or "of the" pick out some: it may be a part of all there are."""
    measure: str = ""
    """What is counted of the thing: "slices" of "two slices of pizza"."""


_NUMBERS = {word: number for word, number in NUMBERS.items() if word not in ("zero", "one")}
_ALONE = word_set("single lone solitary")
_ONE = _ALONE | {"one", "only"}
_MODALS = word_set("can could may might must should would will has needs sees gets")
"""After these "one" is anybody."""
_NONE = word_set("no zero none")
_VAGUE = word_set("several few many multiple numerous various dozens hundreds thousands lots")
_VAGUE_OF = word_set(
    "group groups number lot bunch crowd crowds herd flock variety row rows collection plenty handful cluster fleet"
)
_SETS = {"duo": 2, "twosome": 2, "trio": 3, "threesome": 3, "quartet": 4, "foursome": 4, "quintet": 5}
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
WORDS = (frozenset(_NUMBERS) | _ONE | _NONE | _VAGUE | _VAGUE_OF | _SETS.keys() | _ORDINALS.keys()) | {
    "both",
    "dozen",
    "pair",
    "couple",
}
"""A text that has none of these, and no digit, states no number."""

_ARTICLES = word_set("a an the this these those his her their its our my your all")
_ABOUT = word_set("about around roughly approximately nearly almost some maybe perhaps probably")
_BOUNDS = {
    1: _ABOUT | {"over"},
    2: {"at least", "more than", "up to", "at most", "fewer than", "less than"},
    3: {"no more than", "no fewer than", "no less than"},
}
"""What may stand before a number and make it a bound, by its words."""
_BOUND_ENDS = frozenset(words.split()[-1] for bounds in _BOUNDS.values() for words in bounds)
_NUMBERED = word_set(
    "number numbers no route page chapter platform track gate jersey highway room exit section line terminal flight bus"
    " train figure sign reads reading marked labeled labelled says saying numbered pier"
)
"""A number after one of these is a name or a time."""
_UNITS = word_set(
    "year years month months week weeks day days hour hours minute minutes second seconds am pm o'clock foot feet ft"
    " inch inches meter meters metre metres mile miles km cm mm pound pounds kg ounce percent degree degrees dollar"
    " dollars cent cents story stories storey storeys level levels tier tiers layer layers lane lanes way door doors"
    " wheel wheeler wheels legged seat seater seats piece pieces point points star stars th century old times time"
    " speed mph bedroom burner drawer panel sided part"
)
"""A number before one of these says how large, old or late something is, not how many things there are."""
_MEASURES = word_set(
    "slices pieces bowls plates bunches stacks piles loaves glasses cups bottles boxes trays baskets slice"
)
"""Of these there may be more than there are boxes of what is in them or what they are parts of."""
_CLOSED = word_set(
    "a an and or but nor of in on at by with without to from for into onto over under above below behind beside near"
    " is are was were be been being am has have had do does did can could will would shall should may might must that"
    " which who whom whose where when while as if than then so because this these those it they he she we you i them"
    " him there here not no one ones another each every either neither what how its his her their"
)
_ENDS = _CLOSED | _UNITS | WORDS
"""Words over which a number does not reach."""
_CAPACITY = word_set(
    "for seat seats fit fits need needs require requires accommodate accommodates takes take hold like"
)
_ALIKE = word_set("sheep aircraft cattle")
_REACH = 4  # words that may stand between a number and its noun
_PAST_DIGITS = re.compile(r"[%/°\"″′]|[.,:]\d")
_DIGIT = re.compile("[0-9]")
_SPAN = re.compile(r"(\d{1,2})-(\d{1,3})")
_LARGEST = 200


def where(tokens: Tokens, words: frozenset[str]) -> list[int]:
    """Give the numbers of the tokens that are among some words."""
    # Without a line of Python for each word of a text: most are not.
    return list(compress(count(), map(words.__contains__, tokens.low)))


def has_quotes(text: str) -> bool:
    """Tell whether a text has a double quotation mark at all: most have none."""
    return '"' in text or "“" in text


def quantities_of(text: str, tokens: Tokens) -> list[Quantity]:
    """Give the numbers that a turn states, in order."""
    found: list[Quantity] = []
    past = 0
    places, quotes = where(tokens, WORDS), has_quotes(text)
    if _DIGIT.search(text):
        places = sorted({*places, *(at for at, word in enumerate(tokens.low) if word[0] <= "9")})
    for at in places:
        quantity = _quantity(text, tokens, at) if at >= past else None
        if quantity and not (quotes and quoted(text, tokens.starts[at])):
            found.append(quantity)
            past = quantity.last
    return found


def counted(text: str, tokens: Tokens, quantity: Quantity, mentions: Mapping[int, Mention]) -> Counted | None:
    """Give the mention that a number counts, None where the next noun is another; ``mentions`` by first token."""
    words, gaps, at, described = tokens.padded, tokens.gaps, quantity.last, False
    both = words[quantity.first] == "both"
    singular = quantity.nth or words[at - 1] == "one"  # "a third dog", "more than one dog"
    if words[at] == "of":
        described = not both
        at += 1
    if words[at] in _ARTICLES and _joined(tokens, at, comma=False):
        described = described or not quantity.pair
        at += 1
    if words[at] in _MEASURES and words[at + 1] == "of":
        return _measured(tokens, quantity, at, mentions)
    for step in range(_REACH + 1):
        low = words[at + step]
        if not low or (gaps[at + step] != " " and not _joined(tokens, at + step, step > 0)):
            return None
        mention = mentions.get(at + step)
        if mention is not None and (mention.plural != singular or (quantity.high or 2) < 2 or mention.word in _ALIKE):
            if is_owner(text, mention) or (both and words[mention.last] == "and"):
                return None
            return Counted(quantity, mention, described or step > 0)
        if low == "and" and step and not words[at + step - 1].endswith("s"):  # "two brown and black dogs"
            continue
        if low in _ENDS:
            return None
    return None


def _measured(tokens: Tokens, quantity: Quantity, at: int, mentions: Mapping[int, Mention]) -> Counted | None:
    """Give what stands in "two slices of hot pizza", with "slices" at a token."""
    for step in (2, 3, 4):
        mention = mentions.get(at + step)
        if mention is not None:
            return Counted(quantity, mention, True, tokens.low[at]) if _joined(tokens, at + step, True) else None
    return None


def is_capacity(tokens: Tokens, quantity: Quantity) -> bool:
    """Tell whether a number says for how many something is: "a table for two people", "it seats four people"."""
    before = quantity.first - 1
    return (
        before >= 0 and tokens.low[before] in _CAPACITY and tokens.sentences[before] == tokens.sentences[quantity.first]
    )


def _joined(tokens: Tokens, at: int, comma: bool) -> bool:
    """Tell whether a token belongs to the phrase of the one before: a blank between, or a comma after an adjective."""
    between = tokens.gaps[at]
    if between == " ":
        return True
    between = between.strip()
    return not between or between == "-" or (comma and between == "," and not tokens.low[at - 1].endswith("s"))


def _quantity(text: str, tokens: Tokens, at: int) -> Quantity | None:
    low = tokens.low[at]
    if low in _NUMBERS or low[0].isdecimal():
        return _number(text, tokens, at)
    before, after = tokens.padded[at - 1], tokens.padded[at + 1]
    if low in _VAGUE:
        return Quantity(at, at + 1 + (low in ("dozens", "hundreds", "thousands", "lots") and after == "of"), 2, None)
    if low in _VAGUE_OF:
        told = low == "number" and before == "the"  # "The number of dogs is two."
        return Quantity(at, at + 2, 2, None) if after == "of" and not told else None
    if low == "couple":
        return Quantity(at, at + 2, 2, None) if after == "of" else None
    ends = at + 1 == len(tokens.low) or tokens.gaps[at + 1].strip() != ""  # "A pair."
    if low == "pair" and ends:
        return Quantity(at, at + 1, 2, 2, pair=True)
    if low == "pair":
        return Quantity(at, at + 2, 2, 2, pair=True) if after == "of" and before in ("a", "the", "one") else None
    if low in _SETS:
        return Quantity(at, at + 1 + (after == "of"), _SETS[low], _SETS[low]) if after == "of" or ends else None
    if low in _ORDINALS:
        return Quantity(at, at + 1, _ORDINALS[low], None, nth=True) if before in ("a", "the") else None
    if low == "both":
        return Quantity(at, at + 1, 2, 2)
    if low == "dozen":
        half = "half" in (before, tokens.padded[at - 2])
        return Quantity(at, at + 1, 6 if half else 12, 6 if half else 12)
    if after == "of" or before in ("no", "any", "every"):
        return None
    if low == "no" and (ends or after in ("more", "fewer", "less")):  # "No, three."
        return None
    if low == "one":
        if after in _ALONE:
            return Quantity(at, at + 2, 1, 1)
        known = before == "the" and after and tokens.gaps[at + 1] == " "
        return None if after in _MODALS or known else _number(text, tokens, at)
    if low == "only":
        return Quantity(at, at + 1, 1, 1) if before == "the" else None
    number = 1 if low in _ONE else 0
    return Quantity(at, at + 1 + (number and after == "one"), number, number)


def _number(text: str, tokens: Tokens, at: int) -> Quantity | None:
    words = tokens.padded
    if "-" in words[at] and (span := _SPAN.fullmatch(words[at])):
        low, high = int(span[1]), int(span[2])
        return Quantity(at, at + 1, low, high) if low < high else None
    number = _value(text, tokens, at)
    if number is None:
        return None
    first, last = _before(tokens, at), at + 1
    low, high = number, number
    joint = words[last]
    dash = bool(joint) and tokens.gaps[last] != " " and tokens.gaps[last].strip() in ("-", "–")
    if dash or joint in ("to", "or"):
        other = last if dash else last + 1
        upper = _value(text, tokens, other) if other < len(tokens.low) else None
        if upper is not None and number < upper:
            high, last = upper, other + 1
    elif joint == "dozen":
        low, high, last = number * 12, number * 12, last + 1
    if words[last] == "or" and words[last + 1] == "more":
        return Quantity(first, last + 2, low, None)
    said = " ".join(tokens.low[first:at]) if first < at else ""
    if said in ("at least", "no fewer than", "no less than"):
        return Quantity(first, last, low, None)
    if said in ("more than", "over"):
        return Quantity(first, last, low + 1, None)
    if said in ("up to", "at most", "no more than"):
        return Quantity(first, last, 0, high)
    if said in ("fewer than", "less than"):
        return Quantity(first, last, 0, high - 1)
    if said:
        return Quantity(first, last, low - max(1, low // 5), high + max(1, high // 5))
    return Quantity(at, last, low, high)


def _before(tokens: Tokens, at: int) -> int:
    """Give the first token of "at least", "about" and the like before a number, or the number's own."""
    if tokens.padded[at - 1] not in _BOUND_ENDS:
        return at
    words = tokens.low[max(0, at - 3) : at]
    for reach in (3, 2, 1):
        if " ".join(words[-reach:]) in _BOUNDS[reach]:
            return at - reach
    return at


def _value(text: str, tokens: Tokens, at: int) -> int | None:
    """Give the number that a token says, None where it is no number of things."""
    low = tokens.low[at]
    number = NUMBERS.get(low)
    if not number:
        if not low.isdecimal() or len(low) > 3 or (len(low) > 1 and low[0] == "0"):
            return None
        number = int(low)
        start = tokens.starts[at]
        if text[max(0, start - 1) : start] in ("$", "£", "€", "#", ".", ":", "/", "'", "’", "-"):
            return None
    if number > _LARGEST or (tokens.gaps[at + 1] != " " and _PAST_DIGITS.match(text, tokens.ends[at])):
        return None
    return None if tokens.padded[at - 1] in _NUMBERED or tokens.padded[at + 1] in _UNITS else number
