"""A denied act or place and captions in; whether a caption tells just that out.

``No pedestrians are crossing`` is against "two pedestrians cross the street", ``nobody is waiting`` and ``the platform
is deserted`` against "passengers wait on a platform".
"""

from collections.abc import Iterator, Sequence

from ..records import Turn
from .mentions import Mention, Reading
from .polarity import AUXILIARIES, NEGATORS
from .senses import DETERMINERS, PREPOSITIONS
from .truth import Truth
from .word_lists import word_lists
from .words import look_out_for, words_of

_LISTS = word_lists()
_SCENES = _LISTS["scenes"]
_EMPTY = _LISTS["idle_words"] | AUXILIARIES | DETERMINERS | PREPOSITIONS | _LISTS["pronouns"] | _LISTS["adverbs"]
"""Words that say neither act nor place."""
_ELSEWHERE = NEGATORS | {"empty", "left", "right", "front", "behind", "other"}
_DESERTED = frozenset(("deserted", "abandoned"))
_NOBODY = frozenset(("nobody", "one"))
_CUES = _DESERTED | {"nobody", "no"}
_ASKS_WHO = frozenset(("who", "who's", "anybody", "anyone", "somebody", "someone", "people"))
_COPULAS = frozenset(
    ("is", "are", "looks", "look", "seems", "seem", "lies", "appears", "stands", "completely", "totally")
)
_ANYBODY = frozenset(("people", "person", "persons", "crowd", "individuals", "someone", "somebody", "humans"))
_STEM = 4
_FEW = 2

look_out_for(_CUES)


def is_told(low: Sequence[str], first: int, last: int, name: str, truth: Truth) -> bool:
    """Tell whether one caption has a thing of a class with all acts and places in words ``first`` to ``last``."""
    stems = {word[:_STEM] for word in low[first:last] if word not in _EMPTY}
    if not stems or len(stems) > 3 or not _ELSEWHERE.isdisjoint(low[first:last]):
        return False
    captions = truth.captions
    turns = {m.turn for m in captions.mentions if m.name == name and m.certain and m.polarity == "asserted"}
    return any(
        stems <= {word[:_STEM] for word in said} and _ELSEWHERE.isdisjoint(said)
        for said in map(captions.words, sorted(turns))
    )


def nobody_denied(turns: Sequence[Turn], reading: Reading, truth: Truth) -> Iterator[Mention]:
    """Give each word that says nobody is where a caption has people, as a denied mention of a person."""
    if not truth.supports("person") or _CUES.isdisjoint(words_of(turns).noticed):
        return
    for number, turn in enumerate(turns):
        low = reading.words(number)
        if turn.role == "human" or _CUES.isdisjoint(low):
            continue
        for at, word in enumerate(low):
            told = (word in _DESERTED and _is_deserted(low, at, truth)) or (
                word in _NOBODY
                and (word == "nobody" or low[at - 1 : at] == ["no"])
                and _is_denied(reading, number, at, truth)
            )
            if told:
                tokens = reading.tokens[number]
                yield Mention(
                    number, tokens.starts[at], tokens.ends[at], at, at + 1, word, "person", ("person",), False,
                    "negated", True, False, False, False, True, False,
                )  # fmt: skip


def _is_deserted(low: Sequence[str], at: int, truth: Truth) -> bool:
    """Tell whether "the platform is deserted" is said at a word of a place that a caption fills with people."""
    before = at - 1
    while before > 0 and low[before] in _COPULAS:
        before -= 1
    if before in (at - 1, 0) or not NEGATORS.isdisjoint(low[before:at]):
        return False
    persons = len(truth.boxes.get("person", ()))
    if low[before] in _SCENES and ("person" in truth.crowds or persons > _FEW):
        return True
    return persons >= _FEW and is_told([low[before]], 0, 1, "person", truth)


def _is_denied(reading: Reading, number: int, at: int, truth: Truth) -> bool:
    """Tell whether "nobody" at a word, with what it says or is asked, is told of people by a caption."""
    tokens = reading.tokens[number]
    end = tokens.around(at, at + 1)[1]
    low = reading.words(number)
    said = [word for word in low[at + 1 : end] if word not in _EMPTY]
    if said:
        return is_told(low, at + 1, end, "person", truth)
    asked = reading.words(number - 1) if number else []
    return at < 3 and not _ASKS_WHO.isdisjoint(asked) and is_told(asked, 0, len(asked), "person", truth)


def all_do(acts: Sequence[str], name: str, word: str, truth: Truth) -> bool:
    """Tell whether a caption says of several of a class, and no caption of other people, what a question asks of them.

    "How many passengers stand on the platform?" is of all people where captions know "people standing on a platform".
    """
    captions = truth.captions
    those = [m for m in captions.mentions if m.name == name and m.polarity == "asserted" and m.certain]
    if name == "person" and {m.word for m in those} - _ANYBODY - {word}:
        return False
    stems = {act[:_STEM] for act in acts}
    return any(m.plural and stems <= {said[:_STEM] for said in captions.words(m.turn)} for m in those)
