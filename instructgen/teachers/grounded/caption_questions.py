"""What captions say in; candidate questions about it out."""

from collections import Counter
from collections.abc import Iterator
from random import Random

from instructgen.text import word_set

from ...vocabulary import COLORS, NUMBER_WORDS, article_for
from .candidates import Candidate, Slots
from .caption_facts import CONTAINERS, OPPOSITES, CaptionFacts
from .clauses import Act, Clause
from .nouns import ANIMALS, GARMENTS, OUTDOORS, PEOPLE, PLACES, ROOMS
from .phrases import Phrase

_STATIC = word_set(
    """on in at under underneath beneath above behind beside near against inside outside next to close to atop
    alongside below"""
) | {"next to", "in front of", "on top of", "close to", "in the middle of", "on the side of"}
_POSTURES = {"sitting": ("standing", "lying down"), "standing": ("sitting", "lying down"), "lying": ("standing",),
    "laying": ("standing",), "seated": ("standing",), "sleeping": ("standing", "running")}  # fmt: skip
_CONTRAST = ("red", "blue", "green", "yellow", "purple", "pink", "orange", "black", "white")
_CLASHING = {  # colours that a viewer could confuse, so that asking for one about the other is unfair
    "orange": {"red", "yellow", "brown", "tan"}, "red": {"orange", "pink", "purple", "maroon", "brown"},
    "pink": {"red", "purple"}, "purple": {"pink", "blue", "violet"}, "blue": {"purple", "green", "black", "gray"},
    "green": {"blue", "yellow", "teal"}, "yellow": {"orange", "gold", "golden", "green", "tan", "beige", "blonde"},
    "black": {"brown", "gray", "grey", "blue", "dark"}, "white": {"gray", "grey", "silver", "beige", "tan"},
}  # fmt: skip
_LIVE_ROOMS = ("kitchen", "bathroom", "bedroom", "living room", "office", "restaurant", "classroom")


def caption_candidates(facts: CaptionFacts, draw: Random) -> list[Candidate]:
    """Give all questions that captions answer, in no order."""
    vague = unnamed(facts)
    found: list[Candidate] = []
    for subject, act in facts.acts:
        if subject.the() not in vague:
            found += _act(subject, act, draw)
    for subject, prep, where in facts.places:
        if subject.the() not in vague:
            found += _place(subject, prep, where)
    for subject, thing in facts.has:
        if subject.the() not in vague:
            found += _has(subject, thing)
    found += _attributes(facts, draw)
    found += _settings(facts, draw)
    found += _things(facts)
    return found


def unnamed(facts: CaptionFacts) -> set[str]:
    """Give "the man" where captions also tell of several men, or of "another man": it names no one in particular."""
    several = Counter(p.core for p in facts.phrases if p.plural or p.det in ("another", "other"))
    vague = {p.the() for p in facts.phrases if not p.plural and several[p.core]}
    doubled = {
        c.subject.the() for c in facts.clauses if len({p.core for p in c.subject.parts()}) < len(c.subject.parts())
    }
    return vague | doubled


def static(prep: str) -> bool:
    """Tell whether a preposition says where something is rather than where it goes."""
    return prep in _STATIC


def _topic(subject: Phrase, what: str) -> str:
    return f"{what}:{'person' if subject.core in PEOPLE else subject.core}"


