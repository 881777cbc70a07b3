"""Finished shards in; what their samples say out, a text a sample, for a search to go through.

Unpacking the parts takes several times as long as searching what was in them. So the texts of whole blocks of shards
are kept unpacked, as ``page-index/texts/*.arrow`` in the run's folder, which may be removed at any time. A file's name
bears a digest of the times and sizes of the parts that it was made from: when these change, it no longer counts.
"""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..digests import digest
from ..errors import SetupError
from ..run import Run
from ..run_folder import atomic

BLOCK = 25
"""Shards whose texts are in one file, and that are searched between two looks: 25 MB of a kilobyte a sample."""

SPARE_BYTES = 5_000_000_000
"""Where less than this is free on the disk, no texts are kept: the run itself may need the room."""

_STALE_SECONDS = 60.0
_BETWEEN = "\0"
"""Stands between turns: what is looked for lies in one."""


def blocks(shards: Sequence[int]) -> list[list[int]]:
    """Group shards, in order, into those that are searched at once."""
    found: dict[int, list[int]] = {}
    for shard in shards:
        found.setdefault(shard // BLOCK, []).append(shard)
    return list(found.values())


def said_in(run: Run, shards: Sequence[int]) -> Any:
    """Give a lazy frame of the texts in some finished shards of a block.

    Its one column ``said`` has a row for each sample: those of the samples parts, in order, and then those of the
    rejected parts.
    """
    import polars as pl

    kept = _mapped(_kept(run, shards))
    if kept is not None:
        return kept
    return pl.concat(_unpacked(run, shards))


def _unpacked(run: Run, shards: Sequence[int]) -> list[Any]:
    """Give a lazy frame of the texts in each part, in the order of ``said_in``."""
    import polars as pl

    columns = {"samples": _of_sample(), "rejected": _of_rejected()}
    parts = [(run.folder.part(kind, shard), said) for kind, said in columns.items() for shard in shards]
    return [pl.scan_parquet(part).select(said.alias("said")) for part, said in parts]


def keep(run: Run, shards: Sequence[int]) -> None:
    """Keep the texts of the blocks of which all shards are finished, one by one; take away what no longer counts.

    A folder that cannot be written, a disk that is nearly full, and parts that change meanwhile do without.
    """
    import polars as pl

    whole = {_kept(run, block): block for block in blocks(shards) if len(block) == BLOCK}
    folder = run.folder.path / "page-index" / "texts"
    try:
        for path in folder.iterdir() if folder.is_dir() else ():
            # what is younger may be what another page is writing
            if path not in whole and time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
        for path, block in whole.items():
            if _whole(path):
                continue
            if shutil.disk_usage(run.folder.path).free < SPARE_BYTES:
                return
            with atomic(path) as temporary:
                _write(temporary, _unpacked(run, block))
                if path != _kept(run, block):
                    temporary.unlink()
                    return
    except (OSError, SetupError, pl.exceptions.PolarsError):
        return


def _write(path: Path, frames: Sequence[Any]) -> None:
    """Write the texts of parts as one file, part by part, so that memory is that of one part."""
    import polars as pl
    import pyarrow as pa

    type_ = pa.schema([("said", pa.string_view())])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, type_) as writer:
        for frame in frames:
            writer.write_table(frame.collect().to_arrow(compat_level=pl.CompatLevel.newest()))


def _kept(run: Run, shards: Sequence[int]) -> Path:
    stamps: list[Any] = list(shards)
    for part in (run.folder.part(kind, shard) for shard in shards for kind in ("samples", "rejected")):
        stat = part.stat() if part.exists() else None
        stamps += [stat.st_mtime_ns, stat.st_size] if stat else [0, 0]
    return run.folder.path / "page-index" / "texts" / f"{shards[0]:05d}-{digest(stamps)}.arrow"


def _whole(path: Path) -> bool:
    """Tell whether a file is there and has its end; its texts are not looked at."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as mapped, pa.ipc.open_file(mapped):
            return True
    except (OSError, pa.ArrowException):
        return False


def _mapped(path: Path) -> Any:
    """Give what a file holds as a lazy frame, without a copy of it; None where there is none that can be read."""
    import polars as pl
    import pyarrow as pa

    try:
        # polars' own reader copies, which takes as long as the search
        with pa.memory_map(str(path)) as mapped, pa.ipc.open_file(mapped) as file:
            return pl.DataFrame(file.read_all()).lazy()
    except (OSError, pa.ArrowException):  # not there, or damaged
        return None


def _of_sample() -> Any:
    import polars as pl

    return _joined(pl.col("conversations").list, pl.element().struct.field("value"))


def _of_rejected() -> Any:
    import polars as pl

    turns = _joined(pl.element().struct.field("conversations").list, pl.element().struct.field("value"))
    samples = _joined(pl.element().struct.field("samples").list, turns)
    return pl.concat_str([_joined(pl.col("attempts").list, samples), "detail"], separator=_BETWEEN, ignore_nulls=True)


def _joined(lists: Any, value: Any) -> Any:
    return lists.eval(value).list.join(_BETWEEN, ignore_nulls=True)
