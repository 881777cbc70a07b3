"""A run in; a dataset laid out as a publisher lays it out: what the tests of the card describe."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from instructgen.publishing.laid_out import DataFile, LaidOut, Pictures
from instructgen.records import Sample
from instructgen.run import Run


def lay_out(run: Run, folder: Path, pictures: Pictures = "bytes", several: bool = False, **facts: Any) -> LaidOut:
    """Lay a run out: a config a task, each with a train split of two files and a test split of one."""
    import datasets

    picture = datasets.Image() if pictures == "bytes" else datasets.Value("string")
    turns = datasets.List({"from": datasets.Value("string"), "value": datasets.Value("string")})
    origin = {"model": datasets.Value("string"), "attempt": datasets.Value("int32")}
    names = {"id": datasets.Value("string"), "images" if several else "image": picture}
    if several:
        names["images"] = datasets.List(picture)
    features = datasets.Features(
        {
            **names,
            "conversations": turns,
            "origin": {**origin, "slots": datasets.List(datasets.Value("string"))},
            "license": datasets.Value("int64"),
            "a column's | name": datasets.Value("string"),
        }
    )
    configs = {}
    for task in run.built.tasks:
        rows = [_row(run, sample, number, pictures, several) for number, sample in enumerate(run.samples(task))]
        half = len(rows) // 2
        parts = {"train": [rows[:half], rows[half:-2]], "test": [rows[-2:]]}
        configs[task] = {
            split: [
                _write(folder, f"{task}/{split}-{number:05d}-of-{len(files):05d}.parquet", part, features)
                for number, part in enumerate(files)
            ]
            for split, files in parts.items()
        }
    whole: dict[str, Any] = {"tags": [], "private": False, "told": "", **facts}
    return LaidOut(
        repo="some-lab/photos-that-talk",
        run=run,
        folder=folder,
        configs=configs,
        features=dict.fromkeys(configs, features),
        pictures=pictures,
        **whole,
    )


def _row(run: Run, sample: Sample, number: int, pictures: Pictures, several: bool) -> dict[str, object]:
    root = run.built.image_root()
    shown: list[object] = [image.path for image in sample.images]
    if pictures == "bytes" and root:
        shown = [{"bytes": (root / (i.path or "")).read_bytes(), "path": i.path} for i in sample.images]
    origin = {"model": sample.origin.model, "attempt": sample.origin.attempt, "slots": list(sample.origin.slots)}
    return {
        "id": sample.id,
        **({"images": shown} if several else {"image": shown[0] if shown else None}),
        "conversations": [{"from": turn.role, "value": turn.text} for turn in sample.turns],
        "origin": origin,
        "license": number % 3 + 3 if number % 5 else None,
        "a column's | name": f"<b>{number}</b>",
    }


def _write(folder: Path, path: str, rows: Sequence[dict[str, object]], features: Any) -> DataFile:
    import datasets

    columns = {name: [row[name] for row in rows] for name in features}
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    datasets.Dataset.from_dict(columns, features=features).to_parquet(str(file))
    data = file.read_bytes()
    return DataFile(path, hashlib.sha256(data).hexdigest(), len(data), len(rows))


def write(files: Iterable[tuple[str, bytes]], folder: Path) -> None:
    """Write the files that a card consists of beside the data."""
    for name, data in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
