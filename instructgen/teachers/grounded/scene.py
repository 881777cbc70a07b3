"""A context's boxes in; the things they show out: what is there, how many, where, and what is surely absent.

Counts, sides and relations are told only where a viewer would agree (tolerances in ``Thing`` and the functions
below): a crowd box is never counted, a caption's number overrides the boxes', and a class that captions call by a
near word ("goat" for a sheep box) is left out.
"""

from dataclasses import dataclass, field

from instructgen.text import word_set

from ...records import Box, Context
from ...vocabulary import CLASSES, DOUBTFUL_COUNTS, WEAKLY_ANNOTATED, plural_of
from .caption_facts import CaptionFacts
from .nouns import OUTDOORS, PLURALS, ROOMS

_SHOWN = {"dining table": "table", "tv": "television", "sports ball": "ball", "hair drier": "hair dryer"}
_TINY = 0.001
"""Share of the image below which annotators disagree on whether a thing is there."""


@dataclass(slots=True)
class Thing:
    """All boxes of one label."""

    label: str
    """As the source says it, in lower case unless it is a name."""
    name: str
    """As a viewer says it, singular."""
    plural: str
    kind: str
    """COCO's supercategory, or ``""`` for an open-vocabulary label."""
    boxes: list[Box] = field(default_factory=list)
    """Without crowds."""
    crowd: bool = False
    least: int = 0
    """How many boxes do not repeat another: at least so many things are there."""
    exact: bool = False
    """Whether the number of boxes can be told as the number of things."""

    @property
    def n(self) -> int:
        """How many boxes."""
        return len(self.boxes)

    @property
    def box(self) -> Box:
        """The only box, where ``single``."""
        return self.boxes[0]

    @property
    def single(self) -> bool:
        """Whether there is exactly one, so that "the dog" names it."""
        return self.exact and self.n == 1

    @property
    def paired(self) -> bool:
        """Whether one of it takes a plural verb ("the scissors are")."""
        return self.name == self.plural and self.name in ("skis", "scissors", "broccoli")


@dataclass(slots=True)
class Scene:
    """What the boxes show."""

    things: list[Thing]
    closed: bool
    """Whether every label is a COCO class, so that a class without a box is absent."""
    absent: list[str] = field(default_factory=list)
    """COCO classes that are surely not in the picture, most plausible first."""


def read_boxes(context: Context, facts: CaptionFacts) -> Scene:
    """Read all boxes of a context's picture."""
    things: dict[str, Thing] = {}
    for box in context.boxes:
        label = box.label.strip()
        if not label or box.x2 <= box.x1 or box.y2 <= box.y1:
            continue
        thing = things.get(label) or things.setdefault(label, _thing(label))
        if box.crowd:
            thing.crowd = True
        else:
            thing.boxes.append(box)
    kept = [t for t in things.values() if not _near_word(t, facts) and not (t.kind in _LIVING and _depicted(facts))]
    for thing in kept:
        thing.exact = _countable(thing, facts)
        thing.least = thing.n if thing.exact else _unrepeated(thing.boxes[:20])
    scene = Scene(kept, all(label in CLASSES for label in things))
    scene.absent = _absent(scene, things, facts, context)
    return scene


def size_of(box: Box) -> float:
    """Give the share of the image that a box covers."""
    return (box.x2 - box.x1) * (box.y2 - box.y1)


def _thing(label: str) -> Thing:
    shown = _SHOWN.get(label, label)
    kind = CLASSES[label].supercategory if label in CLASSES else ""
    plural = CLASSES[label].plural if label in CLASSES else plural_of(shown)
    return Thing(label, shown, plural, kind)


_LIVING = ("person", "animal", "vehicle")
_DEPICTIONS = word_set(
    """toy statue figurine sculpture painting drawing cartoon mural lego doll model poster puppet mannequin"""
)


def _depicted(facts: CaptionFacts) -> bool:
    """Tell whether captions say that what is seen is a toy, a statue or a drawing."""
    return sum(not _DEPICTIONS.isdisjoint(words) for words in facts.together) * 3 > len(facts.together)


