"""A file that holds files and a name inside it in; the bytes of that member out: tar shards, columns of tables.

A picture's path goes on inside the file: ``00012.tar/000120003.jpg`` is a member of a tar file,
``data/train-00000.parquet/image/17`` is row 17 of the column ``image``: bytes, or a struct with a field ``bytes``, as
Hugging Face datasets hold them; ``data-00000-of-00001.arrow/image/17`` is the same in an Arrow stream. Where each
member of a tar lies is looked up once; of a Parquet file the row groups used last are kept. Nothing is unpacked to
disk, and no link inside a tar is followed. All of it may be called from any thread. Every fault is a RequestRefused
whose reason begins with ``bad_image``.
"""

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from ..errors import RequestRefused
from .arrow_streams import ArrowStream
from .tar_members import listed

MOST_BYTES = 200_000_000
"""A member that is larger is no picture, and is not read."""

_FILES_KEPT = 8
"""Archives kept open: an index takes some 300 bytes a member."""
_GROUPS_KEPT = 256 * 1024 * 1024
"""Bytes of row groups kept; the one used last stays, however large."""
_ENDINGS = re.compile(r"\.(?:tar|parquet|arrow)(?=/)", re.IGNORECASE)

T = TypeVar("T")


def places_to_part(path: str) -> Iterator[int]:
    """Give where in a path the name of an archive may end; whether a file is there is for the caller to see."""
    return (found.end() for found in _ENDINGS.finditer(path))


def read_member(file: Path, inner: str, name: str) -> bytes:
    """Read a member of an archive; ``name`` stands in messages.

    Raises RequestRefused: ``bad_image_missing``, ``bad_image_cut_off``, ``bad_image_too_large``,
    ``bad_image_unreadable``.
    """
    return _opened(file, name).read(inner, name)


def need_member(file: Path, inner: str, name: str) -> None:
    """See that an archive has a member, without reading it; raises RequestRefused as ``read_member`` does."""
    _opened(file, name).place(inner, name)


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────────


