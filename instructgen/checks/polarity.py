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

Gap = Callable[[int], str]
"""Gives what stands between a word and the one before."""

_LISTS = word_lists()
DEFINITE = _LISTS["definite"]
DETERMINERS = DEFINITE | _LISTS["indefinite"] | _LISTS["quantifiers"]
PREPOSITIONS = _LISTS["prepositions"]
NEGATORS = _LISTS["negators"]
_PHRASE_NEGATORS = _LISTS["phrase_negators"]
"""Those that negate only the noun phrase after them."""
_JOINS = frozenset(("and", "or"))
_EXCHANGES = {"instead": "of", "rather": "than", "opposed": "to"}
AUXILIARIES = _LISTS["auxiliaries"]
_SIGNS, _ABSENCES = _LISTS["signs"], _LISTS["absences"]
"""``no sign of a dog``; ``the absence of dogs, cats and cows``."""
_GONE = _LISTS["gone"]
_NO_NOUN = _LISTS["no_noun"]
SEEN, SEEN_FILLERS = _LISTS["seen"], _LISTS["seen_fillers"]
"""``A dog is not …``: with one of these, what stands before is negated."""
SHOWS, PICTURE = _LISTS["shows"], _LISTS["picture"]
POSSIBLE, _LOOKED_AT = _LISTS["possible"], _LISTS["looked_at"]
_MODALS = _LISTS["modals"]
_BEFORE_TO = _LISTS["before_to"]
"""``a place to …``, ``invites … to …``, ``for a person to …``: what follows is not said to happen."""
_WISH_ENDS = _LISTS["wish_ends"]
_LIKENED, _ALIKE, _MINDED = _LISTS["likened"], _LISTS["alike"], _LISTS["minded"]
_POSSIBLE_IF_BARE = _LISTS["possible_if_bare"]
"""``helps people``, ``protects riders``: of a phrase without an article only."""
_CAN_NOUNS, ABILITY = _LISTS["can_nouns"], frozenset(("can", "could", "able"))
_FOR_NOTHING = _LISTS["for_nothing"]
"""``… for`` or ``… as``: what follows is not said to be there."""
_FIGURES, _FIGURE_VERBS = _LISTS["figures"], _LISTS["figure_verbs"]
_FIGURE_PARTICIPLES, _TAKES = _LISTS["figure_participles"], _LISTS["takes"]
_SURFACES = _LISTS["surfaces"]
_WHOLE_PICTURE, _NOT_WHOLE = _LISTS["whole_picture"], _LISTS["not_whole"]
"""At the beginning of a sentence these are about the picture itself."""
_DEPICTION_ENDS, _CLAUSE_ENDS = _LISTS["depiction_ends"], _LISTS["clause_ends"]
PHRASE_ENDS = DETERMINERS | PREPOSITIONS | _LISTS["phrase_ends"]
"""Words that no longer belong to a noun phrase."""
_DEPICTING = _FIGURES | _FIGURE_VERBS | _FIGURE_PARTICIPLES
MAYBE = frozenset(("perhaps", "maybe", "possibly", "probably", "likely", "presumably"))
_CONDITIONS = frozenset(("if", "whether", "unless", "imagine", "suppose", "supposing", "assuming"))
_IS = frozenset(("is", "are"))
CUES = (
    NEGATORS
    | _GONE
    | POSSIBLE
    | _POSSIBLE_IF_BARE
    | _DEPICTING
    | (_LIKENED | _MINDED)
    | _EXCHANGES.keys()
    | {"for", "as", "case", "to", "so", "than"}
)
"""All is asserted in a sentence without any of these."""
_MAY_DENY = _GONE | {"no", "not", "cannot", "never"} | {word for word in CUES if word.endswith("n't")}
_MAY_SUPPOSE = POSSIBLE | {"can", "to", "so", "case"}
_MAY_WISH = _LIKENED | _MINDED | {"than", "as", "like", "for"}
"""Of the cues those that are worth a closer look."""


def manners(low: Sequence[str], first: int, last: int, gap: Gap) -> dict[int, Polarity]:
    """Give the manner of each word ``first`` ≤ i < ``last`` of a sentence that is not asserted."""
    return _Scopes(low, first, last, gap).read()


