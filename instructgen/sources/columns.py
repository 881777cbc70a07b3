"""Values of a row's columns in; captions, boxes, pictures and passages as a context holds them out.

Every function raises RecordError with a stable reason for a value that it cannot take.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from instructgen.errors import RecordError
from instructgen.records import Scalar
from instructgen.text import clean, encodable

from .pictures import ImageFolder

BoxFormat = Literal["corners01", "corners_pixels", "xywh01", "xywh_pixels"]

SLACK = 0.01
"""How far a share of the image may lie outside [0, 1] and be clipped; further out it is taken for another format."""

Facts = dict[str, object]
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,10}://")
_LABELS = ("label", "category", "name", "class")


def captions(values: Iterable[object], longest: int) -> list[str]:
    """Give the captions of one or several columns, each a text or a list of texts: clean, not empty, none twice."""
    texts: dict[str, None] = {}
    for value in values:
        for text in value if isinstance(value, list | tuple) else (value,):
            if text is None:
                continue
            if not isinstance(text, str):
                raise RecordError("bad_caption", f"expected a text, found {_shown(text)}")
            if len(text) > longest:
                raise RecordError("caption_too_long", f"expected at most {longest} characters, found {len(text)}")
            texts[clean(text)] = None
    texts.pop("", None)
    return list(texts)


def boxes(value: object, form: BoxFormat, wide: int | None, high: int | None) -> list[Facts]:
    """Give the boxes of a column: a list of objects, or JSON text of one, or an object of lists.

    Each has a label (``label``, ``category``, ``name`` or ``class``) and corners (x1, y1, x2, y2, or four numbers as
    ``bbox`` or ``box``) in the given format, and may have id, crowd, area (share of the image) and image.
    """
    items = _listed(value)
    if items and form.endswith("pixels") and not (wide and high):
        raise RecordError("no_image_size", "boxes in pixels need the image's width and height")
    scale = (1.0, 1.0) if form.endswith("01") or wide is None or high is None else (float(wide), float(high))
    return [_box(item, form, *scale) for item in items]


def _listed(value: object) -> list[object]:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError as error:
            raise RecordError("bad_box", f"expected a JSON list of boxes, found {_shown(value)} ({error})") from None
    if isinstance(value, dict) and all(isinstance(v, list) for v in value.values()):
        if len({len(v) for v in value.values()}) > 1:
            raise RecordError("bad_box", "expected lists of one length in the columns of the boxes")
        return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError("bad_box", f"expected a list of boxes, found {_shown(value)}")
    return value


_ROUND = frozenset(n / 1000 for n in range(1001))
_PLAIN_BOX = ("label", "x1", "y1", "x2", "y2")


def _plain_box(item: Mapping[str, object]) -> Facts | None:
    """Give a box that needs nothing but rounding, as our own contexts have them; None for any other."""
    label, a, b, c, d = map(item.get, _PLAIN_BOX)
    if not (type(a) is type(b) is type(c) is type(d) is float and isinstance(label, str)):
        return None
    if not (0.0 <= a < c <= 1.0 and 0.0 <= b < d <= 1.0):
        return None
    if a in _ROUND and b in _ROUND and c in _ROUND and d in _ROUND:
        return {"label": clean(label), "x1": a, "y1": b, "x2": c, "y2": d}
    return {"label": clean(label), "x1": round(a, 3), "y1": round(b, 3), "x2": round(c, 3), "y2": round(d, 3)}


def _box(item: object, form: BoxFormat, wide: float, high: float) -> Facts:
    if form == "corners01" and isinstance(item, dict) and len(item) == len(_PLAIN_BOX) and (plain := _plain_box(item)):
        return plain
    if not isinstance(item, dict):
        raise RecordError("bad_box", f"expected an object with label and corners, found {_shown(item)}")
    label = item.get("label")
    if label is None:
        label = next((item[name] for name in _LABELS if item.get(name) is not None), None)
    if not isinstance(label, str):
        raise RecordError("bad_box", f"expected a label as text, found {_shown(label)}")
    corners: Any = item.get("bbox", item.get("box"))  # of any type: what is no list of numbers is found out below
    if corners is None:
        corners = (item.get("x1"), item.get("y1"), item.get("x2"), item.get("y2"))
    try:
        a, b, c, d = corners
        if form.startswith("xywh"):
            c, d = a + c, b + d
        x1, y1, x2, y2 = a / wide, b / high, c / wide, d / high
        fits = form.endswith("pixels") or (x1 >= -SLACK and y1 >= -SLACK and x2 <= 1 + SLACK and y2 <= 1 + SLACK)
        fits = fits and math.isfinite(x1 + y1 + x2 + y2)
        # Corners that were rounded before, as ours are, may have met: such a box is thin, not wrong.
        fits = fits and ((x1 < x2 and y1 < y2) or (form == "corners01" and x1 <= x2 and y1 <= y2))
    except (TypeError, ValueError):
        raise RecordError("bad_box", f"expected four numbers for '{label}', found {_shown(corners)}") from None
    if not fits or x1 > 1 or y1 > 1 or x2 < 0 or y2 < 0:
        raise RecordError("bad_box", f"'{label}' at {_shown(corners)} is no box inside the picture as {form}")
    facts: Facts = {
        "label": clean(label),
        "x1": round(x1, 3) if x1 > 0 else 0.0,
        "y1": round(y1, 3) if y1 > 0 else 0.0,
        "x2": round(x2, 3) if x2 < 1 else 1.0,
        "y2": round(y2, 3) if y2 < 1 else 1.0,
    }
    if len(item) > 2:
        _add_rest(item, facts)
    return facts


def _add_rest(item: Mapping[str, object], facts: Facts) -> None:
    for name in ("image", "crowd", "area"):
        if item.get(name) is not None:
            facts[name] = item[name]
    if item.get("iscrowd"):
        facts["crowd"] = True
    if item.get("id") is not None:
        facts["id"] = str(item["id"])


def images(
    value: object, url: object, folder: ImageFolder, wide: int | None, high: int | None, strict: bool
) -> list[Facts]:
    """Give the pictures of a column: a path or URL, an object with path or url, or a list of these.

    ``url`` is the address of the picture where another column holds it; ``strict`` says whether a picture that the
    folder lacks is an error. Width and height are those of a single picture.
    """
    items = value if isinstance(value, list | tuple) else [] if value is None else [value]
    found = [_image(item, folder, strict) for item in items]
    if isinstance(url, str) and url and len(found) <= 1:
        found = [{**(found[0] if found else {}), "url": url}]
    if len(found) == 1 and "width" not in found[0]:
        found[0] |= {"width": wide, "height": high}
    return found


def _image(item: object, folder: ImageFolder, strict: bool) -> Facts:
    if isinstance(item, str):
        if _URL.match(item):
            return {"url": item}
        return {"path": placed(item, folder, strict)}
    if isinstance(item, dict):
        facts = {name: item[name] for name in ("url", "width", "height", "seconds") if item.get(name) is not None}
        path = item.get("path")
        if isinstance(path, str) and path:
            return {"path": placed(path, folder, strict), **facts}
        if "url" in facts:
            return facts
        item = item.get("bytes")
    if isinstance(item, bytes) or item is None:
        why = "expected a path or URL; pictures held as bytes alone cannot be referred to: write them to a folder first"
        raise RecordError("image_bytes_unsupported", why)
    raise RecordError("bad_image", f"expected a path, a URL or an object with one, found {_shown(item)}")


def placed(name: str, folder: ImageFolder, strict: bool) -> str:
    """Give a picture's path in the folder; a missing one is an error only when ``strict``."""
    try:
        return folder.place(name)
    except RecordError as error:
        if strict or error.reason != "missing_image":
            raise
        return name


