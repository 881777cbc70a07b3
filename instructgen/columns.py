"""Records in; Arrow batches of contexts and samples parts out.

Built column by column from flat lists: a dictionary for each box or verdict, as ``from_pylist`` takes them, costs
several times as much, and these two parts are written for every record.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, NamedTuple

from .records import Context, Fault, LeftOut, Row, Sample, Verdict

Getters = Mapping[str, Callable[[Any], object]]
"""How to read a struct's field from a record, where the record's attribute has another name."""

_NOTHING: tuple[Any, ...] = ()


class SampleRow(NamedTuple):
    """An accepted sample, its verdicts, what the recipe does on each check, and its images' original bytes, if kept."""

    sample: Sample
    verdicts: Sequence[Verdict]
    actions: Mapping[str, str]
    pixels: Sequence[bytes | None] = ()


class _PandasHidden(MetaPathFinder):
    """Finds no pandas."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse pandas; leave all else to the finders that follow."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def spare_pandas() -> None:
    """Have Arrow look for pandas once without finding it.

    Arrow imports pandas, 0.2 s and 40 MB, when it is first given a list, only to see whether that is a pandas series.
    What asks Arrow for pandas outright, such as ``to_pandas``, still gets it.
    """
    import pyarrow as pa

    if "pandas" not in sys.modules:
        hidden = _PandasHidden()
        sys.meta_path.insert(0, hidden)
        try:
            pa.array([0])
        finally:
            sys.meta_path.remove(hidden)


def context_batch(rows: Sequence[Row], schema: Any) -> Any:
    """Give rows as a record batch of ``schema``, that of the contexts part."""
    items = [row.item for row in rows]
    contexts = [item if isinstance(item, Context) else None for item in items]
    plain: dict[str, list[object]] = {
        "row": [item.row for item in items],
        "kind": [_kind(item) for item in items],
        "id": [item.id for item in items],
        "reason": [_reason(item) for item in items],
        "detail": [item.detail if isinstance(item, Fault) else None for item in items],
        "kept": [json.dumps(row.kept, ensure_ascii=False) if row.kept else None for row in rows],
    }
    for name in ("captions", "images", "boxes", "passages"):
        plain[name] = [getattr(context, name) if context else _NOTHING for context in contexts]
    return _batch(plain, schema, {})


def sample_batch(rows: Sequence[SampleRow], schema: Any) -> Any:
    """Give accepted samples as a record batch of ``schema``, that of the samples part."""
    samples = [row.sample for row in rows]
    pixels = {id(image): data for row in rows for image, data in zip(row.sample.images, row.pixels or (), strict=False)}
    actions = rows[0].actions
    plain: dict[str, list[object]] = {
        "id": [sample.id for sample in samples],
        "task": [sample.task for sample in samples],
        "images": [sample.images for sample in samples],
        "conversations": [sample.turns for sample in samples],
        "origin": [sample.origin for sample in samples],
        "checks": [row.verdicts for row in rows],
    }
    getters: Getters = {
        "from": attrgetter("role"),
        "value": attrgetter("text"),
        "action": lambda verdict: actions.get(verdict.check),
        "bytes": lambda image: pixels.get(id(image)),
    }
    return _batch(plain, schema, getters)


def _batch(columns: Mapping[str, Sequence[object]], schema: Any, getters: Getters) -> Any:
    import pyarrow as pa

    arrays = [_column(columns[field.name], field.type, getters) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _column(values: Sequence[Any], kind: Any, getters: Getters) -> Any:
    """Give values as an array; records as structs, a field at a time, and lists of records as lists of them."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        fields = [kind.field(number) for number in range(kind.num_fields)]
        read = [getters.get(field.name) or attrgetter(field.name) for field in fields]
        columns = [_column(list(map(g, values)), f.type, getters) for f, g in zip(fields, read, strict=True)]
        return pa.StructArray.from_arrays(columns, fields=fields)
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        offsets = pa.array([0, *accumulate(map(len, values))], type=pa.int32())
        return pa.ListArray.from_arrays(
            offsets, _column(list(chain.from_iterable(values)), kind.value_type, getters), type=kind
        )
    return pa.array(values, type=kind)


def _kind(item: Context | Fault | LeftOut) -> str:
    return "context" if isinstance(item, Context) else "fault" if isinstance(item, Fault) else "left_out"


def _reason(item: Context | Fault | LeftOut) -> str | None:
    return item.reason if isinstance(item, Fault) else item.filter if isinstance(item, LeftOut) else None
