"""Turns, boxes and verdicts in; each turn in pieces out: which boxes a piece is about, and what is held against it."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ..checks.mentions import Mention, reading_of
from ..records import Box, Context, Turn
from ..vocabulary import COCO, Vocabulary, vocabulary_of
from .reading import Finding

IMAGE = "<image>"


class Piece(NamedTuple):
    """A stretch of a turn that is shown in one manner."""

    text: str
    boxes: tuple[int, ...] = ()
    """The context's boxes that it is about."""
    notes: tuple[int, ...] = ()
    """Numbers of the notes that are held against it, from 1."""
    level: str = ""
    """The gravest of them."""
    ends: tuple[int, ...] = ()
    """The notes whose stretch ends here."""


class Note(NamedTuple):
    """What a check says of a stretch of text, for the foot of its turn."""

    number: int
    check: str
    reason: str
    level: str
    contradicts: str


class Marked(NamedTuple):
    """A turn as it is shown."""

    role: str
    pieces: list[Piece]
    notes: list[Note]
    pictures: int
    """How often the placeholder of a picture stands in it; the pieces are without."""


class _Mark(NamedTuple):
    start: int
    end: int
    boxes: tuple[int, ...]
    note: int
    level: str


_GRAVEST = ("reject", "tag", "doubtful", "pass")


def marked(turns: Sequence[Turn], findings: Sequence[Finding], context: Context | None) -> list[Marked]:
    """Give the turns in pieces."""
    marks: dict[int, list[_Mark]] = {}
    notes: dict[int, list[Note]] = {}
    number = 0
    for finding in findings:
        for span in finding.verdict.evidence if finding.level != "pass" else ():
            number += 1
            verdict = finding.verdict
            said = (verdict.check, verdict.reason or "", finding.level, span.contradicts or "")
            notes.setdefault(span.turn, []).append(Note(number, *said))
            marks.setdefault(span.turn, []).append(_Mark(span.start, span.end, span.boxes, number, finding.level))
    for mention, boxes in _mentions(turns, context):
        marks.setdefault(mention.turn, []).append(_Mark(mention.start, mention.end, boxes, 0, ""))
    shown = []
    for place, turn in enumerate(turns):
        pieces = _pieces(turn.text, marks.get(place, []))
        shown.append(Marked(turn.role, _without_pictures(pieces), notes.get(place, []), turn.text.count(IMAGE)))
    return shown


def _mentions(turns: Sequence[Turn], context: Context | None) -> list[tuple[Mention, tuple[int, ...]]]:
    """Give what the turns mention of what is boxed, with the boxes."""
    if context is None or not context.boxes:
        return []
    found = []
    labels = tuple(sorted({box.label for box in context.boxes if COCO.label(box.label) is None}))
    for vocabulary in (COCO, *([_of_labels(labels)] if labels else [])):
        by_class = _by_class(context.boxes, vocabulary)
        for mention in reading_of(turns, vocabulary).mentions:
            boxes = {box for name in mention.classes for box in by_class.get(name, ())}
            if boxes and mention.polarity != "negated":
                found.append((mention, tuple(sorted(boxes))))
    return found


def _by_class(boxes: Sequence[Box], vocabulary: Vocabulary) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, box in enumerate(boxes):
        name = vocabulary.label(box.label)
        if name is not None:
            found.setdefault(name, []).append(place)
    return found


@lru_cache(maxsize=64)
def _of_labels(labels: tuple[str, ...]) -> Vocabulary:
    """Make a vocabulary of labels that COCO does not know."""
    return vocabulary_of(labels)


def _pieces(text: str, marks: Sequence[_Mark]) -> list[Piece]:
    """Cut a text wherever a mark begins or ends."""
    whole = [mark for mark in marks if 0 <= mark.start < mark.end]
    cuts = sorted({0, len(text), *(min(p, len(text)) for mark in whole for p in (mark.start, mark.end))})
    pieces = []
    for start, end in pairwise(cuts):
        over = [mark for mark in whole if mark.start <= start and mark.end >= end]
        boxes = sorted({box for mark in over for box in mark.boxes})
        noted = sorted(mark.note for mark in over if mark.note)
        grave = min((mark.level for mark in over if mark.note), key=_GRAVEST.index, default="")
        ends = tuple(mark.note for mark in over if mark.note and min(mark.end, len(text)) == end)
        pieces.append(Piece(text[start:end], tuple(boxes), tuple(noted), grave, ends))
    return pieces


def _without_pictures(pieces: list[Piece]) -> list[Piece]:
    """Take the pictures' placeholders out, and the blank lines that they leave at the ends."""
    shown = [piece._replace(text=piece.text.replace(IMAGE, "")) for piece in pieces]
    if shown:
        shown[0] = shown[0]._replace(text=shown[0].text.lstrip("\n"))
        shown[-1] = shown[-1]._replace(text=shown[-1].text.rstrip("\n"))
    return [piece for piece in shown if piece.text or piece.ends]


# ── the text as it is edited ─────────────────────────────────────────────────────────────────────────────────


def bare(text: str) -> str:
    """Give a turn's text as a person edits it: without the pictures' placeholders on lines of their own."""
    return "\n".join(line for line in text.split("\n") if line != IMAGE)


def restored(before: str, edited: str) -> str:
    """Put the placeholders of a turn back where they stood: above or below its words."""
    lines = before.split("\n")
    number = lines.count(IMAGE)
    if not number:
        return edited
    block = "\n".join([IMAGE] * number)
    return f"{block}\n{edited}" if lines[0] == IMAGE else f"{edited}\n{block}"
