"""Rows in, one by one; Parquet files of about 500 MB, which ``datasets.load_dataset`` reads, out."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

_GROUP_ROWS, _GROUP_BYTES = 1000, 1 << 26
"""Most rows of a row group, and bytes of pictures after which it is full."""
_FILE_BYTES = 1 << 29
"""Bytes of pictures and text after which a file is full, about as in datasets on the Hub."""


def write_tables(folder: Path, schema: Any, rows: Iterable[Mapping[str, Any]]) -> list[Path]:
    """Write all rows into the new folder, then name the files by how many there are; give their paths."""
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    paths: list[Path] = []
    groups = _groups(schema, rows)
    group = next(groups, None)
    while group is not None:
        path = folder / f"{len(paths)}.parquet"
        paths.append(path)
        with pq.ParquetWriter(path, schema, compression="zstd") as file:
            weight = 0
            while group is not None and weight < _FILE_BYTES:
                weight += group.nbytes
                file.write_table(group)
                group = next(groups, None)
    return [
        path.rename(folder / f"train-{number:05d}-of-{len(paths):05d}.parquet") for number, path in enumerate(paths)
    ]


def _groups(schema: Any, rows: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    import pyarrow as pa

    group: list[Mapping[str, Any]] = []
    weight = 0
    for row in rows:
        group.append(row)
        weight += sum(map(_weight, row.values()))
        if len(group) == _GROUP_ROWS or weight >= _GROUP_BYTES:
            yield pa.Table.from_pylist(group, schema=schema)
            group, weight = [], 0
    if group:
        yield pa.Table.from_pylist(group, schema=schema)


def _weight(value: object) -> int:
    """Give the bytes of a picture, or of several."""
    if isinstance(value, list):
        return sum(map(_weight, value))
    return len(value.get("bytes") or b"") if isinstance(value, dict) else 0
