"""Rows of one split in; Parquet files of about 500 MB out, as the Hub's viewer and its storage like them.

The same rows give the same bytes. Pages are cut where content says so, so that of a file that changes a little, such as
by a take-down, the Hub's storage takes the changed stretches only.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .laid_out import DataFile

FILE_BYTES = 500_000_000
GROUP_ROWS = 1000
GROUP_BYTES = 2**26
"""Of pictures: a group of rows is what the viewer reads at once."""

_CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
"""What ``datasets`` writes with, too; noted in the file as it does, so that the Hub knows."""


def write_split(
    rows: Iterable[dict[str, Any]], folder: Path, config: str, split: str, features: Any, file_bytes: int = FILE_BYTES
) -> list[DataFile]:
    """Write all rows below ``folder``, as ``CONFIG/SPLIT-00000-of-00002.parquet`` and so on; give the files."""
    writer = _Split(folder / config, split, features.arrow_schema, file_bytes)
    for row in rows:
        writer.add(row)
    counts = writer.close()
    found = []
    for number, rows_written in enumerate(counts):
        name = f"{split}-{number:05d}-of-{len(counts):05d}.parquet"
        path = writer.path(number).rename(folder / config / name)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        found.append(DataFile(f"{config}/{name}", sha256, path.stat().st_size, rows_written))
    return found


class _Split:
    """Writes groups of rows, and goes on to the next file when one is full."""

    def __init__(self, folder: Path, split: str, schema: Any, file_bytes: int) -> None:
        self._folder = folder
        self._split = split
        self._schema = schema
        self._file_bytes = file_bytes
        self._rows: list[dict[str, Any]] = []
        self._weight = 0
        self._counts: list[int] = []
        self._sink: Any = None
        self._writer: Any = None

    def path(self, number: int) -> Path:
        return self._folder / f".{self._split}-{number:05d}"

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        pictures = row.get("images") or [row.get("image")]
        self._weight += sum(len(picture["bytes"] or b"") for picture in pictures if isinstance(picture, dict))
        if len(self._rows) >= GROUP_ROWS or self._weight >= GROUP_BYTES:
            self._flush()

    def close(self) -> list[int]:
        """Finish the last file; give the number of rows in each."""
        self._flush()
        self._end()
        return self._counts

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._rows:
            return
        table = pa.Table.from_pylist(self._rows, schema=self._schema)
        if self._sink is not None and self._sink.tell() + self._weight > self._file_bytes:
            self._end()
        if self._sink is None:
            self._begin()
        self._writer.write_table(table, row_group_size=len(self._rows))
        self._counts[-1] += len(self._rows)
        self._rows, self._weight = [], 0

    def _begin(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._folder.mkdir(parents=True, exist_ok=True)
        self._sink = pa.OSFile(str(self.path(len(self._counts))), "wb")
        self._counts.append(0)
        self._writer = pq.ParquetWriter(
            self._sink,
            self._schema,
            compression={leaf: "none" if leaf.endswith(".bytes") else "zstd" for leaf in _leaves(self._schema)},
            write_page_index=True,
            use_content_defined_chunking=_CHUNKING,
        )
        self._writer.add_key_value_metadata({"content_defined_chunking": json.dumps(_CHUNKING)})

    def _end(self) -> None:
        if self._sink is not None:
            self._writer.close()
            self._sink.close()
            self._sink = self._writer = None


def _leaves(schema: Any) -> list[str]:
    """Give the Parquet names of a schema's leaves."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    found = pq.read_metadata(pa.BufferReader(sink.getvalue())).schema
    return [found.column(number).path for number in range(len(found))]
