"""A context's captions in; what they say together out, with what they contradict each other in left out."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from instructgen.text import word_set

from ...records import Context
from ...vocabulary import COLORS, MATERIALS, NUMBERS
from .clauses import Act, Clause, loose_phrases, read_caption
from .lexicon import CLOSED_CLASS_ADJECTIVES
from .nouns import GARMENTS, MASS, OUTDOORS, PLACES, PLURALS, ROOMS, SINGULAR
from .phrases import Phrase
from .spoken import safe, words_of

_GENDERED = word_set("man boy guy gentleman woman girl lady")
OPPOSITES = {
    "large": "small", "big": "small", "huge": "small", "giant": "small", "small": "large", "little": "big",
    "tiny": "large", "tall": "short", "short": "tall", "long": "short", "empty": "full", "full": "empty",
    "open": "closed", "closed": "open", "wet": "dry", "old": "new", "round": "square", "square": "round",
    "narrow": "wide", "wide": "narrow", "clean": "dirty", "dirty": "clean", "messy": "tidy", "cluttered": "tidy",
    "crowded": "empty", "busy": "quiet", "cloudy": "clear", "clear": "cloudy", "calm": "rough", "thin": "thick",
    "young": "old", "bare": "covered", "whole": "sliced", "sliced": "whole", "striped": "plain", "curved": "straight",
}  # fmt: skip
_PEOPLE_OR_PLACES = frozenset(["man", "woman", "boy", "girl", "person", "child", "lady", "guy"])


@dataclass(slots=True)
class CaptionFacts:
    """What captions say, subject by subject."""

    acts: list[tuple[Phrase, Act]] = field(default_factory=list)
    places: list[tuple[Phrase, str, Phrase]] = field(default_factory=list)
    """Subject, preposition, where: "a cat", "on", "a couch"."""
    has: list[tuple[Phrase, Phrase]] = field(default_factory=list)
    qualities: list[tuple[Phrase, str]] = field(default_factory=list)
    colors: dict[str, tuple[Phrase, str]] = field(default_factory=dict)
    """By core noun, where all captions that give a colour give the same."""
    materials: dict[str, tuple[Phrase, str]] = field(default_factory=dict)
    contents: list[tuple[Phrase, Phrase]] = field(default_factory=list)
    groups: list[Phrase] = field(default_factory=list)
    kinds: dict[str, Phrase] = field(default_factory=dict)
    settings: list[tuple[str, Phrase]] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    loose: list[Phrase] = field(default_factory=list)
    """Phrases found anywhere in a caption, of which only the existence and the attributes are known."""
    words: frozenset[str] = frozenset()
    """Every word of every caption, with singulars."""
    together: list[frozenset[str]] = field(default_factory=list)
    """The words of each caption, with singulars: what one caption tells apart are different things."""
    counts: dict[str, set[int]] = field(default_factory=dict)
    """Numbers that captions give for a singular noun."""


def read_captions(context: Context) -> CaptionFacts:
    """Read all captions of a context."""
    tokens = [words_of(caption[:1000]) for caption in dict.fromkeys(context.captions[:12])]
    nouns = _open_nouns(tokens, context)
    facts = CaptionFacts()
    plain = [caption for caption in tokens if safe(caption)]
    for caption in plain:
        clause, end = read_caption(caption, nouns)
        facts.loose += loose_phrases(caption, end, nouns)
        if clause is not None:
            facts.clauses.append(clause)
    facts.together = [frozenset(c).union([PLURALS[w] for w in c if w in PLURALS]) for c in tokens]
    facts.words = frozenset().union(*facts.together)
    for spoken in tokens:
        _numbers(spoken, facts.counts)
    if _mixed_gender(facts):
        facts.clauses = [c for c in facts.clauses if not any(p.core in _GENDERED for p in c.subject.parts())]
    for clause in facts.clauses:
        _take(clause, facts)
    heard = facts.phrases
    facts.phrases = heard + facts.loose
    facts.loose += [phrase for phrase in heard if phrase.det in _FIRST]
    _attributes(facts)
    return facts


_FIRST = word_set("a an some several")
"""Determiners of what is mentioned for the first time."""


def _open_nouns(tokens: list[list[str]], context: Context) -> frozenset[str]:
    """Give unknown words that must be nouns: words of box labels, and words that captions repeat after an article."""
    labels = {w for box in context.boxes for w in box.label.lower().split()}
    seen: Counter[str] = Counter()
    for caption in tokens:
        after = {w for before, w in pairwise(caption) if before in ("a", "an", "the") and w not in _KNOWN}
        seen.update(w for w in after if len(w) > 2 and w.isalpha())
    repeated = {w for w, n in seen.items() if n > 1 and not w.endswith(("ing", "ly", "ed", "s", "ful", "ous", "y"))}
    names = {w for w in repeated if not any(f" {w}" in caption for caption in context.captions)}
    known = frozenset(labels | repeated - names)
    return frozenset(w for w in known if w not in SINGULAR and w not in PLURALS and w not in _NOT_NOUNS)


_KNOWN = SINGULAR | PLURALS.keys() | MASS | CLOSED_CLASS_ADJECTIVES
_NOT_NOUNS = word_set(
    """other same next top side close front back left right lot few most more very both first second last"""
)


def _numbers(words: list[str], counts: dict[str, set[int]]) -> None:
    """Note the numbers, articles among them, that stand up to four words before a noun."""
    for at, word in enumerate(words):
        number = _NUMBERS.get(word, 0)
        if number:
            for later in words[at + 1 : at + 5]:
                if later in PLURALS:
                    counts.setdefault(PLURALS[later], set()).add(number)
                    break
                if later in SINGULAR:
                    counts.setdefault(later, set()).add(number)


_NUMBERS = {word: number for word, number in NUMBERS.items() if number} | {str(n): n for n in range(1, 100)}
_NUMBERS |= {"couple": 2, "pair": 2, "a": 1, "an": 1, "the": 1, "lone": 1, "single": 1}


_HE, _SHE = word_set("man boy guy gentleman"), word_set("woman girl lady")


def _mixed_gender(facts: CaptionFacts) -> bool:
    """Tell whether captions disagree on who is seen: one says man, another woman, and none says both."""
    if _HE.isdisjoint(facts.words) or _SHE.isdisjoint(facts.words):
        return False
    return all(_HE.isdisjoint(words) or _SHE.isdisjoint(words) for words in facts.together)


def _take(clause: Clause, facts: CaptionFacts) -> None:
    subject = clause.subject
    facts.phrases += subject.parts()
    for number, (prep, where) in enumerate(clause.places):
        if not number or (prep in ("in", "at") and where.core in PLACES):
            facts.places.append((subject, prep, where))  # a later place may be that of the place before it
        facts.phrases += where.parts()
        _setting(prep, where, facts)
    for act in clause.acts:
        facts.acts.append((subject, act))
        if act.object:
            facts.phrases += act.object.parts()
        for prep, where in act.places:
            facts.phrases += where.parts()
            _setting(prep, where, facts)
    for thing in clause.has:
        facts.has.append((subject, thing))
        facts.phrases += thing.parts()
    facts.qualities += [(subject, quality) for quality in clause.qualities]
    if (subject.core in ROOMS or subject.core in OUTDOORS) and not subject.plural and not subject.also:
        facts.settings.append(("on" if subject.core in _ON else "in", subject))


_ON = word_set("""street road beach sidewalk highway runway slope hillside lawn tarmac court mountain""")


def _setting(prep: str, where: Phrase, facts: CaptionFacts) -> None:
    if where.plural or where.also or where.of:
        return
    head = where.head.replace(" ", "_")
    if (where.core in ROOMS or where.core in OUTDOORS or head in ROOMS) and prep in ("in", "on", "at"):
        facts.settings.append((prep, where))


def _attributes(facts: CaptionFacts) -> None:
    colors: dict[str, set[str]] = {}
    materials: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for phrase in facts.phrases:
        if phrase.group:
            facts.groups.append(phrase)
        if phrase.of and phrase.core in _CONTAINERS and not phrase.plural:
            facts.contents.append((phrase, phrase.of))
        for mod in phrase.mods:
            if mod in COLORS or " and " in mod:
                colors.setdefault(phrase.core, set()).add(mod)
                facts.colors.setdefault(phrase.core, (phrase, mod))
            if mod in MATERIALS:
                materials.setdefault(phrase.core, set()).add(MATERIALS[mod])
                facts.materials.setdefault(phrase.core, (phrase, MATERIALS[mod]))
            if mod in OPPOSITES:
                facts.qualities.append((phrase, mod))
        if " " in phrase.head and not phrase.plural:
            kinds.setdefault(phrase.core, set()).add(phrase.head)
            facts.kinds.setdefault(phrase.core, phrase)
    plain = Counter(phrase.core for phrase in facts.phrases if phrase.plural)
    facts.colors = {k: v for k, v in facts.colors.items() if len(colors[k]) == 1 and len(v[0].colors) < 2}
    facts.materials = {k: v for k, v in facts.materials.items() if len(materials[k]) == 1 and k not in MASS}
    facts.kinds = {k: v for k, v in facts.kinds.items() if len(kinds[k]) == 1 and not plain[k]}
    said = {(p.core, q) for p, q in facts.qualities}
    facts.qualities = [
        (p, q) for p, q in facts.qualities if (p.core, OPPOSITES.get(q, "")) not in said and p.core not in GARMENTS
    ]


_CONTAINERS = {
    "plate": "on", "bowl": "in", "cup": "in", "glass": "in", "pan": "in", "tray": "on", "basket": "in", "box": "in",
    "bag": "in", "pot": "in", "jar": "in", "bucket": "in", "vase": "in", "platter": "on", "crate": "in", "mug": "in",
    "container": "in", "case": "in", "rack": "on", "shelf": "on",
}  # fmt: skip
CONTAINERS = _CONTAINERS
"""How what a container holds is placed."""
