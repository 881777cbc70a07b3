"""Completions in; tokens and money out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec

from .records import Completion


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
    checks: dict[str, "Spent"] = field(default_factory=dict)
    """What of it asked checks spent, by check; the rest went into writing."""

    def add_line(self, line: bytes) -> None:
        """Count one journal line."""
        found = _decoder.decode(line)
        self._add(found.usage, found.usd)
        if "!" in found.slot.asker:
            self._of(found.slot.asker)._add(found.usage, found.usd)

    def add(self, completion: Completion) -> None:
        """Count one completion."""
        usage = completion.usage
        used = _Usage(usage.prompt, usage.cached, usage.reply, usage.thoughts) if usage else None
        self._add(used, completion.usd)
        if "!" in completion.slot.asker:
            self._of(completion.slot.asker)._add(used, completion.usd)

    def _of(self, asker: str) -> "Spent":
        return self.checks.setdefault(asker.partition("!")[2], Spent())

    def _add(self, usage: _Usage | None, usd: float | None) -> None:
        self.completions += 1
        if usage is not None:
            self.prompt += usage.prompt
            self.cached += usage.cached
            self.reply += usage.reply
            self.thoughts += usage.thoughts
        if usd is not None:
            self.usd += usd
        elif usage is not None:
            self.unpriced += 1

    def merge(self, other: "Spent") -> None:
        """Add what another counted."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for check, spent in other.checks.items():
            self.checks.setdefault(check, Spent()).merge(spent)

    def to_json(self) -> dict[str, Any]:
        """Give the sums as plain data, the same in whatever order they were added up."""
        sums = {name: getattr(self, name) for name in _SUMS}
        checks = {check: self.checks[check].to_json() for check in sorted(self.checks)}
        return {**sums, "usd": round(round(self.usd, 9), 6), **({"checks": checks} if checks else {})}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Spent":
        """Read what ``to_json`` gave."""
        checks = {check: cls.from_json(spent) for check, spent in data.get("checks", {}).items()}
        return cls(**{name: data[name] for name in _SUMS}, checks=checks)


_SUMS = tuple(each.name for each in fields(Spent) if each.name != "checks")
