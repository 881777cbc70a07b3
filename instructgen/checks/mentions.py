"""A sample's turns in; the things that they mention out: where, of which class, and in what manner of speaking.

A *mention* is a stretch of text that may name a class of the vocabulary. Only one that is asserted and certain in its
sense may ever contradict an annotation. Words outside the vocabulary are no mentions: they are unchecked, never fine.
"""

from collections.abc import Sequence
from itertools import compress, count
from typing import NamedTuple

from ..records import Turn
from ..vocabulary import COCO, Vocabulary
from .anchors import is_general
from .denials import denies_any
from .polarity import AUXILIARIES, CUES, NEGATORS, Polarity, manners
from .senses import (
    DEFINITE,
    DETERMINERS,
    GROUPS,
    INTRODUCING,
    OWNERS,
    PREPOSITIONS,
    Lexicon,
    Sense,
    is_certain,
    is_figure,
    lexicon_of,
    names_nothing,
)
from .sentences import Tokens

__all__ = ["Mention", "Polarity", "Reading", "reading_of"]


class Mention(NamedTuple):
    """A stretch of a turn that names a class."""

    turn: int
    start: int
    end: int
    """Code points of the turn's text: the noun or compound alone, without article and adjectives."""
    first: int
    last: int
    """Its tokens in ``Reading.tokens[turn]``; ``last`` is past the end."""
    word: str
    """As written, in lower case."""
    name: str
    """The class that it names."""
    classes: tuple[str, ...]
    """All the classes that a near word is near to; ``(name,)`` otherwise."""
    near: bool
    """A near word only (``goat`` for sheep): it neither supports nor contradicts."""
    polarity: Polarity
    certain: bool
    """Its sense is certain: no other meaning, no role, no part of a compound."""
    plural: bool
    definite: bool
    """``the dog``, ``his dog``: it is spoken of as known."""
    introduced: bool
    """``a dog``, ``two dogs``: it is spoken of as new and particular."""
    whole: bool
    """Negated: of the whole picture (``there is no dog``), not of a part of it (``without a dog``)."""
    narrower: bool
    """It names a kind or part of the class (``man`` of person): fewer of them than boxes proves nothing."""


class Reading(NamedTuple):
    """A sample's turns, read once for all the checks that judge it."""

    tokens: list[Tokens]
    """Each turn's words."""
    mentions: list[Mention]
    """In order."""
    other_senses: Sequence[tuple[int, str]] = ()
    """Turn and class of each class word that is a verb or a colour there: no mention, though CHAIR counts it."""

    def words(self, turn: int) -> list[str]:
        """Give a turn's words, in lower case."""
        return self.tokens[turn].low

    def sentence(self, mention: Mention) -> tuple[int, int]:
        """Give the bounds of the sentence around a mention, in its turn's words."""
        return self.tokens[mention.turn].around(mention.first, mention.last)


_BREAKS = AUXILIARIES | NEGATORS
"""Words that no noun phrase has in it."""
_new_tuple = tuple.__new__


_latest: tuple[Sequence[Turn], Vocabulary, Reading] = ((), COCO, Reading([], []))


def reading_of(turns: Sequence[Turn], vocabulary: Vocabulary = COCO) -> Reading:
    """Read a sample's turns. The latest reading is kept: several checks judge one sample in a row."""
    global _latest
    if _latest[0] is turns and _latest[1] is vocabulary:
        return _latest[2]
    found = read([turn.text for turn in turns], vocabulary)
    _latest = (turns, vocabulary, found)
    return found


def read(texts: Sequence[str], vocabulary: Vocabulary = COCO) -> Reading:
    """Read texts."""
    lexicon = lexicon_of(vocabulary)
    tokens: list[Tokens] = []
    mentions: list[Mention] = []
    others: list[tuple[int, str]] = []
    for number, text in enumerate(texts):
        said = Tokens(text)
        tokens.append(said)
        _Turn(number, text, said, lexicon).read(mentions, others)
    return Reading(tokens, mentions, others)