class _Scopes:
    """The scopes that are open at a word of a sentence."""

    def __init__(self, low: Sequence[str], first: int, last: int, gap: Gap) -> None:
        self.low, self.first, self.last, self.gap = low, first, last, gap
        self.phrase = self.clause = self.possible = self.usual = self.wished = self.depicted = False
        self.aside = self.supposed = False
        """What is possible is so in brackets of commas (``, perhaps oil,``); or by a condition (``if``)."""
        self.listing = False
        """The negated phrase goes on over commas and ``and``."""
        self.open = False
        """Any of the scopes may be."""
        self.opened = first
        """Word from which on the phrase that is negated or wished may end."""

    def read(self) -> dict[int, Polarity]:
        found: dict[int, Polarity] = {}
        for i in range(self.first, self.last):
            word = self.low[i]
            cue = word in CUES
            if self.open:
                self._close(i, word)
            elif not cue:
                continue
            if cue:
                self._cue(i, word, found)
            elif self.phrase or (self.clause and self._indefinite(i)):
                found[i] = "negated"
            elif self.depicted:
                found[i] = "depicted"
            elif self.possible or self.wished or (self.usual and self._bare(i)):
                found[i] = "hypothetical"
            self.open = self.phrase or self.clause or self.possible or self.usual or self.wished or self.depicted
        return found

    def _cue(self, i: int, word: str, found: dict[int, Polarity]) -> None:
        """Open the scope of the cue at word ``i``, or colour what stands before it."""
        if word in _GONE and self._at(i + 1) in _IS:  # "all that is missing is a table and chairs"
            self.phrase, self.listing, self.opened = True, True, i + 3
        elif word in _MAY_DENY and self._denies_before(i, word):
            found.update(dict.fromkeys(range(self._subject_start(i), i), "negated"))
        elif word in NEGATORS or word in _EXCHANGES:
            self._negate(i, word)
        elif word in _MAY_SUPPOSE and self._opens_possible(i, word):
            self.possible = True
            self.aside = word in MAYBE and i > self.first and "," in self.gap(i)
            if self.aside and (i + 1 == self.last or "," in self.gap(i + 1)):  # "a dog, perhaps"
                found.update(dict.fromkeys(range(self._clause_start(i - 1), i), "hypothetical"))
            self.aside = self.aside or self._at(i - 1) in ("what", "which", "who")  # "what could be a dog, ..."
            self.supposed = self.supposed or word in _CONDITIONS
            if word in _MODALS:
                found.update(dict.fromkeys(self._supposed(i), "hypothetical"))
        elif word in _MAY_WISH and self._opens_wish(i, word):
            past = i + 2 if self._at(i + 1) in ("to", "in", "with", "from", "of", "about") else i + 1
            self.wished, self.opened = True, past + (self._at(past) in DETERMINERS)
        elif word in _POSSIBLE_IF_BARE:
            self.usual = True
        elif word in _DEPICTING and self._depicts(i, word):
            self.depicted = True

    def _close(self, i: int, word: str) -> None:
        """Close the scopes that end before word ``i``."""
        gap = self.gap(i) if i > self.first else ""
        mark = gap.strip() if gap != " " else ""
        if mark and mark != "-":
            self.depicted = self.depicted and mark == "," and word == "with"  # "an ad for a zoo, with an elephant"
            # A comma goes on with a list that has "or" in it: "no cars, buses, or trucks".
            goes_on = {"or", "nor", "other", *(("and",) if self.listing else ())}
            if mark != "," or goes_on.isdisjoint(self.low[i : min(i + 5, self.last)]):
                self.phrase = self.clause = False
            self.wished = self.wished and mark == "," and not _JOINS.isdisjoint(self.low[i : min(i + 4, self.last)])
            self.possible = self.possible and mark[0] not in ";:" and not (self.aside and mark == ",")
        if word in _CLAUSE_ENDS or (word == "whose" and mark == ","):
            self.phrase = self.clause = self.possible = self.usual = self.wished = self.depicted = False
        elif word in _DEPICTION_ENDS:
            self.depicted = False
        if word == "there" and not self.supposed and self._at(i + 1) in _IS and self._begins(i):
            self.possible = self.wished = False  # "it may be a party, and there is a cake"
        if i > self.opened:
            self.phrase = self.phrase and not self._past_phrase(i, word)
            self.wished = self.wished and word not in _WISH_ENDS and not word.endswith("ing")

    def _at(self, i: int) -> str:
        return self.low[i] if self.first <= i < self.last else ""

    def _begins(self, i: int) -> bool:
        """Tell whether a clause begins at word ``i``."""
        return self._at(i - 1) in ("and", "so", "enough", "") or not self.gap(i).isspace()

    def _past_phrase(self, i: int, word: str) -> bool:
        if word in DETERMINERS and self.low[i - 1] in ("or", "nor"):
            return False
        if self.listing and (word in ("and", "of") or self.low[i - 1] == "and" or "," in self.gap(i)):
            return False
        return word in PHRASE_ENDS or word.endswith("ing")

    def _negate(self, i: int, word: str) -> None:
        """Open the scope of a negator: of a noun phrase or a clause."""
        after, before = self._at(i + 1), self._at(i - 1)
        if word in _EXCHANGES:
            self.phrase, self.opened = after == _EXCHANGES[word] or self.phrase, i + 2
        elif (word in ("none", "neither") and after == "of") or (word == "no" and after == "one"):
            self.clause = True  # "none of them has a dog"
        elif word == "neither" and "nor" not in self.low[i : self.last] and "has" in self.low[i + 2 : i + 4]:
            self.clause = True  # "neither plate has a fork"
        elif word == "not" and after == "one" and self._at(i + 2) != "but":
            self.phrase, self.opened = True, i + 2
        elif after in _NO_NOUN and word in ("no", "not"):
            return
        elif word in _PHRASE_NEGATORS:
            if word == "no" and before in ("a", "the"):  # what a sign says
                return
            self.phrase, self.listing = True, word in _ABSENCES
            self.opened = i + (3 if after in _SIGNS else 2 if after in DETERMINERS or after in PREPOSITIONS else 1)
            self.opened += after in _SIGNS and self._at(i + 3) in DETERMINERS
        elif word == "not" and i > self.first and "," in self.gap(i):  # "they are dogs, not cats"
            self.phrase, self.opened = True, i + 2
        elif word != "not" or i == self.first or before in AUXILIARIES or after in ("a", "an", "any"):
            self.clause = True

    def _denies_before(self, i: int, word: str) -> bool:
        """Tell whether word ``i`` says that what stands before it is not to be seen: ``a dog is not visible``."""
        if word in _GONE:
            return self._at(i - 1) in AUXILIARIES or self._at(i - 1) == "nowhere"
        if word == "no":  # "A dog: no."
            ends = i + 1 == self.last or not self.gap(i + 1).isspace()
            return ends and i > self.first and not self.gap(i).isspace()
        if word != "not" and not word.endswith("n't") and word not in ("cannot", "never"):
            return False
        after = [word for word in self.low[i + 1 : min(i + 4, self.last)] if word not in SEEN_FILLERS]
        return bool(after) and (after[0] in SEEN or (after[0] == "in" and after[1:2] in (["the"], ["this"])))

    def _clause_start(self, i: int) -> int:
        for k in range(i - 1, self.first, -1):
            if not {",", ";"}.isdisjoint(self.gap(k)) or self.low[k - 1] in _CLAUSE_ENDS or self.low[k - 1] == "and":
                return k
        return self.first

    def _subject_start(self, i: int) -> int:
        """Give where the subject of the verb at word ``i`` begins: ``Cars and trucks are absent``."""
        start = self._clause_start(i)
        subject = self.low[self.first : start - 1]
        alone = AUXILIARIES.isdisjoint(subject) and PREPOSITIONS.isdisjoint(subject) and len(subject) < 4
        if self.low[start] in ("which", "that") and start > self.first:
            return self._clause_start(start - 1)  # "the ball, which isn't visible"
        return self.first if start > self.first and self.low[start - 1] == "and" and alone else start

    def _opens_possible(self, i: int, word: str) -> bool:
        """Tell whether what follows word ``i`` is only possible: ``might``, ``if``, ``in case``."""
        if word == "can" and self._at(i + 1) in _CAN_NOUNS | {""}:  # "a soda can on the table"
            return False
        if word in POSSIBLE:  # but "you can see", "can clearly be seen"
            about_seeing = word in ABILITY and not _LOOKED_AT.isdisjoint(self.low[i + 1 : i + 4])
            return not about_seeing
        if word == "to":  # "a spot for a person to rest and read a book"
            after = self._at(i + 1)
            verb = after not in DETERMINERS and after not in PREPOSITIONS and self._at(i - 1) != "next"
            return verb and not _BEFORE_TO.isdisjoint(self.low[max(self.first, i - 5) : i])
        if word == "so":
            return self._at(i + 1) == "that"
        return word == "case" and self._at(i - 1) == "in" and self._at(i + 1) not in ("", "of", "on", "with")

    def _opens_wish(self, i: int, word: str) -> bool:
        """Tell whether a thing follows that is only thought of: ``waiting for``, ``like``, ``as tall as``."""
        if word == "than":
            return self._at(i - 1).endswith("er")
        if word == "as" and "as" in self.low[max(self.first, i - 6) : i]:  # but "as well as"
            return self._at(i - 1) != "well"
        if word == "as" and self._at(i + 1) in ("a", "an"):  # "Happy as a dog", "sits low as a cat"
            return i == self.first + 1 or self._at(i - 1) in _ALIKE
        if word in _MINDED:  # "afraid of dogs"
            return self._at(i + 1) in ("of", "about", "to")
        if word == "like" and self._at(i + 1) == "the":  # "orange, like the dog next to it"
            return not {"next", "beside", "behind", "near", "on", "in"} & set(self.low[i + 2 : min(i + 5, self.last)])
        return word in _LIKENED or (word in ("for", "as") and self._at(i - 1) in _FOR_NOTHING)

    def _supposed(self, i: int) -> range:
        """Give the words of the indefinite subject of a modal: ``a cat might``, ``people in a hurry could``."""
        before = self.low[self.first : i]
        if before[:1] and before[0] in _LISTS["indefinite"] and AUXILIARIES.isdisjoint(before):
            return range(self.first, i)
        start = self._clause_start(i)
        while self.low[start] in _CLAUSE_ENDS or self.low[start] in ("and", "so"):
            start += 1
        before = self.low[start:i]
        indefinite = before[:1] and before[0] not in DEFINITE and before[0] not in PREPOSITIONS and before[0] != "there"
        return range(start, i) if indefinite and AUXILIARIES.isdisjoint(before) else range(0)

    def _depicts(self, i: int, word: str) -> bool:
        """Tell whether what follows word ``i`` is a figure or picture: ``statue of``, ``shaped like``, ``says``."""
        after, before = self._at(i + 1), self.low[max(self.first, i - 3) : i]
        if word in _FIGURE_PARTICIPLES:
            return after in ("like", "as") or (word == "printed" and after in ("with", "on"))
        if word in _FIGURES - _WHOLE_PICTURE and after == "with":  # "a painting with apples"
            return True
        if word in _FIGURES and (after != "of" or not _TAKES.isdisjoint(before)):
            return False
        if word in _FIGURE_VERBS and word != "says":
            return not _SURFACES.isdisjoint(self.low[max(self.first, i - 6) : i])
        if word in _WHOLE_PICTURE and i - self.first <= 6 and "there" not in before:  # "there is a picture of a dog"
            return not _NOT_WHOLE.isdisjoint(self.low[self.first : i])
        return True

    def _bare(self, i: int) -> bool:
        """Tell whether the noun phrase that ends at ``i`` has no article or number."""
        for k in range(i - 1, max(self.first, i - 3) - 1, -1):
            if self.low[k] in DETERMINERS:
                return False
            if self.low[k] in PREPOSITIONS or self.low[k] in _POSSIBLE_IF_BARE:
                return True
        return True

    def _indefinite(self, i: int) -> bool:
        """Tell whether the noun phrase that ends at ``i`` has no definite article or possessive."""
        for k in range(i - 1, max(self.first, i - 4) - 1, -1):
            if self.low[k] in DEFINITE:
                return False
            if self.low[k] in DETERMINERS or self.low[k] in PREPOSITIONS:
                return True
        return True
