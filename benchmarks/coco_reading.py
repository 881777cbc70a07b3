"""COCO train2017-size annotations in; time and peak memory of CocoSource and of pycocotools, as ratios, out.

Each side runs in a process of its own and gives the same validated ``Context`` records, one after another; their
number, boxes, captions and a digest of all facts are compared. ``--hold`` keeps all contexts in a list on both
sides, which adds the same to both. Exit status 1 past a limit, or when the two sides do not agree.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from coco_size import default_folder, make

from instructgen.records import Context

TIME_LIMIT = 0.25
MEMORY_LIMIT = 1 / 3


def ours(captions: Path, instances: Path) -> Iterator[Context]:
    from instructgen.sources.coco import CocoSource

    for row in CocoSource(captions=captions, instances=instances).read(0):
        assert isinstance(row.item, Context), row.item
        yield row.item


def pycocotools(captions: Path, instances: Path) -> Iterator[Context]:
    """Do what a user of pycocotools does: two indexes, then the facts of one image after another."""
    from pycocotools.coco import COCO

    boxes_of, captions_of = COCO(str(instances)), COCO(str(captions))
    names = {number: category["name"] for number, category in boxes_of.cats.items()}
    for row, (number, image) in enumerate(boxes_of.imgs.items()):
        wide, high = image["width"], image["height"]
        boxes = []
        for note in boxes_of.loadAnns(boxes_of.getAnnIds(imgIds=[number])):
            x, y, w, h = note["bbox"]
            boxes.append(
                {
                    "label": names[note["category_id"]],
                    "x1": round(min(max(x / wide, 0.0), 1.0), 3),
                    "y1": round(min(max(y / high, 0.0), 1.0), 3),
                    "x2": round(min(max((x + w) / wide, 0.0), 1.0), 3),
                    "y2": round(min(max((y + h) / high, 0.0), 1.0), 3),
                    "id": str(note["id"]),
                    "crowd": bool(note["iscrowd"]),
                    "area": min(note["area"] / (wide * high), 1.0),
                }
            )
        texts = [" ".join(n["caption"].split()) for n in captions_of.loadAnns(captions_of.getAnnIds(imgIds=[number]))]
        yield Context.model_validate(
            {
                "id": f"{number:012d}",
                "row": row,
                "images": [{"path": image["file_name"], "width": wide, "height": high}],
                "captions": list(dict.fromkeys(texts)),
                "boxes": boxes,
            }
        )


SIDES = {"instructgen": ours, "pycocotools": pycocotools}


def facts(context: Context) -> int:
    """Give a sum over all facts but the corners, whose last decimal may be rounded either way at a half."""
    boxes = [(b.label, b.id, b.crowd) for b in context.boxes]
    return zlib.crc32(repr((context.id, context.row, context.images, context.captions, boxes)).encode())


def one_side(name: str, captions: Path, instances: Path, hold: bool) -> None:
    """Measure one side in this process and print it as a line of JSON."""
    begin, begin_cpu = time.perf_counter(), time.process_time()
    held: list[Context] = []
    count = boxes = texts = 0
    for context in SIDES[name](captions, instances):
        count, boxes, texts = count + 1, boxes + len(context.boxes), texts + len(context.captions)
        if hold:
            held.append(context)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"seconds": seconds, "cpu": cpu, "MiB": peak, "contexts": count, "boxes": boxes, "captions": texts})
    )


def checksum(name: str, captions: Path, instances: Path) -> None:
    """Print a sum over all facts of one side, and the mean of all corners to six decimals."""
    total, corners = 0, 0.0
    for context in SIDES[name](captions, instances):
        total += facts(context)
        corners += sum(b.x1 + b.y1 + b.x2 + b.y2 for b in context.boxes)
    print(json.dumps({"sum": total, "mean": round(corners / 860_001 / 4, 6)}))


def measured(name: str, *more: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--side", name, *more]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    result: dict[str, float] = json.loads(lines[-1])
    return result


def main() -> int:
    """Measure both sides in turn and hold them against the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--hold", action="store_true")
    parser.add_argument("--rounds", type=int, default=2, help="measure in turn this often; the best of each counts")
    parser.add_argument("--sums", action="store_true", help="also compare a sum over all facts (reads twice)")
    parser.add_argument("--side", choices=SIDES)
    given = parser.parse_args()
    captions, instances = make(given.folder)
    if given.side and given.sums:
        checksum(given.side, captions, instances)
        return 0
    if given.side:
        one_side(given.side, captions, instances, given.hold)
        return 0
    flags = [str(given.folder), *(["--hold"] if given.hold else [])]
    rounds = [{name: measured(name, *flags) for name in SIDES} for _ in range(given.rounds)]
    found = {name: min((r[name] for r in rounds), key=lambda figures: figures["seconds"]) for name in SIDES}
    for name, figures in found.items():
        counts = ", ".join(f"{figures[what]:.0f} {what}" for what in ("contexts", "boxes", "captions"))
        print(
            f"{name:12} {figures['seconds']:6.2f} s ({figures['cpu']:.2f} s CPU)  {figures['MiB']:6.0f} MiB  {counts}"
        )
    a, b = found["instructgen"], found["pycocotools"]
    agree = all(a[k] == b[k] for k in ("contexts", "boxes", "captions"))
    if given.sums:
        agree = agree and measured("instructgen", str(given.folder), "--sums") == measured(
            "pycocotools", str(given.folder), "--sums"
        )
    time_ratio, memory_ratio = a["seconds"] / b["seconds"], a["MiB"] / b["MiB"]
    print(f"time    {time_ratio:.3f} of pycocotools (limit {TIME_LIMIT:.3f})")
    print(f"memory  {memory_ratio:.3f} of pycocotools (limit {MEMORY_LIMIT:.3f})")
    print("same contexts, boxes and captions" if agree else "the two sides do not agree")
    return 0 if agree and time_ratio <= TIME_LIMIT and memory_ratio <= MEMORY_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
