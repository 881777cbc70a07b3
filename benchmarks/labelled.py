"""The labelled items of ``tests/data/labelled`` in; samples with their contexts and two readers' labels out."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from instructgen.records import Context, Origin, Record, Sample, Turn

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "labelled"
ASKED = "<image>\nWhat does the picture show?"
"""The question under which a lone caption is judged."""


class Label(Record):
    """What a reader says of one item."""

    id: str
    label: Literal["good", "bad", "undecidable"]
    kind: str | None = None
    """The first fault found, as ``tests/data/labelled/README.md`` names it."""
    check: str | None = None
    """The check that should find it."""
    words: str | None = None
    """The wrong words, as written."""
    trap: str | None = None
    """Of a good item: the known trap that it sits on. First reader only."""


class Pair(NamedTuple):
    """A sample and the context that it is judged by."""

    sample: Sample
    context: Context


def sample_of(name: str, task: str, turns: Iterable[Turn], context: Context) -> Sample:
    """Make a sample of turns; the picture's mark is put before the first question where it has none."""
    first, *others = turns
    if "<image>" not in first.text:
        first = Turn(role=first.role, text=f"<image>\n{first.text}")
    origin = Origin(
        context=context.id, task=task, attempt=0, teacher="", model="", prompt="", seeds="", slots=(), requests=()
    )
    return Sample(id=name, task=task, images=context.images, turns=(first, *others), origin=origin)


def one_turn(name: str, text: str, context: Context, asked: str = ASKED) -> Pair:
    """Make a sample of one reply, such as a caption."""
    turns = (Turn(role="human", text=asked), Turn(role="gpt", text=text))
    return Pair(sample_of(name, "conversation", turns, context), context)


def read_contexts() -> dict[str, Context]:
    """Give the made-up photographs by id."""
    lines = (FOLDER / "contexts.jsonl").read_text(encoding="utf-8").splitlines()
    return {context.id: context for context in map(Context.model_validate_json, lines)}


def read_items(part: Literal["dev", "sealed"]) -> dict[str, Pair]:
    """Give the items of one part by id."""
    contexts = read_contexts()
    items = {}
    for line in (FOLDER / f"{part}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        context = contexts[row["context"]]
        turns = [Turn.model_validate(turn) for turn in row["turns"]]
        items[row["id"]] = Pair(sample_of(row["id"], row["task"], turns, context), context)
    return items


def read_labels(reader: Literal["first", "second"]) -> dict[str, Label]:
    """Give a reader's labels by item; none where the reader's file is not there."""
    path = FOLDER / f"labels-{reader}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {label.id: label for label in map(Label.model_validate_json, filter(None, lines))}


def kappa(one: Mapping[str, Label], other: Mapping[str, Label]) -> tuple[float, int]:
    """Give Cohen's kappa (1960) of two readers over the items that both labelled, and their number.

    1 is full agreement, 0 what chance would give.
    """
    both = sorted(one.keys() & other.keys())
    if not both:
        return 0.0, 0
    agreed = sum(one[i].label == other[i].label for i in both) / len(both)
    shares = [Counter(labels[i].label for i in both) for labels in (one, other)]
    chance = sum(shares[0][label] * shares[1][label] for label in shares[0]) / len(both) ** 2
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0, len(both)


def settled(first: Mapping[str, Label], second: Mapping[str, Label], part: str) -> dict[str, Label]:
    """Give the labels that count: of the sealed part the second reader's where there are any, else the first's.

    What both call bad keeps the first reader's kind, who put the fault in.
    """
    if part == "dev" or not second:
        return dict(first)
    return {i: first[i] if label.label == "bad" == first[i].label else label for i, label in second.items()}
