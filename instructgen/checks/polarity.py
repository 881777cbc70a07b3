"""The words of a sentence in; the manner in which each is spoken out: asserted, negated, hypothetical, depicted.

A cue (``no``, ``might``, ``statue of``) colours the words after it up to where its clause or its noun phrase ends; a
few (``is not visible``) those before it. A missed cue would call a true sentence false, so scopes are rather too wide.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from .word_lists import word_lists

Polarity = Literal["asserted", "negated", "hypothetical", "depicted", "generic", "asked"]
"""How a thing is spoken of: as being there; as not there; as possible, wished or usual; as a picture or figure of it;
as a kind in general; in a question that does not presuppose it."""


_LISTS = word_lists()
DEFINITE = _LISTS["definite"]
DETERMINERS = DEFINITE | _LISTS["indefinite"] | _LISTS["quantifiers"]
PREPOSITIONS = _LISTS["prepositions"]
NEGATORS = _LISTS["negators"]
_PHRASE_NEGATORS = _LISTS["phrase_negators"]
"""Those that negate only the noun phrase after them."""
_NO_NOUN = _LISTS["no_noun"]
_SEEN, _SEEN_FILLERS = _LISTS["seen"], _LISTS["seen_fillers"]
"""``A dog is not …``: with one of these, what stands before is negated."""
_POSSIBLE, _LOOKED_AT = _LISTS["possible"], _LISTS["looked_at"]
_FOR_NOTHING = _LISTS["for_nothing"]
"""``… for`` or ``… as``: what follows is not said to be there."""
_FIGURES = _LISTS["figures"]
_WHOLE_PICTURE = _LISTS["whole_picture"]
"""At the beginning of a sentence these are about the picture itself."""
_DEPICTION_ENDS, _CLAUSE_ENDS = _LISTS["depiction_ends"], _LISTS["clause_ends"]
_STOPS = DETERMINERS | PREPOSITIONS | _LISTS["phrase_ends"]
CUES = NEGATORS | _POSSIBLE | _FIGURES | frozenset(("instead", "rather", "opposed", "for", "as"))
"""A sentence without any of these is asserted."""


def manners(low: Sequence[str], first: int, last: int, broken: Callable[[int], str]) -> dict[int, Polarity]:
    """Give the manner of each word ``first`` ≤ i < ``last`` of a sentence that is not asserted.

    ``broken(i)`` gives what stands between the word before and word ``i``.
    """
    found: dict[int, Polarity] = {}
    phrase = clause = possible = depicted = False
    opened = first
    for i in range(first, last):
        word, gap = low[i], broken(i) if i > first else ""
        if gap and not gap.isspace() and gap != "-":
            depicted = False
            hard = not gap.strip().startswith(",") or not _listing(low, i, last)
            phrase, clause = phrase and not hard, clause and not hard
            possible = possible and not any(mark in gap for mark in ";:")
        if word in _CLAUSE_ENDS:
            phrase = clause = possible = depicted = False
        elif word in _DEPICTION_ENDS:
            depicted = False
        if phrase and i > opened and _stops(low, i, opened):
            phrase = False
        if word in NEGATORS or (word in ("instead", "rather", "opposed") and i + 1 < last):
            phrase, clause, opened = _negation(low, i, last, phrase, clause, opened)
            if clause and _unseen(low, i, last):
                found.update(dict.fromkeys(range(_clause_start(low, i, first, broken), i), "negated"))
        elif _opens_possible(low, i, first, last):
            possible = True
        elif word in _FIGURES and _depicts(word, low, i, first):
            depicted = True
        elif (phrase or (clause and _indefinite(low, i, first))) or depicted or possible:
            found[i] = (
                "negated"
                if phrase or (clause and _indefinite(low, i, first))
                else ("depicted" if depicted else "hypothetical")
            )
    return found


def _negation(low: Sequence[str], i: int, last: int, phrase: bool, clause: bool, opened: int) -> tuple[bool, bool, int]:
    """Open the scope of the negator at ``i``: of a noun phrase, or of a clause."""
    word, after = low[i], low[i + 1] if i + 1 < last else ""
    if word in ("instead", "rather", "opposed"):
        return (True, clause, i + 2) if after in ("of", "than", "to") else (phrase, clause, opened)
    if after in _NO_NOUN and word in ("no", "not"):
        return phrase, clause, opened
    if word in _PHRASE_NEGATORS:
        skip = 2 if after in DETERMINERS | PREPOSITIONS else 1
        return True, clause, i + skip
    return phrase, True, opened


def _opens_possible(low: Sequence[str], i: int, first: int, last: int) -> bool:
    """Tell whether what follows word ``i`` is not said to be there: ``might``, ``waiting for``."""
    word = low[i]
    if word in _POSSIBLE:
        return not (word in ("can", "could", "must") and _about_seeing(low, i, last))
    return word in ("for", "as") and i > first and low[i - 1] in _FOR_NOTHING


def _listing(low: Sequence[str], i: int, last: int) -> bool:
    """Tell whether a comma before word ``i`` stands in a list with ``or``."""
    return any(low[k] in ("or", "nor") for k in range(i, min(i + 5, last)))


def _stops(low: Sequence[str], i: int, opened: int) -> bool:
    """Tell whether word ``i`` is past the noun phrase, or the list with ``or``, that begins at ``opened``."""
    word = low[i]
    if word in DETERMINERS and i - 1 >= opened and low[i - 1] in ("or", "nor"):
        return False
    return word in _STOPS or word.endswith("ing")


def _unseen(low: Sequence[str], i: int, last: int) -> bool:
    after = [w for w in low[i + 1 : min(i + 4, last)] if w not in _SEEN_FILLERS]
    return bool(after) and after[0] in _SEEN and (after[0] != "in" or after[1:2] in (["the"], ["this"]))


def _clause_start(low: Sequence[str], i: int, first: int, broken: Callable[[int], str]) -> int:
    for k in range(i, first, -1):
        if "," in broken(k) or ";" in broken(k) or low[k - 1] in _CLAUSE_ENDS | {"and"}:
            return k
    return first


def _about_seeing(low: Sequence[str], i: int, last: int) -> bool:
    """Tell whether ``can`` is about seeing: ``you can see``, ``can clearly be seen``."""
    return not _LOOKED_AT.isdisjoint(low[i + 1 : min(i + 4, last)])


def _depicts(word: str, low: Sequence[str], i: int, first: int) -> bool:
    return not (word in _WHOLE_PICTURE and i - first <= 4 and not PREPOSITIONS & set(low[first + 1 : i]) - {"of"})


def _indefinite(low: Sequence[str], i: int, first: int) -> bool:
    """Tell whether the noun phrase that ends at ``i`` has no definite article or possessive."""
    for k in range(i - 1, max(first, i - 4) - 1, -1):
        if low[k] in DEFINITE:
            return False
        if low[k] in DETERMINERS or low[k] in PREPOSITIONS:
            return True
    return True