def _act(subject: Phrase, act: Act, draw: Random) -> Iterator[Candidate]:
    if act.verb in ("riding", "walking", "playing") and not subject.animate:
        return
    slots: Slots = {"subject": subject, "v": act.verb, "vp": act.text, "vp1": act.brief}
    topic = (_topic(subject, "act"),)
    wearing = act.verb == "wearing"
    rich = act.object is not None or bool(act.places)
    if wearing:
        if act.object and not act.places:
            yield Candidate("wear", (_topic(subject, "wear"),), slots | {"o": act.object.a}, 1.2)
            yield from _agents(subject, act.verb, act.object, slots, _topic(subject, "wear"))
        return
    if subject.animate and not act.stative and rich:
        yield Candidate("doing", topic, slots, 1.3)
    if rich:
        yield Candidate("act_yes", topic, slots, 0.6)
    if act.object is not None and not act.particle:
        named = act.verb not in _LIGHT
        if named:
            yield Candidate("object", topic, slots | {"o": act.object.a}, 1.7)
            if not subject.many:
                yield from _agents(subject, act.verb, act.object, slots, topic[0])
    elif act.places and not act.particle:
        yield from _standing(subject, act, slots, topic)
    if act.verb in _POSTURES and subject.animate and not act.particle:
        wrong = _POSTURES[act.verb][int(draw.random() * len(_POSTURES[act.verb]))]
        yield Candidate("posture_no", topic, slots | {"wrong": wrong}, 0.9)
        x, y = (act.verb, wrong) if draw.random() < 0.5 else (wrong, act.verb)
        yield Candidate("posture_choice", topic, slots | {"x": x, "y": y}, 0.8)
    if subject.count and subject.count > 1 and rich and not subject.also:
        slots = slots | {"n": subject.body, "num": NUMBER_WORDS[subject.count]}
        yield Candidate("count", (*topic, f"count:{subject.core}"), slots, 1.2)


_LIGHT = word_set(
    """taking making having doing getting giving going putting trying preparing starting beginning attempting
    showing enjoying facing passing lighting styling closing surrounding displaying leaving entering boarding
    reaching attending leading following balancing"""
)


def _agents(subject: Phrase, verb: str, thing: Phrase, slots: Slots, topic: str) -> Iterator[Candidate]:
    slots = slots | {"v": verb, "o": thing.a, "the_o": thing.the if verb != "wearing" else thing.a}
    if subject.core in PEOPLE and not subject.also and not subject.many and subject.det != "the":
        yield Candidate("agent", (topic,), slots, 0.8)
        yield Candidate("anyone", (topic,), slots, 0.8)
    elif subject.core in ANIMALS and not subject.also and not subject.many:
        yield Candidate("animal_agent", (topic,), slots, 0.8)


def _standing(subject: Phrase, act: Act, slots: Slots, topic: tuple[str, ...]) -> Iterator[Candidate]:
    prep, where = act.places[0]
    if (act.stative and prep in ("with", "by", "as")) or act.verb in ("filled", "covered", "topped", "surrounded"):
        if not subject.animate and not subject.also:
            yield Candidate("state", topic, slots | {"p": prep, "o": where.a}, 1.3)
        return
    if where.core in UNSEEN and where.core not in _OPEN_PLACES:
        return
    if prep in _STATIC:
        yield Candidate("where", topic, slots | {"pp": act.where}, 0.9)
        if not act.stative:
            yield Candidate("where_doing", topic, slots | {"pp": act.where}, 0.8)
        if where.core not in PLACES and prep in ("on", "in", "at", "under", "against", "next to", "behind", "near"):
            yield Candidate("prep_what", topic, slots | {"p": prep, "o": where.a}, 1.1)
        if where.core not in UNSEEN and not where.animate:
            yield _reverse(subject, prep, where, topic)
    elif prep in ("at", "toward", "towards", "through", "across", "down", "along", "into", "over"):
        yield Candidate("prep_what", topic, slots | {"p": prep, "o": where.a}, 0.9)


_OPEN_PLACES = ("sky", "air", "water", "background", "corner")
UNSEEN = {"each other"} | word_set(
    """sky air background distance foreground top side middle front back water day night sun time picture photo view
    way kind type image area part scene group bunch row line set lot couple piece number look edge end corner setting
    trick shot selfie"""
)


