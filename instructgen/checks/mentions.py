"""A sample's turns in; the things that they mention out: where, of which class, and in what manner of speaking.

A *mention* is a stretch of text that may name a class of the vocabulary. Only one that is asserted and certain in its
sense may ever contradict an annotation. Words outside the vocabulary are no mentions: they are unchecked, never fine.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..records import Turn
from ..vocabulary import COCO, Vocabulary
from .polarity import CUES, Polarity, manners
from .senses import DEFINITE, DETERMINERS, PREPOSITIONS, Lexicon, Sense, is_certain, is_figure, is_verb, lexicon_of
from .wording import straight

__all__ = ["Mention", "Polarity", "Reading", "Token", "reading_of"]


class Token(NamedTuple):
    """A word of a turn."""

    low: str
    """In lower case, apostrophes straight."""
    start: int
    """Code points of the turn's text."""
    end: int
    sentence: int
    """Number of the sentence in its turn."""


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
    narrower: bool
    """It names a kind or part of the class (``man`` of person): fewer of them than boxes proves nothing."""


class Reading(NamedTuple):
    """A sample's turns, read once for all the checks that judge it."""

    tokens: list[list[Token]]
    """Each turn's words."""
    mentions: list[Mention]
    """In order."""


WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:['-][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<!\bmr)(?<!\bmrs)(?<!\bdr)(?<!\bst)(?<!\bvs)[.!?]+[\"'”’)\]]*(?=\s)|\n+")


def tokenize(text: str) -> list[Token]:
    """Split a turn into words; ``<image>`` is none."""
    low = straight(text.lower())
    if len(low) != len(text):  # a few letters have a longer lower case; places must stay
        low = straight("".join(c if len(c.lower()) > 1 else c.lower() for c in text))
    low = low.replace("<image>", "       ")
    ends = [match.end() for match in _SENTENCE_END.finditer(low)]
    tokens: list[Token] = []
    sentence, end = 0, ends[0] if ends else len(low) + 1
    for match in WORD.finditer(low):
        start = match.start()
        while start >= end:
            sentence += 1
            end = ends[sentence] if sentence < len(ends) else len(low) + 1
        tokens.append(Token(match[0], start, match.end(), sentence))
    return tokens


_latest: tuple[Sequence[Turn], Vocabulary, Reading] = ((), COCO, Reading([], []))


def reading_of(turns: Sequence[Turn], vocabulary: Vocabulary = COCO) -> Reading:
    """Read a sample's turns. The latest reading is kept: several checks judge one sample in a row."""
    global _latest
    if _latest[0] is turns and _latest[1] is vocabulary:
        return _latest[2]
    found = read([turn.text for turn in turns], vocabulary, [turn.role == "human" for turn in turns])
    _latest = (turns, vocabulary, found)
    return found


def read(texts: Sequence[str], vocabulary: Vocabulary = COCO, asks: Sequence[bool] = ()) -> Reading:
    """Read texts; ``asks`` says which are a questioner's."""
    lexicon = lexicon_of(vocabulary)
    tokens = [tokenize(text) for text in texts]
    mentions: list[Mention] = []
    for number, (text, said) in enumerate(zip(texts, tokens, strict=True)):
        _Turn(number, text, said, bool(asks) and asks[number], lexicon).read(mentions)
    return Reading(tokens, mentions)


class _Turn:
    """One turn as it is read."""

    def __init__(self, number: int, text: str, tokens: list[Token], asks: bool, lexicon: Lexicon) -> None:
        self.number, self.text, self.tokens, self.asks, self.lexicon = number, text, tokens, asks, lexicon
        self.low = [token.low for token in tokens]

    def read(self, mentions: list[Mention]) -> None:
        low, tokens, phrases = self.low, self.tokens, self.lexicon.phrases
        found: list[tuple[int, int, Sense]] = []
        past = 0
        for i, word in enumerate(low):
            if i >= past and (word in phrases or "'" in word) and (hit := self.lexicon.at(low, i)):
                past = hit[0]
                if hit[1].name:
                    found.append((i, *hit))
        sentence, first, last, manner, question = -1, 0, 0, dict[int, Polarity](), False
        for start, end, sense in found:
            if tokens[start].sentence != sentence:
                sentence = tokens[start].sentence
                first, last = self._bounds(start, sentence)
                manner = {} if CUES.isdisjoint(low[first:last]) else manners(low, first, last, self._gap)
                question = self._is_question(last)
            if is_verb(low, start, first):
                continue
            mentions.append(self._mention(start, end, sense, first, last, manner, question))

    def _mention(
        self, start: int, end: int, sense: Sense, first: int, last: int, manner: dict[int, Polarity], question: bool
    ) -> Mention:
        low, tokens = self.low, self.tokens
        joined = end < last and self._gap(end).isspace() and not low[end - 1].endswith("'s")
        certain = not sense.near and is_certain(low, start, end, first, last, joined, sense)
        definite = _definite(low, start, first)
        polarity = manner.get(end - 1, "asserted")
        if polarity == "asserted" and is_figure(low, start, end, first, last, sense):
            polarity = "depicted"
        if question and not definite and polarity == "asserted":
            polarity = "asked"
        place = tokens[start].start, tokens[end - 1].end
        word = " ".join(low[start:end])
        return Mention(
            self.number, *place, start, end, word, sense.name, sense.classes, sense.near, polarity, certain,
            sense.plural, definite, sense.narrower,
        )  # fmt: skip

    def _bounds(self, i: int, sentence: int) -> tuple[int, int]:
        tokens = self.tokens
        first = last = i
        while first and tokens[first - 1].sentence == sentence:
            first -= 1
        while last < len(tokens) and tokens[last].sentence == sentence:
            last += 1
        return first, last

    def _gap(self, i: int) -> str:
        """Give what stands between word ``i`` and the one before."""
        return self.text[self.tokens[i - 1].end : self.tokens[i].start]

    def _is_question(self, last: int) -> bool:
        end = self.tokens[last].start if last < len(self.tokens) else len(self.text)
        return "?" in self.text[self.tokens[last - 1].end : end]


def _definite(low: Sequence[str], start: int, first: int) -> bool:
    for k in range(start - 1, max(first, start - 5) - 1, -1):
        if low[k] in DEFINITE:
            return True
        if low[k] in DETERMINERS or low[k] in PREPOSITIONS:
            return False
    return False
