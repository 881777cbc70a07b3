"""Numbered records and a function that reads one in; rows with ids out. For sources whose files have no unique ids."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, ValidationError

from instructgen.digests import digest
from instructgen.errors import RecordError, SetupError
from instructgen.records import Context, Fault, LeftOut, Row, Scalar

from .row_files import Raw, Reading

LOOKED_AT = 100
"""Records that are looked at before any is given, for what tells a wrong file or a wrong field."""

BLOCK = 1000
"""Records, counted raw, within which repeated ids are told apart: the largest size of a shard that a recipe may name.

A source does not know its run's shards. With smaller shards, or others that do not begin where a block does, a repeat
may be named ``~2`` although it is the first in its shard: harmless."""

EVERY = "*"
"""Stands in a source's ``keep`` for every column that holds a text, a number or a truth value."""

Where = Annotated[dict[str, tuple[str | int | float | bool, ...]], BeforeValidator(lambda where: _lists(where))]
"""Columns, each with the values that a record may have there: others are left out, under the column's name."""

Facts = dict[str, object]


class Numbered(NamedTuple):
    """A record with its raw number, and where it stands."""

    number: int
    file: str
    raw: Raw


def numbered(files: Iterable[Path], start: int, reading: Callable[[Path, int], Reading]) -> Iterator[Numbered]:
    """Read files one after another, from raw number ``start`` on, counting through."""
    before = 0
    for file in files:
        skip = max(0, start - before)
        count = yield from _one_file(reading(file, skip), before + skip, file.name)
        before += count


def _one_file(reading: Reading, number: int, name: str) -> Generator[Numbered, None, int]:
    while True:
        try:
            raw = next(reading)
        except StopIteration as end:
            count = end.value
            return count if isinstance(count, int) else 0
        yield Numbered(number, name, raw)
        number += 1


def peeked(records: Iterator[Numbered], first: int, what: str) -> tuple[set[str], Iterator[Numbered]]:
    """Look at the first records: give the names of their columns, and all records.

    Raises SetupError when none of them can be read although they are the first of all: the file is of another kind.
    """
    seen = list(islice(records, LOOKED_AT))
    errors = [n for n in seen if isinstance(n.raw.record, RecordError)]
    if errors and len(errors) == len(seen) and first == 0:
        _, file, (place, error) = errors[0]
        raise SetupError(f"{what}: none of the first {len(seen)} rows can be read; {file}, {place}: {error}")
    names = {name for n in seen if isinstance(n.raw.record, dict) for name in n.raw.record}
    return names, chain(seen, records)


class Naming:
    """Gives ids: the source's own or the content's digest, and ``~2``, ``~3`` for repeats within a block."""

    def __init__(self) -> None:
        self._block = -1
        self._used: dict[str, int] = {}

    def name(self, number: int, own: str | None, facts: Mapping[str, object]) -> str:
        """Give the id of the record with this raw number; records come in order."""
        if number // BLOCK != self._block:
            self._block, self._used = number // BLOCK, {}
        name = own or digest({k: v for k, v in facts.items() if v})[:16]
        times = self._used[name] = self._used.get(name, 0) + 1
        return name if times == 1 else f"{name}~{times}"


def block_start(start: int) -> int:
    """Give the raw number from which to read so that ids from ``start`` on come out the same."""
    return start // BLOCK * BLOCK


def to_rows(
    records: Iterable[Numbered],
    start: int,
    id_of: Callable[[Mapping[str, object]], str | None],
    facts_of: Callable[[Mapping[str, object]], Facts],
    keep: Sequence[str] = (),
    kept_value: Callable[[object], Scalar] = str,
    leave_out: Collection[str] = (),
    where: Where | None = None,
) -> Iterator[Row]:
    """Turn records into rows. ``id_of`` gives a record's own id, if any, ``facts_of`` the fields of its context.

    Records whose fault is among ``leave_out`` are left out on purpose, under that name; so are those with another
    value in a column than ``where`` allows.
    """
    naming, allowed = Naming(), texts_of(where)
    for number, file, (place, record) in records:
        kept: dict[str, Scalar] = {}
        own = None
        try:
            if isinstance(record, RecordError):
                raise record
            if keep:
                names = _scalars(record) if EVERY in keep else keep
                kept = {name: kept_value(record.get(name)) for name in names}
            own = id_of(record)
            if own is not None:  # before anything can go wrong: what is left out moves no other's id
                own = naming.name(number, own, {})
            if wrong := barred(allowed, record.get):
                yield from _row_from(start, LeftOut(row=number, id=own or f"row {number}", filter=wrong), kept)
                continue
            facts = facts_of(record)
            facts["id"] = own = own or naming.name(number, None, facts)
            facts["row"] = number
            item: Context | Fault | LeftOut = Context.model_validate(facts)
        except RecordError as error:
            if error.reason in leave_out:
                item = LeftOut(row=number, id=own or f"row {number}", filter=error.reason)
            else:
                item = Fault(row=number, id=own, reason=error.reason, detail=f"{file}, {place}: {error.detail}")
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            at = ".".join(map(str, first["loc"]))
            item = Fault(row=number, id=own, reason="invalid_record", detail=f"{file}, {place}: {at}: {first['msg']}")
        yield from _row_from(start, item, kept)


def _row_from(start: int, item: Context | Fault | LeftOut, kept: dict[str, Scalar]) -> Iterator[Row]:
    if item.row >= start:
        yield Row(item, kept)


def _lists(where: object) -> object:
    """Let one value stand for a list of one."""
    if isinstance(where, dict):
        return {name: value if isinstance(value, list | tuple) else [value] for name, value in where.items()}
    return where


def texts_of(where: Where | None) -> dict[str, frozenset[str]]:
    """Give the allowed values as texts: a CSV file holds numbers as such, too."""
    return {name: frozenset(map(str, values)) for name, values in (where or {}).items()}


def barred(allowed: Mapping[str, frozenset[str]], value_of: Callable[[str], object]) -> str | None:
    """Give the first column in which a record has a value that is not allowed; None where there is none."""
    return next((name for name, values in allowed.items() if str(value_of(name)) not in values), None)


def _scalars(record: Mapping[str, object]) -> Iterator[str]:
    """Give the columns of scalars; names that begin with a blank are a reader's own notes on the record."""
    found = (name for name, value in record.items() if value is None or isinstance(value, str | int | float))
    return (name for name in found if name[:1] != " ")
