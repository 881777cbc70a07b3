"""Exports as tar shards in; whether the webdataset library reads in them what they hold, byte for byte, out.

.env-webdataset/bin/python tests/trainers/webdataset_loader.py EXPORT…
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import webdataset as wds  # type: ignore[import-not-found]
from same import Comparison, Row, report, rows_of, told_faults


def compare(place: Path) -> Comparison:
    """Read all shards, as they are and decoded."""
    done = Comparison()
    shards = sorted(map(str, place.glob("*.tar")))
    raw = wds.WebDataset(shards, shardshuffle=False, empty_check=False)
    shown = wds.WebDataset(shards, shardshuffle=False, empty_check=False).decode("pilrgb")
    for row, item, decoded in zip(rows_of(place), raw, shown, strict=True):
        told: Row = json.loads(item["json"])
        found = told_faults(row, told)
        found += [] if [item[f] for f in told["images"]] == [*map(_bytes, row["pictures"])] else ["pictures"]
        found += [] if all(_opens(decoded[field]) for field in told["images"]) else ["decoding"]
        found += [] if item["txt"].decode() == row["turns"][1] else ["txt"]
        done.hold(row, found)
    return done


def _bytes(file: str) -> bytes:
    return Path(file).read_bytes()


def _opens(picture: Any) -> bool:
    return bool(picture.mode == "RGB" and picture.width)


if __name__ == "__main__":
    sys.exit(report(f"webdataset {version('webdataset')}", compare, sys.argv[1:]))
