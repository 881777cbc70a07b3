"""The files of a Hugging Face dataset on this disk in; their rows, without the bytes of pictures, out.

Two kinds: Parquet files, as on the Hub, and Arrow streams, as ``save_to_disk`` writes them. Where a row is read whose
picture lies in the file itself, the address of the picture stands for it: ``FILE/COLUMN/ROW``.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from instructgen.component import did_you_mean
from instructgen.errors import SetupError

from .row_files import Raw, Reading

INSIDE = " inside"
"""Key of the address of a picture that lies in the file itself. The picture's own column holds its path, if any."""
ROWS_AT_A_TIME = 500
_SPLIT = re.compile(r"(?:^|[-_./])(train|test|validation|valid|val|dev|eval)(?=[-_./]|$)")


class Layout(NamedTuple):
    """Which columns of a file are read, and how."""

    plain: tuple[str, ...]
    """Columns read as they are."""
    picture: str
    """The column of the picture."""
    kind: str
    """``struct`` of bytes and path, ``binary``, or ``text``: a path or URL."""


Choose = Callable[[Any], Layout]
"""Given the Arrow schema of a file, gives what to read of it; raises SetupError when it has no picture."""


# ── which files ──────────────────────────────────────────────────────────────────────────────────────────────


def data_files(dataset: Path, split: str | None) -> list[Path]:
    """Give the data files of one split of a dataset, in the order of rows; raises SetupError."""
    if dataset.is_file():
        return [dataset]
    if is_saved(dataset):
        return _saved_files(dataset, split)
    found = sorted(p for p in dataset.rglob("*.parquet") if not _hidden(p, dataset))
    if not found:
        raise SetupError(f"{dataset}: holds no Parquet file and nothing that save_to_disk wrote")
    by_split: dict[str, list[Path]] = {}
    for path in found:
        by_split.setdefault(split_of(path.relative_to(dataset)), []).append(path)
    return by_split[chosen_split(str(dataset), list(by_split), split)]


def is_saved(folder: Path) -> bool:
    """Tell whether a folder was written by ``save_to_disk``."""
    return any((folder / name).is_file() for name in ("dataset_dict.json", "state.json"))


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def split_of(path: PurePath) -> str:
    """Give the split that a file's name or the name of a folder above it tells; the file's own comes first."""
    for part in (path.stem, *reversed(path.parts[:-1])):
        if told := _SPLIT.search(part):
            return told[1]
    return "train"


def chosen_split(dataset: str, splits: Sequence[str], split: str | None) -> str:
    """Give the split to read; raises SetupError where there are several and none is named, or the named one is not."""
    if split is None and len(splits) == 1:
        return splits[0]
    if split is None:
        raise SetupError(f"{dataset}: has the splits {', '.join(splits)}; say which by --set source.split=NAME")
    if split not in splits:
        raise SetupError(f"{dataset}: has no split '{split}'{did_you_mean(split, list(splits))}")
    return split


