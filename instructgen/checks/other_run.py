"""Another run's folder and a sample's id in; that sample's turns out, with at most a few of the parts in memory."""

from array import array
from bisect import bisect_left
from pathlib import Path
from typing import Any

from ..errors import SetupError
from ..records import Turn
from ..run_folder import RunFolder

_KEPT = 4
"""Parts in memory: a run has three shards open at a time."""

Turns = tuple[Turn, ...]


class OtherRun:
    """The accepted samples of another run, found by id."""

    def __init__(self, path: Path) -> None:
        """Nothing is read before it is needed."""
        self._folder = RunFolder(path)
        self._shard_size = 0
        self._near: dict[int, dict[str, Turns]] = {}
        self._ids: dict[int, array[int]] = {}
        """Hashes of the ids in each shard, sorted: 8 bytes a sample. Read when a sample is not where it should be."""

    def ready(self) -> None:
        """Raise SetupError unless there is a run with finished shards."""
        facts = self._folder.facts()
        if facts is None or not self._folder.shards("samples"):
            raise SetupError(f"{self._folder.path}: holds no run with finished shards to compare with")
        self._shard_size = facts.shard_size

    def turns(self, sample: str, row: int) -> Turns | None:
        """Give the turns of a sample; None when the run has none of this id.

        ``row`` is its context's number in the source: over the same source it lies in the same shard.
        """
        if not self._shard_size:
            self.ready()
        found = self._part(row // self._shard_size).get(sample)
        if found is not None:
            return found
        return next((turns for n in self._shards_of(sample) if (turns := self._part(n).get(sample))), None)

    def _part(self, shard: int) -> dict[str, Turns]:
        known = self._near.pop(shard, None)
        if known is None:
            rows = _columns(self._folder.part("samples", shard), ["id", "conversations"])
            known = {
                name: tuple(Turn(role=turn["from"], text=turn["value"]) for turn in turns)
                for name, turns in zip(rows.get("id", ()), rows.get("conversations", ()), strict=True)
            }
        self._near[shard] = known  # the last of the dictionary is the one used last
        if len(self._near) > _KEPT:
            del self._near[next(iter(self._near))]
        return known

    def _shards_of(self, sample: str) -> list[int]:
        if not self._ids:
            for shard in self._folder.shards("samples"):
                ids = _columns(self._folder.part("samples", shard), ["id"]).get("id", ())
                self._ids[shard] = array("q", sorted(map(hash, ids)))
        wanted = hash(sample)
        return [n for n, ids in self._ids.items() if (at := bisect_left(ids, wanted)) < len(ids) and ids[at] == wanted]


def _columns(path: Path, names: list[str]) -> dict[str, list[Any]]:
    """Give columns of a part; none when there is no such part. Raises SetupError for one that is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        return {}
    try:
        columns: dict[str, list[Any]] = pq.read_table(path, columns=names).to_pydict()
    except (pa.ArrowException, OSError) as error:
        raise SetupError(f"{path}: not a readable Parquet part ({' '.join(str(error).split())[:200]})") from None
    return columns
