"""Nothing in; the records of what a text says of where things are out: in the picture, and by one another."""

from typing import NamedTuple

from .mentions import Mention
from .place_words import Across, Down, How


class Side(NamedTuple):
    """Where in the picture something is said to be."""

    start: int
    end: int
    """Code points of the turn's text: the phrase."""
    across: Across
    down: Down
    third: bool
    """A third of the picture is meant, not a half."""
    sure: bool
    """The picture's side is meant; a bare "to the left" may mean another thing's."""
    edge: bool = False
    """The edge, a corner or the far end of that side is meant."""


class SidePlace(NamedTuple):
    """Something is said to be on a side of the picture."""

    things: tuple[Mention, ...]
    """What it may be said of; more than one where the sentence leaves it open."""
    side: Side
    among: bool
    """It picks one out of several of a kind ("the dog on the left"): which side of them, not of the picture."""
    number: int = 0
    """Of how many of the thing it is said; -1 of all, 0 where that is left open."""


class PairPlace(NamedTuple):
    """One of a kind is said to be on one side and another on the other."""

    thing: Mention
    side: Side
    other: Side


class Relation(NamedTuple):
    """One thing is said to be by another."""

    things: tuple[Mention, ...]
    how: How
    start: int
    end: int
    other: Mention
    number: int = 0
    """Of how many of the first thing it is said; -1 of all, 0 where that is left open."""


class AskedPlace(NamedTuple):
    """What a question asks of places."""

    things: tuple[Mention, ...]
    """The thing whose place is asked for, and others that are named; none where a thing is asked for."""
    side: Side | None = None
    how: How | None = None
    other: Mention | None = None
    """What is asked for is on that side, or so by another thing."""
    stated: "SidePlace | Relation | None" = None
    """The place that a "yes" states."""
    between: tuple[Mention, Mention] | None = None
    """It asks which of two things is so by the other."""
    presence: bool = False
    """It asks no place: only what takes the thing up ("yes", "it", "one") says where it is."""


Place = SidePlace | PairPlace | Relation
