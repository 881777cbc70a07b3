"""A turn's words and mentions in; the things that it names in their order across or down the picture out.

"From left to right: a dog, a cat and a bird" puts each thing left of the next.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..text import word_set
from .mentions import Mention
from .place_words import How
from .places import Relation
from .sentences import Tokens

_WAYS: dict[tuple[str, str, str, str], How] = {
    ("from", "left", "to", "right"): "left",
    ("from", "right", "to", "left"): "right",
    ("from", "top", "to", "bottom"): "above",
    ("from", "bottom", "to", "top"): "below",
}
_ROW = re.compile(r"\bfrom (?:left|right|top|bottom) to\b", re.IGNORECASE)
_INSIDE = word_set(
    "with of in on by under behind beside near holding wearing carrying to from for at above below over next"
)
"""What follows is no further thing of the row."""
_REACH = 4


def in_order(text: str, tokens: Tokens, mentions: Sequence[Mention]) -> Iterator[Relation]:
    """Give the relations of things that stand in a row in a sentence with "from left to right"."""
    if "rom " not in text or not _ROW.search(text):
        return
    for at, word in enumerate(tokens.low):
        if word != "from" or at + 4 > len(tokens.low):
            continue
        how = _WAYS.get((word, tokens.low[at + 1], tokens.low[at + 2], tokens.low[at + 3]))
        if how is None:
            continue
        sentence = tokens.sentences[at]
        row = [m for m in mentions if m.first > at + 3 and tokens.sentences[m.first] == sentence]
        row = [m for m in row if not _is_inside(tokens, m, at + 4)]
        if len({m.name for m in row}) == len(row):
            for one, other in pairwise(row):
                yield Relation((one,), how, one.start, other.end, other)


def _is_inside(tokens: Tokens, mention: Mention, start: int) -> bool:
    """Tell whether a mention belongs to the thing before: "a man with a dog"."""
    for at in range(mention.first - 1, max(start, mention.first - _REACH) - 1, -1):
        if tokens.low[at] in _INSIDE:
            return True
        if tokens.gaps[at + 1].strip():
            return False
    return False
