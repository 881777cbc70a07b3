"""A run in; shard by shard the ids of its contexts, its accepted samples and the reasons of what was lost out."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..judged import JudgedRun, Lost
from ..parts import read_rows
from ..report import Summary
from ..run import Run
from ..supply import Supply

Turns = tuple[tuple[str, str], ...]
"""Who speaks and what is said."""


class Accepted(NamedTuple):
    """An accepted sample."""

    task: str
    turns: Turns


class Entries(NamedTuple):
    """What one shard holds."""

    contexts: set[str]
    accepted: dict[str, Accepted]
    """By id."""
    lost: dict[str, str]
    """Why by id: of a rejected sample, or ``context/task`` of a declined context, of a reply that could not be read, or
    of a picture that was removed from the run."""


class Reader:
    """Reads a run's shards. Open ones are played from their journals, provisionally."""

    def __init__(self, run: Run, summary: Summary) -> None:
        """Take an opened run and its summary."""
        self._folder = run.folder
        self._removals = run.removals
        self._tasks = list(run.built.tasks)
        self._judged = JudgedRun(run, summary)
        self._supply = Supply(run.folder, run.built, run.facts)
        self._run_wide = summary.run_wide is not None and summary.run_wide.done
        self.shards = self._judged.shards()
        self.shard_size = run.facts.shard_size

    def read(self, shard: int) -> Entries:
        """Read one shard; nothing of one that the run lacks. Raises SetupError for a damaged part."""
        if shard not in self.shards:
            return Entries(set(), {}, {})
        rows = read_rows(self._folder.part("contexts", shard), ["kind", "id"])
        gone = self._removals.of(shard)
        contexts = {row["id"] for row in rows if row["kind"] == "context" and row["id"] not in gone}
        found = Entries(contexts, {}, {})
        if self._supply.intact(shard) is None:
            self._play(shard, found)
        else:
            self._read(shard, found)
        found.lost.update({f"{context}/{task}": "removed" for context in gone for task in self._tasks})
        return found

    def _read(self, shard: int, found: Entries) -> None:
        gone = self._removals.of(shard)
        if self._run_wide:
            found.lost.update(self._left_out(shard))
        for row in read_rows(self._folder.part("samples", shard), ["id", "task", "conversations"]):
            if row["id"] not in found.lost and row["id"].rsplit("/", 2)[0] not in gone:
                turns = tuple((turn["from"], turn["value"]) for turn in row["conversations"])
                found.accepted[row["id"]] = Accepted(row["task"], turns)
        for row in read_rows(self._folder.part("rejected", shard), ["id", "kind", "reason"]):
            found.lost[row["id"]] = _reason(row["kind"], row["reason"])

    def _left_out(self, shard: int) -> Iterator[tuple[str, str]]:
        """Give what run-wide checks leave out."""
        wanted = ["id", "check", "outcome", "action", "reason"]
        for row in read_rows(self._folder.part("verdicts", shard), wanted):
            if row["outcome"] == "fail" and row["action"] != "tag":
                yield row["id"], f"{row['check']}:{row['reason']}"

    def _play(self, shard: int, found: Entries) -> None:
        for each in self._judged.read(shard, lambda *_: ""):
            if isinstance(each, Lost):
                found.lost[each.id] = _reason(each.kind, each.reason)
            elif each.reason:
                found.lost[each.sample.id] = each.reason
            else:
                sample = each.sample
                turns = tuple((turn.role, turn.text) for turn in sample.turns)
                found.accepted[sample.id] = Accepted(sample.task, turns)


def _reason(kind: str, reason: str) -> str:
    return f"declined:{reason}" if kind == "declined" else reason


def why(lost: Mapping[str, str], sample: str) -> str | None:
    """Give the reason why there is no such sample; None where nothing tells of it."""
    return lost.get(sample) or lost.get(sample.rpartition("/")[0])
