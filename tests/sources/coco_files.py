"""Plain values in; small COCO files out."""

import json
from pathlib import Path

from instructgen.records import Context, Fault, Row
from instructgen.sources.coco import CocoSource

Entry = dict[str, object]


def image(number: int | str, name: str | None = None, wide: int = 200, high: int = 100) -> Entry:
    return {"id": number, "file_name": name or f"{number}.jpg", "width": wide, "height": high}


def box(number: int, of: int | str, *xywh: float, category: int = 1, area: float = 50.0, crowd: int = 0) -> Entry:
    return {
        "id": number,
        "image_id": of,
        "bbox": list(xywh) or [20, 10, 40, 50],
        "category_id": category,
        "area": area,
        "iscrowd": crowd,
        "segmentation": [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]],
    }


def caption(number: int, of: int | str, text: object) -> Entry:
    return {"id": number, "image_id": of, "caption": text}


def write(path: Path, images: list[Entry], annotations: list[Entry], names: tuple[str, ...] = ("dog", "cat")) -> Path:
    categories = [{"id": n, "name": name, "supercategory": "animal"} for n, name in enumerate(names, 1)]
    whole: Entry = {"info": {}, "images": images, "annotations": annotations}
    if names:
        whole["categories"] = categories
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def rows(source: CocoSource, start: int = 0) -> list[Row]:
    return list(source.read(start))


def contexts(source: CocoSource) -> list[Context]:
    found = [row.item for row in source.read(0)]
    assert all(isinstance(item, Context) for item in found), found
    return [item for item in found if isinstance(item, Context)]


def faults(source: CocoSource) -> list[Fault]:
    return [row.item for row in source.read(0) if isinstance(row.item, Fault)]
