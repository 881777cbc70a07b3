"""Samples in; JSON Lines out: LLaVA's rows with task, origin and the kept source columns.

``image`` is a string for one picture, a list for several, and left out for none.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from .rows import Joined, Json, RowsExport, conversations, kept_columns, origin_row, write_lines

_OWN = ("id", "image", "conversations", "task", "origin")


class JsonlExport(RowsExport):
    """Writes one JSON object a line, with all that is known of a sample but its cost."""

    name: ClassVar[str] = "jsonl"
    version: ClassVar[int] = 1

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples."""
        return write_lines(out, self._rows(samples))

    def _rows(self, samples: Joined) -> Iterator[Json]:
        for sample, kept in samples:
            names = self.image_names(sample)
            row: dict[str, Json] = {"id": self.row_id(sample)}
            if names:
                row["image"] = names[0] if len(names) == 1 else list[Json](names)
            row |= {"conversations": conversations(sample), "task": sample.task, "origin": origin_row(sample)}
            yield {**row, **kept_columns(sample, _OWN, kept)}
