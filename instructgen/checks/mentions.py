"""A sample's turns in; the things that they mention out: where, of which class, and in what manner of speaking.

A *mention* is a stretch of text that may name a class of the vocabulary. Only one that is asserted and certain in its
sense may ever contradict an annotation. Words outside the vocabulary are no mentions: they are unchecked, never fine.
"""

from typing import Literal, NamedTuple

Polarity = Literal["asserted", "negated", "hypothetical", "depicted", "generic", "asked"]
"""How a thing is spoken of: as being there; as not there; as possible, wished or usual; as a picture or figure of it;
as a kind in general; in a question that does not presuppose it."""


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
    near: bool
    """A near word only (``goat`` for sheep): it neither supports nor contradicts."""
    polarity: Polarity
    certain: bool
    """Its sense is certain: no other meaning, no role, no part of a compound."""
    plural: bool
    narrower: bool
    """It names a part of the class (``man`` of person): that there are fewer of them than boxes proves nothing."""


class Reading(NamedTuple):
    """A sample's turns, read once for all the checks that judge it."""

    tokens: list[list[Token]]
    """Each turn's words."""
    mentions: list[Mention]
    """In order."""
