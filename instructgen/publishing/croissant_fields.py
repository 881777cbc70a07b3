"""A column's type, as ``datasets`` has it, in; its field in Croissant out, with all that is nested in it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

JsonLd = dict[str, Any]

_TYPES = {"string": "Text", "large_string": "Text", "bool": "Boolean", "null": "Text"}
_PLAIN = re.compile(r"(?!(parent|where)$)[A-Za-z_]\w*", re.ASCII)
"""Names that a JSON path may hold as they are."""
_DEEPEST = 2
"""Lists within lists of records have no form that the reference library reads: such fields are left out."""


def field(config: str, column: str, feature: object, pictures: str) -> JsonLd | None:
    """Give the field of a column; None for one that Croissant cannot describe."""
    source = {"fileSet": {"@id": f"files/{config}"}, "extract": {"column": column}}
    return _field(f"{config}/{quote(column)}", column, feature, source, (), pictures, 0)


def _field(
    name: str, short: str, feature: Any, source: JsonLd, path: tuple[str, ...], pictures: str, lists: int
) -> JsonLd | None:
    """``path`` leads from the column to the value; ``lists`` counts those on the way that hold records."""
    found: JsonLd = {"@type": "cr:Field", "@id": name, "name": short}
    inner, repeated = _inner(feature)
    if repeated:
        found["repeated"] = True
    if isinstance(inner, Mapping):
        lists += repeated
        if lists >= _DEEPEST:
            return None
        steps = ((f"{name}/{quote(key)}", key, each, (*path, key)) for key, each in inner.items())
        below = [_field(*step[:3], source, step[3], pictures, lists) for step in steps]
        found["subField"] = [each for each in below if each]
        return found if found["subField"] else None
    leaf = _leaf(inner, pictures)
    if leaf is None:
        return None
    kind, key = leaf
    way = ".".join(map(_step, (*path, *key)))
    return {**found, "dataType": kind, "source": {**source, **({"transform": {"jsonPath": way}} if way else {})}}


def _inner(feature: Any) -> tuple[Any, bool]:
    """Give what a list is of, and whether it is one."""
    from datasets import LargeList, List

    if isinstance(feature, List | LargeList):
        return feature.feature, True
    return feature, False


def _leaf(feature: Any, pictures: str) -> tuple[str, tuple[str, ...]] | None:
    """Give the type of a value, and where in it the value proper is."""
    from datasets import Image, Value

    if isinstance(feature, Image):
        return ("sc:ImageObject", ("bytes",)) if pictures == "bytes" else ("sc:URL", ("path",))
    if not isinstance(feature, Value):
        return None
    if feature.dtype.startswith(("int", "uint")):
        return "sc:Integer", ()
    if feature.dtype.startswith("float"):
        return "sc:Float", ()
    return (f"sc:{_TYPES[feature.dtype]}", ()) if feature.dtype in _TYPES else None


def _step(key: str) -> str:
    return key if _PLAIN.fullmatch(key) else f'"{key}"'
