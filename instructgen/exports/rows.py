"""Samples in; what all formats share out: ids, image names, conversations, and files of JSON rows.

A sample that a trainer would misread (turns out of order, an ``<image>`` without its picture) is not written: the
export stops with its id. The shape check finds the same faults earlier, where a recipe uses it.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import PrivateAttr

from ..component import Component, Site
from ..errors import RequestRefused, SetupError
from ..pictures.images import need_inside, read_inside
from ..records import Image, Sample, Scalar
from ..run_folder import atomic

IMAGE = "<image>"

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Joined = Iterable[tuple[Sample, Mapping[str, Scalar]]]
"""Samples, each with its kept source columns."""


class PicturesExport(Component):
    """What every format that names pictures lets the user choose."""

    missing: Literal["refuse", "keep"] = "refuse"
    """Whether a picture that is not in the images folder stops the export. Where the folder is not known or not there,
    nothing is looked up."""

    _root: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: object) -> None:
        """Take the images folder from the site, where it is there."""
        root = context.image_root if isinstance(context, Site) else None
        self._root = root if root and root.is_dir() else None

    def image_name(self, sample: Sample, image: Image) -> str:
        """Give a picture's path, relative to the images folder, or its URL where there is no file.

        Raises SetupError for a path that leads elsewhere or, unless ``missing`` says otherwise, to no file.
        """
        if image.path is None:
            if image.url is None:
                raise SetupError(f"sample {sample.id}: a picture has neither a path nor a URL; mend the source")
            return image.url
        path = PurePosixPath(image.path)
        if not image.path or path.is_absolute() or ".." in path.parts:
            raise SetupError(f"sample {sample.id}: the image path {image.path!r} is not inside the images folder")
        if self.missing == "refuse" and self._root:
            try:
                need_inside(self._root, image)
            except RequestRefused as refused:
                if image.url is not None:
                    return image.url
                raise SetupError(
                    f"sample {sample.id}: there is no picture {image.path!r} in {self._root} ({refused.reason}), and a"
                    " trainer would stop there; add it, or export with missing=keep"
                ) from None
        return image.path

    def need_file(self, sample: str, image: Image) -> str:
        """Give the path of a picture that is a file of ours; raises SetupError for one that is a URL alone."""
        if self._root is None:
            raise SetupError(
                "the pictures themselves are to be written, and the images folder is not known or not there; name it"
                " in the recipe's source, or export paths alone, in a format that takes --images none"
            )
        if image.path is None:
            raise SetupError(f"sample {sample}: a picture has no file, only a URL; fetch it, or take --images none")
        return image.path

    def picture_bytes(self, sample: str, image: Image) -> bytes:
        """Read a picture's bytes as they are, also out of an archive. Raises SetupError where they cannot be read."""
        self.need_file(sample, image)
        try:
            return read_inside(self._root, image)
        except RequestRefused as refused:
            raise SetupError(f"sample {sample}: its picture cannot be read ({refused.detail})") from None


class RowsExport(PicturesExport):
    """What every format that trainers read lets the user choose."""

    ids: Literal["sample", "context"] = "sample"
    """What a row is called: the sample's id (``000000033471/detail/0``), which is unique, or the context's
    (``000000033471``), as in the published files, which several rows may share."""

    def row_id(self, sample: Sample) -> str:
        """Give the id of a sample's row."""
        return sample.id if self.ids == "sample" else sample.origin.context

    def image_names(self, sample: Sample) -> list[str]:
        """Give each picture's path, relative to the images folder, or its URL where there is no file.

        Raises SetupError for a sample that no trainer would read as it is meant.
        """
        if fault := shape_fault(sample):
            raise SetupError(f"sample {sample.id}: {fault}; let the recipe's shape check reject such samples")
        return [self.image_name(sample, image) for image in sample.images]


def shape_fault(sample: Sample) -> str | None:
    """Say what would make trainers stop at this sample or read it wrongly; None where nothing would."""
    turns = sample.turns
    if not turns or len(turns) % 2:
        return f"expected pairs of question and answer, found {len(turns)} turns"
    for number, turn in enumerate(turns):
        if turn.role != ("gpt" if number % 2 else "human"):
            return f"turn {number + 1} is by '{turn.role}': questions and answers must take turns"
        if not turn.text or turn.text.isspace():
            return f"turn {number + 1} is empty"
        if number and IMAGE in turn.text:
            return f"turn {number + 1} holds {IMAGE}, which may stand in the first question only"
        if not turn.text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in turn.text):
            return f"turn {number + 1} holds half a character (a lone surrogate), which is no Unicode text"
    tags = turns[0].text.count(IMAGE)
    if tags != len(sample.images):
        return f"expected {len(sample.images)} {IMAGE} for as many pictures, found {tags}"
    return None


def conversations(sample: Sample) -> list[Json]:
    """Give the turns as LLaVA writes them."""
    return [{"from": turn.role, "value": turn.text} for turn in sample.turns]


def write_array(out: Path, rows: Iterable[Json], ascii_only: bool = False) -> int:
    """Write a JSON array, one row a line; give the number of rows."""
    with atomic(out) as temporary:
        return fill_array(temporary, rows, ascii_only)


def fill_array(path: Path, rows: Iterable[Json], ascii_only: bool = False) -> int:
    """Write a JSON array under a name that is not final yet; give the number of rows."""
    number = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        for row in rows:
            file.write(",\n" if number else "\n")
            number += 1
            file.write(json.dumps(row, ensure_ascii=ascii_only, allow_nan=False))
        file.write("\n]\n")
    return number


def write_lines(out: Path, rows: Iterable[Json]) -> int:
    """Write JSON Lines; give the number of rows."""
    number = 0
    with atomic(out) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            number += 1
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
    return number


def kept_columns(sample: Sample, own: Collection[str], kept: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Give the kept source columns as they stand beside the export's ``own``: one of the same name as ``source_NAME``.

    Raises SetupError where that name is taken, too.
    """
    named: dict[str, Scalar] = {}
    for name, value in kept.items():
        free = f"source_{name}" if name in own else name
        if free in named or (free != name and free in kept):
            raise SetupError(
                f"sample {sample.id}: the export has a column '{name}' of its own, and 'source_{name}' is taken; leave"
                " one of the two out of the source's keep"
            )
        # JSON has no NaN; a number that is none is told as null.
        named[free] = None if isinstance(value, float) and value - value != 0 else value
    return named


def origin_row(sample: Sample) -> dict[str, Json]:
    """Give a sample's origin as plain JSON."""
    origin = sample.origin
    return {
        "context": origin.context,
        "task": origin.task,
        "attempt": origin.attempt,
        "teacher": origin.teacher,
        "model": origin.model,
        "prompt": origin.prompt,
        "seeds": origin.seeds,
        "slots": list(origin.slots),
        "requests": list(origin.requests),
    }


def each(samples: Joined) -> Iterator[Sample]:
    """Give the samples without their kept columns."""
    return (sample for sample, _ in samples)
