"""Words of a caption in; noun phrases out: determiner, modifiers, head, number, what it is a group or a measure of.

A phrase is read only as far as every word is known (see ``lexicon``); what is not understood is left alone, because
a question built on half a phrase is nonsense.
"""

from dataclasses import dataclass, replace

from instructgen.text import word_set

from ...vocabulary import COLORS, NUMBER_WORDS, NUMBERS, article_for
from .lexicon import CLOSED_CLASS_ADJECTIVES, CROWD_WORDS, DETERMINERS, MEASURES, PLAIN, POSSESSIVES
from .nouns import ANIMALS, MASS, PEOPLE, PLURAL_ONLY, PLURALS, SINGULAR

_PARTS = word_set("""back front side top edge middle corner end bottom body pair""")
_INTENSIFIERS = word_set("""very brightly really quite rather extremely freshly partially partly fully""")
_BARE = word_set(
    """night dusk dawn sunset sunrise bed home town school work motion display flight place public line action uniform
    costume formation space dinner lunch breakfast day business top front back side bottom fire church air wii
    nintendo background distance hand land"""
)
"""Nouns that stand without an article after a preposition ("at night", "in bed")."""
_PROPER = {
    "wii": "Wii", "nintendo": "Nintendo", "asian": "Asian", "american": "American", "japanese": "Japanese",
    "chinese": "Chinese", "french": "French", "italian": "Italian", "german": "German", "british": "British",
    "english": "English", "indian": "Indian", "mexican": "Mexican", "african": "African", "european": "European",
    "egyptian": "Egyptian", "thai": "Thai", "greek": "Greek", "roman": "Roman", "christmas": "Christmas",
    "victorian": "Victorian", "halloween": "Halloween", "siamese": "Siamese", "persian": "Persian",
    "arabian": "Arabian", "clydesdale": "Clydesdale", "tv": "TV", "suv": "SUV", "olympic": "Olympic",
    "american-style": "American-style", "tvs": "TVs", "dvd": "DVD", "usb": "USB",
    "santa": "Santa", "volvo": "Volvo", "bbq": "BBQ", "iphone": "iPhone",
}  # fmt: skip


@dataclass(slots=True)
class Phrase:
    """One noun phrase."""

    det: str
    """Lower-case determiner, ``""`` where there is none."""
    mods: tuple[str, ...]
    head: str
    """Head noun with the nouns that it is compounded of, as written: ``tennis players``."""
    core: str
    """Singular of the head's last word: ``player``."""
    plural: bool
    mass: bool
    count: int | None = None
    group: str | None = None
    """``herd`` in "a herd of elephants", of which the head is ``elephants``."""
    of: "Phrase | None" = None
    """What a measure or part is of: ``food`` in "a plate of food"."""
    also: "Phrase | None" = None
    """What is joined to it by "and"."""

    @property
    def many(self) -> bool:
        """Whether a verb takes the plural form."""
        return self.plural or self.also is not None

    @property
    def be(self) -> str:
        """The verb that agrees."""
        return "are" if self.many else "is"

    @property
    def animate(self) -> bool:
        """Whether it names a person or an animal."""
        return self.core in PEOPLE or self.core in ANIMALS

    @property
    def colors(self) -> tuple[str, ...]:
        """Its colour words."""
        return tuple(m for m in self.mods if m in COLORS)

    def body(self, mods: bool = True) -> str:
        """Give modifiers and head without determiner."""
        words = [*self.mods, self.head] if mods else [self.head]
        text = " ".join(words)
        return f"{text} of {self.of.a()}" if self.of else text

    def a(self, mods: bool = True) -> str:
        """Give the phrase as it is first mentioned: "a brown dog", "two men", "several people"."""
        return self._first(mods) if self.also is None else listed([part._first(mods) for part in self.parts()])

    @property
    def _bare(self) -> bool:
        return self.core in _BARE and not self.mods and " " not in self.head

    def _first(self, mods: bool) -> str:
        body = self.body(mods)
        if self.group:
            return f"{article_for(self.group)} {self.group} of {body}"
        if self.count and self.count > 1:
            return f"{NUMBER_WORDS[self.count]} {body}"
        if self.det in ("the", "his", "her", "its", "their", "some", "several", "many", "both", "another"):
            return f"{self.det} {body}"
        if self.det in ("few", "numerous", "multiple"):
            return f"several {body}"
        if self.plural or ((self.mass or self._bare) and self.det not in ("a", "an", "one")):
            return body
        return f"{article_for(body)} {body}"

    def plain(self) -> str:
        """Give the phrase as it is first mentioned, without adjectives: "a dog", "two men"."""
        return self.a(mods=False)

    def the(self, mods: bool = False) -> str:
        """Give the phrase as it is mentioned again: "the dog", "the two men"."""
        number = f"{NUMBER_WORDS[self.count]} " if self.count and self.count > 1 else ""
        text = f"the {number}{self.body(mods)}"
        return text if self.also is None else listed([part.the(mods) for part in self.parts()])

    def parts(self) -> "list[Phrase]":
        """Give the joined phrases one by one."""
        return [replace(self, also=None), *self.also.parts()] if self.also else [self]


