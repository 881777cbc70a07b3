"""Kept source columns, whose values come one by one, in; one type for each column, and its values in that type, out.

What type a column has is known only after its last value, so rows wait in a file until then.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from ..records import Scalar

_BATCH = 1000
_TYPES = {bool: "bool", int: "int", float: "float", str: "str"}


def wider(kind: str, value: object) -> str:
    """Give the type that holds a column's values so far and one more; numbers widen, what does not fit becomes text."""
    new = "none" if value is None else _TYPES[type(value)]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        new = "str"
    if new == "none" or new == kind:
        return kind
    if kind == "none":
        return new
    return "float" if {kind, new} == {"int", "float"} else "str"


def typed(value: Scalar, kind: str) -> Scalar:
    """Give a value in its column's type."""
    if value is None:
        return None
    if kind == "float":
        return float(value)
    return json.dumps(value) if kind == "str" and not isinstance(value, str) else value


def arrow_types(kinds: Mapping[str, str]) -> dict[str, Any]:
    """Give the Arrow type of each column; one without any value is text."""
    import pyarrow as pa

    known = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "str": pa.string(), "none": pa.string()}
    return {name: known[kind] for name, kind in kinds.items()}


def batches(spooled: Path) -> Iterator[list[dict[str, Any]]]:
    """Give the rows of a file of JSON lines, a thousand at a time."""
    with spooled.open(encoding="utf-8") as file:
        while lines := list(islice(file, _BATCH)):
            yield [json.loads(line) for line in lines]
