"""Source rows in; an Arrow batch of a contexts part out.

Built column by column from flat lists: a dictionary for each box, as ``from_pylist`` takes them, costs ten times as
much, and contexts are the one part that is written for every record of the source.
"""

import json
from collections.abc import Sequence
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any

from .records import Context, Fault, LeftOut, Row

_NOTHING: tuple[Any, ...] = ()


def context_batch(rows: Sequence[Row], schema: Any) -> Any:
    """Give rows as a record batch of ``schema``, that of the contexts part."""
    import pyarrow as pa

    items = [row.item for row in rows]
    contexts = [item if isinstance(item, Context) else None for item in items]
    plain: dict[str, list[object]] = {
        "row": [item.row for item in items],
        "kind": [_kind(item) for item in items],
        "id": [item.id for item in items],
        "captions": [context.captions if context else _NOTHING for context in contexts],
        "reason": [_reason(item) for item in items],
        "detail": [item.detail if isinstance(item, Fault) else None for item in items],
        "kept": [json.dumps(row.kept, ensure_ascii=False) if row.kept else None for row in rows],
    }
    arrays = []
    for field in schema:
        if field.name in plain:
            arrays.append(pa.array(plain[field.name], type=field.type))
        else:
            lists = [getattr(context, field.name) if context else _NOTHING for context in contexts]
            arrays.append(_structs(lists, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _structs(lists: Sequence[Sequence[object]], kind: Any) -> Any:
    """Give lists of records as an array of lists of structs, a column of the structs at a time."""
    import pyarrow as pa

    flat = list(chain.from_iterable(lists))
    offsets = pa.array([0, *accumulate(map(len, lists))], type=pa.int32())
    fields = [kind.value_type.field(number) for number in range(kind.value_type.num_fields)]
    columns = [pa.array(list(map(attrgetter(field.name), flat)), type=field.type) for field in fields]
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(columns, fields=fields), type=kind)


def _kind(item: Context | Fault | LeftOut) -> str:
    return "context" if isinstance(item, Context) else "fault" if isinstance(item, Fault) else "left_out"


def _reason(item: Context | Fault | LeftOut) -> str | None:
    return item.reason if isinstance(item, Fault) else item.filter if isinstance(item, LeftOut) else None
