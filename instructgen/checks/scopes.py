"""What stands after a number of things in; which of all such things the number is of out, and how many those are.

"Three people are waiting on the platform" is of all people that the picture shows, as far as they lie together: a much
smaller one may be in the background. "Two birds in the upper left" is of those whose boxes are there, "two cups on the
table" of those whose boxes lie on a table's. What boxes cannot tell ("two dogs with collars", "two people behind the
counter") is of some only.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..records import Box, Context
from ..text import word_set
from .mentions import Mention
from .place_words import ACROSS, DOWN, Across, Down
from .sentences import Tokens


class Scope(NamedTuple):
    """Which of all the things of a class a number is of."""

    across: Across = ""
    down: Down = ""
    places: tuple[str, ...] = ()
    """Classes: the number is of what is in or on a thing of each."""
    acting: bool = False
    """It is of those that do something, which others of them may not do."""
    acts: tuple[str, ...] = ()
    """The words for what they do."""


_HOLDING = word_set(
    "in on at inside aboard atop within onto into along across around over through throughout upon under"
)
"""After these stands the scene, or a boxed thing that holds what is counted."""
_WITHIN = word_set("in on at inside aboard atop within onto into upon")
_SAID = word_set(
    "are is were was be being been there here do does did you we i see spot can could have has the a an it this that"
    " image picture photo photograph scene shot frame view visible shown seen present appear appears total overall"
    " altogether all depicted pictured featured captured contain contains show shows count counted together clearly"
    " currently just only exactly included waiting gathered parked side left right upper lower top bottom hand part"
    " half corner edge far to also both out whole entire of find make notice tell identify discern"
)
"""Words that pick out none of the things, or places of the picture that are read on their own."""
_SUBJECT = word_set("did does do has have had will would")
"""After these stands who does it."""
_BEARERS = word_set("him her them")
_PARTICIPLES = word_set("set laid put hung built left shown drawn lit cut worn held kept hidden spread")
_COPULAS = word_set("is are was were be being")
_PICKING = word_set(
    "background foreground front back behind row rows sidewalk distance roof other others another same first second"
    " third middle center centre foremost rear next near nearby beside with without wearing wear wears holding hold"
    " carrying carry having"
    " that which who whom whose than from by between among against facing not no except besides"
    " opposite ahead closest nearest furthest farthest outside beyond below above beneath underneath toward towards for"
    " off close like as or side"
)
"""What these pick out cannot be told by the boxes."""
_PICTURES = word_set("image picture photo photograph scene shot frame view")
_VERBS = word_set("are is were was have has look looks seem appear stand sit lie face wear walk")
_ENDS = word_set("and while but as when where so because")
_MARKS = frozenset(".,;:!?()\n")
_LIKE_SIZED = 0.1
"""Things that are counted together lie together: of so much of the largest one's box at least."""
_COVERED = 0.3
_EXACT, _LOOSE = 4, 9


def scope_of(tokens: Tokens, at: int, mentions: Mapping[int, Mention], last: int | None = None) -> Scope | None:
    """Read what is said of counted things from a token on, up to the clause's end; None where it picks out some.

    ``last``: the token before which to stop.
    """
    across: Across = ""
    down: Down = ""
    places: list[str] = []
    held = within = False
    acts: list[str] = []
    skip = at
    for number in range(at, len(tokens.low) if last is None else last):
        low = tokens.low[number]
        gap = tokens.gaps[number]
        if gap != " " and not _MARKS.isdisjoint(gap):
            break
        if low in _ENDS:
            break
        mention = mentions.get(number)
        if number < skip:
            continue
        if mention is not None and not _SUBJECT.isdisjoint((tokens.low[number - 1], tokens.low[number - 2])):
            acts.append(low)
            skip = mention.last  # "How many bowls has the woman put out?"
        elif mention is not None and not mention.near:
            if not within:
                return None
            places.append(mention.name)
            skip, held = mention.last, True
        elif low in _HOLDING:
            held, within = True, low in _WITHIN
        elif low in ACROSS and low not in ("centre", ""):
            across = ACROSS[low]
        elif low in DOWN and low:
            down = DOWN[low]
        elif low == "with" and number + 1 < len(tokens.low) and tokens.low[number + 1] in _BEARERS:
            continue  # "How many dogs does he have with him?"
        elif low in _PICKING and not (low == "side" and (across or down)):
            return None
        elif low not in _SAID and not held:
            if tokens.low[number - 1] in _COPULAS and not low.endswith(("ing", "ed")) and low not in _PARTICIPLES:
                return None  # "How many dogs are brown?"
            acts.append(low)
    return Scope(across, down, tuple(places), bool(acts), tuple(acts))


