"""Parquet files, Hugging Face datasets on disk or on the Hub in; their records, one dictionary each, out.

Only the columns that are asked for are read, and of a column of pictures only their paths, so that bytes of pictures
never reach memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from instructgen.component import did_you_mean
from instructgen.errors import SetupError

from .row_files import Raw, Reading

ROWS_AT_A_TIME = 500

Choose = Callable[[Sequence[str]], list[str]]
"""Given the names of a table's columns, gives those to read; raises SetupError for one that is not there."""


def parquet_records(path: Path, skip: int, choose: Choose) -> Reading:
    """Read a Parquet file."""
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            leaves = [file.metadata.schema.column(n).path for n in range(file.metadata.num_columns)]
            columns = [leaf for name in choose(schema.names) for leaf in _light(name, leaves)]
            first, groups = 0, list[int]()
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if groups or first + rows > skip:
                    groups.append(group)
                else:
                    first += rows
            batches = file.iter_batches(ROWS_AT_A_TIME, row_groups=groups, columns=columns) if groups else ()
            yield from _rows(batches, first, skip)
            return int(file.metadata.num_rows)
    except (pyarrow.ArrowException, OSError) as error:
        raise SetupError(f"{path} cannot be read as Parquet ({' '.join(str(error).split())[:200]})") from None


def _light(name: str, leaves: Sequence[str]) -> list[str]:
    """Give the leaves of a column, without the bytes of pictures that have a path beside them."""
    own = [leaf for leaf in leaves if leaf == name or leaf.startswith(f"{name}.")]
    return [leaf for leaf in own if not (leaf.endswith(".bytes") and f"{leaf.removesuffix('bytes')}path" in own)]


def dataset_records(name: str, load: Callable[[], Any], split: str | None, skip: int, choose: Choose) -> Reading:
    """Read a Hugging Face dataset that ``load`` gives; ``name`` is what messages call it."""
    from datasets import Dataset, DatasetDict, Image

    found = load()
    if isinstance(found, DatasetDict):
        if split is None and len(found) > 1:
            raise SetupError(f"split: {name} has the splits {', '.join(found)}; say which")
        chosen = split or next(iter(found))
        if chosen not in found:
            raise SetupError(f"split: {name} has no split '{split}'{did_you_mean(chosen, list(found))}")
        found = found[chosen]
    if not isinstance(found, Dataset):
        raise SetupError(f"{name} is not a dataset with rows that can be counted")
    table = found.select_columns(choose(found.column_names))
    for column, feature in table.features.items():
        if isinstance(feature, Image):
            table = table.cast_column(column, Image(decode=False))
    rest = table.select(range(min(skip, len(table)), len(table))).with_format("arrow")
    batches = (_without_bytes(t) for t in rest.iter(batch_size=ROWS_AT_A_TIME))
    yield from _rows(batches, skip, skip)
    return len(table)


def _without_bytes(table: Any) -> Any:
    """Give a table whose pictures, alone or in lists, have their paths only."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        listed = pa.types.is_list(field.type) or pa.types.is_large_list(field.type)
        inner = field.type.value_type if listed else field.type
        if pa.types.is_struct(inner) and {"bytes", "path"} <= {f.name for f in inner}:
            light = pa.struct({"path": inner.field("path").type})
            column = table.column(at).cast(pa.list_(light) if listed else light)
            table = table.set_column(at, field.name, column)
    return table


def saved_dataset(path: Path) -> Callable[[], Any]:
    """Give the loader of a dataset that ``save_to_disk`` wrote."""

    def load() -> Any:
        import datasets

        try:
            return datasets.load_from_disk(str(path))
        except (OSError, ValueError) as error:
            raise SetupError(
                f"{path} cannot be read as a saved dataset ({' '.join(str(error).split())[:200]})"
            ) from None

    return load


def hub_dataset(name: str, subset: str | None, split: str | None) -> Callable[[], Any]:
    """Give the loader of a dataset on the Hub."""

    def load() -> Any:
        import datasets

        try:
            return datasets.load_dataset(name, subset, split=split)
        except Exception as error:  # the library raises its own, httpx's and OSErrors alike
            why = " ".join(str(error).split())[:200]
            raise SetupError(f"hub: dataset '{name}' cannot be loaded ({type(error).__name__}: {why})") from None

    return load


def is_saved_dataset(path: Path) -> bool:
    """Tell whether a folder was written by ``save_to_disk``."""
    return (path / "state.json").is_file() or (path / "dataset_dict.json").is_file()


def _rows(batches: Iterable[Any], first: int, skip: int) -> Iterator[Raw]:
    """Give the rows of batches, the first of which is row ``first``, from row ``skip`` on."""
    at = first
    for batch in batches:
        if at + batch.num_rows > skip:
            part = batch.slice(max(0, skip - at))
            for n, record in enumerate(part.to_pylist(), max(at, skip)):
                yield Raw(f"row {n}", record)
        at += batch.num_rows
