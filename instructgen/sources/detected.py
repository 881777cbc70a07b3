"""A path in; what kind of dataset lies there, with the block of a recipe's source that reads it, out.

What is looked at: names, footers of Parquet files, the first records. No picture is opened.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from instructgen.errors import SetupError

from .folder import ENDINGS

EXPECTED = (
    "expected a folder of pictures, Parquet files or tar shards, a folder that save_to_disk wrote, rows in LLaVA's"
    " format (JSON), a list of Conceptual Captions (TSV), or the name of a dataset on the Hugging Face Hub"
)


class Detected(NamedTuple):
    """A dataset that was recognised."""

    block: dict[str, object]
    """The recipe's ``source``."""
    said: str
    """What it is and how much of it, in a line."""


def detect(dataset: Path, images: Path | None) -> Detected:
    """Tell what a file or folder holds; ``images`` is the folder of its pictures, where they lie elsewhere.

    Raises SetupError that says what was found instead of a dataset.
    """
    if not dataset.is_dir():
        raise SetupError(f"{dataset}: there is no such file or folder; {EXPECTED}")
    number = sum(1 for _ in _pictures(dataset))
    if not number:
        raise SetupError(f"{dataset}: holds no picture; {EXPECTED}")
    return Detected({"use": "folder", "images": dataset}, f"a folder of {number:,} pictures")


def _pictures(folder: Path) -> Iterator[str]:
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (name for name in names if name.lower().endswith(ENDINGS) and not name.startswith("."))