def _reverse(subject: Phrase, prep: str, where: Phrase, topic: tuple[str, ...]) -> Candidate:
    slots: Slots = {"subject": subject, "p": prep, "the_o": where.the, "o": where.a}
    family = "reverse_who" if subject.core in PEOPLE else "reverse"
    return Candidate(family, (*topic, f"act:{where.core}"), slots, 0.9)


def _place(subject: Phrase, prep: str, where: Phrase) -> Iterator[Candidate]:
    topic = (_topic(subject, "act"),)
    text = f"{prep} {where.a()}"
    slots: Slots = {"subject": subject, "vp": text, "pp": text}
    if prep == "in" and (where.core in GARMENTS or (where.colors and where.core == "clothes")):
        if subject.core in PEOPLE:
            yield Candidate("wear", (_topic(subject, "wear"),), slots | {"o": where.a}, 1.0)
        return
    if prep not in _STATIC or (where.core in UNSEEN and where.core not in _OPEN_PLACES):
        return
    if subject.core not in PLACES:
        yield Candidate("where", topic, slots, 0.9)
    if where.core not in UNSEEN and not where.animate:
        yield _reverse(subject, prep, where, topic)


def _has(subject: Phrase, thing: Phrase) -> Iterator[Candidate]:
    slots: Slots = {"subject": subject, "o": thing.a, "oexists": "are" if thing.plural and not thing.group else "is"}
    topic = (_topic(subject, "has"),)
    if subject.many or thing.animate:
        return
    if subject.core in PLACES:
        if subject.core in ROOMS or subject.core == "room":
            yield Candidate("room_has", topic, slots, 1.3)
    elif not (set(thing.core.split()) & UNSEEN):
        yield Candidate("have", topic, slots, 1.0)


def _attributes(facts: CaptionFacts, draw: Random) -> Iterator[Candidate]:
    for core, (phrase, color) in facts.colors.items():
        if phrase.also or core in PEOPLE or phrase.of or core in ("photo", "picture"):
            continue
        slots: Slots = {"subject": phrase, "color": color}
        topic = (f"color:{core}",)
        yield Candidate("color", topic, slots, 1.3)
        if not phrase.plural:
            yield Candidate("color_which", (*topic, f"color:{color}"), slots, 0.5)
        wrong = other_color(color, facts, draw)
        if wrong:
            yield Candidate("color_no", topic, slots | {"wrong": wrong}, 1.2)
            x, y = (color, wrong) if draw.random() < 0.5 else (wrong, color)
            yield Candidate("color_choice", topic, slots | {"x": x, "y": y}, 0.9)
    for core, (phrase, material) in facts.materials.items():
        if not (phrase.also or phrase.of or core in PLACES):
            yield Candidate("material", (f"material:{core}",), {"subject": phrase, "m": material}, 1.2)
    for phrase, quality in facts.qualities:
        if phrase.also or phrase.of or not _telling(phrase, quality):
            continue
        slots = {"subject": phrase, "q": quality}
        topic = (f"quality:{phrase.core}",)
        if quality in OPPOSITES:
            opposite = "young" if phrase.animate and quality == "old" else OPPOSITES[quality]
            x, y = (quality, opposite) if draw.random() < 0.5 else (opposite, quality)
            yield Candidate("quality_choice", topic, slots | {"x": x, "y": y}, 0.7)


_OPENABLE = word_set(
    """door window laptop mouth suitcase box book refrigerator fridge oven umbrella toilet drawer cabinet closet gate
    lid trunk bag eye microwave curtain"""
)


def _telling(phrase: Phrase, quality: str) -> bool:
    """Tell whether a quality of a thing is worth asking about and its opposite makes sense."""
    if phrase.animate:
        return quality in ("young", "old") and phrase.core in ("man", "woman", "lady", "person", "guy", "couple")
    if quality in ("open", "closed"):
        return phrase.core in _OPENABLE
    return quality not in ("young", "bare") and phrase.core not in UNSEEN