def listed(texts: list[str]) -> str:
    """Join texts as "a, b and c"."""
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else texts[0]


def read_phrase(words: list[str], at: int, nouns: frozenset[str]) -> tuple[Phrase, int] | None:
    """Read one noun phrase that starts at word ``at``; give it and where it ends, or None.

    ``nouns`` are words known to be nouns beyond the lexicon: labels of boxes, and words that captions repeat.
    """
    det, count, at = _determiner(words, at)
    mods, heads, at = _run(words, at, nouns, bool(det) or count is not None)
    if not heads:
        return None
    head = heads[-1]
    if head == "other" or (heads[0] in ("living", "dining", "parking") and len(heads) == 1):
        return None
    plural = head in PLURALS or (head in nouns and head.endswith("s") and head not in SINGULAR)
    if head in ("sheep", "fish", "deer", "cattle"):
        plural = det not in ("a", "an", "one", "another", "this") and (head == "cattle" or count is not None or not det)
    if plural and det in ("a", "an", "one", "another", "each", "every", "this") and head not in _ONE_PAIR:
        return None
    if not plural and ((count and count > 1) or det in _SEVERAL):
        return None
    if det in ("a", "an") and len(heads) == 1 and head in _NO_ARTICLE:
        return None
    core = PLURALS.get(head, head)
    if not _PROPER.keys().isdisjoint(words):
        mods, heads = tuple(map(proper, mods)), [proper(word) for word in heads]
    phrase = Phrase(det, mods, " ".join(heads), core, plural, head in MASS, count)
    if words[at : at + 1] != ["of"]:
        return (phrase, at) if len(heads) > 1 or head not in _NEEDS_OF else None
    inner = read_joined(words, at + 1, nouns)
    if inner is None:
        return None
    return _complement(phrase, inner[0], inner[1])


def proper(word: str) -> str:
    """Give a word of a phrase as it is spelt: "Wii", "TV"."""
    return _PROPER.get(word, word)


_SEVERAL = word_set("many several few these those both numerous multiple")
_NO_ARTICLE = word_set(
    "grass snow water sand furniture luggage traffic rice bread equipment dirt mud clothing food meat broccoli hay"
)
_ONE_PAIR = PLURAL_ONLY - {"people", "men", "women", "children", "cattle", "stairs", "clothes", "dishes"}
_NEEDS_OF = frozenset(
    ("couple", "lot", "number", "bunch", "variety", "row", "kind", "type", "part", "top", "middle", "set", "series",
     "assortment", "handful", "array", "parking", "living", "dining", "teddy", "video", "section", "end", "pair")
)  # fmt: skip
"""Nouns that do not stand alone."""


def read_joined(words: list[str], at: int, nouns: frozenset[str]) -> tuple[Phrase, int] | None:
    """Read noun phrases joined by commas and "and"."""
    first = read_phrase(words, at, nouns)
    if first is None:
        return None
    found, end = [first[0]], first[1]
    tail, last = list(found), end
    while words[last : last + 1] == [","] and len(tail) < 5:
        after = last + 1 + (words[last + 1 : last + 2] == ["and"])
        more = read_phrase(words, after, nouns)
        if more is None:
            break
        tail.append(more[0])
        last = more[1]
        if after == last + 2 or words[after - 1] == "and":
            return _chain(tail), last
    if words[last : last + 1] == ["and"]:
        more = read_phrase(words, last + 1, nouns)
        if more is not None:
            return _chain([*tail, more[0]]), more[1]
    return found[0], end


def _chain(found: list[Phrase]) -> Phrase:
    joined = found[-1]
    for phrase in reversed(found[:-1]):
        joined = _with(phrase, also=joined)
    return joined


