"""A denial bounded to a part of a picture in; whether boxes or a caption contradict it there out.

``No apples in the bowl`` is wrong where an apple's box lies in the bowl's, ``he carries no backpack`` where a
backpack's lies in the only person's, ``no bench next to her`` where a bench's touches the only person's.
"""

from collections.abc import Sequence

from ..records import Box, Context
from .captioned import is_told
from .mentions import Mention, Reading
from .polarity import AUXILIARIES, SEEN, SEEN_FILLERS
from .senses import DETERMINERS, PREPOSITIONS
from .truth import Truth
from .word_lists import word_lists

_WEARS, _NOBODY = word_lists()["wears"], word_lists()["nobody"]
_INSIDE = frozenset(("in", "on", "inside", "into", "onto"))
_BESIDE = frozenset(("with", "behind", "by", "near", "beside", "next", "around", "alongside"))
_PASSED_OVER = (
    AUXILIARIES | SEEN_FILLERS | (SEEN - _BESIDE) | word_lists()["resting"] | {"nowhere", "missing", "absent"}
)
"""What may stand between a thing and the place that its denial is bounded to: ``no suitcases stand by``."""
_LACKING = frozenset(("without", "lacks", "lack", "lacking", "no", "any", "single"))
_IN_SCENE = frozenset(("in", "on", "at", "along"))
_TOLD = 2
_JOINTS = frozenset(("and", "so", "but", "while", "as", "because", "who", "which", "that"))
_PERSONAL = frozenset(("him", "her", "them", "he", "she", "they"))
_HANDS = frozenset(("hand", "hands", "head", "back", "lap", "shoulder", "shoulders"))
_TOUCHING = 0.06
_SCENES = word_lists()["scenes"]
_SKY = 0.6
"""What is in the sky ends above this share of the picture's height."""


def is_there_after_all(mention: Mention, reading: Reading, truth: Truth, context: Context) -> bool:
    """Tell whether what a sentence denies of a part of the picture is there by a box or in the words of a caption."""
    if not mention.certain or mention.near or not truth.supports(mention.name):
        return False
    low = reading.words(mention.turn)
    first, last = reading.sentence(mention)
    before, after = low[first : mention.first], _bound(low[mention.last : last])
    end = _clause_end(reading, mention, last)
    placed = any(m.turn == mention.turn and mention.last <= m.first < end for m in reading.mentions)
    if not placed and is_told(low, mention.last, end, mention.name, truth):
        return True
    return (
        _is_in_scene(after, mention, truth, context)
        or is_worn(before[-5:], mention, truth, context)
        or _is_inside(after, mention, reading, truth, context)
        or _is_beside(after, mention, reading, truth, context)
        or _is_had(before, mention, reading, truth, context)
    )


def _clause_end(reading: Reading, mention: Mention, last: int) -> int:
    """Give the word at which the clause of a mention ends, at a mark or a joint."""
    low, tokens = reading.words(mention.turn), reading.tokens[mention.turn]
    ends = (k for k in range(mention.last, last) if low[k] in _JOINTS or tokens.starts[k] > tokens.ends[k - 1] + 1)
    return next(ends, last)


def _bound(after: Sequence[str]) -> Sequence[str]:
    """Give what a denial is bounded to: "on the table" of "are nowhere on the table"."""
    at = next((at for at, word in enumerate(after[:5]) if word not in _PASSED_OVER), 0)
    return after[at:] if at < len(after) and (after[at] in PREPOSITIONS or after[at] == "next") else after


def _is_in_scene(after: Sequence[str], mention: Mention, truth: Truth, context: Context) -> bool:
    """Tell whether a denial is bounded to what most captions have as the scene, such as "on the beach"."""
    if not after or after[0] not in _IN_SCENE:
        return False
    bound = next((word for word in after[1:] if word not in DETERMINERS), "")
    told = sum(bound in truth.captions.words(turn) for turn in range(len(truth.captions.tokens)))
    named = any(m.word == bound for m in truth.captions.mentions)
    if named or bound in PREPOSITIONS or told < _TOLD or told * 2 < len(truth.captions.tokens):
        return False
    return after[0] != "on" or any(context.boxes[i].y2 > 0.5 for i in truth.boxes.get(mention.name, ()))


def is_worn(before: Sequence[str], mention: Mention, truth: Truth, context: Context) -> bool:
    """Tell whether a person has the thing, when it is said that nobody, or the only person, has it."""
    persons = truth.boxes.get("person", ())
    if _WEARS.isdisjoint(before) or mention.name == "person" or "person" in truth.crowds:
        return False
    if len(persons) != 1 and _NOBODY.isdisjoint(before):
        return False
    return _overlap(mention.name, "person", truth, context)


def _is_inside(after: Sequence[str], mention: Mention, reading: Reading, truth: Truth, context: Context) -> bool:
    """Tell whether the thing is in or on what the denial bounds it to, by boxes or by a caption's words."""
    if not after or after[0] not in _INSIDE:
        return False
    bound = next((word for word in after[1:] if word not in DETERMINERS), "")
    if bound == "sky":
        return any(context.boxes[i].y2 < _SKY for i in truth.boxes.get(mention.name, ()))
    if after[1:2] in (["it"], ["them"]):  # of what is no thing with a box: "the river … no boat on it"
        return not any(m.turn in (mention.turn, mention.turn - 1) and m.first < mention.first for m in reading.mentions)
    if bound and bound not in PREPOSITIONS and _is_captioned(bound, after[0], mention, truth):
        return True
    if not _HANDS.isdisjoint(after[1:4]) and mention.name != "person":
        return len(truth.boxes.get("person", ())) == 1 and _overlap(mention.name, "person", truth, context)
    return any(
        m.turn == mention.turn and 0 < m.first - mention.last < 6 and _overlap(mention.name, m.name, truth, context)
        for m in reading.mentions
    )


