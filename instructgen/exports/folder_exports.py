"""Samples or pairs in; a folder out, with the rows in files of a number of rows each and a digest of every file.

What formats that are folders share: rows pass through one at a time, whatever a trainer would misread stops the export,
and the folder gets its name when it is complete.
"""

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
from .rows import Joined, Json, RowsExport, each, fill_lines, shape_fault

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
    """What formats that are folders of JSON Lines, with pictures beside, share."""

    rows_per_file: int = Field(default=10_000, ge=1)
    """Rows of one file in ``data/``."""

    def _fill(self, asked: Asked, folder: DatasetFolder) -> int:
        total = 0
        for number, some in in_files(self._rows(asked, folder), self.rows_per_file):
            shard = f"data/train-{number:05d}.jsonl"
            total += fill_lines(folder.new(shard), some)
            folder.note(shard)
        return total

    def _rows(self, asked: Asked, folder: DatasetFolder) -> Iterator[Json]:
        for sample, rejected in asked:
            yield {"id": self.row_id(sample), **self._row(sample, rejected, self.paths(sample, folder))}

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
