"""A part as it lies and the same part made again in; where they differ out.

Bytes are compared first. Where they differ, rows tell where; where all rows agree, so must the footers, and the bytes
too when the same version of Arrow wrote both.
"""

import filecmp
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..parts import footer, read_rows
from .found import Difference, apart, file_fault, shown

UNREADABLE = (UserError, OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError)
"""What reading a damaged part may raise."""


def by_rows_only(made: Path, kept: Path) -> bool:
    """Tell whether other bytes with the same rows are to be expected: another version of Arrow wrote the part."""
    return _writer(made) != _writer(kept)


def compared(made: Path, kept: Path, file: str) -> list[Difference]:
    """Give the first difference between a part as it was ``made`` again and as it was ``kept``; none when they agree.

    ``file`` is how the part is named. Two parts with the same rows and footers agree, whatever their bytes, when
    ``by_rows_only``.
    """
    if not kept.is_file():
        return [Difference(file, "is missing; 'run' makes it anew, and asks for no reply that the journal has")]
    if filecmp.cmp(made, kept, shallow=False):
        return []
    try:
        found = _first_row(made, kept, file) or _footers(made, kept, file)
        if found is None and not by_rows_only(made, kept):
            place = _first_byte(made, kept)
            found = Difference(file, f"has the same rows, but other bytes from byte {place} on: it was written anew")
    except UNREADABLE as error:
        found = file_fault(file, error, kept)
    return [found] if found else []


def _first_row(made: Path, kept: Path, file: str) -> Difference | None:
    for number, (expected, found) in enumerate(zip_longest(read_rows(made), read_rows(kept))):
        if expected is None or found is None:
            extra, what = (found, "was not made") if expected is None else (expected, "is missing")
            return Difference(file, f"the row {what}", number, str(extra["id"]))
        if expected["id"] != found.get("id"):
            what = "is another sample's"
            return Difference(file, what, number, expected["id"], "id", shown(expected["id"]), shown(found.get("id")))
        different = apart(expected, found)
        if different:
            return Difference(file, "differs", number, expected["id"], *different)
    return None


def _footers(made: Path, kept: Path, file: str) -> Difference | None:
    expected, found = footer(made), footer(kept)
    different = apart(expected, found, "footer")
    return Difference(file, "differs", None, "", *different) if different else None


def _first_byte(made: Path, kept: Path) -> int:
    with made.open("rb") as first, kept.open("rb") as second:
        at = 0
        while True:
            a, b = first.read(1 << 16), second.read(1 << 16)
            if a != b or not a:
                return at + next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            at += len(a)


def _writer(path: Path) -> str:
    import pyarrow.parquet as pq

    return str(pq.read_metadata(path).created_by)


def noted(path: Path) -> Mapping[str, Any] | None:
    """Give a part's footer; None where it is missing, not ours or damaged: comparing it will tell."""
    try:
        return footer(path)
    except UNREADABLE:
        return None
