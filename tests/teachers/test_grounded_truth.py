"""What the grounded teacher says of boxes, held against the boxes by rules of this file's own."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instructgen.errors import Declined
from instructgen.records import Box, Context, Image, Slot
from instructgen.teachers.grounded import GroundedTeacher

PLURAL = {
    "dog": "dogs", "cat": "cats", "bus": "buses", "couch": "couches", "sheep": "sheep", "vase": "vases",
    "elephant": "elephants", "clock": "clocks", "umbrella": "umbrellas", "pizza": "pizzas", "person": "people",
    "wine glass": "wine glasses",
}  # fmt: skip
PLURAL |= {f: f"{f}s" for f in ("horse", "cow", "bird", "bear", "zebra", "giraffe", "truck", "boat", "train", "bed")}
LABELS = list(PLURAL)[:12]
NUMBER = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
NAMES = "|".join(sorted({*PLURAL, *PLURAL.values()}, key=len, reverse=True))
SINGULAR = {plural: name for name, plural in PLURAL.items()} | {name: name for name in PLURAL}


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, y1 = draw(st.integers(0, 90)), draw(st.integers(0, 90))
    x2, y2 = draw(st.integers(x1 + 4, 100)), draw(st.integers(y1 + 4, 100))
    label = draw(st.sampled_from(LABELS))
    return Box(label=label, x1=x1 / 100, y1=y1 / 100, x2=x2 / 100, y2=y2 / 100, crowd=draw(st.integers(0, 9)) == 0)


CONTEXTS = st.lists(boxes(), min_size=2, max_size=7).map(
    lambda found: Context(id="c", row=0, images=(Image(path="c.jpg"),), boxes=tuple(found))
)


def of(context: Context, word: str) -> list[Box]:
    return [b for b in context.boxes if b.label == SINGULAR[word]]


def only(context: Context, word: str) -> Box:
    (box,) = of(context, word)
    assert not box.crowd
    return box


def center(box: Box) -> tuple[float, float]:
    return (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2


def area(box: Box) -> float:
    return (box.x2 - box.x1) * (box.y2 - box.y1)


def check_counts(context: Context, text: str) -> int:
    found = 0
    for least, word, name in re.findall(rf"\b([Aa]t least )?({'|'.join(NUMBER)}) ({NAMES})\b", text):
        if SINGULAR[name] == name and name != "sheep" and NUMBER[word] > 1:
            continue
        boxed = of(context, name)
        if least or "or more" in text or any(b.crowd for b in boxed):
            assert least or "or more" in text, text
            assert len(boxed) >= NUMBER[word] > 1, text
        elif "other" not in text and "of each" not in text:
            assert len(boxed) == NUMBER[word], text
        found += 1
    return found


def check_absence(context: Context, text: str) -> int:
    found = 0
    for name in re.findall(rf"\bno ({NAMES})\b", text):
        assert not of(context, name), text
        found += 1
    return found


def check_relations(context: Context, text: str) -> int:
    found = 0
    for a, rel, b in re.findall(
        rf"[Tt]he ({NAMES}) (?:is|can be seen) (?:to|on) the (left|right) of the ({NAMES})", text
    ):
        (ax, _), (bx, _) = center(only(context, a)), center(only(context, b))
        assert (bx - ax if rel == "left" else ax - bx) >= 0.05, text
        found += 1
    for a, rel, b in re.findall(rf"[Tt]he ({NAMES}) is (above|below|higher up than) (?:.*)the ({NAMES})", text):
        (_, ay), (_, by) = center(only(context, a)), center(only(context, b))
        assert ay < by if rel != "below" else ay > by, text
        found += 1
    for a, b in re.findall(
        rf"[Tt]he ({NAMES}) (?:takes up more of the picture|appears larger) than the ({NAMES})", text
    ):
        assert area(only(context, a)) > 1.5 * area(only(context, b)), text
        found += 1
    return found


def check_sides(context: Context, text: str) -> int:
    found = 0
    pattern = (
        rf"[Tt]he ({NAMES}) is (?:\w+ )?(?:on|in|at) the (?:(upper|lower) )?(left|right|middle|top|bottom)\b(?! of the)"
    )
    for name, level, where in re.findall(pattern, text):
        if re.search(rf"{name} is (?:in|on|at) the (?:top|bottom|middle) of the (?!picture)", text):
            continue
        if where == "middle" and "middle of the picture" not in text:
            continue  # the middle one of three
        x, y = center(only(context, name))
        low, high = {"left": (0, 0.4), "right": (0.6, 1), "middle": (0.4, 0.6)}.get(where, (0, 1))
        assert low <= x <= high, text
        vertical = level or {"top": "upper", "bottom": "lower"}.get(where, "")
        assert not vertical or (y < 0.4 if vertical == "upper" else y > 0.6), text
        found += 1
    return found


def check_more(context: Context, text: str) -> int:
    found = 0
    pairs = re.findall(rf"more ({NAMES}) than ({NAMES})", text)
    for a, b in [*pairs, *re.findall(rf"[Tt]he ({NAMES}) outnumber the ({NAMES})", text)]:
        assert len(of(context, a)) > len(of(context, b)), text
        found += 1
    return found


def answers(context: Context) -> list[str]:
    teacher = GroundedTeacher()
    said: list[str] = []
    for form in ("dialogue", "single_question", "description"):
        for position in range(3):
            try:
                reply = teacher.reply(
                    Slot(context="c", asker=form, attempt=0, round=0, position=position), form, context
                )
            except Declined:
                break
            told = [t.text for t in reply.turns if t.role == "gpt"]
            said += [s for text in told for s in re.split(r"(?<=[.!?]) ", text)] if form != "single_question" else told
    return said


CHECKS = (check_counts, check_absence, check_relations, check_sides, check_more)


@given(CONTEXTS)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_number_side_relation_and_absence_that_is_told_holds_of_the_boxes(context: Context) -> None:
    for text in answers(context):
        for check in CHECKS:
            check(context, text)


def test_the_rules_of_this_file_find_something_to_check() -> None:
    placed = [
        ("dog", 0.05, 0.1),
        ("cat", 0.7, 0.1),
        ("bus", 0.4, 0.6),
        ("clock", 0.8, 0.8),
        ("clock", 0.1, 0.8),
        ("clock", 0.4, 0.0),
    ]
    context = Context(
        id="c", row=0, images=(Image(path="c.jpg"),),
        boxes=tuple(Box(label=n, x1=x, y1=y, x2=x + 0.15, y2=y + (0.15 if n != "bus" else 0.35)) for n, x, y in placed),
    )  # fmt: skip
    found = dict.fromkeys((check.__name__ for check in CHECKS), 0)
    teacher = GroundedTeacher()
    for attempt in range(40):
        for form in ("dialogue", "single_question", "description"):
            slot = Slot(context="c", asker=form, attempt=attempt, round=0, position=0)
            for turn in teacher.reply(slot, form, context).turns:
                if turn.role == "gpt":
                    for check in CHECKS:
                        found[check.__name__] += check(context, turn.text)
    assert min(found.values()) > 4, found


def test_a_crowd_is_never_counted_and_never_located() -> None:
    crowd = Box(label="person", x1=0.0, y1=0.2, x2=0.4, y2=0.6, crowd=True)
    rest = tuple(Box(label="dog", x1=0.6, y1=0.1 * i, x2=0.7, y2=0.1 * i + 0.08) for i in range(1, 3))
    context = Context(id="c", row=0, images=(Image(path="c.jpg"),), boxes=(crowd, *rest))
    for text in answers(context):
        assert not re.search(r"one person|the person|people are on", text), text


def test_nothing_is_said_to_be_absent_that_captions_hint_at() -> None:
    captions = ("A puppy on a sofa", "A canine naps near a ride-on toy", "A small animal rests on furniture")
    box = Box(label="couch", x1=0.1, y1=0.2, x2=0.9, y2=0.9)
    context = Context(id="c", row=0, images=(Image(path="c.jpg"),), captions=captions, boxes=(box,))
    teacher = GroundedTeacher()
    for attempt in range(60):
        slot = Slot(context="c", asker="a", attempt=attempt, round=0, position=0)
        try:
            reply = teacher.reply(slot, "dialogue", context)
        except Declined:
            continue
        assert not any(re.search(r"\bno (?:dog|couch|person|chair|car|bottle|people)", t.text) for t in reply.turns)
