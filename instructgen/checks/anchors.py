"""A phrase in its sentence in; whether the sentence puts it into this picture or speaks of its kind in general out.

Answers that explain a scene go on about what is usual, wise or possible: "a barrier also keeps dogs away". A thing that
they name is held to be in the picture only where the sentence says so.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from ..vocabulary import COLORS, NUMBERS
from .polarity import ABILITY, MAYBE, POSSIBLE
from .senses import DEFINITE, DETERMINERS, PREPOSITIONS
from .word_lists import word_lists

_LISTS = word_lists()
USUAL, _GENERAL_VERBS = _LISTS["usual"], _LISTS["general_verbs"]
_GENERAL_AFTER = _LISTS["general_after"]
_AT_LARGE = _LISTS["at_large"]
_GENERAL_SIGNS, _GENERAL_SUBJECTS = _LISTS["general_signs"], _LISTS["general_subjects"]
_SHOWN_HERE, _PLACE_BEFORE, _BOUND_TO = _LISTS["shown_here"], _LISTS["place_before"], _LISTS["bound_to"]
_ASKS_FOR_REASONS, _LOOKED_AT = _LISTS["asks_for_reasons"], _LISTS["looked_at"]
_NEW_CLAUSE = frozenset(("whose", "but", "though", "although", "while"))
Placing = Literal["here", "unsaid", "at large"]
"""In this picture; not said to be; spoken of in general, as possible or as advice."""
_SUPPOSED = frozenset(("if", "whether", "unless", "when", "where", "whenever", "wherever", "imagine"))
_SEERS = frozenset(("you", "we", "i", "can", "be"))
_BE = frozenset(("is", "are", "was", "were", "there's"))
_NOT_PLACES = frozenset(
    ("of", "for", "to", "about", "like", "as", "after", "before", "during", "without", "per", "via", "from")
)
_SCENE_VERBS, _LIKENESSES = _LISTS["scene_verbs"], _LISTS["likenesses"]
_PICTURED_ON, _DOES = _LISTS["pictured_on"], _LISTS["does"]
_PRINTABLE = _LISTS["printable"]
_IDLE_PLACES = _LISTS["idle_places"]
_EXAMPLES = frozenset(("instance", "example", "e.g"))
_SAYS = frozenset(("say", "says", "tells"))
_ASKED_OF = DEFINITE | {"you", "we", "they", "he", "she", "it", "any", "anything", "anyone", "one", "some", "someone"}
_PARTICULAR = DEFINITE | NUMBERS.keys() | {"he", "she", "both", "someone", "another"} - {"each", "every", "all"}


def asks_for_reasons(question: Sequence[str]) -> bool:
    """Tell whether a question asks for more than what is to be seen, so that its answer may talk of things at large."""
    if "describe" in question:  # "Could you describe ..."
        return False
    if not _ASKS_FOR_REASONS.isdisjoint(question) or list(question[:2]) in (["how", "can"], ["how", "to"]):
        return True
    if "about" in question and not _SAYS.isdisjoint(question):  # "What does it say about them?"
        return True
    return any(
        (word in ("do", "does") and after not in _ASKED_OF)  # "What do dogs eat?"
        or (word == "how" and after in ("was", "were"))
        or (word == "like" and after in ("this", "these", "that", "those"))
        for word, after in pairwise(question)
    )


def placing(low: Sequence[str], start: int, end: int, first: int, last: int, reasoned: bool) -> Placing:
    """Tell how a sentence, words ``first`` to ``last``, speaks of its phrase ``start`` to ``end``. A ``reasoned``
    answer has to say that a thing is here; another answer tells what is to be seen unless it says otherwise.
    """
    if _is_likened(low, start, first):
        return "at large"
    if _is_pictured(low, start, end, first, last):
        return "unsaid"
    if _is_there(low, start, first):
        return "here"
    clause = next((k + 1 for k in range(start - 1, first, -1) if low[k] in _NEW_CLAUSE), first)
    if not _EXAMPLES.isdisjoint(low[first:last]) or speaks_at_large(low, clause, last if reasoned else start, reasoned):
        return "at large" if reasoned else "unsaid"
    return "here" if not reasoned or _is_placed(low, start, end, clause, last) else "unsaid"


def _is_likened(low: Sequence[str], start: int, first: int) -> bool:
    """Tell whether a phrase only says what something is like: ``the yellow of a school bus``, ``the way a bird``."""
    article = next((k for k in range(start - 1, max(first, start - 4), -1) if low[k] in ("a", "an")), first)
    if article <= first:
        return False
    likeness = low[article - 2] if low[article - 1] == "of" and article - 1 > first else low[article - 1]
    return likeness in COLORS or likeness in _LIKENESSES


def _is_pictured(low: Sequence[str], start: int, end: int, first: int, last: int) -> bool:
    """Tell whether a phrase is beside what it may be pictured on: ``a cat on the screen``, ``a cushion with a dog``."""
    after = any(
        low[k] in ("on", "in") and low[k + 1] in DEFINITE and low[k + 2] in _PICTURED_ON
        for k in range(end, min(end + 6, last - 2))
    )
    before = range(max(first, start - 6), start - 1)
    return after or any(
        (low[k] in _PICTURED_ON and low[k + 1 : k + 3] == ["on", "which"])
        or (low[k] in _PRINTABLE and low[k + 1] in ("with", "has", "shows"))
        for k in before
    )


def _is_there(low: Sequence[str], start: int, first: int) -> bool:
    """Tell whether "there is" brings a phrase in: ``There is also a dog``, ``and there is a man with a dog``."""
    for k in range(start - 2, max(first, start - 10) - 1, -1):
        if low[k] == "there" and low[k + 1] in _BE:
            between = low[k + 2 : start]
            supposed = k > first and low[k - 1] in _SUPPOSED
            return not supposed and _NOT_PLACES.isdisjoint(between) and POSSIBLE.isdisjoint(between)
    return False


def speaks_at_large(low: Sequence[str], first: int, end: int, reasoned: bool) -> bool:
    """Tell whether words speak of what is usual, wished or possible, or of whoever: not of this picture alone."""
    words = set(low[first:end])
    if not (_GENERAL_SIGNS if reasoned else _AT_LARGE).isdisjoint(words):
        return True
    sees = _is_seen(low, first, end)
    if not sees and not _GENERAL_SUBJECTS.isdisjoint(words):
        return True
    if "one" in words and any(low[k] == "one" and low[k + 1] in _DOES for k in range(first, end - 1)):
        return True  # "where one finds a cafe"
    if reasoned and any(low[k] == "people" and not _are_these(low, k, first) for k in range(first, end)):
        return True
    possible = POSSIBLE & words if reasoned else (POSSIBLE - MAYBE) & words
    return bool(possible - ABILITY if sees else possible)


def _is_seen(low: Sequence[str], first: int, end: int) -> bool:
    """Tell whether words speak of seeing: ``you can make out``, ``can be seen``, ``we see``."""
    return any(
        low[k] in _LOOKED_AT and not _SEERS.isdisjoint(low[max(first, k - 3) : k])
        for k in range(first + 1, end)
        if low[k] != "make" or low[k + 1 : k + 2] == ["out"]
    )


def _is_placed(low: Sequence[str], start: int, end: int, first: int, last: int) -> bool:
    """Tell whether a phrase is shown: by "there is", a place that is known, an act that goes on."""
    before, words = low[first:start], low[first:last]
    bare = low[end - 1].endswith("s") and _is_bare(low, start, first)  # "it keeps dogs away from the calves"
    stands = not _SCENE_VERBS.isdisjoint(words) and not bare and _is_placed_after(low, end, last)
    if stands or not _SHOWN_HERE.isdisjoint(words) or _is_seen(low, first, last):
        return True
    acts = any(low[k] in _BE and low[k + 1].endswith("ing") for k in range(first, last - 1))
    beside = any(word in _PLACE_BEFORE or word.endswith("ing") for word in before[-4:])
    return beside and (acts or (not bare and words[0] in _PARTICULAR))


def _is_bare(low: Sequence[str], start: int, first: int) -> bool:
    """Tell whether neither article nor number is before a phrase."""
    return DETERMINERS.isdisjoint(low[max(first, start - 3) : start])


def _are_these(low: Sequence[str], k: int, first: int) -> bool:
    """Tell whether the "people" at word ``k`` are particular ones: ``the people``, ``two young people``."""
    before = low[max(first, k - 2) : k]
    return before[-1:] != [] and (before[-1] in DETERMINERS or before[0] in _PARTICULAR)


def _is_placed_after(low: Sequence[str], end: int, last: int) -> bool:
    """Tell whether what follows a phrase bounds it to something that is known: ``a dog next to him``."""
    for k in range(end, min(end + 4, last - 1)):
        if low[k] in DETERMINERS or low[k] in ("or", "and"):
            return False
        past = k + 2 if low[k] == "next" else k + 1
        if past < last and (low[k] == "next" or (low[k] in PREPOSITIONS and low[k] not in _NOT_PLACES)):
            known = low[past] in DEFINITE and _IDLE_PLACES.isdisjoint(low[past + 1 : past + 2])  # "on the other hand"
            return (known and (low[k] != "by" or low[past] == "the")) or low[past] in _BOUND_TO
    return False


def is_general(low: Sequence[str], start: int, end: int, first: int, last: int, plural: bool, usual: bool) -> bool:
    """Tell whether an indefinite phrase is about its kind in general: ``dogs often need``, ``people who``.

    ``usual``: the sentence has one of the words ``USUAL``.
    """
    if start > first and (low[start - 1] in NUMBERS or low[max(first, start - 2)] in NUMBERS):
        return False
    if plural and end < last and (low[end] in _GENERAL_VERBS or (low[end] == "who" and start == first)):
        return True
    reach = min(end + 6, last - 1)
    are = range(end, reach) if plural and "are" in low[end:reach] else ()
    if any(low[k] == "are" and low[k + 1] in _GENERAL_AFTER for k in are):
        return True
    if first + 1 < last and low[first].endswith("s") and low[first + 1] in _GENERAL_VERBS:
        return True
    if low[first] == "such":
        return True
    if not usual:
        return False
    relative = next((k for k in range(end + 1, last) if low[k] in ("that", "which", "who")), last)
    return not USUAL.isdisjoint(low[first:relative])
