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
PREPOSITIONS = _LISTS["prepositions"]
_FOLLOWERS = DETERMINERS | PREPOSITIONS | _LISTS["pronouns"] | _LISTS["verbs_after"] | _LISTS["adverbs"]
_HEADS, _ING_NOUNS = _LISTS["heads"], _LISTS["ing_nouns"]
_VERBS, _VERB_FRONTS, _VERB_FRONTS_S = _LISTS["verbs"], _LISTS["verb_fronts"], _LISTS["verb_fronts_s"]
_FIGURES, _FIGURE_ADJECTIVES = _LISTS["figures"], _LISTS["figure_adjectives"]
_ONLY_WITH_ARTICLE = _LISTS["only_with_article"]
_LIVING = frozenset({"animal", "person", "vehicle", "food", ""})
"""Of these, one that is ``wooden`` or ``plastic`` is a figure."""
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
    living: bool
    """Made of wood or plastic, it is a figure."""


class Lexicon:
    """Phrases by their first word, the longest first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.phrases: dict[str, list[tuple[tuple[str, ...], Sense]]] = {}
        known = dict[str, Sense]()
        for phrase in _LISTS["skip"]:
            known[phrase] = Sense("", (), near=True, plural=False, narrower=False, living=False)
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

    def at(self, low: Sequence[str], i: int) -> tuple[int, Sense] | None:
        """Give the longest phrase at word ``i``: the index past it, and its sense."""
        word = low[i]
        found = self.phrases.get(word)
        if found is None:
            if not word.endswith(("'s", "s'")):
                return None
            found = self.phrases.get(word[:-2] if word.endswith("'s") else word[:-1])
            if found is None:
                return None
        for rest, sense in found:
            if not rest:
                return i + 1, sense
            end = i + 1 + len(rest)
            if tuple(low[i + 1 : end]) == rest:
                return end, sense
        return None


def _sense(word: str, named: Named, names: tuple[str, ...], *, near: bool) -> Sense:
    own = {named.name, named.plural, f"{named.name}s"}
    plural = word in named.plurals
    living = named.supercategory in _LIVING
    return Sense(names[0], names, near, plural, word not in own and word not in _SAME, living)


@cache
def lexicon_of(vocabulary: Vocabulary = COCO) -> Lexicon:
    """Give a vocabulary's lexicon; it is built once."""
    return Lexicon(vocabulary)


def is_verb(low: Sequence[str], i: int, first: int) -> bool:
    """Tell whether the word at ``i`` is a verb there: ``to train``, ``he books``."""
    if i == first or low[i] not in _VERBS:
        return False
    before = low[i - 1]
    if before in _VERB_FRONTS:
        return before != "to" or not low[i].endswith("s")
    return before in _VERB_FRONTS_S and low[i].endswith("s")


def is_certain(low: Sequence[str], start: int, end: int, first: int, last: int, joined: bool, sense: Sense) -> bool:
    """Tell whether words ``start`` to ``end`` name a thing of the class for sure.

    The sentence is ``first`` to ``last``; ``joined`` says that no mark stands between the phrase and the next word.
    """
    after = low[end] if joined and end < last else ""
    word = low[end - 1]
    if after:
        if sense.plural:
            if after in _HEADS and after not in _FOLLOWERS:
                return False
        elif not _follows(after):
            return False
    if word in COLORS and not _is_fruit(low, start, end, first, last):
        return False
    return word not in _ONLY_WITH_ARTICLE or sense.plural or _has_article(low, start, first)


def _follows(after: str) -> bool:
    if after in _FOLLOWERS:
        return True
    if after in _ING_NOUNS or after in _HEADS:
        return False
    return after.endswith(("ing", "ed", "ly", "n't")) or after[0].isdigit()


def _is_fruit(low: Sequence[str], start: int, end: int, first: int, last: int) -> bool:
    """Tell whether ``orange`` is a noun: an article is before it and no other colour beside it."""
    before = low[start - 1] if start > first else ""
    if before not in DETERMINERS:
        return False
    near = low[end : min(end + 3, last)]
    return not (near[:1] in (["and"], ["or"]) and (near[1] in COLORS if len(near) > 1 else True))


def _has_article(low: Sequence[str], start: int, first: int) -> bool:
    """Tell whether an article or number is before it, or the sentence begins with it, as telegraphic captions do."""
    for k in range(start - 1, max(first, start - 4) - 1, -1):
        if low[k] in DETERMINERS or low[k] == "no":
            return True
        if low[k] in PREPOSITIONS:
            return False
    return start - first <= 3


def is_figure(low: Sequence[str], start: int, end: int, first: int, last: int, sense: Sense) -> bool:
    """Tell whether it is a figure or a picture: ``toy car``, ``wooden horse``, ``bear statue``."""
    if end < last and low[end] in _FIGURES and low[end] not in ("shows", "displays", "display", "reads", "reading"):
        return not low[end].endswith("ing") or low[end] in ("painting", "drawing", "carving")
    for k in range(start - 1, max(first, start - 3) - 1, -1):
        word = low[k]
        if word in DETERMINERS or word in PREPOSITIONS:
            return False
        if word in _FIGURE_ADJECTIVES:
            return sense.living or word in ("toy", "fake", "miniature", "model", "lego", "inflatable", "cartoon")
    return False
