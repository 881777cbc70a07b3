"""A laid out dataset in; a sample of each task as its card shows it out, with a small copy of its picture.

They are read from the published files themselves, so that nothing that was left out or taken down can turn up here. Of
pictures that are published by reference, which may be since they must not be passed on, no copy is made.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from ..errors import RequestRefused
from ..pictures.fit import decoded
from .laid_out import LaidOut

MOST_TASKS = 8
SIDE = 320
"""Pixels of the longer side of a small copy."""
LONGEST = 1200
"""Characters of a turn that are shown."""
MOST_TURNS = 8
_QUALITY = 82
_TRIED = 5
"""Samples of a task that are looked at for a picture that can be read."""
_ROLES = {"human": "Question", "gpt": "Answer"}


class ShownSample(NamedTuple):
    """A sample as the card shows it."""

    task: str
    id: str
    turns: Sequence[tuple[str, str]]
    """Role and text."""
    pictures: int
    """How many pictures it has."""
    picture: bytes | None
    """A small copy of the first, as JPEG without metadata; None where none is published."""


def shown_samples(laid_out: LaidOut) -> list[ShownSample]:
    """Give a sample of each task, the first few tasks at most, drawn by the recipe's seed."""
    found: list[ShownSample] = []
    for task in laid_out.tasks[:MOST_TASKS]:
        found.append(_sample(laid_out, task, {sample.picture for sample in found}))
    return found


def _sample(laid_out: LaidOut, task: str, met: Collection[bytes | None]) -> ShownSample:
    """Give the first drawn sample of a task's first file with a picture that can be read, if possible another one."""
    import pyarrow.parquet as pq

    seed = laid_out.run.built.recipe.seed
    files = next(iter(laid_out.configs[task].values()))
    with pq.ParquetFile(laid_out.folder / files[0].path) as file:
        group = file.read_row_group(0)
    names = group.column("id").to_pylist()
    drawn = sorted(range(len(names)), key=lambda place: _rank(seed, names[place]))[:_TRIED]
    found = [_shown(group.slice(place, 1).to_pylist()[0], task) for place in drawn]
    pictured = [sample for sample in found if sample.picture] or found
    return next((sample for sample in pictured if sample.picture not in met), pictured[0])


def _rank(seed: int, name: str) -> bytes:
    return blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()


def _shown(row: Mapping[str, Any], task: str) -> ShownSample:
    pictures = row["images"] if "images" in row else [row["image"]] if row["image"] else []
    turns = [(_ROLES[turn["from"]], _cut(turn["value"])) for turn in row["conversations"][:MOST_TURNS]]
    return ShownSample(task, row["id"], turns, len(pictures), _small(pictures[0]) if pictures else None)


def _cut(text: str) -> str:
    shown = text.replace("<image>", "").strip()
    return f"{shown[:LONGEST]} …" if len(shown) > LONGEST else shown


def _small(picture: Mapping[str, Any] | str) -> bytes | None:
    """Make a picture small, whatever it says of itself besides its pixels left out; None for a reference."""
    if isinstance(picture, str) or picture["bytes"] is None:
        return None
    try:
        image = decoded(picture["bytes"], picture["path"] or "")
    except RequestRefused:
        return None
    image.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
