"""Completions in; tokens and money out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec

from ..records import Completion


class _Usage(msgspec.Struct):
    prompt: int = 0
    cached: int = 0
    reply: int = 0
    thoughts: int = 0


class _Slot(msgspec.Struct, frozen=True):
    asker: str = ""


class _Line(msgspec.Struct):
    usage: _Usage | None = None
    usd: float | None = None
    caching_usd: float | None = None
    batch_usd: float | None = None
    slot: _Slot = _Slot()


_decoder = msgspec.json.Decoder(_Line)


@dataclass
class Spent:
    """Tokens and US dollars of a number of completions. ``cached`` is part of ``prompt``, ``thoughts`` of ``reply``."""

    completions: int = 0
    prompt: int = 0
    cached: int = 0
    reply: int = 0
    thoughts: int = 0
    usd: float = 0.0
    unpriced: int = 0
    """Completions that used tokens and whose price is not known."""
    caching_usd: float = 0.0
    """US dollars saved, as providers had prompts cached."""
    batch_usd: float = 0.0
    """US dollars saved by batch services."""
    checks: dict[str, "Spent"] = field(default_factory=dict)
    """What of it asked checks spent, by check; the rest went into writing."""
    tasks: dict[str, "Spent"] = field(default_factory=dict)
    """All of it by task, judging included."""

    def add_line(self, line: bytes) -> None:
        """Count one journal line."""
        found = _decoder.decode(line)
        self._count(found.slot.asker, found)

    def add(self, completion: Completion) -> None:
        """Count one completion."""
        self._count(completion.slot.asker, completion)

    def _count(self, asker: str, found: "_Line | Completion") -> None:
        task, _, judged = asker.partition("#")
        self._add(found)
        self.tasks.setdefault(task, Spent())._add(found)
        if judged:
            self.checks.setdefault(judged.partition("!")[2], Spent())._add(found)

    def _add(self, found: "_Line | Completion") -> None:
        self.completions += 1
        usage = found.usage
        if usage is not None:
            self.prompt += usage.prompt
            self.cached += usage.cached
            self.reply += usage.reply
            self.thoughts += usage.thoughts
        if found.usd is not None:
            self.usd += found.usd
            self.caching_usd += found.caching_usd or 0.0
            self.batch_usd += found.batch_usd or 0.0
        elif usage is not None:
            self.unpriced += 1

    def merge(self, other: "Spent") -> None:
        """Add what another counted."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for check, spent in other.checks.items():
            self.checks.setdefault(check, Spent()).merge(spent)
        for task, spent in other.tasks.items():
            self.tasks.setdefault(task, Spent()).merge(spent)

    def to_json(self) -> dict[str, Any]:
        """Give the sums as plain data, the same in whatever order they were added up."""
        sums = {name: getattr(self, name) for name in _SUMS}
        money = {name: round(round(sums[name], 9), 6) for name in _MONEY}
        checks = {check: self.checks[check].to_json() for check in sorted(self.checks)}
        tasks = {task: self.tasks[task].to_json() for task in sorted(self.tasks)}
        return {**sums, **money, **({"checks": checks} if checks else {}), **({"tasks": tasks} if tasks else {})}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Spent":
        """Read what ``to_json`` gave."""
        checks = {check: cls.from_json(spent) for check, spent in data.get("checks", {}).items()}
        tasks = {task: cls.from_json(spent) for task, spent in data.get("tasks", {}).items()}
        return cls(**{name: data.get(name, 0) for name in _SUMS}, checks=checks, tasks=tasks)


_SUMS = tuple(each.name for each in fields(Spent) if each.name not in ("checks", "tasks"))
_MONEY = ("usd", "caching_usd", "batch_usd")
