"""A caption in; clauses out: who or what, what it does, to what, and where, as far as the words are understood."""

from dataclasses import dataclass, field

from instructgen.text import word_set

from .lexicon import (
    CLOSED_CLASS_ADJECTIVES,
    COMPOUND_PREPOSITIONS,
    CONTENT_STATIVE,
    ING,
    PLACING,
    PLAIN,
    POSSESSIVES,
    STATIVE,
    THIRD,
    TRANSITIVE,
    VIEW_WORDS,
)
from .nouns import PLACES
from .phrases import Phrase, read_joined, read_phrase
from .spoken import AGAIN, HAVING, PARTICLES, PUNCTUATION, boundary, lead


@dataclass(slots=True)
class Act:
    """What a subject does, or what state it is in."""

    verb: str
    """``riding``, ``parked``."""
    stative: bool = False
    particle: str = ""
    object: Phrase | None = None
    places: list[tuple[str, Phrase]] = field(default_factory=list)

    def text(self, places: int = 2) -> str:
        """Give the verb phrase as it follows "is": "riding a horse on a beach"."""
        parts = [self.verb]
        if self.particle:
            parts.append(self.particle)
        if self.object:
            parts.append(self.object.a())
        return " ".join(parts + [f"{prep} {where.a()}" for prep, where in self.places[:places]])

    def brief(self) -> str:
        """Give the verb phrase with one place at most."""
        return self.text(1)

    def where(self) -> str:
        """Give the first two places: "on a bench in a park"."""
        return " ".join(f"{prep} {place.a()}" for prep, place in self.places[:2])