def number_in(scope: Scope, context: Context, boxes: Mapping[str, Sequence[int]], name: str, small: float) -> int:
    """Give how many things of a class a scope has at least, by their boxes; 0 where the boxes cannot tell.

    ``small`` is the share of the picture below which a thing need not be counted.
    """
    ours = [context.boxes[index] for index in boxes.get(name, ()) if not context.boxes[index].crowd]
    if not ours:
        return 0
    largest = max(map(_size, ours))
    # Of very small things alone, all are as hard to see.
    least = max(small if largest >= small else 0, _LIKE_SIZED * largest)
    kept = [box for box in ours if _size(box) >= least and _on_side(box, scope)]
    for place in scope.places:
        others = [context.boxes[index] for index in boxes.get(place, ())]
        if not others:  # it is a part of the scene, as a floor is
            continue
        kept = [box for box in kept if any(_lies_in(box, other) for other in others)]
    # What is in several pictures may be the same things.
    number = max(Counter(box.image for box in kept).values(), default=0)
    return number if number <= _EXACT else number - 1 if number <= _LOOSE else number * 4 // 5


def _size(box: Box) -> float:
    return (box.x2 - box.x1) * (box.y2 - box.y1)


def _on_side(box: Box, scope: Scope) -> bool:
    """Tell whether all of a box lies in the named half of the picture."""
    low, high = (box.x1, box.x2) if scope.across == "left" else (1 - box.x2, 1 - box.x1)
    if scope.across and (low + high) / 2 > 0.45:
        return False
    low, high = (box.y1, box.y2) if scope.down == "top" else (1 - box.y2, 1 - box.y1)
    return not scope.down or (low + high) / 2 <= 0.45


def _lies_in(box: Box, other: Box) -> bool:
    """Tell whether a thing is in or on another: its foot is, or a good part of it."""
    if box.image != other.image:
        return False
    across = min(box.x2, other.x2) - max(box.x1, other.x1)
    down = min(box.y2, other.y2) - max(box.y1, other.y1)
    if across <= 0 or down <= 0:
        return False
    foot = other.x1 <= (box.x1 + box.x2) / 2 <= other.x2 and other.y1 <= box.y2 <= other.y2
    return foot or across * down >= _COVERED * _size(box)


def is_here(tokens: Tokens, at: int) -> bool:
    """Tell whether nothing bounds a thing that ends before a token, but "in the picture": "the only dog here"."""
    rest = tokens.low[at : min(at + 3, tokens.around(at - 1, at)[1])]
    if not rest or tokens.gaps[at].strip() or rest[0] in ("here", "visible"):
        return True
    return rest[0] in ("in", "of") and rest[1:2] in (["the"], ["this"]) and rest[2:] != [] and rest[2] in _PICTURES


def scope_of_all(tokens: Tokens, at: int, mentions: Mapping[int, Mention]) -> Scope | None:
    """Give which things "all three dogs" are: what the verb says of them picks none out."""
    for number in range(at, min(at + 6, len(tokens.low))):
        if tokens.low[number] in _VERBS:
            return Scope() if number == at or is_here(tokens, at) else None
    return scope_of(tokens, at, mentions)