def _saved_files(dataset: Path, split: str | None) -> list[Path]:
    folder = dataset
    try:
        if (dataset / "dataset_dict.json").is_file():
            splits = json.loads((dataset / "dataset_dict.json").read_bytes())["splits"]
            folder = dataset / chosen_split(str(dataset), splits, split)
        state = json.loads((folder / "state.json").read_bytes())
        return [folder / file["filename"] for file in state["_data_files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(f"{folder}: cannot be read as what save_to_disk writes ({error!r})"[:300]) from None


# ── their rows ───────────────────────────────────────────────────────────────────────────────────────────────


def schema_of(path: Path) -> Any:
    """Give the Arrow schema of a file; raises SetupError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix != ".arrow":
            return pq.read_schema(path)
        with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as stream:
            return stream.schema
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def row_count(path: Path) -> int:
    """Count the rows of a file without reading them; raises SetupError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix != ".arrow":
            return int(pq.read_metadata(path).num_rows)
        with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as stream:
            return sum(batch.num_rows for batch in stream)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def records(path: Path, skip: int, address: str, choose: Choose) -> Reading:
    """Read the rows of a file after the first ``skip``, which are not decoded; ``address`` stands for the file."""
    import pyarrow as pa

    layout = choose(schema_of(path))
    count = row_count(path)
    batches = _arrow_batches if path.suffix == ".arrow" else _parquet_batches
    try:
        if skip < count:
            for first, batch in batches(path, skip, layout):
                start = max(0, skip - first)
                yield from _rows(batch.slice(start), first + start, address, layout)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None
    return count


def _unreadable(path: Path, error: Exception) -> SetupError:
    kind = "an Arrow stream" if path.suffix == ".arrow" else "Parquet"
    return SetupError(f"{path} cannot be read as {kind} ({' '.join(str(error).split())[:200]}); fetch it anew")


def _rows(batch: Any, first: int, address: str, layout: Layout) -> Iterator[Raw]:
    """Give the rows of a batch, in which ``INSIDE``, where it is there, says whose picture is in the file."""
    for number, record in enumerate(batch.to_pylist(), first):
        held = record.pop(INSIDE, None)
        if held:
            record[INSIDE] = f"{address}/{layout.picture}/{number}"
        if layout.kind == "struct":
            record[layout.picture] = (record[layout.picture] or {}).get("path")
        yield Raw(f"row {number}", record)


def _parquet_batches(path: Path, skip: int, layout: Layout) -> Iterator[tuple[int, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        leaves = [file.metadata.schema.column(n).path for n in range(file.metadata.num_columns)]
        heavy = f"{layout.picture}.bytes" if layout.kind == "struct" else layout.picture
        light = [leaf for leaf in leaves if leaf == f"{layout.picture}.path" or _of(leaf, layout.plain)]
        at = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if at + rows > skip:
                whole = None if layout.kind == "text" else _held(file.metadata.row_group(group), leaves.index(heavy))
                columns = light if whole is not None or layout.kind == "text" else [*light, heavy]
                first = at
                for batch in file.iter_batches(ROWS_AT_A_TIME, row_groups=[group], columns=columns):
                    if first + batch.num_rows > skip:
                        yield first, _marked(batch, layout, whole)
                    first += batch.num_rows
            at += rows


def _of(leaf: str, names: Sequence[str]) -> bool:
    """Tell whether a leaf belongs to one of the columns."""
    return leaf in names or any(leaf.startswith(f"{name}.") for name in names)


def _held(group: Any, leaf: int) -> bool | None:
    """Tell by a row group's statistics whether all of its pictures lie in the file, or none; None for some."""
    known = group.column(leaf).statistics
    if known is None or not known.has_null_count:
        return None
    return True if known.null_count == 0 else False if known.null_count == group.num_rows else None


def _arrow_batches(path: Path, skip: int, layout: Layout) -> Iterator[tuple[int, Any]]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as stream:
        at = 0
        for batch in stream:
            if at + batch.num_rows > skip:
                chosen = batch.select([n for n in batch.schema.names if n in {*layout.plain, layout.picture}])
                for first in range(0, chosen.num_rows, ROWS_AT_A_TIME):
                    if at + min(first + ROWS_AT_A_TIME, chosen.num_rows) > skip:
                        yield at + first, _marked(chosen.slice(first, ROWS_AT_A_TIME), layout, None)
            at += batch.num_rows


def _marked(batch: Any, layout: Layout, whole: bool | None) -> Any:
    """Give a batch without pictures' bytes, and with the column ``INSIDE``."""
    import pyarrow as pa

    if layout.kind == "text":
        return batch
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    picture = columns.get(layout.picture)
    held = [whole] * batch.num_rows
    if picture is not None and layout.kind == "struct":
        names = [field.name for field in picture.type]
        if whole is None:
            held = picture.field("bytes").is_valid().to_pylist()
        paths = picture.field("path") if "path" in names else pa.nulls(batch.num_rows, pa.string())
        columns[layout.picture] = pa.StructArray.from_arrays([paths], ["path"])
    elif picture is not None:
        held = picture.is_valid().to_pylist()
        del columns[layout.picture]
    return pa.RecordBatch.from_pydict({**columns, INSIDE: pa.array(held, pa.bool_())})
