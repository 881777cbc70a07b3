"""Benchmark files in; what each of their records asks and which pictures it is about out.

JSON (a list, an object of records, or an object that holds a list, as VQA's ``questions``), JSON lines whatever the
file is called (as POPE's), CSV and TSV, Parquet, and folders that ``save_to_disk`` of Hugging Face's datasets wrote.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SetupError
from ..records import Image

TEXTS = ("question", "text", "prompt", "query", "instruction", "questions")
TURNS = ("conversations", "conversation", "messages")
PICTURES = ("image", "image_id", "images", "image_path", "image_name", "imageId", "img", "img_path", "file_name")
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
_ASKERS = ("human", "user")
_LARGEST_COCO = 600_000
_SHORTEST_NAME = 6
"""Characters; shorter names of pictures, such as 001.jpg, are all over."""
_AT_A_TIME, _FEW = 1000, 50
"""Rows of a table that are read, and that are in memory with their pictures' bytes, at a time."""
_KINDS = ".json, .jsonl, .csv, .tsv, .parquet, or a folder that save_to_disk wrote"
_COCO_NAME = re.compile(r"(?:coco_[a-z]+20\d\d_)?(\d{12})")


class Asked(NamedTuple):
    """One record of a benchmark."""

    place: str
    """File and number of the record."""
    texts: tuple[str, ...]
    pictures: tuple[str, ...]
    """Keys of the pictures, as ``picture_key`` gives them."""
    held: tuple[Image, ...]
    """Pictures that the file itself holds, as paths from the folder that it lies in."""


def picture_key(name: str | int) -> str | None:
    """Give that by which a picture is known, whatever its folder and format; None for a name that says nothing.

    A whole number is COCO's id, as are the twelve digits of its file names, with or without ``COCO_val2014_``.
    """
    if isinstance(name, int) or name.isdecimal():
        return f"COCO {int(name)}" if int(name) <= _LARGEST_COCO else str(int(name))
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition("?")[2].lower()
    stem = stem.rpartition(".")[0] or stem
    coco = _COCO_NAME.fullmatch(stem)
    if coco and int(coco[1]) <= _LARGEST_COCO:
        return f"COCO {int(coco[1])}"
    return stem if len(stem) >= _SHORTEST_NAME else None


def benchmark(file: Path, fields: Sequence[str]) -> Iterator[Asked]:
    """Read a benchmark; only ``fields`` where any are named. Raises SetupError for a file of another kind."""
    known = tuple(fields) or (*TEXTS, *TURNS, *PICTURES)
    seen = False
    for number, record in enumerate(_records(file, known), 1):
        if not seen and not set(known) & set(record):
            found = ", ".join(map(str, list(record)[:12])) or "none"
            raise SetupError(
                f"files: {file}: expected records with one of {', '.join(known)}; record {number} has {found}"
                " (name the ones that hold questions and pictures: fields)"
            )
        seen = True
        yield _asked(record, f"{file.name}, record {number}", known)
    if not seen:
        raise SetupError(f"files: {file}: expected the records of a benchmark; there is none")


def need_benchmark(file: Path, fields: Sequence[str]) -> None:
    """Raise SetupError unless a benchmark's first record can be read."""
    next(benchmark(file, fields))


def _asked(record: Mapping[str, Any], place: str, fields: Sequence[str]) -> Asked:
    texts, pictures, held = list[str](), list[str | None](), list[Image]()
    for field in fields:
        value = record.get(field)
        if value is None:
            continue
        ones = value if isinstance(value, list) else [value]
        if field in PICTURES or all(map(_is_picture, ones)):
            for one in ones:
                if isinstance(one, _Held):
                    held.append(Image(path=one["at"]))
                named = one.get("path") or one.get("file_name") if isinstance(one, dict) else one
                pictures += [picture_key(named)] if isinstance(named, str | int) and named != "" else []
        else:
            texts += _texts(value)
    return Asked(place, tuple(texts), tuple(key for key in pictures if key), tuple(held))


def _is_picture(value: object) -> bool:
    """Tell whether a value of a field that has no usual name is a picture, or names one."""
    return isinstance(value, _Held | int) or (isinstance(value, str) and value.lower().endswith(ENDINGS))


class _Held(dict[str, Any]):
    """A picture whose bytes a table holds, less the bytes; ``at`` says where they are."""


