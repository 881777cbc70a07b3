"""Tar shards as img2dataset writes them (KEY.jpg, KEY.txt, KEY.json) in; one context a picture out.

A picture is referred to by where it lies, ``00012.tar/000120003.jpg``; nothing is unpacked.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple

import msgspec
from pydantic import Field, PrivateAttr

from instructgen.component import PLACEMENT, Component
from instructgen.errors import RecordError, SetupError
from instructgen.records import Row
from instructgen.text import encodable

from ..pictures.tar_members import Member, listed
from . import columns
from .files import stamps_of
from .folder import ENDINGS
from .row_files import Raw, Reading, Record
from .rows import EVERY, Where, block_start, numbered, to_rows

CAPTIONS = ("caption", "text", "txt")
_PICTURE = " picture"
_KEY = " key"
_LONGEST_TEXT = 1 << 20
"""Bytes of a text or JSON file; a longer one is no caption."""


class _Entry(NamedTuple):
    """The files of one key, by their endings."""

    pictures: list[Member]
    others: dict[str, Member]


class WebDatasetSource(Component):
    """Reads WebDataset tar shards, as img2dataset writes them."""

    name: ClassVar[str] = "webdataset"
    version: ClassVar[int] = 1

    shards: Annotated[Path, PLACEMENT]
    """The folder with the .tar files (those in folders below it count too), or one of them. They must not be
    compressed. Where a picture has no KEY.json, its facts are taken from the table beside the shard (00012.parquet)."""
    captions: tuple[str, ...] = ()
    """Fields of the JSON, or ``txt``, that hold captions. Unless given: caption, or else text or KEY.txt."""
    keep: tuple[str, ...] = (EVERY,)
    """Fields to carry along to the exports; ``["*"]``: all that hold texts, numbers or truth values."""
    where: Where | None = None
    """Leave out records with other values than these, by column: ``{license: [cc0, cc-by]}``."""
    longest_caption: int = Field(default=20_000, ge=1)
    """Characters that a caption may have."""

    _root: Path = PrivateAttr()

    def model_post_init(self, context: object) -> None:
        """Find the folder that addresses are relative to."""
        del context
        self._root = self.shards if self.shards.is_dir() else self.shards.parent

    def read(self, start: int) -> Iterator[Row]:
        """Give one row a key, shards in the order of their names; what lies before ``start`` is only counted."""
        first = block_start(start)
        read = numbered(tar_files(self.shards), first, self._reading)
        return to_rows(read, start, _own_id, self._facts, self.keep, columns.scalar, where=self.where)

    def stamp(self) -> dict[str, str]:
        """Give number, bytes and newest time of the shards."""
        return {"shards": stamps_of(tar_files(self.shards), "shards")}

    def image_root(self) -> Path:
        """Give the folder with the shards."""
        return self._root

    def _reading(self, path: Path, skip: int) -> Reading:
        told = told_count(path)
        if told is not None and skip >= told:
            return told
        entries = entries_of(path)
        if told not in (None, len(entries)):
            raise SetupError(
                f"{path}: holds {len(entries)} keys, and {_stats(path).name} beside it tells of {told}; fetch the shard"
                " anew, or take that file away"
            )
        if skip < len(entries):
            with path.open("rb", buffering=0) as file:
                table: _Table | None = None
                for number, (key, entry) in enumerate(entries.items()):
                    if number < skip:
                        continue
                    if "json" not in entry.others and table is None:
                        table = _Table(path)
                    fields = table.get(key) if table is not None else {}
                    place = path.relative_to(self._root).as_posix()
                    yield Raw(key, _record(file.fileno(), place, key, entry, fields))
        return len(entries)

    def _facts(self, record: Mapping[str, object]) -> columns.Facts:
        named = self.captions or tuple(name for name in CAPTIONS if record.get(name))[:1]
        sizes = {n: size for n in ("width", "height") if isinstance(size := record.get(n), int) and size > 0}
        return {
            "images": [{"path": record[_PICTURE], **sizes}],
            "captions": columns.captions([record.get(name) for name in named], self.longest_caption),
        }


def tar_files(shards: Path) -> list[Path]:
    """Give the tar files of a folder, in the order of their names, or the one named; raises SetupError for none."""
    if shards.is_file():
        return [shards]
    found = sorted(path for path in shards.rglob("*.tar") if not path.name.startswith("."))
    if not found:
        packed = next(iter(sorted(p for e in ("*.tar.*", "*.tgz") for p in shards.rglob(e))), None)
        hint = f"; {packed.name} is compressed: unpack it to .tar first" if packed else ""
        raise SetupError(f"shards: {shards} holds no .tar file{hint}")
    return found


def _stats(shard: Path) -> Path:
    return shard.with_name(f"{shard.stem}_stats.json")


def told_count(shard: Path) -> int | None:
    """Give how many pictures a shard holds by img2dataset's figures beside it; None where there are none.

    So a run that goes on in the last of a thousand shards need not look through all those before.
    """
    try:
        told = msgspec.json.decode(_stats(shard).read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
    successes = told.get("successes") if isinstance(told, dict) else None
    return successes if isinstance(successes, int) else None


def entries_of(path: Path) -> dict[str, _Entry]:
    """List a shard's files by key, in the order of their first; raises SetupError for what is no tar file.

    A key is a name without its ending, which begins at the last dot: keys may hold dots themselves.
    """
    found: dict[str, _Entry] = {}
    try:
        members, fault = listed(path)
    except (OSError, ValueError) as error:
        members, fault = [], " ".join(str(error).split())[:200]
    if fault:
        raise SetupError(f"{path} cannot be read as a tar file ({fault}); fetch it anew, uncompressed")
    for member in members:
        folder, _, name = member.name.rpartition("/")
        key, dot, ending = name.rpartition(".")
        if not dot or not key or name.startswith("."):
            continue
        entry = found.setdefault(f"{folder}/{key}" if folder else key, _Entry([], {}))
        if f".{ending.lower()}" in ENDINGS:
            entry.pictures.append(member)
        else:
            entry.others.setdefault(ending.lower(), member)
    return found


def _record(handle: int, shard: str, key: str, entry: _Entry, fields: Mapping[str, object]) -> Record:
    try:
        if not entry.pictures:
            raise RecordError("no_image", f"expected a picture beside {', '.join(f'{key}.{e}' for e in entry.others)}")
        if len(entry.pictures) > 1:
            names = ", ".join(member.name for member in entry.pictures)
            raise RecordError("repeated_key", f"expected one picture of this name, found {names}")
        name = entry.pictures[0].name
        if not encodable(name) or "\\" in name or ".." in name.split("/") or name.startswith("/"):
            raise RecordError("bad_name", f"expected a plain name in UTF-8, found {name!r}")
        record = dict(fields)
        if told := entry.others.get("json"):
            record = _object(_bytes(handle, told))
        if told := entry.others.get("txt"):
            record.setdefault("caption", _text(_bytes(handle, told)))
    except RecordError as error:
        return error
    return {**record, _PICTURE: f"{shard}/{name}", _KEY: key}


def _bytes(handle: int, member: Member) -> bytes:
    if member.size > _LONGEST_TEXT:
        raise RecordError("bad_text", f"{member.name}: expected at most {_LONGEST_TEXT} bytes, found {member.size}")
    return os.pread(handle, member.size, member.offset)


def _object(data: bytes) -> dict[str, object]:
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordError("bad_json", f"expected a JSON object ({error})") from None
    if not isinstance(value, dict):
        raise RecordError("bad_json", f"expected a JSON object, found a {type(value).__name__}")
    return value


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError("bad_text", f"expected UTF-8 text ({error})") from None


def _own_id(record: Mapping[str, object]) -> str:
    return str(record[_KEY])


class _Table:
    """The table beside a shard, which img2dataset writes with or in place of KEY.json: facts by key."""

    def __init__(self, shard: Path) -> None:
        self._rows: dict[str, dict[str, object]] = {}
        path = shard.with_suffix(".parquet")
        if path.is_file():
            self._rows = _table_rows(path)

    def get(self, key: str) -> dict[str, object]:
        """Give the facts of a key; none for one that the table lacks."""
        return self._rows.get(key.rpartition("/")[2], {})


def _table_rows(path: Path) -> dict[str, dict[str, object]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        why = " ".join(str(error).split())[:200]
        raise SetupError(f"{path} cannot be read as Parquet ({why}); fetch it anew, or take it away") from None
    if "key" not in table.column_names:
        return {}
    return {str(row["key"]): row for row in table.to_pylist()}
