"""Datasets of each kind that can be recaptioned, made on the spot: what the tests of recaptioning share."""

import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from instructgen.records import Context, Fault, LeftOut, Row


def jpeg(number: int, kind: str = "JPEG") -> bytes:
    """Give a small picture unlike any other."""
    from PIL import Image

    colour = (number * 37 % 256, number * 91 % 256, number * 53 % 256)
    picture = Image.new("RGB", (48 + number % 7, 32), colour)
    picture.putpixel((number % 40, number % 30), (255, 255, 255))
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def caption(number: int) -> str:
    """Give a picture's old caption."""
    return f"old caption {number}"


def folder(root: Path, count: int) -> Path:
    """Write a folder of pictures, every other with a caption beside it."""
    (root / "sub").mkdir(parents=True)
    for n in range(count):
        place = root / ("sub" if n % 3 == 2 else ".") / f"p{n:03d}"
        place.with_suffix(".jpg").write_bytes(jpeg(n))
        if n % 2:
            place.with_suffix(".txt").write_text(caption(n) + "\n", encoding="utf-8")
    return root


def tar(path: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write a tar file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as out:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return path


def shard_files(numbers: Iterable[int]) -> list[tuple[str, bytes]]:
    """Give the files of a shard as img2dataset lays them out."""
    found = []
    for n in numbers:
        about: dict[str, object] = {
            "caption": caption(n),
            "url": f"http://pictures.example/{n}",
            "key": f"{n:09d}",
            "status": "success",
        }
        about |= {"width": 48 + n % 7, "height": 32, "similarity": n / 8}
        found += [(f"{n:09d}.jpg", jpeg(n)), (f"{n:09d}.json", json.dumps(about).encode())]
        found.append((f"{n:09d}.txt", caption(n).encode()))
    return found


def webdataset(root: Path, shards: int, each: int) -> Path:
    """Write tar shards and the table and figures beside each."""
    for shard in range(shards):
        numbers = range(shard * 10_000, shard * 10_000 + each)
        tar(root / f"{shard:05d}.tar", shard_files(numbers))
        rows = [{"key": f"{n:09d}", "caption": caption(n), "status": "success"} for n in numbers]
        pq.write_table(pa.Table.from_pylist(rows), root / f"{shard:05d}.parquet")
        (root / f"{shard:05d}_stats.json").write_text(json.dumps({"successes": each}))
    return root


def hf_rows(numbers: Iterable[int]) -> dict[str, list[Any]]:
    """Give the columns of a dataset with pictures inside."""
    numbers = list(numbers)
    return {
        "image": [{"bytes": jpeg(n, "PNG" if n % 4 == 3 else "JPEG"), "path": f"{n}.jpg"} for n in numbers],
        "caption": [caption(n) for n in numbers],
        "score": [n / 4 for n in numbers],
        "rank": [n if n % 5 else None for n in numbers],
        "safe": [n % 2 == 0 for n in numbers],
        "tags": [["a", f"t{n}"] for n in numbers],
    }


def hf_dataset(numbers: Iterable[int]) -> Any:
    """Give a dataset with the library's own Image feature."""
    import datasets

    text, number = datasets.Value("string"), datasets.Value("int64")
    features = {"image": datasets.Image(), "caption": text, "score": datasets.Value("float64"), "rank": number}
    features |= {"safe": datasets.Value("bool"), "tags": datasets.List(text)}
    return datasets.Dataset.from_dict(hf_rows(numbers), features=datasets.Features(features))


def hf_parquet(root: Path, files: int, each: int) -> Path:
    """Write Parquet files as they lie on the Hub, in row groups of three."""
    (root / "data").mkdir(parents=True)
    for n in range(files):
        part = hf_dataset(range(n * each, (n + 1) * each)).with_format("arrow")[:]
        pq.write_table(part, root / f"data/train-{n:05d}-of-{files:05d}.parquet", row_group_size=3)
    return root


def llava_rows(root: Path, count: int) -> tuple[Path, Path]:
    """Write a file in LLaVA's format and its folder of pictures."""
    rows = []
    for n in range(count):
        name = f"{n:05d}/{n:09d}.jpg"
        (root / "images" / name).parent.mkdir(parents=True)
        (root / "images" / name).write_bytes(jpeg(n))
        turns = [{"from": "human", "value": "Say it.\n<image>"}, {"from": "gpt", "value": caption(n)}]
        rows.append({"id": f"{n:09d}", "image": name, "conversations": turns})
    (root / "blip.json").write_text(json.dumps(rows))
    return root / "blip.json", root / "images"


def cc3m(root: Path, count: int) -> tuple[Path, Path]:
    """Write a list of captions and addresses, and pictures for all rows but every fifth."""
    (root / "images").mkdir(parents=True)
    lines = [f"{caption(n)}\thttp://pictures.example/{n}\n" for n in range(count)]
    (root / "Train_GCC-training.tsv").write_text("".join(lines))
    for n in range(count):
        if n % 5 != 4:
            (root / "images" / f"GCC_train_{n:09d}.jpg").write_bytes(jpeg(n))
    return root / "Train_GCC-training.tsv", root / "images"


def contexts(rows: Iterable[Row]) -> list[Context]:
    """Give the contexts of rows, which must hold nothing else."""
    found = [row.item for row in rows]
    assert all(isinstance(item, Context) for item in found), [i for i in found if not isinstance(i, Context)]
    return [item for item in found if isinstance(item, Context)]


def reasons(rows: Iterable[Row]) -> list[str]:
    """Give what became of each row: nothing, the reason of a fault, or the filter that left it out."""
    items: list[Context | Fault | LeftOut] = [row.item for row in rows]
    return [i.reason if isinstance(i, Fault) else i.filter if isinstance(i, LeftOut) else "" for i in items]


def kept(rows: Iterable[Row]) -> list[Mapping[str, object]]:
    """Give the columns that rows carry along."""
    return [row.kept for row in rows]
