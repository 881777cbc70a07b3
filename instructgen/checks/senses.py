"""A vocabulary in; a lexicon out that tells what a stretch of words may name, and whether its sense is certain there.

The longest phrase wins. A compound that is no member of the class of its parts (``bus stop``) is passed over; a class
word before another noun (``dog show``) is a mention of uncertain sense.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..vocabulary import COCO, COLORS, Named, Vocabulary
from .word_lists import word_lists

_LISTS = word_lists()
DEFINITE = _LISTS["definite"]
DETERMINERS = DEFINITE | _LISTS["indefinite"] | _LISTS["quantifiers"]
INTRODUCING, GROUPS = _LISTS["introducing"], _LISTS["groups"]
OWNERS = frozenset(("his", "her", "its", "their", "your", "our", "my"))
PREPOSITIONS = _LISTS["prepositions"]
_FOLLOWERS = (
    DETERMINERS | PREPOSITIONS | _LISTS["pronouns"] | _LISTS["verbs_after"] | _LISTS["adverbs"] | _LISTS["seen"]
)
_HEADS, _PLURAL_HEADS, _ING_NOUNS = _LISTS["heads"], _LISTS["plural_heads"], _LISTS["ing_nouns"]
_VERBS, _VERB_FRONTS, _VERB_FRONTS_S = _LISTS["verbs"], _LISTS["verb_fronts"], _LISTS["verb_fronts_s"]
_WAYS = _LISTS["ways"]
_WHO, _SHADES = _LISTS["who_acts"], COLORS | _LISTS["shades"]
_FIGURE_NOUNS, _TOY_LIKE = _LISTS["figure_nouns_after"], _LISTS["toy_like"]
_ONLY_WITH_ARTICLE = _LISTS["only_with_article"]
_MADE = {
    "animal": _LISTS["made_animal"],
    "person": _LISTS["made_animal"],
    "vehicle": _LISTS["made_vehicle"],
    "food": _LISTS["made_food"],
}
"""By supercategory, what makes a figure of a thing: a wooden horse is none, a wooden boat is one."""
_COOKED = frozenset(("food", "meal", "stew", "soup", "dinner", "meat", "it"))
_HANDS = frozenset(("left", "right"))
_SINGLE = frozenset(("a", "an", "one", "another", "this", "that", "each", "every"))
_ONE_AND_MANY = frozenset(
    (
        "sheep",
        "aircraft",
        "scissors",
        "skis",
        "series",
        "species",
        "lens",
        "news",
        "means",
        "sports",
        "supplies",
        "ribs",
        "glasses",
    )
)
_SAME = _LISTS["same"]
"""Synonyms that name a whole class, not a kind of it."""


class Sense(NamedTuple):
    """What a phrase may name."""

    name: str
    """Class; empty for a phrase that names none."""
    classes: tuple[str, ...]
    """All classes that it is near to; ``(name,)`` for a synonym."""
    near: bool
    plural: bool
    narrower: bool
    figures: frozenset[str]
    """Adjectives that make it a figure: ``toy``, ``wooden``."""


class Lexicon:
    """Phrases by their first word, the longest first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.phrases: dict[str, list[tuple[tuple[str, ...], Sense]]] = {}
        known = dict[str, Sense]()
        for phrase in _LISTS["skip"]:
            known[phrase] = Sense("", (), near=True, plural=False, narrower=False, figures=_TOY_LIKE)
        for word, names in vocabulary.near.items():
            known[word] = _sense(word, vocabulary.classes[names[0]], names, near=True)
        for word, name in vocabulary.by_word.items():
            known[word] = _sense(word, vocabulary.classes[name], (name,), near=False)
        for phrase, sense in known.items():
            first, *rest = phrase.split()
            self.phrases.setdefault(first, []).append((tuple(rest), sense))
            if rest:
                self.phrases.setdefault("-".join([first, *rest]), []).append(((), sense))
        for found in self.phrases.values():
            found.sort(key=lambda each: -len(each[0]))
        self.single = {word: found[0][1] for word, found in self.phrases.items() if not found[0][0]}
        """Words that begin no longer phrase."""

    def at(self, low: Sequence[str], i: int) -> tuple[int, Sense] | None:
        """Give the longest phrase at word ``i``: the index past it, and its sense."""
        word = low[i]
        for rest, sense in self.phrases.get(word, ()):
            if not rest:
                return i + 1, sense
            end = i + 1 + len(rest)
            if tuple(low[i + 1 : end]) == rest:
                return end, sense
        if word.endswith(("'s", "s'")):
            single = self.phrases.get(word[:-2] if word.endswith("'s") else word[:-1], ())
            return next(((i + 1, sense) for rest, sense in single if not rest), None)
        return None


def _sense(word: str, named: Named, names: tuple[str, ...], *, near: bool) -> Sense:
    own = {named.name, named.plural, f"{named.name}s"}
    plural = word in named.plurals
    kind = "food" if word in ("ball", "balls") else named.supercategory
    figures = _TOY_LIKE | _MADE.get(kind, frozenset())
    return Sense(names[0], names, near, plural, word not in own and word not in _SAME, figures)


