"""Samples in; the ShareGPT rows that LLaMA-Factory reads out.

LLaMA-Factory wants as many ``<image>`` in the text as there are ``images``, and joins paths to its ``media_dir``. The
entry for its ``dataset_info.json`` stands in ``docs/exports.md``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from .rows import Joined, Json, RowsExport, conversations, each, write_rows


class SharegptExport(RowsExport):
    """Writes ``id``, ``conversations`` and ``images``: a JSON array, or JSON Lines under a name in ``.jsonl``."""

    name: ClassVar[str] = "sharegpt"
    version: ClassVar[int] = 1

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples."""
        return write_rows(out, self._rows(samples))

    def _rows(self, samples: Joined) -> Iterator[Json]:
        for sample in each(samples):
            # Every row has the list, empty for text alone, so that a columnar loader sees one type.
            images = list[Json](self.image_names(sample))
            yield {"id": self.row_id(sample), "conversations": conversations(sample), "images": images}
