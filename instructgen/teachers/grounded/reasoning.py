"""Captions and boxes in; candidate questions of several steps out, never an inference that is not seen."""

from collections.abc import Iterator
from random import Random

from instructgen.text import word_set

from ...vocabulary import COLORS, NUMBER_WORDS
from .box_questions import a_
from .box_reasoning import box_reasoning
from .candidates import Candidate, Slots, sentence
from .caption_facts import CaptionFacts
from .caption_questions import UNSEEN, colors_apart, other_color, static, unnamed
from .clauses import Act
from .nouns import OUTDOORS, PEOPLE, PLACES, ROOMS
from .phrases import Phrase
from .scene import Scene


def reasoning_candidates(facts: CaptionFacts, scene: Scene, draw: Random) -> list[Candidate]:
    """Give all questions of several steps, in no order."""
    vague = unnamed(facts)
    acts = [(s, a) for s, a in facts.acts if s.the() not in vague and (a.object or a.places)]
    found = list(_colored_objects(acts, facts))
    found += _dressed(acts)
    found += _where(acts)
    found += _compared(acts, facts)
    found += _statements(acts, facts, draw)
    found += _with_setting(acts, facts)
    found += _colored_pairs(facts, draw)
    found += _missing(facts, scene, draw)
    found += box_reasoning(scene, draw)
    return found


def _colored_objects(acts: list[tuple[Phrase, Act]], facts: CaptionFacts) -> Iterator[Candidate]:
    for subject, act in acts:
        thing, verb = act.object, act.verb
        if thing is None and act.places and not act.particle and act.places[0][0] in ("on", "in", "at", "under"):
            thing, verb = act.places[0][1], f"{act.verb} {act.places[0][0]}"
        if thing is None or thing.many or thing.of or verb in ("taking", "having", "making", "doing"):
            continue
        color = facts.colors.get(thing.core)
        if color and not color[0].many and not (set(color[1].split()) & set(subject.a().split())):
            slots: Slots = {
                "subject": subject,
                "v": verb,
                "o": thing.a(mods=False),
                "the_o": thing.the,
                "color": color[1],
            }
            yield Candidate("chain_color", (f"color:{thing.core}",), slots, 2.0)
            yield Candidate("riddle", (f"color:{thing.core}",), slots, 1.6)
        own = facts.colors.get(subject.core)
        if own and not subject.many and own[0].plural == subject.plural and subject.core not in PEOPLE:
            slots = {"subject": subject, "color": own[1], "vp": act.text}
            if subject.animate and not act.stative:
                yield Candidate("two_facts", (f"act:{subject.core}",), slots, 1.3)


def _dressed(acts: list[tuple[Phrase, Act]]) -> Iterator[Candidate]:
    wearing = {s.core: (s, a.object) for s, a in acts if a.verb == "wearing" and a.object and not s.many}
    for subject, act in acts:
        worn = wearing.get(subject.core)
        if worn and worn[1] and act.verb != "wearing" and not subject.many and subject.core in PEOPLE:
            slots: Slots = {"subject": subject, "vpo": act.brief, "o": worn[1].a}
            yield Candidate("who_wear", (f"wear:{subject.core}",), slots, 2.0)


def _where(acts: list[tuple[Phrase, Act]]) -> Iterator[Candidate]:
    for subject, act in acts:
        if not act.places or subject.det == "the" or subject.also or subject.many or act.verb == "wearing":
            continue
        prep, where = act.places[0]
        verb = act.text(0)
        if not static(prep) or where.core in UNSEEN or (act.stative and prep == "in" and where.core not in PLACES):
            continue
        family = "who_and_where" if subject.core in PEOPLE else "what_and_where"
        if act.object is None or (subject.core in PEOPLE and where.core in ROOMS | OUTDOORS):
            slots: Slots = {"subject": subject, "v": verb, "p": prep, "pp": act.where}
            yield Candidate(family, (f"where:{subject.core}",), slots, 1.0)


def _compared(acts: list[tuple[Phrase, Act]], facts: CaptionFacts) -> Iterator[Candidate]:
    for at, (a, first) in enumerate(acts):
        for b, second in acts[:at]:
            own = {"his", "her", "their", "its"} & set(first.brief().split())
            if own or not _distinct(a, b, facts) or first.verb == second.verb:
                continue
            slots: Slots = {"subject": a, "x": b.the(), "y": a.the(), "vp1": first.brief, "vp": first.text}
            slots |= {"t": b.the, "tbe": b.be, "tvp": second.text}
            if not a.many and not b.many:
                yield Candidate("which_one", (f"act:{a.core}", f"act:{b.core}"), slots, 1.5)
            pp, tpp = (" ".join(f"{p} {w.a()}" for p, w in act.places[:1]) for act in (first, second))
            fixed = pp and tpp and static(first.places[0][0]) and static(second.places[0][0])
            if fixed and not set(pp.split()) & set(tpp.split()) - {"a", "an", "the", "on", "in", "at"}:
                yield Candidate("both_places", (f"where:{a.core}",), slots | {"pp": pp, "tpp": tpp}, 1.0)


def _distinct(a: Phrase, b: Phrase, facts: CaptionFacts) -> bool:
    """Tell whether two subjects are different things: one a person and one not, or two kinds of animal or thing."""
    if (
        a.also
        or b.also
        or a.core == b.core
        or (a.core in PEOPLE and b.core in PEOPLE)
        or set(a.head.split()) & set(b.head.split())
    ):
        return False
    return any(a.core in c and b.core in c for c in facts.together)


