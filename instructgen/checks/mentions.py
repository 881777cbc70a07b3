"""A sample's turns in; the things that they mention out: where, of which class, and in what manner of speaking.

A *mention* is a stretch of text that may name a class of the vocabulary. Only one that is asserted and certain in its
sense may ever contradict an annotation. Words outside the vocabulary are no mentions: they are unchecked, never fine.
"""

from collections.abc import Iterable, Sequence
from itertools import compress, count
from typing import NamedTuple

from ..records import Turn
from ..vocabulary import COCO, Vocabulary
from .anchors import USUAL, is_general
from .denials import denies_any
from .polarity import AUXILIARIES, CUES, NEGATORS, Polarity, manners
from .senses import (
    DEFINITE,
    DETERMINERS,
    GROUPS,
    INTRODUCING,
    OWNERS,
    PREPOSITIONS,
    SELDOM_NOUNS,
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
        self.said, self.low, self.lexicon = said, said.low, lexicon
        self.quotes = '"' in text and '"' in text.strip().strip('"')
        """There are words in quotation marks, and not the whole."""
        # Of the sentence that is read: its bounds, its words' manner, whether it asks, whether it has a usual word.
        self.first = self.last = 0
        self.manner: dict[int, Polarity] = {}
        self.question = self.usual = False

    def read(self, mentions: list[Mention], others: list[tuple[int, str]]) -> None:
        low, sentences, single, at = self.low, self.said.sentences, self.lexicon.single, self.lexicon.at
        sentence, past = -1, 0
        # Without a line of Python for each word: most begin no phrase.
        places: Iterable[int] = compress(count(), map(self.lexicon.phrases.__contains__, low))
        if "'" in self.text or "’" in self.text:  # "dog's"
            places = sorted({*places, *(i for i, word in enumerate(low) if "'" in word)})
        for start in places:
            if start < past:
                continue
            sense, end = single.get(low[start]), start + 1
            if sense is None:
                hit = at(low, start)
                if hit is None:
                    continue
                end, sense = hit
            past = end
            if not sense.name:
                continue
            if sentences[start] != sentence:
                sentence = sentences[start]
                self._begin(sentence)
            if low[start] in SELDOM_NOUNS and names_nothing(low, start, end, self.first, self.last):
                others.append((self.number, sense.name))
                continue
            mention = self._mention(start, end, sense)
            if mention.polarity == "negated" and mentions and mentions[-1].whole and self._lists(mentions[-1], mention):
                mention = mention._replace(whole=True)
            mentions.append(mention)

    def _begin(self, sentence: int) -> None:
        bounds = self.said.bounds
        first, last = self.first, self.last = (bounds[sentence - 1] if sentence else 0), bounds[sentence]
        words = self.low[first:last]
        self.manner = {} if CUES.isdisjoint(words) else manners(self.low, first, last, self.said.gap)
        self.usual = not USUAL.isdisjoint(words)
        self.question = "?" in self.said.gap(last)

    def _clause_end(self, end: int, last: int) -> int:
        """Give the word after a phrase before which a mark stands: "no cars around; the road is wet"."""
        gaps = self.said.gaps
        return next((k for k in range(end + 1, last) if gaps[k] != " " and gaps[k].strip(" -")), last)

    def _lists(self, before: Mention, mention: Mention) -> bool:
        """Tell whether a mention goes on with a list: ``no cars, buses or trucks``."""
        follows = before.turn == mention.turn and before.last == mention.first
        return follows and self.said.gap(mention.first).strip() == ","

    def _mention(self, start: int, end: int, sense: Sense) -> Mention:
        low, ends, text, first, last = self.low, self.said.ends, self.text, self.first, self.last
        begins, owner = ends[start] - len(low[start]), low[end - 1].endswith("'s")
        joined = end < last and not owner and text[ends[end - 1] : ends[end] - len(low[end])].isspace()
        definite, introduced = _determined(low, start, first, sense.plural)
        certain = not sense.near and (definite or not owner)  # "a bird's nest" has no bird
        certain = certain and is_certain(low, start, end, first, last, joined, sense)
        certain = certain and not (text[begins].isupper() and self._is_proper(start, first))
        polarity = self.manner.get(end - 1, "asserted")
        if polarity == "asserted" and self.quotes and text.count('"', 0, begins) % 2:
            polarity = "depicted"  # what a sign says
        if polarity == "asserted" and is_figure(low, start, end, first, last, sense):
            polarity = "depicted"
        whole = polarity == "negated" and denies_any(low, start, end, first, self._clause_end(end, last), joined)
        if polarity == "asserted" and (not definite or low[start - 1] in OWNERS):
            if self.question and not definite:
                polarity = "asked"
            elif is_general(low, start, end, first, last, sense.plural, self.usual):
                polarity = "generic"
        word = low[start] if end == start + 1 else " ".join(low[start:end])
        return _new_tuple(Mention, (
            self.number, begins, ends[end - 1], start, end, word, sense.name, sense.classes, sense.near, polarity,
            certain, sense.plural, definite, introduced, whole, sense.narrower,
        ))  # fmt: skip

    def _is_proper(self, i: int, first: int) -> bool:
        """Tell whether word ``i`` is part of a name: ``a bakery called The Golden Donut``."""
        if i < first + 2:
            return False
        text, start = self.text, self.said.starts[i]
        if not text[start].isupper() or text[start : self.said.ends[i]].isupper():
            return False
        return text[self.said.starts[i - 1]].isupper()


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
