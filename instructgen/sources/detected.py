"""A path in; what kind of dataset lies there, with the block of a recipe's source that reads it, out.

What is looked at: names, headers of shards, footers of Parquet files, and files of rows, once through, to count them.
No picture is opened.
"""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from instructgen.component import Site
from instructgen.errors import RecordError, SetupError
from instructgen.library import Library

from . import conversations
from .cc3m import tsv_records
from .folder import ENDINGS
from .hf_dataset import HfDatasetSource
from .hf_files import data_files, is_saved, row_count, schema_of
from .pictures import ImageFolder
from .row_files import Reading, csv_records, json_records, opened
from .rows import EVERY
from .webdataset import entries_of, tar_files, told_count

EXPECTED = (
    "expected a folder of pictures, Parquet files or tar shards, a folder that save_to_disk wrote, rows in LLaVA's"
    " format (JSON), a list of Conceptual Captions (TSV), or the name of a dataset on the Hugging Face Hub"
)
METADATA = ("metadata.jsonl", "metadata.csv")
"""What the ``datasets`` library calls the table beside a folder's pictures."""
CC3M_NAMES = ("GCC_train_{row:09d}.jpg", "{shard:05d}/{row:09d}.jpg")
_LOOKED_AT = 100
_NOTHING: Mapping[str, object] = {}
_NOWHERE = Site("source", Library(()))
_JSON, _TABLES = (".json", ".jsonl"), (".csv", ".tsv", ".tab")


class Detected(NamedTuple):
    """A dataset that was recognised."""

    block: dict[str, object]
    """The recipe's ``source``."""
    said: str
    """What it is and how much of it, in a line."""


def detect(dataset: Path, images: Path | None = None, given: Mapping[str, object] = _NOTHING) -> Detected:
    """Tell what a file or folder holds; ``images`` is the folder of its pictures, where they lie elsewhere.

    ``given`` are fields of the source that the user has set: a split, a column. Raises SetupError that says what was
    found instead of a dataset.
    """
    if dataset.is_dir():
        return _folder(dataset, images, given)
    if not dataset.is_file():
        raise SetupError(f"{dataset}: there is no such file or folder; {EXPECTED}")
    kind = Path(dataset.name.removesuffix(".gz")).suffix.lower()
    if kind in _JSON:
        return _json(dataset, images)
    if kind in _TABLES:
        return _table(dataset, images, given)
    if kind in (".parquet", ".tar"):
        return _hf_dataset(dataset, images, given) if kind == ".parquet" else _webdataset(dataset, images)
    raise SetupError(f"{dataset}: is a file of another kind; {EXPECTED}")


def _folder(folder: Path, images: Path | None, given: Mapping[str, object]) -> Detected:
    if is_saved(folder):
        return _hf_dataset(folder, images, given)
    found = _endings(folder)
    if found[".tar"]:
        return _webdataset(folder, images)
    if found[".parquet"]:
        return _hf_dataset(folder, images, given)
    pictures = sum(found[ending] for ending in ENDINGS)
    table = next((folder / name for name in METADATA if (folder / name).is_file()), None)
    if pictures and table is not None:
        return _rows(table, images or folder)
    if pictures and images is None:
        return Detected({"use": "folder", "images": folder}, f"a folder of {pictures:,} pictures")
    if pictures:
        raise SetupError("--images is for a dataset whose pictures lie apart; this folder holds its own")
    listed = ", ".join(f"{n} {ending or 'without ending'}" for ending, n in found.most_common(6)) or "nothing"
    raise SetupError(f"{folder}: holds no picture (there is {listed}); {EXPECTED}")


def _endings(folder: Path) -> Counter[str]:
    """Count the files below a folder by ending; hidden ones are passed over."""
    found: Counter[str] = Counter()
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.update(os.path.splitext(n)[1].lower() for n in names if not n.startswith("."))  # noqa: PTH122
    return found


def _hf_dataset(dataset: Path, images: Path | None, given: Mapping[str, object]) -> Detected:
    block: dict[str, object] = {"use": "hf_dataset", "dataset": dataset, **({"images": images} if images else {})}
    fields = {**block, **given}
    del fields["use"]
    source = HfDatasetSource.build(fields, _NOWHERE, "source")
    files = data_files(dataset, source.split)
    layout = source.layout(schema_of(files[0]))
    rows = sum(map(row_count, files))
    kind = "a saved Hugging Face dataset" if files[0].suffix == ".arrow" else "a Hugging Face dataset in Parquet"
    lies = f"paths in the column '{layout.picture}'" if layout.kind == "text" else f"pictures in '{layout.picture}'"
    return Detected(block, f"{kind} of {rows:,} rows in {_files(len(files))}, {lies}")


