"""Small runs with real pictures, and datasets read back: what the tests of publishing share."""

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from PIL import Image
from runs import record, succeeds

from instructgen.publishing.layout import Configs, Wanted, lay_out
from instructgen.run import Run

Row = dict[str, Any]
TOLD = {"use": "scripted", "replies": ["Question: What is it?\nAnswer: Something that waits."]}
"""A teacher that writes about any number of pictures."""
TASKS = {
    "conversation": {"use": "prompted", "form": "dialogue"},
    "detail": {"use": "prompted", "form": "description"},
}


def picture(path: Path, number: int, **settings: Any) -> bytes:
    """Write a small picture unlike any other; give its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Image.new("RGB", (24, 16), (number * 37 % 256, number * 91 % 256, number % 256))
    made.putpixel((number % 24, number % 16), (255, 255, 255))
    file = io.BytesIO()
    made.save(file, "PNG" if path.suffix == ".png" else "JPEG", **settings)
    path.write_bytes(file.getvalue())
    return file.getvalue()


def made_run(folder: Path, rows: Iterable[Mapping[str, object]], keep: Iterable[str] = (), **keys: object) -> Path:
    """Carry out a recipe over rows whose pictures are in ``folder/images``; give the run's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "rows.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "images").mkdir(exist_ok=True)
    tree = {
        "source": {"use": "image_text", "files": [str(source)], "images": str(folder / "images"), "keep": list(keep)},
        "teacher": {"use": "grounded"},
        "shard_size": 10,
        "tasks": TASKS,
        "checks": {"shape": {"action": "retry"}},
        **keys,
    }
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    succeeds("run", path, "--out", folder / "run")
    return folder / "run"


def plain_run(folder: Path, number: int = 25, **keys: Any) -> Path:
    """Make a run of so many records, each with a picture of its own."""
    for n in range(number):
        picture(folder / "images" / f"{n:06d}.jpg", n, quality=60 + n % 40)
    return made_run(folder, map(record, range(number)), **keys)


def laid_out(run: Path, folder: Path, **wanted: Any) -> Configs:
    """Lay a run out in a new folder."""
    folder.mkdir(parents=True)
    return lay_out(Run.open(run), Wanted(**wanted), folder)[0]


def read(folder: Path, configs: Configs, config: str, split: str = "train") -> list[Row]:
    """Read a split's rows as they lie in its files."""
    return [row for file in configs[config][split] for row in pq.read_table(folder / file.path).to_pylist()]