def passages(columns: Iterable[tuple[str, object]]) -> list[Facts]:
    """Give the passages of columns: texts, or objects with text and perhaps kind, box and seconds, or lists of these.

    A passage that does not say its kind has the name of its column.
    """
    found: list[Facts] = []
    for column, value in columns:
        for item in value if isinstance(value, list | tuple) else (value,):
            facts = {"text": item} if isinstance(item, str) else item
            if facts is None:
                continue
            if not isinstance(facts, dict) or not isinstance(facts.get("text"), str):
                raise RecordError("bad_passage", f"expected a text in '{column}', found {_shown(item)}")
            if text := clean(facts["text"]):
                found.append({**facts, "kind": facts.get("kind") or column, "text": text})
    return found


def own_id(value: object) -> str | None:
    """Give a record's own id as text; None where it has none."""
    if value is None or value == "":
        return None
    if not isinstance(value, str | int):
        raise RecordError("bad_id", f"expected a text or a whole number as id, found {_shown(value)}")
    if not encodable(text := str(value)):
        raise RecordError("bad_id", f"expected an id that UTF-8 can hold, found {_shown(text)}")
    return text


def whole(value: object) -> int | None:
    """Give a number of pixels, which CSV files hold as text; None for none. Raises for one not above zero."""
    if value is None:
        return None
    try:
        number = int(value) if isinstance(value, int | float | str) else 0
    except (ValueError, OverflowError):
        number = 0
    if number <= 0:
        raise RecordError("zero_size_image", f"expected a width and height above zero, found {_shown(value)}")
    return number


def scalar(value: object) -> Scalar:
    """Give a value as a column that is carried along holds it; what is no scalar as JSON text."""
    if isinstance(value, str):
        return value if value.isprintable() else value.encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None  # what tables hold for a missing number, and JSON cannot
    if value is None or isinstance(value, int | float):
        return value
    try:
        return msgspec.json.encode(value).decode()
    except TypeError:
        return str(value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