def _is_captioned(bound: str, joint: str, mention: Mention, truth: Truth) -> bool:
    """Tell whether a caption has the thing there: "a dog on the sofa", or "a desk with a mouse"."""
    for m in truth.captions.mentions:
        if m.name != mention.name or m.polarity != "asserted" or not m.certain:
            continue
        said = truth.captions.words(m.turn)
        rest, front = said[m.last : m.last + 5], said[max(0, m.first - 8) : m.first]
        if bound in rest and joint in rest[: rest.index(bound)]:
            return True
        if bound in front and "with" in front[front.index(bound) :]:
            return True
    return False


def _is_beside(after: Sequence[str], mention: Mention, reading: Reading, truth: Truth, context: Context) -> bool:
    """Tell whether the thing touches what the denial bounds it to: "no bench next to her", "no cake before them"."""
    front = list(after[:3]) == ["in", "front", "of"]
    if not front and (not after or after[0] not in _BESIDE):
        return False
    at = 3 if front else 2 if after[0] == "next" else 1
    if after[at : at + 1] and after[at] in _PERSONAL and mention.name != "person":
        persons = truth.boxes.get("person", ())
        alone = len(persons) == 1 or after[at] == "them"
        return (alone or _is_theirs(mention, reading, truth)) and _touch(mention.name, "person", truth, context)
    return any(
        m.turn == mention.turn
        and 0 < m.first - mention.last < 7
        and (m.plural or len(truth.boxes.get(m.name, ())) == 1)
        and m.name != mention.name
        and _touch(mention.name, m.name, truth, context)
        for m in reading.mentions
    )


def _is_had(before: Sequence[str], mention: Mention, reading: Reading, truth: Truth, context: Context) -> bool:
    """Tell whether what is said to lack the thing has it: "they travel without a suitcase", "it doesn't hold books"."""
    at = next((at for at in range(len(before) - 1, max(-1, len(before) - 4), -1) if before[at] in _LACKING), None)
    if at is None:
        return False
    persons = truth.boxes.get("person", ())
    alone = len(persons) == 1 and before[-1] in ("any", "single") and not {"he", "she"}.isdisjoint(before[:at])
    alone = alone or (not {"he", "she"}.isdisjoint(before[:at]) and _is_theirs(mention, reading, truth))
    if ("they" in before[:at] or alone) and mention.name != "person":
        return _touch(mention.name, "person", truth, context)
    asked = reading.words(mention.turn - 1) if mention.turn else []
    if before[0] == "it" and not _SCENES.isdisjoint(asked):  # "The kitchen?" "It has …, but lacks a microwave"
        return True
    if "it" not in before[max(0, at - 3) : at]:
        return False
    named = [m for m in reading.mentions if m.turn == mention.turn and m.first < mention.first and not m.near]
    one = len(named) and len(truth.boxes.get(named[-1].name, ())) == 1 and named[-1].name != mention.name
    return bool(one) and _overlap(mention.name, named[-1].name, truth, context)


def _is_theirs(mention: Mention, reading: Reading, truth: Truth) -> bool:
    """Tell whether "he" and "her" can only be the person whom a caption has with the thing: "a man holding a cup"."""
    if any(m.name == "person" and m.turn in (mention.turn, mention.turn - 1) for m in reading.mentions):
        return False
    captions = truth.captions
    those = [m for m in captions.mentions if m.name == mention.name and m.polarity == "asserted"]
    return any(not _WEARS.isdisjoint(captions.words(m.turn)[max(0, m.first - 4) : m.first]) for m in those)


def _overlap(name: str, other: str, truth: Truth, context: Context) -> bool:
    """Tell whether a box of one class lies in one of another: its middle, and its foot, or else it is in front."""
    things = [context.boxes[i] for i in truth.boxes.get(name, ())]
    return any(_holds(context.boxes[i], thing) for i in truth.boxes.get(other, ()) for thing in things)


def _touch(name: str, other: str, truth: Truth, context: Context) -> bool:
    """Tell whether boxes of two classes overlap or nearly touch."""
    things = [context.boxes[i] for i in truth.boxes.get(name, ())]
    return any(_gap(context.boxes[i], thing) <= _TOUCHING for i in truth.boxes.get(other, ()) for thing in things)


def _gap(one: Box, other: Box) -> float:
    across = max(one.x1, other.x1) - min(one.x2, other.x2)
    down = max(one.y1, other.y1) - min(one.y2, other.y2)
    return max(across, down) if one.image == other.image else 1.0


def _holds(outer: Box, inner: Box) -> bool:
    x, y = (inner.x1 + inner.x2) / 2, (inner.y1 + inner.y2) / 2
    return outer.x1 <= x <= outer.x2 and outer.y1 <= y and inner.y2 <= outer.y2