def other_color(color: str, facts: CaptionFacts, draw: Random) -> str | None:
    """Give a colour that nobody mentions and nobody could take for ``color``."""
    said = {c for c in facts.words if c in COLORS}
    parts = set(color.split(" and "))
    free = [c for c in _CONTRAST if c not in said and not (_CLASHING[c] & (said | parts))]
    return free[int(draw.random() * len(free))] if free else None


def colors_apart(one: str, other: str) -> bool:
    """Tell whether nobody could take one colour for the other."""
    a, b = set(one.split(" and ")), set(other.split(" and "))
    return not a & b and all(c in _CLASHING and not _CLASHING[c] & b for c in a)


def _settings(facts: CaptionFacts, draw: Random) -> Iterator[Candidate]:
    rooms = {w for w in ROOMS if w in facts.words}
    for prep, where in facts.settings[:3]:
        slots: Slots = {"p": prep, "o": where.a}
        yield Candidate("setting", ("setting",), slots, 0.7)
        if where.core in OUTDOORS and where.core not in ("dock", "trail", "bay") and not rooms:
            yield Candidate("in_or_out", ("setting",), slots | {"side": "outdoors"}, 0.6)
        elif where.core in ROOMS and where.head in ("kitchen", "bathroom", "bedroom", "office", "living room"):
            yield Candidate("in_or_out", ("setting",), slots | {"side": "indoors"}, 0.6)
        if where.head in _LIVE_ROOMS and len(rooms) == 1:
            wrong = [r for r in _LIVE_ROOMS if r.split(" ")[0] not in facts.words and r not in facts.words]
            room = wrong[int(draw.random() * len(wrong))]
            yield Candidate("room_no", ("setting",), slots | {"wrong": f"{article_for(room)} {room}"}, 0.7)


def _things(facts: CaptionFacts) -> Iterator[Candidate]:
    for container, content in facts.contents:
        slots: Slots = {"s": f"the {' '.join([*container.mods, container.head])}", "p": CONTAINERS[container.core]}
        if not content.many and content.mass:
            yield Candidate("content", (f"content:{container.core}",), slots | {"o": content.a}, 1.2)
    for phrase in facts.groups:
        slots = {"subject": phrase, "group": phrase.group or "", "body": phrase.body}
        slots["a_group"] = f"{article_for(phrase.group or '')} {phrase.group}"
        yield Candidate("group", (_topic(phrase, "act"), f"group:{phrase.core}"), slots, 0.7)
    for core, phrase in facts.kinds.items():
        if core not in UNSEEN and core not in PEOPLE and not phrase.of:
            o = phrase.a() if phrase.det != "the" else f"{article_for(phrase.body())} {phrase.body()}"
            slots = {"subject": phrase, "core": core, "o": o}
            yield Candidate("kind", (f"kind:{core}",), slots, 0.9)
    for phrase in facts.loose:
        if phrase.core not in UNSEEN and phrase.core not in PLACES and not phrase.of:
            slots = {"plain": phrase.plain, "a_s": phrase.a, "abe": "is" if phrase.group else phrase.be}
            slots["exists"] = slots["abe"]
            told = (f"color:{phrase.core}", *(f"color:{c}" for c in phrase.colors))
            yield Candidate("exist_plain", (_topic(phrase, "act"), "exist", *told), slots, 0.8)
    for clause in facts.clauses:
        yield from _whole(clause)


def _whole(clause: Clause) -> Iterator[Candidate]:
    subject = clause.subject
    if not (clause.places or any(act.object or act.places for act in clause.acts[:1])):
        return
    if subject.core in ("view", "row", "day", "time"):
        return
    slots: Slots = {"subject": subject, "all": clause.text, "pp": clause.where, "vp": clause.rest}
    if clause.whole:
        yield Candidate("summary", ("summary", _topic(subject, "act")), slots, 0.9)
    if subject.det != "the" and not subject.also:
        yield Candidate("exist", (_topic(subject, "act"), "exist"), slots, 0.7)
