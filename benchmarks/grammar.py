"""A text in; its nouns of the 80 classes, sentences and claims out, and words put into it with grammar repaired.

Kept apart from what the checks use: only the vocabulary's table of words is shared. A noun is taken for a plantable
mention only in plain surroundings, between a determiner and a word that cannot belong to it, so that no half of a
compound is replaced.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from instructgen.records import Context
from instructgen.vocabulary import CLASSES, COLORS, NUMBER_WORDS, NUMBERS, article_for, class_of

PAIRED = {"scissors": "a pair of scissors", "skis": "a pair of skis", "broccoli": "some broccoli"}
"""Names that no article or number goes with."""
SHEEPISH = frozenset({"sheep", "skis", "scissors", "broccoli"})
"""Names whose singular and plural are one form."""

_DETERMINERS = re.compile(r"an?|the|this|that|his|her|its|their|one|another", re.IGNORECASE)
_ADJECTIVES = re.compile(
    rf"{'|'.join(sorted(COLORS))}|small|large|big|little|tiny|young|old|tall|long|short|huge|cute|wet|dirty|"
    r"empty|full|open|parked",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"is|are|was|were|has|have|in|on|at|with|and|or|to|near|next|that|which|who|of|by|behind|beside|under|above|while|"
    r"sits?|stands?|lies?|(?:sitt|stand|ly|lay|walk|runn|rid|sleep|eat|graz|play|fly|look)ing|parked|laid|watches|"
    r"looks|walks|rests|hangs|beneath|between|over|from|inside",
    re.IGNORECASE,
)
_UNASSERTED = re.compile(
    r"\b(?:would|could|might|may|should|must|can|if|perhaps|probably|maybe|likely|no|not|none|without|never|nobody|"
    r"paintings?|statues?|drawings?|mural|printed|pictures? of|posters?|reflections?|reflecting|toy|looks? like)\b|"
    r"n't\b|\?",
    re.IGNORECASE,
)
"""A sentence with one of these may say that something is not there, possible, or depicted."""
_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}
_VERBS |= {"sits": "sit", "stands": "stand", "walks": "walk", "looks": "look", "rests": "rest", "hangs": "hang"}
_VERBS |= {"plays": "play", "runs": "run", "waits": "wait", "rides": "ride", "grazes": "graze", "eats": "eat"}
_VERBS |= {"watches": "watch", "reaches": "reach", "catches": "catch", "lies": "lie", "flies": "fly"}

_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|\d+")
_NAMES = {form: name for name, c in CLASSES.items() for form in c.synonyms if class_of(form) == name}
_NOUN = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})\b", re.IGNORECASE)
_PLURALS = frozenset(c.plural for c in CLASSES.values()) | frozenset(f for f in _NAMES if f.endswith("s"))
_SINGULARS = frozenset(CLASSES) | {"bus", "grass", "wine glass", "tennis racket"}

SIDE = re.compile(r"\b(?:left|right)\b(?! (?:hand|foot|arm|leg|now|away|before|after|over|next|by)\b)", re.IGNORECASE)
SIDE_OF_PICTURE = re.compile(
    r"\b(?:on|at|in|near) (?:the )?(?:far |upper |lower |top |bottom )?(left|right)\b"
    r"(?: (?:side|half|corner|edge|end|part))?(?! (?:hand|foot|arm|leg|of)\b)",
    re.IGNORECASE,
)
"""A claim of a side of the picture; a side *of* something else is none."""
PLACE = re.compile(
    rf"{SIDE.pattern}|\b(?:(?:top|bottom)(?! of)|upper|lower|corner|middle|center|above|below|under|underneath)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"\b(?:{'|'.join(NUMBER_WORDS[2:])}|pair of|couple of|both|dozen|\d+)\s+(?:[a-z-]+\s+){{0,3}}?"
    rf"(?:{'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})\b",
    re.IGNORECASE,
)


class Noun(NamedTuple):
    """A plain mention of a class in a text."""

    start: int
    end: int
    name: str
    """The class."""
    plural: bool
    lead: re.Match[str] | None
    """The article or number before it, adjectives in between allowed."""
    adjectives: bool


def indefinite(name: str) -> str:
    """Give a class with its article: ``an umbrella``, ``a pair of skis``."""
    return PAIRED.get(name, f"{article_for(name)} {name}")


def cased(text: str, like: str) -> str:
    """Give ``text`` with a capital where ``like`` begins with one."""
    return text[:1].upper() + text[1:] if like[:1].isupper() else text


def is_plural(word: str) -> bool:
    """Tell whether a noun of the vocabulary stands in the plural."""
    low = word.lower()
    return low in _PLURALS and low not in _SINGULARS


def words_before(text: str, start: int) -> list[re.Match[str]]:
    """Give up to four words before ``start`` that no punctuation parts from it, the nearest first."""
    found = list(_WORD.finditer(text, max(0, start - 60), start))[-4:]
    kept: list[re.Match[str]] = []
    edge = start
    for match in reversed(found):
        if text[match.end() : edge].strip():
            break
        kept.append(match)
        edge = match.start()
    return kept


def nouns(text: str) -> Iterator[Noun]:
    """Give the plain mentions of classes in ``text``, in sentences that say what is there."""
    for match in _NOUN.finditer(text):
        if _UNASSERTED.search(_sentence(text, match.start())):
            continue
        after = _WORD.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
        if text[match.end() : match.end() + 1] in ("-", "'", "’") or (after and not _AFTER.fullmatch(after[0])):
            continue
        before = words_before(text, match.start())
        adjectives = 0
        while adjectives < len(before) and _ADJECTIVES.fullmatch(before[adjectives][0]):
            adjectives += 1
        lead = before[adjectives] if adjectives < len(before) else None
        if lead is None or (number_of(lead[0]) is None and not _DETERMINERS.fullmatch(lead[0])):
            continue
        name = _NAMES[match[0].lower()]
        if (number_of(lead[0]) or 1) > 1 and not is_plural(match[0]) and name not in SHEEPISH:
            continue  # a slip of the writer
        yield Noun(match.start(), match.end(), name, is_plural(match[0]), lead, adjectives > 0)


def _sentence(text: str, at: int) -> str:
    """Give the sentence around a place in a text."""
    start = max(text.rfind(mark, 0, at) for mark in ".!?\n") + 1
    ends = [end for mark in ".!?\n" if (end := text.find(mark, at)) >= 0]
    return text[start : min(ends, default=len(text)) + 1]


def number_of(word: str) -> int | None:
    """Give the number that a word or figure writes, or None."""
    return int(word) if word.isdecimal() else NUMBERS.get(word.lower())


def swapped(text: str, noun: Noun, name: str) -> str | None:
    """Put class ``name`` in the place of a noun; None where grammar does not allow it."""
    lead = noun.lead
    article = lead is not None and lead[0].lower() in ("a", "an")
    if name in PAIRED and (not article or noun.adjectives):
        return None
    if article and lead is not None and not noun.adjectives:
        return text[: lead.start()] + cased(indefinite(name), lead[0]) + text[noun.end :]
    new = CLASSES[name].plural if noun.plural else name
    return text[: noun.start] + cased(new, text[noun.start : noun.end]) + text[noun.end :]


def numbered(text: str, noun: Noun, number: int) -> str | None:
    """Say that there are ``number`` (2 to 20) of a noun; None where article, verb or pronoun cannot be repaired."""
    lead = noun.lead
    if lead is None or noun.name in SHEEPISH:
        return None
    if number_of(lead[0]) is None and (lead[0].lower() not in ("a", "an") or noun.plural):
        return None
    sentence_end = re.compile(r"[.!?]|$").search(text, noun.end)
    end = sentence_end.start() if sentence_end else len(text)
    rest = text[noun.end : end]
    if not noun.plural:
        if re.search(r"\b(?:it|he|she|him|his|her|one)\b", rest, re.IGNORECASE):
            return None
        rest = re.sub(r"\bits\b", "their", re.sub(r"\bitself\b", "themselves", rest))
        verb = re.match(r" ([a-z]+)\b", rest)
        if verb and verb[1] in _VERBS:
            rest = f" {_VERBS[verb[1]]}{rest[verb.end() :]}"
    before = text[: lead.start()]
    if not noun.plural:
        there = re.search(r"\b([Tt]here) (is|was) (?:also )?$", before)
        if there:
            before = before[: there.start(2)] + _VERBS[there[2]] + before[there.end(2) :]
    plural = text[noun.start : noun.end] if noun.plural else CLASSES[noun.name].plural
    return f"{before}{cased(NUMBER_WORDS[number], lead[0])}{text[lead.end() : noun.start]}{plural}{rest}{text[end:]}"


@lru_cache(maxsize=100)
def _any_word(name: str) -> re.Pattern[str]:
    words = sorted(CLASSES[name].synonyms | CLASSES[name].near)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _in_captions(captions: tuple[str, ...]) -> frozenset[str]:
    text = "\n".join(captions)
    return frozenset(name for name in CLASSES if _any_word(name).search(text))


def held(context: Context) -> set[str]:
    """Give the classes that a context may hold: in its boxes, or in its captions by any word, near words included."""
    return {box.label for box in context.boxes} | _in_captions(context.captions)


def count_claims(text: str) -> int:
    """Give how often a text says how many of a class there are."""
    return sum(1 for _ in _COUNTED.finditer(text))


def place_claims(text: str) -> int:
    """Give how often a text says where in the picture something is."""
    return sum(1 for _ in PLACE.finditer(text))