@dataclass(slots=True)
class Clause:
    """A subject with what is said of it."""

    subject: Phrase
    places: list[tuple[str, Phrase]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    has: list[Phrase] = field(default_factory=list)
    qualities: list[str] = field(default_factory=list)
    whole: bool = False
    """Whether the caption was understood to its end."""

    def where(self) -> str:
        """Give the first two places of the subject."""
        return " ".join(f"{prep} {place.a()}" for prep, place in self.places[:2])

    def rest(self) -> str:
        """Give places and first act, as they follow the subject."""
        act = self.acts[0] if self.acts and (self.acts[0].object or self.acts[0].places) else None
        return f"{self.where()} {act.text() if act else ''}".strip()

    def text(self) -> str:
        """Give subject, places and first act: "a cat on a couch watching a bird"."""
        return f"{self.subject.a()} {self.rest()}"


def read_caption(words: list[str], nouns: frozenset[str]) -> tuple[Clause | None, int]:
    """Read the first clause of a caption, or None where its beginning is not understood; and where to read on."""
    at = lead(words)
    found = read_joined(words, at, nouns)
    if found is None or not boundary(words, found[1]):
        return None, at
    if found[0].core in VIEW_WORDS:
        return None, found[1]
    clause = Clause(found[0])
    at = _predicates(words, found[1], nouns, clause)
    clause.whole = at == len(words)
    return clause, at


def loose_phrases(words: list[str], at: int, nouns: frozenset[str]) -> list[Phrase]:
    """Give the noun phrases that begin with a determiner anywhere from word ``at`` on, where they are whole."""
    found: list[Phrase] = []
    while at < len(words):
        read = read_phrase(words, at, nouns) if words[at] in _OPENERS else None
        if read and boundary(words, read[1]) and read[0].core not in VIEW_WORDS:
            found.append(read[0])
        at = read[1] if read else at + 1
    return found


_OPENERS = word_set("a an two three four five six several some")


def _predicates(words: list[str], at: int, nouns: frozenset[str], clause: Clause) -> int:
    """Read what follows the subject into ``clause``; give where it was understood to."""
    fresh = True
    while at < len(words):
        word = words[at]
        if word in PUNCTUATION:
            return len(words) if PUNCTUATION.issuperset(words[at:]) else at
        if word in ("that", "which", "who") and words[at + 1 : at + 2] and words[at + 1] in ("is", "are"):
            at += 2
            continue
        if word in ("is", "are") and fresh:
            at += 1
            if (
                at < len(words)
                and words[at] in CLOSED_CLASS_ADJECTIVES
                and not (words[at] in STATIVE or words[at] in ING)
            ):
                if not boundary(words, at + 1):
                    return at
                clause.qualities.append(words[at])
                at += 1
                fresh = False
            continue
        if word in ("and", "while", "as") and clause.acts and words[at + 1 : at + 2] and words[at + 1] in ING:
            at += 1
            continue
        step = _one(words, at, nouns, clause)
        if step is None:
            return at
        at, fresh = step, False
    return at


def _one(words: list[str], at: int, nouns: frozenset[str], clause: Clause) -> int | None:
    """Read one verb phrase, "with" phrase or place; give where it ends, or None where it is not understood."""
    word = words[at]
    if word == "with" or (word in HAVING and not clause.acts):
        return _having(words, at, nouns, clause)
    if word in ING or word in STATIVE or _finite(word, clause):
        if word in STATIVE and clause.acts and (clause.acts[-1].object or clause.acts[-1].places):
            return None  # "a man holding a bowl filled with rice"
        last = clause.acts[-1].places[-1][1] if clause.acts and clause.acts[-1].places else None
        if last and (last.animate or (last.core in _AGENTS and words[at - 1] not in ("and", "while", "as"))):
            return None  # "a man sitting next to a woman reading": which of them reads cannot be told
        if clause.acts and clause.acts[-1].object and clause.acts[-1].object.animate:
            return None
        return _verb(words, at, nouns, clause)
    if clause.has and not clause.acts:
        return None  # "a bird with a stripe on its head"
    return _place(words, at, nouns, clause.acts[-1].places if clause.acts else clause.places)


def _having(words: list[str], at: int, nouns: frozenset[str], clause: Clause) -> int | None:
    """Read what a subject has: "a bathroom with a sink and a mirror in it"."""
    found = read_joined(words, at + 1, nouns)
    if found is None or not boundary(words, found[1]):
        return None
    if clause.acts or clause.places:
        return None  # what "with" belongs to cannot be told
    after = words[found[1] : found[1] + 2]
    if after and (after[0] in ING or after[0] in STATIVE):
        return None
    if any(
        phrase.det in POSSESSIVES or phrase.core in ("background", "distance", "top") for phrase in found[0].parts()
    ):
        return None
    clause.has.append(found[0])
    prep, past = _preposition(words, found[1])
    if prep and words[past : past + 1] == ["the"] and words[past + 1 : past + 2] and words[past + 1] in _BEHIND:
        clause.has.pop()  # "a bus with a hotel in the background"
        return None
    if prep and words[past : past + 1] and words[past] in ("it", "them", "him", "her"):
        if prep not in ("in", "on", "inside"):
            clause.has.pop()  # "a bus with a bicycle in front of it"
            return None
        return past + 1
    return found[1]


def _finite(word: str, clause: Clause) -> bool:
    return not clause.acts and ((word in THIRD and not clause.subject.many) or (word in PLAIN and clause.subject.many))


def _verb(words: list[str], at: int, nouns: frozenset[str], clause: Clause) -> int | None:
    word = words[at]
    stative = word in STATIVE and word not in ING
    verb = word if word in ING or stative else THIRD.get(word) or PLAIN[word]
    verb = "lying" if verb == "laying" else verb
    act = Act(verb, stative)
    at += 1
    if at < len(words) and words[at] in PARTICLES and boundary(words, at + 1) and not _starts(words, at + 1, nouns):
        act.particle = words[at]
        at += 1
    if stative and words[at : at + 1] and words[at] in CONTENT_STATIVE.get(verb, "").split():
        prep = words[at]
        found = read_joined(words, at + 1, nouns)
        if found is None or not boundary(words, found[1]):
            return None
        act.places.append((prep, found[0]))
        clause.acts.append(act)
        return found[1]
    if not stative and not act.particle and ING[verb] in TRANSITIVE:
        found = read_joined(words, at, nouns)
        if found is not None:
            if not boundary(words, found[1]) or _next_clause(words, found) or not _able(clause.subject, verb):
                return None
            act.object = found[0]
            at = found[1]
    if act.object is None and not act.particle and _open_ended(words, at):
        return None
    clause.acts.append(act)
    return at


_OF_THINGS = word_set(
    """carrying pulling towing holding crossing pushing passing entering leaving blocking following hauling facing
    approaching hitting touching lining"""
)


_BEHIND = word_set("background distance foreground back front middle air sky")


def _able(subject: Phrase, verb: str) -> bool:
    """Tell whether a subject can do this to an object: a pan does not serve a tray in "a pan serving tray"."""
    return all(part.animate for part in subject.parts()) or verb in _OF_THINGS or subject.core in _AGENTS


_AGENTS = word_set("hand team crowd group") | word_set("truck bus train car boat plane")


def _next_clause(words: list[str], found: tuple[Phrase, int]) -> bool:
    """Tell whether the last of several joined phrases is the subject of a new clause."""
    after = words[found[1] : found[1] + 1]
    return found[0].also is not None and bool(after) and (after[0] in ING or after[0] in AGAIN or after[0] in THIRD)


def _open_ended(words: list[str], at: int) -> bool:
    """Tell whether a verb without object is cut off from words that are not understood."""
    return at < len(words) and not boundary(words, at)


def _starts(words: list[str], at: int, nouns: frozenset[str]) -> bool:
    return read_phrase(words, at, nouns) is not None


def _place(words: list[str], at: int, nouns: frozenset[str], places: list[tuple[str, Phrase]]) -> int | None:
    prep, after = _preposition(words, at)
    if not prep:
        return None
    if words[after : after + 2] in (["each", "other"], ["one", "another"]):
        places.append((prep, Phrase("", (), " ".join(words[after : after + 2]), "each other", False, True)))
        return after + 2
    if words[after : after + 1] and words[after] in ("it", "them", "itself", "himself", "herself", "themselves"):
        return after + 1 if prep in ("by", "in", "on") else None
    found = read_joined(words, after, nouns)
    if found is not None and found[0].also and found[0].core in PLACES:
        found = read_phrase(words, after, nouns)  # "in a bathroom and a mirror"
    if found is None or not boundary(words, found[1]) or _next_clause(words, found):
        return None
    if prep == "between" and not found[0].many:
        return None
    places.append((prep, found[0]))
    return found[1]


def _preposition(words: list[str], at: int) -> tuple[str, int]:
    for size in (5, 4, 3, 2):
        compound = COMPOUND_PREPOSITIONS.get(" ".join(words[at : at + size]))
        if compound:
            return compound, at + size
    return (words[at], at + 1) if at < len(words) and words[at] in PLACING else ("", at)