def _near_word(thing: Thing, facts: CaptionFacts) -> bool:
    """Tell whether captions call a thing by a near word and never by its own."""
    named = CLASSES.get(thing.label)
    if named is None or not facts.words:
        return False
    said = any(w in facts.words for form in named.synonyms for w in form.split()[-1:])
    return not said and any(form in facts.words for form in named.near)


def _countable(thing: Thing, facts: CaptionFacts) -> bool:
    if thing.crowd or not 1 <= thing.n <= 4 or min(map(size_of, thing.boxes)) < _TINY:
        return False
    if any(_overlap(a, b) > 0.7 for i, a in enumerate(thing.boxes) for b in thing.boxes[:i]):
        return False
    forms = CLASSES[thing.label].synonyms if thing.label in CLASSES else {thing.name, thing.plural}
    words = {form.split()[-1] for form in forms}
    numbers = {n for w in words for n in facts.counts.get(PLURALS.get(w, w), ())}
    plurals = {w for w in words if w in facts.words and PLURALS.get(w, w) != w}
    if (numbers and thing.n not in numbers) or (numbers and max(numbers) > thing.n):
        return False
    if plurals and thing.n == 1:
        return False
    if thing.label in DOUBTFUL_COUNTS:
        return (thing.n in numbers and thing.n <= 3) or (thing.n == 1 and not facts.words and thing.label != "person")
    return True


def _unrepeated(boxes: list[Box]) -> int:
    return sum(1 for i, a in enumerate(boxes) if all(_union(a, b) < 0.8 for b in boxes[:i]))


def _union(a: Box, b: Box) -> float:
    """Give the shared area over the area of both."""
    width, height = min(a.x2, b.x2) - max(a.x1, b.x1), min(a.y2, b.y2) - max(a.y1, b.y1)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (size_of(a) + size_of(b) - shared)


def _overlap(a: Box, b: Box) -> float:
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / min(size_of(a), size_of(b))


# ── what is absent ───────────────────────────────────────────────────────────────────────────────────────────

_CONSPICUOUS = (
    "dog", "cat", "horse", "cow", "sheep", "elephant", "bear", "zebra", "giraffe", "bird", "bus", "train", "truck",
    "boat", "motorcycle", "airplane", "bicycle", "fire hydrant", "stop sign", "traffic light", "umbrella", "suitcase",
    "surfboard", "snowboard", "skateboard", "kite", "tennis racket", "pizza", "cake", "sandwich", "banana", "broccoli",
    "bed", "toilet", "couch", "laptop", "tv", "refrigerator", "oven", "microwave", "sink", "clock", "vase",
    "teddy bear", "keyboard", "parking meter", "hot dog", "donut", "bench", "skis",
)  # fmt: skip
_DISTANT = ("elephant", "giraffe", "zebra", "bear", "cow", "horse", "sheep")
"""Large animals that five people who describe a picture would hardly all pass over."""
_NOT_INDOORS = ("train", "airplane", "bus", "boat", "truck", "motorcycle")
_NOT_OUTDOORS = ("toilet", "bed", "refrigerator", "microwave", "oven")
_COMPANY = {
    "vehicle": ("bicycle", "motorcycle", "bus", "truck", "train", "traffic light", "stop sign", "fire hydrant", "boat"),
    "outdoor": ("bus", "truck", "bicycle", "motorcycle", "dog", "traffic light", "fire hydrant"),
    "animal": ("dog", "cat", "horse", "cow", "sheep", "bird", "bear", "zebra", "giraffe", "elephant"),
    "sports": ("surfboard", "skateboard", "snowboard", "kite", "tennis racket", "dog", "bicycle", "umbrella"),
    "kitchen": ("pizza", "cake", "sandwich", "microwave", "oven", "sink", "refrigerator", "broccoli", "banana"),
    "food": ("pizza", "cake", "sandwich", "hot dog", "donut", "banana", "broccoli", "laptop"),
    "furniture": ("cat", "dog", "tv", "laptop", "bed", "couch", "toilet", "clock", "vase", "teddy bear"),
    "electronic": ("tv", "laptop", "keyboard", "cat", "bed", "clock", "couch"),
    "appliance": ("microwave", "oven", "refrigerator", "sink", "toilet", "vase", "cat"),
    "indoor": ("vase", "clock", "teddy bear", "cat", "laptop", "tv", "couch", "bed"),
    "accessory": ("umbrella", "suitcase", "dog", "bicycle", "skateboard", "bench"),
    "person": ("dog", "horse", "bicycle", "skateboard", "umbrella", "laptop", "kite", "motorcycle"),
}