class _Turn:
    """One turn as it is read."""

    def __init__(self, number: int, text: str, said: Tokens, lexicon: Lexicon) -> None:
        self.number, self.text = number, text
        self.said, self.low, self.gaps = said, said.low, said.gaps
        self.lexicon = lexicon
        self.quotes = '"' in text.strip().strip('"')
        """There are words in quotation marks, and not the whole."""

    def read(self, mentions: list[Mention], others: list[tuple[int, str]]) -> None:
        low, said, phrases = self.low, self.said, self.lexicon.phrases
        found: list[tuple[int, int, Sense]] = []
        past = 0
        # Without a line of Python for each word: most begin no phrase.
        places = list(compress(count(), map(phrases.__contains__, low)))
        if "'" in self.text or "’" in self.text:  # "dog's"
            places = sorted({*places, *(i for i, word in enumerate(low) if "'" in word)})
        for i in places:
            if i >= past and (hit := self.lexicon.at(low, i)):
                past = hit[0]
                if hit[1].name:
                    found.append((i, *hit))
        sentence, first, last, manner, question = -1, 0, 0, dict[int, Polarity](), False
        for start, end, sense in found:
            if said.sentences[start] != sentence:
                sentence = said.sentences[start]
                first, last = (said.bounds[sentence - 1] if sentence else 0), said.bounds[sentence]
                manner = {} if CUES.isdisjoint(low[first:last]) else manners(low, first, last, self.gaps.__getitem__)
                question = "?" in self.gaps[last]
            if names_nothing(low, start, end, first, last):
                others.append((self.number, sense.name))
                continue
            mention = self._mention(start, end, sense, first, last, manner, question)
            if mention.polarity == "negated" and mentions and mentions[-1].whole and self._lists(mentions[-1], mention):
                mention = mention._replace(whole=True)
            mentions.append(mention)

    def _clause_end(self, end: int, last: int) -> int:
        """Give the word after a phrase before which a mark stands: "no cars around; the road is wet"."""
        return next((k for k in range(end + 1, last) if self.gaps[k] != " " and self.gaps[k].strip(" -")), last)

    def _lists(self, before: Mention, mention: Mention) -> bool:
        """Tell whether a mention goes on with a list: ``no cars, buses or trucks``."""
        return before.turn == mention.turn and before.last == mention.first and self.gaps[mention.first].strip() == ","

    def _mention(
        self, start: int, end: int, sense: Sense, first: int, last: int, manner: dict[int, Polarity], question: bool
    ) -> Mention:
        low, said = self.low, self.said
        owner = low[end - 1].endswith("'s")
        joined = end < last and not owner and self.gaps[end].isspace()
        definite, introduced = _determined(low, start, first, sense.plural)
        certain = not sense.near and is_certain(low, start, end, first, last, joined, sense)
        certain = certain and (definite or not owner)  # "a bird's nest" has no bird
        certain = certain and not self._is_proper(start, first)
        polarity = manner.get(end - 1, "asserted")
        if polarity == "asserted" and self.quotes and self.text.count('"', 0, said.starts[start]) % 2:
            polarity = "depicted"  # what a sign says
        if polarity == "asserted" and is_figure(low, start, end, first, last, sense):
            polarity = "depicted"
        whole = polarity == "negated" and denies_any(low, start, end, first, self._clause_end(end, last), joined)
        if polarity == "asserted" and (not definite or low[start - 1] in OWNERS):
            if question and not definite:
                polarity = "asked"
            elif is_general(low, start, end, first, last, sense.plural):
                polarity = "generic"
        place = said.starts[start], said.ends[end - 1]
        word = low[start] if end == start + 1 else " ".join(low[start:end])
        return _new_tuple(Mention, (
            self.number, *place, start, end, word, sense.name, sense.classes, sense.near, polarity, certain,
            sense.plural, definite, introduced, whole, sense.narrower,
        ))  # fmt: skip

    def _is_proper(self, i: int, first: int) -> bool:
        """Tell whether word ``i`` is part of a name: ``a bakery called The Golden Donut``."""
        if i < first + 2:
            return False
        text, starts = self.text, self.said.starts
        if not text[starts[i]].isupper() or text[starts[i] : self.said.ends[i]].isupper():
            return False
        return text[starts[i - 1]].isupper()


def _determined(low: Sequence[str], start: int, first: int, plural: bool) -> tuple[bool, bool]:
    """Tell whether the noun phrase at ``start`` is definite, and whether an article or number introduces it."""
    for k in range(start - 1, max(first, start - 5) - 1, -1):
        word = low[k]
        if word in DEFINITE:
            return not (plural and word == "that"), False  # "leaves that giraffes eat"
        if word in DETERMINERS:
            return False, word in INTRODUCING and (k == first or low[k - 1] != "for")
        if word in PREPOSITIONS:
            return False, word == "of" and k > first and low[k - 1] in GROUPS
        if word in _BREAKS:  # "the picture has no dog"
            return False, False
    return False, False
