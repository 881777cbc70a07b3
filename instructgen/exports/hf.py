"""Samples in; a folder that ``datasets.load_from_disk`` reads out.

Columns: ``id``, ``task``, ``images``, ``conversations``, ``origin``, and the kept source columns, each typed by all its
values. ``images`` are plain strings, or plain structs of bytes and path: never the library's ``Image`` type, which two
trainers' loaders recompress on reading. Who needs that type casts the column.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Literal

from ..errors import RequestRefused, SetupError
from ..images import read_inside
from ..records import Image, Sample, Scalar
from ..run_folder import why_unwritable
from .rows import Joined, Json, RowsExport, conversations, origin_row, with_kept

_BATCH = 1000
_TYPES = {bool: "bool", int: "int", float: "float", str: "str"}


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
        self._make_way(out)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=f".{out.name}.", suffix=".tmp", dir=out.parent) as folder:
                number = self._build(samples, Path(folder))
                _put(Path(folder) / "dataset", out)
        except OSError as error:
            why = why_unwritable(error, out) if error.errno else error
            raise SetupError(f"{out}: cannot be written ({why}); nothing was left there") from None
        return number

    def _make_way(self, out: Path) -> None:
        if out.exists() and not out.is_dir():
            raise SetupError(f"{out}: is a file; the hf format writes a folder, so give another name")
        if out.is_dir() and any(out.iterdir()) and not self.overwrite:
            raise SetupError(f"{out}: is there already and not empty; give another name, or export with overwrite=true")

    def _build(self, samples: Joined, folder: Path) -> int:
        import datasets
        import pyarrow as pa

        spooled, number, kept = self._spool(samples, folder)
        if not number:
            raise SetupError("there are no samples to export, and an empty saved dataset could not be read back")
        schema = _schema(kept, self.images == "bytes")
        with pa.OSFile(str(folder / "rows.arrow"), "wb") as sink, pa.ipc.new_stream(sink, schema) as stream:
            for batch in _batches(spooled):
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
                with_kept(sample, row, columns)
                for name in columns:
                    kept[name] = _wider(kept.get(name, "none"), row[name])
                file.write(json.dumps(row) + "\n")
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
            row[name] = _as(row.get(name), kind)
        if self.images == "bytes" and self._root:
            row["images"] = [{"bytes": self._bytes(row["id"], name), "path": name} for name in row["images"]]
        return row

    def _bytes(self, sample: str, name: str) -> bytes:
        try:
            return read_inside(self._root, Image(path=name))
        except RequestRefused as refused:
            raise SetupError(f"sample {sample}: its picture cannot be read ({refused.detail})") from None


def _wider(kind: str, value: object) -> str:
    """Give the type that holds a column's values so far and one more; numbers widen, what does not fit becomes text."""
    new = "none" if value is None else _TYPES[type(value)]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        new = "str"
    if new == "none" or new == kind:
        return kind
    if kind == "none":
        return new
    return "float" if {kind, new} == {"int", "float"} else "str"


def _as(value: Scalar, kind: str) -> Scalar:
    if value is None:
        return None
    if kind == "float":
        return float(value)
    return json.dumps(value) if kind == "str" and not isinstance(value, str) else value


def _schema(kept: Mapping[str, str], with_bytes: bool) -> Any:
    import pyarrow as pa

    text, texts = pa.string(), pa.list_(pa.string())
    kinds = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "str": text, "none": text}
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
    return pa.schema({**own, **{name: kinds[kind] for name, kind in kept.items()}})


def _batches(spooled: Path) -> Iterator[list[dict[str, Any]]]:
    with spooled.open(encoding="utf-8") as file:
        while lines := list(islice(file, _BATCH)):
            yield [json.loads(line) for line in lines]


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


def _put(made: Path, out: Path) -> None:
    """Give a folder its final name; one that is there already is moved aside first, and removed last."""
    aside = made.parent / "replaced"
    if out.exists():
        out.rename(aside)
    made.rename(out)
    shutil.rmtree(aside, ignore_errors=True)
