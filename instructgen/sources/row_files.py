"""JSON lines, JSON arrays, CSV and TSV files in; their records, one dictionary each, out.

Memory does not grow with a file. A line that cannot be read is a record too: it is given as the error that it is.
"""

import csv
import gzip
import io
import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from instructgen.errors import RecordError, SetupError

LONGEST_FIELD = 32 << 20
"""Characters of a CSV field, and of an entry of a JSON array: past that the file is not what it is taken for."""

_WINDOW = 1 << 20
_BLANK = " \t\r\n"

Record = dict[str, object] | RecordError


class Raw(NamedTuple):
    """A record as it stands in its file."""

    place: str
    """Where it is, such as ``line 12``."""
    record: Record


Reading = Generator[Raw, None, int]
"""The records of a file after those skipped; returns how many the file has, those skipped included."""


def json_records(path: Path, skip: int) -> Reading:
    """Read JSON lines, or one JSON array of objects: what the file begins with tells."""
    with opened(path) as file:
        first = file.read(1 << 16).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return _array(path, skip) if first == b"[" else _lines(path, skip)


def _lines(path: Path, skip: int) -> Reading:
    count = 0
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            count += 1
            if count > skip:
                yield Raw(f"line {number}", _object(line))
    return count


def _object(line: bytes) -> Record:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            value = json.loads(line)  # takes NaN and a byte-order mark
        except (ValueError, RecursionError) as error:
            return RecordError("bad_json", f"expected one JSON object a line ({error})")
    return _checked(value)


def _checked(value: object) -> Record:
    if isinstance(value, dict):
        return value
    return RecordError("bad_json", f"expected a JSON object, found a {type(value).__name__}")


def _array(path: Path, skip: int) -> Reading:
    with opened(path) as raw:
        window = _Window(path, raw)
        window.next_mark()
        window.at += 1
        count = 0
        mark = window.next_mark()
        while mark != "]":
            value = window.value(count)
            count += 1
            if count > skip:
                yield Raw(f"entry {count - 1}", _checked(value))
            mark = window.next_mark()
            if mark not in (",", "]"):
                raise SetupError(f"{path}: expected a comma after entry {count - 1} of the JSON array, found {mark!r}")
            if mark == ",":
                window.at += 1
                window.next_mark()
    return count


class _Window:
    """A stretch of a JSON file's text that moves over the file as values are taken from it."""

    def __init__(self, path: Path, raw: IO[bytes]) -> None:
        self._path = path
        self._file = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace")
        self._decoder = json.JSONDecoder()
        self._text = ""
        self.at = 0

    def next_mark(self) -> str:
        """Move past white space; give the character there, or nothing at the end of the file."""
        while True:
            while self._text[self.at : self.at + 1] in _BLANK and self.at < len(self._text):
                self.at += 1
            if self.at < len(self._text) or not self._more():
                return self._text[self.at : self.at + 1]

    def value(self, number: int) -> object:
        """Take the value that begins here, entry ``number`` of the array."""
        while True:
            value: object
            try:
                value, end = self._decoder.raw_decode(self._text, self.at)
            except (json.JSONDecodeError, RecursionError) as error:
                if len(self._text) - self.at <= LONGEST_FIELD and self._more():
                    continue
                why = getattr(error, "msg", "nested too deeply")
                raise SetupError(f"{self._path}: entry {number} of the JSON array is not JSON ({why})") from None
            self.at = end
            return value

    def _more(self) -> bool:
        """Read on, dropping what lies before; tell whether there was more."""
        text = self._file.read(max(_WINDOW, len(self._text) - self.at))
        self._text, self.at = self._text[self.at :] + text, 0
        return bool(text)


def csv_records(path: Path, skip: int) -> Reading:
    """Read a CSV or TSV file whose first line names the columns."""
    csv.field_size_limit(LONGEST_FIELD)
    with opened(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter(path))
        header = next(reader, None)
        if not header:
            raise SetupError(f"{path} is empty; expected a first line with the names of the columns")
        count = 0
        while True:
            place = f"line {reader.line_num + 1}"
            try:
                fields = next(reader)
            except StopIteration:
                return count
            except csv.Error as error:
                count += 1
                if count > skip:
                    yield Raw(place, RecordError("bad_csv", f"expected {len(header)} fields ({error})"))
                continue
            if not fields:
                continue
            count += 1
            if count > skip:
                yield Raw(place, _named(header, fields))


def _named(header: Sequence[str], fields: Sequence[str]) -> Record:
    if len(fields) != len(header):
        return RecordError("bad_csv", f"expected {len(header)} fields ({', '.join(header)}), found {len(fields)}")
    if not all(field.isascii() or _is_utf8(field) for field in fields):
        return RecordError("bad_text", "expected UTF-8 text")
    return {name: field or None for name, field in zip(header, fields, strict=True)}


def _is_utf8(text: str) -> bool:
    return not any("\udc80" <= c <= "\udcff" for c in text)


def delimiter(path: Path) -> str:
    """Give what stands between the fields of a file, by its name."""
    return "\t" if path.name.removesuffix(".gz").endswith((".tsv", ".tab")) else ","


def opened(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked when its name ends in ``.gz``; raises SetupError."""
    try:
        return io.BufferedReader(gzip.GzipFile(path, "rb")) if path.suffix == ".gz" else path.open("rb")
    except OSError as error:
        raise SetupError(f"{path} cannot be read ({error.strerror})") from None
