"""What boxes show in; candidate questions of several steps about it out."""

from collections.abc import Iterator
from itertools import combinations, permutations
from random import Random

from ...vocabulary import NUMBER_WORDS
from .box_questions import counted, level, much_nearer, part
from .candidates import Candidate
from .scene import Scene, Thing, beside, side, size_of, stacked

_KINDS = {"animal": "animals", "vehicle": "vehicles"}


def box_reasoning(scene: Scene, draw: Random) -> list[Candidate]:
    """Give all questions of several steps that boxes answer, in no order."""
    singles = [t for t in scene.things if t.single and size_of(t.box) >= 0.003 and not t.paired]
    draw.shuffle(singles)
    found = list(_sums([t for t in scene.things if t.exact and not t.paired], scene, draw))
    for a, b in list(combinations(singles[:5], 2)):
        found += _pair(a, b, draw)
    for trio in list(combinations(singles[:5], 3))[:6]:
        found += _trio(trio, draw)
    for thing in singles[:3]:
        found += _one_and_many(thing, scene)
    return found


def _sums(exact: list[Thing], scene: Scene, draw: Random) -> Iterator[Candidate]:
    for kind, word in _KINDS.items():
        members = [t for t in scene.things if t.kind == kind]
        if 2 <= len(members) <= 4 and all(t.exact for t in members) and scene.closed:
            told = [counted(t, t.n) for t in members]
            text = f"{', '.join(told[:-1])} and {told[-1]}"
            slots = {"kind": word, "parts": text, "num": NUMBER_WORDS[sum(t.n for t in members)]}
            slots |= {"be": "is" if members[0].n == 1 else "are"}
            yield Candidate("total", (f"kind:{kind}",), slots, 1.5)
    for a, b in permutations(exact, 2):
        if a.n > b.n:
            x, y = (a, b) if draw.random() < 0.5 else (b, a)
            slots = {"xs": x.plural, "ys": y.plural, "ns": a.plural, "ts": b.plural, "diff": NUMBER_WORDS[a.n - b.n]}
            extra = f"is one more {a.name}" if a.n == b.n + 1 else f"are {NUMBER_WORDS[a.n - b.n]} more {a.plural}"
            slots["more"] = extra
            slots |= {"na": counted(a, a.n), "nb": counted(b, b.n), "abe": "are", "bbe": "is" if b.n == 1 else "are"}
            yield Candidate("difference", (f"count:{a.name}:{b.name}",), slots, 0.7)
    for a in exact:
        if a.n > 2:
            slots = {"n": a.name, "ns": a.plural, "num": NUMBER_WORDS[a.n], "left": NUMBER_WORDS[a.n - 1]}
            yield Candidate("take_away", (f"count:{a.name}",), slots, 1.0)


def _pair(a: Thing, b: Thing, draw: Random) -> Iterator[Candidate]:
    big, small = (a, b) if size_of(a.box) > size_of(b.box) else (b, a)
    x, y = (a, b) if draw.random() < 0.5 else (b, a)
    slots = {"x": f"the {x.name}", "y": f"the {y.name}", "s": f"the {big.name}", "t": f"the {small.name}"}
    if size_of(big.box) > 2 * size_of(small.box):
        if part(big.box):
            yield Candidate("big_side", (f"size:{a.label}:{b.label}",), slots | {"at": part(big.box)})
        if part(small.box):
            yield Candidate("small_side", (f"size:{a.label}:{b.label}",), slots | {"at": part(small.box)})
    sides = side(x.box), side(y.box)
    if set(sides) <= {"left", "right"}:
        verdict = "the same side" if sides[0] == sides[1] else "opposite sides"
        slots |= {"xat": f"on the {sides[0]} side", "yat": f"on the {sides[1]} side", "verdict": verdict}
        yield Candidate("far_side", (f"side:{a.label}:{b.label}",), slots)


def _trio(trio: tuple[Thing, ...], draw: Random) -> Iterator[Candidate]:
    one, two, three = sorted(trio, key=lambda t: t.box.x1 + t.box.x2)
    mixed = [f"the {t.name}" for t in trio]
    draw.shuffle(mixed)
    names = {"list_and": f"{mixed[0]}, {mixed[1]} and {mixed[2]}"}
    key = ":".join(sorted(t.label for t in trio))
    if beside(one.box, two.box) == "left" and beside(two.box, three.box) == "left":
        first, second, third = (f"the {t.name}" for t in (one, two, three))
        slots = names | {"first": first, "second": second, "third": third}
        yield Candidate("middle_one", (f"order:{key}",), slots, 1.2)
        rel, start, near, far = ("right", one, two, three) if draw.random() < 0.5 else ("left", three, two, one)
        y, z = (near, far) if draw.random() < 0.5 else (far, near)
        slots = {"x": f"the {start.name}", "y": f"the {y.name}", "z": f"the {z.name}", "rel": rel}
        slots |= {"s": f"the {near.name}", "t": f"the {far.name}"}
        if level(one.box, two.box, three.box):
            yield Candidate("next_right", (f"order:{key}",), slots, 1.2)
        for end, rel in ((one, "left"), (three, "right")):
            up = stacked(end.box, two.box)
            if up:
                slots = names | {"s": f"the {end.name}", "t": f"the {two.name}", "rel": rel, "up": up}
                slots |= {"upper": "further up" if up == "above" else "further down"}
                yield Candidate("extreme_side", (f"order:{key}",), slots, 1.2)
    for u, x, y in permutations(trio):
        rel = beside(x.box, u.box)
        if rel and much_nearer(x, y, u):
            a, b = (x, y) if draw.random() < 0.5 else (y, x)
            slots = {"u": f"the {u.name}", "x": f"the {a.name}", "y": f"the {b.name}", "rel": rel}
            yield Candidate("near_side", (f"near:{key}",), slots | {"s": f"the {x.name}", "t": f"the {y.name}"}, 1.2)


def _one_and_many(thing: Thing, scene: Scene) -> Iterator[Candidate]:
    where = part(thing.box)
    for other in scene.things:
        if where and other.exact and other.n >= 2 and not other.paired:
            slots = {"n": thing.name, "nsx": thing.plural, "ts": other.plural, "numt": NUMBER_WORDS[other.n]}
            yield Candidate("number_side", (f"one:{thing.label}",), slots | {"at": where}, 1.0)
