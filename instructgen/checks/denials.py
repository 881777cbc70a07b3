"""A negated phrase in its sentence in; whether it is said not to be in the picture at all out."""

from collections.abc import Sequence

from .polarity import (
    ABILITY,
    AUXILIARIES,
    DETERMINERS,
    NEGATORS,
    PICTURE,
    POSSIBLE,
    PREPOSITIONS,
    SEEN,
    SEEN_FILLERS,
    SHOWS,
)
from .word_lists import word_lists

_AFTER_WHOLE = frozenset(
    ("and", "or", "nor", "but", "here", "not", "no", "cannot", "that", "missing", "absent", "part", "either")
)
_CLAUSE_STARTS = frozenset(
    ("because", "since", "as", "for", "but", "so", "though", "although", "while", "there", "there's")
)
_SCENES = word_lists()["scenes"]
_FLOORS = frozenset(("platform", "beach", "court"))
_LATELY = frozenset(("yet", "today", "whatsoever", "anymore", "nearby"))
_LAID = frozenset(("laid", "brought", "set", "provided", "placed", "put", "offered", "served", "added"))
_OUT = frozenset(("out", "yet", "up", "here", "there", "down", "anywhere"))
_FOR_SALE = (["for", "sale"], ["on", "display"], ["on", "offer"], ["on", "show"], ["this", "time"], ["out", "there"])
_ARTICLES = frozenset(("the", "his", "her", "its", "their"))
_RESTRICTING = frozenset(("left", "right", "front", "back", "side", "other", "top", "bottom", "second", "first", "far"))
_ANY = frozenset(("a", "an", "one", "any", "single", "even", "visible", "actual", "piece", "sign", "trace", "of"))


def denies_any(low: Sequence[str], start: int, end: int, first: int, last: int, joined: bool) -> bool:
    """Tell whether a negated phrase (words ``start`` to ``end``) is said not to be in the picture at all.

    ``There is no dog``, ``no dogs are visible``; but not ``no other dog``, ``no dog on the left`` nor what would be.
    """
    clause = next((k for k in range(start - 1, first, -1) if low[k] in _CLAUSE_STARTS), first)
    if any(word in POSSIBLE and word not in ABILITY for word in low[clause : min(end + 2, last)]):
        return False
    if not _denied_before(low, start, end, first):
        return False
    if "absence" in low[max(first, start - 4) : start]:
        return end >= last or low[end] not in PREPOSITIONS or ends_there(low, end, last)
    return not joined or end >= last or ends_there(low, end, last) or _not_one(low, start, end, first, last)


def _not_one(low: Sequence[str], start: int, end: int, first: int, last: int) -> bool:
    """Tell whether "not a single" is said and nothing after it that could pick out a part: "not one boat out there"."""
    told = {"single", "one"} & set(low[max(first, start - 3) : start])
    rest = low[end : min(end + 6, last)]
    if not told or not _RESTRICTING.isdisjoint(rest):
        return False
    return rest[0] in ("to", "out", "by", "around", "along") or rest[:2] in (["on", "it"], ["in", "it"])


def _denied_before(low: Sequence[str], start: int, end: int, first: int) -> bool:
    k = start - 1
    while k >= first and low[k] in _ANY:
        k -= 1
    if k >= first and low[k] in _ARTICLES and (k == first or low[end : end + 1] in (["which"], ["that"])):
        return True  # "The ball is not visible"
    if k < first:
        return start > first or low[first] not in NEGATORS  # "A dog is not visible"
    if low[k] in SHOWS and k > first:
        k -= 1
    before = low[k]
    if low[first] == "neither" and "single" in low[k:start]:
        return True
    if before == "not":
        nowhere = low[end : end + 1] in (["anywhere"], ["around"]) or low[end : end + 2] in (
            ["in", "sight"],
            ["in", "view"],
        )
        return not {"single", "one"}.isdisjoint(low[k:start]) or nowhere or (k > first and low[k - 1] in AUXILIARIES)
    if before == "without":  # "without cows, shrubs would take over"
        whole = not PICTURE.isdisjoint(low[end : end + 4]) or _is_of_scene(low, first, k)
        return whole or "single" in low[k:start]
    if before == "absence":
        return True
    if before in ("lacks", "lacking") and _is_of_scene(low, first, k):
        return True
    return before in ("no", "zero", "or", "nor", "neither") or before.endswith("n't") or before == "cannot"


def _is_of_scene(low: Sequence[str], first: int, last: int) -> bool:
    """Tell whether a sentence is about a place as a whole: "a tidy living room with a sofa, without a cat"."""
    front = low[first : min(first + 4, last)]
    return any(
        word in _SCENES and not any(before in PREPOSITIONS for before in front[:at]) for at, word in enumerate(front)
    )


def ends_there(low: Sequence[str], end: int, last: int) -> bool:
    """Tell whether a phrase that ends at ``end`` is bounded to no part of the picture: ``a dog in the picture``."""
    if low[end : end + 1] == ["to"] and end + 1 < last:  # "no bird to keep it company", but "no bird to the left"
        return low[end + 1] not in DETERMINERS
    rest = [word for word in low[end : min(end + 6, last)] if word not in SEEN_FILLERS and word not in AUXILIARIES]
    if not rest or rest[0] in _AFTER_WHOLE or rest[0].endswith("n't") or rest[0] in SEEN - {"in"}:
        return True
    if rest[:2] in _FOR_SALE or rest[0] in _LATELY:
        return True
    if rest[0] in _LAID:  # "has been laid out yet"
        return len(rest) == 1 or rest[1] in _OUT
    if rest[0] == "nowhere":
        return len(rest) == 1 or rest[1] in SEEN - {"in"} or rest[1:3] == ["in", "sight"]
    if rest[0] in ("which", "that"):
        return rest[1:2] != [] and (rest[1] in SEEN or rest[1].endswith("n't") or rest[1] in ("not", "cannot"))
    if rest[0] == "around":
        return len(rest) == 1 or rest[1] in ("only", "except")
    if rest[:2] in (["at", "all"], ["at", "this"]):
        return True
    if rest[:2] == ["in", "it"]:  # "the picture has no dog in it"
        return not PICTURE.isdisjoint(low[max(0, end - 8) : end])
    if rest[0] in ("in", "at", "on") and rest[1:2] == ["the"] and not _SCENES.isdisjoint(rest[2:4]):
        return rest[0] != "on" or not _FLOORS.isdisjoint(rest[2:4])
    whole = not PICTURE.isdisjoint(rest[1:4]) or rest[1:2] == ["this"]  # "on this street"
    return whole and rest[0] in ("in", "on", "within", "from")