def _statements(acts: list[tuple[Phrase, Act]], facts: CaptionFacts, draw: Random) -> Iterator[Candidate]:
    for core, (phrase, color) in facts.colors.items():
        wrong = other_color(color, facts, draw)
        if wrong and not phrase.also and not phrase.of and core not in PEOPLE:
            true, false = f"{phrase.the()} {phrase.be} {color}", f"{phrase.the()} {phrase.be} {wrong}"
            yield _claims(true, false, f"color:{core}", draw)
    for subject, act in acts:
        wrong = {"sitting": "standing", "standing": "sitting", "lying": "standing"}.get(act.verb)
        if wrong and subject.animate:
            true, false = f"{subject.the()} {subject.be} {act.brief()}", f"{subject.the()} {subject.be} {wrong}"
            yield _claims(true, false, f"posture:{subject.core}", draw)


def _claims(true: str, false: str, topic: str, draw: Random) -> Candidate:
    one, two = (true, false) if draw.random() < 0.5 else (false, true)
    right, wrong = ("first", "second") if one == true else ("second", "first")
    slots: Slots = {"one": sentence(f"{one}."), "two": sentence(f"{two}."), "one_": one, "two_": two}
    slots |= {"fact": sentence(f"{true}."), "fact_": true, "rightth": right, "wrongth": wrong}
    return Candidate("statements", (topic,), slots, 0.8)


def _with_setting(acts: list[tuple[Phrase, Act]], facts: CaptionFacts) -> Iterator[Candidate]:
    for subject, act in acts:
        for prep, where in facts.settings[:2]:
            if subject.core == where.core or any(w.core in PLACES for _, w in act.places) or not subject.animate:
                continue
            slots: Slots = {"subject": subject, "p": prep, "o": where.a, "vp": act.text}
            yield Candidate("place_and_act", ("setting", f"act:{subject.core}"), slots, 1.0)
        if subject.count and subject.count > 1 and not subject.also:
            slots = {"subject": subject, "n": subject.body(), "num": NUMBER_WORDS[subject.count], "vp": act.text}
            slots["every"] = "both" if subject.count == 2 else f"all {NUMBER_WORDS[subject.count]}"
            yield Candidate("count_and_act", (f"count:{subject.core}",), slots, 1.3)


def _missing(facts: CaptionFacts, scene: Scene, draw: Random) -> Iterator[Candidate]:
    seen: dict[str, tuple[str, str]] = {}
    for clause in facts.clauses:
        for phrase in clause.subject.parts():
            _note(phrase, seen)
    for phrase in facts.loose:
        _note(phrase, seen)
    for thing in scene.things:
        if thing.single and not thing.paired:
            named = any(thing.name in text or core in thing.name.split() for core, (text, _) in seen.items())
            if not named:
                seen[thing.name] = (a_(thing.name), "is")
    shown = list(seen.values())
    for label in draw.sample(scene.absent, min(3, len(scene.absent))) if shown else ():
        draw.shuffle(shown)
        missing = a_({"tv": "television"}.get(label, label))
        noun = missing.split(" ", 1)[-1]
        x, xbe = shown[0]
        first, second = (x, missing) if draw.random() < 0.5 else (missing, x)
        slots: Slots = {"x": x, "xbe": xbe, "o": missing, "n": noun, "first": first, "second": second}
        yield Candidate("only_one", (f"absent:{label}",), slots, 0.25)
        if len(shown) > 1:
            (y, ybe), three = shown[1], [x, shown[1][0], missing]
            draw.shuffle(three)
            slots = slots | {"y": y, "ybe": ybe, "list": f"{three[0]}, {three[1]} or {three[2]}"}
            slots["list_and"] = f"{three[0]}, {three[1]} and {three[2]}"
            yield Candidate("odd_out", (f"absent:{label}",), slots, 0.4)


def _colored_pairs(facts: CaptionFacts, draw: Random) -> Iterator[Candidate]:
    plain = [(p, c) for core, (p, c) in facts.colors.items() if not (p.also or p.of or core in PEOPLE | UNSEEN)]
    for at, (a, color) in enumerate(plain):
        for b, other in plain[:at]:
            if colors_apart(color, other):
                x, y = (a, b) if draw.random() < 0.5 else (b, a)
                slots: Slots = {"subject": a, "x": x.the, "y": y.the, "color": color, "t": b.the, "tbe": b.be}
                yield Candidate("colored_pair", (f"color:{a.core}", f"color:{b.core}"), slots | {"tcolor": other}, 1.5)


_NOT_FIRST = word_set("his her their its the")


def _note(phrase: Phrase, seen: dict[str, tuple[str, str]]) -> None:
    """Note a thing that can be listed, unless it is listed already by this or another word."""
    core = phrase.core
    if core in seen or phrase.det in _NOT_FIRST or phrase.mass or phrase.of or phrase.group:
        return
    if core in UNSEEN or core in PLACES or core in COLORS or (core in PEOPLE and not PEOPLE.isdisjoint(seen)):
        return
    text = phrase.a()
    if not any(core in other or known in text for known, (other, _) in seen.items()):
        seen[core] = (text, "are" if phrase.plural else "is")
