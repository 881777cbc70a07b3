"""A run in; its dataset laid out as Parquet files in a folder out, the same bytes each time.

One pass over the run writes rows without pictures to a spool, since what type a kept column has, and whether a task has
several pictures, is known only after the last row. A second pass writes the files, a group of rows in memory at a time.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ..component import Site
from ..errors import RequestRefused, SetupError
from ..exports.kept_types import batches, typed, wider
from ..exports.rows import kept_columns
from ..library import Library
from ..pictures.images import read_inside
from ..records import Image
from ..repeats import Repeats
from ..run import Run
from .files import FILE_BYTES, write_split
from .laid_out import DataFile, Pictures
from .rows import (
    JOURNAL,
    OWN,
    REJECTED,
    Noted,
    Row,
    SampleRows,
    journal_features,
    journal_rows,
    left_out_rows,
    rejected_features,
    rejected_rows,
    sample_features,
)
from .splits import Drawn, shares
from .terms import UNKNOWN


@dataclass(frozen=True)
class Wanted:
    """What the user wants in the dataset."""

    pictures: Pictures = "bytes"
    splits: str = "train"
    """Shares that add up to 1, such as ``train=0.98,test=0.02``, or one name."""
    rejected: bool = False
    """Whether what checks rejected is a config, too."""
    journal: bool = False
    """Whether the completions are a config, too."""
    license: str = UNKNOWN
    """The dataset's licence by its identifier on the Hub."""
    terms: Path | None = None
    """The user's own table of terms."""
    tags: Sequence[str] = ()
    private: bool = False
    unfinished: bool = False
    """Whether a run that is not finished may be published."""
    file_bytes: int = FILE_BYTES


@dataclass
class _Spool:
    """Rows on disk, by config and split, and what is known of their columns when all are there."""

    folder: Path
    files: dict[tuple[str, str], TextIO] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    """Kept source columns with the type that holds all their values."""
    most: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many pictures a row of the config has at most."""
    addresses: bool = True
    """Every picture is named by a URL."""

    def add(self, config: str, split: str, row: Row) -> None:
        """Take one row."""
        file = self.files.get((config, split))
        if file is None:
            path = self.path(config, split)
            file = self.files[config, split] = path.open("w", encoding="utf-8", newline="\n")
        file.write(json.dumps(row) + "\n")

    def path(self, config: str, split: str) -> Path:
        """Give the file of a config's split."""
        return self.folder / f".{config}+{split}.jsonl"

    def close(self) -> None:
        """Close the files."""
        for file in self.files.values():
            file.close()


Configs = dict[str, dict[str, list[DataFile]]]


def lay_out(run: Run, wanted: Wanted, folder: Path) -> tuple[Configs, str]:
    """Write the files below ``folder``, which is there and empty; give them by config and split, and what was left out.

    Raises SetupError where a sample or a picture cannot be published, and where nothing is left to publish.
    """
    splits = shares(wanted.splits)
    taken = [name for name, on in ((REJECTED, wanted.rejected), (JOURNAL, wanted.journal)) if on]
    for name in set(taken) & set(run.built.tasks):
        raise SetupError(f"--{name}: the recipe has a task of that name, and a dataset cannot have both")
    drawn, spool = Drawn(run, splits), _Spool(folder)
    try:
        told = _spool_samples(run, wanted, drawn, spool)
        if not spool.files:
            raise SetupError(
                f"{run.folder.path}: there are no samples to publish; where some were, delete the dataset on the Hub"
            )
        if wanted.rejected:
            _spool_rejected(run, drawn, spool)
        if wanted.journal:
            _spool_journal(run, drawn, spool)
    finally:
        spool.close()
    as_image = wanted.pictures == "bytes" or spool.addresses
    found: Configs = {}
    for config in [*run.built.tasks, *taken]:
        features = {REJECTED: rejected_features, JOURNAL: journal_features}.get(config) if config in taken else None
        columns = features() if features else sample_features(spool.kept, spool.most[config] > 1, as_image)
        for split in splits:
            if (config, split) in spool.files:
                rows = _read(run, spool, config, split, columns, wanted.pictures)
                found.setdefault(config, {})[split] = write_split(
                    rows, folder, config, split, columns, wanted.file_bytes
                )
                spool.path(config, split).unlink()
    bare = [split for split in splits if not any(split in files for files in found.values())]
    return found, f"{told}; no picture was drawn for {', '.join(bare)}" if bare else told