def _texts(value: object) -> Iterator[str]:
    """Give the texts of a value: a text, texts, turns of a person, parts of a turn."""
    if isinstance(value, str):
        yield value.replace("<image>", " ")
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict) and value.get("from", value.get("role", "user")) in _ASKERS:
        yield from _texts(next((value[k] for k in ("value", "content", "text") if value.get(k)), None))


# ── records of each kind of file ─────────────────────────────────────────────────────────────────────────────


def _records(file: Path, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Give a file's records; of tables only ``fields``."""
    ending = file.suffix.lower()
    if not file.exists():
        raise SetupError(f"files: {file} is not there; expected a benchmark: {_KINDS}")
    try:
        if file.is_dir():
            yield from _arrow(file, fields)
        elif ending == ".parquet":
            yield from _parquet(file, fields)
        elif ending in (".csv", ".tsv"):
            yield from _separated(file, "," if ending == ".csv" else "\t")
        elif ending in (".json", ".jsonl"):
            yield from _json(file)
        else:
            raise SetupError(f"files: {file}: expected a benchmark as {_KINDS}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SetupError(f"files: {file}: cannot be read ({' '.join(str(error).split())[:150]})") from None


def _json(file: Path) -> Iterator[Mapping[str, Any]]:
    import msgspec

    data = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        records = _listed(msgspec.json.decode(data))
    except msgspec.DecodeError as whole:
        records = []
        for number, line in enumerate(data.splitlines(), 1):
            try:
                records += [msgspec.json.decode(line)] if line.strip() else []
            except msgspec.DecodeError as error:
                if not records:  # of no line: what is wrong with the whole says more
                    raise SetupError(f"files: {file}: expected JSON or JSON lines ({whole})") from None
                raise SetupError(f"files: {file}: expected JSON in line {number} ({error})") from None
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise SetupError(f"files: {file}: expected objects as records; record {number} is {str(record)[:60]!r}")
        yield record


def _listed(found: Any) -> list[Any]:
    """Give the records of a JSON value: its list, the longest list that it holds, or its objects."""
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        return [found]
    lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    turns = any(isinstance(found.get(name), list) for name in TURNS)
    if lists and not turns:
        return max(lists, key=len)
    objects = list(found.values())
    return objects if objects and all(isinstance(value, dict) for value in objects) else [found]


def _separated(file: Path, separator: str) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines, delimiter=separator)


def _parquet(file: Path, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file) as table:
            names = [name for name in table.schema_arrow.names if name in fields]
            if not names:
                yield dict.fromkeys(table.schema_arrow.names)
                return
            first = 0
            for batch in table.iter_batches(_AT_A_TIME, columns=names):
                yield from _rows(batch, file.name, first)
                first += batch.num_rows
    except pyarrow.ArrowException as error:
        raise SetupError(f"files: {file}: cannot be read as Parquet ({' '.join(str(error).split())[:150]})") from None


def _arrow(folder: Path, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    import pyarrow

    files = sorted(folder.rglob("*.arrow"))
    if not files:
        raise SetupError(f"files: {folder}: expected a folder that save_to_disk wrote; it holds no .arrow file")
    try:
        for file in files:
            with pyarrow.ipc.open_stream(pyarrow.memory_map(str(file))) as stream:
                first = 0
                for batch in stream:
                    names = [name for name in batch.schema.names if name in fields] or batch.schema.names
                    yield from _rows(batch.select(names), file.relative_to(folder.parent).as_posix(), first)
                    first += batch.num_rows
    except pyarrow.ArrowException as error:
        raise SetupError(f"files: {folder}: cannot be read as Arrow ({' '.join(str(error).split())[:150]})") from None


def _rows(batch: Any, file: str, first: int) -> Iterator[Mapping[str, Any]]:
    """Give a batch's rows, pictures without their bytes. ``first`` is the first row's number in the file."""
    for start in range(0, batch.num_rows, _FEW):
        for number, row in enumerate(batch.slice(start, _FEW).to_pylist(), first + start):
            yield {name: _light(value, f"{file}/{name}/{number}") for name, value in row.items()}


def _light(value: object, at: str) -> object:
    if isinstance(value, bytes):
        return _Held(at=at)
    if isinstance(value, dict) and isinstance(value.get("bytes"), bytes):
        return _Held(path=value.get("path"), at=at)
    return value
