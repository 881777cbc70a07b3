"""Facts in; a paragraph out: what the captions say, and how many things there are and where."""

from itertools import pairwise
from random import Random

from instructgen.text import word_set

from ...vocabulary import NUMBER_WORDS, class_of, near_classes
from .box_questions import a_, counted, part
from .candidates import sentence
from .caption_facts import CaptionFacts
from .caption_questions import UNSEEN, static, unnamed
from .clauses import Clause
from .nouns import GARMENTS, OUTDOORS, PEOPLE, PLACES
from .phrases import Phrase
from .scene import Scene, beside

_OPENINGS = ("The picture shows {0}.", "The image shows {0}.", "In this picture, there {1} {0}.", "There {1} {0}.",
    "This is a picture of {0}.", "The photo shows {0}.", "In the photo, there {1} {0}.")  # fmt: skip


def describe(facts: CaptionFacts, scene: Scene, position: int, draw: Random) -> str:
    """Write a paragraph of at least two sentences, or give ``""`` where too little is known.

    Paragraphs of other positions open in other words, and where there is more than one clause with another one.
    """
    if position >= len(_OPENINGS):
        return ""
    said: set[str] = set()
    opening = _OPENINGS[(int(draw.random() * len(_OPENINGS)) + position) % len(_OPENINGS)]
    sentences = _opening(facts, position, said, opening)
    sentences += _caption_sentences(facts, said, " ".join(sentences))
    boxed = _box_sentences(scene, said, draw)
    sentences += boxed[: max(2, 7 - len(sentences))]
    if not said and scene.things:
        sentences = [_listed(scene, opening), *(s for s in sentences if not s.startswith("There are"))]
    if len(sentences) < 6:
        sentences += _also(facts, scene, said, draw)
    if len(sentences) < 2:
        sentences = _slowly(facts, opening)
    if len(sentences) == 1 and any(where.core in OUTDOORS for _, where in facts.settings):
        sentences.append("It is an outdoor scene.")
    return " ".join(sentence(s) for s in sentences) if len(sentences) > 1 else ""


def _listed(scene: Scene, opening: str) -> str:
    """Name up to four kinds of things that boxes show."""
    told = [
        counted(t, t.n) if t.exact and t.n > 1 else a_(t.name) if t.single else f"some {t.plural}"
        for t in scene.things[:4]
    ]
    text = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return opening.format(text, "is" if scene.things[0].single else "are")


def _slowly(facts: CaptionFacts, opening: str) -> list[str]:
    """Tell one clause in two sentences: first who or what, then what it does or where it is."""
    for clause in sorted(facts.clauses, key=lambda c: -_told(c)):
        act = next((a for a in clause.acts if a.object or a.places), None)
        places = [f"{prep} {where.a()}" for prep, where in clause.places if static(prep)]
        rest = act.text() if act else " ".join(places)
        if rest and clause.subject.the() not in unnamed(facts):
            exists = "are" if clause.subject.plural and not clause.subject.group else "is"
            return [opening.format(clause.subject.a(), exists), f"{clause.subject.the()} {clause.subject.be} {rest}."]
    return []


_ALSO = ("You can also see {0}.", "There is also {0} to be seen.", "The picture also shows {0}.")


def _also(facts: CaptionFacts, scene: Scene, said: set[str], draw: Random) -> list[str]:
    """Name up to three things that no sentence has named yet, by whatever word."""
    classes = {class_of(core) for core in said} | {thing.label for thing in scene.things}
    near = {name for core in said for name in near_classes(core)} | classes
    boxed = {word for thing in scene.things for word in thing.label.lower().split()}
    found: list[str] = []
    for phrase in facts.loose:
        core, kind = phrase.core, class_of(phrase.core)
        taken = core in said or core in boxed or core in PLACES or core in UNSEEN or phrase.of or phrase.group
        if taken or core in PEOPLE or kind in near or near_classes(core) & classes or len(found) == 3:
            continue
        found.append(phrase.a())
        said.add(core)
        near |= {kind} if kind else set()
    if not found or not said - set(found):
        return []
    text = found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
    plural = len(found) > 1 or text.startswith(("two", "three", "four", "five", "six", "several", "some"))
    return [_ALSO[int(draw.random() * 3)].format(text).replace("There is", "There are" if plural else "There is")]


def _opening(facts: CaptionFacts, position: int, said: set[str], opening: str) -> list[str]:
    whole = [c for c in facts.clauses if c.acts or c.places or c.has]
    if not whole:
        return []
    whole.sort(key=lambda c: -_told(c))
    clause = whole[position % len(whole)]
    text = _as_phrase(clause)
    said.update(_cores(clause))
    who = "person" if clause.subject.core in PEOPLE else clause.subject.core
    said.update([f"act:{clause.subject.core}", *(f"{who} {act.verb}" for act in clause.acts)])
    return [opening.format(text, "are" if clause.subject.plural and not clause.subject.group else "is")]