def _absent(scene: Scene, things: dict[str, Thing], facts: CaptionFacts, context: Context) -> list[str]:
    """Give classes that are surely absent; those that often occur with what is there come first."""
    if scene.closed and things:
        company = dict.fromkeys(c for t in scene.things for c in _COMPANY.get(t.kind, ()))
        pool = [*company, *(c for c in _CONSPICUOUS if c not in company)]
    elif len(context.captions) >= 3 or (context.captions and things):
        indoors, outdoors = not facts.words.isdisjoint(ROOMS), not facts.words.isdisjoint(OUTDOORS)
        more = _NOT_INDOORS if indoors and not outdoors else _NOT_OUTDOORS if outdoors and not indoors else ()
        pool = [*_DISTANT, *more]
    else:
        return []
    labels = {w for label in things for w in label.lower().split()}
    words = facts.words | labels
    hinted = {c for w in words & _HINTS.keys() for c in _HINTS[w]}.union(things)
    animals = not scene.closed and not _ANIMAL_WORDS.isdisjoint(words)
    return [
        c for c in pool
        if c not in hinted and c not in WEAKLY_ANNOTATED and words.isdisjoint(c.split())
        and not (animals and CLASSES[c].supercategory == "animal")
    ]  # fmt: skip


_HINTS: dict[str, set[str]] = {}
for _name, _named in CLASSES.items():
    for _form in _named.synonyms | _named.near:
        _HINTS.setdefault(_form, set()).add(_name)


_ANIMAL_WORDS = word_set("""animal animals herd wildlife livestock creature creatures zoo farm safari""")


# ── where ────────────────────────────────────────────────────────────────────────────────────────────────────


def side(box: Box) -> str:
    """Give ``left``, ``right`` or ``middle`` of the picture, or ``""`` where it cannot be told."""
    center = (box.x1 + box.x2) / 2
    if center < 0.36 and box.x2 < 0.6:
        return "left"
    if center > 0.64 and box.x1 > 0.4:
        return "right"
    return "middle" if 0.42 <= center <= 0.58 and box.x2 - box.x1 < 0.6 else ""


def height(box: Box) -> str:
    """Give ``top`` or ``bottom``, or ``""`` where it cannot be told."""
    center = (box.y1 + box.y2) / 2
    if center < 0.33 and box.y2 < 0.55:
        return "top"
    return "bottom" if center > 0.67 and box.y1 > 0.45 else ""


def beside(a: Box, b: Box) -> str:
    """Give ``left`` or ``right``: where ``a`` is as seen from ``b``; ``""`` where it cannot be told."""
    gap = (b.x1 + b.x2) / 2 - (a.x1 + a.x2) / 2
    wider = max(a.x2 - a.x1, b.x2 - b.x1)
    shared = min(a.x2, b.x2) - max(a.x1, b.x1)
    if abs(gap) < max(0.08, wider / 3) or shared > 0.25 * min(a.x2 - a.x1, b.x2 - b.x1):
        return ""
    return "left" if gap > 0 else "right"


def stacked(a: Box, b: Box) -> str:
    """Give ``above`` or ``below``: where ``a`` is as seen from ``b``; ``""`` where it cannot be told."""
    if a.y2 <= b.y1 + 0.01:
        return "above"
    return "below" if b.y2 <= a.y1 + 0.01 else ""


def gap_between(a: Box, b: Box) -> float:
    """Give the distance between the nearest edges, in shares of the image; 0 where they touch."""
    x = max(a.x1 - b.x2, b.x1 - a.x2, 0.0)
    y = max(a.y1 - b.y2, b.y1 - a.y2, 0.0)
    return float((x * x + y * y) ** 0.5)
