"""Rows in LLaVA's format in (id, image, conversations; a JSON array or JSON lines); one context a picture row out.

For recaptioning, and for making further data on the pictures of a set that exists. The same rows under the names that
other trainers use (images, messages, role, content) are read too.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from instructgen.component import PLACEMENT, Component
from instructgen.errors import RecordError
from instructgen.records import Row

from . import columns, conversations
from .files import need_file, need_folder, stamps
from .pictures import ImageFolder
from .row_files import json_records
from .rows import Where, block_start, numbered, peeked, to_rows


class LlavaJsonSource(Component):
    """Reads a dataset in LLaVA's JSON format for its pictures, and, as captions, what was answered about them."""

    name: ClassVar[str] = "llava_json"
    version: ClassVar[int] = 1

    file: Annotated[Path, PLACEMENT]
    """JSON array or JSON lines of rows with id, image (a path or a list) and conversations. Also as .gz."""
    images: Annotated[Path | None, PLACEMENT] = None
    """Folder that ``image`` is relative to. Without it, paths are taken as they stand, unchecked."""
    captions: Literal["answers", "first_answer", "none"] = "answers"
    """Which texts become captions: all that gpt says, as in files of captions; only the first; or none."""
    keep: tuple[str, ...] = ()
    """Fields of a row to carry along to the exports; ``["*"]``: all that hold texts, numbers or truth values."""
    where: Where | None = None
    """Leave out records with other values than these, by column: ``{license: [cc0, cc-by]}``."""
    missing_images: Literal["fault", "leave_out", "keep"] = "fault"
    """What becomes of a row whose picture is not in ``images``: a fault, left out, or kept all the same."""
    longest_caption: int = Field(default=20_000, ge=1)
    """Characters that a caption may have."""

    def read(self, start: int) -> Iterator[Row]:
        """Give one row a record; rows without a picture are left out."""
        need_file(self.file, "file", "rows in LLaVA's format (a JSON array or JSON lines)")
        if self.images is not None:
            need_folder(self.images, "images", "the folder that 'image' is relative to")
        folder = ImageFolder(self.images)
        first = block_start(start)
        _, records = peeked(numbered([self.file], first, json_records), first, "file")
        leave_out = {"no_image"} | ({"missing_image"} if self.missing_images == "leave_out" else set())
        facts_of = partial(self._facts, folder)
        return to_rows(records, start, _own_id, facts_of, self.keep, columns.scalar, leave_out, self.where)

    def stamp(self) -> dict[str, str]:
        """Give size and time of the file, and entries and time of the folder."""
        return stamps(file=self.file, images=self.images)

    def image_root(self) -> Path | None:
        """Give the folder that paths are relative to."""
        return self.images

    def _facts(self, folder: ImageFolder, row: Mapping[str, object]) -> columns.Facts:
        answers = conversations.answers(row)
        shown = conversations.pictures(row)
        if shown is None:
            raise RecordError("no_image", "the row has no picture")
        wide, high = columns.whole(row.get("width")), columns.whole(row.get("height"))
        texts = {"answers": answers, "first_answer": answers[:1], "none": []}[self.captions]
        return {
            "images": columns.images(shown, None, folder, wide, high, self.missing_images != "keep"),
            "captions": columns.captions(texts, self.longest_caption),
        }


def _own_id(row: Mapping[str, object]) -> str | None:
    return columns.own_id(row.get("id"))