def _told(clause: Clause) -> int:
    return clause.whole * 8 + len(_cores(clause)) * 10 + len(_as_phrase(clause).split())


def _as_phrase(clause: Clause) -> str:
    parts = [clause.subject.a()]
    parts += [f"{prep} {where.a()}" for prep, where in clause.places]
    if clause.has:
        parts.append("with " + clause.has[0].a())
    told = [act for act in clause.acts if act.object or act.places]
    parts += [" and ".join(act.text() for act in told)] if told else []
    return " ".join(parts)


def _cores(clause: Clause) -> set[str]:
    phrases = [*clause.subject.parts(), *clause.has]
    phrases += [where for _, where in clause.places]
    for act in clause.acts:
        phrases += [where for _, where in act.places] + ([act.object] if act.object else [])
    parts = [p for phrase in phrases for p in phrase.parts()]
    parts += [p for part in parts if part.of for p in part.of.parts()]
    return {name for p in parts for name in (p.core, p.head)}


_POSTURES = word_set("sitting standing lying laying sleeping running walking jumping seated kneeling flying")


def _caption_sentences(facts: CaptionFacts, said: set[str], opening: str) -> list[str]:
    found: list[str] = []
    vague = unnamed(facts)
    for subject, act in facts.acts:
        new = {
            p.core for part in ([act.object] if act.object else []) + [w for _, w in act.places] for p in part.parts()
        }
        done = f"act:{subject.core}"
        who = "person" if subject.core in PEOPLE else subject.core
        clash = (act.verb in _POSTURES and done in said) or f"{who} {act.verb}" in said or _twice(subject, said, facts)
        if new - said and not clash and len(found) < 3 and subject.the() not in vague:
            found.append(f"{_again(subject, said)} {subject.be} {act.text()}.")
            said |= new | {done, subject.core, f"{who} {act.verb}"}
    for subject, prep, where in facts.places:
        named = subject.core in said and subject.the() not in vague
        if where.core not in said and named and len(found) < 4 and static(prep) and where.core not in GARMENTS:
            found.append(f"{subject.the()} {subject.be} {prep} {where.a()}.")
            said.add(where.core)
    for subject, thing in facts.has:
        if thing.core not in said and subject.core in said and not subject.many and len(found) < 5:
            found.append(f"{subject.the()} has {thing.a()}.")
            said.add(thing.core)
    for core, (phrase, color) in facts.colors.items():
        plain = not phrase.also and not phrase.of and core not in PEOPLE and phrase.the() not in vague
        told = any(f"{color} {phrase.head}" in text for text in (opening, *found))
        if core in said and len(found) < 6 and plain and not told:
            found.append(f"{phrase.the()} {phrase.be} {color}.")
    for prep, where in facts.settings:
        if where.core not in said and len(found) < 6 and PLACES.isdisjoint(said):
            found.append(f"The scene is set {prep} {where.a()}.")
            break
    return found


def _twice(subject: Phrase, said: set[str], facts: CaptionFacts) -> bool:
    """Tell whether a subject is, by another word, perhaps one that was named before ("a skier", "a man")."""
    if subject.core in said:
        return False
    kind = "person" if subject.core in PEOPLE else class_of(subject.core)
    same = [c for c in said if kind and (kind == class_of(c) or (kind == "person" and c in PEOPLE))]
    return any(not any(c in words and subject.core in words for words in facts.together) for c in same)


def _again(subject: Phrase, said: set[str]) -> str:
    return subject.the() if subject.core in said else subject.a()


def _box_sentences(scene: Scene, said: set[str], draw: Random) -> list[str]:
    found: list[str] = []
    for thing in scene.things:
        told = any(class_of(core) == thing.label for core in said)
        if thing.exact and thing.n > 1 and not told:
            found.append(f"There are {counted(thing, thing.n)} in the picture.")
        elif not thing.exact and not told and not thing.paired and 5 <= thing.least <= 12:
            found.append(f"At least {NUMBER_WORDS[thing.least]} {thing.plural} can be seen.")
        elif thing.single and not thing.paired:
            where = part(thing.box)
            if where:
                found.append(f"The {thing.name} is {where}.")
    singles = [t for t in scene.things if t.single and not t.paired]
    for a, b in pairwise(singles):
        rel = beside(a.box, b.box)
        if rel:
            found.append(f"The {a.name} is to the {rel} of the {b.name}.")
    draw.shuffle(found)
    return found
