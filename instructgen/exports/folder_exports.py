"""Samples or pairs in; a folder out, with the rows in files of a number of rows each and a digest of every file.

What formats that are folders share: rows pass through one at a time, whatever a trainer would misread stops the export,
and the folder gets its name when it is complete.
"""

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from ..errors import SetupError
from ..records import Pair, Sample, Turn
from .folders import DatasetFolder, dataset_folder
from .picture_files import PathsExport
from .rows import Joined, Json, RowsExport, each, shape_fault

T = TypeVar("T")
Asked = Iterable[tuple[Sample, str | None]]
"""Samples; with the rejected answer beside each where they are pairs."""


class FolderExport(RowsExport):
    """What every format that is a folder lets the user choose."""

    overwrite: bool = False
    """Whether a folder that is there already is replaced."""

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples to the folder ``out``.

        Raises SetupError where ``out`` is a file, or a folder that is not empty (unless ``overwrite``), and where there
        are no samples: no trainer can read nothing.
        """
        return self._write(((sample, None) for sample in each(samples)), out, "samples")

    def _write(self, asked: Asked, out: Path, what: str) -> int:
        with dataset_folder(out, self.name, self.overwrite) as folder:
            number = self._fill(asked, folder)
            if not number:
                raise SetupError(f"there are no {what} to export, and a trainer would stop at an empty dataset")
            return number

    @abstractmethod
    def _fill(self, asked: Asked, folder: DatasetFolder) -> int:
        """Write all rows into the folder; give their number."""


class PairsExport(FolderExport):
    """What a format that knows pairs of answers lets the user choose."""

    pairs: bool = False
    """Whether the rows are preference pairs instead of samples: each answer that a person edited, and the answer whose
    place it took."""

    def write_pairs(self, pairs: Iterable[Pair], out: Path) -> int:
        """Write all pairs to the folder ``out``; raises SetupError as ``write`` does."""
        return self._write(map(_checked, pairs), out, "pairs (no edited answers)")


def _checked(pair: Pair) -> tuple[Sample, str]:
    """See that trainers read the rejected answer as it is meant, too."""
    *asked, _ = pair.sample.turns
    fault = shape_fault(pair.sample.model_copy(update={"turns": (*asked, Turn(role="gpt", text=pair.rejected))}))
    if fault:
        raise SetupError(f"pair {pair.sample.id}: of the answer that was rejected, {fault}; take the edit back")
    return pair.sample, pair.rejected


class LinesExport(PathsExport, FolderExport):
    """What formats that are folders of JSON Lines, with pictures beside, share.

    Loaders take the type of a column from a file's first rows, and stop at a later picture where those had none. So
    each file has rows with pictures first, as far as there are any; within each kind, rows are in the source's order.
    """

    rows_per_file: int = Field(default=10_000, ge=1)
    """Rows of one file in ``data/``, about."""

    def _fill(self, asked: Asked, folder: DatasetFolder) -> int:
        spools = folder.aside("shown.jsonl"), folder.aside("alone.jsonl")
        counts = self._spool(asked, folder, *spools)
        total = sum(counts)
        files = min(-(-total // self.rows_per_file), counts[0] or total)
        with spools[0].open("rb") as shown, spools[1].open("rb") as alone:
            for number in range(files):
                share = [(number + 1) * of // files - number * of // files for of in counts]
                name = f"data/train-{number:05d}-of-{files:05d}.jsonl"
                with folder.new(name).open("wb") as file:
                    file.writelines(chain(islice(shown, share[0]), islice(alone, share[1])))
                folder.note(name)
        return total

    def _spool(self, asked: Asked, folder: DatasetFolder, shown: Path, alone: Path) -> tuple[int, int]:
        """Write rows with pictures into one file, and those without into another; give how many there are of each."""
        counts = [0, 0]
        with shown.open("wb") as with_pictures, alone.open("wb") as text:
            for sample, rejected in asked:
                row = {"id": self.row_id(sample), **self._row(sample, rejected, self.paths(sample, folder))}
                line = json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"
                (with_pictures if sample.images else text).write(line)
                counts[0 if sample.images else 1] += 1
        return counts[0], counts[1]

    @abstractmethod
    def _row(self, sample: Sample, rejected: str | None, paths: Sequence[str]) -> Mapping[str, Json]:
        """Give a row, without its id."""


def in_files(rows: Iterator[T], size: int) -> Iterator[tuple[int, Iterator[T]]]:
    """Cut rows into stretches of ``size``; give each with its number. A stretch is to be used up before the next."""
    for number in count():
        first = next(rows, None)
        if first is None:
            return
        yield number, chain((first,), islice(rows, size - 1))
