"""Outcomes and completions in; counts out: what progress, status and report show."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .records import Context, Fault, LeftOut, Row, Verdict
from .shard import Outcome


@dataclass
class AskedCount:
    """What an asked check, such as a judge, said of the samples that it saw."""

    verdicts: Counter[str] = field(default_factory=Counter)
    """``pass``, or the outcome with its reason: ``fail:accuracy_2``."""
    scores: dict[str, Counter[str]] = field(default_factory=dict)
    """How often each score was given, by aspect."""

    def add(self, verdict: Verdict, scores: Mapping[str, int]) -> None:
        """Count one verdict."""
        self.verdicts[f"{verdict.outcome}:{verdict.reason}" if verdict.reason else verdict.outcome] += 1
        for aspect, points in scores.items():
            self.scores.setdefault(aspect, Counter())[str(points)] += 1

    def merge(self, other: "AskedCount") -> None:
        """Add another's counts."""
        self.verdicts.update(other.verdicts)
        for aspect, points in other.scores.items():
            self.scores.setdefault(aspect, Counter()).update(points)

    def to_json(self) -> dict[str, object]:
        """Give the counts as plain data; scores from the lowest to the highest."""
        scores = {aspect: dict(sorted(points.items())) for aspect, points in sorted(self.scores.items())}
        return {"verdicts": _sorted(self.verdicts), "scores": scores}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AskedCount":
        """Read what ``to_json`` gave."""
        scores = {aspect: Counter(points) for aspect, points in data["scores"].items()}
        return cls(Counter(data["verdicts"]), scores)


@dataclass
class TaskCount:
    """Counts of one task."""

    contexts: int = 0
    accepted: int = 0
    declined: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    not_asked: int = 0
    attempts: int = 0
    """Attempts that failed and were followed by another, or ended in rejection."""
    asked: dict[str, AskedCount] = field(default_factory=dict)
    """By asked check."""

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.contexts += 1
        self.accepted += len(outcome.accepted)
        self.attempts += len(outcome.failed)
        if outcome.declined is not None:
            self.declined[outcome.declined.reason] += 1
        elif outcome.not_asked:
            self.not_asked += 1
        elif outcome.failed:
            self.rejected.update(outcome.reasons)
        if outcome.rated:
            for verdict, scores in outcome.rated:
                self.asked.setdefault(verdict.check, AskedCount()).add(verdict, scores)

    def set_aside(self, reason: str) -> None:
        """Count a sample, so far accepted, as rejected."""
        self.accepted -= 1
        self.rejected[reason] += 1
        self.attempts += 1


@dataclass
class Tally:
    """Counts of a shard or a run."""

    rows: int = 0
    contexts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    tasks: dict[str, TaskCount] = field(default_factory=dict)

    def add_row(self, row: Row) -> None:
        """Count one source row."""
        self.rows += 1
        match row.item:
            case Context():
                self.contexts += 1
            case Fault(reason=reason):
                self.faults[reason] += 1
            case LeftOut(filter=reason):
                self.left_out[reason] += 1

    def add_outcome(self, outcome: Outcome) -> None:
        """Count one outcome."""
        count = self.tasks.get(outcome.task)
        if count is None:
            count = self.tasks[outcome.task] = TaskCount()
        count.add(outcome)

    def merge(self, other: "Tally") -> None:
        """Add another tally's counts."""
        self.rows += other.rows
        self.contexts += other.contexts
        self.faults.update(other.faults)
        self.left_out.update(other.left_out)
        for name, count in other.tasks.items():
            mine = self.tasks.setdefault(name, TaskCount())
            mine.contexts += count.contexts
            mine.accepted += count.accepted
            mine.not_asked += count.not_asked
            mine.attempts += count.attempts
            mine.declined.update(count.declined)
            mine.rejected.update(count.rejected)
            for check, asked in count.asked.items():
                mine.asked.setdefault(check, AskedCount()).merge(asked)

    @property
    def accepted(self) -> int:
        """Accepted samples of all tasks."""
        return sum(t.accepted for t in self.tasks.values())

    def to_json(self) -> dict[str, object]:
        """Give the counts as plain data, reasons from most to least frequent."""
        tasks: dict[str, dict[str, object]] = {}
        for name, count in sorted(self.tasks.items()):
            tasks[name] = {
                "contexts": count.contexts,
                "accepted": count.accepted,
                "declined": _sorted(count.declined),
                "rejected": _sorted(count.rejected),
                "not_asked": count.not_asked,
                "failed_attempts": count.attempts,
            }
            if count.asked:
                tasks[name]["asked"] = {check: asked.to_json() for check, asked in sorted(count.asked.items())}
        return {
            "rows": self.rows,
            "contexts": self.contexts,
            "faults": _sorted(self.faults),
            "left_out": _sorted(self.left_out),
            "tasks": tasks,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Tally":
        """Read what ``to_json`` gave."""
        tally = cls(data["rows"], data["contexts"], Counter(data["faults"]), Counter(data["left_out"]))
        for name, count in data["tasks"].items():
            tally.tasks[name] = TaskCount(
                count["contexts"],
                count["accepted"],
                Counter(count["declined"]),
                Counter(count["rejected"]),
                count["not_asked"],
                count["failed_attempts"],
                {check: AskedCount.from_json(asked) for check, asked in count.get("asked", {}).items()},
            )
        return tally


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