def _with(p: Phrase, of: Phrase | None = None, also: Phrase | None = None) -> Phrase:
    return Phrase(p.det, p.mods, p.head, p.core, p.plural, p.mass, p.count, p.group, of or p.of, also or p.also)


def _complement(phrase: Phrase, inner: Phrase, at: int) -> tuple[Phrase, int] | None:
    if phrase.core in CROWD_WORDS and (inner.plural or inner.mass):
        if inner.also:
            return None
        group = None if phrase.core in ("couple", "lot", "number") else phrase.core
        count = 2 if phrase.core == "couple" and inner.plural else None
        if phrase.core == "pair" and inner.core in PEOPLE | ANIMALS:
            group, count = None, 2
        det = "many" if phrase.core in ("lot", "number") and inner.plural else ""
        return Phrase(det, inner.mods, inner.head, inner.core, inner.plural, inner.mass, count, group, inner.of), at
    if phrase.core in MEASURES and phrase.core not in ("picture", "painting", "statue", "field"):
        return _with(phrase, of=inner), at
    if phrase.core in _PARTS and not phrase.mods and not inner.also:
        return _with(phrase, of=inner), at
    return None


def _determiner(words: list[str], at: int) -> tuple[str, int | None, int]:
    det, count = "", None
    while at < len(words):
        word = words[at]
        if word.isdigit() and 2 <= int(word) <= 20:
            count = int(word)
        elif word in NUMBERS and NUMBERS[word] > 1:
            count = NUMBERS[word]
        elif word == "couple" and words[at + 1 : at + 2] == ["of"] and det == "a":
            return "", 2, at + 2
        elif word in ("lots",) and words[at + 1 : at + 2] == ["of"]:
            return "many", None, at + 2
        elif word in DETERMINERS and word != "couple":
            det = "few" if word == "few" else word if det not in POSSESSIVES else det
        else:
            break
        at += 1
    return det, count, at


def _run(words: list[str], at: int, nouns: frozenset[str], determined: bool) -> tuple[tuple[str, ...], list[str], int]:
    mods: list[str] = []
    heads: list[str] = []
    size = len(words)
    while at < size:
        word = words[at]
        if word == "can" and words[at + 1 : at + 2] == ["be"]:
            break
        known = _noun(word, nouns)
        if heads and word in _SUFFIXES and at + 1 < size and _noun(words[at + 1], nouns):
            mods.append(f"{' '.join(heads)}-{word}")  # "snow covered slope"
            heads = []
        elif heads:
            acts = word in PLAIN and (heads[-1] in PEOPLE or heads[-1] in ANIMALS)  # "a man and a woman stand"
            if not known or acts or heads[-1] in PLURALS or (word in CLOSED_CLASS_ADJECTIVES and word not in SINGULAR):
                break
            heads.append(word)
        elif (
            word in COLORS and words[at + 1 : at + 2] == ["and"] and words[at + 2 : at + 3] and words[at + 2] in COLORS
        ):
            mods.append(f"{word} and {words[at + 2]}")
            at += 2
        elif word in CLOSED_CLASS_ADJECTIVES and _goes_on(words, at + 1, nouns):
            mods.append(word)
        elif known:
            heads.append(word)
        elif (word in _INTENSIFIERS and _goes_on(words, at + 1, nouns)) or (
            word == "," and mods and words[at + 1 : at + 2] and words[at + 1] in CLOSED_CLASS_ADJECTIVES
        ):
            pass
        else:
            break
        at += 1
    if not determined and mods and mods[0].endswith("ing"):
        return (), [], at
    return tuple(mods), heads, at


_SUFFIXES = word_set("covered filled lined colored shaped topped drawn paneled tiled sized decorated framed fronted")


def _noun(word: str, nouns: frozenset[str]) -> bool:
    return word in SINGULAR or word in PLURALS or word in MASS or word in nouns


def _goes_on(words: list[str], at: int, nouns: frozenset[str]) -> bool:
    """Tell whether a noun follows, so that the word before it modifies it ("orange" in "orange cat")."""
    while at < len(words) and (words[at] in CLOSED_CLASS_ADJECTIVES or words[at] in (",", "and")):
        if words[at] in SINGULAR or words[at] in MASS:
            return True
        at += 1
    return at < len(words) and _noun(words[at], nouns)