def _spool_samples(run: Run, wanted: Wanted, drawn: Drawn, spool: _Spool) -> str:
    """Spool the accepted samples; say what was left out or changed."""
    site = Site("publish", Library.beside(run.folder.recipe), run.built.image_root())
    writer = SampleRows.build({"pictures": wanted.pictures}, site, "publish")
    repeats, reviews = Repeats(), run.reviews()
    noted, shard, splits = Noted(run, reviews), -1, dict[str, str]()
    for sample, kept in run.samples_with_kept(None, repeats, reviews):
        if run.shard != shard:
            shard, splits = run.shard, drawn.of(run.shard)
        row: Row = writer.row(sample, noted.of(sample))
        spool.most[sample.task] = max(spool.most[sample.task], len(row["images"]))
        spool.addresses &= all("://" in name for name in row["images"])
        named = kept_columns(sample, OWN, kept)
        for name, value in named.items():
            spool.kept[name] = wider(spool.kept.get(name, "none"), value)
        spool.add(sample.task, splits[sample.origin.context], {**row, **named})
    return f"{repeats}{reviews}"


def _spool_rejected(run: Run, drawn: Drawn, spool: _Spool) -> None:
    for shard in run.summary().finished:
        splits = drawn.of(shard)
        for row in rejected_rows(run, shard):
            if row["context"] in splits:
                spool.add(REJECTED, splits[row["context"]], row)
    shard, splits = -1, {}
    for row in left_out_rows(run):
        if run.shard != shard:
            shard, splits = run.shard, drawn.of(run.shard)
        spool.add(REJECTED, splits[row["context"]], row)


def _spool_journal(run: Run, drawn: Drawn, spool: _Spool) -> None:
    """Spool the completions of records that the run still has and that were not removed."""
    for shard in run.folder.shards("contexts"):
        splits = drawn.of(shard)
        for row in journal_rows(run, shard):
            if row["context"] in splits:
                spool.add(JOURNAL, splits[row["context"]], row)


def _read(run: Run, spool: _Spool, config: str, split: str, columns: Any, pictures: Pictures) -> Iterator[Row]:
    """Give a split's rows as they are published."""
    root = run.built.image_root()
    for batch in batches(spool.path(config, split)):
        for row in batch:
            if config in run.built.tasks:
                _finish(row, root, spool.kept, columns, pictures)
            yield row


def _finish(row: Row, root: Path | None, kept: Mapping[str, str], columns: Any, pictures: Pictures) -> None:
    """Give a sample's row its pictures, and its kept values the type that their column has."""
    for name, kind in kept.items():
        row[name] = typed(row.get(name), kind)
    names = row.pop("images")
    found: list[Any] = names
    if pictures == "bytes":
        found = [{"bytes": _bytes(root, row["id"], name), "path": name} for name in names]
    elif not _plain(columns):
        found = [{"bytes": None, "path": name} for name in names]
    if "images" in columns:
        row["images"] = found
    else:
        row["image"] = found[0] if found else None


def _plain(columns: Any) -> bool:
    column = columns["images"].feature if "images" in columns else columns["image"]
    return type(column).__name__ == "Value"


def _bytes(root: Path | None, sample: str, name: str) -> bytes:
    try:
        return read_inside(root, Image(path=name))
    except RequestRefused as refused:
        raise SetupError(
            f"sample {sample}: its picture cannot be read ({refused.detail}); mend it, remove it with --remove {name},"
            " or publish with --images reference"
        ) from None
