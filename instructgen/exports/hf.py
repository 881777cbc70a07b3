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
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Literal

from ..errors import RequestRefused, SetupError
from ..images import read_inside
from ..records import Image, Sample
from ..run_folder import why_unwritable
from .folders import make_way, put
from .kept_types import arrow_types, batches, typed, wider
from .rows import Joined, Json, RowsExport, conversations, kept_columns, origin_row


class HfExport(RowsExport):
    """Writes a saved dataset of the Hugging Face ``datasets`` library."""

    name: ClassVar[str] = "hf"
    version: ClassVar[int] = 1

    images: Literal["path", "bytes"] = "path"
    """``path``: a list of paths or URLs; ``bytes``: a list of structs with the file's own bytes and its path, for which
    the images folder must be known."""
    overwrite: bool = False
    """Whether a folder that is there already is replaced."""

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples to the folder ``out``.

        Raises SetupError where ``out`` is a file, or a folder that is not empty (unless ``overwrite``), and where there
        are no samples: the library cannot read an empty dataset back.
        """
        make_way(out, self.name, self.overwrite)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=f".{out.name}.", suffix=".tmp", dir=out.parent) as folder:
                number = self._build(samples, Path(folder))
                put(Path(folder) / "dataset", out)
        except OSError as error:
            why = why_unwritable(error, out) if error.errno else error
            raise SetupError(f"{out}: cannot be written ({why}); nothing was left there") from None
        return number

    def _build(self, samples: Joined, folder: Path) -> int:
        import datasets
        import pyarrow as pa

        spooled, number, kept = self._spool(samples, folder)
        if not number:
            raise SetupError("there are no samples to export, and an empty saved dataset could not be read back")
        schema = _schema(kept, self.images == "bytes")
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
        if self.images == "bytes":
            if self._root is None:
                raise SetupError("exporting with images=bytes needs the images folder; name it, or use images=path")
            if any(image.path is None for image in sample.images):
                raise SetupError(f"sample {sample.id}: a picture has no file; images=bytes needs one for each")
        row: dict[str, Json] = {"id": self.row_id(sample), "task": sample.task, "images": names}
        return row | {"conversations": conversations(sample), "origin": origin_row(sample)}

    def _typed(self, row: dict[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
        for name, kind in kept.items():
            row[name] = typed(row.get(name), kind)
        if self.images == "bytes" and self._root:
            row["images"] = [{"bytes": self._bytes(row["id"], name), "path": name} for name in row["images"]]
        return row

    def _bytes(self, sample: str, name: str) -> bytes:
        try:
            return read_inside(self._root, Image(path=name))
        except RequestRefused as refused:
            raise SetupError(f"sample {sample}: its picture cannot be read ({refused.detail})") from None


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
