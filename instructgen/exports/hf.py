"""Samples in; a folder that ``datasets.load_from_disk`` reads out.

Columns: ``id``, ``task``, ``images``, ``conversations``, ``origin``, and the kept source columns, each typed by all its
values. ``images`` are plain strings, or plain structs of bytes and path: never the library's ``Image`` type, which two
trainers' loaders recompress on reading. Who needs that type casts the column.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal

from ..errors import SetupError
from ..records import Image, Sample
from .folders import building
from .kept_types import arrow_types, batches, typed, wider
from .rows import Joined, Json, RowsExport, conversations, kept_columns, origin_row


class HfExport(RowsExport):
    """Writes a saved dataset of the Hugging Face ``datasets`` library."""

    name: ClassVar[str] = "hf"
    version: ClassVar[int] = 1

    images: Literal["none", "embed"] = "none"
    """``none``: a list of paths or URLs; ``embed``: a list of structs with the file's own bytes and its path."""
    overwrite: bool = False
    """Whether a folder that is there already is replaced."""

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples to the folder ``out``.

        Raises SetupError where ``out`` is a file, or a folder that is not empty (unless ``overwrite``), and where there
        are no samples: the library cannot read an empty dataset back.
        """
        with building(out, self.name, self.overwrite) as folder:
            return self._build(samples, folder)

    def _build(self, samples: Joined, folder: Path) -> int:
        import datasets
        import pyarrow as pa

        spooled, number, kept = self._spool(samples, folder)
        if not number:
            raise SetupError("there are no samples to export, and an empty saved dataset could not be read back")
        schema = _schema(kept, self.images == "embed")
        with pa.OSFile(str(folder / "rows.arrow"), "wb") as sink, pa.ipc.new_stream(sink, schema) as stream:
            for batch in batches(spooled):
                stream.write_batch(pa.RecordBatch.from_pylist([self._typed(row, kept) for row in batch], schema=schema))
        # Named after its content: the library would name it after the time, and two exports of one run would differ.
        with (folder / "rows.arrow").open("rb") as file:
            fingerprint = hashlib.file_digest(file, "blake2b").hexdigest()[:16]
        with _quiet():
            table = datasets.table.MemoryMappedTable.from_file(str(folder / "rows.arrow"))
            datasets.Dataset(table, fingerprint=fingerprint).save_to_disk(folder / "dataset")
        return number

    def _spool(self, samples: Joined, folder: Path) -> tuple[Path, int, dict[str, str]]:
        # What type a kept column has is known only after its last value, so rows wait on disk till then.
        spooled, kept, number = folder / "rows.jsonl", dict[str, str](), 0
        with spooled.open("w", encoding="utf-8", newline="\n") as file:
            for sample, columns in samples:
                number += 1
                row = self._row(sample)
                named = kept_columns(sample, row, columns)
                for name, value in named.items():
                    kept[name] = wider(kept.get(name, "none"), value)
                file.write(json.dumps({**row, **named}) + "\n")
        return spooled, number, kept

    def _row(self, sample: Sample) -> dict[str, Json]:
        names = list[Json](self.image_names(sample))
        if self.images == "embed":
            for image in sample.images:
                self.need_file(sample.id, image)
        row: dict[str, Json] = {"id": self.row_id(sample), "task": sample.task, "images": names}
        return row | {"conversations": conversations(sample), "origin": origin_row(sample)}

    def _typed(self, row: dict[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
        for name, kind in kept.items():
            row[name] = typed(row.get(name), kind)
        if self.images == "embed":
            paths, told = row["images"], row["id"]
            row["images"] = [{"bytes": self.picture_bytes(told, Image(path=path)), "path": path} for path in paths]
        return row


def _schema(kept: Mapping[str, str], with_bytes: bool) -> Any:
    import pyarrow as pa

    text, texts = pa.string(), pa.list_(pa.string())
    origin = {
        **{"context": text, "task": text, "attempt": pa.int32(), "teacher": text, "model": text},
        **{"prompt": text, "seeds": text, "slots": texts, "requests": texts},
    }
    own = {
        "id": text,
        "task": text,
        "images": pa.list_(pa.struct({"bytes": pa.binary(), "path": text})) if with_bytes else texts,
        "conversations": pa.list_(pa.struct({"from": text, "value": text})),
        "origin": pa.struct(origin),
    }
    return pa.schema({**own, **arrow_types(kept)})


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's progress bars out of ours."""
    from datasets.utils.logging import disable_progress_bar, enable_progress_bar, is_progress_bar_enabled

    shown = is_progress_bar_enabled()
    disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            enable_progress_bar()