def _webdataset(shards: Path, images: Path | None) -> Detected:
    if images is not None:
        raise SetupError("--images is for a dataset whose pictures lie apart; tar shards hold their own")
    files = tar_files(shards)
    entries = entries_of(files[0])
    pictures = sum(1 for entry in entries.values() if entry.pictures)
    if not pictures:
        endings = {ending for entry in entries.values() for ending in entry.others}
        listed = ", ".join(f".{e}" for e in sorted(endings)[:6]) or "nothing"
        raise SetupError(f"{files[0]}: holds no picture (there is {listed}); expected KEY.jpg, KEY.txt, KEY.json")
    counts = [told_count(path) for path in files[1:]]
    known = sum(count for count in counts if count is not None)
    more = f"{pictures + known:,} pictures" if None not in counts else f"{pictures:,} pictures in the first"
    kind = f"a WebDataset of {_files(len(files), 'tar shard')}"
    return Detected({"use": "webdataset", "shards": shards}, f"{kind}, {more}")


def _json(file: Path, images: Path | None) -> Detected:
    first = _first(file)
    if not any(key in first for key in conversations.TURNS):
        return _rows(file, images)
    folder = _pictures_of(file, images, conversations.pictures(first))
    block: dict[str, object] = {"use": "llava_json", "file": file, "images": folder, "keep": [EVERY]}
    return Detected(block, f"{_count(json_records(file, 0)):,} rows in LLaVA's format, pictures in {folder}")


def _rows(file: Path, images: Path | None) -> Detected:
    is_table = Path(file.name.removesuffix(".gz")).suffix.lower() in _TABLES
    reading = csv_records if is_table else json_records
    folder = images or file.parent
    block: dict[str, object] = {"use": "image_text", "files": [file], "images": folder, "keep": [EVERY]}
    return Detected(block, f"{_count(reading(file, 0)):,} rows of picture and text, pictures in {folder}")


def _table(file: Path, images: Path | None, given: Mapping[str, object]) -> Detected:
    with opened(file) as lines:
        head = lines.readline().rstrip(b"\r\n").split(b"\t")
    if file.name.removesuffix(".gz").endswith(".csv") or not (len(head) == 2 and _is_cc3m(head)):
        return _rows(file, images)
    if images is None:
        raise SetupError(f"{file}: is a list of captions and addresses; name the folder with the pictures by --images")
    folder = ImageFolder(images)
    rows = range(_LOOKED_AT * _LOOKED_AT)
    held = {name: any(folder.holds(name.format(row=n, shard=n // 10_000)) for n in rows) for name in CC3M_NAMES}
    pattern = next((name for name, there in held.items() if there), given.get("pattern"))
    if pattern is None:
        raise SetupError(
            f"{images}: holds no picture of the first {len(rows):,} rows as {' or '.join(CC3M_NAMES)}; say how they are"
            " named by --set source.pattern=PATTERN"
        )
    block: dict[str, object] = {"use": "cc3m", "captions": file, "images": images, "keep": [EVERY], "pattern": pattern}
    return Detected(block, f"{_count(tsv_records(file, 0)):,} rows of Conceptual Captions, pictures as {pattern}")


def _is_cc3m(head: list[bytes]) -> bool:
    return b"://" in head[1] or head[1].strip().lower() == b"url"


def _pictures_of(file: Path, images: Path | None, shown: object) -> Path:
    """Give the folder of a file's pictures: the one named, or its own where the first picture is there."""
    if images is not None:
        return images
    name = shown[0] if isinstance(shown, list) and shown else shown
    if isinstance(name, str) and ImageFolder(file.parent).holds(name):
        return file.parent
    raise SetupError(f"{file}: its first picture, {name!r}, is not beside it; name the folder of pictures by --images")


def _first(file: Path) -> dict[str, object]:
    """Give the first row that can be read and has a picture, or else the first that can be read."""
    rows: list[dict[str, object]] = []
    for number, raw in enumerate(json_records(file, 0)):
        if isinstance(raw.record, RecordError):
            continue
        if conversations.pictures(raw.record):
            return raw.record
        rows.append(raw.record)
        if number >= _LOOKED_AT:
            break
    if not rows:
        raise SetupError(f"{file}: none of its first rows is a JSON object; {EXPECTED}")
    return rows[0]


def _count(reading: Reading) -> int:
    return sum(1 for _ in reading)


def _files(number: int, what: str = "file") -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
