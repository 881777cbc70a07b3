"""A folder in; a captions and an instances file of COCO train2017's size out, made by rule from a fixed seed.

118,287 images, 860,001 boxes with polygons (about 1 in 90 a crowd with run lengths) and 591,753 captions, laid out as
in the published files: ``": "`` after keys, ``","`` between values, two decimals. The instances file is about 450 MB.
The words and the polygons carry no meaning: only their number and length are those of the real files.
"""

import argparse
import random
import tempfile
from pathlib import Path
from typing import TextIO

IMAGES = 118_287
BOXES = 860_001
CAPTIONS = 591_753
CATEGORIES = 80
DONE = "complete.txt"
"""Written last: a folder without it is made anew."""

_NOUNS = ("man", "woman", "dog", "bench", "street", "kitchen", "plate", "train", "tree", "child", "horse", "window")
_VERBS = ["standing", "sitting", "running", "waiting", "resting", "playing", "leaning", "looking"]
_LINKS = ["near", "beside", "behind", "under", "above", "before", "along", "within"]


def default_folder() -> Path:
    return Path(tempfile.gettempdir()) / "instructgen_coco_size"


def make(folder: Path) -> tuple[Path, Path]:
    """Give the captions and the instances file, making them where the folder does not hold them."""
    captions, instances = folder / "captions.json", folder / "instances.json"
    if not (folder / DONE).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        draw = random.Random(17)
        ids = draw.sample(range(9, 581_930), IMAGES)
        sizes = [draw.choice([(640, 480), (480, 640), (640, 427), (500, 375)]) for _ in ids]
        images = ",".join(_image(*facts) for facts in zip(ids, sizes, strict=True))
        with instances.open("w", encoding="ascii") as out:
            _head(out, images)
            _write_boxes(out, draw, ids, sizes)
            names = ",".join(
                f'{{"supercategory": "group {n % 12}","id": {n + 1},"name": "thing {n + 1}"}}'
                for n in range(CATEGORIES)
            )
            out.write(f'],"categories": [{names}]}}')
        with captions.open("w", encoding="ascii") as out:
            _head(out, images)
            _write_captions(out, draw, ids)
            out.write("]}")
        (folder / DONE).write_text("both files are whole\n", encoding="ascii")
    return captions, instances


def _head(out: TextIO, images: str) -> None:
    out.write(f'{{"info": {{"year": 2017}},"licenses": [],"images": [{images}],"annotations": [')


def _image(number: int, size: tuple[int, int]) -> str:
    name, secret = f"{number:012d}.jpg", f"{number * 7919 % 2**40:010x}"
    return (
        f'{{"license": {number % 8},"file_name": "{name}","coco_url": "http://images.example.org/train2017/{name}",'
        f'"height": {size[1]},"width": {size[0]},"date_captured": "2013-11-14 17:02:52",'
        f'"flickr_url": "http://farm7.example.org/6116/{number:010d}_{secret}_z.jpg","id": {number}}}'
    )


def _write_boxes(out: TextIO, draw: random.Random, ids: list[int], sizes: list[tuple[int, int]]) -> None:
    polygons = [_polygon(draw) for _ in range(4000)]
    runs = [",".join(str(draw.randint(1, 900)) for _ in range(draw.randint(100, 900))) for _ in range(200)]
    for n in range(BOXES):
        at = draw.randrange(IMAGES - 1000)  # the last thousand have no box
        wide, high = sizes[at]
        w, h = round(draw.uniform(4, wide * 0.8), 2), round(draw.uniform(4, high * 0.8), 2)
        x, y = round(draw.uniform(0, wide - w), 2), round(draw.uniform(0, high - h), 2)
        crowd = n % 90 == 0
        outline = f'{{"counts": [{runs[n % 200]}],"size": [{high},{wide}]}}' if crowd else polygons[n % 4000]
        out.write(
            f'{"," if n else ""}{{"segmentation": {outline},"area": {w * h * 0.6},"iscrowd": {int(crowd)},'
            f'"image_id": {ids[at]},"bbox": [{x},{y},{w},{h}],"category_id": {n % CATEGORIES + 1},"id": {n + 1}}}'
        )


def _polygon(draw: random.Random) -> str:
    parts = draw.choices([1, 2, 3], [90, 8, 2])[0]
    points = [max(3, int(draw.gammavariate(1.6, 14.3))) for _ in range(parts)]
    rings = [",".join(f"{draw.uniform(0, 640):.2f}" for _ in range(2 * count)) for count in points]
    return "[" + ",".join(f"[{ring}]" for ring in rings) + "]"


def _write_captions(out: TextIO, draw: random.Random, ids: list[int]) -> None:
    for n in range(CAPTIONS):
        a, b, c = draw.choices(_NOUNS, k=3)
        text = f"A {a} {draw.choice(_VERBS)} {draw.choice(_LINKS)} the {b} and another {c} {n % 7}."
        text = text + " " if n % 7 == 0 else text  # about as many with white space at the end as in the real file
        image = ids[n % IMAGES]
        out.write(f'{"," if n else ""}{{"image_id": {image},"id": {n + 1},"caption": "{text}"}}')


def main() -> None:
    """Make the files and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    for path in make(parser.parse_args().folder):
        print(f"{path}  {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
