"""A context with boxes in; true and false statements of where things are out, and texts with their sides changed.

A changed side is *decidable* by the tolerances that people agree on: past 0.6 of the width for "left" unless the box
spans the middle; for two things an opposite gap of their centres of at least a tenth of the width while less than half
of the narrower one lies over the other.
"""

import re
from random import Random
from typing import NamedTuple

from grammar import SIDE, SIDE_OF_PICTURE
from labelled import Pair, one_turn
from planting import replaced

from instructgen.records import Box, Context
from instructgen.vocabulary import CLASSES, class_of

_OTHER = {"left": "right", "right": "left", "Left": "Right", "Right": "Left", "LEFT": "RIGHT", "RIGHT": "LEFT"}

IMAGE_SIDE = (
    "The {a} is on the {side} side of the image.",
    "On the {side} side of the picture, there is a {a}.",
    "You can see the {a} on the {side}.",
    "The {a} stands out in the {side} half of the photo.",
    "To the {side} of the scene there is a {a}.",
    "The {side} part of the picture shows a {a}.",
)
PAIR_SIDE = (
    "The {a} is to the {side} of the {b}.",
    "To the {side} of the {b}, there is a {a}.",
    "The {a} can be seen on the {side} side of the {b}.",
    "There is a {a} {side} of the {b}.",
)
TWO_SIDES = (
    "The {a} is on the {side} and the {b} is on the {other}.",
    "A {a} is on the {side} side, while a {b} is on the {other} side.",
)


class Place(NamedTuple):
    """A statement of where something is, right or wrong."""

    pair: Pair
    words: str
    decidable: bool
    """A wrong one is plainly wrong, a right one plainly right."""


def centre(box: Box) -> float:
    """Give the middle of a box on the picture's width."""
    return (box.x1 + box.x2) / 2


def plainly_on(box: Box, side: str) -> bool:
    """Tell whether a box is on a side of the picture past all doubt."""
    if box.x1 <= 0.25 and box.x2 >= 0.75:
        return False
    return centre(box) < 0.4 if side == "left" else centre(box) > 0.6


def plainly_beside(box: Box, other: Box, side: str) -> bool:
    """Tell whether a box is on a side of another past all doubt."""
    gap = centre(other) - centre(box) if side == "left" else centre(box) - centre(other)
    over = min(box.x2, other.x2) - max(box.x1, other.x1)
    narrower = min(box.x2 - box.x1, other.x2 - other.x1)
    return gap >= 0.1 and over < 0.5 * narrower


def statements(context: Context, truth: bool, draw: Random) -> list[Place]:
    """Give statements about the classes that have one box: the side of the picture, and of each other.

    What a writer would not say is left out: a side for what is in the middle, or of what is almost above.
    """
    names = [box.label for box in context.boxes]
    single = [b for b in context.boxes if names.count(b.label) == 1 and not b.crowd and b.label in CLASSES]
    single = [b for b in single if b.label not in ("skis", "scissors", "broccoli")]
    places = []
    for box in single:
        if abs(centre(box) - 0.5) >= 0.05:
            is_left = centre(box) < 0.5
            told = "left" if is_left == truth else "right"
            plain = plainly_on(box, "left" if is_left else "right")
            places.append(_place(context, draw.choice(IMAGE_SIDE), told, box, None, plain))
    couples = [(a, b) for a in single for b in single if a is not b and abs(centre(a) - centre(b)) >= 0.05]
    draw.shuffle(couples)
    for a, b in couples[:2]:
        is_left = centre(a) < centre(b)
        told = "left" if is_left == truth else "right"
        plain = plainly_beside(a, b, "left" if is_left else "right")
        places.append(_place(context, draw.choice(PAIR_SIDE), told, a, b, plain))
        if centre(a) < 0.45 and centre(b) > 0.55:
            told = "left" if truth else "right"
            plain = plainly_on(a, "left") or plainly_on(b, "right")
            places.append(_place(context, draw.choice(TWO_SIDES), told, a, b, plain))
    return places


def _place(context: Context, wording: str, side: str, a: Box, b: Box | None, plain: bool) -> Place:
    text = wording.format(a=a.label, b=b.label if b else "", side=side, other=_OTHER[side])
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return Place(one_turn(f"{context.id}/place", text, context, "Where is it?"), text, plain)


def change_side(pair: Pair, turn: int) -> Place | None:
    """Change left into right or back where one turn of a good sample says on which side of the picture a class is.

    Only a sentence that gives one side and names one class counts, all of whose boxes are on the side that it gave.
    """
    text = pair.sample.turns[turn].text
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        found = list(SIDE_OF_PICTURE.finditer(sentence))
        named = {name for word in re.findall(r"[a-z]+", sentence.lower()) if (name := class_of(word))}
        boxes = [b for b in pair.context.boxes if b.label in named]
        if len(found) != 1 or len(SIDE.findall(sentence)) != 1 or len(named) != 1 or not boxes:
            continue
        side = found[0][1].lower()
        if any(b.crowd or (centre(b) < 0.5) != (side == "left") for b in boxes):
            continue
        changed = SIDE.sub(lambda m: _OTHER[m[0]], sentence)
        return Place(
            replaced(pair, turn, text.replace(sentence, changed, 1)), changed, all(plainly_on(b, side) for b in boxes)
        )
    return None
