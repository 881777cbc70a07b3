"""What boxes show in; candidate questions about it out."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

from ...records import Box
from ...vocabulary import CLASSES, NUMBER_WORDS, article_for
from .candidates import Candidate
from .scene import Scene, Thing, beside, gap_between, height, side, size_of, stacked

_NO_ARTICLE = ("skis", "scissors", "broccoli", "luggage", "sheep")
_KINDS = {
    "animal": "animals", "vehicle": "vehicles", "food": "food items", "furniture": "pieces of furniture",
    "electronic": "electronic devices", "appliance": "kitchen appliances", "sports": "pieces of sports equipment",
}  # fmt: skip


def box_candidates(scene: Scene, draw: Random) -> list[Candidate]:
    """Give all questions that boxes answer, in no order."""
    found: list[Candidate] = []
    singles = [t for t in scene.things if t.single and size_of(t.box) >= 0.003 and not t.paired]
    draw.shuffle(singles)
    for thing in scene.things:
        found += _one(thing)
    for thing in singles:
        found += _position(thing)
    for a, b in list(combinations(singles[:6], 2))[:10]:
        found += _pair(a, b, draw)
    for trio in list(combinations(singles[:5], 3))[:4]:
        found += _trio(trio, draw)
    found += _numbers([t for t in scene.things if t.exact], scene, draw)
    found += _kinds(scene)
    found += _largest(scene)
    found += absent_candidates(scene, draw)
    return found


def a_(name: str) -> str:
    """Give "a dog", "an orange", "skis"."""
    return name if name in ("skis", "scissors", "broccoli") else f"{article_for(name)} {name}"


def counted(thing: Thing, n: int) -> str:
    """Give "one dog", "two dogs"."""
    if n == 1:
        return f"one {thing.name}" if not thing.paired else f"one pair of {thing.name}"
    return f"{NUMBER_WORDS[n]} {thing.plural}"


def part(box: Box) -> str:
    """Give "on the left side of the picture", "in the upper right corner", or "" where it cannot be told."""
    x, y = side(box), height(box)
    small = box.x2 - box.x1 < 0.4 and box.y2 - box.y1 < 0.4
    if x in ("left", "right") and y and small:
        return f"in the {'upper' if y == 'top' else 'lower'} {x} part of the picture"
    if x == "middle":
        return f"in the middle of the picture, towards the {y}" if y and small else "in the middle of the picture"
    if x:
        return f"on the {x} side of the picture"
    return f"at the {y} of the picture" if y else ""


def _one(thing: Thing) -> Iterator[Candidate]:
    base = {"n": thing.name, "ns": thing.plural, "a_n": a_(thing.name)}
    topic = f"box:{thing.label}"
    if thing.exact and not thing.paired:
        slots = base | {"num": NUMBER_WORDS[thing.n] if thing.n > 1 else "one"}
        slots |= {"be": "are" if thing.n > 1 else "is", "nn": thing.plural if thing.n > 1 else thing.name}
        yield Candidate("box_count", (topic, f"count:{thing.name}"), slots, 1.6 if thing.n > 1 else 0.7)
    elif (thing.n >= 4 or (thing.crowd and thing.n >= 2)) and thing.n <= 20 and thing.least >= 2 and not thing.paired:
        number = min(thing.least, 10)
        slots = base | {"num": NUMBER_WORDS[number]}
        yield Candidate("box_many", (topic, f"count:{thing.name}"), slots, 1.0)
    if thing.exact and thing.n == 2 and size_of(thing.boxes[0]) > 0.003 and size_of(thing.boxes[1]) > 0.003:
        left, right = sorted(thing.boxes, key=lambda b: b.x1 + b.x2)
        if side(left) == "left" and side(right) == "right":
            yield Candidate("box_two", (topic,), base, 1.4)


def _single(thing: Thing) -> dict[str, str]:
    it = "it" if thing.label != "person" else "the person"
    return {"n": thing.name, "a_n": a_(thing.name), "s": f"the {thing.name}", "be": "is", "do": "does", "it": it}


def _position(thing: Thing) -> Iterator[Candidate]:
    where = part(thing.box)
    if not where:
        return
    slots = _single(thing) | {"at": where}
    topic = (f"box:{thing.label}",)
    yield Candidate("box_side", topic, slots, 1.2)
    yield Candidate("box_exist", (*topic, "exist"), slots, 1.0)
    yield Candidate("box_side_yes", topic, slots, 0.6)
    x = side(thing.box)
    if x in ("left", "right"):
        wrong = f"on the {'right' if x == 'left' else 'left'} side of the picture"
        yield Candidate("box_side_no", topic, slots | {"wrong": wrong}, 0.8)


def _pair(a: Thing, b: Thing, draw: Random) -> Iterator[Candidate]:
    x, y = (a, b) if draw.random() < 0.5 else (b, a)
    named = {"x": f"the {x.name}", "y": f"the {y.name}"}
    pair = ":".join(sorted((a.label, b.label)))
    rel = beside(a.box, b.box)
    if rel:
        slots = _single(a) | {"t": f"the {b.name}", "rel": rel, "other": "right" if rel == "left" else "left"}
        for family, weight in (("box_beside", 1.2), ("box_beside_yes", 0.6), ("box_beside_no", 0.8)):
            yield Candidate(family, (f"beside:{pair}",), slots, weight)
    up = stacked(a.box, b.box)
    if up and abs(a.box.y1 + a.box.y2 - b.box.y1 - b.box.y2) > 0.3:
        high, low = (a, b) if up == "above" else (b, a)
        yield Candidate("box_height", (f"height:{pair}",), named | {"s": f"the {high.name}", "t": f"the {low.name}"})
    size_a, size_b = size_of(a.box), size_of(b.box)
    if max(size_a, size_b) > 2.5 * min(size_a, size_b):
        big, small = (a, b) if size_a > size_b else (b, a)
        slots = named | {"s": f"the {big.name}", "t": f"the {small.name}"}
        yield Candidate("box_bigger", (f"size:{pair}",), slots, 0.7)


def _trio(trio: tuple[Thing, ...], draw: Random) -> Iterator[Candidate]:
    mixed = list(trio)
    draw.shuffle(mixed)
    names = [f"the {t.name}" for t in mixed]
    listed = {"list": f"{names[0]}, {names[1]} or {names[2]}", "list_and": f"{names[0]}, {names[1]} and {names[2]}"}
    key = ":".join(sorted(t.label for t in trio))
    one, two, three = sorted(trio, key=lambda t: t.box.x1 + t.box.x2)
    if beside(one.box, two.box) == "left" and beside(one.box, three.box) == "left":
        yield Candidate("box_extreme", (f"order:{key}",), listed | {"s": f"the {one.name}", "rel": "left"}, 0.9)
        if beside(two.box, three.box) == "left":
            first, second, third = (f"the {t.name}" for t in (one, two, three))
            ordered = f"{first}, {second} and {third}"
            slots = listed | {"ordered": ordered, "first": first, "second": second, "third": third}
            yield Candidate("box_order", (f"order:{key}",), slots, 1.0)
            if abs(two.box.y1 + two.box.y2 - one.box.y1 - one.box.y2) < 0.4 and level(one.box, two.box, three.box):
                slots = {"x": first, "y": third, "s": second, "a_n": a_(two.name)}
                yield Candidate("box_between", (f"order:{key}",), slots, 1.0)
    if beside(three.box, two.box) == "right" and beside(three.box, one.box) == "right":
        yield Candidate("box_extreme", (f"order:{key}",), listed | {"s": f"the {three.name}", "rel": "right"}, 0.9)
    yield from _nearest(mixed, key)


def level(a: Box, b: Box, c: Box) -> bool:
    """Tell whether three boxes stand side by side rather than at different heights."""
    return min(a.y2, b.y2, c.y2) - max(a.y1, b.y1, c.y1) > 0.05


def _nearest(trio: list[Thing], key: str) -> Iterator[Candidate]:
    for at in range(3):
        u, x, y = trio[at], trio[at - 1], trio[at - 2]
        near, far = sorted((x, y), key=lambda t: gap_between(t.box, u.box))
        if much_nearer(near, far, u):
            slots = {"u": f"the {u.name}", "x": f"the {x.name}", "y": f"the {y.name}"}
            yield Candidate("box_nearest", (f"near:{key}",), slots | {"s": f"the {near.name}", "t": f"the {far.name}"})


def much_nearer(near: Thing, far: Thing, u: Thing) -> bool:
    """Tell whether one thing is clearly nearer to ``u`` than another, by edges and by centres."""
    if gap_between(far.box, u.box) <= 2.5 * gap_between(near.box, u.box) + 0.15:
        return False

    def between(a: Box, b: Box) -> float:
        return abs(a.x1 + a.x2 - b.x1 - b.x2) + abs(a.y1 + a.y2 - b.y1 - b.y2)

    return between(far.box, u.box) > 1.3 * between(near.box, u.box)


def _numbers(exact: list[Thing], scene: Scene, draw: Random) -> Iterator[Candidate]:
    things = [t for t in exact if not t.paired]
    for b in things:
        for a in scene.things:
            if a is b or a.n < b.n + 2 or not (a.exact or a.least >= b.n + 3) or a.paired or b.n < 1:
                continue
            x, y = (a, b) if draw.random() < 0.5 else (b, a)
            slots = {"xs": x.plural, "ys": y.plural, "ns": a.plural, "ts": b.plural}
            slots |= {"nums": NUMBER_WORDS[a.n] if a.exact else f"at least {NUMBER_WORDS[min(a.least, 12)]}"}
            slots |= {"numt": NUMBER_WORDS[b.n], "tt": b.plural if b.n > 1 else b.name}
            yield Candidate("box_more", (f"count:{a.name}", f"count:{b.name}"), slots, 0.8)
    for a, b in combinations([t for t in things if t.n > 1], 2):
        if a.n == b.n:
            slots = {"xs": a.plural, "ys": b.plural, "num": NUMBER_WORDS[a.n]}
            yield Candidate("box_same", (f"count:{a.name}", f"count:{b.name}"), slots, 1.0)


def _kinds(scene: Scene) -> Iterator[Candidate]:
    for kind, word in _KINDS.items():
        members = [t for t in scene.things if t.kind == kind]
        if not 2 <= len(members) <= 4 or any(t.paired for t in members):
            continue
        told = [
            counted(t, t.n) if t.exact and t.n > 1 else a_(t.name) if t.single else f"some {t.plural}" for t in members
        ]
        text = f"{', '.join(told[:-1])} and {told[-1]}"
        be = "is" if members[0].single else "are"
        yield Candidate(
            "box_kinds",
            (f"kinds:{kind}", *(f"count:{t.name}" for t in members)),
            {"kind": word, "all": text, "be": be},
            0.9,
        )


def _largest(scene: Scene) -> Iterator[Candidate]:
    boxes = sorted(((size_of(b), t) for t in scene.things for b in t.boxes), key=lambda pair: -pair[0])
    if len(boxes) < 2 or any(t.crowd for t in scene.things):
        return
    top = boxes[0][1]
    if top.single and boxes[0][0] > 1.7 * boxes[1][0] and boxes[0][0] > 0.08 and not top.paired and scene.closed:
        where = part(top.box)
        slots = {"s": f"the {top.name}", "at": where or "hard to miss"}
        yield Candidate("box_largest", ("largest",), slots, 0.8)


def absent_candidates(scene: Scene, draw: Random) -> Iterator[Candidate]:
    """Give questions about things that are not there."""
    shown = next((t for t in scene.things if t.single and not t.paired), None)
    pool = scene.absent[:12]
    draw.shuffle(pool)
    for label in pool[:3]:
        named = CLASSES[label]
        name = {"tv": "television"}.get(label, label)
        if label in ("skis", "broccoli"):
            continue
        slots = {"n": name, "ns": named.plural, "a_n": a_(name), "o": a_(name)}
        slots |= {"instead": a_(shown.name), "ibe": "is"} if shown else {}
        scale = 1.2 if scene.things else 0.6
        yield Candidate("absent", (f"box:{label}", "absent"), slots, scale)
        yield Candidate("absent_count", (f"box:{label}", "absent"), slots, scale * 0.4)
        yield Candidate("absent_premise", (f"box:{label}", "absent"), slots, scale * 0.5)
