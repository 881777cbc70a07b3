"""Samples in; the JSON array that LLaVA's own trainer reads out.

Facts of the trainers that shape this file: LLaVA reads one JSON array and joins ``image``, a string, to its images
folder; LLaVA-NeXT also takes a list there, and JSON Lines. Text-only rows have no ``image`` key at all: null or ""
would stop the trainer. Non-ASCII characters are escaped, since LLaVA opens the file in the machine's own encoding.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from ..errors import SetupError
from ..records import Sample
from .folders import DatasetFolder, dataset_folder
from .picture_files import PathsExport
from .rows import Joined, Json, conversations, each, fill_array, write_array, write_lines

FILE = "train.json"
"""The rows in a folder."""


class LlavaExport(PathsExport):
    """Writes ``id``, ``image`` and ``conversations``, one row a line inside one JSON array."""

    name: ClassVar[str] = "llava"
    version: ClassVar[int] = 1

    dialect: Literal["llava", "next"] = "llava"
    """Whose trainer will read it: LLaVA's takes one picture a row; LLaVA-NeXT's takes several, as a list, and also
    reads JSON Lines (a file name that ends in ``.jsonl``)."""

    overwrite: bool = False
    """Whether a folder that is there already is replaced."""

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples: to the file ``out`` where its name ends in .json or .jsonl, else into the folder ``out``.

        Raises SetupError, with the sample's id, for one that the dialect cannot take.
        """
        if out.suffix not in (".json", ".jsonl"):
            with dataset_folder(out, self.name, self.overwrite) as folder:
                number = fill_array(folder.new(FILE), self._rows(samples, folder), ascii_only=True)
                folder.note(FILE)
            return number
        if self.images != "none":
            raise SetupError(
                f"{out}: pictures go into a folder beside the rows; give the name of a folder, without .json"
            )
        rows = self._rows(samples, None)
        if out.suffix == ".json":
            return write_array(out, rows, ascii_only=True)
        if self.dialect == "llava":
            raise SetupError(f"{out}: LLaVA's trainer reads one JSON array; give a name that ends in .json")
        return write_lines(out, rows)

    def _rows(self, samples: Joined, folder: DatasetFolder | None) -> Iterator[Json]:
        for sample in each(samples):
            row: dict[str, Json] = {"id": self.row_id(sample)}
            if image := self._image(sample, folder):
                row["image"] = image
            row["conversations"] = conversations(sample)
            yield row

    def _image(self, sample: Sample, folder: DatasetFolder | None) -> Json:
        if len(sample.images) > 1 and self.dialect == "llava":
            raise SetupError(
                f"sample {sample.id}: has {len(sample.images)} pictures, and LLaVA's trainer takes one a row;"
                " export with dialect=next for LLaVA-NeXT's"
            )
        paths = self.paths(sample, folder)
        return list[Json](paths) if len(paths) > 1 else next(iter(paths), None)
