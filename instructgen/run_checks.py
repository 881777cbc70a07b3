"""A finished run's samples in; what its run-wide checks say of them out: judged once, kept, applied on reading.

The checks see every accepted sample in source order, one check after the other in the recipe's order; what one
rejects, the next no longer sees, so that no sample is left out for the sake of another that is left out itself. Their
verdicts lie in ``verdicts/``, one part a shard. They shape no sample: adding, changing or dropping such a check asks
for nothing and rebuilds nothing, and an unchanged run is not judged again.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .assemble import Built
from .digests import canonical, digest, text_digest
from .errors import SetupError
from .parts import Columns, PartWriter, footer, read_rows, sample_of, verdict_columns
from .protocols import RunCheck
from .records import Sample, Verdict
from .repeats import Repeats
from .run_folder import RunFolder

Counts = dict[str, Counter[str]]
"""Samples by task and ``check:reason``."""


@dataclass
class RunWide:
    """What a run's run-wide checks came to."""

    checks: tuple[str, ...]
    """Their names."""
    done: bool = False
    """They have judged the run as it lies; until then they leave nothing out."""
    left_out: Counts = field(default_factory=lambda: defaultdict(Counter))
    """Samples that readers and exports leave out, each counted once."""
    tagged: Counts = field(default_factory=lambda: defaultdict(Counter))
    """Verdicts that are only noted: doubtful ones, and failing ones where the recipe says ``tag``."""

    @property
    def number(self) -> int:
        """How many samples are left out."""
        return sum(reasons.total() for reasons in self.left_out.values())

    def to_json(self) -> dict[str, object]:
        """Give the figures as plain data."""
        counts = {"left_out": _plain(self.left_out), "tagged": _plain(self.tagged)}
        return {"checks": list(self.checks), "done": self.done, "samples_left_out": self.number, **counts}

    def add(self, counts: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
        """Add the counts of a part's footer."""
        for kind, mine in (("left_out", self.left_out), ("tagged", self.tagged)):
            for task, reasons in counts[kind].items():
                mine[task].update(reasons)


def run_wide(folder: RunFolder, built: Built, shards: Sequence[int], footers: Sequence[str]) -> RunWide | None:
    """Give what the run-wide checks came to; None for a recipe without any.

    ``shards`` are those that are finished, ``footers`` the digests of their samples parts' footers.
    """
    if not built.run_checks:
        return None
    mark = _fingerprint(built, footers)
    noted = [footer(folder.part("verdicts", shard)) for shard in shards]
    found = RunWide(tuple(built.run_checks), done=bool(shards))
    for counts in noted:
        if counts is None or counts["fingerprint"] != mark:
            return RunWide(found.checks)
        found.add(counts)
    return found


def judge_run(folder: RunFolder, built: Built, shards: Sequence[int], footers: Sequence[str]) -> RunWide | None:
    """Have the run-wide checks judge the finished run, unless they have; give what they came to.

    A recipe without any leaves no verdicts behind. Raises SetupError for a check that judges a sample the run lacks.
    """
    for shard in folder.shards("verdicts"):
        if not built.run_checks or shard not in shards:
            folder.part("verdicts", shard).unlink()
    known = run_wide(folder, built, shards, footers)
    if known is None or known.done:
        return known
    found = _Findings(built)
    for name, check in built.run_checks.items():
        found.judge(name, check, folder, shards)
    mark = _fingerprint(built, footers)
    for shard in shards:
        writer, counts = found.part(shard)
        writer.write(folder.part("verdicts", shard), {"fingerprint": mark, **counts})
    return run_wide(folder, built, shards, footers)


def left_out(folder: RunFolder, shard: int) -> dict[str, str]:
    """Give the digest of the turns of each sample of a shard that a run-wide check rejects, by id."""
    rows = read_rows(folder.part("verdicts", shard), ["id", "text", "outcome", "action"])
    return {row["id"]: row["text"] for row in rows if _rejects(row)}


def _fingerprint(built: Built, footers: Sequence[str]) -> str:
    """Digest what the verdicts depend on: the checks, in order, what the recipe does on them, and the samples."""
    return digest({"checks": built.run_wide_shaping(), "samples": list(footers)})


def _rejects(row: Mapping[str, Any]) -> bool:
    return bool(row["outcome"] == "fail" and row["action"] != "tag")


def _plain(counts: Counts) -> dict[str, dict[str, int]]:
    return {task: dict(reasons.most_common()) for task, reasons in sorted(counts.items())}


class _Given:
    """The samples that one check is given, in source order; knows where each stands and what its turns were.

    Of a million samples this keeps about 130 MB: a check may give a sample's verdict as late as it likes.
    """

    def __init__(self, folder: RunFolder, shards: Sequence[int], rejected: set[int]) -> None:
        self._folder = folder
        self._shards = shards
        self._rejected = rejected
        self._places: dict[int, bytes] = {}
        """Digest of the turns and number of the shard, by hash of the id."""

    def __iter__(self) -> Iterator[Sample]:
        repeats = Repeats()
        for shard in self._shards:
            for row in read_rows(self._folder.part("samples", shard), pixels=False):
                sample = repeats.told_apart(sample_of(row))
                if sample is not None and hash(sample.id) not in self._rejected:
                    self._places[hash(sample.id)] = bytes.fromhex(text_digest(sample)) + shard.to_bytes(4)
                    yield sample

    def place(self, sample_id: str) -> tuple[int, str] | None:
        """Give a sample's shard and the digest of its turns; None for one that was not given."""
        found = self._places.get(hash(sample_id))
        return (int.from_bytes(found[-4:]), found[:-4].hex()) if found else None


class _Findings:
    """The verdicts of all checks by shard, encoded: there may be hundreds of thousands."""

    def __init__(self, built: Built) -> None:
        self._actions = {name: block.action for name, block in built.recipe.checks.items()}
        self._rows: defaultdict[int, list[bytes]] = defaultdict(list)
        self._rejected: set[int] = set()

    def judge(self, name: str, check: RunCheck, folder: RunFolder, shards: Sequence[int]) -> None:
        """Take in all that a check says."""
        given, rejected = _Given(folder, shards, self._rejected), set[int]()
        for sample_id, verdict in check.verdicts(given):
            place = given.place(sample_id)
            if place is None:
                raise SetupError(f"checks.{name}: gave a verdict on '{sample_id}', a sample that it was not given")
            if verdict.outcome == "pass" or hash(sample_id) in rejected:
                continue
            shard, text = place
            row = self._columns(verdict if verdict.check == name else verdict.model_copy(update={"check": name}))
            if _rejects(row):
                rejected.add(hash(sample_id))
            self._rows[shard].append(canonical({"id": sample_id, "text": text, **row}))
        self._rejected |= rejected

    def _columns(self, verdict: Verdict) -> Columns:
        (columns,) = verdict_columns([verdict], self._actions)
        return columns

    def part(self, shard: int) -> tuple[PartWriter, dict[str, object]]:
        """Give a shard's part, to be written, and its counts."""
        writer, counts = PartWriter("verdicts"), RunWide(())
        for line in self._rows.pop(shard, []):
            row = json.loads(line)
            writer.add(row)
            kind = counts.left_out if _rejects(row) else counts.tagged
            kind[row["id"].rsplit("/", 2)[1]][f"{row['check']}:{row['reason']}"] += 1
        return writer, {"left_out": _plain(counts.left_out), "tagged": _plain(counts.tagged)}
