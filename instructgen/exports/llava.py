"""Samples in; the JSON array that LLaVA's own trainer reads out.

Facts of the trainers that shape this file: LLaVA reads one JSON array and joins ``image``, a string, to its images
folder; LLaVA-NeXT also takes a list there, and JSON Lines. Text-only rows have no ``image`` key at all: null or ""
would stop the trainer. Non-ASCII characters are escaped, since LLaVA opens the file in the machine's own encoding.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from ..errors import SetupError
from ..records import Image, Sample
from .rows import Joined, Json, RowsExport, conversations, each, write_array, write_lines


class LlavaExport(RowsExport):
    """Writes ``id``, ``image`` and ``conversations``, one row a line inside one JSON array."""

    name: ClassVar[str] = "llava"
    version: ClassVar[int] = 1

    dialect: Literal["llava", "next"] = "llava"
    """Whose trainer will read it: LLaVA's takes one picture a row; LLaVA-NeXT's takes several, as a list, and also
    reads JSON Lines (a file name that ends in ``.jsonl``)."""

    prefix: str = ""
    """What stands before each picture's path, where the trainer's images folder is one above: ``coco/train2017/``."""

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples; raises SetupError, with the sample's id, for one that the dialect cannot take."""
        rows = self._rows(samples)
        if out.suffix != ".jsonl":
            return write_array(out, rows, ascii_only=True)
        if self.dialect == "llava":
            raise SetupError(f"{out}: LLaVA's trainer reads one JSON array; give a name that ends in .json")
        return write_lines(out, rows)

    def _rows(self, samples: Joined) -> Iterator[Json]:
        for sample in each(samples):
            row: dict[str, Json] = {"id": self.row_id(sample)}
            if image := self._image(sample):
                row["image"] = image
            row["conversations"] = conversations(sample)
            yield row

    def _image(self, sample: Sample) -> Json:
        names = [self._placed(name, image) for name, image in zip(self.image_names(sample), sample.images, strict=True)]
        if len(names) < 2:
            return names[0] if names else None
        if self.dialect == "llava":
            raise SetupError(
                f"sample {sample.id}: has {len(names)} pictures, and LLaVA's trainer takes one a row;"
                " export with dialect=next for LLaVA-NeXT's"
            )
        return list[Json](names)

    def _placed(self, name: str, image: Image) -> str:
        return self.prefix + name if name == image.path else name
