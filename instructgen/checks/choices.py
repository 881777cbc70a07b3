"""A question and an answer in the question's words in; whether the answer chooses, orders, affirms or fills in out.

Such an answer says something new without a new word: "The oven is on the right." to "Of the table and the oven, which
is on the right?". One that speaks of something, or of all that was offered, leaves the question open. The words are
English.
"""

import re

from ..text import word_set

_AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
_THE = "the|a|an|this|that|these|those|his|her|its|their|my|your|our"
_BEING = frozenset(_AUXILIARY.split("|"))
_JOINING = word_set("and or vs versus of").union(_THE.split("|"))
_LITTLE = _JOINING | _BEING | word_set("on in at to by with for from two three four five it they them")
_WORD = re.compile(r"\w+")

_BREAK = re.compile(r"[,;:.?!]|\b(?:and|or|vs|versus)\b")
_ASKS = re.compile(r"\b(?:what|which|who|whose|whom|where|when|why|how)\b")
_CAUSE = re.compile(r"\b(?:why|when|how)\b")
# "can you tell me what …" is no question of yes or no
_YES_OR_NO = re.compile(
    rf"(?:^|[.,;:?!]|\b(?:and|but|so))\s*(?:{_AUXILIARY})(?:n['’]t)?\s+(?!you\b|i\b)|\b(?:whether|if)\b"
)
_ORDER = re.compile(r"\b(?:(?:what|which|the|in) order|order the|arranged?|sequence|rank|sort(?! of)|lined)\b")
_SOME_ORDER = re.compile(r"\b(?:an|some|certain|particular|specific)\s+(?:order|arrangement|sequence)\b")
# what stands apart from the question proper is offered: "of the cup and the bowl, …", "…: the cup, the bowl"
_APART = re.compile(r":|^(?:out\s+)?(?:of|among|amongst|between|from|comparing|given|considering|looking at)\b")
_COMPARED = re.compile(r"(^compar(?:ing|ed)\b[^,]*?) (?:with|to|and) ")
_COMPARES = re.compile(r"\b(?:which|who|whose|more|most|less|least|first|last|\w\w+e(?:r|st))\b")
_SEVERAL = re.compile(rf"\bwhich(?: \w+s)? (?:are|were|have)\b(?! (?:{_THE})\b)")
_BEHIND_OF = re.compile(r".*\b(?:of|among|amongst|between|comparing|given|considering|at|with)\s+(.+)$", re.DOTALL)
_SUBJECT = re.compile(rf".*\b(?:{_AUXILIARY}|order|rank|sort|arrange)\s+((?:{_THE})\s.+)$", re.DOTALL)

_VAGUE = word_set(
    "something some someone somebody somewhere somehow sometime anything anyone thing things"
    " certain particular specific"
)
# "one is taller" says nothing, "the taller one" and "the one in red" point at something
_ONE = re.compile(rf"(?:^|[,;:.?!]\s*|\b(?!(?:{_THE})\b)\w+\s+(?!(?:{_THE})\b)\w+\s+)one\b|\bone of\b")
_TOWARDS = "at|on|in|to|over|under|with|for|by|into"
_COLOUR = word_set("colour color")


class Offer:
    """What a question offers, by its lower-case text."""

    def __init__(self, question: str) -> None:
        """Read the question."""
        self._text = _COMPARED.sub(r"\1 and ", question.strip())
        self._words = _WORD.findall(self._text)
        self.either = "or" in self._words
        """It names alternatives with "or"."""
        self.yes_or_no = bool(_YES_OR_NO.search(self._text))
        """It, or a part of it, can be affirmed."""
        self.ordered = bool(_ORDER.search(self._text))
        """It asks in what order things are."""
        self._parts = self._named()
        self.choice = len(self._parts) > 1 and self._asks_to_choose()
        """It names two things or more to choose from, or to put in order."""

    def _asks_to_choose(self) -> bool:
        if self.ordered or self.either:
            return True
        return not _CAUSE.search(self._text) and bool(_APART.search(self._text) or _COMPARES.search(self._text))

    def _named(self) -> list[list[str]]:
        """Give the words of each thing that stands in a row with others."""
        parts: list[list[str]] = []
        for part in filter(None, map(str.strip, _BREAK.split(self._text))):
            asks = _ASKS.search(part)
            found = _BEHIND_OF.match(part) if asks or self.ordered else None
            if self.ordered and not found:
                found = _SUBJECT.match(part)
            if asks and not found:
                continue
            said = found[1] if found else part
            words = _WORD.findall(said)
            if not _LITTLE.issuperset(words) and not _ASKS.search(said):
                parts.append(words)
        return parts

    def answered(self, answer: str) -> bool:
        """Tell whether an answer of the question's words, lower-case, chooses, orders, affirms or denies."""
        words = _WORD.findall(answer)
        vague = bool((_VAGUE & set(words)) - set(self._words)) or bool(_ONE.search(answer))
        if vague or (self.either and "or" in words):
            return False
        if self.choice and _ASKS.search(self._text) and not self.yes_or_no:
            return self._chosen(answer, words)
        return self.either or self.yes_or_no or self._filled(answer)

    def _chosen(self, answer: str, words: list[str]) -> bool:
        """Tell whether an answer names some of what is offered, or all of it in an order."""
        keys = self._keys()
        places = [words.index(key) for key in keys if key in words]
        if len(places) < len(keys):
            return bool(places)
        first, last = min(places), max(places)
        own = _JOINING.union(*self._parts) - _BEING
        if not set(words[first:last]) <= own or any(key in words[:first] + words[last + 1 :] for key in keys):
            return True  # something is said between them, or of one of them again
        if self.ordered:
            return not _SOME_ORDER.search(answer) and " ".join(words) not in " ".join(self._words)
        return bool(_SEVERAL.search(self._text)) or self.either

    def _keys(self) -> list[str]:
        """Give, for each thing, the first of its words that tells it from the others."""
        keys = []
        for part in self._parts:
            others = {word for other in self._parts if other is not part for word in other}
            keys += [word for word in part if word not in others and word not in _LITTLE][:1]
        return keys

    def _filled(self, answer: str) -> bool:
        """Tell whether a thing that the question names stands in the answer where the question has its gap.

        "What is the man beside the bicycle repairing?" "The man is repairing the bicycle." A fruit may have the colour
        that is called after it.
        """
        words = _WORD.findall(answer)
        if _COLOUR.intersection(self._words) and len(words) > 2 and words[-1] in words[:-2]:
            return words[-1] in self._words
        asked = [place for place, word in enumerate(self._words) if word not in _LITTLE]
        if not asked:
            return False
        last = self._words[asked[-1]]
        found = re.search(rf"\b{re.escape(last)} (?:(?:{_TOWARDS}) )?(?:the|his|her|its|their) (\w+)", answer)
        return found is not None and found[1] in self._words[: asked[-1]]
