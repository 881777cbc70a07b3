"""An Arrow stream, as ``save_to_disk`` of Hugging Face's library writes it, and a column and row in; bytes out.

The file is mapped into memory, so that only the pages of the picture that is wanted are read.
"""

from bisect import bisect_right
from itertools import accumulate
from pathlib import Path

from ..errors import RequestRefused


class ArrowStream:
    """An open Arrow stream: which batch holds which row. All of it may be called from any thread."""

    def __init__(self, file: Path, name: str) -> None:
        """Open the file; ``name`` stands in messages. Raises RequestRefused ``bad_image_unreadable``."""
        import pyarrow as pa

        try:
            with pa.ipc.open_stream(pa.memory_map(str(file))) as stream:
                self._names = list(stream.schema.names)
                self._batches = list(stream)
        except (pa.ArrowException, OSError) as error:
            why = " ".join(str(error).split())[:150]
            raise RequestRefused("bad_image_unreadable", f"{name}: the Arrow file cannot be read ({why})") from None
        self._starts = list(accumulate((batch.num_rows for batch in self._batches), initial=0))

    def place(self, inner: str, name: str) -> tuple[str, int, int]:
        """Give the column, the batch and the row in it of ``COLUMN/ROW``; raises RequestRefused for none."""
        column, _, number = inner.rpartition("/")
        row = int(number) if number.isdecimal() and number.isascii() else -1
        if column not in self._names or not 0 <= row < self._starts[-1]:
            raise RequestRefused(
                "bad_image_missing",
                f"{name}: expected COLUMN/ROW behind the Arrow file, with one of the columns {', '.join(self._names)}"
                f" and a row below {self._starts[-1]}",
            )
        batch = bisect_right(self._starts, row) - 1
        return column, batch, row - self._starts[batch]

    def read(self, inner: str, name: str) -> bytes:
        """Read a row's bytes; raises RequestRefused where it has none."""
        column, batch, row = self.place(inner, name)
        cell = self._batches[batch].column(column)[row].as_py()
        data = cell.get("bytes") if isinstance(cell, dict) else cell
        if not isinstance(data, bytes):
            raise RequestRefused("bad_image_missing", f"{name}: the row holds no bytes")
        return data