@cache
def lexicon_of(vocabulary: Vocabulary = COCO) -> Lexicon:
    """Give a vocabulary's lexicon; it is built once."""
    return Lexicon(vocabulary)


SELDOM_NOUNS = COLORS | _VERBS
"""Only one of these may name nothing."""


def names_nothing(low: Sequence[str], i: int, end: int, first: int, last: int) -> bool:
    """Tell whether the word at ``i`` is a verb or a colour there: ``to train``, ``he books``, ``an orange cat``."""
    if low[i] in COLORS:
        return not _is_fruit(low, i, end, first, last)
    if i == first or low[i] not in _VERBS:
        return False
    before = low[i - 1]
    if low[i] == "cooks" and before in _COOKED:
        return True
    if low[i] in ("sink", "duck", "bear") and before.endswith("s") and before not in _FOLLOWERS:
        return not before.endswith(("ss", "'s"))  # "the stones sink"
    if low[i].endswith("s") and before in _WHO and i + 1 < len(low) and low[i + 1] not in _FOLLOWERS - DETERMINERS:
        return True  # "a woman forks vegetables", "the boat sinks"
    if before in _VERB_FRONTS:
        return before != "to" or not low[i].endswith("s")
    return before in _VERB_FRONTS_S and low[i].endswith("s")


def is_certain(low: Sequence[str], start: int, end: int, first: int, last: int, joined: bool, sense: Sense) -> bool:
    """Tell whether words ``start`` to ``end`` name a thing of the class for sure.

    The sentence is ``first`` to ``last``; ``joined`` says that no mark stands between the phrase and the next word.
    """
    after = low[end] if joined and end < last else ""
    word, beyond = low[end - 1], low[end + 1] if end + 1 < last else ""
    if after:
        if sense.plural:
            if after in _PLURAL_HEADS:
                return False
        elif (
            after in _HEADS
            and beyond not in _HANDS
            and word not in _ONE_AND_MANY
            and after not in PREPOSITIONS
            and not after.endswith("s")
        ):
            return False  # "a hot dog stand", but "sheep stand"
        elif not _follows(after, beyond) and not _acts(after, low, start, first):
            return False
    return word not in _ONLY_WITH_ARTICLE or sense.plural or _has_article(low, start, first)


def _follows(after: str, beyond: str) -> bool:
    """Tell whether ``after`` goes on with the sentence, so that the noun before it is no part of a compound."""
    if after in _FOLLOWERS or (after in ("upper", "lower") and beyond in _HANDS):
        return True
    if after in _ING_NOUNS:
        return beyond in DETERMINERS
    if after in _HEADS:
        return beyond in _HANDS  # "clock top left"
    if after.endswith("s") and (beyond in DETERMINERS or beyond in _WAYS):  # "the cat chases a": a verb
        return True
    return after.endswith(("ing", "ed", "ly", "n't")) or after[0].isdigit()


def _acts(after: str, low: Sequence[str], start: int, first: int) -> bool:
    """Tell whether ``after`` is a verb since "a" before the phrase allows no plural noun: ``a small dog snoozes``."""
    if after in _HEADS or not after.endswith("s") or after.endswith(("ss", "us", "is", "as")) or after in _ONE_AND_MANY:
        return False
    return next((w for w in low[max(first, start - 3) : start][::-1] if w in DETERMINERS), "") in _SINGLE


def _is_fruit(low: Sequence[str], start: int, end: int, first: int, last: int) -> bool:
    """Tell whether ``orange`` is a noun: after an article, before no other noun and beside no other colour."""
    before = start - 1
    while before > first and start - before < 3 and low[before] not in _FOLLOWERS:
        before -= 1
    if before < first or low[before] not in DETERMINERS or not _SHADES.isdisjoint(low[before:start]):
        return False
    if end == last:
        return True
    beyond = low[end + 1] if end + 1 < last else ""
    return _follows(low[end], beyond) and not (low[end] in ("and", "or") and (beyond in COLORS or not beyond))


def _has_article(low: Sequence[str], start: int, first: int) -> bool:
    """Tell whether an article or number is before it, or the sentence begins with it, as telegraphic captions do."""
    for k in range(start - 1, max(first, start - 4) - 1, -1):
        if low[k] in DETERMINERS or low[k] == "no":
            return True
        if low[k] in PREPOSITIONS:
            return False
    return all(word not in _FOLLOWERS and not word.endswith("ing") for word in low[first:start])


def is_figure(low: Sequence[str], start: int, end: int, first: int, last: int, sense: Sense) -> bool:
    """Tell whether it is a figure or a picture: ``toy car``, ``wooden horse``, ``bear statue``."""
    if end < last and low[end] in _FIGURE_NOUNS:
        return True
    for k in range(start - 1, max(first, start - 3) - 1, -1):
        word = low[k]
        if word in DETERMINERS or word in PREPOSITIONS:
            return False
        if word in sense.figures:
            return True
    return False