class _Kept(Generic[T]):
    """Keeps what was used last, up to a weight. Each is made once, however many threads ask for it."""

    def __init__(self, most: int, weigh: Callable[[T], int] = lambda _: 1) -> None:
        self._most = most
        self._weigh = weigh
        self._lock = Lock()
        self._slots: OrderedDict[Hashable, tuple[Lock, list[T]]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give what is kept under ``key``; made where it is not."""
        with self._lock:
            making, made = self._slots.setdefault(key, (Lock(), []))
            self._slots.move_to_end(key)
        if not made:
            try:
                with making:
                    if not made:
                        made.append(make())
            except BaseException:
                with self._lock:
                    self._slots.pop(key, None)
                raise
            self._shed()
        return made[0]

    def _shed(self) -> None:
        with self._lock:
            weights = {key: self._weigh(made[0]) for key, (_, made) in self._slots.items() if made}
            total = sum(weights.values())
            for key in list(weights)[:-1]:
                if total <= self._most:
                    break
                total -= weights[key]
                del self._slots[key]


def _open(kept: _Kept[T], kind: Callable[[Path, str], T], file: Path, name: str) -> T:
    """Give an archive, opened once as long as its size and time stay the same."""
    try:
        stat = file.stat()
    except OSError as error:
        raise RequestRefused("bad_image_unreadable", f"{name}: cannot be read ({error.strerror})") from None
    return kept.get((str(file), stat.st_mtime_ns, stat.st_size), lambda: kind(file, name))


def _opened(file: Path, name: str) -> "_Tar | _Table | ArrowStream":
    kind = file.suffix.lower()
    if kind == ".tar":
        return _open(_tars, _Tar, file, name)
    return _open(_streams, ArrowStream, file, name) if kind == ".arrow" else _open(_tables, _Table, file, name)


# ── tar ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Tar:
    """An open tar file and where in it each member lies."""

    def __init__(self, file: Path, name: str) -> None:
        self._handle = -1
        try:
            members, fault = listed(file)
            self._handle = os.open(file, os.O_RDONLY)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise RequestRefused("bad_image_unreadable", f"{name}: the tar file cannot be read ({why})") from None
        self._members = {member.name: (member.offset, member.size) for member in members}
        self._ends_early = bool(fault)

    def __del__(self) -> None:
        # not when it is dropped from what is kept: another thread may be reading
        if self._handle >= 0:
            os.close(self._handle)

    def place(self, inner: str, name: str) -> tuple[int, int]:
        """Give where a member's bytes begin, and how many they are."""
        found = self._members.get(inner)
        if found is None:
            why = (
                "the tar file is cut off or damaged, and what can be read of it" if self._ends_early else "the tar file"
            )
            raise RequestRefused("bad_image_missing", f"{name}: {why} has no plain file of this name")
        return found

    def read(self, inner: str, name: str) -> bytes:
        """Read a member."""
        start, size = self.place(inner, name)
        if size > MOST_BYTES:
            raise RequestRefused("bad_image_too_large", f"{name}: {size} bytes are more than {MOST_BYTES}")
        try:
            data = os.pread(self._handle, size, start)
        except OSError as error:
            raise RequestRefused("bad_image_unreadable", f"{name}: cannot be read ({error.strerror})") from None
        if len(data) < size:
            raise RequestRefused("bad_image_cut_off", f"{name}: the tar file ends after {len(data)} of {size} bytes")
        return data


# ── Parquet ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Table:
    """An open Parquet file: which row group holds which row, and which leaf of a column holds bytes."""

    def __init__(self, file: Path, name: str) -> None:
        import pyarrow
        from pyarrow import parquet

        try:
            self._file = parquet.ParquetFile(file)
        except (pyarrow.ArrowException, OSError) as error:
            raise RequestRefused("bad_image_unreadable", f"{name}: {_said(error)}") from None
        about = self._file.metadata
        self._counts = [about.row_group(group).num_rows for group in range(about.num_row_groups)]
        self._leaves = {field.name: _leaf(field) for field in self._file.schema_arrow}
        self._reading = Lock()

    def place(self, inner: str, name: str) -> tuple[str, int, int]:
        """Give the leaf that holds a picture's bytes, the row group, and the row in it."""
        column, _, number = inner.rpartition("/")
        row = int(number) if number.isdecimal() and number.isascii() else -1
        if column not in self._leaves or not 0 <= row < sum(self._counts):
            raise RequestRefused(
                "bad_image_missing",
                f"{name}: expected COLUMN/ROW behind the Parquet file, with one of the columns "
                f"{', '.join(self._leaves)} and a row below {sum(self._counts)}",
            )
        leaf, group = self._leaves[column], 0
        if leaf is None:
            raise RequestRefused("bad_image_unreadable", f"{name}: the column '{column}' does not hold bytes")
        while row >= self._counts[group]:
            row -= self._counts[group]
            group += 1
        return leaf, group, row

    def read(self, inner: str, name: str) -> bytes:
        """Read a row's picture."""
        import pyarrow

        leaf, group, row = self.place(inner, name)
        try:
            cells = _groups.get((id(self), leaf, group), lambda: self._group(leaf, group))
        except (pyarrow.ArrowException, OSError) as error:
            raise RequestRefused("bad_image_unreadable", f"{name}: {_said(error)}") from None
        cell = cells[1][row].as_py()
        data = cell.get("bytes") if isinstance(cell, dict) else cell
        if data is None:
            raise RequestRefused("bad_image_missing", f"{name}: the row holds no bytes")
        if len(data) > MOST_BYTES:
            raise RequestRefused("bad_image_too_large", f"{name}: {len(data)} bytes are more than {MOST_BYTES}")
        found: bytes = data
        return found

    def _group(self, leaf: str, group: int) -> tuple["_Table", Any]:
        """Read a column of a row group. The table comes along: what is kept alive keeps its id."""
        with self._reading:
            return self, self._file.read_row_group(group, columns=[leaf], use_threads=False).column(0)


def _leaf(field: Any) -> str | None:
    """Give the name of the leaf that holds a column's bytes; None where there is none."""
    from pyarrow import types

    def holds_bytes(kind: Any) -> bool:
        return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))

    if holds_bytes(field.type):
        return str(field.name)
    inside = field.type.get_field_index("bytes") if types.is_struct(field.type) else -1
    return f"{field.name}.bytes" if inside >= 0 and holds_bytes(field.type.field(inside).type) else None


def _said(error: Exception) -> str:
    return f"the Parquet file cannot be read ({' '.join(str(error).split())[:150]})"


_tars = _Kept[_Tar](_FILES_KEPT)
_tables = _Kept[_Table](_FILES_KEPT)
_streams = _Kept[ArrowStream](_FILES_KEPT)
_groups = _Kept[tuple[_Table, Any]](_GROUPS_KEPT, lambda kept: int(kept[1].nbytes))
