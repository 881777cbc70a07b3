"""A context in; of each class how many things it shows, at least and at most, and what its captions count of it out."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from ..records import Box, Context
from ..vocabulary import Vocabulary
from .quantities import Counted, counted, quantities_of
from .truth import Truth, truth_of

_EXACT, _LOOSE = 4, 9
"""Up to 4 things people count exactly, up to 9 to one more or less, then to a fifth."""


class Tally(NamedTuple):
    """How many things of one class a context shows."""

    boxes: tuple[int, ...]
    """Indices of the class's boxes."""
    number: int
    """Boxes that are not crowds."""
    least: int
    """A total below contradicts the boxes; very small things and loose counting are allowed for."""
    most: int | None
    """A number above contradicts the boxes, with loose counting allowed for; None where a crowd is among them."""
    confused: int
    """Boxes of classes that annotators take for this one, as a car for a truck."""
    said: tuple[Counted, ...]
    """The captions' numbers of things of the class."""
    plural: bool = False
    """A caption speaks of several of them."""

    def borne_out(self, low: int, high: int | None, total: bool) -> bool:
        """Tell whether a caption has the same number or, of a part, a larger one."""
        numbers = [counted.quantity for counted in self.said]
        # "One sleeps, the other eats"; "a sky full of kites, one of them a shark".
        if total and low == high == 1 and (self.plural or any(q.low > 1 for q in numbers)):
            return False
        return any((q.low, q.high) == (low, high) or (not total and q.low >= low) for q in numbers)

    def backed(self, word: str, same: bool) -> bool:
        """Tell whether a caption counts as many as there are boxes: of the class or, if given, of a narrower word.

        ``same``: it must be the same word, as men are not all of the people.
        """
        return any(
            self.number == c.quantity.low == c.quantity.high
            and not c.described
            and (not c.mention.narrower if not word else singular(c.mention.word) == singular(word) or not same)
            for c in self.said
        )

    def counted_as(self, word: str) -> int:
        """Give the largest number of a narrower word ("three friends") that a caption states, 0 where none does."""
        said = [
            c for c in self.said if c.quantity.low == c.quantity.high and singular(c.mention.word) == singular(word)
        ]
        return max((c.quantity.low for c in said), default=0)

    def measured(self, measure: str) -> int:
        """Give the largest number of slices and the like that a caption states of the class, 0 where none does."""
        return max((c.quantity.low for c in self.said if measure and c.measure), default=0)


_PEOPLE = {"men": "man", "women": "woman", "children": "child", "people": "person", "ladies": "lady"}


def singular(word: str) -> str:
    """Give a word for one of them: "man" of "men"."""
    return _PEOPLE.get(word) or word.removesuffix("s")


_Key = tuple[Context | None, Vocabulary | None, float]
_latest: tuple[_Key, Mapping[str, Tally]] = ((None, None, 0), {})


def tallies_of(context: Context, vocabulary: Vocabulary, small: float) -> Mapping[str, Tally]:
    """Give the tally of each class that has a box or, in a caption, a number; kept for the context judged last.

    ``small`` is the share of the picture below which a thing need not be counted.
    """
    global _latest
    (latest, of, share), tallies = _latest
    if latest is not context or of is not vocabulary or share != small:
        tallies = _tallied(context, vocabulary, small)
        _latest = ((context, vocabulary, small), tallies)
    return tallies


def _tallied(context: Context, vocabulary: Vocabulary, small: float) -> Mapping[str, Tally]:
    truth = truth_of(context, vocabulary)
    said: dict[str, list[Counted]] = {}
    for number, (caption, tokens) in enumerate(zip(context.captions, truth.captions.tokens, strict=True)):
        quantities = quantities_of(caption, tokens)
        if not quantities:
            continue
        mentions = {m.first: m for m in truth.captions.mentions if m.turn == number and not m.near}
        for quantity in quantities:
            found = counted(caption, tokens, quantity, mentions)
            if found and found.mention.polarity != "negated":
                said.setdefault(found.mention.name, []).append(found)
    tallies = {name: _tally(context, truth, name, small) for name in {*truth.boxes, *said}}
    plural = {m.name for m in truth.captions.mentions if m.plural and m.polarity == "asserted"}
    for name, tally in tallies.items():
        like = sum(len(truth.boxes.get(other, ())) for other in vocabulary.confused.get(name, ()))
        tallies[name] = tally._replace(confused=like, said=tuple(said.get(name, ())), plural=name in plural)
    return tallies


def _tally(context: Context, truth: Truth, name: str, small: float) -> Tally:
    boxes = truth.boxes.get(name, ())
    single = [index for index in boxes if not context.boxes[index].crowd]
    number = len(single)
    # What is in several pictures may be the same things: they bound a total by the fullest picture only.
    seen = Counter(context.boxes[i].image for i in single if _covered(context.boxes[i]) >= small)
    noticed = max(seen.values(), default=0)
    most = number if number <= _EXACT else number + 1 if number <= _LOOSE else -(-number * 6 // 5)
    least = noticed if noticed <= _EXACT else noticed - 1 if noticed <= _LOOSE else noticed * 4 // 5
    return Tally(boxes, number, least, most if number == len(boxes) else None, 0, ())


def _covered(box: Box) -> float:
    """Give the share of the picture that a box covers, its outline's or not: it says how easily the thing is seen."""
    return (box.x2 - box.x1) * (box.y2 - box.y1)
