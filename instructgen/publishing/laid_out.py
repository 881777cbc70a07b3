"""What a published dataset consists of: configs, splits, files, columns, counts. The card is written from it.

``layout`` makes it, with the files it names; ``card`` describes it; ``publish`` sends both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..run import Run
from .terms import UNKNOWN

Pictures = Literal["bytes", "reference"]
"""Whether rows hold the pictures' own bytes, or say where they are."""


@dataclass(frozen=True)
class DataFile:
    """One Parquet file."""

    path: str
    """Its place in the repository, such as ``conversation/train-00000-of-00002.parquet``."""
    sha256: str
    """Of its bytes, 64 hex digits: what the Hub knows it by."""
    size: int
    """Bytes."""
    rows: int


Splits = Mapping[str, Sequence[DataFile]]
"""The files of each split, in the order of their rows."""


@dataclass(frozen=True)
class LaidOut:
    """A dataset as it will be, before its card is written."""

    repo: str
    """``ORG/NAME``."""
    run: Run
    folder: Path
    """Where the files lie on this machine, each under its path in the repository."""
    configs: Mapping[str, Splits]
    """By config: a task's name, in the recipe's order, then ``rejected`` and ``journal`` where they were wanted. A
    split without rows is not there, nor a config without any."""
    features: Mapping[str, Any]
    """By config: its columns as ``datasets.Features``. ``image`` is one picture or null; ``images``, a list, stands in
    its place where some row of the config has several. Where pictures are references without addresses, both are
    plain strings."""
    pictures: Pictures
    tags: Sequence[str]
    """What the user wants the dataset to be found by, besides what the card says of itself."""
    private: bool
    told: str
    """What was left out or changed, as the end of a sentence; empty when nothing was."""
    license: str = UNKNOWN
    """The dataset's licence by its identifier on the Hub: its maker's decision."""
    terms: Path | None = None
    """The maker's own table of terms; None: the shipped one."""

    def rows(self, config: str, split: str | None = None) -> int:
        """Give how many rows a config has, or one of its splits."""
        splits = self.configs[config]
        return sum(file.rows for name, files in splits.items() if split in (None, name) for file in files)

    def size(self, config: str) -> int:
        """Give the bytes of a config's files."""
        return sum(file.size for files in self.configs[config].values() for file in files)

    @property
    def tasks(self) -> Sequence[str]:
        """The configs that hold samples, in the recipe's order."""
        return [name for name in self.configs if name in self.run.built.tasks]
